"""Files: one whole line per delivery, whatever goes wrong between."""

import asyncio
import csv
import errno
import json
import os
import stat
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.release import DeliveryOutcome, Parcel, Ports, Receipt, Target
from gateway.release.file import Plugin
from tests.gateway.release.values import DELIVERY_ID, EMAIL, NOW, PERMIT, Web, parcel, reply

DAY = "2026-11-23"


async def deliver(folder: Path, given: Parcel | None = None, *, url: str | None = None, seconds: float = 5) -> Receipt:
    """Make one attempt into a folder."""
    ports = Ports(http=Web(reply(500)), folder=folder)
    return await Plugin().deliver(given or parcel(), Target(name="crm", url=url), ports, seconds)


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def count(folder: Path, text: str) -> int:
    """Count a text in all files of a folder."""
    return sum(path.read_text(encoding="utf-8").count(text) for path in folder.glob("*-2026-*"))


def lines(path: Path) -> list[Any]:
    """Read a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def test_a_delivery_is_one_json_line(tmp_path: Path) -> None:
    """Id, permit and the message; readable by its owner alone."""
    receipt = await deliver(tmp_path / "new")
    assert (receipt.outcome, receipt.detail, receipt.acknowledged) == (DeliveryOutcome.DELIVERED, "written", False)
    path = tmp_path / "new" / f"crm-{DAY}.jsonl"
    [line] = lines(path)
    assert (line["id"], line["permit"], line["type"]) == (DELIVERY_ID, PERMIT, "lead.created")
    assert line["data"]["contact"]["email"] == EMAIL
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_csv_has_one_header_a_day(tmp_path: Path) -> None:
    """Two deliveries, three lines; the next day is a new file with its own header."""
    for number, moment in enumerate((NOW, NOW, NOW + timedelta(days=1))):
        await deliver(tmp_path, parcel(delivery_id=f"dv_{number}", timestamp=moment), url="leads.csv")
    first, second = rows(tmp_path / f"leads-{DAY}.csv"), rows(tmp_path / "leads-2026-11-24.csv")
    assert [each["delivery_id"] for each in first + second] == ["dv_0", "dv_1", "dv_2"]
    assert first[0]["contact_email"] == EMAIL


async def test_a_file_url_says_where(tmp_path: Path) -> None:
    """An absolute place outside the data directory is made if need be."""
    place = tmp_path / "some where"
    receipt = await deliver(tmp_path / "unused", url=f"file://{place}/crm.jsonl".replace(" ", "%20"))
    assert receipt.outcome is DeliveryOutcome.DELIVERED
    assert lines(place / f"crm-{DAY}.jsonl")
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize("url", ["leads.csv", "leads.jsonl"])
async def test_a_repetition_is_not_written_twice(tmp_path: Path, url: str) -> None:
    """The first attempt's answer was lost: the second finds its id, also days later, and counts as delivered."""
    await deliver(tmp_path, url=url)
    again = await deliver(tmp_path, parcel(attempt=2, timestamp=NOW + timedelta(days=4)), url=url)
    other = await deliver(tmp_path, parcel(attempt=2, delivery_id=DELIVERY_ID[:-1] + "x"), url=url)
    assert (again.outcome, again.detail, other.detail) == (DeliveryOutcome.DELIVERED, "written_before", "written")
    assert count(tmp_path, f'"{DELIVERY_ID}"') == 1


async def test_a_value_that_quotes_an_id_is_no_repetition(tmp_path: Path) -> None:
    """Who writes another delivery's id into a form cannot make it vanish."""
    body = parcel().body.replace(b"20 licences", f'\\"{DELIVERY_ID}\\" licences'.encode())
    for url in ("leads.csv", "leads.jsonl"):
        await deliver(tmp_path, parcel(delivery_id="dv_other", body=body), url=url)
        receipt = await deliver(tmp_path, parcel(attempt=2), url=url)
        assert receipt.detail == "written"


@pytest.mark.parametrize("attempt", [1, 2])
@pytest.mark.parametrize("half", [f'{{"id":"{DELIVERY_ID}","da', '{"id":"dv_0"}\n{"id":"dv_1","x'])
async def test_half_a_line_is_cut_off_first(tmp_path: Path, half: str, attempt: int) -> None:
    """A crash in the middle of a write leaves no line that cannot be read, and is no delivery."""
    path = tmp_path / f"crm-{DAY}.jsonl"
    path.write_text(half)
    assert (await deliver(tmp_path, parcel(attempt=attempt))).detail == "written"
    assert [line["id"] for line in lines(path)] == [*(["dv_0"] if "\n" in half else []), DELIVERY_ID]


async def test_a_csv_cut_back_to_nothing_gets_its_header_again(tmp_path: Path) -> None:
    """Half a header is no header."""
    (tmp_path / f"crm-{DAY}.csv").write_bytes(b'"delivery_id","ty')
    await deliver(tmp_path, url="crm.csv")
    [row] = rows(tmp_path / f"crm-{DAY}.csv")
    assert row["delivery_id"] == DELIVERY_ID


async def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fills after ten bytes: they are taken back, and the delivery is tried again."""
    await deliver(tmp_path, parcel(delivery_id="dv_before"))
    path = tmp_path / f"crm-{DAY}.jsonl"
    before = path.read_bytes()
    real = os.write
    room = [10]

    def write(file: int, data: memoryview) -> int:
        if room[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return room.pop() and (room.append(0) or real(file, data[:10]))  # type: ignore[func-returns-value]  # append gives None

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        receipt = await deliver(tmp_path)
    assert (receipt.outcome, receipt.detail) == (DeliveryOutcome.RETRY, "disk_full")
    assert path.read_bytes() == before
    assert (await deliver(tmp_path, parcel(attempt=2))).detail == "written"


async def test_a_link_leads_nowhere(tmp_path: Path) -> None:
    """A symbolic link put in the file's place is not followed."""
    (tmp_path / f"crm-{DAY}.jsonl").symlink_to(tmp_path / "elsewhere")
    receipt = await deliver(tmp_path)
    assert (receipt.outcome, receipt.detail) == (DeliveryOutcome.RETRY, "symbolic_link")
    assert not (tmp_path / "elsewhere").exists()


async def test_a_place_that_is_no_folder_is_said(tmp_path: Path) -> None:
    """A file stands where the folder should be: a code, no path, and another attempt."""
    (tmp_path / "taken").write_text("x")
    receipt = await deliver(tmp_path / "taken")
    assert (receipt.outcome, receipt.detail) == (DeliveryOutcome.RETRY, "file_not_writable")
    assert (await deliver(tmp_path, url="../x.csv")).detail == "place_unusable"


async def test_many_at_once_write_whole_lines(tmp_path: Path) -> None:
    """Forty deliveries at the same time give forty lines, each once."""
    parcels = [parcel(delivery_id=f"dv_{number:02}") for number in range(40)]
    receipts = await asyncio.gather(*(deliver(tmp_path, each) for each in parcels))
    assert {receipt.detail for receipt in receipts} == {"written"}
    assert sorted(line["id"] for line in lines(tmp_path / f"crm-{DAY}.jsonl")) == [each.delivery_id for each in parcels]


async def test_a_write_that_hangs_meets_its_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that does not answer is a retry after the deadline, and a late write is found by the retry."""
    let_go = threading.Event()
    real = os.fsync

    def fsync(file: int) -> None:
        let_go.wait(5)
        real(file)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        receipt = await deliver(tmp_path, seconds=0.05)
        assert (receipt.outcome, receipt.detail) == (DeliveryOutcome.RETRY, "deadline")
        let_go.set()
        again = await deliver(tmp_path, parcel(attempt=2))
    assert again.detail == "written_before"
    assert len(lines(tmp_path / f"crm-{DAY}.jsonl")) == 1

"""Exports: what is in them, what they leave out, and that they prove it."""

import csv
import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from audit import export as exporting
from audit.checkpoint import Checkpoint
from audit.encoding import LEAF_SIZE, event_id_text, parse_leaf, to_micros
from audit.errors import ExportError, NotProved
from audit.export import Places, export
from audit.manifest import MEMBERS, MISSING, OPEN, SEALED, UNREADABLE
from audit.ports import Store
from audit.rows import COLUMNS
from audit.scope import ExportScope
from audit.types import LEAD_DECIDED, LEAD_RECEIVED
from audit.verify import examine, verify_bundle
from tests.audit.world import OUT, START, World, opened, proved, signer, subject


def rows(path: Path) -> list[dict[str, str]]:
    """The lines of events.csv as the standard library reads them."""
    with zipfile.ZipFile(path) as packed:
        text = packed.read("events.csv").decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def lines(path: Path) -> list[dict[str, object]]:
    """The lines of events.jsonl."""
    with zipfile.ZipFile(path) as packed:
        return [json.loads(each) for each in packed.read("events.jsonl").splitlines()]


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(each.name for each in folder.iterdir())


def mode(path: Path) -> int:
    """Who may read a file."""
    return path.stat().st_mode & 0o777


async def test_csv_and_jsonl_say_what_was_logged(tmp_path: Path) -> None:
    """Every entry is there once, with its facts, in both files, read by other programs than ours."""
    world = World()
    facts = [
        {"lead_id": f"ld_{n}", "subject_id": "sb_1", "actor": "api", "outcome": "ok", "reasons": ["a", "b"], "count": n}
        for n in range(3)
    ]
    await world.append(*[world.entry(json.dumps(each).encode(), of=n) for n, each in enumerate(facts)])
    manifest = await world.export(tmp_path / OUT)
    assert dict(manifest.counts) == proved(tmp_path / OUT, world).counts
    assert manifest.counts[OPEN] == manifest.counts["in_scope"] == 3
    found = rows(tmp_path / OUT)
    assert tuple(found[0]) == COLUMNS
    assert [each["lead_id"] for each in found] == ["ld_0", "ld_1", "ld_2"]
    assert found[2]["reasons"] == "a; b"
    assert found[2]["count"] == "2"
    assert (
        [json.loads(each["payload"]) for each in found] == facts == [each["payload"] for each in lines(tmp_path / OUT)]
    )
    assert {each["type"] for each in found} == {"lead.received"}
    assert found[0]["key_id"] == subject(0).dek_id.hex()


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x","y")'])
async def test_formulas_are_neutralised(tmp_path: Path, formula: str) -> None:
    """A cell that a spreadsheet would compute begins with an apostrophe; the payload stays as it was."""
    world = World()
    await world.append(world.entry(json.dumps({"actor": formula, "reasons": [formula], "outcome": 'a"b,c'}).encode()))
    await world.export(tmp_path / OUT)
    proved(tmp_path / OUT, world)
    row = rows(tmp_path / OUT)[0]
    assert row["actor"] == row["reasons"] == "'" + formula
    assert row["outcome"] == 'a"b,c'
    assert json.loads(row["payload"])["actor"] == formula


@pytest.mark.parametrize(
    "payload",
    [
        b'{"lead_id":[[[1]]],"count":{"a":null},"actor":true,"outcome":null,"reasons":[1,null,"x",{"y":[]}]}',
        b'{"actor":"\\ud800","lead_id":"\\ud800<b>"}',
        b'{"actor":"\xc3\xa9\xe2\x82\xac \xf0\x9f\x98\x80","lead_id":"<script>alert(1)</script>"}',
        b'{"a":1,"a":2,"lead_id":"x","lead_id":"y"}',
        b'{"count":1e400,"lead_id":""}',
        b'{"big":' + b"9" * 4000 + b"}",
    ],
)
async def test_odd_payloads_are_exported_as_they_are(tmp_path: Path, payload: bytes) -> None:
    """Whatever JSON object was sealed, the export holds its bytes, and the verifier derives the same lines."""
    world = World()
    await world.append(world.entry(payload))
    await world.export(tmp_path / OUT)
    proved(tmp_path / OUT, world)
    with zipfile.ZipFile(tmp_path / OUT) as packed:
        assert b'"payload":' + payload + b"}\n" in packed.read("events.jsonl")
        assert b"<script>" not in packed.read("report.html")


@pytest.mark.parametrize(
    "payload", [b"{]}", b'{"a":NaN}', b'{"a":"\xff"}', b'{"a":' + b"[" * 500 + b"]" * 500 + b"}", b'{} {"a":1}']
)
async def test_an_unreadable_payload_stops_nothing(tmp_path: Path, payload: bytes) -> None:
    """An entry that opens but holds no JSON object is shown as unreadable, and the rest is proved."""
    world = World()
    await world.append(world.entry(payload), world.entry())
    manifest = await world.export(tmp_path / OUT)
    proved(tmp_path / OUT, world)
    assert manifest.counts[UNREADABLE] == 1
    assert lines(tmp_path / OUT)[0]["payload"] is None


async def test_an_unopened_export_discloses_nothing(tmp_path: Path) -> None:
    """Without opening, hashes and completeness are proved, and no payload byte or key is in the file."""
    world = World()
    await world.append(world.entry(b'{"secret":"canary"}'), world.entry(b'{"secret":"canary"}', of=2))
    manifest = await world.export(tmp_path / OUT, opened(opened=False))
    verdict = proved(tmp_path / OUT, world)
    assert verdict.counts[SEALED] == 2
    assert verdict.counts[OPEN] == 0
    assert manifest.opened is False
    data = (tmp_path / OUT).read_bytes()
    assert b"canary" not in data
    assert subject(1).key not in data


async def history() -> World:
    """Four batches an hour apart: sequenced at about 10, 11, 12 and 13 o'clock, event time an hour before."""
    world = World()
    for hour in range(1, 5):
        world.now = START + timedelta(hours=hour)
        kinds = (LEAD_RECEIVED, LEAD_DECIDED)
        earlier = world.now - timedelta(hours=1)
        await world.append(
            *[world.entry(b'{"hour":%d}' % hour, of=of, kind=kinds[of % 2], time=earlier) for of in range(1, 4)]
        )
    return world


@pytest.mark.parametrize(
    ("scope", "hours"),
    [
        (ExportScope(), [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]),
        (ExportScope(begin=to_micros(START + timedelta(hours=2))), [2, 2, 2, 3, 3, 3, 4, 4, 4]),
        (ExportScope(end=to_micros(START + timedelta(hours=3))), [1, 1, 1, 2, 2, 2]),
        (
            ExportScope(begin=to_micros(START + timedelta(hours=2)), end=to_micros(START + timedelta(hours=4))),
            [2, 2, 2, 3, 3, 3],
        ),
        (ExportScope(begin=to_micros(START + timedelta(days=9))), []),
        (ExportScope(end=to_micros(START)), []),
        (ExportScope(types=frozenset({LEAD_DECIDED.number})), [1, 1, 2, 2, 3, 3, 4, 4]),
        (ExportScope(keys=frozenset({subject(2).dek_id})), [1, 2, 3, 4]),
        (ExportScope(after=to_micros(START + timedelta(hours=2))), [3, 3, 3, 4, 4, 4]),
        (ExportScope(before=to_micros(START + timedelta(hours=1))), [1, 1, 1]),
    ],
)
async def test_ranges_and_filters(tmp_path: Path, scope: ExportScope, hours: list[int]) -> None:
    """Sequenced time bounds the range, kinds, subjects and event time filter it, and all of it is proved."""
    world = await history()
    manifest = await world.export(tmp_path / OUT, opened(scope=scope))
    proved(tmp_path / OUT, world)
    payloads = [each["payload"] for each in lines(tmp_path / OUT) if each["type"] != "sequencer.took_over"]
    assert [each["hour"] for each in payloads if isinstance(each, dict)] == hours
    assert manifest.scope == scope


async def test_a_range_ships_the_batch_leaves_that_frame_it(tmp_path: Path) -> None:
    """The first leaf closes the batch before "from", the last one closes the batch at or after "to"."""
    world = await history()
    begin, end = to_micros(START + timedelta(hours=2)), to_micros(START + timedelta(hours=3))
    await world.export(tmp_path / OUT, opened(scope=ExportScope(begin=begin, end=end)))
    with zipfile.ZipFile(tmp_path / OUT) as packed:
        shipped = packed.read("leaves.bin")
    first, last = parse_leaf(shipped[:LEAF_SIZE]), parse_leaf(shipped[-LEAF_SIZE:])
    assert first.clear
    assert last.clear
    assert first.time < begin
    assert last.time >= end
    assert len(shipped) < len(world.fake.log) * LEAF_SIZE


async def test_to_after_the_end_of_the_log_is_said(tmp_path: Path) -> None:
    """Nothing can be proved about a time that the log has not reached; the verdict says from when on."""
    world = await history()
    await world.export(tmp_path / OUT, opened(scope=ExportScope(end=to_micros(START + timedelta(days=1)))))
    verdict = proved(tmp_path / OUT, world)
    assert any("nothing is proved" in each for each in verdict.warnings)


@pytest.mark.parametrize(
    ("scope", "span"),
    [
        (ExportScope(), (0, 4)),
        (ExportScope(), (3, None)),
        (ExportScope(begin=to_micros(START + timedelta(hours=2))), (8, None)),
        (ExportScope(begin=to_micros(START + timedelta(hours=2))), (9, None)),
        (ExportScope(end=to_micros(START + timedelta(hours=4))), (0, 9)),
        (ExportScope(), (0, 6)),
    ],
    ids=["end", "beginning", "later from", "no frame before from", "before to", "inside a batch"],
)
async def test_a_lying_exporter_cannot_leave_entries_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: ExportScope, span: tuple[int, int | None]
) -> None:
    """With the log's key and honest proofs for a smaller range, the export is still found incomplete."""
    world = await history()
    size = len(world.fake.log)

    async def smaller(*_: object) -> tuple[int, int]:
        return span[0], span[1] or size

    monkeypatch.setattr(exporting, "_span", smaller)
    if span == (0, 6):  # an honest exporter refuses to cut a batch: this one lies about that too
        monkeypatch.setattr(exporting, "_last_batch_end", len)
        with pytest.raises(NotProved):
            await _cut(world, tmp_path)
        return
    await world.export(tmp_path / OUT, opened(scope=scope))
    verdict = examine((tmp_path / OUT).read_bytes(), key=world.signer.key)
    assert verdict.exit_code == 2, [str(each) for each in verdict.findings]


async def _cut(world: World, folder: Path) -> None:
    await world.export(folder / OUT)
    verify_bundle((folder / OUT).read_bytes(), key=world.signer.key)


async def test_a_ciphertext_changed_in_the_database_is_exported_and_found(tmp_path: Path) -> None:
    """An export never hides what somebody did to the store: it ships it, and the verifier names the entry."""
    world = World()
    entries = [world.entry() for _ in range(3)]
    await world.append(*entries)
    world.fake.ciphertexts[entries[1].event_id] = b"something else"
    await world.export(tmp_path / OUT)
    verdict = examine((tmp_path / OUT).read_bytes(), key=world.signer.key)
    assert verdict.exit_code == 1
    assert {each.entry for each in verdict.findings} == {1}


async def test_the_report_is_for_people(tmp_path: Path) -> None:
    """One page without script or outside reference: each lead's story in sentences, the counts, how to check."""
    world = World()
    await world.append(
        world.entry(b'{"lead_id":"ld_a","outcome":"accepted"}'),
        world.entry(b'{"lead_id":"ld_a","outcome":"allowed","reasons":["asked <for> it"]}', kind=LEAD_DECIDED),
        world.entry(b'{"lead_id":"ld_b"}'),
    )
    await world.export(tmp_path / OUT)
    with zipfile.ZipFile(tmp_path / OUT) as packed:
        page = packed.read("report.html").decode()
    assert page.index("ld_b") < page.index("ld_a"), "who has not come far comes first"
    for text in ("A lead was received.", "accepted", "asked &lt;for&gt; it", "yearly audit", "python -m audit verify"):
        assert text in page
    assert world.signer.key.vkey() in page
    assert not re.search(r"<script|<link|<img|src=|href=(?!'#l\d+')|@import|url\(|https?:", page)
    proved(tmp_path / OUT, world)


async def test_the_same_export_has_the_same_bytes(tmp_path: Path) -> None:
    """Nothing in the file depends on when or where it was written but the time that is passed in."""
    world = await history()
    await world.export(tmp_path / "one.zip")
    await world.export(tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        assert tuple(packed.namelist()) == MEMBERS
        assert {each.date_time for each in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


async def test_many_chunks(tmp_path: Path) -> None:
    """More entries than fit one chunk of reading, batches across its edges: all there, all proved."""
    world = World()
    entries = [world.entry(b'{"lead_id":"ld_%d"}' % (n // 200), of=n % 3) for n in range(4500)]
    await world.append(*entries, batch=700)
    manifest = await world.export(tmp_path / OUT)
    assert manifest.counts[OPEN] == 4500
    proved(tmp_path / OUT, world)
    assert [each["lead_id"] for each in rows(tmp_path / OUT)] == [f"ld_{n // 200}" for n in range(4500)]


async def test_nothing_appears_when_it_fails(tmp_path: Path) -> None:
    """A log without a checkpoint, a store that fails halfway: no file, no temporary folder."""
    world = World()
    with pytest.raises(ExportError, match="no signed checkpoint"):
        await world.export(tmp_path / OUT)
    note = world.signer.sign(Checkpoint(origin=world.signer.name, size=0, root=World().signer.key.public).text())
    world.fake.notes[0] = note
    with pytest.raises(ExportError, match="empty"):
        await world.export(tmp_path / OUT)
    world.fake.notes.clear()
    await world.append(world.entry())
    world.fake.lose(len(world.fake.log) - 1)
    with pytest.raises(ExportError, match=r"not closed by a batch leaf; entry \d+ \(ev_\w+\) is gone"):
        await world.export(tmp_path / OUT)
    assert names(tmp_path) == []


async def test_the_file_is_private(tmp_path: Path) -> None:
    """An export may hold personal data, so only its owner may read it."""
    world = World()
    await world.append(world.entry())
    await world.export(tmp_path / OUT)
    assert mode(tmp_path / OUT) == 0o600
    assert names(tmp_path) == [OUT]


async def test_another_key_cannot_export(tmp_path: Path) -> None:
    """Who does not hold the log's key cannot make an export of its log."""
    world = World()
    await world.append(world.entry())
    store: Store = world.store
    places = Places(store=store, signer=signer(seed="another"), keys=world.keys)
    with pytest.raises(Exception, match="no signature by"):
        await export(places, opened(), tmp_path / OUT, now=START)


async def test_a_deleted_entry_is_proved_to_be_gone(tmp_path: Path) -> None:
    """A log with lost rows is exported all the same: the verifier names each, and finds nothing else wrong."""
    world = World()
    for _ in range(6):
        await world.append(*[world.entry(b'{"lead_id":"ld_1"}') for _ in range(100)])
    whole = await world.export(tmp_path / "whole.zip")
    received = [at for at, leaf in enumerate(world.fake.log) if parse_leaf(leaf).type == LEAD_RECEIVED.number]
    lost = (received[3], received[300], received[301], received[-1])
    for index in lost:
        world.fake.lose(index)
    manifest = await world.export(tmp_path / OUT)
    assert manifest.counts[MISSING] == len(lost)
    assert manifest.counts["in_scope"] == whole.counts["in_scope"] - len(lost)
    verdict = examine((tmp_path / OUT).read_bytes(), key=world.signer.key)
    assert verdict.exit_code == 1
    gone = [each for each in verdict.findings if each.entry is not None]
    assert [each.entry for each in gone] == list(lost)
    for each in gone:
        assert "destroyed evidence" in each.message
        assert event_id_text(world.fake.ids[each.entry or 0]) in each.message
    rest = [each.message for each in verdict.findings if each.entry is None]
    assert all("the others are not proved one by one" in each for each in rest)
    assert rest[0].startswith("of the entries 0 to 255 ")
    assert rest[1].startswith("of the entries 256 to 511 ")
    assert len(rest) == 3
    with pytest.raises(NotProved):
        verify_bundle((tmp_path / OUT).read_bytes(), key=world.signer.key)


async def test_an_entry_changed_beside_a_deleted_one_is_found(tmp_path: Path) -> None:
    """Outside the gap every leaf still counts: who deletes one entry cannot change another far from it unseen."""
    world = World()
    for _ in range(6):
        await world.append(*[world.entry() for _ in range(100)])
    world.fake.lose(3)
    world.fake.log[400] = world.fake.log[401]
    await world.export(tmp_path / OUT)
    found = [str(each) for each in examine((tmp_path / OUT).read_bytes(), key=world.signer.key).findings]
    assert any("do not give the root" in each for each in found)


async def test_a_range_with_a_deleted_entry_at_its_edge_says_what_to_do(tmp_path: Path) -> None:
    """Where the rest cannot be proved, the export names the entry and says which export would prove it."""
    world = World()
    for _ in range(6):
        await world.append(*[world.entry() for _ in range(100)])
    begin = world.fake.heads[2].time
    world.fake.lose(250)
    named = f"entry 250 ({event_id_text(world.fake.ids[250])}) is gone from the log"
    with pytest.raises(ExportError, match=re.escape(named) + ".*export the whole log"):
        await world.export(tmp_path / OUT, opened(scope=ExportScope(begin=begin)))
    world.fake.lose(10)
    begin = world.fake.heads[0].time + 1
    with pytest.raises(ExportError, match=r"beside the range an entry is gone.*export the whole log"):
        await world.export(tmp_path / OUT, opened(scope=ExportScope(begin=begin)))

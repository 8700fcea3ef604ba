"""An export of a log in whose tables somebody has written, on both stores: it is made, and proves what is gone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, Table, delete, func, insert, select, text, update

from audit.encoding import LEAF_SIZE
from audit.findings import Verdict
from audit.verify import examine
from gateway import typeid
from gateway.desk import exports
from gateway.desk.exports import Exported, Wish
from gateway.desk.office import LOCAL
from gateway.errors import Invalid, Unavailable
from gateway.storage.leads.tables import lead_transitions
from gateway.storage.log.tables import audit_checkpoints, audit_entries, audit_payloads, audit_sequence, audit_tree
from gateway.wiring import Gateway
from tests.chaos.world import World, running
from tests.support.stores import Store
from tests.support.waiting import until

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("table", [audit_entries, audit_payloads, audit_sequence], ids=str)
async def test_whoever_deletes_a_row_is_found_out(store: Store, tmp_path: Path, table: Table) -> None:
    """The file is made, and the public verifier names the entry by its index, and by its id where that was left."""
    async with running(store, tmp_path) as world:
        lead = await world.post("ada@acme.example")
        await world.rests(lead.id, "released")
        database = world.gateway.office.database
        decided = select(audit_sequence.c.idx, audit_sequence.c.event_id).join(
            lead_transitions, lead_transitions.c.event_id == audit_sequence.c.event_id
        )
        decided = decided.where(lead_transitions.c.lead_id == lead.id).order_by(audit_sequence.c.idx).limit(1)
        index, event_id = await database.read(lambda connection: connection.execute(decided).one())
        row = await database.read(
            lambda connection: dict(
                connection.execute(select(table).where(table.c.event_id == event_id)).mappings().one()
            )
        )
        await database.transact(lambda tx: tx.connection.execute(delete(table).where(table.c.event_id == event_id)))
        out = tmp_path / "log.zip"
        await world.gateway.desks.exports.export(LOCAL, Wish(), out)
        verdict = examine(out.read_bytes(), key=world.gateway.office.vault.keyring.log_signer().key)
        assert verdict.exit_code == 1
        (gone,) = [each for each in verdict.findings if "destroyed evidence" in each.message]
        assert gone.entry == index
        assert (typeid.encode("ev", event_id) in gone.message) == (table is audit_entries)
        assert not any("root" in each.message for each in verdict.findings)
        # What ends the test derives the whole log again, so the row is put back as it was.
        await database.transact(lambda tx: tx.connection.execute(insert(table), row))


async def test_times_between_which_nothing_lies_are_refused(store: Store, tmp_path: Path) -> None:
    """A slip in the times is told; no empty file is made that looks like a proof, and nothing is noted."""
    async with running(store, tmp_path) as world:
        now, hour, out = world.gateway.office.now(), timedelta(hours=1), tmp_path / "log.zip"
        for begin, end, place in ((now, now - hour, "/to"), (now, now, "/to"), (now + hour, None, "/from")):
            with pytest.raises(Invalid, match="Nothing") as refused:
                await world.gateway.desks.exports.export(LOCAL, Wish(begin=begin, end=end), out)
            assert [fault.pointer for fault in refused.value.faults] == [place]
            assert not out.exists()
        await world.gateway.desks.exports.export(LOCAL, Wish(begin=now - hour, end=now + hour), out)
        assert out.exists()


ODD = {
    "a leaf that is empty": (audit_entries, "leaf", b""),
    "a leaf that is text": (audit_entries, "leaf", "abc"),
    "a leaf that is a number": (audit_entries, "leaf", 5),
    "a leaf of no known type": (audit_entries, "leaf", bytes([1]) * LEAF_SIZE),
    "a time in no calendar": (audit_entries, "at", (1 << 63) - 1),
    "a time that is text": (audit_entries, "at", "abc"),
    "a payload that is text": (audit_payloads, "ciphertext", "abc"),
    "an event that is text": (audit_sequence, "event_id", "abc"),
}
"""What somebody who may write the tables may leave there; text stands in such columns on SQLite alone."""


@pytest.mark.parametrize(("table", "column", "odd"), ODD.values(), ids=ODD)
async def test_whatever_is_written_over_an_entry_the_log_is_exported(
    store: Store, tmp_path: Path, table: Table, column: str, odd: object
) -> None:
    """No single value keeps the rest from being proved, and the check of the tables answers too."""
    if store.dialect == "postgresql" and not (isinstance(odd, bytes) or (column == "at" and isinstance(odd, int))):
        pytest.skip("PostgreSQL refuses it")
    async with running(store, tmp_path) as world:
        lead = await world.post("ada@acme.example")
        await world.rests(lead.id, "released")
        desks, database = world.gateway.desks, world.gateway.office.database
        index = 3
        event_id = await database.read(
            lambda connection: connection.execute(
                select(audit_sequence.c.event_id).where(audit_sequence.c.idx == index)
            ).scalar_one()
        )
        key, here = ("idx", index) if table is audit_sequence else ("event_id", event_id)
        before = select(table.c[column]).where(table.c[key] == here)
        was = await database.read(lambda connection: connection.execute(before).scalar_one())
        edit = text(f"UPDATE {table} SET {column} = :odd WHERE {key} = :here")  # noqa: S608 - our own names
        await database.transact(lambda tx: tx.connection.execute(edit, {"odd": odd, "here": here}))
        out = tmp_path / "log.zip"
        exported = await desks.exports.export(LOCAL, Wish(), out)
        await desks.log.edited()
        verdict = examine(out.read_bytes(), key=world.gateway.office.vault.keyring.log_signer().key)
        assert exported.signing
        assert not any("root" in each.message for each in verdict.findings)
        assert {each.entry for each in verdict.findings if each.entry is not None} <= {index}
        assert (verdict.exit_code == 0) == (column == "at")
        whole = update(table).where(table.c[key] == here).values({column: was})
        await database.transact(lambda tx: tx.connection.execute(whole))


async def stop_signing(gateway: Gateway) -> None:
    """Let nobody sign the log any more."""
    assert gateway._sequencing is not None
    gateway._sequencing.cancel()
    await asyncio.wait([gateway._sequencing])


@pytest.fixture
async def unsigned(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """A gateway that has released a lead, and whose log nobody signs any more; at the end it is signed again."""
    monkeypatch.setattr(exports, "_SIGNED_SECONDS", 0.3)
    async with running(store, tmp_path) as world:
        lead = await world.post("ada@acme.example")
        await world.rests(lead.id, "released")
        await world.settled()
        await stop_signing(world.gateway)
        yield world
        await world.gateway.start_sequencer()


async def exported(world: World, out: Path, wish: Wish | None = None) -> tuple[Exported, Verdict]:
    """Export the log, and what the public verifier says of the file."""
    made = await world.gateway.desks.exports.export(LOCAL, wish or Wish(), out)
    raw = await asyncio.to_thread(out.read_bytes)
    return made, examine(raw, key=world.gateway.office.vault.keyring.log_signer().key)


async def size_of(world: World) -> int:
    """The size of the newest checkpoint."""
    newest = select(func.max(audit_checkpoints.c.size))
    return await world.gateway.office.database.read(lambda connection: connection.execute(newest).scalar_one())


async def execute(world: World, statement: Executable, rows: Any = None) -> None:  # noqa: ANN401 - a row, or many
    """Do to the tables what somebody does who may write them."""
    await world.gateway.office.database.transact(lambda tx: tx.connection.execute(statement, rows))


async def test_a_log_of_which_nothing_was_ever_signed_cannot_be_exported(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing to prove yet, and the error says what to start."""
    monkeypatch.setattr(exports, "_SIGNED_SECONDS", 0.3)
    async with running(store, tmp_path, sequencing=False) as world:
        with pytest.raises(Unavailable, match="Nobody signs"):
            await exported(world, tmp_path / "none.zip")
        await world.gateway.start_sequencer()


@pytest.mark.parametrize("spoilt", [False, True])
async def test_a_log_that_nobody_signs_any_more_is_exported_as_far_as_it_was_signed(
    unsigned: World, tmp_path: Path, *, spoilt: bool
) -> None:
    """Whoever spoils its newest checkpoint takes no more than what stands behind the one before."""
    size, now = await size_of(unsigned), unsigned.gateway.office.now()
    newest = audit_checkpoints.c.size == size
    note = select(audit_checkpoints.c.note).where(newest)
    before = await unsigned.gateway.office.database.read(lambda connection: connection.execute(note).scalar_one())
    if spoilt:
        await execute(unsigned, update(audit_checkpoints).where(newest).values(note=b"x"))
    for wish in (Wish(), Wish(end=now), Wish(end=now + timedelta(hours=1))):
        made, verdict = await exported(unsigned, tmp_path / "log.zip", wish)
        assert not made.signing
        assert (made.manifest.tree_size < size) == spoilt
        assert made.manifest.end <= made.manifest.tree_size
        assert verdict.exit_code == 0
    await execute(unsigned, update(audit_checkpoints).where(newest).values(note=before))


async def test_an_entry_deleted_from_the_newest_part_stops_the_signing_and_not_the_proof(
    unsigned: World, tmp_path: Path
) -> None:
    """The sequencer of the next start refuses; the export is made under what was signed, and names the entry."""
    gateway, index = unsigned.gateway, 3
    event = select(audit_sequence.c.event_id).where(audit_sequence.c.idx == index).scalar_subquery()
    entry = select(audit_entries).where(audit_entries.c.event_id == event)
    row = await gateway.office.database.read(lambda connection: dict(connection.execute(entry).mappings().one()))
    await execute(unsigned, delete(audit_entries).where(audit_entries.c.event_id == row["event_id"]))
    await gateway.start_sequencer()
    await until(lambda: gateway.gave_up_signing or gateway.refused is not None)
    made, verdict = await exported(unsigned, tmp_path / "log.zip")
    assert not made.signing
    assert [each.entry for each in verdict.findings if "destroyed evidence" in each.message] == [index]
    assert not any("root" in each.message for each in verdict.findings)
    await execute(unsigned, insert(audit_entries), row)


async def test_a_log_without_the_row_of_its_newest_tree_is_exported_up_to_a_time(
    unsigned: World, tmp_path: Path
) -> None:
    """No row says any more where the newest batch ends: the checkpoint over it does."""
    newest = select(audit_tree).order_by(audit_tree.c.size.desc()).limit(1)
    database = unsigned.gateway.office.database
    row = await database.read(lambda connection: dict(connection.execute(newest).mappings().one()))
    await execute(unsigned, delete(audit_tree).where(audit_tree.c.size == row["size"]))
    for end in (row["at"] + timedelta(hours=1), row["at"]):
        made, verdict = await exported(unsigned, tmp_path / "log.zip", Wish(end=end))
        assert made.manifest.end == made.manifest.tree_size == row["size"]
        assert verdict.exit_code == 0
    await execute(unsigned, insert(audit_tree), row)


async def test_checkpoints_that_nobody_signed_do_not_hide_the_one_that_was(unsigned: World, tmp_path: Path) -> None:
    """However many somebody writes over the newest one, the log is exported as far as it was signed."""
    size, now = await size_of(unsigned), unsigned.gateway.office.now()
    await execute(
        unsigned,
        insert(audit_checkpoints),
        [{"size": size + more, "note": b"x", "at": now} for more in range(1, 251)],
    )
    made, _ = await exported(unsigned, tmp_path / "log.zip")
    assert not made.signing
    assert made.manifest.tree_size == size
    await execute(unsigned, delete(audit_checkpoints).where(audit_checkpoints.c.size > size))

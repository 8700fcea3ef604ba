"""An export of a log from which somebody has deleted rows, on both stores: it proves the deletion."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, delete, insert, select

from audit.verify import examine
from gateway import typeid
from gateway.desk.exports import Wish
from gateway.desk.office import LOCAL
from gateway.errors import Invalid
from gateway.storage.leads.tables import lead_transitions
from gateway.storage.log.tables import audit_entries, audit_payloads, audit_sequence
from tests.chaos.world import running
from tests.support.stores import Store

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

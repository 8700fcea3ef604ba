"""Look-ups in the store: added, never changed but for what expires; and those of older versions."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from audit.keyring import Keyring
from audit.keys import LocalRootKey
from audit.sealing import open_entry
from audit.types import LEAD_OBSERVATIONS_EXPIRED
from gateway.desk.housekeeping import Housekeeping
from gateway.desk.office import Office
from gateway.lead import Lead
from gateway.lookup import Lookup, Rejection
from gateway.ports import Move
from gateway.storage.engine.database import Database
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.arrivals import Arrivals
from gateway.storage.leads.journal import SqlJournal
from gateway.storage.leads.retention import drop_expired
from gateway.storage.leads.rows import delivery_row
from gateway.storage.leads.tables import deliveries, lead_parts
from gateway.storage.log.tables import audit_entries, audit_payloads
from gateway.storage.sealing import codec
from gateway.storage.sealing.vault import Vault
from gateway.wiring.system import SystemClock, SystemIds
from tests.conformance.journal.examples import LATER, NOW, arrival, lookup, observation
from tests.support.stores import Store

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A journal and what is under it."""

    database: Database
    vault: Vault
    journal: SqlJournal
    ids: SystemIds

    async def looked_up(self, lead: Lead, found: Lookup) -> Lead:
        """Commits one more look-up of a lead."""
        known = replace(lead, lookups=(*lead.lookups, found), updated_at=LATER)
        (moved,) = await self.journal.commit(
            [Move(lead=known, event="lead.enriched", facts={}, parts=frozenset({"lookup"}))]
        )
        return moved

    async def parts(self) -> dict[str, bytes]:
        """Every sealed look-up, by the name of its part."""
        query = select(lead_parts.c.part, lead_parts.c.sealed).where(lead_parts.c.part.startswith("lookup"))
        rows = await self.database.read(lambda connection: connection.execute(query).all())
        return {row.part: row.sealed for row in rows}

    async def expiries(self, lead: Lead) -> list[dict[str, Any]]:
        """What the log says of expired observations under the key of a lead's person, oldest first."""
        own = LEAD_OBSERVATIONS_EXPIRED.number
        query = (
            select(audit_entries.c.leaf, audit_payloads.c.ciphertext)
            .join(audit_payloads, audit_payloads.c.event_id == audit_entries.c.event_id)
            .where(audit_entries.c.type == own)
            .order_by(audit_entries.c.event_id)
        )

        def read(connection: Connection) -> list[dict[str, Any]]:
            key = self.vault.keys(connection, {lead.subject_id})[lead.subject_id].proof()
            return [json.loads(open_entry(row.leaf, row.ciphertext, key)) for row in connection.execute(query)]

        return await self.database.read(read)

    async def loaded(self, lead: Lead) -> Lead:
        """The lead as it stands."""
        (found,) = await self.journal.load([lead.id])
        return found


class NoIds(SystemIds):
    """Gives out no ids for entries."""

    def ordered_bytes(self) -> bytes:
        raise LookupError


@pytest.fixture
async def kept(store: Store, tmp_path: Path) -> AsyncIterator[Kept]:
    """An empty journal."""
    ids = SystemIds(SystemClock())
    root = LocalRootKey.create(tmp_path / "root.key")
    vault = Vault(Keyring.create(tmp_path / "keys", root, origin="leads.example/audit/1", now=NOW), ids)
    database = await store.open()
    journal = SqlJournal(database, vault, Arrivals(database, vault, ids, None), ids)
    yield Kept(database=database, vault=vault, journal=journal, ids=ids)
    await database.close()


async def test_a_look_up_is_added_and_the_one_before_it_stays(kept: Kept) -> None:
    """Each is sealed once, under the revision that brought it; the newest answer of a connector stands."""
    (lead,) = await kept.journal.open([arrival()])
    lead = await kept.looked_up(lead, lookup(observation(), example="match"))
    first = await kept.parts()
    lead = await kept.looked_up(lead, lookup(observation(value="Acme GmbH"), at=LATER, example="match"))
    both = await kept.parts()
    assert list(both) == ["lookup-000002", "lookup-000003"]
    assert both["lookup-000002"] == first["lookup-000002"]
    found = await kept.loaded(lead)
    assert [each.observations[0].value for each in found.lookups] == ["Acme", "Acme GmbH"]
    assert [each.value for each in found.observations] == ["Acme GmbH"]


async def test_what_expires_is_dropped_and_the_rest_stays(kept: Kept) -> None:
    """At its time an observation is gone from its look-up, and from what is known; who was asked is not."""
    (lead,) = await kept.journal.open([arrival()])
    soon = replace(observation(), keep_until=NOW + DAY)
    late = replace(observation("company.industry", "tools"), keep_until=NOW + 2 * DAY)
    lead = await kept.looked_up(lead, lookup(soon, late, observation("company.description", "We"), example="match"))
    assert await drop_expired(kept.database, kept.vault, kept.ids, NOW) == 0
    assert await drop_expired(kept.database, kept.vault, kept.ids, NOW + DAY) == 1
    assert await drop_expired(kept.database, kept.vault, kept.ids, NOW + DAY) == 0
    found = await kept.loaded(lead)
    assert [each.field for each in found.observations] == ["company.industry", "company.description"]
    assert found.enrichment == {"example": "match"}
    await drop_expired(kept.database, kept.vault, kept.ids, NOW + 9 * DAY)
    assert [each.field for each in (await kept.loaded(lead)).observations] == ["company.description"]


async def test_messages_that_were_written_with_it_go_too(kept: Kept) -> None:
    """What was sent to a destination is kept no longer than what it was made of."""
    (lead,) = await kept.journal.open([arrival()])
    lead = await kept.looked_up(lead, lookup(replace(observation(), keep_until=NOW + DAY), example="match"))
    row = delivery_row(lead, "crm", "lead.created", b"\0" * 16, kept.ids, revision=lead.revision)
    await kept.database.write(Unit().insert(deliveries, {**row, "status": "delivered", "body_sealed": b"sealed"}))
    await drop_expired(kept.database, kept.vault, kept.ids, NOW + DAY)
    left = select(deliveries.c.status, deliveries.c.body_sealed)
    assert await kept.database.read(lambda c: c.execute(left).all()) == [("delivered", None)]


async def test_the_log_says_what_was_dropped_and_never_what_it_said(kept: Kept) -> None:
    """One entry for a lead and run, whatever of its look-ups has expired; with sources and names of fields."""
    (lead,) = await kept.journal.open([arrival()])
    gone = [replace(observation(name, "Secret"), keep_until=NOW + DAY) for name in ("company.name", "company.industry")]
    other = replace(gone[0], field="company.tags", source="other@2.0.0")
    rejected = Rejection(connector=other.source, why="another_domain", observations=(other,))
    lead = await kept.looked_up(lead, lookup(gone[0], observation("company.description", "We"), example="match"))
    lead = await kept.looked_up(lead, replace(lookup(gone[1], example="match"), rejected=(rejected,)))
    assert await drop_expired(kept.database, kept.vault, kept.ids, NOW + DAY) == 2
    await drop_expired(kept.database, kept.vault, kept.ids, NOW + DAY)
    assert await kept.expiries(lead) == [
        {
            "lead_id": lead.id,
            "subject_id": lead.subject_id,
            "count": 3,
            "connectors": sorted({gone[0].connector, "other"}),
            "fields": ["company.industry", "company.name", "company.tags"],
        }
    ]


async def test_what_cannot_be_written_down_is_not_dropped(kept: Kept) -> None:
    """Where the entry fails, the observations are still there, and the next run drops them with their entry."""
    (lead,) = await kept.journal.open([arrival()])
    lead = await kept.looked_up(lead, lookup(replace(observation(), keep_until=NOW + DAY), example="match"))
    with pytest.raises(LookupError):
        await drop_expired(kept.database, kept.vault, NoIds(SystemClock()), NOW + DAY)
    assert len((await kept.loaded(lead)).observations) == 1
    assert await drop_expired(kept.database, kept.vault, kept.ids, NOW + DAY) == 1
    assert len(await kept.expiries(lead)) == 1


async def test_housekeeping_drops_it(kept: Kept) -> None:
    """The run that deletes what has expired does so with what connectors said."""
    (lead,) = await kept.journal.open([arrival()])
    await kept.looked_up(lead, lookup(replace(observation(), keep_until=NOW + DAY), example="match"))
    clock = SystemClock()  # its time is long after
    office = Office(database=kept.database, vault=kept.vault, ids=SystemIds(clock), clock=clock, country=None)
    assert await Housekeeping(office).run() == 1
    assert (await kept.loaded(lead)).observations == ()


async def test_many_are_dropped_in_chunks(kept: Kept) -> None:
    """More than one transaction's worth goes in one run."""
    leads = await kept.journal.open([arrival(f"p{number}@acme.example") for number in range(250)])
    gone = lookup(replace(observation(), keep_until=NOW + DAY), example="match")
    moves = [
        Move(lead=replace(lead, lookups=(gone,)), event="lead.enriched", facts={}, parts=frozenset({"lookup"}))
        for lead in leads
    ]
    assert len(await kept.journal.commit(moves)) == 250
    assert await drop_expired(kept.database, kept.vault, kept.ids, NOW + DAY) == 250
    written = await kept.database.read(
        lambda connection: connection.execute(select(audit_entries.c.type)).scalars().all()
    )
    assert written.count(LEAD_OBSERVATIONS_EXPIRED.number) == 250
    assert (await kept.loaded(leads[0])).observations == ()


async def test_what_an_erased_person_left_is_deleted(kept: Kept) -> None:
    """Without the profile key nothing can be opened: the row goes."""
    (lead,) = await kept.journal.open([arrival()])
    await kept.looked_up(lead, lookup(replace(observation(), keep_until=NOW + DAY), example="match"))
    kept.vault.forget(lead.subject_id)
    await kept.database.transact(lambda tx: tx.connection.exec_driver_sql("update subject_keys set profile = null"))
    assert await drop_expired(kept.database, kept.vault, kept.ids, NOW + DAY) == 1
    assert await kept.parts() == {}
    assert await kept.expiries(lead) == []


async def test_what_older_versions_kept_is_read(kept: Kept) -> None:
    """Observations and marks of before are the first look-up; what comes later is added to them."""
    (lead,) = await kept.journal.open([arrival()])
    plain = codec.encode(((observation(),), {"example": "match", "other": "timeout"}))
    keys = await kept.database.read(lambda connection: kept.vault.keys(connection, [lead.subject_id]))
    sealed = keys[lead.subject_id].seal(plain, f"{lead.id}/observations")
    await kept.database.write(Unit().insert(lead_parts, {"lead_id": lead.id, "part": "observations", "sealed": sealed}))
    found = await kept.loaded(lead)
    assert (found.observations, found.enrichment) == ((observation(),), {"example": "match", "other": "timeout"})
    assert [each.called for each in found.lookups[0].asked] == [True, False]
    found = await kept.looked_up(found, lookup(observation(value="New"), at=LATER, example="match"))
    assert [each.value for each in (await kept.loaded(found)).observations] == ["New"]

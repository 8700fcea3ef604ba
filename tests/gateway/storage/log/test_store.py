"""The SQL store of the audit log passes the suite of every audit store, and costs few statements."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from audit.batching import Turn, plan
from audit.encoding import parse_leaf, to_micros
from audit.errors import Fenced
from audit.errors import StoreUnavailable as LogUnavailable
from audit.sealing import SealedEntry
from gateway.storage.engine.database import Database
from gateway.storage.engine.unit import Unit
from gateway.storage.log.store import SqlAuditStore, entry_row
from gateway.storage.log.tables import audit_entries, audit_payloads, audit_waiting
from tests.audit.store_suite import Bench, StoreSuite
from tests.audit.world import ORIGIN, START, World

pytestmark = pytest.mark.integration


class SqlBench(Bench):
    """An SQL store on the bench."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.store = SqlAuditStore(database)

    async def add(self, entries: Sequence[SealedEntry]) -> None:
        unit = Unit()
        for entry in entries:
            event_id = parse_leaf(entry.leaf).event_id
            unit.insert(audit_entries, entry_row(entry))
            unit.insert(audit_payloads, {"event_id": event_id, "ciphertext": entry.ciphertext})
            unit.insert(audit_waiting, {"event_id": event_id})
        await self.database.write(unit)

    async def erase(self, event_id: bytes) -> None:
        await self.database.write(Unit().delete(audit_payloads, {"event_id": event_id}))


class TestSqlAuditStore(StoreSuite):
    """Runs the suite on both dialects."""

    @pytest.fixture
    def bench(self, database: Database) -> SqlBench:
        """An empty SQL store."""
        return SqlBench(database)


async def test_sequencing_a_thousand_entries_is_a_handful_of_statements(database: Database) -> None:
    """1,024 entries are taken and committed in as many statements as one entry."""
    bench, world = SqlBench(database), World()
    await bench.add([world.entry() for _ in range(1024)])
    token = await bench.store.acquire("a", now=START, ttl=timedelta(seconds=5))
    assert token is not None
    sent: list[str] = []

    def note(connection: Connection, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        waiting = await bench.store.unsequenced(1024)
        turn = Turn(origin=ORIGIN, token=token, time=to_micros(START))
        await bench.store.commit(plan(await bench.store.head(), waiting, turn))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(waiting) == 1024
    assert (await bench.store.head()).size > 1024
    assert len(sent) <= 20, sent


async def test_a_closed_store_is_unavailable_in_the_log_s_own_words(database: Database) -> None:
    """The audit package sees its own error tree, never the gateway's."""

    class Gone(SqlBench):
        pass

    bench = Gone(database)
    await database.close()
    with pytest.raises(LogUnavailable):
        await bench.store.head()
    with pytest.raises(LogUnavailable):
        await bench.store.renew(1, now=START, ttl=timedelta(seconds=5))


async def test_nobody_is_fenced_in_before_the_first_lease(database: Database) -> None:
    """Without a lease every token is stale."""
    with pytest.raises(Fenced):
        await SqlAuditStore(database).publish(b"note", size=1, token=0)

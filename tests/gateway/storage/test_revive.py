"""Holds that were forgotten, on both stores: which are queued again, and which are left to a person."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from audit.keyring import Keyring
from audit.keys import LocalRootKey
from gateway.ports import ADVANCE
from gateway.storage.engine.database import Database
from gateway.storage.engine.tables import dead_letters
from gateway.storage.engine.unit import Job, Unit
from gateway.storage.leads.arrivals import Arrivals
from gateway.storage.leads.journal import SqlJournal, forgotten
from gateway.storage.leads.tables import leads
from gateway.storage.sealing.vault import Vault
from gateway.wiring.system import SystemClock, SystemIds
from gateway.work.dead_letters import replay
from tests.gateway.storage.rows import NOW
from tests.support.stores import Store

DUE = NOW - timedelta(hours=1)


@pytest.fixture
def journal(database: Database, tmp_path: Path) -> SqlJournal:
    """The journal on each store."""
    ids = SystemIds(SystemClock())
    root = LocalRootKey.create(tmp_path / "root.key")
    vault = Vault(Keyring.create(tmp_path / "keys", root, origin="test.example/log", now=NOW), ids)
    return SqlJournal(database, vault, Arrivals(database, vault, ids, None), ids)


def held(ident: str, due_at: datetime | None = DUE, status: str = "held") -> dict[str, object]:
    """A lead's row."""
    return {
        "id": ident,
        "subject_id": "sb_1",
        "source": "web",
        "stage": "verified",
        "status": status,
        "revision": 2,
        "attempt": 1,
        "received_at": DUE,
        "updated_at": DUE,
        "due_at": due_at,
    }


def letter(*ids: str, name: str = ADVANCE) -> dict[str, object]:
    """A dead letter's row."""
    row = {"name": name, "ids": list(ids), "attempts": 5, "error": "ValueError at x:1", "at": NOW}
    return {"id": f"dl_{name}_{ids[0]}", **row}


async def queued(database: Database) -> list[str]:
    """The ids in the queue, one for each time they are there."""
    query = {
        "sqlite": "SELECT value FROM work_items, json_each(ids) ORDER BY work_items.id",
        "postgresql": "SELECT jsonb_array_elements_text(convert_from(payload, 'UTF8')::jsonb -> 'ids') FROM pgqueuer",
    }[database.dialect]
    return list(await database.read(lambda connection: connection.execute(text(query)).scalars().all()))


async def test_a_forgotten_hold_is_queued_once(database: Database, journal: SqlJournal) -> None:
    """However often it is looked for; what is not due, not held or in the queue already is left alone."""
    unit = Unit().insert(leads, held("ld_1"), held("ld_2"), held("ld_3", NOW), held("ld_4", None))
    unit.insert(leads, held("ld_5", status="released"))
    await database.write(unit.enqueue(Job(name=ADVANCE, ids=("ld_0", "ld_2"))))
    assert [await journal.revive(NOW) for _ in range(3)] == [1, 0, 0]
    assert sorted(await queued(database)) == ["ld_0", "ld_1", "ld_2"]


async def test_a_dead_letter_s_leads_are_left_to_a_person(database: Database, journal: SqlJournal) -> None:
    """Nothing is queued for them until the letter is replayed and its job has come to its end."""
    await database.write(Unit().insert(leads, held("ld_1"), held("ld_2")).insert(dead_letters, letter("ld_0", "ld_1")))
    await database.write(Unit().insert(dead_letters, letter("ld_2", name="deliver")))
    assert [await journal.revive(NOW) for _ in range(3)] == [1, 0, 0]
    assert await queued(database) == ["ld_2"]
    await database.transact(lambda tx: replay(tx, f"dl_{ADVANCE}_ld_0", now=NOW))
    assert sorted(await queued(database)) == ["ld_0", "ld_1", "ld_2"]
    table = {"sqlite": "work_items", "postgresql": "pgqueuer"}[database.dialect]
    await database.transact(lambda tx: tx.connection.execute(text(f"DELETE FROM {table}")))  # noqa: S608 - one of two names
    assert await journal.revive(NOW) == 2


async def test_dead_letters_starve_nobody(database: Database, journal: SqlJournal) -> None:
    """Poisonous leads with the lowest ids take no place from the others; who has waited longest comes first."""
    poisonous = [f"ld_0{number}" for number in range(5)]
    unit = Unit().insert(leads, *map(held, poisonous)).insert(dead_letters, letter(*poisonous))
    unit.insert(leads, held("ld_1"), held("ld_2", DUE - timedelta(seconds=1)))
    await database.write(unit)
    assert await journal.revive(NOW, limit=1) == 1
    assert await queued(database) == ["ld_2"]


@pytest.mark.integration
async def test_only_holds_that_are_due_are_read(sqlite_store: Store) -> None:
    """The search goes through the index of the holds by their time; PostgreSQL would read so small a table whole."""
    database = await sqlite_store.open()

    def explain(connection: Connection) -> list[str]:
        asked = forgotten(database, NOW, 10).compile(connection)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", (0,) * len(asked.positiontup or ()))
        return [step.detail for step in plan]

    steps = await database.read(explain)
    await database.close()
    assert any("ix_leads_held_due" in step for step in steps), steps

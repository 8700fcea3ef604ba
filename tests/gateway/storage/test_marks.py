"""Marks of idempotent requests: of two that find an expired one, one makes the leads; what burns, burns once."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.keyring import Keyring
from audit.keys import LocalRootKey
from gateway.errors import Conflict
from gateway.lead import Lead
from gateway.ports import Mark, OneUse
from gateway.storage.engine.database import Database
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.arrivals import Arrivals
from gateway.storage.leads.journal import SqlJournal
from gateway.storage.sealing.vault import Vault
from gateway.wiring.system import SystemClock, SystemIds
from tests.conformance.journal.examples import NOW, arrival
from tests.support.stores import Store

OLD = Mark(key=b"k" * 32, fingerprint=b"f" * 32, expires_at=NOW + timedelta(minutes=10))
LATER = NOW + timedelta(minutes=11)
NEW = replace(OLD, expires_at=LATER + timedelta(minutes=10))


class Interrupted:
    """A database that something else happens to after it has refused a unit, before its writer hears of it."""

    def __init__(self, database: Database, meanwhile: Callable[[], Awaitable[object]] | None = None) -> None:
        self.database = database
        self.meanwhile = meanwhile
        self.refused = 0

    async def write(self, unit: Unit) -> None:
        """Write, and let the other thing happen before a refusal is told."""
        try:
            await self.database.write(unit)
        except Conflict:
            self.refused += 1
            if self.meanwhile is not None:
                happens, self.meanwhile = self.meanwhile, None
                await happens()
            raise

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else a database can
        """Everything else is the database's own."""
        return getattr(self.database, name)


@pytest.fixture(
    params=[
        pytest.param("sqlite_store", marks=pytest.mark.integration),
        pytest.param("postgres_store", marks=[pytest.mark.integration, pytest.mark.postgres]),
    ]
)
def store(request: pytest.FixtureRequest) -> Store:
    """Each store, empty."""
    found: Store = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def journal(store: Store, tmp_path: Path) -> AsyncIterator[SqlJournal]:
    """A journal on it."""
    ids = SystemIds(SystemClock())
    root = LocalRootKey.create(tmp_path / "root.key")
    vault = Vault(Keyring.create(tmp_path / "keys", root, origin="leads.example/audit/1", now=NOW), ids)
    database = await store.open()
    yield SqlJournal(database, vault, Arrivals(database, vault, ids, None), ids)
    await database.close()


async def test_two_that_find_an_expired_mark_make_one_lead(journal: SqlJournal) -> None:
    """A double click after the time of the first post is over: the slower of the two gets the quicker one's lead."""
    (old,) = await journal.open([arrival()], OLD)
    made: list[Lead] = []

    async def quicker() -> None:
        made.extend(await journal.open([arrival(at=LATER)], NEW))

    interrupted: Any = Interrupted(journal.database, quicker)
    slow = SqlJournal(interrupted, journal.vault, journal.arrivals, journal.ids)
    answered: Sequence[Lead] = await slow.open([arrival(at=LATER)], NEW)
    assert [lead.id for lead in answered] == [lead.id for lead in made]
    assert made[0].id != old.id


async def test_a_challenge_that_another_request_used_is_told_at_once(journal: SqlJournal) -> None:
    """It is no race of one person's inquiries: nothing is written again, and the refusal says what it is."""
    burning = replace(OLD, burn=OneUse(mac=b"c" * 32, expires_at=OLD.expires_at))
    await journal.open([arrival()], burning)
    counting: Any = Interrupted(journal.database)
    other = SqlJournal(counting, journal.vault, journal.arrivals, journal.ids)
    with pytest.raises(Conflict, match="used before, by another one"):
        await other.open([arrival("bob@acme.example")], replace(burning, key=b"m" * 32))
    assert counting.refused == 1

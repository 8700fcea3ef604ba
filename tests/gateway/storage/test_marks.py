"""Marks of idempotent requests whose time is over: of two requests that find one at once, one makes the leads."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.keyring import Keyring
from audit.keys import LocalRootKey
from gateway.lead import Lead
from gateway.ports import Mark
from gateway.storage.engine.database import Database
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
    """A database whose next reader is held up after it has read, while something else happens."""

    def __init__(self, database: Database, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self.database = database
        self.meanwhile: Callable[[], Awaitable[object]] | None = meanwhile

    async def read(self, fn: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - as the database's own
        """Read, let the other thing happen, and only then tell what was read."""
        found = await self.database.read(fn)
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            await happens()
        return found

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

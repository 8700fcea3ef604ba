"""The stores behind enrichment pass its suites on both databases."""

import asyncio
from pathlib import Path

import pytest

from audit.keyring import Keyring
from audit.keys import LocalRootKey
from gateway.enrichment import MemoryWindows
from gateway.spending import Pot
from gateway.storage.engine.database import Database
from gateway.storage.engine.opening import open_database
from gateway.storage.engine.unit import Unit
from gateway.storage.sealing.vault import Vault
from gateway.storage.vendors.answers import SqlCache
from gateway.storage.vendors.calls import SqlCalls
from gateway.storage.vendors.slots import SqlWindows
from gateway.storage.vendors.spends import forget_days, spent
from gateway.storage.windows import SqlQuotas
from gateway.wiring.system import SystemClock, SystemIds
from tests.conformance.enrichment.suites import NOW, CacheSuite, CallsSuite, QuotasSuite, WindowsSuite
from tests.support.stores import Store

IDS = SystemIds(SystemClock())


@pytest.fixture
async def vault(database: Database, tmp_path: Path) -> Vault:
    """A vault with the keys of two persons."""
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    keyring = Keyring.create(folder, LocalRootKey.create(folder / "root.key"), origin="test.example/log", now=NOW)
    made = Vault(keyring, IDS)
    await database.transact(lambda tx: made.open_log_key(tx.connection))
    for subject in ("sb_1", "sb_2"):
        unit = Unit()
        made.mint(subject, unit)
        await database.write(unit)
    return made


class TestSqlWindows(WindowsSuite):
    """Windows and slots that all workers share."""

    @pytest.fixture
    def windows(self, database: Database) -> SqlWindows:
        """Empty ones."""
        return SqlWindows(database, IDS)


class TestSqlQuotas(QuotasSuite):
    """Quotas that the next process reads."""

    @pytest.fixture
    def quotas(self, database: Database) -> SqlQuotas:
        """Empty ones."""
        return SqlQuotas(database)


class TestKeptWindows(WindowsSuite):
    """Windows in memory over quotas in the store: what a gateway on SQLite has."""

    @pytest.fixture
    def windows(self, database: Database) -> MemoryWindows:
        """Empty ones."""
        return MemoryWindows(SqlQuotas(database))


class TestSqlCalls(CallsSuite):
    """Call records that outlive a crash."""

    @pytest.fixture
    def calls(self, database: Database) -> SqlCalls:
        """Empty ones."""
        return SqlCalls(database, IDS)

    async def test_the_next_process_finds_what_was_set_aside(self, calls: SqlCalls, database: Database) -> None:
        """A worker that was killed in a call has spent it, for all the others and for those that come after it."""
        day = Pot(scope="day", day="2026-03-02", limit_micros=25)
        assert isinstance(await self.pay(calls, 1, day), str)
        other = SqlCalls(database, IDS)
        done = await self.pay(other, 2, day)
        assert isinstance(done, str)
        await other.finish(done, outcome="match", cost_micros=12, currency="USD", now=NOW)
        assert await self.pay(SqlCalls(database, IDS), 3, day) == day
        totals = await spent(database, "2026-03-02")
        assert {key: (each.reserved_micros, each.spent_micros) for key, each in totals.items()} == {
            ("day", "2026-03-02", "USD"): (10, 12)
        }

    async def test_workers_share_one_pot(self, database: Database, store: Store) -> None:
        """On PostgreSQL two processes that begin calls at once, in any order of pots, do not overdraw."""
        pots = [Pot(scope=f"vendor:{name}", day="2026-03-02", limit_micros=55) for name in "ab"]
        day = Pot(scope="day", day="2026-03-02", limit_micros=75)
        others = [await open_database(store.url, schema=store.schema)] if store.dialect == "postgresql" else [database]
        workers = [SqlCalls(each, IDS) for each in (database, *others)]
        try:
            begun = await asyncio.gather(
                *(
                    self.pay(workers[n % 2], n, *((day, pots[n % 3 % 2]) if n % 4 else (pots[0], day)))
                    for n in range(60)
                )
            )
            assert sum(isinstance(each, str) for each in begun) == 7
        finally:
            for each in others:
                if each is not database:
                    await each.close()

    async def test_days_that_are_long_over_are_forgotten(self, calls: SqlCalls, database: Database) -> None:
        """A list has no day, and stays; the last thirteen months too."""
        for number, (scope, day) in enumerate([("day", "2024-12-31"), ("day", "2026-03-01"), ("list:ls_1", "")]):
            assert isinstance(await self.pay(calls, number, Pot(scope=scope, day=day)), str)
        assert await database.transact(lambda tx: forget_days(tx, NOW)) == 1
        assert (len(await spent(database, "2026-03-01")), len(await spent(database, ""))) == (1, 1)


class TestSqlCache(CacheSuite):
    """Sealed answers."""

    @pytest.fixture
    def cache(self, database: Database, vault: Vault) -> SqlCache:
        """An empty one."""
        return SqlCache(database, vault)

    async def test_erased_persons_answers_are_gone(self, cache: SqlCache, database: Database, vault: Vault) -> None:
        """Once the profile key is destroyed, the answer cannot be read, and a new one is not kept."""
        await self.put(cache, b"a", b"payload", subject_id="sb_1")
        assert await cache.get(b"a", now=NOW) == b"payload"
        vault.forget("sb_1")
        await database.transact(lambda tx: tx.connection.exec_driver_sql("update subject_keys set profile = null"))
        assert await cache.get(b"a", now=NOW) is None
        vault.forget("sb_2")
        await self.put(cache, b"b", b"payload", subject_id="sb_2")
        assert await cache.get(b"b", now=NOW) is None

"""The stores behind enrichment pass its suites on both databases."""

from pathlib import Path

import pytest

from audit.keyring import Keyring
from audit.keys import LocalRootKey
from gateway.enrichment import MemoryWindows
from gateway.storage.engine.database import Database
from gateway.storage.engine.unit import Unit
from gateway.storage.sealing.vault import Vault
from gateway.storage.vendors.answers import SqlCache
from gateway.storage.vendors.calls import SqlCalls
from gateway.storage.vendors.slots import SqlWindows
from gateway.storage.windows import SqlQuotas
from gateway.wiring.system import SystemClock, SystemIds
from tests.conformance.enrichment.suites import NOW, CacheSuite, CallsSuite, QuotasSuite, WindowsSuite

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

"""What all processes remember about mail servers, on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from audit.keyring import IDEMPOTENCY, Keyring
from audit.keys import LocalRootKey
from gateway.storage.engine.database import Database
from gateway.storage.sealing.vault import Vault
from gateway.storage.vendors.mail_servers import SqlProbes
from gateway.storage.vendors.tables import catch_alls
from gateway.verification.mail_servers import CatchAll
from gateway.wiring.system import SystemClock, SystemIds
from tests.conformance.probes.suites import NOW, ProbeMemorySuite


@pytest.fixture
def probes(database: Database, tmp_path: Path) -> SqlProbes:
    """An empty memory in the store."""
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    keyring = Keyring.create(folder, LocalRootKey.create(folder / "root.key"), origin="test.example/log", now=NOW)
    return SqlProbes(database, Vault(keyring, SystemIds(SystemClock())), IDEMPOTENCY)


class TestSqlProbes(ProbeMemorySuite):
    """The store passes the suite."""

    @pytest.fixture
    def memory(self, probes: SqlProbes) -> SqlProbes:
        """The store's."""
        return probes


async def test_no_domain_is_kept_in_clear(database: Database, probes: SqlProbes) -> None:
    """A domain may bear a person's name: the row holds a keyed code of it, and says when it may go."""
    await probes.remember("jane-doe.example", CatchAll.YES, now=NOW)
    (row,) = await database.read(lambda connection: connection.execute(select(catch_alls)).mappings().all())
    assert "jane" not in str(dict(row))
    assert (row["found"], row["expires_at"]) == ("yes", NOW + timedelta(days=1))

"""What all processes remember about mail servers, on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from audit.keyring import IDEMPOTENCY, Keyring
from audit.keys import LocalRootKey
from gateway.enrichment import MemoryWindows
from gateway.storage.engine.database import Database
from gateway.storage.sealing.vault import Vault
from gateway.storage.vendors.mail_servers import SqlProbes, forget_pauses
from gateway.storage.vendors.tables import catch_alls, mail_pauses
from gateway.storage.windows import SqlQuotas, rate_windows
from gateway.verification.mail_servers import FIRST, FORGIVEN, CatchAll
from gateway.verification.probes.smtp.identity import ProbeLimits
from gateway.verification.probes.smtp.pace import Moment, Pace
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


async def test_no_group_is_kept_in_clear_but_well_known_operators(database: Database, probes: SqlProbes) -> None:
    """Name, reply and the rate windows alike; an operator's reply keeps its words, without the names in it."""
    pace = Pace(MemoryWindows(SqlQuotas(database)), ProbeLimits(), probes.named)
    for group in ("janedoe.example", "outlook.com", "smith.example"):
        await probes.refused(group, "550 5.7.1 mx.janedoe.example: see https://www.spamhaus.org for 8.8.8.8", now=NOW)
        assert await pace.turn(group, Moment(NOW)) is None
        await pace.rest(group, Moment(NOW))
    pauses, windows = [
        await database.read(lambda connection, table=table: connection.execute(select(table)).mappings().all())  # type: ignore[misc]  # the loop's
        for table in (mail_pauses, rate_windows)
    ]
    told = str([dict(row) for row in (*pauses, *windows)])
    assert "janedoe" not in told
    assert "smith" not in told
    by_name = {row["name"]: row["why"] for row in pauses}
    assert by_name["outlook.com"] == "550 5.7.1 …: see https://www.spamhaus.org for 8.8.8.8"
    assert by_name[probes.named("janedoe.example")] == "550 5.7.1"
    assert probes.named("smith.example") in by_name["*"]
    assert "smtp:outlook.com" in {row["scope"] for row in windows}


async def test_pauses_long_past_are_forgotten(database: Database, probes: SqlProbes) -> None:
    """Once the next refusal would be a first one again, and not before."""
    await probes.refused("outlook.com", "no", now=NOW)
    over = NOW + FIRST + FORGIVEN
    assert await database.transact(lambda tx: forget_pauses(tx, over)) == 0
    assert await database.transact(lambda tx: forget_pauses(tx, over + timedelta(seconds=1))) == 1

"""Housekeeping on both stores: what has expired goes, what has not stays."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audit.keyring import Keyring
from audit.keys import LocalRootKey
from gateway.desk.housekeeping import Housekeeping
from gateway.desk.office import Office
from gateway.storage import windows
from gateway.storage.engine.database import Database
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.tables import form_challenges, idempotency, quarantine, quarantine_keys
from gateway.storage.sealing.vault import Vault
from gateway.storage.windows import Limit, block, count_call
from gateway.wiring.system import SystemIds

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Stopped:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    """The means of a desk."""
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    keyring = Keyring.create(folder, LocalRootKey.create(folder / "root.key"), origin="test.example/log", now=NOW)
    clock = Stopped()
    ids = SystemIds(clock)
    return Office(database=database, vault=Vault(keyring, ids), ids=ids, clock=clock, country=None)


def kept(ident: str, day: str, expires_at: datetime) -> dict[str, object]:
    """A quarantined request."""
    return {
        "id": ident,
        "source": "web",
        "reasons": ["malformed"],
        "content_type": "application/json",
        "size": 2,
        "sealed": b"{}",
        "day": day,
        "received_at": NOW - timedelta(days=31),
        "expires_at": expires_at,
    }


async def test_what_has_expired_goes_with_its_key(office: Office) -> None:
    """Expired rows are deleted, the key of a day without rows is destroyed, everything else stays."""
    late, soon = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
    unit = Unit()
    unit.insert(form_challenges, {"mac": b"a", "expires_at": late}, {"mac": b"b", "expires_at": soon})
    unit.insert(idempotency, {"mac": b"a", "fingerprint": b"f", "answer": [], "expires_at": late})
    unit.insert(quarantine, kept("qr_1", "2026-01-30", late), kept("qr_2", "2026-01-31", soon))
    for day in ("2026-01-30", "2026-01-31", "2026-03-02"):
        unit.insert(quarantine_keys, {"source": "web", "day": day, "kek_generation": 1, "wrapped": b"key"})
    await office.database.write(unit)
    assert await Housekeeping(office).run() == 3
    assert await Housekeeping(office).run() == 0
    keys = await office.database.read(lambda c: {row.day: row.wrapped for row in c.execute(select(quarantine_keys))})
    assert keys == {"2026-01-30": None, "2026-01-31": b"key", "2026-03-02": b"key"}
    left = await office.database.read(lambda c: c.execute(select(func.count()).select_from(quarantine)).scalar_one())
    assert left == 1


async def test_rate_windows_go_when_they_are_over(office: Office) -> None:
    """Two rows per text that ever came are not kept for ever; a window or a block that still counts is."""
    ten_minutes = Limit(calls=1, seconds=600)
    old = NOW - timedelta(hours=2)
    for scope, at in (("text:web:1", old), ("text:web:2", old), ("text:web:3", NOW)):
        assert await count_call(office.database, scope, [ten_minutes], at) is None
    assert await count_call(office.database, "source:web", [Limit(calls=1, seconds=86_400)], old) is None
    await block(office.database, "pdl", NOW + timedelta(minutes=1))
    assert await Housekeeping(office).run() == 5  # the rows of the first two texts, and the source's row of no block
    assert await Housekeeping(office).run() == 0
    assert await count_call(office.database, "text:web:3", [ten_minutes], NOW) is not None
    assert await count_call(office.database, "source:web", [Limit(calls=1, seconds=86_400)], NOW) is not None
    assert await count_call(office.database, "pdl", [], NOW) is not None


async def test_many_rate_windows_go_in_chunks(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are over, no transaction deletes more than its share."""
    monkeypatch.setattr(windows, "_CHUNK", 2)
    for number in range(5):
        await count_call(office.database, f"text:web:{number}", [Limit(calls=1, seconds=60)], NOW - timedelta(hours=3))
    assert await Housekeeping(office).run() == 10

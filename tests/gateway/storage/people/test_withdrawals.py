"""Withdrawals by contact point, on both databases: what is one contact point, and what stands of it."""

from pathlib import Path

from sqlalchemy import select

from audit.keyring import Keyring
from audit.keys import LocalRootKey
from consent.suppression import SuppressionKind, SuppressionScope
from consent.terms import Channel, Purpose
from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.people.tables import contact_withdrawals
from gateway.storage.people.withdrawals import write_withdrawals
from gateway.storage.sealing.vault import Vault
from gateway.wiring.system import SystemClock, SystemIds
from tests.conformance.journal.examples import NOW

IDS = SystemIds(SystemClock())
WHOLE = SuppressionScope(purpose=None, channel=None)
CALLS = SuppressionScope(purpose=Purpose.MARKETING, channel=Channel.CALL)


async def test_spellings_of_one_contact_point_are_one_withdrawal(database: Database, tmp_path: Path) -> None:
    """A number that comes twice in one word is kept once for each scope, and again when the word is repeated."""
    root = LocalRootKey.create(tmp_path / "root.key")
    vault = Vault(Keyring.create(tmp_path / "keys", root, origin="leads.example/audit/1", now=NOW), IDS)
    await database.transact(lambda tx: vault.open_log_key(tx.connection))
    number, spaced = "+4930901820", "+49 30 901820"
    taken = [(SuppressionKind.PHONE_E164, each, scope) for each in (number, spaced) for scope in (WHOLE, CALLS)]

    def run(tx: Tx) -> int:
        unit = Unit()
        made = write_withdrawals(tx.connection, unit, IDS, vault, taken, by="op", at=NOW)
        tx.apply(unit)
        return len(made)

    query = select(contact_withdrawals.c.purpose)
    for _ in range(2):
        assert await database.transact(run) == 1
        found = await database.read(lambda connection: connection.execute(query).scalars().all())
        assert sorted(found, key=str) == [None, "marketing"]

"""What all processes remember about the mail servers that they ask: who has refused us, and who says yes to all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, LargeBinary, Text, bindparam, delete, select, text

from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.schema import Time
from gateway.storage.engine.unit import Unit
from gateway.storage.sealing.vault import Vault
from gateway.storage.vendors.tables import catch_alls, mail_pauses
from gateway.storage.windows import hold
from gateway.verification.mail_servers import CatchAll, Pause, after_refusal, standing

_CLAIM: Final = text(
    "INSERT INTO catch_alls (domain_mac, found, expires_at) VALUES (:domain, :found, :expires) "
    "ON CONFLICT (domain_mac) DO UPDATE SET found = excluded.found, expires_at = excluded.expires_at "
    "WHERE catch_alls.expires_at <= :now"
).bindparams(
    bindparam("domain", type_=LargeBinary),
    bindparam("found", type_=Text),
    bindparam("expires", type_=Time),
    bindparam("now", type_=Time),
)
_REFUSALS: Final = "smtp:refusals"
"""The row that whoever writes down a refusal holds, so that of several at once each sees the ones before."""


class SqlProbes:
    """Implements `ProbeMemory` of `gateway.verification.probes` in the store.

    A domain is kept as a keyed HMAC, for it may bear a person's name; a group of mail servers in clear.
    """

    def __init__(self, database: Database, vault: Vault, purpose: str) -> None:
        self.database = database
        self.vault = vault
        self.purpose = purpose

    async def claim(self, domain: str, *, now: datetime) -> CatchAll | None:
        """Take the domain's one catch-all probe: None when it is yours, else what is known."""
        key = self._key(domain)
        row = {"domain": key, "found": CatchAll.UNCLEAR.value, "expires": now + CatchAll.UNCLEAR.kept, "now": now}

        def run(tx: Tx) -> CatchAll | None:
            if tx.connection.execute(_CLAIM, row).rowcount:
                return None
            query = select(catch_alls.c.found).where(catch_alls.c.domain_mac == key)
            return CatchAll(tx.connection.execute(query).scalar_one())

        return await self.database.transact(run)

    async def give_back(self, domain: str) -> None:
        """Give a claim back that was not made use of."""
        await self.database.write(Unit().delete(catch_alls, {"domain_mac": self._key(domain)}))

    async def remember(self, domain: str, found: CatchAll, *, now: datetime) -> None:
        """Keep what a domain's mail server was found to do, for as long as `CatchAll.kept` says."""
        row = {"domain_mac": self._key(domain), "found": found.value, "expires_at": now + found.kept}
        await self.database.write(Unit().put(catch_alls, row))

    async def refused(self, group: str, why: str, *, now: datetime) -> None:
        """Leave a group alone after a refusal, and everybody where several have refused."""

        def run(tx: Tx) -> None:
            hold(tx, _REFUSALS, [0], now)
            rows = [_row(each) for each in after_refusal(_known(tx.connection), group, why, now)]
            tx.apply(Unit().put(mail_pauses, *rows))

        await self.database.transact(run)

    async def pause(self, group: str, *, now: datetime) -> Pause | None:
        """Give the pause that stands against a group now, its own or everybody's; of two the longer."""
        return standing(await self.database.read(_known), group, now)

    async def pauses(self, *, now: datetime) -> Sequence[Pause]:
        """List the pauses that stand, by group."""
        return [each for each in await self.database.read(_known) if each.until > now]

    async def resume(self, group: str) -> bool:
        """Lift a pause by hand and forget its refusals; says whether there was one."""
        gone = delete(mail_pauses).where(mail_pauses.c.name == group)
        return await self.database.transact(lambda tx: tx.connection.execute(gone).rowcount > 0)

    def _key(self, domain: str) -> bytes:
        return self.vault.keyring.hmac(self.purpose, b"catch-all/" + domain.encode())


def _known(connection: Connection) -> list[Pause]:
    """Every pause that is remembered, also those that are over: there are as many as mail servers that refused us."""
    rows = connection.execute(select(mail_pauses).order_by(mail_pauses.c.name)).mappings()
    return [
        Pause(
            group=row["name"],
            refused_at=row["refused_at"],
            until=row["until"],
            times=row["times"],
            why=row["why"],
        )
        for row in rows
    ]


def _row(pause: Pause) -> dict[str, object]:
    return {
        "name": pause.group,
        "refused_at": pause.refused_at,
        "until": pause.until,
        "times": pause.times,
        "why": pause.why,
    }

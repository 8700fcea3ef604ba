"""What all processes remember about the mail servers that they ask: who has refused us, and who says yes to all."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, LargeBinary, Text, bindparam, delete, select, text, true

from gateway.storage.engine.database import Database, Tx
from gateway.storage.engine.schema import Time
from gateway.storage.engine.unit import Unit
from gateway.storage.sealing.vault import Vault
from gateway.storage.vendors.tables import catch_alls, mail_pauses
from gateway.storage.windows import hold
from gateway.verification.mail_servers import (
    EVERY,
    FORGIVEN,
    KNOWN,
    WITHIN,
    CatchAll,
    Pause,
    after_refusal,
    is_operator,
    standing,
    without_names,
)

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
_CODE: Final = 12
_CODED: Final = re.compile(f"group-[0-9a-f]{{{_CODE}}}")
_REFUSALS: Final = "smtp:refusals"
"""The row that whoever writes down a refusal holds, so that of several at once each sees the ones before."""


class SqlProbes:
    """Implements `ProbeMemory` of `gateway.verification.probes` in the store.

    A domain is kept as a keyed HMAC, for it may bear a person's name, and so is a group of mail servers, as `named`
    gives it; of well-known operators alone the name is kept.
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
        first = {"domain": self._untold(domain), "found": found.value, "expires": now + KNOWN, "now": now}

        def run(tx: Tx) -> None:
            tx.apply(Unit().put(catch_alls, row))
            if found is CatchAll.UNCLEAR:  # beside it, when that was so for the first time
                tx.connection.execute(_CLAIM, first)

        await self.database.transact(run)

    async def untold_since(self, domain: str, *, now: datetime) -> datetime | None:
        """When `UNCLEAR` was first remembered of a domain within `KNOWN`; None where it was not."""
        which = (catch_alls.c.domain_mac == self._untold(domain)) & (catch_alls.c.expires_at > now)
        query = select(catch_alls.c.expires_at).where(which)
        expires = await self.database.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return None if expires is None else expires - KNOWN

    async def refused(self, group: str, why: str, *, now: datetime) -> None:
        """Leave a group alone after a refusal, and everybody where several have refused."""
        name = self.named(group)

        def run(tx: Tx) -> None:
            hold(tx, _REFUSALS, [0], now)
            lately = mail_pauses.c.refused_at > now - WITHIN
            known = _known(tx.connection, lately | mail_pauses.c.name.in_((name, EVERY)))
            rows = [_row(each) for each in after_refusal(known, name, without_names(group, why), now)]
            tx.apply(Unit().put(mail_pauses, *rows))

        await self.database.transact(run)

    async def pause(self, group: str, *, now: datetime) -> Pause | None:
        """Give the pause that stands against a group now, its own or everybody's; of two the longer."""
        name = self.named(group)
        which = mail_pauses.c.name.in_((name, EVERY))
        return standing(await self.database.read(lambda connection: _known(connection, which)), name, now)

    async def pauses(self, *, now: datetime) -> Sequence[Pause]:
        """List the pauses that stand, by group."""
        which = mail_pauses.c.until > now
        return await self.database.read(lambda connection: _known(connection, which))

    async def resume(self, group: str) -> bool:
        """Lift a pause by hand, or all for `EVERY`, and forget its refusals; says whether there was one."""
        which = true() if group == EVERY else mail_pauses.c.name == self.named(group)
        gone = delete(mail_pauses).where(which)
        return await self.database.transact(lambda tx: tx.connection.execute(gone).rowcount > 0)

    def named(self, group: str) -> str:
        """The name under which a group is kept and listed: its own, or a keyed code; a code stands for itself."""
        if is_operator(group) or _CODED.fullmatch(group):
            return group
        return f"group-{self.vault.keyring.hmac(self.purpose, b'mail-servers/' + group.encode()).hex()[:_CODE]}"

    def _key(self, domain: str) -> bytes:
        return self.vault.keyring.hmac(self.purpose, b"catch-all/" + domain.encode())

    def _untold(self, domain: str) -> bytes:
        return self.vault.keyring.hmac(self.purpose, b"catch-all-untold/" + domain.encode())


def forget_pauses(tx: Tx, now: datetime) -> int:
    """Delete the pauses that are over for so long that the next refusal is a first one again; says how many."""
    return tx.connection.execute(delete(mail_pauses).where(mail_pauses.c.until < now - FORGIVEN)).rowcount


def _known(connection: Connection, which: ColumnElement[bool]) -> list[Pause]:
    """Pauses that are remembered, also such as are over."""
    rows = connection.execute(select(mail_pauses).where(which).order_by(mail_pauses.c.name)).mappings()
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

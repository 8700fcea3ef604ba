"""The desk of what could not be read or looked like spam: kept sealed, shown with reasons, replayed on demand.

Raw bytes are sealed under a key per source and day, together with what was known of the request (address, browser,
page), so that a replay proves consent as the request itself would have; destroying that key is their expiry.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog
from sqlalchemy import Connection, RowMapping, func, select

from audit.keys import KEY_SIZE, WrappedKey, open_blob, seal_blob
from gateway.desk.office import Actor, Office
from gateway.errors import Conflict, NotFound
from gateway.intake import RequestContext
from gateway.intake.kit.settings import SourceSettings
from gateway.ports import Mark
from gateway.storage.engine.database import Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.marks import burn, once, write_mark
from gateway.storage.leads.tables import quarantine, quarantine_keys

_SHOWN: Final = (
    "id",
    "source",
    "reasons",
    "content_type",
    "size",
    "received_at",
    "expires_at",
    "replayed_at",
    "lead_id",
)

_SHARED_ROWS: Final = 2
"""The rows that requests at the same time may both add: the key of the source's day, and the mark."""
_HEAD_SIZE: Final = 4
_NAME: Final = r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}"
_MEDIA: Final = re.compile(rf"{_NAME}/{_NAME}")
"""A media type without parameters (RFC 6838 section 4.2)."""
_BYTES: Final = "application/octet-stream"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One request with leads in it."""

    kind: str
    body: bytes = field(repr=False)
    content_type: str
    context: RequestContext
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A request in quarantine, opened: `content_type` as it was sent, `context` without keys."""

    id: str
    source: str
    content_type: str
    reasons: tuple[str, ...]
    received_at: datetime
    expires_at: datetime
    body: bytes = field(repr=False)
    context: RequestContext


class QuarantineDesk:
    """Keeps raw requests aside."""

    def __init__(self, office: Office, *, days: int, rows: int) -> None:
        self.office = office
        self.days = days
        self.rows = rows

    async def keep(
        self, source: SourceSettings, post: Post, reasons: Sequence[str], mark: Mark | None = None
    ) -> str | None:
        """Seal a request's bytes and context; over the source's cap it is only counted, and None is returned.

        With a mark the request is kept once: the same mark again gives the place of the first time.

        Raises:
            Conflict: another request was quicker with what the mark burns.
            StoreUnavailable: nothing was kept.
        """
        now = self.office.now()
        day = now.date().isoformat()
        ident = self.office.ids.ordered("qr")

        def run(tx: Tx) -> str | None:
            before = None if mark is None else once(tx.connection, mark, post.context.received_at)
            if before is not None:
                return before[0]
            held = tx.connection.execute(select(func.count()).where(quarantine.c.source == source.key)).scalar_one()
            if held >= self.rows:
                if mark is not None:
                    tx.apply(burn(Unit(), mark))
                return None
            row = {
                "id": ident,
                "source": source.key,
                "reasons": list(reasons),
                "content_type": plain_media(post.content_type),
                "size": len(post.body),
                "sealed": seal_blob(self._key(tx, source.key, day), _pack(post), ident.encode()),
                "day": day,
                "received_at": post.context.received_at,
                "expires_at": now + timedelta(days=self.days),
            }
            unit = Unit().insert(quarantine, row)
            facts = {"source": source.key, "quarantine": ident, "reasons": list(reasons)}
            self.office.note(unit, Actor(id="reception"), "lead.quarantined", facts, at=now)
            if mark is not None:
                write_mark(unit, mark, [ident])
            tx.apply(unit)
            return ident

        kept = await self._run_in_turn(run)
        log.info("quarantine.kept" if kept else "quarantine.full", source=source.key, reasons=list(reasons))
        return kept

    async def _run_in_turn(self, run: Callable[[Tx], str | None]) -> str | None:
        """Run it again where somebody was quicker with a row that both would add, and which it then finds."""
        for _ in range(_SHARED_ROWS):
            with suppress(Conflict):
                return await self.office.database.transact(run)
        return await self.office.database.transact(run)

    async def list(self, source: str | None, *, after: str | None, limit: int) -> Sequence[RowMapping]:
        """What is kept, newest last; the bytes stay sealed."""
        columns = [quarantine.c[name] for name in _SHOWN]
        query = select(*columns).order_by(quarantine.c.id).limit(limit)
        if source is not None:
            query = query.where(quarantine.c.source == source)
        if after is not None:
            query = query.where(quarantine.c.id > after)
        return await self.office.database.read(lambda connection: connection.execute(query).mappings().all())

    async def open(self, actor: Actor, ident: str) -> Kept:
        """Open one; a source's key opens its own alone. The access is noted in the audit log.

        Raises:
            NotFound: there is no such request, it is another source's, or it has expired.
        """
        now = self.office.now()
        kept = await self.office.database.read(lambda connection: self._read(connection, ident))
        if kept is None or kept.expires_at <= now or actor.source not in {None, kept.source}:
            raise NotFound("There is no such request in quarantine, or it has expired.")
        unit = Unit()
        self.office.note(unit, actor, "access.read", {"quarantine": ident, "source": kept.source, "count": 1}, at=now)
        await self.office.database.write(unit)
        return kept

    def _read(self, connection: Connection, ident: str) -> Kept | None:
        row = connection.execute(select(quarantine).where(quarantine.c.id == ident)).mappings().first()
        if row is None:
            return None
        query = select(quarantine_keys).where(
            quarantine_keys.c.source == row["source"], quarantine_keys.c.day == row["day"]
        )
        key = connection.execute(query).mappings().first()
        if key is None or key["wrapped"] is None:
            return None
        wrapped = WrappedKey(generation=key["kek_generation"], blob=key["wrapped"])
        secret = self.office.vault.keyring.unwrap_key(_context(row["source"], row["day"]), wrapped)
        head, body = _unpack(open_blob(secret, row["sealed"], ident.encode()))
        return Kept(
            id=ident,
            source=row["source"],
            content_type=head.content_type,
            reasons=tuple(row["reasons"]),
            received_at=row["received_at"],
            expires_at=row["expires_at"],
            body=body,
            context=head.context,
        )

    async def replayed(self, actor: Actor, ident: str, lead_id: str | None) -> None:
        """Note that a request was replayed, and as which lead; only the first time counts."""
        now = self.office.now()

        def run(tx: Tx) -> None:
            row = tx.connection.execute(select(quarantine).where(quarantine.c.id == ident)).mappings().one()
            if row["replayed_at"] is not None:
                return
            unit = Unit().update(quarantine, {"id": ident, "replayed_at": now, "lead_id": lead_id})
            facts = {"quarantine": ident, "lead_id": lead_id, "source": row["source"]}
            self.office.note(unit, actor, "lead.replayed", facts, at=now)
            tx.apply(unit)

        await self.office.database.transact(run)

    def _key(self, tx: Tx, source: str, day: str) -> bytes:
        keyring = self.office.vault.keyring
        query = select(quarantine_keys).where(quarantine_keys.c.source == source, quarantine_keys.c.day == day)
        row = tx.connection.execute(query).mappings().first()
        if row is not None and row["wrapped"] is not None:
            wrapped = WrappedKey(generation=row["kek_generation"], blob=row["wrapped"])
            return keyring.unwrap_key(_context(source, day), wrapped)
        secret = self.office.ids.token(KEY_SIZE)
        made = keyring.wrap_key(_context(source, day), secret)
        key = {"source": source, "day": day, "kek_generation": made.generation, "wrapped": made.blob}
        tx.apply(Unit().insert(quarantine_keys, key))
        return secret


def _context(source: str, day: str) -> bytes:
    return f"leadgate/quarantine/{source}/{day}".encode()


def plain_media(content_type: str) -> str:
    """The media type alone, for the clear column: a parameter, or what is no media type, may hold anything."""
    media = content_type.partition(";")[0].strip().lower()
    return media if _MEDIA.fullmatch(media) else _BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """What is sealed with the body: the type as it was sent, since a form's boundary stands in it."""

    content_type: str
    context: RequestContext


def _pack(post: Post) -> bytes:
    """A request's type and context as JSON behind its length in 4 bytes, then its body as it came."""
    # A replay gets the key that is of use then, and reads from the body itself whether it is a batch.
    known = replace(post.context, challenge_key=None, batch=False, other_sources=frozenset())
    head = msgspec.json.encode(_Head(content_type=post.content_type, context=known))
    return len(head).to_bytes(_HEAD_SIZE, "big") + head + post.body


def _unpack(plaintext: bytes) -> tuple[_Head, bytes]:
    start = _HEAD_SIZE + int.from_bytes(plaintext[:_HEAD_SIZE], "big")
    return msgspec.json.decode(plaintext[_HEAD_SIZE:start], type=_Head), plaintext[start:]

"""The desk where sources, API keys and notices are set up; destinations have their own."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select

from gateway.desk.office import Actor, Office
from gateway.errors import Conflict, Invalid, NotFound, Unauthenticated
from gateway.intake.kit.settings import SourceSettings, parse_settings
from gateway.storage.engine.unit import Unit
from gateway.storage.tables import api_keys, notices, sources

SCOPES: Final = (
    "leads:write",
    "leads:read",
    "verify",
    "lists:write",
    "lists:read",
    "consents:write",
    "consents:read",
    "suppressions",
    "rights",
    "audit:read",
    "audit:export",
    "operate",
    "admin",
)
"""The closed list of scopes; `admin` holds all of them."""

ROLES: Final[Mapping[str, frozenset[str]]] = {
    "source": frozenset({"leads:write", "leads:read", "verify", "consents:write"}),
    "operator": frozenset(
        {
            "leads:write",
            "leads:read",
            "verify",
            "lists:write",
            "lists:read",
            "consents:write",
            "consents:read",
            "suppressions",
            "operate",
        }
    ),
    "compliance": frozenset(
        {
            "leads:read",
            "lists:read",
            "consents:write",
            "consents:read",
            "suppressions",
            "rights",
            "audit:read",
            "audit:export",
        }
    ),
    "auditor": frozenset({"audit:read", "audit:export"}),
    "admin": frozenset(SCOPES),
}
"""What a key of each role may be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key as it is shown once: only its hash is stored."""

    id: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A stored notice text."""

    id: str
    version: int
    lang: str
    sha256: str


class SetupDesk:
    """Sources, keys and notices."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._watchers: list[Callable[[], None]] = []

    def watch(self, listener: Callable[[], None]) -> None:
        """Have a function called after each change of a source or a key that this process makes."""
        self._watchers.append(listener)

    def _changed(self) -> None:
        for listener in self._watchers:
            listener()

    async def add_source(self, actor: Actor, settings: Mapping[str, Any]) -> SourceSettings:
        """Store a source's settings, replacing those it had.

        Raises:
            SetupError: naming what cannot be used.
        """
        source = parse_settings(settings)
        now = self.office.now()
        unit = Unit().put(
            sources,
            {
                "key": source.key,
                "kind": source.kind,
                "purposes": [purpose.value for purpose in source.purposes],
                "notice_id": source.notice_id,
                "settings": dict(settings),
                "created_at": now,
            },
        )
        self.office.note(unit, actor, "source.changed", {"source": source.key, "kind": source.kind}, at=now)
        await self.office.database.write(unit)
        self._changed()
        return source

    async def source(self, key: str) -> SourceSettings:
        """Read a source's settings.

        Raises:
            NotFound: there is no such source.
        """

        def read(connection: Connection) -> Mapping[str, Any] | None:
            return connection.execute(select(sources.c.settings).where(sources.c.key == key)).scalar_one_or_none()

        found = await self.office.database.read(read)
        if found is None:
            raise NotFound("There is no source with this key; add it with `leadgate sources add`.")
        return parse_settings(found)

    async def sources(self) -> Sequence[SourceSettings]:
        """Read all sources, by key."""

        def read(connection: Connection) -> list[Mapping[str, Any]]:
            return list(connection.execute(select(sources.c.settings).order_by(sources.c.key)).scalars())

        return [parse_settings(found) for found in await self.office.database.read(read)]

    async def create_key(self, actor: Actor, *, source: str | None, role: str, scopes: Iterable[str]) -> NewKey:
        """Make an API key; its text `lg_<id>_<secret>` is returned once and only its hash is stored.

        Raises:
            Invalid: unknown role or scope, or a scope that the role may not have.
            NotFound: there is no such source.
        """
        wanted = sorted(set(scopes))
        _check_scopes(role, wanted)
        if source is not None:
            await self.source(source)
        now = self.office.now()
        key_id = self.office.ids.random("ak").removeprefix("ak_")
        secret = self.office.ids.token(32).hex()
        unit = Unit().insert(
            api_keys,
            {
                "id": key_id,
                "secret_sha256": hashlib.sha256(secret.encode()).digest(),
                "source": source,
                "role": role,
                "scopes": wanted,
                "created_at": now,
            },
        )
        facts = {"key": key_id, "source": source, "role": role, "scopes": wanted}
        self.office.note(unit, actor, "key.created", facts, at=now)
        await self.office.database.write(unit)
        return NewKey(id=key_id, text=f"lg_{key_id}_{secret}")

    async def revoke_key(self, actor: Actor, key_id: str) -> None:
        """Make a key useless from now on.

        Raises:
            NotFound: there is no such key.
        """
        row = await self.office.database.read(lambda connection: _key_row(connection, key_id))
        if row is None:
            raise NotFound("There is no such key.")
        now = self.office.now()
        unit = Unit().put(api_keys, {**row, "revoked_at": now})
        self.office.note(unit, actor, "key.revoked", {"key": key_id}, at=now)
        await self.office.database.write(unit)
        self._changed()

    async def authenticate(self, text: str) -> Actor:
        """Find who a key belongs to; a wrong secret and an unknown id answer alike.

        Raises:
            Unauthenticated: the key is malformed, unknown, wrong or revoked.
        """
        prefix, _, rest = text.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != "lg" or not key_id or not secret:
            raise Unauthenticated
        row = await self.office.database.read(lambda connection: _key_row(connection, key_id))
        expected = row["secret_sha256"] if row is not None else bytes(32)
        same = hmac.compare_digest(hashlib.sha256(secret.encode()).digest(), expected)
        if row is None or not same or row["revoked_at"] is not None:
            raise Unauthenticated
        return Actor(id=f"key:{key_id}", source=row["source"], scopes=frozenset(row["scopes"]))

    async def add_notice(self, actor: Actor, *, notice_id: str, lang: str, text: str) -> Notice:
        """Store a notice text as the next version of its id and language; the same text again changes nothing.

        Raises:
            Invalid: id, language or text is empty.
            Conflict: somebody stored a version at the same time.
        """
        if not notice_id.strip() or not text.strip() or not lang.strip():
            raise Invalid("A notice needs an id, a language and a text.")
        digest = hashlib.sha256(text.encode()).hexdigest()
        newest = await self.office.database.read(lambda connection: newest_notice(connection, notice_id, lang))
        if newest is not None and newest.sha256 == digest:
            return newest
        now = self.office.now()
        notice = Notice(id=notice_id, version=newest.version + 1 if newest else 1, lang=lang, sha256=digest)
        row = {
            "id": notice_id,
            "version": notice.version,
            "lang": lang,
            "sha256": digest,
            "text": text,
            "created_at": now,
        }
        unit = Unit().insert(notices, row)
        facts = {"notice": notice_id, "version": notice.version, "lang": lang, "sha256": digest}
        self.office.note(unit, actor, "notice.stored", facts, at=now)
        try:
            await self.office.database.write(unit)
        except Conflict:
            raise Conflict("Somebody stored a version of this notice at the same time; look and try again.") from None
        return notice

    async def notice(self, notice_id: str, lang: str | None = None) -> Notice | None:
        """The newest version of a notice, in a language or in any; None when there is none."""
        return await self.office.database.read(lambda connection: newest_notice(connection, notice_id, lang))


def newest_notice(connection: Connection, notice_id: str, lang: str | None = None) -> Notice | None:
    """Read the newest version of a notice, in a language or in any."""
    query = select(notices.c.id, notices.c.version, notices.c.lang, notices.c.sha256).where(notices.c.id == notice_id)
    if lang is not None:
        query = query.where(notices.c.lang == lang)
    row = connection.execute(query.order_by(notices.c.version.desc()).limit(1)).mappings().first()
    return None if row is None else Notice(**row)


def _key_row(connection: Connection, key_id: str) -> RowMapping | None:
    return connection.execute(select(api_keys).where(api_keys.c.id == key_id)).mappings().first()


def _check_scopes(role: str, scopes: Sequence[str]) -> None:
    if role not in ROLES:
        raise Invalid(f"A role is one of {', '.join(ROLES)}.")
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise Invalid(f"Scopes are out of {', '.join(SCOPES)}.")
    beyond = [scope for scope in scopes if scope not in ROLES[role]]
    if beyond:
        raise Invalid(f"The role {role} may not have {', '.join(beyond)}.")

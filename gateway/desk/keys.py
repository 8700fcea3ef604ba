"""The desk where API keys are made, revoked and recognised."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, RowMapping, select

from gateway.desk.office import Actor, Changes, Office
from gateway.desk.sources import SourceDesk
from gateway.errors import Invalid, NotFound, Unauthenticated
from gateway.storage.engine.unit import Unit
from gateway.storage.registers import api_keys

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
"""The closed list of scopes; `admin` holds all of them. `lists:*` open nothing until purchased lists are there."""

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


class KeyDesk:
    """API keys."""

    def __init__(self, office: Office, sources: SourceDesk) -> None:
        self.office = office
        self.sources = sources
        self.changes = Changes()

    async def create(self, actor: Actor, *, source: str | None, role: str, scopes: Iterable[str]) -> NewKey:
        """Make an API key; its text `lg_<id>_<secret>` is returned once and only its hash is stored.

        Raises:
            Invalid: unknown role or scope, or a scope that the role may not have.
            NotFound: there is no such source.
        """
        wanted = sorted(set(scopes))
        _check_scopes(role, wanted)
        if source is not None:
            await self.sources.get(source)
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

    async def list(self) -> Sequence[RowMapping]:
        """Every key, oldest first: whose it is, what it may do, since when and until when it holds."""
        shown = ("id", "source", "role", "scopes", "created_at", "revoked_at")
        query = select(*(api_keys.c[column] for column in shown)).order_by(api_keys.c.created_at, api_keys.c.id)
        return await self.office.database.read(lambda connection: connection.execute(query).mappings().all())

    async def revoke(self, actor: Actor, key_id: str) -> None:
        """Make a key useless from now on.

        Raises:
            NotFound: there is no such key.
        """
        row = await self.office.database.read(lambda connection: _key_row(connection, key_id))
        if row is None:
            raise NotFound("There is no such key; `leadgate keys list` shows them.")
        if row["revoked_at"] is not None:
            return  # when it was first revoked stays on record
        now = self.office.now()
        unit = Unit().update(api_keys, {"id": key_id, "revoked_at": now})
        self.office.note(unit, actor, "key.revoked", {"key": key_id}, at=now)
        await self.office.database.write(unit)
        self.changes.tell()

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


def _key_row(connection: Connection, key_id: str) -> RowMapping | None:
    return connection.execute(select(api_keys).where(api_keys.c.id == key_id)).mappings().first()


def _check_scopes(role: str, scopes: Sequence[str]) -> None:
    if role not in ROLES:
        raise Invalid(f"A role is one of {', '.join(ROLES)}.")
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise Invalid(f"{', '.join(unknown) or 'Nothing'} is no scope; scopes are {', '.join(SCOPES)}.")
    beyond = [scope for scope in scopes if scope not in ROLES[role]]
    if beyond:
        fitting = [name for name, allowed in ROLES.items() if allowed.issuperset(scopes)]
        raise Invalid(
            f"The role {role} may not have {', '.join(beyond)}; of all roles {' and '.join(fitting)} may: give it with "
            "--role, and leave --source out unless the key is to see nothing of other sources."
        )

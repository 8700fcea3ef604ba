"""What every desk has: the store, the keys, ids and time, and who is asking."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.ports import Clock, Ids
from gateway.storage.engine.database import Database
from gateway.storage.engine.unit import Unit
from gateway.storage.log.entries import record
from gateway.storage.sealing.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks.

    `id` stands in the audit log (`key:ak_…`, `local:anna`), sealed, for it may name a person. `source` narrows what a
    source's key may see, `scopes` are what it may do.
    """

    id: str
    source: str | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def in_clear(self) -> str:
        """The id without a person's name, for what is not sealed."""
        return LOCAL.id if self.id.startswith(f"{LOCAL.id}:") else self.id


LOCAL = Actor(id="local", scopes=frozenset({"admin"}))
"""Whoever may read the data directory: the command line."""


def local(user: str | None) -> Actor:
    """The command line in the hands of a user of this system, None where it does not say which."""
    return LOCAL if user is None else replace(LOCAL, id=f"{LOCAL.id}:{user}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The means of every desk.

    `country` is the controller's, ISO 3166-1 alpha-2: where a number may belong that does not say so itself.
    """

    database: Database
    vault: Vault
    ids: Ids
    clock: Clock
    country: str | None

    def now(self) -> datetime:
        """The time."""
        return self.clock.now()

    def note(self, unit: Unit, actor: Actor, event: str, facts: Mapping[str, Any], *, at: datetime) -> bytes:
        """Add an entry that belongs to no person, sealed under the log's own key; returns its event id."""
        payload = {"actor": actor.id, **facts}
        return record(unit, self.ids, self.vault.log_key(), event, payload, at=at)

    async def write_down(self, actor: Actor, event: str, facts: Mapping[str, Any]) -> None:
        """Commit such an entry by itself, about what has been done already.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        unit = Unit()
        self.note(unit, actor, event, facts, at=self.now())
        await self.database.write(unit)


class Changes:
    """Tells whoever remembers what a desk keeps that this process has changed it."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []

    def watch(self, listener: Callable[[], None]) -> None:
        """Have a function called after each change."""
        self._listeners.append(listener)

    def tell(self) -> None:
        """Call every listener."""
        for listener in self._listeners:
            listener()

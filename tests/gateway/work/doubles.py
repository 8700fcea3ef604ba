"""The machine's clock, ids in order, and a handler that records."""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime


class RealClock:
    """The machine's clock: PgQueuer goes by the server's."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class CountingIds:
    """A `gateway.ports.Ids` that counts."""

    given: int = 0

    def ordered(self, prefix: str) -> str:
        self.given += 1
        return f"{prefix}_{self.given:026}"

    def ordered_bytes(self) -> bytes:
        return self.token(16)

    def random(self, prefix: str) -> str:
        return self.ordered(prefix)

    def random_bytes(self) -> bytes:
        return self.token(16)

    def token(self, size: int) -> bytes:
        self.given += 1
        return self.given.to_bytes(size)


@dataclass
class Recorder:
    """A handler with state: keeps its calls, fails where it is told to, and can be held up."""

    poison: set[str] = field(default_factory=set)
    calls: list[tuple[str, ...]] = field(default_factory=list)
    began: list[float] = field(default_factory=list)
    gate: asyncio.Event | None = None
    error: Callable[[], Exception] = lambda: ValueError("lead 4711 of jane@example.com")

    async def __call__(self, ids: Sequence[str]) -> None:
        self.calls.append(tuple(ids))
        self.began.append(time.monotonic())
        if self.gate is not None:
            await self.gate.wait()
        if self.poison.intersection(ids):
            raise self.error()

    @property
    def seen(self) -> list[str]:
        return [each for call in self.calls for each in call]


class RandomIds(CountingIds):
    """A `gateway.ports.Ids` whose ids no other process gives."""

    def ordered(self, prefix: str) -> str:
        return f"{prefix}_{secrets.token_hex(13)}"

"""A table that a connector keeps in memory between questions: renewed by age, by one at a time, never a wrong no."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from connectors.errors import CallError
from connectors.kit.answer import Answer

Table = TypeVar("Table")

PAUSE: Final = timedelta(minutes=1)
"""How long after a failed renewal the old table answers before the next is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Had(Generic[Table]):
    """A table, and what stands against saying that something is not in it.

    Attributes:
        table: the newest one that was read.
        doubt: how its renewal failed; None: it is fresh, and what is not in it is not known to the source. With a
            doubt, what is in it may be used, and for the rest `settle` says how the question ends.
    """

    table: Table
    doubt: CallError | Answer | None = None

    def settle(self) -> Answer | None:
        """The ending of a question about something that is not in the table; None: the source does not know it.

        Raises:
            CallError: the renewal failed so.
        """
        if isinstance(self.doubt, CallError):
            raise self.doubt
        return self.doubt


class Kept(Generic[Table]):
    """Keeps one table; belongs to one connector, whose settings it is read with.

    Args:
        period: how long it is fresh.
    """

    def __init__(self, period: timedelta) -> None:
        self._period = period
        self._lock = asyncio.Lock()
        self._had: Had[Table] | None = None
        self._until: datetime | None = None

    @property
    def newest(self) -> Table | None:
        """The newest table that was read, however old; None before the first."""
        return None if self._had is None else self._had.table

    async def get(self, now: datetime, read: Callable[[], Awaitable[Table | Answer]]) -> Had[Table] | Answer:
        """The table, read anew when it is too old; others who ask meanwhile wait for that one reading.

        Args:
            now: the time of the question.
            read: reads it from the source; an Answer is an ending without a table.

        Returns:
            The table, or the ending where there never was one.

        Raises:
            CallError: of `read`, where there never was one.
        """
        async with self._lock:
            if self._had is not None and self._until is not None and now < self._until:
                return self._had
            try:
                found = await read()
            except CallError as error:
                return self._failed(error, now)
            if isinstance(found, Answer):
                return self._failed(found, now)
            self._had, self._until = Had(table=found), now + self._period
            return self._had

    def _failed(self, doubt: CallError | Answer, now: datetime) -> Had[Table] | Answer:
        """The old table with a doubt, and a pause before the next try; without an old one, the ending itself."""
        if self._had is not None:
            self._had, self._until = Had(table=self._had.table, doubt=doubt), now + PAUSE
            return self._had
        if isinstance(doubt, CallError):
            raise doubt
        return doubt

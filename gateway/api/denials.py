"""Denied requests, counted per caller and minute, and written to the audit log as one entry each."""

import asyncio
from collections import Counter
from datetime import datetime
from typing import Final

import structlog

from gateway.desk.office import Actor, Office
from gateway.errors import Unavailable
from gateway.storage.engine.unit import Unit

_SECONDS: Final = 60.0
_MOST: Final = 10_000
_OTHERS: Final = "others"

log = structlog.get_logger(__name__)


class Denials:
    """Counts denials by who was denied (a key's id, or the network of the address) and why (`401`, `403`).

    What is counted and not yet written is lost when the process is killed: a denial changes nothing.
    """

    def __init__(self, office: Office) -> None:
        self.office = office
        self._counts: Counter[tuple[str, str]] = Counter()
        self._since: datetime | None = None

    def count(self, who: str, why: str) -> None:
        """Count one."""
        if self._since is None:
            self._since = self.office.now()
        known = (who, why) in self._counts or len(self._counts) < _MOST
        self._counts[who if known else _OTHERS, why] += 1

    async def flush(self) -> None:
        """Write what was counted.

        Raises:
            StoreUnavailable: it was not written; it is counted on.
        """
        if self._since is None:
            return
        counts, since = self._counts, self._since
        self._counts, self._since = Counter(), None
        now = self.office.now()
        unit = Unit()
        for (who, why), count in sorted(counts.items()):
            facts = {"outcome": "refused", "reasons": [why], "count": count, "since": since}
            self.office.note(unit, Actor(id=who), "access.refused", facts, at=now)
        try:
            await self.office.database.write(unit)
        except Unavailable:
            self._counts += counts
            self._since = since
            raise

    async def run(self) -> None:
        """Write once a minute until cancelled."""
        while True:
            await asyncio.sleep(_SECONDS)
            try:
                await self.flush()
            except Unavailable as error:
                log.warning("denials.not_written", error=type(error).__name__)

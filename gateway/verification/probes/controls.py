"""Whether the resolver can be believed: names that must exist, and one that cannot."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.verification.probes.client import DnsClient, DnsOptions, DnsStatus

IMPOSSIBLE: Final = "leadgate-control.invalid"
"""Never resolves (RFC 6761 section 6.4): a resolver that answers for it sells its negatives."""
ROOT: Final = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the last check of the control names showed: `failing` is empty while the resolver is honest."""

    failing: tuple[str, ...]
    checked_at: datetime

    @property
    def honest(self) -> bool:
        """Whether a negative answer may be believed."""
        return not self.failing


class Controls:
    """Checks the control names, at most every `interval`, and every `hurry` while they fail.

    `names` must have an A record; the root must have name servers.
    """

    def __init__(
        self,
        options: DnsOptions,
        *,
        names: tuple[str, ...] = ("iana.org", "wikipedia.org"),
        interval: timedelta = timedelta(minutes=5),
        hurry: timedelta = timedelta(seconds=30),
    ) -> None:
        self._options = options
        self._questions = ((ROOT, "NS"), *((name, "A") for name in names), (IMPOSSIBLE, "A"))
        self._interval = interval
        self._hurry = hurry
        self._one_at_a_time = asyncio.Lock()
        self.last: Trust | None = None

    async def trust(self, now: datetime) -> Trust:
        """The last finding if it is fresh, else a new one; callers at the same time share one check."""
        fresh = self._fresh(now)
        if fresh is not None:
            return fresh
        async with self._one_at_a_time:
            return self._fresh(now) or await self.check(now)

    async def check(self, now: datetime) -> Trust:
        """Ask for every control name now, past any cache."""
        # A client of its own: c-ares would answer from its cache what the resolver no longer says.
        client = DnsClient(self._options)
        try:
            answers = await asyncio.gather(*(client.query(name, rtype) for name, rtype in self._questions))
        finally:
            await client.close()
        failing = tuple(
            name
            for (name, _), answer in zip(self._questions, answers, strict=True)
            if (answer.status is DnsStatus.OK) is (name == IMPOSSIBLE)
        )
        self.last = Trust(failing=failing, checked_at=now)
        return self.last

    def stale(self, now: datetime) -> bool:
        """Whether the next question asks the control names anew."""
        return self._fresh(now) is None

    def _fresh(self, now: datetime) -> Trust | None:
        last = self.last
        if last is None:
            return None
        age = self._interval if last.honest else self._hurry
        return last if now - last.checked_at < age else None

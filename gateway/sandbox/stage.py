"""The stages on which connectors are certified: the gateway around one, and a server that plays its vendor."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from connectors.kit import HeldSecrets, NoSite, Query, Reply, Site
from connectors.kit.cases import CANARY, Case
from connectors.kit.fakes import NOW, ZoneDns
from gateway import http
from gateway.enrichment import ClientHttp, Installed, MemoryWindows, Question
from gateway.enrichment.alone import OwnAnswers, OwnCalls, Unkept
from gateway.enrichment.asker import GUARD, Asker
from gateway.enrichment.caller import Result
from gateway.enrichment.retry import RetryPolicy
from gateway.enrichment.tools import Tools
from gateway.enrichment.transport import ClockDeadline
from gateway.sandbox.faults import Fault, FaultServer

USUAL: Final = RetryPolicy()
"""As the gateway repeats calls."""
LONG: Final = timedelta(seconds=30)
"""What a question has."""


class Time:
    """A clock that only waiting moves; it adds the waits up."""

    def __init__(self) -> None:
        self.moment = NOW
        self.waited = 0.0

    def now(self) -> datetime:
        """The time."""
        return self.moment

    async def sleep(self, seconds: float) -> None:
        """Moves the clock, and lets others run."""
        self.waited += seconds
        self.moment += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@dataclass(slots=True, kw_only=True)
class Surroundings:
    """A connector with the gateway around it; nothing leads out of it but to the servers that play the outside.

    `resolved` are the names that were looked up beside theirs.
    """

    case: Case
    client: http.HttpClient
    resolved: list[str]
    time: Time = field(default_factory=Time)
    windows: MemoryWindows = field(init=False)
    entry: Installed = field(init=False)
    asker: Asker = field(init=False)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self, attempts: int = USUAL.attempts) -> None:
        """Begin anew: nothing is remembered of earlier questions."""
        self.time = Time()
        self.windows = MemoryWindows(Unkept())
        secrets = HeldSecrets(dict.fromkeys(self.case.manifest.secrets, CANARY))
        self.entry = Installed(
            connector=self.case.connector(), secrets=secrets, values=self.case.values, hosts=self.case.hosts
        )
        self.asker = Asker(
            Tools(
                http=ClientHttp(client=self.client, clock=self.time),
                dns=ZoneDns(self.case.match.zone),
                site=self.site(),
                windows=self.windows,
                cache=OwnAnswers(),
                calls=OwnCalls(),
                clock=self.time,
                sleep=self.time.sleep,
                random=Random(7),  # noqa: S311 - jitter, and the same in every run
                index_key=bytes(32),
                retry=RetryPolicy(attempts=attempts, paid_needs=0.0),
            )
        )

    def site(self) -> Site:
        """What visits sites."""
        return NoSite()

    async def put(self, facts: Mapping[str, str] | None, within: timedelta) -> Result:
        """Put the question of the match, or one of these facts."""
        known = self.case.match.facts if facts is None else facts
        query = Query.project(self.case.manifest, known)
        question = Question(lead_id="certified", facts=known, subject_id="certified", personal_allowed=True)
        deadline = ClockDeadline(clock=self.time, ends=self.time.now() + within)
        result, _shared = await self.asker.ask(self.entry, query, question, deadline)
        return result

    async def slots_are_free(self) -> bool:
        """Whether as many calls may begin as the vendor takes at once."""
        many = self.entry.manifest.rate.concurrency
        taken = [
            await self.windows.take_slot(self.entry.scope, limits=(), concurrency=many, lease=LONG, now=self.time.now())
            for _ in range(many)
        ]
        return all(isinstance(slot, str) for slot in taken)


@dataclass(slots=True, kw_only=True)
class Stage(Surroundings):
    """A connector, and the server that plays its vendor."""

    server: FaultServer

    async def ask(
        self,
        *script: Fault,
        facts: Mapping[str, str] | None = None,
        within: timedelta = LONG,
        attempts: int = USUAL.attempts,
    ) -> Result:
        """Ask the question of the match, or another one, of a server with this script."""
        self.renew(attempts)
        self.server.say(*script)
        return await self.put(facts, within)

    async def again(self, *script: Fault) -> Result:
        """Ask the question of the match once more, of the same gateway, so late that no earlier call stands against it.

        Only the vendor's breaker remembers so long.
        """
        longest = max((window.per for window in self.case.manifest.rate.windows), default=GUARD)
        self.time.moment += max(GUARD, longest) + timedelta(seconds=1)
        self.server.say(*script)
        return await self.put(None, LONG)

    @property
    def good(self) -> Sequence[Reply]:
        """The replies of the match."""
        return [step for step in self.case.match.steps if isinstance(step, Reply)]


def nowhere(resolved: list[str]) -> http.Resolver:
    """A resolver that knows no name, and notes each that it is asked for."""

    async def resolve(host: str) -> Sequence[str]:
        resolved.append(host)
        raise OSError

    return resolve


@asynccontextmanager
async def stage(case: Case) -> AsyncIterator[Stage]:
    """Set a connector up; its hosts lead to the server, every other name nowhere."""
    resolved: list[str] = []
    async with FaultServer() as server:
        addresses = {(host, 443): server.address for host in case.hosts}
        async with http.HttpClient(addresses=addresses, resolver=nowhere(resolved)) as client:
            yield Stage(case=case, server=server, client=client, resolved=resolved)

"""A world in which time moves only when somebody waits, and connectors that answer from a script."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, ClassVar

from connectors.errors import CallError
from connectors.kit import (
    Answer,
    Connector,
    Context,
    HeldSecrets,
    LookupOutcome,
    Manifest,
    Observation,
    Observer,
    Plain,
    Query,
    Reply,
    Request,
    classify,
    json_object,
    units_charged,
)
from connectors.kit.fakes import ZoneDns
from gateway.enrichment import Engine, Goal, Installed, MemoryWindows, Plan, Question
from gateway.enrichment.retry import RetryPolicy
from gateway.enrichment.tools import Tools
from gateway.spending import Limits
from tests.support.enrichment import MemoryCache, MemoryCalls, MemoryQuotas

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FACTS = {"company.domain": "acme.example", "company.name": "Acme", "person.email": "jo@acme.example"}


@dataclass(slots=True)
class Time:
    """A clock that a sleep moves; every sleep is recorded."""

    moment: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        """The time."""
        return self.moment

    async def sleep(self, seconds: float) -> None:
        """Moves the clock, and lets others run."""
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
        await asyncio.sleep(0)


Step = int | CallError | Reply | Mapping[str, Any] | Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Vendors:
    """All vendors' servers: replies by host, in order, the last one stays; it counts calls and those in flight."""

    time: Time
    script: dict[str, Sequence[Step]]
    seen: list[str] = field(default_factory=list)
    flying: int = 0
    most_flying: int = 0

    def asked(self, host: str) -> int:
        """How often a host was called."""
        return self.seen.count(host)

    async def send(self, request: Request, *, seconds: float, max_bytes: int) -> Reply:
        """Takes the host's next step: a status, a record, a reply, an error, or something to await first."""
        host = request.url.split("/")[2]
        self.seen.append(host)
        steps = self.script[host]
        step = steps[min(self.asked(host), len(steps)) - 1]
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        try:
            await asyncio.sleep(0)
            if callable(step):
                await step()
                step = {"name": "Acme"}
            return self._reply(step)
        finally:
            self.flying -= 1

    def _reply(self, step: "int | CallError | Reply | Mapping[str, Any]") -> Reply:
        if isinstance(step, CallError):
            raise step
        if isinstance(step, Reply):
            return step
        status, body = (step, {}) if isinstance(step, int) else (200, dict(step))
        return Reply(
            status=status,
            headers={"content-type": "application/json"},
            body=json.dumps(body).encode(),
            received_at=self.time.now(),
        )

    def throttled(self, seconds: int) -> Reply:
        """A 429 with Retry-After."""
        return Reply(
            status=429,
            headers={"content-type": "application/json", "retry-after": str(seconds)},
            body=b"{}",
            received_at=self.time.now(),
        )


def manifest(name: str, **changes: Any) -> Manifest:  # noqa: ANN401 - whatever the test needs
    """A manifest of a vendor `name` at `name.example`."""
    return Manifest.model_validate(
        {
            "id": name,
            "version": "1.0.0",
            "api_version": 1,
            "kind": "firmographic",
            "subject": "organization",
            "hosts": [f"{name}.example"],
            "requires": [["company.domain"]],
            "sends": ["company.domain"],
            "provides": ["company.name", "company.industry"],
            "outcomes": [{"status": [404], "outcome": "no_match"}],
            "rate": {"windows": [{"limit": 1000, "per": 60}]},
            "cache": {"match": "P90D", "no_match": "P14D"},
            "confidence": {"default": 0.8},
            "compliance": {
                "vendor": name,
                "role": "processor",
                "country": "DE",
                "transfer": ["adequacy"],
                "licence": "vendor-terms",
                "redistribution": False,
                "purposes": ["enrichment"],
                "art14_label": name,
            },
        }
        | changes
    )


PAID = {"cost": {"price": "0.00001", "currency": "USD"}}


def connector(made: Manifest) -> Connector:
    """A connector that takes over texts and objects of the vendor's record, by the last part of its fields."""

    class Plugin:
        manifest: ClassVar[Manifest] = made

        def __init__(self, settings: Mapping[str, Plain]) -> None:
            self.settings = settings

        async def ask(self, query: Query, context: Context) -> Answer:
            url = f"https://{made.hosts[0]}/"
            reply = await context.http.send(Request(method="GET", url=url, params=dict(query)))
            answer = classify(made, reply)
            if answer is not None:
                return answer
            body = json_object(reply)
            observer = Observer(made, now=reply.received_at)
            for name in made.provides:
                value = body.get(name.partition(".")[2])
                observer.see(name, value if isinstance(value, str | dict) else None, method="vendor")
            seen = observer.observations()
            return Answer(
                outcome=LookupOutcome.MATCH if seen else LookupOutcome.NO_MATCH,
                observations=seen,
                units=units_charged(made, reply, matched=bool(seen)),
            )

    return Plugin({})


def installed(name: str, **changes: Any) -> Installed:  # noqa: ANN401 - as above
    """A vendor's connector, ready to be asked."""
    return Installed(connector=connector(manifest(name, **changes)), secrets=HeldSecrets({}))


@dataclass(slots=True)
class World:
    """An engine with everything around it in memory."""

    script: dict[str, Sequence[Step]]
    stages: Sequence[Sequence[Installed]]
    seconds: float = 10.0
    budget_micros: int = 100
    goal: Goal = field(default_factory=Goal)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    limits: Limits = field(default_factory=Limits)
    time: Time = field(default_factory=Time)
    quotas: MemoryQuotas = field(default_factory=MemoryQuotas)
    cache: MemoryCache = field(default_factory=MemoryCache)
    calls: MemoryCalls = field(default_factory=MemoryCalls)
    windows: MemoryWindows = field(init=False)
    vendors: Vendors = field(init=False)
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.windows = MemoryWindows(self.quotas)
        self.vendors = Vendors(self.time, self.script)
        self.restart()

    def restart(self) -> None:
        """A new process: what was in the engine's memory is gone, the stores stay."""
        self.engine = Engine(
            plan=Plan(
                stages=tuple(tuple(stage) for stage in self.stages),
                seconds=self.seconds,
                budget_micros=self.budget_micros,
                goal=self.goal,
            ),
            tools=self.tools,
        )

    @property
    def tools(self) -> Tools:
        """What connectors are asked with."""
        return Tools(
            http=self.vendors,
            dns=ZoneDns(),
            windows=self.windows,
            cache=self.cache,
            calls=self.calls,
            clock=self.time,
            sleep=self.time.sleep,
            random=Random(7),  # noqa: S311 - jitter, and the same in every run
            index_key=b"k" * 32,
            retry=self.retry,
            limits=self.limits,
        )


def question(**changes: Any) -> Question:  # noqa: ANN401 - as above
    """A lead's question."""
    return Question(**{"lead_id": "ld_1", "facts": FACTS, "subject_id": "sb_1", **changes})


def observation(
    value: Any = "Acme",  # noqa: ANN401 - any shape
    *,
    name: str = "company.name",
    source: str = "one@1.0.0",
    confidence: float = 0.5,
    age: int = 0,
) -> Observation:
    """One observation, `age` days old."""
    return Observation(
        field=name,
        value=value,
        confidence=confidence,
        source=source,
        licence="own-data",
        redistributable=True,
        purposes=frozenset({"enrichment"}),
        observed_at=NOW - timedelta(days=age),
        method="file",
    )

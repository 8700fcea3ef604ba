"""What a connector is certified with: its fixtures, and running them against scripted surroundings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import cast
from urllib.parse import parse_qsl, unquote, urlsplit

from connectors.errors import CallError, ConnectorError
from connectors.kit.answer import Answer
from connectors.kit.contract import BatchConnector, Connector, Context, ask, ask_many
from connectors.kit.fakes import NOW, FixedDeadline, Pages, ScriptedHttp, ScriptedSite, Step, Zone, ZoneDns, reply
from connectors.kit.http import VendorHttp
from connectors.kit.manifest import Manifest
from connectors.kit.ports import Reply, Request
from connectors.kit.query import Query
from connectors.kit.schema import Value
from connectors.kit.settings import HeldSecrets, Settings, read_settings
from connectors.kit.site import OwnSite
from connectors.kit.template import Values
from connectors.outcome import LookupOutcome

CANARY = "canary-3f9a51c07be2"
"""Stands for every secret while a connector is certified."""


class NotCertified(ConnectorError):
    """{check}: {why}."""

    def __init__(self, check: str, why: str) -> None:
        super().__init__(f"{check}: {why}")
        self.check = check
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a request must have been; None, and what is not named of parameters and headers, is not looked at."""

    method: str | None = None
    host: str | None = None
    path: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None

    def differs(self, sent: Request) -> str | None:
        """The part in which a request is another one; None when it is as it must be."""
        url = urlsplit(sent.url)
        params = dict(parse_qsl(url.query, keep_blank_values=True))
        seen = {"method": sent.method, "host": url.hostname, "path": unquote(url.path), "body": _json(sent.body)}
        for part, wanted in {"method": self.method, "host": self.host, "path": self.path, "body": self.body}.items():
            if wanted is not None and seen[part] != wanted:
                return part
        wrong = [f"parameter {name}" for name, text in self.params.items() if params.get(name) != text]
        given = {name.lower(): text for name, text in sent.headers.items()}
        wrong += [f"header {name}" for name, text in self.headers.items() if given.get(name.lower()) != text]
        return wrong[0] if wrong else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """One question with the source's replies and what must come of it.

    Attributes:
        name: for messages.
        facts: lead fields, also such as the connector does not see.
        steps: the vendor's replies in order; the last one stays.
        sent: what the requests must have been, in order; empty: not looked at.
        zone: DNS records.
        pages: of the company's own site, by the URL that is asked.
        outcome: the expected ending.
        values: the expected values per field, in order.
        reason, record, units: of the answer; None: not looked at.
        retry_after: seconds until the answer's `retry_at`; None: not looked at.
        confidence: expected per field, where it is looked at.
    """

    name: str
    facts: Mapping[str, str]
    steps: tuple[Step, ...] = ()
    sent: tuple[Expected, ...] = ()
    zone: Zone = field(default_factory=dict)
    pages: Pages = field(default_factory=dict)
    outcome: LookupOutcome
    values: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    reason: str | None = None
    record: str | None = None
    units: str | None = None
    retry_after: float | None = None
    confidence: Mapping[str, float] = field(default_factory=dict)

    def differs(self, ended: "Run") -> str | None:
        """In what a run ended otherwise than it must; None when it did not."""
        answer = ended.answer
        if answer.outcome is not self.outcome:
            return f"ended in {answer.outcome} ({answer.reason})"
        wanted = {"reason": self.reason, "record": self.record}
        wrong = [name for name, text in wanted.items() if text is not None and getattr(answer, name) != text]
        if self.units is not None and answer.units != Decimal(self.units):
            wrong.append("units")
        if self.retry_after is not None and answer.retry_at != NOW + timedelta(seconds=self.retry_after):
            wrong.append("retry_after")
        sure = {seen.field: seen.confidence for seen in answer.observations}
        wrong += [name for name, number in self.confidence.items() if sure.get(name) != number]
        wrong += self._other_values(answer) + self._other_requests(ended)
        return f"differs in {', '.join(wrong)}" if wrong else None

    def _other_values(self, answer: Answer) -> list[str]:
        values: dict[str, tuple[Value, ...]] = {}
        for seen in answer.observations:
            values[seen.field] = (*values.get(seen.field, ()), seen.value)
        return sorted(name for name in {*values, *self.values} if values.get(name) != self.values.get(name))

    def _other_requests(self, ended: "Run") -> list[str]:
        if not self.sent:
            return []
        if len(ended.http.sent) != len(self.sent):
            return [f"the number of calls, {len(ended.http.sent)}"]
        pairs = zip(self.sent, ended.http.sent, strict=True)
        return [f"call {place} ({part})" for place, pair in enumerate(pairs, 1) if (part := pair[0].differs(pair[1]))]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFixture:
    """Several questions in one call, the source's one reply, and what must come of each question."""

    name: str
    questions: tuple[Fixture, ...]
    step: Step
    sent: Expected = Expected()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFixture:
    """The source's reply to a manifest's `check` when all is well, and what the request must have been."""

    good: Reply
    sent: Expected = Expected()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A connector with all that its certificate needs: settings without secrets, and fixtures; one is a match."""

    plugin: type[Connector]
    settings: Mapping[str, object] = field(default_factory=dict)
    fixtures: tuple[Fixture, ...]
    batches: tuple[BatchFixture, ...] = ()
    check: CheckFixture | None = None

    @property
    def manifest(self) -> Manifest:
        """The connector's manifest."""
        return self.plugin.manifest

    @property
    def match(self) -> Fixture:
        """The first fixture that is a match."""
        return next(fixture for fixture in self.fixtures if fixture.outcome is LookupOutcome.MATCH)

    def connector(self) -> Connector:
        """A new connector with the case's settings and the canary for every secret."""
        return self.plugin(self._read().plain)

    @property
    def hosts(self) -> frozenset[str]:
        """Every host that its calls may reach: the manifest's, and those of the case's settings."""
        return self._read().hosts | frozenset(self.manifest.hosts)

    @property
    def values(self) -> Values:
        """What the placeholders of its plain settings stand for."""
        return self._read().values

    def _read(self) -> Settings:
        return read_settings(self.manifest, {**self.settings, **dict.fromkeys(self.manifest.secrets, CANARY)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one question led to: the answer, what was sent, looked up and fetched, and the connector asked."""

    answer: Answer
    http: ScriptedHttp
    dns: ZoneDns
    site: ScriptedSite
    context: Context
    connector: Connector


async def run(
    case: Case,
    facts: Mapping[str, str],
    *,
    steps: tuple[Step, ...] = (),
    dns: ZoneDns | None = None,
    site: ScriptedSite | None = None,
    manifest: Manifest | None = None,
) -> Run:
    """Asks a new connector once about a lead's fields, those that it sees.

    Args:
        case: whom.
        facts: the lead's fields.
        steps: the vendor's replies.
        dns: the resolver.
        site: the company's.
        manifest: enforced in place of the connector's own, with no host but those that it names.
    """
    query, pages = Query.project(case.manifest, facts), site or ScriptedSite()
    around = surroundings(case, query, steps, dns=dns, site=pages, manifest=manifest)
    return await _asked(case.connector(), query, around, pages)


async def _asked(
    connector: Connector, query: Query, around: tuple[Context, ScriptedHttp, ZoneDns], site: ScriptedSite
) -> Run:
    context, http, zone = around
    answer = await ask(connector, query, context)
    return Run(answer=answer, http=http, dns=zone, site=site, context=context, connector=connector)


async def run_batch(case: Case, batch: BatchFixture, step: Step | None = None) -> Sequence[Run]:
    """Asks a batch's questions in one call; `step` takes the place of its reply. Returns a run per question."""
    queries = [Query.project(case.manifest, question.facts) for question in batch.questions]
    site, steps = ScriptedSite(), (batch.step if step is None else step,)
    context, http, zone = surroundings(case, queries[0], steps, site=site)
    connector = cast("BatchConnector", case.connector())
    answers = await ask_many(connector, queries, context)
    return [
        Run(answer=answer, http=http, dns=zone, site=site, context=context, connector=connector) for answer in answers
    ]


def surroundings(
    case: Case,
    query: Query,
    steps: tuple[Step, ...],
    *,
    site: ScriptedSite,
    dns: ZoneDns | None = None,
    manifest: Manifest | None = None,
) -> tuple[Context, ScriptedHttp, ZoneDns]:
    """What a connector is certified in: a scripted vendor, a zone, a site, and a canary for every secret."""
    http, zone, deadline = ScriptedHttp(steps or (reply(),)), dns or ZoneDns(), FixedDeadline()
    secrets = HeldSecrets(dict.fromkeys(case.manifest.secrets, CANARY))
    hosts = case.hosts if manifest is None else frozenset()
    bound = VendorHttp(manifest=manifest or case.manifest, http=http, secrets=secrets, deadline=deadline, hosts=hosts)
    own = OwnSite(manifest=case.manifest, query=query, site=site, deadline=deadline)
    return Context(now=NOW, http=bound, dns=zone, site=own, deadline=deadline), http, zone


async def run_fixture(case: Case, fixture: Fixture, query: Query | None = None) -> Run:
    """Asks a fixture's question, or another one in its place, of a new connector."""
    asked = Query.project(case.manifest, fixture.facts) if query is None else query
    site = ScriptedSite(fixture.pages)
    around = surroundings(case, asked, fixture.steps, dns=ZoneDns(fixture.zone), site=site)
    return await _asked(case.connector(), asked, around, site)


async def run_again(case: Case, fixture: Fixture, first: Run) -> Run:
    """Asks the connector of a run once more; each request is answered as it was the first time.

    A table that it keeps in memory it need not fetch again. What it has not asked for before is answered with 500.
    """
    query, site = Query.project(case.manifest, fixture.facts), ScriptedSite(fixture.pages)
    steps = [fixture.steps[min(place, len(fixture.steps) - 1)] for place in range(len(first.http.sent))]
    given = list(zip(first.http.sent, steps, strict=True)) if fixture.steps else []

    def same(request: Request) -> Reply:
        place = next((place for place, (sent, _step) in enumerate(given) if sent == request), None)
        step: Step = reply(HTTPStatus.INTERNAL_SERVER_ERROR) if place is None else given.pop(place)[1]
        if isinstance(step, CallError):
            raise step
        return step if isinstance(step, Reply) else step(request)

    around = surroundings(case, query, (same,), dns=ZoneDns(fixture.zone), site=site)
    return await _asked(first.connector, query, around, site)


def _json(body: bytes | None) -> object:
    try:
        return None if body is None else json.loads(body)
    except ValueError:
        return body

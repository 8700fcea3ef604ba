"""What a connector is certified with: its fixtures, and running them against scripted surroundings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.errors import ConnectorError
from connectors.kit.answer import Answer
from connectors.kit.contract import Connector, Context, ask
from connectors.kit.fakes import NOW, FixedDeadline, Pages, ScriptedHttp, ScriptedSite, Step, Zone, ZoneDns, reply
from connectors.kit.http import VendorHttp
from connectors.kit.manifest import Manifest
from connectors.kit.query import Query
from connectors.kit.schema import Value
from connectors.kit.settings import HeldSecrets, Settings, read_settings
from connectors.kit.site import OwnSite
from connectors.outcome import LookupOutcome

CANARY = "canary-3f9a51c07be2"
"""Stands for every secret while a connector is certified."""


class NotCertified(ConnectorError):
    """{check}: {why}."""

    def __init__(self, check: str, why: str) -> None:
        super().__init__(f"{check}: {why}")
        self.check = check


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """One question with the source's replies and what must come of it.

    Attributes:
        name: for messages.
        facts: lead fields, also such as the connector does not see.
        steps: the vendor's replies in order; the last one stays.
        zone: DNS records.
        pages: of the company's own site, by the URL that is asked.
        outcome: the expected ending.
        values: the expected values per field, in order.
    """

    name: str
    facts: Mapping[str, str]
    steps: tuple[Step, ...] = ()
    zone: Zone = field(default_factory=dict)
    pages: Pages = field(default_factory=dict)
    outcome: LookupOutcome
    values: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A connector with all that its certificate needs: settings without secrets, and fixtures; one is a match."""

    plugin: type[Connector]
    settings: Mapping[str, object] = field(default_factory=dict)
    fixtures: tuple[Fixture, ...]

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
        secrets = {name: CANARY for name, setting in self.manifest.spec.items() if setting.secret}
        return self.plugin(self._read(secrets).plain)

    @property
    def hosts(self) -> frozenset[str]:
        """Every host that its calls may reach: the manifest's, and those of the case's settings."""
        secrets = {name: CANARY for name, setting in self.manifest.spec.items() if setting.secret}
        return self._read(secrets).hosts | frozenset(self.manifest.hosts)

    def _read(self, secrets: Mapping[str, str]) -> Settings:
        return read_settings(self.manifest, {**self.settings, **secrets})


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
    """Asks a new connector once.

    Args:
        case: whom.
        facts: the lead's fields.
        steps: the vendor's replies.
        dns: the resolver.
        site: the company's.
        manifest: enforced in place of the connector's own, with no host but those that it names.
    """
    http, zone, pages = ScriptedHttp(steps or (reply(),)), dns or ZoneDns(), site or ScriptedSite()
    secrets = HeldSecrets({name: CANARY for name, setting in case.manifest.spec.items() if setting.secret})
    deadline = FixedDeadline()
    hosts = case.hosts if manifest is None else frozenset()
    bound = VendorHttp(manifest=manifest or case.manifest, http=http, secrets=secrets, deadline=deadline, hosts=hosts)
    query = Query.project(case.manifest, facts)
    own = OwnSite(manifest=case.manifest, query=query, site=pages, deadline=deadline)
    context = Context(now=NOW, http=bound, dns=zone, site=own, deadline=deadline)
    connector = case.connector()
    answer = await ask(connector, query, context)
    return Run(answer=answer, http=http, dns=zone, site=pages, context=context, connector=connector)


async def run_fixture(case: Case, fixture: Fixture) -> Run:
    """Asks a fixture's question."""
    site = ScriptedSite(fixture.pages)
    return await run(case, fixture.facts, steps=fixture.steps, dns=ZoneDns(fixture.zone), site=site)

"""The stage on which a connector that visits sites is certified: the gateway around it, and the company's site."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Final
from urllib.parse import urlsplit

from connectors.kit import HeldSecrets, Page, Query
from connectors.kit.cases import CANARY, Case
from connectors.kit.fakes import ZoneDns
from gateway import http
from gateway.enrichment import ClientHttp, Installed, LeadSite, MemoryWindows, Question
from gateway.enrichment.alone import OwnAnswers, OwnCalls, Unkept
from gateway.enrichment.asker import Asker
from gateway.enrichment.caller import Result
from gateway.enrichment.retry import RetryPolicy
from gateway.enrichment.tools import Tools
from gateway.enrichment.transport import ClockDeadline
from gateway.sandbox.sites import Host, Served, Sites
from gateway.sandbox.stage import LONG, USUAL, Time

CONTACT: Final = "mailto:robots@leadgate.example"
"""Whom the certificate's visits name."""

Pages = Mapping[str, Served]
"""Pages by their absolute URLs."""


@dataclass(slots=True, kw_only=True)
class Visits:
    """A connector with the gateway's surroundings, and sites at the hosts of its match."""

    case: Case
    sites: Sites
    client: http.HttpClient
    resolved: list[str]
    time: Time = field(default_factory=Time)
    windows: MemoryWindows = field(init=False)
    entry: Installed = field(init=False)
    asker: Asker = field(init=False)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self, attempts: int = USUAL.attempts) -> None:
        """Begin anew: nothing is remembered of earlier questions, robots.txt neither."""
        self.time = Time()
        self.windows = MemoryWindows(Unkept())
        secrets = HeldSecrets(dict.fromkeys(self.case.manifest.secrets, CANARY))
        self.entry = Installed(connector=self.case.connector(), secrets=secrets, hosts=self.case.hosts)
        self.asker = Asker(
            Tools(
                http=ClientHttp(client=self.client, clock=self.time),
                dns=ZoneDns(self.case.match.zone),
                site=LeadSite(client=self.client, clock=self.time, contact=CONTACT),
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

    async def ask(
        self,
        pages: Pages,
        *,
        facts: Mapping[str, str] | None = None,
        within: timedelta = LONG,
        attempts: int = USUAL.attempts,
    ) -> Result:
        """Ask the question of the match, or another one, of a site with these pages."""
        self.renew(attempts)
        self.sites.visits.clear()
        self.sites.hosts = hosted(pages, self.sites.hosts)
        self.resolved.clear()
        known = self.case.match.facts if facts is None else facts
        query = Query.project(self.case.manifest, known)
        question = Question(lead_id="certified", facts=known, subject_id="certified", personal_allowed=True)
        deadline = ClockDeadline(clock=self.time, ends=self.time.now() + within)
        result, _shared = await self.asker.ask(self.entry, query, question, deadline)
        return result

    @property
    def good(self) -> Pages:
        """The pages of the match; one that another URL leads to is behind a redirect."""
        return {url: served for asked, step in self.case.match.pages.items() if isinstance(step, Page)
                for url, served in _served(asked, step)}  # fmt: skip

    def everywhere(self, served: Served) -> Pages:
        """The same page in the place of every page of the match, as an origin's front page too."""
        urls = {*self.good, *(f"https://{urlsplit(url).hostname}/" for url in self.good)}
        return dict.fromkeys(urls, served)

    @property
    def seen(self) -> Sequence[str]:
        """The URLs that the sites were asked for, without robots.txt."""
        urls = [f"{visit.scheme}://{visit.host}{visit.path}" for visit in self.sites.visits]
        return [url for url in urls if not url.endswith("/robots.txt")]


def _served(asked: str, step: Page) -> Sequence[tuple[str, Served]]:
    headers = [(name, value) for name, values in step.headers.items() for value in values if name != "content-type"]
    headers += [("Set-Cookie", f"{name}={CANARY}") for name in step.cookies]
    kind = ", ".join(step.headers.get("content-type", (step.content_type,)))
    body = step.body.decode("latin-1")  # and back again, byte for byte
    page = Served(status=step.status, type=kind, headers=tuple(headers), body=body, charset="latin-1")
    if step.url == asked:
        return [(asked, page)]
    return [(asked, Served(status=302, headers=(("Location", step.url),))), (step.url, page)]


def hosted(pages: Pages, known: Mapping[str, Host] | None = None) -> Mapping[str, Host]:
    """Pages by their hosts; of the hosts that are known already none is lost."""
    found: dict[str, dict[str, Served]] = {name: {} for name in known or {}}
    for url, served in pages.items():
        parts = urlsplit(url)
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        found.setdefault(parts.hostname or "", {})[path] = served
    return {name: Host(pages=served) for name, served in found.items()}


@asynccontextmanager
async def visits(case: Case) -> AsyncIterator[Visits]:
    """Set a connector up; the hosts of its match lead to the sites, every other name nowhere."""
    resolved: list[str] = []

    async def nowhere(host: str) -> Sequence[str]:
        resolved.append(host)
        raise OSError

    urls = {url for asked, step in case.match.pages.items() for url in (asked, *_urls_of(step))}
    hosts = {name: Host() for name in (urlsplit(url).hostname for url in urls) if name}
    async with Sites(hosts) as sites, http.HttpClient(addresses=sites.addresses, resolver=nowhere) as client:
        yield Visits(case=case, sites=sites, client=client, resolved=resolved)


def _urls_of(step: object) -> Sequence[str]:
    return [step.url] if isinstance(step, Page) else []

"""The stage on which a connector that visits sites is certified: the gateway around it, and the company's site."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from connectors.kit import Page, Site
from connectors.kit.cases import CANARY, Case
from gateway import http
from gateway.enrichment import LeadSite
from gateway.enrichment.caller import Result
from gateway.sandbox.sites import Host, Served, Sites
from gateway.sandbox.stage import LONG, USUAL, Surroundings, nowhere

CONTACT: Final = "mailto:robots@leadgate.example"
"""Whom the certificate's visits name."""

Pages = Mapping[str, Served]
"""Pages by their absolute URLs."""


@dataclass(slots=True, kw_only=True)
class Visits(Surroundings):
    """A connector, and sites at the hosts of its match."""

    sites: Sites

    def site(self) -> Site:
        """What visits them; of their robots.txt nothing is remembered."""
        return LeadSite(client=self.client, clock=self.time, contact=CONTACT)

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
        return await self.put(facts, within)

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
    urls = {url for asked, step in case.match.pages.items() for url in (asked, *_urls_of(step))}
    hosts = {name: Host() for name in (urlsplit(url).hostname for url in urls) if name}
    async with Sites(hosts) as sites, http.HttpClient(addresses=sites.addresses, resolver=nowhere(resolved)) as client:
        yield Visits(case=case, sites=sites, client=client, resolved=resolved)


def _urls_of(step: object) -> Sequence[str]:
    return [step.url] if isinstance(step, Page) else []

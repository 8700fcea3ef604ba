"""What a company's own website says of it: JSON-LD, an imprint's numbers, and the technologies that it shows.

The front page is fetched, and the legal page that it links to: three pages at most, by the rules of `Context.site`.
Names, addresses and numbers of people, which an imprint has to hold, are never taken.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import urljoin, urlsplit

from connectors.errors import BadSettings, CallError, HostRefused, Unreachable
from connectors.kit import (
    Answer,
    Context,
    LookupOutcome,
    Manifest,
    Observer,
    OwnSite,
    Page,
    Plain,
    Query,
    classify,
    manifest_beside,
    read_domain,
)
from connectors.kit.technology import Found, detector, read, visible_text
from connectors.kit.technology import Page as Read
from connectors.kit.technology.wappalyzer import Fingerprints, load
from connectors.kit.web import (
    Fact,
    Numbered,
    facts,
    labelled,
    legal_links,
    plain,
    read_blocks,
    registrable,
    speaks_of_people,
    unequivocal,
)

MANIFEST: Final = manifest_beside(__file__)
PROVED: Final = 0.95
"""How sure a number behind its label is whose check digits are right."""
WEAK: Final = 0.5
"""How sure the name of a site is, which is the company's or a brand's."""
_FINGERPRINT_SECONDS: Final = 1.0
_RULES_SECONDS: Final = 0.5
_LEGAL_PAGES: Final = 2
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A page that was read, and the numbers in its text."""

    page: Read
    numbers: tuple[Numbered, ...]


class Plugin:
    """Visits the company's site; what a page could not be had for is left open, and never read as absent."""

    manifest: ClassVar[Manifest] = MANIFEST

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        """Reads the operator's own fingerprints, if there are any.

        Raises:
            BadSettings: the file cannot be read, or holds no fingerprints.
        """
        path = settings.get("fingerprints")
        self._more = None if path is None else _fingerprints(Path(str(path)))

    async def ask(self, query: Query, context: Context) -> Answer:
        """Fetches the front page, then the legal page.

        Returns:
            match with what the pages say; partial when a legal page could not be had; no_match when there is no front
            page, or it says nothing of the company.
        """
        front = await _front(query, context.site)
        answer = classify(self.manifest, front.reply)
        if answer is not None:
            return answer
        pages = [await _seen(front, context)]
        failed = await _legal(front.url, pages, context)
        observer = Observer(self.manifest, now=front.received_at)
        own = {found for name in ("company.domain", "company.website") if (found := registrable(query.get(name)))}
        _observe(observer, pages, {*own, registrable(front.host) or front.host})
        technologies, whole = await self._technologies(pages[0].page, context)
        for used in technologies:
            observer.see("company.technologies", used.value(), method=used.basis, confidence=used.confidence)
        if failed is None and (context.deadline.remaining() <= 0 or not whole):
            failed = Answer(outcome=LookupOutcome.TIMEOUT, reason="time_is_up")  # not all of it was read
        if observer.observations():
            observer.see("company.domain", registrable(front.host), method="page")
            outcome = LookupOutcome.MATCH if failed is None else LookupOutcome.PARTIAL
            return Answer(outcome=outcome, observations=observer.observations())
        return failed or Answer(outcome=LookupOutcome.NO_MATCH, reason="nothing_said")

    async def _technologies(self, page: Read, context: Context) -> tuple[Sequence[Found], bool]:
        """What our own rules find, then what only the operator's fingerprints do; each has a time of its own.

        Also whether our rules were looked through; the fingerprints, thousands of strangers', may be cut short.
        """
        looked = await asyncio.to_thread(detector().detect, page.signals, _within(context, _RULES_SECONDS))
        ours = looked.found
        if self._more is None:
            return ours, looked.whole
        detected = await asyncio.to_thread(self._more.detect, page.signals, _within(context, _FINGERPRINT_SECONDS))
        known = {found.slug for found in ours}
        return (*ours, *(found for found in detected.found if found.slug not in known)), looked.whole


def _within(context: Context, seconds: float) -> Callable[[], float]:
    """Seconds that are left of so many from now, and of the question's."""
    began = context.deadline.remaining()
    ends = min(began, seconds)
    return lambda: ends - (began - context.deadline.remaining())


def _fingerprints(path: Path) -> Fingerprints:
    try:
        return load(path.read_bytes())
    except OSError as error:
        raise BadSettings(MANIFEST.id, "fingerprints", error.strerror or "it cannot be read") from None
    except ValueError as error:
        raise BadSettings(MANIFEST.id, "fingerprints", str(error)) from None


async def _front(query: Query, site: OwnSite) -> Page:
    """The front page: of the domain, else of its www, else of the website that the lead named."""
    named = [host for name in ("company.domain", "company.website") if (host := read_domain(query.get(name)))]
    if not named:
        raise HostRefused("no_site_named")
    unreachable = Unreachable("no_site_named")
    for host in dict.fromkeys(place for name in named for place in (name, f"www.{name}")):
        try:
            return await site.fetch(f"https://{host}/")
        except Unreachable as error:
            unreachable = error
    raise unreachable


async def _legal(front: str, pages: list[_Seen], context: Context) -> Answer | None:
    """Reads the legal pages that the front page links to, until one holds a number; tells what failed for now."""
    failed = None
    for url in _legal_urls(front, pages[0].page, context.site)[:_LEGAL_PAGES]:
        try:
            page = await context.site.fetch(url)
        except CallError as error:
            if error.retryable:
                failed = Answer(outcome=error.outcome, reason=error.reason)
            continue
        answer = classify(MANIFEST, page.reply)
        if answer is None:
            pages.append(await _seen(page, context))
            if pages[-1].numbers:
                return None
        elif answer.outcome.retryable:
            failed = answer
    return failed


def _legal_urls(front: str, page: Read, site: OwnSite) -> Sequence[str]:
    """The legal pages on the company's own site; over https where the front page is."""
    links = ((_joined(front, link.href), link.text) for link in page.links)
    scheme = urlsplit(front).scheme
    found = (f"{scheme}:{url.partition(':')[2]}" for url in legal_links(links) if url.startswith(("http:", "https:")))
    return [url for url in dict.fromkeys(found) if url != front and site.is_own(url)]


def _joined(front: str, href: str) -> str:
    """A link's address without its fragment; empty where it is none."""
    try:
        return urljoin(front, href).partition("#")[0]
    except ValueError:
        return ""


async def _seen(page: Page, context: Context) -> _Seen:
    """What stands on a page. A stranger's page may take long to read, so that is done aside."""
    return await asyncio.to_thread(_read, page, context.deadline.remaining)


def _read(page: Page, left: Callable[[], float]) -> _Seen:
    headers = [(name, value) for name, values in page.headers.items() for value in values]
    headers += [("set-cookie", f"{name}=") for name in page.cookies]
    found = read(page.body, url=page.url, headers=headers, remaining=left)
    return _Seen(page=found, numbers=labelled(visible_text(found.html, left)))


def _observe(observer: Observer, pages: Sequence[_Seen], own: set[str]) -> None:
    numbers = unequivocal(one for page in pages for one in page.numbers)
    told = next((found for page in pages if (found := facts(read_blocks(page.page.json_ld), own))), ())
    _see_numbers(observer, numbers)
    known = {(one.scheme, one.value) for one in numbers}
    for fact in told:
        if not _is_known(fact, known):
            observer.see(fact.field, fact.value, method="json_ld")
    if not any(fact.field == "company.name" for fact in told):
        observer.see("company.name", _site_name(pages[0].page), method="opengraph", confidence=WEAK)


def _see_numbers(observer: Observer, numbers: Sequence[Numbered]) -> None:
    for one in numbers:
        sure = PROVED if one.proved else None
        value = {"scheme": one.scheme, "value": one.value, "jurisdiction": one.jurisdiction}
        observer.see(
            "company.identifiers",
            {name: part for name, part in value.items() if part},
            method="imprint",
            confidence=sure,
        )
    vat = [one.value for one in numbers if one.scheme == "vat"]
    observer.see("company.vat_id", vat[0] if len(vat) == 1 else None, method="imprint", confidence=PROVED)


def _is_known(fact: Fact, known: set[tuple[str, str]]) -> bool:
    """Whether an imprint has said it already, and surer."""
    if fact.field == "company.vat_id":
        return any(scheme == "vat" for scheme, _ in known)
    value = fact.value
    return isinstance(value, Mapping) and (str(value.get("scheme")), str(value.get("value"))) in known


def _site_name(page: Read) -> str | None:
    """The name of the site in OpenGraph, unless it is a person's page."""
    metas = dict(reversed(page.signals.metas))
    name = plain(metas.get("og:site_name", ""), _LONGEST_NAME)
    if name is None or metas.get("og:type", "").lower() == "profile" or speaks_of_people(name):
        return None
    return name

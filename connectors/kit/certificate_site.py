"""The part of the certificate that is about connectors which visit a company's own site."""

import json
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from connectors.errors import CallBroken, CallError, HostRefused, TimedOut, Unreachable, Unreadable
from connectors.kit.answer import Answer
from connectors.kit.calling import LONGEST
from connectors.kit.cases import CANARY, Case, NotCertified, Run, run
from connectors.kit.fakes import NOW, Pages, ScriptedSite, SiteStep, page
from connectors.kit.ports import Page
from connectors.kit.reading import read_domain
from connectors.kit.schema import SITE_INPUTS
from connectors.kit.site import MOST_BYTES, MOST_PAGES
from connectors.outcome import LookupOutcome

_STATUSES: Final = (
    *(201, 202, 204, 206, 301, 302, 304, 307, 308, 400, 401, 402, 403, 404, 405, 406, 408, 410, 418, 421, 425, 429),
    *(451, 500, 501, 502, 503, 504, 520, 521, 530, 999),
)
_ENDINGS: Final[tuple[tuple[CallError, LookupOutcome], ...]] = (
    (HostRefused("robots"), LookupOutcome.REFUSED),
    (HostRefused("address_not_public"), LookupOutcome.REFUSED),
    (TimedOut("time_is_up", sent=True), LookupOutcome.TIMEOUT),
    (Unreachable("connection_failed"), LookupOutcome.UNREACHABLE),
    (CallBroken("reset", sent=True), LookupOutcome.VENDOR_ERROR),
    (Unreadable("gzip_damaged"), LookupOutcome.VENDOR_ERROR),
)
_NOT_OURS: Final = frozenset(
    {LookupOutcome.SUPPRESSED_BY_VENDOR, LookupOutcome.UNAUTHORISED, LookupOutcome.QUOTA_EXHAUSTED}
)
"""What no site can say: there is no key, no plan, and a 451 is about the visitor's country, not about the person."""

_WHOLE: Final = frozenset({LookupOutcome.MATCH, LookupOutcome.NO_MATCH})
"""What says that all of a site was read."""

_ELSEWHERE: Final = "elsewhere.example"
_MOBILE: Final = "+4915112345678"


def _lures(own: str) -> bytes:
    """Links and a base that lead away from the site, under the labels that a visitor looks for."""
    return f"""
<base href="https://{_ELSEWHERE}/"><meta http-equiv="refresh" content="0; url=https://{_ELSEWHERE}/refresh">
<a href="https://{_ELSEWHERE}/impressum">Impressum</a> <a href="//{_ELSEWHERE}/legal">Legal notice</a>
<a href="https://10.0.0.1/imprint">Imprint</a> <a href="javascript:alert(1)">Mentions l&eacute;gales</a>
<a href="ftp://{own}/legal">Aviso legal</a> <a href="https://{own}:8443/legal">Note legali</a>
<a href="https://{own}@{_ELSEWHERE}/colofon">Colofon</a> <link rel="canonical" href="https://{_ELSEWHERE}/">
<a href="https://[::1/impressum">Impressum</a> <a href="//[/legal">Legal</a> <a href="https://{own}:x/">Imprint</a>
""".encode()


def _people(own: str) -> bytes:
    """What pages say about people: in JSON-LD as in an imprint."""
    person = {"@type": "Person", "name": f"Pat {CANARY}", "email": f"mailto:pat.{CANARY}@{own}", "telephone": _MOBILE}
    both = {"@type": ["Organization", "Person"], "name": f"Pat {CANARY}", "url": f"https://{own}/"}
    company = {
        "@type": "Organization",
        "url": f"https://{own}/",
        "founder": person,
        "employee": [person],
        "email": f"pat.{CANARY}@{own}",
        "telephone": _MOBILE,
        "contactPoint": {**person, "@type": "ContactPoint"},
        "sameAs": [f"https://www.linkedin.com/in/{CANARY}", f"https://{own}/team/{CANARY}"],
    }
    data = json.dumps({"@context": "https://schema.org", "@graph": [person, both, company]})
    return f"""
<script type="application/ld+json">{data}</script>
<p>Gesch&auml;ftsf&uuml;hrer: Pat {CANARY}<br>Inhaberin Pat {CANARY}<br>Managing Director: Pat {CANARY}
<p>Directeur de la publication : Pat {CANARY}<br>Amministratore unico Pat {CANARY}<br>Prezes: Pat {CANARY}
<p>E-Mail: <a href="mailto:pat.{CANARY}@{own}">pat.{CANARY}@{own}</a> <a href="tel:{_MOBILE}">{_MOBILE}</a>
<meta name="author" content="Pat {CANARY}"><meta property="profile:username" content="{CANARY}">
""".encode()


async def check_site_hosts(case: Case) -> None:
    """Only pages of the company's own site are fetched, at most three, whatever the pages link to and base on."""
    if not case.manifest.visits_site:
        return
    own = _own_hosts(case)
    lures = _lures(min(own))
    lured = _changed(case.match.pages, lambda body: lures + body)
    moved = {
        url: replace(step, url="https://moved.example/") if isinstance(step, Page) else step
        for url, step in lured.items()
    }
    for site, hosts in ((case.match.pages, own), (lured, own), (moved, {*own, "moved.example"})):
        ended = await _visit(case, site)
        strange = [url for url in ended.site.fetched if not _belongs(url, hosts)]
        if strange or len(ended.site.fetched) > MOST_PAGES or not ended.site.fetched:
            raise NotCertified(
                "site_hosts", f"{len(strange)} of {len(ended.site.fetched)} pages were not the company's"
            )
        if ended.answer.outcome is LookupOutcome.REFUSED or _tripped(ended.answer):
            raise NotCertified("site_hosts", "a link that leads elsewhere ended the visit")


def _own_hosts(case: Case) -> frozenset[str]:
    named = (read_domain(case.match.facts.get(name)) for name in SITE_INPUTS)
    return frozenset(host for host in named if host is not None)


def _belongs(url: str, hosts: Collection[str]) -> bool:
    host = urlsplit(url).hostname or ""
    return any(host == each or host.endswith("." + each) for each in hosts)


async def check_site_replies(case: Case) -> None:
    """Every status and every way to fail has its outcome, hostile pages do no harm, and a part that failed shows."""
    if not case.manifest.visits_site:
        return
    declared = {status for rule in case.manifest.outcomes if rule.outcome.cacheable for status in rule.status}
    for status in _STATUSES:
        answer = await _everywhere(case, page(status=status, body=b""))
        if answer.outcome.found or answer.outcome in _NOT_OURS or _tripped(answer):
            raise NotCertified("site_replies", f"{status} ended in {answer.outcome} ({answer.reason})")
        if answer.outcome.cacheable and status not in declared:
            raise NotCertified("site_replies", f"{status} counts as no match without a rule that says so")
    for error, outcome in _ENDINGS:
        answer = await _everywhere(case, error)
        if answer.outcome is not outcome:
            raise NotCertified("site_replies", f"{error.reason} ended in {answer.outcome}")
    await _check_waits(case)
    await _check_later_pages(case)
    await _check_hostile(case)


async def _check_waits(case: Case) -> None:
    for status in (429, 503):
        for text in ("120", "1000000000", "-5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT"):
            answer = await _everywhere(case, page(status=status, headers={"retry-after": text}))
            if not answer.outcome.retryable or (answer.retry_at or NOW) > NOW + LONGEST:
                raise NotCertified("site_replies", f"{status} with Retry-After {text} ended in {answer.outcome}")


async def _check_later_pages(case: Case) -> None:
    """A page that could not be had leaves the answer partial, and one that may not be had does not end the visit."""
    fetched = (await _visit(case, case.match.pages)).site.fetched
    for url in fetched[1:]:
        for error, _outcome in _ENDINGS:
            outcome = (await _visit(case, {**case.match.pages, url: error})).answer.outcome
            if outcome in _WHOLE if error.retryable else outcome is LookupOutcome.REFUSED:
                raise NotCertified("site_replies", f"{error.reason} on a later page ended in {outcome}")


async def _check_hostile(case: Case) -> None:
    first = next(iter((await _visit(case, case.match.pages)).site.fetched))
    good = next((step.body for step in case.match.pages.values() if isinstance(step, Page)), b"")
    bodies = {
        "cut_short": good[: len(good) // 2],
        "not_utf8": b"<p>\xff\xfe\x00" + good,
        "nested": b"<div><table><b a=1>" * (MOST_BYTES // 19),
        "unclosed": b"<a href='<script type=application/ld+json>" * (MOST_BYTES // 42),
        "deep_json": b'<script type="application/ld+json">' + b"[" * 100_000,
        "deep_object": b'<script type="application/ld+json">' + b'{"@graph":' * 50_000,
        "long_number": b'<script type="application/ld+json">{"@type":"Organization","duns":' + b"9" * 100_000,
        "entities": b"<p>&#" + b"9" * 100_000 + b";" + b"&" * 100_000,
        "oversize": b"<p>" + b"VAT " * MOST_BYTES,
        "binary": bytes(range(256)) * 256,
    }
    for name, body in bodies.items():
        for kind in ("text/html", "application/xhtml+xml"):
            step = page(body, url=first, content_type=kind, headers={"content-type": f"{kind}; charset=utf-7"})
            answer = (await _visit(case, {first: step})).answer
            if _tripped(answer) or (name not in ("cut_short", "not_utf8") and answer.outcome.found):
                raise NotCertified("site_replies", f"{name} ended in {answer.outcome} ({answer.reason})")
    for kind in ("application/pdf", "text/plain", ""):
        answer = (await _visit(case, {first: page(b"", url=first, content_type=kind)})).answer
        if answer.outcome.found or _tripped(answer):
            raise NotCertified("site_replies", f"a page of type {kind or 'none'} ended in {answer.outcome}")


async def check_site_people(case: Case) -> None:
    """Names, addresses and numbers of people on the pages are in no observation, nor in what is shown of the visit."""
    if not case.manifest.visits_site:
        return
    people = _people(min(_own_hosts(case)))
    for with_people in (
        _changed(case.match.pages, lambda body: people + body),
        _changed(case.match.pages, lambda body: body + people),
    ):
        ended = await _visit(case, with_people)
        for seen in ended.answer.observations:
            if CANARY in repr(seen.value).lower() or _MOBILE[3:] in repr(seen.value):
                raise NotCertified("site_people", f"{seen.field} holds something about a person")
        if CANARY in repr((ended.answer, ended.context, tuple(with_people.values()))):
            raise NotCertified("site_people", "something about a person shows")


def _changed(pages: Pages, change: Callable[[bytes], bytes]) -> dict[str, SiteStep]:
    return {
        url: replace(step, body=change(step.body)) if isinstance(step, Page) and step.body else step
        for url, step in pages.items()
    }


async def _visit(case: Case, pages: Pages) -> Run:
    return await run(case, case.match.facts, steps=case.match.steps, site=ScriptedSite(pages))


async def _everywhere(case: Case, step: SiteStep) -> Answer:
    """What comes of a site where every page is the same."""
    return (await run(case, case.match.facts, steps=case.match.steps, site=ScriptedSite(otherwise=step))).answer


def _tripped(answer: Answer) -> bool:
    return answer.reason.startswith(("connector_", "observation_"))


SITE_CHECKS: tuple[Callable[[Case], Awaitable[None]], ...] = (check_site_hosts, check_site_replies, check_site_people)
"""Each raises `NotCertified` or returns None, as those of `connectors.kit.certificate` do."""

"""The certificate over the wire for connectors that visit sites: real redirects, bombs, silence and robots.txt."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from connectors.kit import LookupOutcome
from connectors.kit.cases import CANARY, NotCertified
from connectors.kit.certificate import WAITS
from connectors.kit.fakes import NOW
from connectors.kit.site import MOST_PAGES
from gateway.enrichment.site import user_agent
from gateway.sandbox.hearing import logged
from gateway.sandbox.sites import Served
from gateway.sandbox.stage import LONG, USUAL
from gateway.sandbox.stage_visits import CONTACT, Visits

_BOMB: Final = 64 << 20
_HUGE: Final = 5 << 20
_SHORT: Final = timedelta(milliseconds=600)
"""What a question has that a silent site lets pass."""
_SILENT: Final = Served(wait=60)
_AWAY: Final = (
    *("https://169.254.169.254/latest/", "https://127.0.0.1/", "https://2130706433/", "https://[::1]/", "//0x7f.1/"),
    *("https://localhost/", "https://db.internal/", "https://elsewhere.example/", "http://127.0.0.1/"),
    *("https://user@elsewhere.example/", "https://elsewhere.example:8443/", "ftp://elsewhere.example/"),
)


def _fail(check: str, why: str) -> None:
    raise NotCertified(check, why)


async def check_match(on: Visits) -> None:
    """Over real connections the match ends as its fixture says; requests say who asks, and bring nothing else."""
    result = await on.ask(on.good)
    if result.answer is None or result.answer.outcome is not LookupOutcome.MATCH:
        _fail("match", f"ended in {result.skip or (result.answer and result.answer.outcome)}")
    sent = {name for visit in on.sites.visits for name in visit.headers}
    if sent != {"host", "user-agent", "accept", "accept-encoding"}:
        _fail("match", "something else was sent along")
    if {visit.headers["user-agent"] for visit in on.sites.visits} != {user_agent(CONTACT)}:
        _fail("match", "it did not say who asks")


async def check_endings(on: Visits) -> None:
    """Silence, a cut page, a strange coding, too much and a bomb end in the outcome they stand for."""
    expected = {
        "silence": (_SILENT, LookupOutcome.TIMEOUT),
        "dripping": (Served(drip=True, fill=100_000), LookupOutcome.TIMEOUT),
        "cut_short": (Served(cut=True, fill=10_000), LookupOutcome.VENDOR_ERROR),
        "coding": (Served(headers=(("Content-Encoding", "br"),), body="x"), LookupOutcome.VENDOR_ERROR),
        "too_much": (Served(fill=_HUGE), LookupOutcome.NO_MATCH),
        "bomb": (Served(bomb=_BOMB), LookupOutcome.NO_MATCH),
    }
    for name, (served, outcome) in expected.items():
        hangs = outcome is LookupOutcome.TIMEOUT
        result = await on.ask(on.everywhere(served), within=_SHORT if hangs else LONG, attempts=1)
        ended = result.answer.outcome if result.answer is not None else result.skip
        if ended is not outcome:
            _fail("endings", f"{name} ended in {ended}")


async def check_redirects(on: Visits) -> None:
    """A redirect inside, to an address, another port or scheme is refused; nobody is asked for its name."""
    for target in _AWAY:
        for status in (301, 302, 307, 308):
            away = Served(status=status, headers=(("Location", target),))
            result = await on.ask(on.everywhere(away), attempts=1)
            if result.answer is None or result.answer.outcome is not LookupOutcome.REFUSED or on.resolved:
                _fail("redirects", f"{status} was followed")
    loop = Served(status=302, headers=(("Location", "/"),))
    result = await on.ask(on.everywhere(loop), attempts=1)
    if result.answer is None or result.answer.outcome is not LookupOutcome.REFUSED:
        _fail("redirects", "a loop did not end")


async def check_robots(on: Visits) -> None:
    """What robots.txt forbids is not fetched, for us by name as for everybody."""
    for text in ("User-agent: *\nDisallow: /", "User-agent: Leadgate\nDisallow: /\n\nUser-agent: *\nAllow: /"):
        file = Served(type="text/plain", body=text)
        forbidden = {f"{url.split('/')[0]}//{url.split('/')[2]}/robots.txt": file for url in on.good}
        result = await on.ask({**on.good, **forbidden}, attempts=1)
        if result.answer is None or result.answer.outcome is not LookupOutcome.REFUSED or on.seen:
            _fail("robots", f"{len(on.seen)} pages were fetched that robots.txt forbids")


async def check_attempts(on: Visits) -> None:
    """Whatever a site answers, it is asked for no more pages than it may be, and no more often than anybody."""
    for status in (404, 429, 500, 503):
        result = await on.ask(on.everywhere(Served(status=status)))
        if len(on.seen) > MOST_PAGES * USUAL.attempts:
            _fail("attempts", f"{len(on.seen)} pages after {status}")
        if result.answer is not None and result.answer.outcome.found:
            _fail("attempts", f"{status} counts as found")


async def check_waits(on: Visits) -> None:
    """A site's waiting hint is honoured up to the cap; beyond it nobody sleeps, and the time goes back."""
    for text in WAITS:
        headers = (("Retry-After", text.encode("ascii", "replace").decode()),)
        result = await on.ask(on.everywhere(Served(status=429, headers=headers)))
        if on.time.waited > USUAL.cap * USUAL.attempts * 1.1:
            _fail("waits", f"Retry-After {text[:12]} was slept for {on.time.waited:.0f} s")
        if result.retry_at is not None and result.retry_at > NOW + timedelta(days=2):
            _fail("waits", f"Retry-After {text[:12]} leads too far")


async def check_cancelling(on: Visits) -> None:
    """A question that is cancelled in mid-visit gives its slot back."""
    on.sites.arrived.clear()
    task = asyncio.ensure_future(on.ask(on.everywhere(_SILENT)))
    arrived = asyncio.ensure_future(on.sites.arrived.wait())
    await asyncio.wait((arrived, task), return_when=asyncio.FIRST_COMPLETED)
    arrived.cancel()
    if task.done():
        _fail("cancelling", "it ended without a page")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    if not await on.slots_are_free():
        _fail("cancelling", "a slot was not given back")


async def check_needless(on: Visits) -> None:
    """A question without what is required opens no connection."""
    before = on.sites.connections
    result = await on.ask(on.good, facts={})
    asked = on.sites.connections > before
    if asked or result.answer is None or result.answer.outcome is not LookupOutcome.NOT_APPLICABLE:
        _fail("needless", "an incomplete question was asked all the same")


async def check_silence(on: Visits) -> None:
    """Neither the question nor the site is in a log, whatever happens."""
    with logged() as heard:
        for pages in (on.good, on.everywhere(Served(status=500)), on.everywhere(Served(cut=True, fill=1000))):
            await on.ask(pages, attempts=1)
    told = [CANARY, *on.sites.hosts, *on.case.match.facts.values()]
    if any(word in line for line in heard for word in told):
        _fail("silence", "the question or the site was logged")


VISIT_CHECKS: Final[tuple[Callable[[Visits], Awaitable[None]], ...]] = (
    check_match,
    check_attempts,
    check_endings,
    check_redirects,
    check_robots,
    check_waits,
    check_cancelling,
    check_needless,
    check_silence,
)

"""The certificate over the wire: a connector asked as the gateway asks it, by a server that answers rightly or wrongly.

The kit's own checks look at the connector alone. Here it is behind everything that the gateway puts around it: the
egress-checked client on real connections, rate windows, retries, breaker, cache and the record of paid calls. Waits
take no time: the clock is moved by them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from connectors.errors import CallError
from connectors.kit import Connector, LookupOutcome
from connectors.kit.cases import CANARY, Case, NotCertified
from connectors.kit.certificate import CHECKS, STATUSES, WAITS
from connectors.kit.fakes import NOW, reply
from connectors.kit.fixtures import case_of
from gateway.enrichment import Skip
from gateway.enrichment.breaker import FAILURES
from gateway.enrichment.caller import Result
from gateway.sandbox import faults
from gateway.sandbox.certificate_visits import VISIT_CHECKS
from gateway.sandbox.hearing import logged
from gateway.sandbox.stage import LONG, USUAL, Stage, stage
from gateway.sandbox.stage_visits import visits

_BOMB: Final = 64
"""Megabytes that a gzip bomb becomes."""
_SHORT: Final = timedelta(milliseconds=250)
"""What a question has that a silent server lets pass."""
ELSEWHERE: Final = "elsewhere.example"
"""A host that no manifest names."""


def _fail(check: str, why: str) -> None:
    raise NotCertified(check, why)


async def check_match(on: Stage) -> None:
    """Over real connections the match ends as its fixture says, and costs what it says."""
    result = await on.ask(*map(faults.answer, on.good))
    if result.answer is None or result.answer.outcome is not LookupOutcome.MATCH:
        _fail("match", f"ended in {result.skip or (result.answer and result.answer.outcome)}")
    if len(on.server.asked) != len(on.good):
        _fail("match", f"{len(on.server.asked)} calls instead of {len(on.good)}")


async def check_attempts(on: Stage) -> None:
    """Whatever the first reply is, it is asked again three times at most, and never where that may be paid twice."""
    free = on.case.manifest.cost.free
    for status in STATUSES:
        result = await on.ask(faults.answer(reply(status, b"{}")))
        most = USUAL.attempts * len(on.good)
        if len(on.server.asked) > most:
            _fail("attempts", f"{len(on.server.asked)} calls after {status}")
        if result.answer is not None and result.answer.outcome.found:
            _fail("attempts", f"{status} with an empty body counts as found")
    for broken in (faults.RESET, faults.cut_short(on.good[0])):
        await on.ask(broken)
        if not free and len(on.server.asked) > 1:
            _fail("attempts", "a paid call that broke was repeated")


async def check_endings(on: Stage) -> None:
    """Silence, reset, cut-short text, too much, a bomb and a refused connection end in the outcome they stand for."""
    too_much = on.case.manifest.max_bytes // (1024 * 1024) + 5
    expected = {
        "silence": (faults.SILENT, LookupOutcome.TIMEOUT),
        "reset": (faults.RESET, LookupOutcome.VENDOR_ERROR),
        "cut_short": (faults.cut_short(on.good[0]), LookupOutcome.VENDOR_ERROR),
        "too_much": (faults.large(too_much), LookupOutcome.VENDOR_ERROR),
        "bomb": (faults.bomb(_BOMB), LookupOutcome.VENDOR_ERROR),
    }
    for name, (fault, outcome) in expected.items():
        result = await on.ask(fault, within=_SHORT if fault.hangs else LONG, attempts=1)
        ended = result.answer.outcome if result.answer is not None else result.skip
        if ended is not outcome:
            _fail("endings", f"{name} ended in {ended}")


async def check_redirects(on: Stage) -> None:
    """A redirect is not followed, neither to another host nor to a private address."""
    for target in (f"https://{ELSEWHERE}/", "http://127.0.0.1/", "https://169.254.169.254/latest/"):
        for status in (301, 302, 307, 308):
            result = await on.ask(faults.answer(reply(status, b"", headers={"location": target})))
            if on.resolved or len(on.server.asked) > USUAL.attempts:
                _fail("redirects", f"{status} was followed")
            if result.answer is None or result.answer.outcome.cacheable:
                _fail("redirects", f"{status} counts as an answer")


async def check_waits(on: Stage) -> None:
    """A waiting hint of any form is honoured up to the cap; beyond it nobody sleeps, and the time goes back."""
    policy = USUAL
    for status in (429, 503):
        for text in WAITS:
            headers = {"retry-after": text.encode("ascii", "replace").decode()}
            result = await on.ask(faults.answer(reply(status, b"{}", headers=headers)))
            if on.time.waited > policy.cap * policy.attempts * 1.1:
                _fail("waits", f"Retry-After {text[:12]} of {status} was slept for {on.time.waited:.0f} s")
            retry_at = result.retry_at
            if retry_at is not None and retry_at > NOW + timedelta(days=2):
                _fail("waits", f"Retry-After {text[:12]} of {status} leads too far")
    result = await on.ask(faults.answer(reply(429, b"{}", headers={"retry-after": "600"})))
    throttled = result.answer is not None and result.answer.outcome is LookupOutcome.THROTTLED
    if throttled and (on.time.waited > policy.cap or result.retry_at is None):
        _fail("waits", "a long Retry-After was slept, or forgotten")


async def check_cancelling(on: Stage) -> None:
    """A question that is cancelled in mid-call gives its slot and the breaker's probe back."""
    for _ in range(2):
        await _cancel(on, on.ask(faults.SILENT))
        if not await on.slots_are_free():
            _fail("cancelling", "a slot was not given back")
    on.renew(attempts=1)
    for _ in range(2 * FAILURES):  # twice: a connector may find out by the first answer whose server it is
        await on.again(faults.RESET)
    if on.case.manifest.cost.free and (await on.put(None, LONG)).skip is not Skip.BREAKER_OPEN:
        _fail("cancelling", "a vendor that keeps failing is asked on and on")
    await _cancel(on, on.again(faults.SILENT))
    await on.again(*map(faults.answer, on.good))
    if not on.server.asked:
        _fail("cancelling", "the breaker's probe was not given back")


async def _cancel(on: Stage, asking: Coroutine[None, None, Result]) -> None:
    """Ask, and give up as soon as the call has reached the vendor."""
    on.server.arrived.clear()
    task = asyncio.ensure_future(asking)
    arrived = asyncio.ensure_future(on.server.arrived.wait())
    await asyncio.wait((arrived, task), return_when=asyncio.FIRST_COMPLETED)
    arrived.cancel()
    if task.done():
        _fail("cancelling", "it ended without an answer to its call")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def check_needless(on: Stage) -> None:
    """A question without what is required opens no connection."""
    result = await on.ask(faults.SILENT, facts={})
    if on.server.connections or result.answer is None or result.answer.outcome is not LookupOutcome.NOT_APPLICABLE:
        _fail("needless", "an incomplete question was asked all the same")


async def check_silence(on: Stage) -> None:
    """Nothing of the question or the key is logged, whatever happens."""
    with logged() as heard:
        for fault in (*map(faults.answer, on.good), faults.answer(reply(500, b"{}")), faults.RESET):
            await on.ask(fault)
    secrets = [CANARY, *(value for value in on.case.match.facts.values() if len(value) > 3)]  # noqa: PLR2004 - a country
    if any(secret in line for line in heard for secret in secrets):
        _fail("silence", "the question or the key was logged")


WireCheck = Callable[[Stage], Awaitable[None]]
WIRE_CHECKS: Final[tuple[WireCheck, ...]] = (
    check_match,
    check_attempts,
    check_endings,
    check_redirects,
    check_waits,
    check_cancelling,
    check_needless,
    check_silence,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One check of one connector; `wrong` is None when it holds."""

    connector: str
    check: str
    wrong: str | None


async def certify(plugin: type[Connector]) -> Sequence[Checked]:
    """Run every check for a connector, with the fixtures beside its manifest.

    Raises:
        BadPlugin: it has no fixtures, or they cannot be read.
    """
    with TemporaryDirectory() as folder:
        return await certify_case(case_of(plugin, Path(folder)))


async def certify_case(case: Case) -> Sequence[Checked]:
    """Run every check for a connector with a case of one's own; those over the wire where it makes calls."""
    found = [(_name(check), await _wrong(check(case))) for check in CHECKS]
    if case.manifest.calls_out and case.match.steps:
        async with stage(case) as on:
            found += [(f"wire {_name(check)}", await _wrong(check(on))) for check in WIRE_CHECKS]
    if case.manifest.visits_site and case.match.pages:
        async with visits(case) as visited:
            found += [(f"wire {_name(check)}", await _wrong(check(visited))) for check in VISIT_CHECKS]
    return [Checked(connector=case.manifest.id, check=name, wrong=wrong) for name, wrong in found]


async def _wrong(checking: Awaitable[None]) -> str | None:
    try:
        await checking
    except NotCertified as error:
        return error.why
    except CallError as error:
        return f"a failed call came through ({error.reason})"
    return None


def _name(check: Callable[..., object]) -> str:
    return str(getattr(check, "__name__", check)).removeprefix("check_").replace("_", " ")

"""The DNS rows: verdicts on unique domains beside bare questions, and what comes of answers that are late or fail."""

import time
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Final

from gateway import longrun
from gateway.verification.answers import MailOutcome
from gateway.verification.model import EmailVerdict
from gateway.verification.probes.client import DnsOptions
from gateway.verification.probes.dns import MailResolver
from gateway.verification.probes.lists import Lists
from gateway.verification.probes.verify import ContactVerifier
from gateway.verification.reasons import ReasonCode
from tests.bench.baselines import Bare
from tests.bench.responder import Kind, Load, Responder, Shares, apart, domain
from tests.bench.table import Row

BUDGET: Final = 0.6
FLOOR: Final = 0.55
AT_ONCE: Final = 200
"""Look-ups under way at once: the verifier's own number, and the baseline's."""
CONTROLS: Final = ("iana.org", "wikipedia.org")
SPARE: Final = 0.9
"""The share of its core from which on the server is what was measured."""
DEADLINE: Final = 5.0
"""Seconds that a look-up may take, as wired; late answers take more than twice as long."""
_NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)
_OUTCOMES: Final = {
    Kind.MX: MailOutcome.MX,
    Kind.ADDRESS: MailOutcome.IMPLICIT_MX,
    Kind.NULL_MX: MailOutcome.NULL_MX,
    Kind.NXDOMAIN: MailOutcome.NXDOMAIN,
    Kind.SERVFAIL: MailOutcome.SERVFAIL,
    Kind.LATE: MailOutcome.TIMEOUT,
}


def measure(*, rounds: int, count: int) -> list[Row]:
    """Ask about `count` unique domains in `rounds` parts, and again with answers that are late or fail."""
    return [_speed(rounds, count), _faults(count)]


def verifier(resolver: MailResolver) -> ContactVerifier:
    """The verifier as it is wired, with the installed lists."""
    return ContactVerifier(resolver, Lists.installed(), concurrency=AT_ONCE)


def resolver_at(address: str, *, deadline: float = DEADLINE) -> MailResolver:
    """A resolver that asks this server alone."""
    return MailResolver.over(DnsOptions(servers=(address,), deadline=deadline), controls=CONTROLS)


def addresses(numbers: Sequence[int]) -> list[str]:
    """One address at each of these domains."""
    return [f"person{number}@{domain(number)}" for number in numbers]


def wrong(verdicts: Sequence[EmailVerdict], numbers: Sequence[int], shares: Shares, *, well: bool = False) -> list[str]:
    """The verdicts that are not what the zone holds; `well` when nothing fails and nothing is late any more."""
    found = []
    for verdict, number in zip(verdicts, numbers, strict=True):
        kind = shares.kind(number)
        kind = Kind.MX if well and kind >= Kind.SERVFAIL else kind
        if verdict.evidence.dns != _OUTCOMES[kind].value or (verdict.verdict.value == "unknown") != (
            kind >= Kind.SERVFAIL
        ):
            found.append(f"{domain(number)} is {kind.name}, and was found {verdict.verdict} by {verdict.evidence.dns}")
    return found


# How fast: in questions that a server answered per second of a whole core. Where there is no MX ours asks more of them
# (A, AAAA, TXT), so per domain it would be told too slow; and by the clock other work on the machine is measured too


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one part of the domains took: seconds, CPU seconds, and what the server did meanwhile."""

    seconds: float
    cpu: float
    server: Load

    @property
    def rate(self) -> float:
        """Questions per second of a whole core."""
        return self.server.answered / self.cpu


def _speed(rounds: int, count: int) -> Row:
    longrun.settle()
    with apart(), Responder(count, Shares()) as server:
        pairs = longrun.run(_rounds(server, rounds, count))
    bare, ours = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    busiest = max(part.server.cpu / part.seconds for part in bare)
    if busiest > SPARE:
        raise RuntimeError(f"the name server used {busiest:.0%} of its core: it is what was measured")
    ratio = median(mine.rate / theirs.rate for theirs, mine in pairs)
    questions = sum(part.server.answered for part in ours) / count
    by_the_clock = median(count / rounds / part.seconds for part in ours)
    return Row(
        what="DNS verdicts on unique domains, one core",
        beside=f"bare aiodns asking for each MX ({median(part.rate for part in bare):,.0f} questions/s)",
        seen=f"{median(part.rate for part in ours):,.0f} questions/s, {questions:.2f} for a domain, "
        f"{by_the_clock:,.0f} domains/s by the clock; the server's core {busiest:.0%} busy",
        ratio=ratio,
        floor=FLOOR,
        figure=ratio,
        budget=BUDGET,
    )


async def _rounds(server: Responder, rounds: int, count: int) -> list[tuple[_Part, _Part]]:
    """Each part of the domains is asked about by both, one after the other: who comes first changes."""
    resolver, bare = resolver_at(server.address), Bare(server.address, at_once=AT_ONCE)
    judging = verifier(resolver)
    pairs = []
    for turn in range(rounds):
        numbers = range(turn * (count // rounds), (turn + 1) * (count // rounds))
        values, names = addresses(numbers), [domain(number) for number in numbers]
        theirs = await _timed(server, bare.ask(names)) if turn % 2 else None
        verdicts: list[EmailVerdict] = []
        mine = await _timed(server, _judge(judging, values, verdicts))
        if mistakes := wrong(verdicts, numbers, Shares()):
            raise RuntimeError(f"{len(mistakes)} verdicts are wrong: {mistakes[:3]}")
        pairs.append((theirs or await _timed(server, bare.ask(names)), mine))
    await bare.close()
    await resolver.close()
    return pairs


async def _judge(judging: ContactVerifier, values: Sequence[str], verdicts: list[EmailVerdict]) -> None:
    verdicts += await judging.emails(values, now=_NOW)


async def _timed(server: Responder, work: Awaitable[None]) -> _Part:
    before, begun, cpu = server.load(), time.perf_counter(), time.process_time()
    await work
    seconds, used, after = time.perf_counter() - begun, time.process_time() - cpu, server.load()
    done = Load(answered=after.answered - before.answered, cpu=after.cpu - before.cpu)
    return _Part(seconds=seconds, cpu=used, server=done)


# What comes of faults

FAULTY: Final = Shares(servfail=10, late=10)
"""A hundredth fails, and a hundredth is late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulty:
    """What came of domains some of which fail or are late: how many of each reason, and what was wrong of it.

    `again` is what was wrong when those that had failed were asked again of a server that was well.
    """

    reasons: Counter[ReasonCode]
    mistakes: list[str]
    again: list[str]
    rate: float


async def with_faults(count: int) -> Faulty:
    """Ask about `count` domains among which answers fail and are late, then again about those, once all is well.

    Nothing of a failure may be kept: the second time, at the same moment of the cache's clock, all answers are right.
    """
    numbers = range(count)
    with Responder(count, FAULTY, late=2.5 * DEADLINE) as server:
        resolver = resolver_at(server.address)
        judging = verifier(resolver)
        begun = time.perf_counter()
        verdicts = await judging.emails(addresses(numbers), now=_NOW)
        rate = count / (time.perf_counter() - begun)
        server.be_well()
        failed = [number for number in numbers if FAULTY.kind(number) >= Kind.SERVFAIL]
        again = await judging.emails(addresses(failed), now=_NOW)
        await resolver.close()
    return Faulty(
        reasons=Counter(verdict.reasons[-1] for verdict in verdicts),
        mistakes=wrong(verdicts, numbers, FAULTY),
        again=wrong(again, failed, FAULTY, well=True),
        rate=rate,
    )


def _faults(count: int) -> Row:
    found = longrun.run(with_faults(count))
    wrong_ones = found.mistakes + found.again
    right = 1 - len(wrong_ones) / count
    told = f"wrong: {'; '.join(wrong_ones[:3])}" if wrong_ones else "all others right; then those too"
    late, failed = found.reasons[ReasonCode.DNS_TIMEOUT], found.reasons[ReasonCode.DNS_SERVFAIL]
    return Row(
        what="DNS verdicts, 1% of answers late and 1% SERVFAIL",
        beside="what the zone holds",
        seen=f"{found.rate:,.0f} domains/s; {late:,} timed out, {failed:,} failed, {told}",
        ratio=right,
        floor=1.0,
        figure=right,
        budget=1.0,
    )

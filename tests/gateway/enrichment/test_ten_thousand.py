"""Ten thousand leads through three vendors, of which one throttles, one fails half its calls and one is dead."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

import pytest

from connectors.kit import Reply, Request
from connectors.kit.fakes import ZoneDns
from gateway import http
from gateway.enrichment import ClientHttp, Engine, Enriched, MemoryWindows, Plan, Question, install
from gateway.enrichment.alone import OwnAnswers, OwnCalls
from gateway.enrichment.breaker import FAILURES
from gateway.enrichment.tools import Tools
from gateway.sandbox.vendors import KEY, Hunter, PeopleDataLabs, Scripted, Vendors
from gateway.sandbox.vendors.hunter import company, failure
from gateway.sandbox.vendors.people_data_labs import ACME, THROTTLED
from tests.gateway.enrichment.sandbox import WallClock, real_sleep
from tests.support.connectors import unlimited
from tests.support.enrichment import MemoryQuotas

pytestmark = pytest.mark.integration

LEADS: Final = 10_000
AT_ONCE: Final = 64
KNOWN: Final = 10
"""Of so many companies one is known to nobody."""
THROTTLING: Final = 97
"""Every so many companies a call is throttled for a moment."""
CONCURRENCY: Final = 16
PDL, HUNTER, APOLLO = "people_data_labs", "hunter", "apollo"
SECTION: Final = {"api_key": KEY}


def domain(number: int) -> str:
    """A company's domain."""
    return f"c{number}.example"


class Companies(Mapping[str, Sequence[Scripted]]):
    """The script of the vendor that throttles: what it says of each company."""

    def __getitem__(self, name: str) -> Sequence[Scripted]:
        number = int(name[1:].partition(".")[0])
        if number % KNOWN == 0:
            raise KeyError(name)
        record = Scripted(body={**ACME, "website": name, "id": name, "name": name, "display_name": name})
        return (THROTTLED, record) if number % THROTTLING == 0 else (record,)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class HalfBroken(Hunter):
    """The vendor that fails every second call, whatever it is asked."""

    def __init__(self) -> None:
        super().__init__(windows=(1_000_000, 1_000_000))
        self.sent: dict[str, list[int]] = {}

    def next(self, subject: str) -> Scripted | None:
        """A failure, then what is known."""
        super().next(subject)
        number = int(subject[1:].partition(".")[0])
        if sum(map(len, self.sent.values())) % 2:
            reply = failure(500, "internal_error")
        elif number % KNOWN == 0:
            reply = failure(404, "not_found")
        else:
            reply = Scripted(body=company(subject))
        self.sent.setdefault(subject, []).append(reply.status)
        return reply


class Spending(OwnCalls):
    """The record of paid calls, with what they came to."""

    def __init__(self) -> None:
        super().__init__()
        self.spent = 0

    async def finish(self, call_id: str, *, outcome: str, cost_micros: int, currency: str, now: datetime) -> None:
        """Records how a call ended."""
        await super().finish(call_id, outcome=outcome, cost_micros=cost_micros, currency=currency, now=now)
        self.spent += cost_micros


@dataclass(slots=True)
class Counted:
    """The client, with a count of attempts by host."""

    inner: ClientHttp
    attempts: Counter[str] = field(default_factory=Counter)

    async def send(self, request: Request, *, seconds: float, max_bytes: int) -> Reply:
        """Sends, and counts."""
        self.attempts[request.url.split("/")[2]] += 1
        return await self.inner.send(request, seconds=seconds, max_bytes=max_bytes)


@contextmanager
def closed_port() -> Iterator[tuple[str, int]]:
    """A loopback port on which nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()


@dataclass(slots=True, kw_only=True)
class Ended:
    """What all of it led to."""

    found: Sequence[Enriched]
    calls: Spending
    attempts: Counter[str]
    pdl: PeopleDataLabs
    hunter: HalfBroken


async def travelled() -> Ended:
    """Asks for every lead, so many at once as a worker does."""
    pdl, hunter = PeopleDataLabs(script=Companies(), throttle=timedelta(milliseconds=30)), HalfBroken()
    found = {name: unlimited(name, at_once=CONCURRENCY) for name in (PDL, HUNTER, APOLLO)}
    ready = install(found, dict.fromkeys(found, SECTION))
    async with Vendors(pdl, hunter) as vendors:
        with closed_port() as dead:
            addresses = {(host, 443): vendors.address for entry in ready.values() for host in entry.manifest.hosts}
            addresses |= {(host, 443): dead for host in ready[APOLLO].manifest.hosts}
            async with http.HttpClient(addresses=addresses) as client:
                clock = WallClock()
                counted = Counted(ClientHttp(client=client, clock=clock))
                calls = Spending()
                tools = Tools(
                    http=counted,
                    dns=ZoneDns(),
                    windows=MemoryWindows(MemoryQuotas()),
                    cache=OwnAnswers(),
                    calls=calls,
                    clock=clock,
                    sleep=real_sleep,
                    random=Random(1),  # noqa: S311 - jitter
                    index_key=b"k" * 32,
                )
                stages = tuple((ready[name],) for name in (PDL, HUNTER, APOLLO))
                engine = Engine(plan=Plan(stages=stages, seconds=30.0, budget_micros=10_000_000), tools=tools)
                room = asyncio.Semaphore(AT_ONCE)

                async def one(number: int) -> Enriched:
                    async with room:
                        facts = {"company.domain": domain(number)}
                        return await engine.enrich(Question(lead_id=f"ld_{number}", facts=facts))

                told = await asyncio.gather(*map(one, range(LEADS)))
                return Ended(found=told, calls=calls, attempts=counted.attempts, pdl=pdl, hunter=hunter)


async def test_every_lead_ends_right_and_money_is_what_the_vendors_bill() -> None:
    """Marks agree with what each vendor sent, spend with its bill, and the dead vendor is left alone."""
    ended = await travelled()
    for number, found in enumerate(ended.found):
        unknown = number % KNOWN == 0
        assert found.marks[PDL] == ("no_match" if unknown else "match"), number
        sent = ended.hunter.sent.get(domain(number), [])
        allowed = {200: "match", 404: "no_match", 500: "vendor_error"}
        expected = allowed[sent[-1]] if sent else "breaker_open"
        assert found.marks[HUNTER] == expected, (number, sent)
        assert len(sent) <= 3
        assert found.marks[APOLLO] in ("unreachable", "breaker_open")
        assert {seen.connector for seen in found.observations} == {
            name for name in (PDL, HUNTER) if found.marks[name] == "match"
        }
    bill = ended.pdl.spent * Decimal("0.10") + ended.hunter.spent * Decimal("0.0245")
    told = sum(found.costs.get("USD", 0) for found in ended.found)
    assert bill > 0
    assert (Decimal(told) / 1_000_000, Decimal(ended.calls.spent) / 1_000_000) == (bill, bill)
    assert ended.pdl.statuses[429] > 0
    assert ended.hunter.statuses[500] >= ended.hunter.statuses.total() * 0.45
    assert ended.attempts["api.apollo.io"] <= FAILURES + CONCURRENCY + 2

"""Look-ups under way: who hears of their end, and when they are given up."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from gateway.sandbox.dns import DnsServer
from gateway.verification.answers import DomainMail, MailOutcome
from gateway.verification.probes.client import DnsClient, DnsOptions
from gateway.verification.probes.controls import Controls, Trust
from gateway.verification.probes.dns import MailResolver
from gateway.verification.probes.lookups import Deadlines, LookUp
from tests.bench.dns import resolver_at
from tests.gateway.verification.fakes import NOW
from tests.support import zones
from tests.support.waiting import until

FOUND = DomainMail(domain="acme.example", outcome=MailOutcome.MX)


async def test_everybody_hears_but_who_has_left() -> None:
    """One that waits and is cancelled takes nobody along."""
    look_up = LookUp("acme.example", NOW)
    leaving, staying = look_up.join(), look_up.join()
    leaving.cancel()
    look_up.settle(FOUND)
    assert await staying is FOUND
    assert leaving.cancelled()
    assert not look_up.bounded


class Failing(Controls):
    """Control names whose check fails as nobody foresaw, once."""

    failed = False

    async def check(self, now: datetime) -> Trust:
        if not self.failed:
            self.failed = True
            raise ZeroDivisionError
        return await super().check(now)


@pytest.mark.integration
async def test_what_nobody_foresaw_is_raised_where_it_is_waited_for(server: DnsServer) -> None:
    """An error in a look-up's own task is no time-out and no silence, and the next look-up begins anew."""
    options = DnsOptions(servers=(server.address,))
    resolver = MailResolver(DnsClient(options), Failing(options))
    found = await asyncio.gather(*(resolver.mail("dead.example", now=NOW) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in found] == [ZeroDivisionError] * 3
    assert (await resolver.mail("dead.example", now=NOW)).outcome is MailOutcome.NXDOMAIN
    await resolver.close()


async def test_only_what_is_still_under_way_is_given_up() -> None:
    """Each in its time; what was settled, or waits for something else, is left alone."""
    given_up: list[str] = []
    deadlines = Deadlines(0.05, lambda each: given_up.append(each.domain))
    look_ups = [
        LookUp(name, NOW) for name in ("first.example", "settled.example", "second.example", "believed.example")
    ]
    for each in look_ups:
        deadlines.add(each)
    look_ups[1].settle(FOUND)
    look_ups[3].bounded = False
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await until(lambda: len(given_up) == 2)
    assert loop.time() - begun >= 0.04
    later = LookUp("later.example", NOW)
    deadlines.add(later)
    deadlines.close()
    await asyncio.sleep(0.1)
    assert given_up == ["first.example", "second.example"]


async def test_what_has_ended_is_not_kept_until_its_deadline() -> None:
    """However many look-ups end within it, none is held in memory for the sake of the timer."""
    deadlines = Deadlines(60.0, lambda _: None)
    for number in range(1_000):
        look_up = LookUp(f"firm-{number}.example", NOW)
        deadlines.add(look_up)
        look_up.settle(FOUND)
    assert len(deadlines._queue) == 1
    deadlines.close()


@pytest.fixture
async def server() -> AsyncIterator[DnsServer]:
    """The sandbox's names on a free port."""
    async with DnsServer(zones.shipped()) as running:
        yield running


@pytest.mark.integration
async def test_closing_ends_what_is_under_way(server: DnsServer) -> None:
    """Who waits is told that nothing was found out, at once."""
    resolver = resolver_at(server.address)
    waiting = [asyncio.ensure_future(resolver.mail(name, now=NOW)) for name in ("slow.example", "timeout.example")]
    await asyncio.sleep(0)
    await resolver.close()
    assert [(await each).outcome for each in waiting] == [MailOutcome.UNREACHABLE] * 2
    assert not resolver._under_way

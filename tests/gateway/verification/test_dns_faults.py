"""DNS in trouble, at full speed: late and failing answers, and a server that goes and comes back."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.verification.answers import DomainMail
from gateway.verification.probes.dns import MailResolver
from gateway.verification.probes.lists import Lists
from gateway.verification.probes.verify import ContactVerifier
from gateway.verification.reasons import ReasonCode
from tests.bench.dns import AT_ONCE, addresses, resolver_at, with_faults, wrong
from tests.bench.responder import Kind, Responder, Shares
from tests.chaos.world import World, running
from tests.gateway.verification.fakes import NOW
from tests.support.stores import Store
from tests.support.waiting import eventually, until

pytestmark = pytest.mark.integration

DEADLINE = 1.0
SLACK = 10.0
"""Seconds that a busy machine may take to notice a deadline; c-ares itself gives up after half a minute."""

GOING: dict[str, tuple[Callable[[Responder], None], Callable[[Responder, int], Responder]]] = {
    "killed": (Responder.kill, lambda old, count: Responder(count, Shares(), port=old.port)),
    "frozen": (Responder.freeze, lambda old, _count: old.thaw()),
}
"""How a server goes, and how it comes back on the same port: its process dies, or just stops to answer."""


class Timed:
    """A source that says how long the longest answer of another one took."""

    def __init__(self, resolver: MailResolver) -> None:
        self._resolver = resolver
        self.longest = 0.0

    async def mail(self, domain: str, *, now: datetime) -> DomainMail:
        """Pass it on."""
        begun = time.monotonic()
        try:
            return await self._resolver.mail(domain, now=now)
        finally:
            self.longest = max(self.longest, time.monotonic() - begun)


async def test_late_and_failing_answers_harm_nobody_else() -> None:
    """Of 20,000 domains 200 time out and 200 fail, each for its own reason; the rest is right, and then those are."""
    found = await with_faults(20_000)
    assert found.mistakes[:5] == []
    assert (found.reasons[ReasonCode.DNS_TIMEOUT], found.reasons[ReasonCode.DNS_SERVFAIL]) == (200, 200)
    assert found.again[:5] == []


@pytest.mark.parametrize("how", GOING)
async def test_a_server_that_goes_in_mid_run_proves_nothing(how: str) -> None:
    """What is under way ends as unknown within its deadline, nothing turns undeliverable, and work resumes."""
    leave, come_back = GOING[how]
    count = 1_500
    with Responder(count, Shares()) as server:
        resolver = resolver_at(server.address, deadline=DEADLINE)
        timed = Timed(resolver)
        verifier = ContactVerifier(timed, Lists.installed(), concurrency=AT_ONCE)
        # So that what the control names showed is known, as it is in a gateway that runs.
        assert (await resolver.check_controls(NOW)).honest
        running = asyncio.create_task(verifier.emails(addresses(range(count)), now=NOW))
        while server.load().answered < count // 4:  # noqa: ASYNC110 - the server is another process
            await asyncio.sleep(0)
        leave(server)
        verdicts = await running
        known = [number for number, each in enumerate(verdicts) if each.verdict.value != "unknown"]
        lost = [number for number, each in enumerate(verdicts) if each.verdict.value == "unknown"]
        assert len(known) >= count // 4 - AT_ONCE
        assert len(lost) >= AT_ONCE
        assert wrong([verdicts[number] for number in known], known, Shares()) == []
        assert timed.longest < DEADLINE + SLACK
        with come_back(server, count):
            # A caught resolver is asked for its control names again after half a minute.
            later = NOW + timedelta(seconds=31)
            again = await verifier.emails(addresses(range(count)), now=later)
            assert wrong(again, range(count), Shares())[:5] == []
        await resolver.close()


async def _held_or_released(world: World, leads: list[Any]) -> list[str]:
    rows = [await world.rests(each.id, "held", "released", "rejected") for each in leads]
    assert {row["reason"] for row in rows if row["status"] == "held"} <= {"email_unknown"}
    return [row["status"] for row in rows]


async def test_leads_wait_for_a_server_that_has_gone(store: Store, tmp_path: Path) -> None:
    """Leads that come while DNS is gone are held as unknown, asked again after 15 minutes, and then released."""
    count, good = 200, [number for number in range(200) if Shares().kind(number) is Kind.MX]
    with Responder(count, Shares()) as server:
        async with running(store, tmp_path, dns_servers=[server.address]) as world:

            async def post(numbers: list[int]) -> list[Any]:
                return await world.post_many(addresses(numbers))

            before = await post(good[:10])
            assert await _held_or_released(world, before) == ["released"] * 10
            between = await post(good[10:40])
            await until(lambda: server.load().answered > 12)
            server.kill()
            after = await post(good[40:50])
            assert "rejected" not in await _held_or_released(world, between)
            assert await _held_or_released(world, after) == ["held"] * 10
            held = await world.rests(after[0].id, "held")
            assert held["due_at"] - held["updated_at"] == timedelta(minutes=15)
            with Responder(count, Shares(), port=server.port):
                world.clock.ahead += timedelta(minutes=16)
                for each in (*between, *after):
                    await eventually(_revived(world, each.id), lambda status: status == "released")
                # What they may be used for says nothing of the outage.
                assert await _permits(world, after) == await _permits(world, before)


async def _permits(world: World, leads: list[Any]) -> set[tuple[str, str]]:
    messages = [(await world.hears("lead.created", each.id))[0] for each in leads]
    return {(mail["status"], mail["why"]) for mail in (each["data"]["permit"]["may_email"] for each in messages)}


def _revived(world: World, lead_id: str) -> Callable[[], Awaitable[str]]:
    async def ask() -> str:
        """Look for forgotten holds, as a worker does now and then, and read the lead's status."""
        await world.gateway.journal.revive(world.clock.now())
        row = await world.gateway.desks.leads.standing(lead_id)
        assert row is not None
        status: str = row["status"]
        return status

    return ask

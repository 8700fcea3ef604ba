"""Asking one connector: waits, windows, breaker, and money that must not be spent twice."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest

from connectors.errors import CallBroken, CallError, TimedOut, Unreachable
from connectors.kit import Answer, Context, HeldSecrets, LookupOutcome, Manifest, Plain, Query, Request
from gateway.enrichment import Installed, Skip
from gateway.enrichment.retry import RetryPolicy
from tests.gateway.enrichment.doubles import NOW, PAID, World, connector, installed, manifest, question


async def test_passing_trouble_is_asked_again_with_full_jitter() -> None:
    """Two failures and a success: three calls, each wait within its bound, the result a match."""
    world = World({"v.example": [500, Unreachable("x"), {"name": "Acme"}]}, [[installed("v")]])
    found = await world.engine.enrich(question())
    assert (found.calls[0].outcome, found.calls[0].attempts) == (LookupOutcome.MATCH, 3)
    assert len(world.time.slept) == 2
    assert 0 <= world.time.slept[0] <= 0.25
    assert 0 <= world.time.slept[1] <= 0.5


class Asks:
    """A connector that asks DNS, the vendor, another one's host or nobody, as the name of the company says."""

    manifest: ClassVar[Manifest] = manifest("v", sends=["company.domain", "company.name"])

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        self.settings = settings

    async def ask(self, query: Query, context: Context) -> Answer:
        """Answer that it does not apply, after what the name asks for."""
        if query["company.name"] == "dns":
            await context.dns.look_up("acme.example", "MX")
        elif query["company.name"] != "nobody":
            await context.http.send(Request(method="GET", url=f"https://{query['company.name']}/"))
        return Answer(outcome=LookupOutcome.NOT_APPLICABLE, reason="not_here")


@pytest.mark.parametrize(("name", "calls"), [("nobody", 0), ("other.example", 0), ("dns", 1), ("v.example", 1)])
async def test_only_what_went_out_is_an_attempt(name: str, calls: int) -> None:
    """A connector that answers without a call, and one whose call was refused, have made none."""
    entry = Installed(connector=Asks({}), secrets=HeldSecrets({}))
    world = World({"v.example": [200]}, [[entry]])
    facts = {"company.domain": "acme.example", "company.name": name}
    found = await world.engine.enrich(question(facts=facts))
    assert [call.attempts for call in found.calls] == [calls]


async def test_attempts_are_bounded() -> None:
    """A vendor that keeps failing is called three times for one question."""
    world = World({"v.example": [503]}, [[installed("v")]])
    found = await world.engine.enrich(question())
    assert (found.calls[0].outcome, world.vendors.asked("v.example")) == (LookupOutcome.VENDOR_ERROR, 3)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422, 451, 302])
async def test_answer_that_will_not_change_is_not_repeated(status: int) -> None:
    """A refusal, a miss or a wrong question is one call."""
    world = World({"v.example": [status]}, [[installed("v")]])
    await world.engine.enrich(question())
    assert world.vendors.asked("v.example") == 1


async def test_retry_after_is_the_least_wait() -> None:
    """A hint within the cap is waited out, with up to a tenth on top, and the same call then succeeds."""
    world = World({"v.example": [500]}, [[installed("v")]])
    world.script["v.example"] = [world.vendors.throttled(3), {"name": "Acme"}]
    found = await world.engine.enrich(question())
    assert found.calls[0].outcome is LookupOutcome.MATCH
    assert 3.0 <= world.time.slept[0] <= 3.3


async def test_hint_beyond_the_cap_is_not_slept() -> None:
    """A long wait goes back as a time for the job, however far the deadline is; nobody sleeps."""
    world = World({"v.example": [500]}, [[installed("v")]], seconds=3600.0)
    world.script["v.example"] = [world.vendors.throttled(600), {"name": "Acme"}]
    found = await world.engine.enrich(question())
    assert (found.calls[0].outcome, found.calls[0].retry_at) == (LookupOutcome.THROTTLED, NOW + timedelta(seconds=600))
    assert world.time.slept == []


async def test_wait_that_does_not_fit_the_deadline_is_not_begun() -> None:
    """With two seconds left a hint of three ends the question."""
    world = World({"v.example": [500]}, [[installed("v")]], seconds=2.0)
    world.script["v.example"] = [world.vendors.throttled(3), {"name": "Acme"}]
    found = await world.engine.enrich(question())
    assert (found.calls[0].outcome, world.time.slept) == (LookupOutcome.THROTTLED, [])


async def test_window_is_shared_by_all_questions() -> None:
    """With three calls a minute the fourth question waits or is put off; the vendor never sees more."""
    limits = {"rate": {"windows": [{"limit": 3, "per": 60}]}, "cache": None}
    world = World({"v.example": [{"name": "Acme"}]}, [[installed("v", **limits)]])
    found = [await world.engine.enrich(question(facts={"company.domain": f"d{number}.example"})) for number in range(5)]
    assert [each.marks["v"] for each in found] == ["match"] * 3 + ["rate_window"] * 2
    assert found[4].retry_at == NOW + timedelta(seconds=60)
    assert world.vendors.asked("v.example") == 3


async def test_a_question_of_several_calls_takes_as_many_places() -> None:
    """Of seven calls a minute three questions of two each are asked; the fourth has room for one, and waits."""
    limits = {"rate": {"windows": [{"limit": 7, "per": 60}], "calls": 2}, "cache": None}
    world = World({"v.example": [{"name": "Acme"}]}, [[installed("v", **limits)]])
    found = [await world.engine.enrich(question(facts={"company.domain": f"d{number}.example"})) for number in range(4)]
    assert [each.marks["v"] for each in found] == ["match"] * 3 + ["rate_window"]


async def test_short_wait_for_a_window_is_waited() -> None:
    """A window that ends soon is waited for."""
    limits = {"rate": {"windows": [{"limit": 1, "per": 2}]}}
    world = World({"v.example": [{"name": "Acme"}]}, [[installed("v", **limits)]])
    for number in range(2):
        found = await world.engine.enrich(question(facts={"company.domain": f"d{number}.example"}))
        assert found.marks["v"] == "match"
    assert world.time.slept == [2.0]


async def test_calls_in_flight_are_bounded() -> None:
    """Twenty questions at once make at most two calls at a time."""
    limits = {"rate": {"windows": [{"limit": 100, "per": 60}], "concurrency": 2}}
    world = World({"v.example": [{"name": "Acme"}]}, [[installed("v", **limits)]])
    found = await asyncio.gather(
        *(world.engine.enrich(question(facts={"company.domain": f"d{number}.example"})) for number in range(20))
    )
    assert all(each.marks["v"] == "match" for each in found)
    assert world.vendors.most_flying == 2


async def test_what_is_known_without_a_call_says_nothing_of_a_vendor() -> None:
    """Every third question is answered out of the connector's memory: the dead vendor behind it is spared."""
    dead = installed("dead")
    made = connector(dead.manifest)
    asked = made.ask

    async def ask(query: Query, context: Context) -> Answer:
        if query["company.domain"].startswith("known"):
            return Answer(outcome=LookupOutcome.NO_MATCH)
        return await asked(query, context)

    made.ask = ask  # type: ignore[method-assign]
    world = World(
        script={"dead.example": [500]}, stages=[[replace(dead, connector=made)]], retry=RetryPolicy(attempts=1)
    )
    for number in range(20):
        domain = f"{'known' if number % 3 == 0 else 'd'}{number}.example"
        await world.engine.enrich(question(facts={"company.domain": domain}))
    assert world.vendors.asked("dead.example") == 5


async def test_breaker_spares_a_dead_vendor() -> None:
    """After five failures in a row nobody calls until the cool-down is over; then one probe goes out."""
    world = World({"v.example": [500]}, [[installed("v")]], retry=RetryPolicy(attempts=1))
    marks = [
        (await world.engine.enrich(question(facts={"company.domain": f"d{n}.example"}))).marks["v"] for n in range(9)
    ]
    assert marks == ["vendor_error"] * 5 + ["breaker_open"] * 4
    assert world.vendors.asked("v.example") == 5
    world.time.moment += timedelta(seconds=31)
    world.script["v.example"] = [{"name": "Acme"}]
    assert (await world.engine.enrich(question())).marks["v"] == "match"
    assert (await world.engine.enrich(question(facts={"company.domain": "x.example"}))).marks["v"] == "match"


async def test_cancelled_call_frees_its_slot_and_its_probe() -> None:
    """A question that is given up leaves neither a slot nor the breaker's probe behind."""
    waiting = asyncio.Event()

    async def hang() -> None:
        waiting.set()
        await asyncio.sleep(60)

    limits = {"rate": {"windows": [{"limit": 100, "per": 60}], "concurrency": 1}}
    world = World({"v.example": [500]}, [[installed("v", **limits)]], retry=RetryPolicy(attempts=1))
    for number in range(5):
        await world.engine.enrich(question(facts={"company.domain": f"d{number}.example"}))
    world.time.moment += timedelta(seconds=31)
    world.script["v.example"] = [hang]
    asking = asyncio.create_task(world.engine.enrich(question()))
    await waiting.wait()
    asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asking
    world.script["v.example"] = [{"name": "Acme"}]
    assert (await world.engine.enrich(question())).marks["v"] == "match"


@pytest.mark.parametrize(
    ("step", "calls", "cost"),
    [
        (TimedOut("late", sent=True), 1, 10),
        (CallBroken("reset", sent=True), 1, 10),
        (TimedOut("late", sent=False), 3, 0),
        (Unreachable("connection_failed"), 3, 0),
        (500, 3, 0),
    ],
)
async def test_paid_call_is_repeated_only_when_it_cost_nothing(step: CallError | int, calls: int, cost: int) -> None:
    """A paid call that may have been charged counts as spent and is not made again; others are."""
    world = World({"v.example": [step]}, [[installed("v", **PAID)]])
    found = await world.engine.enrich(question())
    assert (world.vendors.asked("v.example"), world.calls.spent_micros) == (calls, cost)
    assert found.costs == ({"USD": cost} if cost else {})


async def test_paid_call_cut_off_by_a_crash_is_not_repeated_blindly() -> None:
    """The process dies while the vendor works: after the restart the call is skipped, a day later it is made."""
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.sleep(60)

    world = World({"v.example": [hang]}, [[installed("v", **PAID)]])
    asking = asyncio.create_task(world.engine.enrich(question()))
    await reached.wait()
    asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asking
    world.restart()
    world.script["v.example"] = [{"name": "Acme"}]
    found = await world.engine.enrich(question())
    assert (found.skipped[0].reason, world.vendors.asked("v.example")) == (Skip.ALREADY_CHARGED, 1)
    world.time.moment += timedelta(days=1, seconds=1)
    assert (await world.engine.enrich(question())).marks["v"] == "match"


async def test_paid_answer_is_kept_before_the_call_counts_as_ended() -> None:
    """The process dies between the answer and its record: after the restart the answer is there, unpaid."""

    class Died(Exception):
        pass

    world = World({"v.example": [{"name": "Acme"}]}, [[installed("v", **PAID)]])
    world.calls.faults.next("finish", Died())
    with pytest.raises(Died):
        await world.engine.enrich(question())
    world.restart()
    found = await world.engine.enrich(question())
    assert (found.marks, found.costs, world.vendors.asked("v.example")) == ({"v": "match"}, {}, 1)


async def test_question_with_other_settings_is_another_question() -> None:
    """Settings that change the answer change the key; the key shows nothing of the question."""
    world = World({"v.example": [{"name": "Acme"}]}, [])
    one, two = installed("v"), installed("v", version="2.0.0")
    asker = world.engine._asker
    query = question().facts
    keys = {asker.key(entry, query) for entry in (one, two)}  # type: ignore[arg-type] # a plain mapping will do
    assert len(keys) == 2
    assert all(len(key) == 32 for key in keys)


async def test_a_call_that_never_began_is_asked_again() -> None:
    """The store fails between the record and the call: nothing reached the vendor, so nothing stands against it."""

    class Gone(Exception):
        pass

    quota = {"windows": [{"limit": 5, "per": 86_400}]}  # a day's calls are written down before one is made
    world = World({"v.example": [{"name": "Acme"}]}, [[installed("v", rate=quota, **PAID)]])
    world.quotas.faults.next("keep", Gone())
    with pytest.raises(Gone):
        await world.engine.enrich(question())
    found = await world.engine.enrich(question())
    assert (found.marks, world.vendors.asked("v.example")) == ({"v": "match"}, 1)

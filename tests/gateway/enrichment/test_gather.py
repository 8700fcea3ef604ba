"""Several questions in one call: who is asked together, who pays what, and what one failure may do to the others."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from connectors.errors import CallBroken
from connectors.kit import HeldSecrets, LookupOutcome, Manifest, Query, Reply, Request
from connectors.kit.batching import Batched
from gateway.enrichment import Enriched, Installed, Skip
from gateway.enrichment.caller import Asked, Caller
from gateway.enrichment.retry import RetryBudget
from gateway.enrichment.transport import ClockDeadline
from gateway.errors import StoreUnavailable
from tests.gateway.enrichment.doubles import NOW, PAID, World, installed, manifest, question

BATCH = {
    "request": {"path": "/one", "params": {"domain": "${company.domain}"}},
    "reply": {"expect": "name != null"},
    "map": {"company.name": "name"},
    "batch": {
        "max": 10,
        "path": "/many",
        "items": "asked",
        "item": {"domain": "${company.domain}", "key": "${item.key}"},
        "answers": "found",
        "echo": "key",
        "status": "status",
    },
}


def batched(**changes: Any) -> Installed:  # noqa: ANN401 - whatever the test needs
    """A vendor that takes ten questions in one call."""

    class Plugin(Batched):
        manifest = Manifest.model_validate(manifest("v", **BATCH, **changes).model_dump(by_alias=True))

    return Installed(connector=Plugin({}), secrets=HeldSecrets({}))


class Bulk:
    """The vendor's server: knows every domain but those that say nobody, and keeps how many it was asked about."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.fails: Exception | None = None
        self.status = 200
        self.gate: asyncio.Event | None = None
        self.arrived = asyncio.Event()

    async def send(self, request: Request, *, seconds: float, max_bytes: int) -> Reply:
        """Answers one question or many."""
        many = json.loads(request.body)["asked"] if request.body else None
        self.sizes.append(1 if many is None else len(many))
        self.arrived.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.fails is not None:
            raise self.fails
        if many is None:
            body: object = {"name": "Acme"}
        else:
            body = {"found": [self._one(each) for each in many if "lost" not in each["domain"]]}
        headers = {"content-type": "application/json"}
        return Reply(status=self.status, headers=headers, body=json.dumps(body).encode(), received_at=NOW)

    def _one(self, asked: dict[str, str]) -> dict[str, object]:
        if "nobody" in asked["domain"]:
            return {"key": asked["key"], "status": 404}
        return {"key": asked["key"], "status": 200, "name": asked["domain"]}


def world(entry: Installed, bulk: Bulk) -> World:
    """An engine that asks this vendor alone."""
    made = World({}, [[entry]])
    made.vendors = bulk  # type: ignore[assignment] # the same port
    made.restart()
    return made


async def many(made: World, *domains: str) -> list[Enriched]:
    """Questions of several leads at once."""
    asks = [question(lead_id=f"ld_{name}", facts={"company.domain": name}) for name in domains]
    return list(await asyncio.gather(*map(made.engine.enrich, asks)))


def outcome(found: Enriched) -> LookupOutcome | Skip:
    """How the one connector ended."""
    return found.calls[0].outcome if found.calls else found.skipped[0].reason


async def test_leads_that_come_together_are_asked_in_one_call() -> None:
    """Three leads, one call; each gets its own company, and who is unknown is a miss."""
    bulk = Bulk()
    found = await many(world(batched(), bulk), "a.example", "nobody.example", "c.example")
    assert bulk.sizes == [3]
    assert [outcome(each) for each in found] == ["match", "no_match", "match"]
    assert [each.observations[0].value for each in found if each.observations] == ["a.example", "c.example"]


async def test_one_lead_alone_is_asked_the_plain_way() -> None:
    """No batch of one."""
    bulk = Bulk()
    (found,) = await many(world(batched(), bulk), "a.example")
    assert (bulk.sizes, outcome(found)) == ([1], "match")


async def test_calls_hold_as_many_questions_as_the_vendor_takes() -> None:
    """Twenty-three leads are three calls."""
    bulk = Bulk()
    found = await many(world(batched(), bulk), *(f"a{number}.example" for number in range(23)))
    assert sorted(bulk.sizes) == [3, 10, 10]
    assert {outcome(each) for each in found} == {LookupOutcome.MATCH}


async def test_each_pays_for_what_was_found() -> None:
    """Of a vendor that charges for found records, two leads pay, the third does not, and the record says the same."""
    bulk = Bulk()
    made = world(batched(**PAID), bulk)
    found = await many(made, "a.example", "nobody.example", "c.example")
    assert [each.costs.get("USD", 0) for each in found] == [10, 0, 10]
    assert made.calls.spent_micros == 20


async def test_missing_answer_is_no_miss_and_nothing_that_is_kept() -> None:
    """A lead that the vendor's reply leaves out is a failure, and asked again the next time."""
    bulk = Bulk()
    made = world(batched(), bulk)
    found = await many(made, "a.example", "lost.example")
    assert [outcome(each) for each in found] == ["match", "vendor_error"]
    await many(made, "lost.example")
    assert bulk.sizes == [2, 1]


async def test_a_paid_call_that_broke_counts_as_spent_for_all_and_is_not_repeated() -> None:
    """Nobody knows what was charged, so everybody pays, once."""
    bulk = Bulk()
    bulk.fails = CallBroken("reset", sent=True)
    made = world(batched(**PAID), bulk)
    found = await many(made, "a.example", "b.example")
    assert [(outcome(each), each.costs) for each in found] == [("vendor_error", {"USD": 10})] * 2
    bulk.fails = None
    again = await many(made, "a.example", "b.example")
    assert [outcome(each) for each in again] == [Skip.ALREADY_CHARGED] * 2
    assert bulk.sizes == [2]


async def test_free_call_that_failed_is_repeated_for_all() -> None:
    """A server error is asked again, with the same questions together."""
    bulk = Bulk()
    bulk.status = 503
    await many(world(batched(), bulk), "a.example", "b.example")
    assert bulk.sizes == [2, 2, 2]


async def test_who_is_cancelled_leaves_the_others_their_call() -> None:
    """One of two leaves; the other has its answer. When both leave, the call ends and the slot is free."""
    bulk = Bulk()
    bulk.gate = asyncio.Event()
    made = world(batched(), bulk)
    first, second = [
        asyncio.ensure_future(made.engine.enrich(question(lead_id=name, facts={"company.domain": f"{name}.example"})))
        for name in ("a", "b")
    ]
    await bulk.arrived.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    bulk.gate.set()
    assert outcome(await second) is LookupOutcome.MATCH
    bulk.gate.clear()
    bulk.arrived.clear()
    both = [asyncio.ensure_future(many(made, "c.example", "d.example"))]
    await bulk.arrived.wait()
    both[0].cancel()
    await asyncio.gather(*both, return_exceptions=True)
    concurrency = made.stages[0][0].manifest.rate.concurrency
    for _ in range(concurrency):
        taken = await made.windows.take_slot(
            "v/default", limits=(), concurrency=concurrency, lease=timedelta(seconds=1), now=made.time.now()
        )
        assert isinstance(taken, str), "the slot of a call that nobody waits for is free"


async def test_failing_store_reaches_everybody_who_asked() -> None:
    """When the windows cannot be reached, every question hears of it, and none hangs."""
    made = world(batched(rate={"windows": [{"limit": 10, "per": "1d"}]}), Bulk())
    made.quotas.faults.next("keep", StoreUnavailable())
    with pytest.raises(StoreUnavailable):
        await many(made, "a.example", "b.example")


async def test_a_batch_takes_one_place_however_many_calls_a_question_makes() -> None:
    """Three leads in one call leave two of three places, and one lead alone takes both."""
    made = world(batched(rate={"windows": [{"limit": 3, "per": 60}], "calls": 2}, cache=None), Bulk())
    together = await many(made, "a.example", "b.example", "c.example")
    assert [outcome(each) for each in together] == [LookupOutcome.MATCH] * 3
    assert outcome((await many(made, "d.example"))[0]) is LookupOutcome.MATCH
    assert outcome((await many(made, "e.example"))[0]) is Skip.RATE_WINDOW


async def test_a_vendor_in_trouble_is_not_asked_three_times_as_much() -> None:
    """After ten repetitions only every tenth call is repeated, until the breaker opens."""
    budget = RetryBudget()
    taken = sum(budget.take() for _ in range(50))
    assert taken == 10
    for _ in range(25):
        budget.called()
    assert sum(budget.take() for _ in range(50)) == 2


async def test_repetitions_are_bounded_over_many_questions() -> None:
    """Fifty questions to a vendor that always throttles for a moment are fifty calls, ten more, and one per ten."""
    made = World({"v.example": [429]}, [[installed("v")]])
    for number in range(50):
        await made.engine.enrich(question(lead_id=f"ld_{number}", facts={"company.domain": f"a{number}.example"}))
    assert 60 <= made.vendors.asked("v.example") <= 66


async def test_one_late_lead_does_not_spoil_the_call_of_the_others() -> None:
    """Who has no time left is not asked and pays nothing, and comes back later; the others have their answers."""
    bulk = Bulk()
    made = world(batched(**PAID), bulk)
    caller, entry = Caller(made.tools), made.stages[0][0]

    def asked(name: str, seconds: float) -> Asked:
        query = Query.project(entry.manifest, {"company.domain": name})
        ends = NOW + timedelta(seconds=seconds)
        return Asked(query=query, deadline=ClockDeadline(clock=made.time, ends=ends))

    late, *others = await caller.call(entry, [asked("late.example", 0.3), asked("a.example", 9), asked("b.example", 5)])
    assert bulk.sizes == [2]
    assert (late.skip, late.cost_micros, late.attempts) == (Skip.DEADLINE, 0, 0)
    assert late.retry_at is not None
    assert [(each.answer.outcome, each.cost_micros) for each in others if each.answer] == [("match", 10)] * 2

"""Breaker, single flight, budget, codec and plan on their own."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors.errors import BadSettings
from connectors.kit import Answer, LookupOutcome, Manifest, Query
from connectors.kit.terms import Cost
from consent.terms import TransferTool
from gateway.enrichment import Installed, Plan, codec, install
from gateway.enrichment.asker import Asker
from gateway.enrichment.breaker import Breaker, Ticket
from gateway.enrichment.budget import Budget, charged_micros
from gateway.enrichment.flight import SingleFlight
from gateway.errors import SetupError
from gateway.facts import Vendor
from tests.conformance.connectors.test_broken import GOOD, Sound
from tests.gateway.enrichment.doubles import NOW, PAID, World, installed, manifest, observation, question

LATER = NOW + timedelta(seconds=31)


def opened(breaker: Breaker) -> Ticket:
    """Opens a breaker; returns a ticket from before."""
    early = breaker.admit(NOW)
    assert isinstance(early, Ticket)
    for _ in range(5):
        ticket = breaker.admit(NOW)
        assert isinstance(ticket, Ticket)
        breaker.record(ticket, LookupOutcome.TIMEOUT, NOW)
    assert breaker.admit(NOW) == NOW + timedelta(seconds=30)
    return early


@pytest.mark.parametrize(
    "outcome",
    [LookupOutcome.NO_MATCH, LookupOutcome.INVALID_REQUEST, LookupOutcome.UNAUTHORISED, LookupOutcome.QUOTA_EXHAUSTED],
)
def test_answers_show_that_a_vendor_lives(outcome: LookupOutcome) -> None:
    """4xx and misses break the row of failures."""
    breaker = Breaker()
    for each in [LookupOutcome.TIMEOUT] * 4 + [outcome] + [LookupOutcome.TIMEOUT] * 4:
        ticket = breaker.admit(NOW)
        assert isinstance(ticket, Ticket)
        breaker.record(ticket, each, NOW)
    assert isinstance(breaker.admit(NOW), Ticket)


def test_throttling_says_nothing() -> None:
    """429 neither opens the breaker nor breaks the row."""
    breaker = Breaker()
    for each in (
        [LookupOutcome.THROTTLED] * 20 + [LookupOutcome.TIMEOUT] * 4 + [LookupOutcome.THROTTLED, LookupOutcome.TIMEOUT]
    ):
        ticket = breaker.admit(NOW)
        assert isinstance(ticket, Ticket)
        breaker.record(ticket, each, NOW)
    assert not isinstance(breaker.admit(NOW), Ticket)


def test_one_probe_at_a_time() -> None:
    """After the cool-down one call goes through; the next waits for its result."""
    breaker = Breaker()
    opened(breaker)
    probe = breaker.admit(LATER)
    assert isinstance(probe, Ticket)
    assert not isinstance(breaker.admit(LATER), Ticket)
    breaker.record(probe, LookupOutcome.MATCH, LATER)
    assert isinstance(breaker.admit(LATER), Ticket)


def test_failed_probe_opens_for_longer() -> None:
    """One failed probe re-opens, for twice the time, up to the longest."""
    breaker = Breaker()
    opened(breaker)
    moment = LATER
    for seconds in (60, 120, 240, 300, 300):
        probe = breaker.admit(moment)
        assert isinstance(probe, Ticket)
        breaker.record(probe, LookupOutcome.VENDOR_ERROR, moment)
        assert breaker.admit(moment) == moment + timedelta(seconds=seconds)
        moment += timedelta(seconds=seconds)


@pytest.mark.parametrize("outcome", [None, LookupOutcome.THROTTLED])
def test_probe_without_a_result_makes_room(outcome: LookupOutcome | None) -> None:
    """A cancelled or throttled probe frees its place for another."""
    breaker = Breaker()
    opened(breaker)
    probe = breaker.admit(LATER)
    assert isinstance(probe, Ticket)
    if outcome is None:
        breaker.abandon(probe)
    else:
        breaker.record(probe, outcome, LATER)
    assert isinstance(breaker.admit(LATER), Ticket)


def test_slow_success_from_before_does_not_close() -> None:
    """A call that began before the opening and succeeds after it changes nothing; neither does its failure."""
    breaker = Breaker()
    early = opened(breaker)
    breaker.record(early, LookupOutcome.MATCH, NOW)
    assert not isinstance(breaker.admit(NOW), Ticket)
    probe = breaker.admit(LATER)
    assert isinstance(probe, Ticket)
    breaker.record(early, LookupOutcome.TIMEOUT, LATER)
    breaker.abandon(early)
    assert not isinstance(breaker.admit(LATER), Ticket)


def test_late_failure_from_before_does_not_prolong() -> None:
    """Calls that began before the opening and fail after it neither prolong it nor count after the closing."""
    breaker = Breaker()
    early = opened(breaker)
    breaker.record(early, LookupOutcome.TIMEOUT, NOW + timedelta(seconds=20))
    probe = breaker.admit(LATER)
    assert isinstance(probe, Ticket)
    breaker.record(probe, LookupOutcome.MATCH, LATER)
    for _ in range(9):
        breaker.record(early, LookupOutcome.TIMEOUT, LATER)
    assert isinstance(breaker.admit(LATER), Ticket)


async def test_flight_outlives_a_waiter_and_ends_with_the_last() -> None:
    """One of two waiters may leave; when both have left, the call is cancelled and the next begins anew."""
    flights: SingleFlight[int] = SingleFlight()
    ended: list[str] = []

    async def call() -> int:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise
        return 1

    waiters = [asyncio.create_task(flights.run(b"k", call)) for _ in range(2)]
    await asyncio.sleep(0)
    waiters[0].cancel()
    await asyncio.gather(waiters[0], return_exceptions=True)
    assert ended == []
    waiters[1].cancel()
    await asyncio.gather(waiters[1], return_exceptions=True)
    assert ended == ["cancelled"]

    async def quick() -> int:
        return 2

    assert await flights.run(b"k", quick) == (2, False)


async def test_error_reaches_every_waiter() -> None:
    """All who wait for a call get its error, and the next call is a new one."""
    flights: SingleFlight[int] = SingleFlight()

    async def broken() -> int:
        await asyncio.sleep(0)
        raise LookupError

    found = await asyncio.gather(*(flights.run(b"k", broken) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in found] == [LookupError] * 3


@pytest.mark.parametrize(("units", "cost"), [(Decimal(0), 0), (Decimal(1), 2), (Decimal("0.5"), 1), (None, 3)])
def test_unknown_charge_counts_as_spent(units: Decimal | None, cost: int) -> None:
    """Fractions of a hundredth are rounded up, and what nobody knows counts as one full call."""
    assert charged_micros(Cost(price=Decimal("0.0000015"), currency="EUR", units=Decimal(2)), units) == cost


def test_budget_is_reserved_and_settled() -> None:
    """A reservation is replaced by what was spent; what is not there is not reserved."""
    budget = Budget(10)
    assert budget.reserve(10, "USD") == 10
    assert budget.reserve(1, "USD") is None
    budget.settle(10, 4, "USD")
    assert (budget.reserve(7, "USD"), budget.reserve(6, "USD")) == (None, 6)
    assert budget.reserve(10, "EUR") == 10, "currencies are counted apart"


def test_answer_survives_the_cache() -> None:
    """What is kept comes back equal, ranges and technologies too."""
    seen = (
        replace(observation(), keep_until=NOW + timedelta(days=3)),
        observation({"min": 1, "max": 10}, name="company.employees.range"),
        observation({"slug": "x", "name": "X", "category": "crm"}, name="company.technologies"),
    )
    answer = Answer(outcome=LookupOutcome.MATCH, observations=seen, record="r1", reason="")
    kept = codec.Kept(answer=answer, at=NOW)
    assert codec.decode(codec.encode(kept)) == kept


@pytest.mark.parametrize(
    "payload", [b"", b"{}", b"[]", b'{"format": 9}', b'{"format": 2, "outcome": "never"}', b'{"format": 1}']
)
def test_strange_payload_is_as_good_as_none(payload: bytes) -> None:
    """What another version wrote is asked again instead of being misread."""
    assert codec.decode(payload) is None


FOUND = {"example_vendor": Sound}


def test_connector_without_its_settings_is_left_out() -> None:
    """A connector that needs a key is made only with its section; a wrong section stops the start."""
    assert dict(install(FOUND, {})) == {}
    ready = install(FOUND, {"example_vendor": {"key": "k1"}})
    assert list(ready) == ["example_vendor"]
    assert "k1" not in repr(ready["example_vendor"])
    with pytest.raises(BadSettings):
        install(FOUND, {"example_vendor": {}})
    with pytest.raises(SetupError, match="no such connector"):
        install(FOUND, {"nobody": {}})


def test_the_price_of_the_operators_contract_counts() -> None:
    """A setting replaces the manifest's price, and with it the place in the plan; the answers stay the same ones."""

    class Paid(Sound):
        manifest = Manifest.model_validate({**GOOD, **PAID})

    ready, dearer, free = (
        install({"example_vendor": Paid}, {"example_vendor": {"key": "k1", **more}})["example_vendor"]
        for more in ({}, {"price": "0.75"}, {"price": 0})
    )
    assert (dearer.manifest.cost.per_call, free.manifest.cost.free) == (Decimal("0.75"), True)
    assert (ready.manifest.cost.per_call, ready.fingerprint) == (Decimal("0.00001"), dearer.fingerprint)


def test_free_ones_come_first() -> None:
    """Without stages in the settings the free ones run together, then the paid ones, cheapest first."""
    dear = {"cost": {"price": "0.50", "currency": "USD"}}
    ready = {name: installed(name, **more) for name, more in {"b": {}, "a": dear, "c": PAID, "d": {}}.items()}
    stages = Plan.order(ready, (), frozenset(ready))
    assert [[entry.manifest.id for entry in stage] for stage in stages] == [["b", "d"], ["c"], ["a"]]


def test_stages_from_the_settings() -> None:
    """Named stages are kept; known ones that are not ready are left out, unknown and doubled ones refused."""
    ready = {name: installed(name) for name in ("a", "b")}
    known = frozenset({"a", "b", "later", "other"})
    stages = Plan.order(ready, (("b", "later"), ("other",), ("a",)), known)
    assert [[entry.manifest.id for entry in stage] for stage in stages] == [["b"], ["a"]]
    with pytest.raises(SetupError, match="typo"):
        Plan.order(ready, (("typo",),), known)
    with pytest.raises(SetupError, match="more than once"):
        Plan.order(ready, (("a",), ("a",)), known)


def test_who_is_asked_about_people() -> None:
    """Only connectors about persons count, each place and tool once; the controller's own records leave it nowhere."""
    person = {"subject": "person", "sends": ["company.domain", "person.email"]}
    place = manifest("x").compliance.model_dump()
    abroad = {**person, "compliance": {**place, "country": "US", "transfer": ["scc"]}}
    own = {**person, "compliance": {**place, "role": "own", "country": None, "transfer": []}}
    declared = replace(installed("d", **abroad), transfer="scc")
    stages = ((installed("a"), installed("b", **abroad)), (installed("c", **abroad), declared, installed("e", **own)))
    assert Plan(stages=stages).vendors == (
        Vendor(country="US", transfer=None),
        Vendor(country="US", transfer=TransferTool.SCC),
        Vendor(country=None, transfer=TransferTool.NOT_NEEDED),
    )
    assert Plan(stages=((installed("a"),),)).vendors == ()


def keyed(key: str, **changes: Any) -> Installed:  # noqa: ANN401 - parts of a manifest
    """The connector with a key."""
    made = type("Plugin", (Sound,), {"manifest": Manifest.model_validate(GOOD | changes)})
    return install({"example_vendor": made}, {"example_vendor": {"key": key}})["example_vendor"]


def test_windows_and_breaker_are_per_key() -> None:
    """Another key begins anew, the same one goes on; connectors that share a scope share it."""
    one, other = keyed("k-one"), keyed("k-two")
    assert one.scope == keyed("k-one").scope != other.scope
    assert re.fullmatch("example_vendor/[0-9a-f]{4}", one.scope)
    shared = {"rate": {**GOOD["rate"], "scope": "shop"}}
    assert keyed("k-one", **shared).scope == keyed("k-one", id="second", **shared).scope
    assert installed("v").scope == "v/default", "without a key there is one for all"


async def test_another_key_is_not_held_up_by_the_last_one() -> None:
    """What the vendor let the old key do, and its word to wait, do not count for the new one."""
    rate = {"rate": {"windows": [{"limit": 1, "per": 60}]}}
    old, new = keyed("k-one", **rate), keyed("k-two", **rate)
    world = World({"api.vendor.example": [{"name": "Acme"}]}, [[old]])
    asked = [question(facts={"company.domain": f"{name}.example"}) for name in "abc"]
    first = [(await world.engine.enrich(each)).marks["example_vendor"] for each in asked[:2]]
    world.stages = [[new]]
    world.restart()
    assert [*first, (await world.engine.enrich(asked[2])).marks["example_vendor"]] == ["match", "rate_window", "match"]


def test_who_changes_a_key_does_not_pay_again() -> None:
    """What was answered under the old key is kept for the new one."""
    asker = Asker(World({}, []).tools)
    query = Query({"company.domain": "acme.example"})
    assert asker.key(keyed("k-one"), query) == asker.key(keyed("k-two"), query)

"""Whole journeys on both stores: what reaches the receiver, what does not, and what proves it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, RowMapping, delete, update

from consent.suppression import SuppressionKind
from consent.terms import Purpose
from gateway.desk.office import LOCAL
from gateway.desk.people import Who
from gateway.desk.preferences import Against
from gateway.errors import Conflict, Invalid
from gateway.lead import ConsentClaim
from gateway.sandbox.inbox import ERROR, GONE, busy
from gateway.storage.leads.tables import deliveries, lead_parts
from gateway.storage.sealing.tables import subject_keys
from tests.chaos.world import World, add_destination, running
from tests.support.stores import Store
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

NEWS = {
    "purpose": "marketing",
    "channel": "email",
    "status": "granted",
    "mechanism": "double_opt_in",
    "notice_id": "news",
}
SHOWN = {**NEWS, "evidence": {"form_url": "https://nordwind-logistik.example/news"}}


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> AsyncIterator[World]:
    """A whole gateway; the log is proved when the test has ended."""
    async with running(store, tmp_path) as made:
        yield made


def grant(world: World, **fields: object) -> ConsentClaim:
    """A double opt-in to the newsletter, confirmed now."""
    return ConsentClaim(**{**NEWS, "occurred_at": world.clock.now(), **fields})  # type: ignore[arg-type]  # a test's shorthand


async def test_a_good_lead_is_released_once_with_its_permit(world: World) -> None:
    """It arrives once, signed, and says what may be done; the lead is released once the receiver has answered."""
    lead = await world.post("ada@acme.example", person={"country": "GB", "phone": "+442079460958"})
    await world.rests(lead.id, "released")
    (message,) = await world.hears("lead.created", lead.id)
    assert message["data"]["contact"]["email"] == "ada@acme.example"
    assert message["data"]["permit"]["purposes"]["inquiry_response"]["email"]["status"] == "allowed"
    assert message["data"]["permit"]["may_email"]["status"] == "held"
    assert [row["status"] for row in await world.deliveries(lead.id)] == ["delivered"]
    happened = [each["what"] for each in await world.gateway.desks.leads.timeline(LOCAL, lead.id)]
    assert happened[:4] == ["received", "verified", "enriched", "decided"]
    assert {"released", "delivery.delivered"} == set(happened[4:])


async def test_an_undeliverable_address_is_rejected(world: World) -> None:
    """A domain that does not exist ends the journey, and nothing leaves."""
    lead = await world.post("ada@dead.example")
    row = await world.rests(lead.id, "rejected")
    assert row["reason"] == "email_undeliverable"
    assert world.heard(lead.id) == []


async def test_an_unknown_address_is_held_and_tried_again(world: World) -> None:
    """A resolver that fails holds the lead for 15 minutes, then 60, 240, then for a person; an answer releases it."""
    lead = await world.post("ada@servfail.example")
    row = await world.rests(lead.id, "held")
    assert (row["reason"], row["attempt"]) == ("email_unknown", 1)
    assert row["due_at"] - row["updated_at"] == timedelta(minutes=15)
    for attempt, minutes in ((2, 16), (3, 61), (4, 241)):
        world.clock.ahead += timedelta(minutes=minutes + 1)
        row = await _attempted(world, lead.id, attempt)
    assert (row["reason"], row["due_at"]) == ("email_review", None)
    assert world.heard(lead.id) == []
    await world.gateway.desks.leads.resolve(LOCAL, lead.id, "email_review", {}, "she called us")
    await world.rests(lead.id, "released")
    (message,) = await world.hears("lead.created", lead.id)
    assert message["data"]["permit"]["may_email"]["status"] == "held"


async def _attempted(world: World, lead_id: str, attempt: int) -> RowMapping:
    return await eventually(
        lambda: _revived(world, lead_id), lambda row: (row["status"], row["attempt"]) == ("held", attempt)
    )


async def _revived(world: World, lead_id: str) -> RowMapping:
    """Look for forgotten holds, as a worker does now and then, and read the lead."""
    await world.gateway.journal.revive(world.clock.now())
    row = await world.gateway.desks.leads.standing(lead_id)
    assert row is not None
    return row


async def test_a_hold_that_comes_due_and_finds_an_answer_is_released(world: World) -> None:
    """A name server that has recovered by the second try lets the lead go on."""
    lead = await world.post("ada@flaky.example")
    row = await world.rests(lead.id, "held", "released")
    if row["status"] == "held":
        world.clock.ahead += timedelta(minutes=17)
    await eventually(lambda: _revived(world, lead.id), lambda row: row["status"] == "released")


async def test_a_risky_address_is_released_with_its_email_held(world: World) -> None:
    """A disposable address may be answered another way: e-mail is held in the permit."""
    lead = await world.post("ada@mailinator.com")
    await world.rests(lead.id, "released")
    (message,) = await world.hears("lead.created", lead.id)
    may = message["data"]["permit"]["purposes"]["inquiry_response"]
    assert (may["email"]["status"], may["post"]["status"]) == ("held", "allowed")


async def test_a_suppressed_address_is_rejected_and_no_vendor_is_asked(world: World) -> None:
    """Suppression comes before the connectors: the company's names are not looked up either."""
    await world.gateway.desks.preferences.suppress(
        LOCAL, SuppressionKind.EMAIL_CANONICAL, "ada@brightpath.example", Against(), "asked_by_letter"
    )
    lead = await world.post("ada@brightpath.example")
    await world.rests(lead.id, "rejected")
    asked = {name for name, _ in world.dns.responder.asked}
    assert "www.brightpath.example" not in asked
    assert world.heard(lead.id) == []


async def test_a_german_without_consent_reaches_the_crm_with_email_held(world: World) -> None:
    """The inquiry may be answered; advertising waits for what the law asks."""
    lead = await world.post("ada@nordwind-logistik.example", person={"country": "DE"})
    await world.rests(lead.id, "released")
    (message,) = await world.hears("lead.created", lead.id)
    assert message["data"]["permit"]["may_email"]["status"] == "held"
    assert message["data"]["permit"]["purposes"]["marketing"]["email"]["why"] == "consent_needed"


async def test_consent_granted_later_arrives_as_an_update(world: World) -> None:
    """An authenticated source reports a double opt-in: the receiver hears that it may write now, once."""
    lead = await world.post("ada@nordwind-logistik.example", person={"country": "DE"})
    await world.rests(lead.id, "released")
    await world.gateway.desks.preferences.record_consents(LOCAL, Who(lead_id=lead.id), [grant(world)])
    (message,) = await world.hears("lead.updated", lead.id)
    assert message["data"]["permit"]["may_email"]["status"] == "allowed"
    await world.settled()
    assert world.kinds(lead.id) == ["lead.created", "lead.updated"]
    assert (await world.rests(lead.id, "released"))["reason"] is None


async def test_a_grant_from_a_fast_clock_counts(world: World) -> None:
    """A sender whose clock is two minutes ahead has not granted in vain."""
    lead = await world.post("ada@nordwind-logistik.example", person={"country": "DE"})
    await world.rests(lead.id, "released")
    ahead = grant(world, occurred_at=world.clock.now() + timedelta(minutes=2))
    await world.gateway.desks.preferences.record_consents(LOCAL, Who(lead_id=lead.id), [ahead])
    await world.hears("lead.updated", lead.id)


async def test_a_grant_that_comes_at_once_is_not_lost(world: World) -> None:
    """Consents that arrive while the lead is still on its way count, whenever the decision is made."""
    found = []
    for number in range(12):
        lead = await world.post(f"ada.{number}@nordwind-logistik.example", person={"country": "DE"})
        await asyncio.sleep(0.005 * number)
        await world.gateway.desks.preferences.record_consents(LOCAL, Who(lead_id=lead.id), [grant(world)])
        found.append(lead.id)
    await world.settled()
    for lead_id in found:
        await world.rests(lead_id, "released")
        explained = await world.gateway.desks.leads.explain(LOCAL, lead_id)
        said = {(each["purpose"], each["channel"]): each["outcome"] for each in explained if each["recipient"] == "crm"}
        assert said["marketing", "email"] == "ALLOW"


async def test_another_inquiry_with_consent_updates_the_first(world: World) -> None:
    """What a person says with a second inquiry counts for the first one too."""
    first = await world.post("ada@nordwind-logistik.example", person={"country": "DE"})
    await world.rests(first.id, "released")
    second = await world.post("Ada@nordwind-logistik.example", person={"country": "DE"}, consent=[SHOWN])
    assert second.subject_id == first.subject_id
    await world.rests(second.id, "released")
    await world.hears("lead.updated", first.id)


async def test_withdrawn_marketing_arrives_as_an_update(world: World) -> None:
    """The inquiry may still be answered, so the lead is not taken back: what may be done with it shrinks."""
    lead = await world.post("ada@nordwind-logistik.example", person={"country": "DE"}, consent=[SHOWN])
    await world.rests(lead.id, "released")
    (message,) = await world.hears("lead.created", lead.id)
    assert message["data"]["permit"]["may_email"]["status"] == "allowed"
    await world.gateway.desks.preferences.withdraw(LOCAL, Who(lead_id=lead.id), Against(purpose=Purpose.MARKETING))
    (update,) = await world.hears("lead.updated", lead.id)
    assert update["data"]["permit"]["may_email"]["status"] == "denied"


async def test_an_objection_takes_the_lead_back(world: World) -> None:
    """An objection to everything reaches the receiver as a retraction, once, and the address is suppressed."""
    lead = await world.post("ada@acme.example")
    await world.rests(lead.id, "released")
    stopped = await world.gateway.desks.preferences.object(LOCAL, Who(email="ADA@acme.example"), Against())
    assert stopped.in_flight == ()
    await world.rests(lead.id, "retracted")
    (message,) = await world.hears("lead.retracted", lead.id)
    assert message["data"]["reason"] == "objection"
    await world.gateway.desks.preferences.object(LOCAL, Who(email="ada@acme.example"), Against())
    await world.settled()
    assert world.kinds(lead.id) == ["lead.created", "lead.retracted"]
    again = await world.post("ada@acme.example")
    await world.rests(again.id, "rejected")


async def test_a_suppression_takes_back_what_was_released(world: World) -> None:
    """Who is put on the list is taken back wherever the person is already known."""
    lead = await world.post("ada@acme.example")
    await world.rests(lead.id, "released")
    await world.gateway.desks.preferences.suppress(
        LOCAL, SuppressionKind.EMAIL_CANONICAL, "ada@acme.example", Against(), "asked_by_phone"
    )
    await world.hears("lead.retracted", lead.id)


async def test_a_failed_attempt_is_repeated_under_the_same_id_with_the_same_body(world: World) -> None:
    """500, then 200: the receiver can tell that it is the same message."""
    world.inbox.script([ERROR])
    lead = await world.post("ada@acme.example")
    await world.hears("lead.created", lead.id)
    await world.settled()
    world.clock.ahead += timedelta(seconds=7)
    await world.rests(lead.id, "released")
    first, second = world.heard(lead.id)
    assert (first.id, first.body) == (second.id, second.body)
    (row,) = await world.deliveries(lead.id)
    assert (row["status"], row["attempts"]) == ("delivered", 2)


async def test_what_was_withdrawn_between_two_attempts_is_not_repeated(world: World) -> None:
    """A message that failed and is no longer allowed is cancelled; the receiver, who may have it, is told to forget."""
    world.inbox.script([busy("3600")])
    lead = await world.post("ada@acme.example")
    await world.hears("lead.created", lead.id)
    await world.settled()
    await world.gateway.desks.preferences.object(LOCAL, Who(lead_id=lead.id), Against())
    await world.hears("lead.retracted", lead.id)  # not behind the retry, which comes only in an hour
    world.clock.ahead += timedelta(hours=2)
    await world.settled()
    assert world.kinds(lead.id) == ["lead.created", "lead.retracted"]
    assert [row["status"] for row in await world.deliveries(lead.id)] == ["cancelled", "delivered"]


async def test_a_repeated_message_never_says_what_no_longer_holds(world: World) -> None:
    """Marketing withdrawn between two attempts: the old bytes, which allow it, are not sent again."""
    world.inbox.script([busy("3600")])
    lead = await world.post("ada@nordwind-logistik.example", person={"country": "DE"}, consent=[SHOWN])
    await world.hears("lead.created", lead.id)
    await world.settled()
    await world.gateway.desks.preferences.withdraw(LOCAL, Who(lead_id=lead.id), Against(purpose=Purpose.MARKETING))
    await world.settled()
    world.clock.ahead += timedelta(hours=2)
    await world.rests(lead.id, "released")
    await world.settled()
    messages = await world.hears("lead.created", lead.id, count=2)
    assert [each["data"]["permit"]["may_email"]["status"] for each in messages] == ["allowed", "denied"]
    assert "lead.updated" not in world.kinds(lead.id)
    assert [row["status"] for row in await world.deliveries(lead.id)] == ["cancelled", "delivered"]


async def test_gone_disables_the_destination_and_holds_what_waits(world: World) -> None:
    """410: nothing more is sent there; leads wait for somebody to add it again, and are then sent."""
    world.inbox.script([GONE])
    lead = await world.post("ada@acme.example")
    row = await world.rests(lead.id, "held")
    assert row["reason"] == "no_destination"
    (listed,) = await world.gateway.desks.destinations.list()
    assert listed["disabled_reason"] == "gone"
    later = await world.post("bob@acme.example")
    await world.rests(later.id, "held")
    await world.settled()
    assert len(world.inbox.received) == 1
    await add_destination(world.gateway, world.inbox.url)
    for each in (lead, later):
        await world.rests(each.id, "released")


async def test_what_a_destination_that_is_gone_must_hear_is_a_dead_letter(world: World) -> None:
    """A retraction to a disabled destination is not tried for ever: it is listed, and sent when that is back."""
    lead = await world.post("ada@acme.example")
    await world.rests(lead.id, "released")
    world.inbox.script([busy("3600"), GONE])
    await world.gateway.desks.preferences.withdraw(LOCAL, Who(lead_id=lead.id), Against())
    await world.inbox.wait(2)
    other = await world.post("bob@acme.example")
    await world.rests(other.id, "held")
    await world.settled()
    world.clock.ahead += timedelta(hours=2)
    await world.settled()
    (letter,) = [each for each in await world.gateway.desks.stuck.list() if each["about"] == [lead.id]]
    assert (letter["what"], letter["why"]) == ("lead.retracted to crm", "destination_disabled")
    await add_destination(world.gateway, world.inbox.url)
    await world.hears("lead.retracted", lead.id, count=2)
    with pytest.raises(Conflict):
        await world.gateway.desks.stuck.replay(LOCAL, letter["id"])
    assert not [each for each in await world.gateway.desks.stuck.list() if each["about"] == [lead.id]]


async def test_without_a_destination_a_lead_is_held(store: Store, tmp_path: Path) -> None:
    """Nobody to send to is a hold that names the command that ends it: with a destination the lead goes on."""
    async with running(store, tmp_path, furnished=False) as world:
        await world.gateway.desks.policies.accept(LOCAL, "all", "the test")
        await world.gateway.desks.sources.add(LOCAL, {"key": "web", "kind": "api", "provenance": "web_form"})
        lead = await world.post("ada@acme.example")
        row = await world.rests(lead.id, "held")
        assert row["reason"] == "no_destination"
        told = [
            each
            for each in await world.gateway.desks.leads.explain(LOCAL, lead.id)
            if each["reason"] == "no_destination"
        ]
        assert [each["way_out"] for each in told] == [{"call": "leadgate destinations add NAME", "needs": []}]
        with pytest.raises(Invalid):
            await world.gateway.desks.leads.resolve(LOCAL, lead.id, "no_destination", {}, "I know")
        await add_destination(world.gateway, world.inbox.url)
        await world.rests(lead.id, "released")


async def test_an_unaccepted_policy_holds_until_it_is_accepted(store: Store, tmp_path: Path) -> None:
    """A permit that nobody accepted holds; no evidence on the lead ends that, accepting it does."""
    async with running(store, tmp_path, furnished=False) as world:
        await world.gateway.desks.sources.add(LOCAL, {"key": "web", "kind": "api", "provenance": "web_form"})
        await add_destination(world.gateway, world.inbox.url)
        lead = await world.post("ada@acme.example")
        row = await world.rests(lead.id, "held")
        assert row["reason"] == "policy_not_accepted"
        with pytest.raises(Invalid):
            await world.gateway.desks.leads.resolve(LOCAL, lead.id, "policy_not_accepted", {}, "I know")
        await world.gateway.desks.policies.accept(LOCAL, "all", "the test")
        await world.rests(lead.id, "released")


async def test_an_erased_person_is_not_sent(world: World) -> None:
    """A delivery whose person was erased while it waited is cancelled, and its log still proves itself."""
    world.inbox.script([busy("3600")])
    lead = await world.post("ada@acme.example")
    await world.hears("lead.created", lead.id)
    await world.settled()

    def erase(connection: Connection) -> None:
        connection.execute(delete(lead_parts).where(lead_parts.c.lead_id == lead.id))
        connection.execute(
            update(subject_keys).where(subject_keys.c.subject_id == lead.subject_id).values(profile=None)
        )
        connection.execute(update(deliveries).where(deliveries.c.lead_id == lead.id).values(body_sealed=None))

    await world.gateway.office.database.transact(lambda tx: erase(tx.connection))
    world.gateway.office.vault.forget(lead.subject_id)
    world.clock.ahead += timedelta(hours=2)
    await world.settled()
    (row,) = await world.deliveries(lead.id)
    assert (row["status"], row["reason"]) == ("cancelled", "erased")
    again = await world.post("ada@acme.example")
    assert again.subject_id != lead.subject_id
    await world.rests(again.id, "released")


async def test_one_person_writing_at_once_is_one_subject(world: World) -> None:
    """Many first inquiries of one person in one batch: one subject, every lead released."""
    made = await asyncio.gather(*(world.post("ada@acme.example", external_id=f"n{n}") for n in range(24)))
    assert len({lead.subject_id for lead in made}) == 1
    for lead in made:
        await world.rests(lead.id, "released")


async def test_the_same_request_twice_is_one_lead(world: World) -> None:
    """An Idempotency-Key that comes again, also at the same time, gives the leads of the first time."""
    made = await asyncio.gather(*(world.post("ada@acme.example", key="once") for _ in range(6)))
    assert len({lead.id for lead in made}) == 1
    world.clock.ahead += timedelta(days=30)
    later = await world.post("ada@acme.example", key="once")
    assert later.id != made[0].id
    for lead in (made[0], later):
        await world.rests(lead.id, "released")


async def test_a_clock_set_back_stops_nothing(world: World) -> None:
    """An hour back: leads that come then are released all the same."""
    first = await world.post("ada@acme.example")
    await world.rests(first.id, "released")
    world.clock.ahead, world.clock.set_back = timedelta(hours=-1), True
    second = await world.post("bob@acme.example")
    await world.rests(second.id, "released")

"""What people want, at the desk, on both stores: effective before the answer, and told to nobody who may not know."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from consent.suppression import SuppressionKind
from consent.terms import Purpose
from gateway.desk import landing
from gateway.desk.office import LOCAL, Actor
from gateway.desk.people import Who
from gateway.desk.preferences import Against
from gateway.errors import Invalid, NotFound
from gateway.lead import ConsentClaim, Evidence, Personal
from gateway.sandbox.inbox import Answer
from gateway.storage.people.tables import consent_events
from tests.chaos.world import World, running
from tests.support.flying import while_flying
from tests.support.stores import Store
from tests.support.waiting import PATIENCE, eventually

pytestmark = pytest.mark.integration

SHOP = Actor(id="key:shop", source="shop", scopes=frozenset({"consents:write"}))


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> AsyncIterator[World]:
    """A whole gateway; the log is proved when the test has ended."""
    async with running(store, tmp_path) as made:
        yield made


def claim(world: World, status: str = "granted", **fields: str) -> ConsentClaim:
    """What a source says about the newsletter."""
    return ConsentClaim(
        purpose="marketing",
        channel=fields.get("channel", "email"),
        status=status,
        mechanism=fields.get("mechanism", "double_opt_in"),
        occurred_at=world.clock.now(),
        notice_id="news",
        evidence=Evidence(form_url=Personal("https://acme.example/news")),
    )


async def marketing(world: World, lead_id: str) -> str:
    """What is decided on advertising by e-mail."""
    for each in await world.gateway.desks.leads.explain(LOCAL, lead_id):
        if (each["recipient"], each["purpose"], each["channel"]) == ("crm", "marketing", "email"):
            return str(each["outcome"])
    raise AssertionError("nothing was decided")


async def test_a_withdrawal_waits_for_what_flies_and_lists_it(world: World) -> None:
    """An attempt that had begun is waited for, named with its outcome, and taken back."""
    world.inbox.gate.clear()
    lead = await world.post("ada@acme.example")
    withdrawing = world.gateway.desks.preferences.withdraw(LOCAL, Who(lead_id=lead.id), Against())
    stopped = await while_flying(world.gateway, world.inbox, withdrawing)
    (flying,) = stopped.in_flight
    assert (flying["lead_id"], flying["destination"], flying["outcome"]) == (lead.id, "crm", "delivered")
    (delivery, *_) = await world.deliveries(lead.id)
    assert (flying["delivery_id"], delivery["status"]) == (delivery["id"], "delivered")
    await world.hears("lead.retracted", lead.id)
    await world.rests(lead.id, "retracted")


async def test_a_withdrawal_waits_no_longer_than_the_deadline(world: World) -> None:
    """A receiver that never answers does not keep a person waiting: past the deadline the outcome is unknown."""
    world.inbox.default = Answer(delay=60)
    lead = await world.post("ada@acme.example")
    await world.inbox.wait(1)
    waiting = asyncio.create_task(world.gateway.desks.preferences.withdraw(LOCAL, Who(lead_id=lead.id), Against()))
    counted = select(func.count()).select_from(consent_events)
    await eventually(lambda: world.gateway.office.database.read(lambda c: c.execute(counted).scalar()))
    await world.quiet(5 * landing._POLL_SECONDS)
    assert not waiting.done()
    world.inbox.default = Answer()
    world.clock.ahead += timedelta(seconds=16)
    (flying,) = (await asyncio.wait_for(waiting, PATIENCE)).in_flight
    assert flying["outcome"] in {"unknown", "lost"}
    await world.hears("lead.retracted", lead.id)


async def test_a_withdrawal_waits_no_longer_than_an_attempt_lives_whatever_the_clock_says(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock is set back an hour, so that the deadline never comes: after an attempt's life the answer comes."""
    monkeypatch.setattr(landing, "ATTEMPT_SECONDS", 0.5)
    world.clock.set_back = True
    world.inbox.default = Answer(delay=60)
    lead = await world.post("ada@acme.example")
    await world.inbox.wait(1)
    world.clock.ahead = timedelta(hours=-1)
    withdrawing = world.gateway.desks.preferences.withdraw(LOCAL, Who(lead_id=lead.id), Against())
    (flying,) = (await asyncio.wait_for(withdrawing, 10)).in_flight
    assert flying["outcome"] == "unknown"
    world.inbox.default = Answer()
    world.clock.ahead = timedelta(seconds=16)
    await world.hears("lead.retracted", lead.id)


async def test_consents_refusals_and_requests_count_as_what_they_are(world: World) -> None:
    """A request grants nothing, a proven grant does, a refusal stands against it again."""
    lead = await world.post("ada@nordwind-logistik.example", person={"country": "DE"})
    await world.rests(lead.id, "released")
    record = world.gateway.desks.preferences.record_consents
    for status, outcome in (("requested", "HOLD"), ("granted", "ALLOW"), ("refused", "DENY")):
        await record(LOCAL, Who(lead_id=lead.id), [claim(world, status)])
        await world.settled()
        assert await marketing(world, lead.id) == outcome, status


async def test_a_double_opt_in_that_nothing_shows_allows_nothing_until_it_is_shown(world: World) -> None:
    """Advertising in Germany wants consent that can be proven (UWG §7(2); GDPR Art. 7(1)); the evidence may follow."""
    bare = {"purpose": "marketing", "channel": "email", "status": "granted", "mechanism": "double_opt_in"}
    bare |= {"notice_id": "news"}
    lead = await world.post("ada@acme.example", person={"country": "DE"}, consent=[bare])
    await world.rests(lead.id, "released")
    assert await marketing(world, lead.id) == "HOLD"
    shown = {**bare, "evidence": {"certificate_url": "https://proofs.example/1"}}
    later = await world.post("ada@acme.example", person={"country": "DE"}, consent=[shown])
    await world.rests(later.id, "released")
    assert await marketing(world, later.id) == "ALLOW"
    await world.hears("lead.updated", lead.id)
    assert await marketing(world, lead.id) == "ALLOW"


async def test_a_withdrawal_of_one_purpose_leaves_the_others(world: World) -> None:
    """Marketing withdrawn: the inquiry may still be answered."""
    lead = await world.post("ada@acme.example")
    await world.rests(lead.id, "released")
    await world.gateway.desks.preferences.withdraw(
        LOCAL, Who(subject_id=lead.subject_id), Against(purpose=Purpose.MARKETING)
    )
    await world.settled()
    assert await marketing(world, lead.id) == "DENY"
    assert (await world.rests(lead.id, "released"))["reason"] is None
    assert "lead.retracted" not in world.kinds(lead.id)


async def test_whom_it_is_about_must_be_said_in_one_way(world: World) -> None:
    """None and two are refused; a lead or person that is not there is not found."""
    desk = world.gateway.desks.preferences
    for who in (Who(), Who(lead_id="ld_1", email="ada@acme.example")):
        with pytest.raises(Invalid):
            await desk.withdraw(LOCAL, who, Against())
    for who in (Who(subject_id="sb_" + "0" * 26), Who(lead_id="ld_" + "0" * 26)):
        with pytest.raises(NotFound):
            await desk.withdraw(LOCAL, who, Against())
    with pytest.raises(Invalid):
        await desk.suppress(LOCAL, SuppressionKind.PHONE_E164, "not a number", Against(), "asked")


async def test_an_objection_of_somebody_unknown_is_kept_for_later(world: World) -> None:
    """The address goes on the list all the same, and its first inquiry is stopped at the door."""
    stopped = await world.gateway.desks.preferences.object(LOCAL, Who(email="ada@acme.example"), Against())
    assert stopped.in_flight == ()
    world.personal.add("ada@acme.example")
    assert await world.gateway.desks.preferences.suppressed(LOCAL, SuppressionKind.EMAIL_CANONICAL, "Ada@acme.example")
    lead = await world.post("ada@acme.example")
    await world.rests(lead.id, "rejected")


async def test_an_objection_meets_a_role_address_s_running_attempts(world: World) -> None:
    """`info@` is nobody's own: each inquiry is another subject's, and an objection stops what flies of all."""
    world.inbox.gate.clear()
    leads = [await world.post("info@acme.example") for _ in range(2)]
    assert leads[0].subject_id != leads[1].subject_id
    objecting = world.gateway.desks.preferences.object(LOCAL, Who(email="info@acme.example"), Against())
    stopped = await while_flying(world.gateway, world.inbox, objecting, attempts=2)
    assert {each["lead_id"] for each in stopped.in_flight} == {lead.id for lead in leads}
    for lead in leads:
        await world.hears("lead.retracted", lead.id)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (SuppressionKind.PHONE_E164, "+44 (0)20 7946 0958"),
        (SuppressionKind.DOMAIN, "acme.example"),
        (SuppressionKind.EMAIL_CANONICAL, "info@acme.example"),
    ],
)
async def test_what_is_released_is_taken_back_whatever_of_it_is_suppressed(
    world: World, kind: SuppressionKind, value: str
) -> None:
    """A number, a domain or a role address reaches every lead that was ever seen with it, and no other."""
    person = {"country": "GB", "phone": "+442079460958"}
    leads = [await world.post("info@acme.example", person=person) for _ in range(2)]
    other = await world.post("bob@brightpath.example", person={"country": "GB"})
    for lead in (*leads, other):
        await world.rests(lead.id, "released")
    stopped = await world.gateway.desks.preferences.suppress(LOCAL, kind, value, Against(), "asked")
    assert stopped.in_flight == ()
    for lead in leads:
        await world.hears("lead.retracted", lead.id)
    await world.settled()
    await world.rests(other.id, "released")
    assert "lead.retracted" not in world.kinds(other.id)


async def test_a_source_learns_nothing_of_other_sources_people(world: World) -> None:
    """Its withdrawal of any address counts; of others' leads it sees neither that they exist nor what flies.

    Nor does it wait for what flies: how long the answer takes would tell.
    """
    world.inbox.gate.clear()
    lead = await world.post("ada@acme.example", source="web")
    await world.inbox.wait(1)
    desk = world.gateway.desks.preferences
    known = await desk.withdraw(SHOP, Who(email="ada@acme.example"), Against())
    unknown = await desk.withdraw(SHOP, Who(email="nobody@acme.example"), Against())
    assert (known.in_flight, known.event_id) == (unknown.in_flight, unknown.event_id) == ((), None)
    with pytest.raises(NotFound):
        await desk.withdraw(SHOP, Who(lead_id=lead.id), Against())
    (first, *_) = await world.deliveries(lead.id)
    assert first["status"] == "sending"
    world.inbox.gate.set()
    await world.hears("lead.retracted", lead.id)


async def test_a_source_waits_for_its_own_leads_attempts(world: World) -> None:
    """Of the same person's leads it is told, and waited for, those that it sent itself."""
    world.inbox.gate.clear()
    lead = await world.post("ada@acme.example", source="shop")
    withdrawing = world.gateway.desks.preferences.withdraw(SHOP, Who(email="ada@acme.example"), Against())
    stopped = await while_flying(world.gateway, world.inbox, withdrawing)
    assert [each["lead_id"] for each in stopped.in_flight] == [lead.id]


async def test_an_objection_reaches_every_spelling_of_the_mailbox(world: World) -> None:
    """A tag that the provider ignores is no way around it, nor is the address without it."""
    await world.gateway.desks.preferences.object(LOCAL, Who(email="ada@icloud.com"), Against())
    await world.gateway.desks.preferences.object(LOCAL, Who(email="Bob+list@me.com"), Against())
    for spelling in ("Ada+x@icloud.com", "bob@me.com"):
        assert await world.gateway.desks.preferences.suppressed(LOCAL, SuppressionKind.EMAIL_CANONICAL, spelling), (
            spelling
        )
    assert not await world.gateway.desks.preferences.suppressed(
        LOCAL, SuppressionKind.EMAIL_CANONICAL, "x+ada@icloud.com"
    )


async def test_who_asks_again_after_a_withdrawal_is_answered(world: World) -> None:
    """The withdrawn inquiry stays taken back; a later one goes to the CRM to be answered, and for nothing else."""
    first = await world.post("ada@acme.example", person={"country": "US"})
    await world.rests(first.id, "released")
    await world.gateway.desks.preferences.withdraw(LOCAL, Who(lead_id=first.id), Against())
    await world.hears("lead.retracted", first.id)
    second = await world.post("ada@acme.example", person={"country": "US"})
    assert second.subject_id == first.subject_id
    await world.rests(second.id, "released")
    (message,) = await world.hears("lead.created", second.id)
    said = {name: each["email"]["status"] for name, each in message["data"]["permit"]["purposes"].items()}
    assert said == {"inquiry_response": "allowed", "marketing": "denied"}
    assert await marketing(world, second.id) == "DENY"
    assert (await world.rests(first.id, "retracted"))["reason"] == "consent_refused"
    assert world.kinds(first.id) == ["lead.created", "lead.retracted"]
    await world.gateway.desks.preferences.withdraw(LOCAL, Who(lead_id=second.id), Against())
    await world.hears("lead.retracted", second.id)


async def test_an_inquiry_that_is_stored_is_older_than_a_withdrawal_whatever_the_clocks_say(world: World) -> None:
    """A machine that is a minute ahead took the inquiry in: its withdrawal is later all the same, and stops it."""
    world.clock.ahead, world.clock.set_back = timedelta(minutes=1), True
    lead = await world.post("ada@acme.example")
    await world.rests(lead.id, "released")
    world.clock.ahead = timedelta(0)
    await world.gateway.desks.preferences.withdraw(LOCAL, Who(lead_id=lead.id), Against())
    await world.hears("lead.retracted", lead.id)
    await world.rests(lead.id, "retracted")


async def test_an_objection_stands_against_later_inquiries_too(world: World) -> None:
    """Who objected and asks again is not answered: the objection and its entry on the list stand."""
    first = await world.post("ada@acme.example")
    await world.rests(first.id, "released")
    await world.gateway.desks.preferences.object(LOCAL, Who(lead_id=first.id), Against())
    await world.hears("lead.retracted", first.id)
    second = await world.post("ada@acme.example")
    await world.rests(second.id, "rejected")
    assert world.heard(second.id) == []

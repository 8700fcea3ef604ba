"""A number that was never read whole is freed by saying which it is, on both stores; a note alone frees nothing."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from consent.suppression import SuppressionKind
from consent.terms import Channel
from gateway.desk.office import LOCAL
from gateway.desk.preferences import Against
from gateway.desk.resolving import Resolved
from gateway.errors import Conflict, Invalid
from gateway.lead import Lead
from tests.chaos.world import World, running
from tests.support.stores import Store

pytestmark = pytest.mark.integration

MISSING = "phone_region_missing"
LOCAL_ONLY = "phone_local_only"
VIENNA = "01 5331234"
IN_AUSTRIA = "+4315331234"
BERLIN = "+4930901820"
MOBILE = "+491715412345"


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> AsyncIterator[World]:
    """A gateway of a German controller; the log is proved when the test has ended."""
    async with running(store, tmp_path) as made:
        made.personal |= {IN_AUSTRIA, IN_AUSTRIA.removeprefix("+")}
        yield made


async def released(world: World, phone: str, **person: str) -> Lead:
    """A lead with a number, which is released without a call being allowed."""
    lead = await world.post("ada@acme.example", person={"phone": phone, **person})
    await world.rests(lead.id, "released")
    (first,) = await world.hears("lead.created", lead.id)
    assert first["data"]["permit"]["may_call"]["status"] == "held"
    return lead


async def resolve(world: World, lead: Lead, reason: str, facts: Mapping[str, Any]) -> Resolved:
    """Give evidence with a note."""
    return await world.gateway.desks.leads.resolve(LOCAL, lead.id, reason, facts, "rang, and she answered")


async def suppress(world: World, number: str) -> None:
    """Put a number on the suppression list."""
    await world.gateway.desks.preferences.suppress(LOCAL, SuppressionKind.PHONE_E164, number, Against(), "requested")


@pytest.mark.parametrize("told", [{"phone_region": "AT"}, {"phone_number": "+43 1 5331234"}])
async def test_a_number_is_freed_by_saying_which_it_is(world: World, told: dict[str, str]) -> None:
    """It is verified as it was told, the receiver hears of it, and look-ups and suppressions find it from then on."""
    lead = await released(world, VIENNA)
    ended = await resolve(world, lead, MISSING, told)
    freed = {each.channel: (each.before, each.after) for each in ended.changed if each.recipient is None}
    assert freed == {
        "call": (("HOLD", MISSING), ("ALLOW", "allowed")),
        "sms": (("HOLD", MISSING), ("DENY", "fixed_line")),
    }
    (second,) = await world.hears("lead.updated", lead.id)
    assert second["data"]["contact"]["phone_e164"] == IN_AUSTRIA
    assert "phone" not in second["data"]["permit"]["may_call"]["why"]
    known = await world.gateway.desks.leads.get(LOCAL, lead.id)
    assert known.phone is not None
    assert known.phone.evidence.region_source == ("told" if "phone_region" in told else "number")
    found = await world.gateway.desks.leads.lookup(LOCAL, email=None, phone=IN_AUSTRIA)
    assert [row["id"] for row in found] == [lead.id]
    with pytest.raises(Conflict):
        await resolve(world, lead, MISSING, told)
    await world.settled()
    await suppress(world, IN_AUSTRIA)
    await world.hears("lead.retracted", lead.id)


async def test_a_number_that_turns_out_to_be_suppressed_is_taken_back(world: World) -> None:
    """What nobody could ask before is asked once the country is known, and the answer says so."""
    await suppress(world, IN_AUSTRIA)
    lead = await released(world, VIENNA)
    ended = await resolve(world, lead, MISSING, {"phone_region": "AT"})
    uses = {each.after for each in ended.changed if each.recipient == "crm"}
    assert uses == {("DENY", "suppressed")}
    await world.hears("lead.retracted", lead.id)
    assert (await world.rests(lead.id, "retracted"))["reason"] == "suppressed"
    assert all(
        each["data"]["permit"]["may_call"]["status"] != "allowed"
        for each in await world.hears("lead.updated", lead.id, count=0)
    )


@pytest.mark.parametrize(
    ("phone", "person", "reason", "facts", "pointer", "detail"),
    [
        (VIENNA, {}, MISSING, {}, "/facts", "phone_region"),
        (VIENNA, {}, MISSING, {"lia_id": "x"}, "/facts", "phone_region"),
        (VIENNA, {}, MISSING, {"phone_region": "AT", "phone_number": IN_AUSTRIA}, "/facts", "one thing"),
        (VIENNA, {}, MISSING, {"phone_region": "Austria"}, "/facts/phone_region", "ISO 3166-1"),
        (VIENNA, {}, MISSING, {"phone_region": 43}, "/facts/phone_region", "ISO 3166-1"),
        (VIENNA, {}, MISSING, {"phone_region": "SG"}, "/facts/phone_region", "digits"),
        (VIENNA, {}, MISSING, {"phone_number": VIENNA}, "/facts/phone_number", "with +"),
        (VIENNA, {}, MISSING, {"phone_number": "+43 1"}, "/facts/phone_number", "with +"),
        ("2530000", {"country": "US"}, LOCAL_ONLY, {}, "/facts", "phone_number"),
        ("2530000", {"country": "US"}, LOCAL_ONLY, {"phone_region": "US"}, "/facts", "phone_number"),
        ("911", {"country": "US"}, "phone_short_number", {}, "/facts", "phone_number"),
    ],
)
async def test_what_does_not_say_which_number_it_is_frees_nothing(
    world: World, phone: str, person: dict[str, str], reason: str, facts: dict[str, Any], pointer: str, detail: str
) -> None:
    """A bare note, a country with no such number, or half a number is refused with what is wanted, and not kept."""
    lead = await released(world, phone, **person)
    with pytest.raises(Invalid) as caught:
        await resolve(world, lead, reason, facts)
    (fault,) = caught.value.faults
    assert fault.pointer == pointer
    assert detail in fault.detail
    assert phone not in fault.detail
    known = await world.gateway.desks.leads.get(LOCAL, lead.id)
    assert {channel.value for channel, cap in known.caps.items() if cap.why == reason} == {"call", "sms"}


async def test_half_a_number_is_completed(world: World) -> None:
    """A number without its area code is freed by the whole one."""
    world.personal |= {"+16502530000"}
    lead = await released(world, "2530000", country="US")
    ended = await resolve(world, lead, LOCAL_ONLY, {"phone_number": "+1 650 253 0000"})
    assert {each.channel for each in ended.changed if each.recipient is None} == {"call", "sms"}
    (second,) = await world.hears("lead.updated", lead.id)
    assert second["data"]["contact"]["phone_e164"] == "+16502530000"


async def test_another_number_lifts_no_refusal_of_the_written_one(world: World) -> None:
    """Who refused by the number that was written is not called because another one was told, nor is that one sent."""
    world.personal |= {MOBILE, MOBILE.removeprefix("+"), BERLIN.removeprefix("+")}
    lead = await released(world, "030 901820")
    await resolve(world, lead, MISSING, {"phone_number": "+49 171 5412345"})
    (second,) = await world.hears("lead.updated", lead.id)
    contact = second["data"]["contact"]
    assert (contact["phone"], contact["phone_e164"]) == (None, MOBILE)
    assert {"field": "contact.phone", "why": "replaced"} in second["data"]["withheld"]
    await world.settled()
    await suppress(world, BERLIN)
    await world.hears("lead.retracted", lead.id)


async def test_a_refusal_by_the_written_number_outlasts_another_one(world: World) -> None:
    """Nobody may call before another number is told, and nobody afterwards."""
    world.personal |= {MOBILE, MOBILE.removeprefix("+"), BERLIN.removeprefix("+")}
    desk = world.gateway.desks.preferences
    await desk.suppress(LOCAL, SuppressionKind.PHONE_E164, BERLIN, Against(channel=Channel.CALL), "requested")
    lead = await world.post("ada@acme.example", person={"phone": "030 901820"})
    await world.rests(lead.id, "released")
    await resolve(world, lead, MISSING, {"phone_number": MOBILE})
    (second,) = await world.hears("lead.updated", lead.id)
    assert second["data"]["permit"]["may_call"]["status"] == "denied"


async def test_the_explanation_names_what_is_wanted(world: World) -> None:
    """The way out of an unread number's hold asks for its country, or for the number."""
    lead = await released(world, VIENNA)
    items = await world.gateway.desks.leads.explain(LOCAL, lead.id)
    told = next(each for each in items if (each["recipient"], each["channel"]) == (None, "call"))
    call = f"POST /v1/leads/{{id}}/holds/{MISSING}:resolve"
    assert told["way_out"] == {"call": call, "needs": ["phone_region"]}
    assert told["other_ways"] == [{"call": call, "needs": ["phone_number"]}]
    assert f"To have it read: {call} (it needs phone_region)." in told["says"]
    assert f"Or: {call} (it needs phone_number)." in told["says"]

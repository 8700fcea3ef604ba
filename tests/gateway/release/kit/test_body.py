"""The released lead: what it holds, for whom, and that its bytes do not vary."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from consent import claims
from consent.claims import Cap, May
from consent.terms import Channel, Outcome, Purpose
from gateway.lead import Personal, Ruling
from gateway.release import EventType
from gateway.release.kit.allowances import allowances_of
from gateway.release.kit.body import Message, Retraction, render, render_retraction
from gateway.verification.phone import judge
from tests.gateway.release.values import (
    EMAIL,
    LEAD_ID,
    NOW,
    PERSONAL,
    PHONE,
    WORDS,
    golden_field,
    lead,
    message,
    person,
    ruling,
    rulings,
)


def data(made: Message) -> dict[str, Any]:
    """Render and read back."""
    found: dict[str, Any] = json.loads(render(made))["data"]
    return found


def withheld(made: Message) -> dict[str, str]:
    """Say what was left out, and why."""
    return {each["field"]: each["why"] for each in data(made)["withheld"]}


def test_an_inquiry_from_germany_reaches_the_crm_with_email_held() -> None:
    """The question may be answered, marketing waits: the blunt flag holds, each purpose speaks for itself."""
    permit = data(message())["permit"]
    assert permit["may_email"] == {
        "status": "held",
        "until": None,
        "why": "marketing: no_consent",
        "says": "for inquiry_response and nothing else; marketing held: the example says so",
        "allowed_for": ["inquiry_response"],
        "obligations": [],
    }
    assert permit["purposes"]["inquiry_response"]["email"] == {
        "status": "allowed",
        "until": "2026-12-23T09:30:00Z",
        "why": "EU-GDPR-6-1-b",
        "says": "the example says so",
        "obligations": ["identify_sender"],
    }
    assert permit["purposes"]["marketing"]["email"]["status"] == "held"


def test_an_allowance_says_what_it_is_for() -> None:
    """A destination that only answers: `allowed` is no newsletter's, and both the code and the words say so."""
    made = [each for each in rulings() if each.purpose == "inquiry_response"]
    may = data(message(made=made))["permit"]["may_email"]
    assert (may["status"], may["why"], may["allowed_for"]) == (
        "allowed",
        "inquiry_response: allowed",
        ["inquiry_response"],
    )
    assert may["says"] == "for inquiry_response and nothing else"


def test_a_channel_without_a_contact_point_says_why() -> None:
    """Nobody may call a lead that has no number, whatever the law allows."""
    caps = {Channel.CALL: Cap(may=May.DENIED, why="no_phone")}
    permit = data(message(lead(caps=caps), rulings(marketing=Outcome.ALLOW)))["permit"]
    assert permit["purposes"]["inquiry_response"]["call"]["says"] == "The lead has no telephone number"
    assert (permit["may_call"]["status"], permit["may_call"]["why"]) == ("denied", "no_phone")
    assert (
        permit["may_call"]["says"]
        == "for nothing; inquiry_response, marketing denied: The lead has no telephone number"
    )


def test_the_message_has_the_standard_envelope_and_the_lead() -> None:
    """Type, time and data, as Standard Webhooks asks; the contact and the question are there."""
    whole = json.loads(render(message()))
    assert (whole["type"], whole["timestamp"]) == ("lead.created", "2026-11-23T09:30:00Z")
    assert whole["data"]["lead"]["id"] == LEAD_ID
    assert whole["data"]["contact"]["email"] == EMAIL
    assert whole["data"]["inquiry"]["message"] == WORDS
    assert whole["data"]["attributes"] == {"team_size": "20"}
    assert whole["data"]["verification"]["email"]["verdict"] == lead().email.verdict.value  # type: ignore[union-attr]
    assert whole["data"]["verification"]["phone"]["region"] == "DE"


def test_the_same_message_gives_the_same_bytes() -> None:
    """Order of arrival of names does not matter: keys are sorted."""
    one = lead()
    swapped = replace(one, submission=replace(one.submission, attributes={"b": 1, "a": 2}))
    again = replace(one, submission=replace(one.submission, attributes={"a": 2, "b": 1}))
    assert render(message(swapped)) == render(message(again))


def test_a_verification_cap_holds_the_channel() -> None:
    """A disposable address is released with `may_email: held`, though the law allows."""
    made = message(lead(caps=RISKY), rulings(marketing=Outcome.ALLOW))
    permit = data(made)["permit"]
    assert (permit["may_email"]["status"], permit["may_email"]["why"]) == ("held", "risky")
    assert permit["may_call"]["status"] == "allowed"
    assert data(made)["contact"]["email"] == EMAIL


def test_a_contact_point_that_is_denied_everywhere_is_left_out() -> None:
    """Nobody may call or text: the number does not travel, and the message says so."""
    made = [ruling(Purpose.INQUIRY_RESPONSE, Channel.EMAIL, Outcome.ALLOW)]
    made += [ruling(Purpose.INQUIRY_RESPONSE, each, Outcome.DENY, "objection") for each in (Channel.CALL, Channel.SMS)]
    found = message(made=made)
    assert (data(found)["contact"]["email"], data(found)["contact"]["phone"]) == (EMAIL, None)
    assert withheld(found)["contact.phone"] == withheld(found)["contact.phone_e164"] == "denied"
    assert not [number for number in (PHONE, "+4930901820") if number in render(found).decode()]


def test_analytics_gets_no_name_and_no_question() -> None:
    """A destination that only counts gets the company and the campaign, not the person."""
    found = message(made=[ruling(Purpose.ANALYTICS, Channel.STORAGE, Outcome.ALLOW)])
    text = render(found).decode()
    assert not [value for value in PERSONAL if json.dumps(value, ensure_ascii=False).strip('"') in text]
    assert data(found)["campaign"]["click_ids"] == {"gclid": "click-4711"}
    assert withheld(found)["contact.email"] == "purpose"
    assert withheld(found)["attributes"] == "purpose"
    assert data(found)["permit"]["may_email"]["status"] == "held"


def test_a_held_purpose_opens_nothing() -> None:
    """Marketing held: no click id, and no field that may be used for marketing only."""
    golden = (golden_field("company.description", "Tools", purposes=frozenset({"marketing"})),)
    found = message(golden=golden)
    assert data(found)["campaign"]["click_ids"] == {}
    assert withheld(found) == {"campaign.click_ids": "purpose", "company.description": "purpose"}
    cleared = message(made=rulings(marketing=Outcome.ALLOW), golden=golden)
    assert data(cleared)["company"]["description"] == "Tools"
    assert withheld(cleared) == {}


def test_a_partner_who_buys_the_lead_gets_the_contact() -> None:
    """Disclosure is the handing over of the person's data, no channel beside it."""
    found = message(made=[ruling(Purpose.DISCLOSURE, Channel.DISCLOSURE, Outcome.ALLOW)], own=False)
    assert data(found)["contact"]["email"] == EMAIL
    assert data(found)["inquiry"]["message"] is None


def test_a_retraction_names_nobody() -> None:
    """Ids, reason and deadline are all a destination needs to take a lead out."""
    made = Retraction(
        lead_id=LEAD_ID,
        external_id="form-77",
        remote_id="r-1",
        reason="erasure",
        deadline=NOW + timedelta(days=30),
        at=NOW,
    )
    whole = json.loads(render_retraction(made))
    assert whole == {
        "type": "lead.retracted",
        "timestamp": "2026-11-23T09:30:00Z",
        "data": {
            "lead": {"id": LEAD_ID, "external_id": "form-77"},
            "remote_id": "r-1",
            "reason": "erasure",
            "deadline": "2026-12-23T09:30:00Z",
        },
    }


def test_a_message_shows_nothing_personal_in_its_repr() -> None:
    """A message in a log line or a traceback stays masked."""
    shown = repr(message(golden=(golden_field("person.full_name", "Änna Schmidt"),)))
    assert not [value for value in PERSONAL if value in shown]


RISKY = {Channel.EMAIL: Cap(may=May.HELD, why="risky")}
OUTCOMES = st.sampled_from(list(Outcome))
RULINGS = st.builds(
    ruling, st.sampled_from([Purpose.INQUIRY_RESPONSE, Purpose.MARKETING]), st.sampled_from(list(Channel)[:4]), OUTCOMES
)


@given(st.lists(RULINGS, max_size=8, unique_by=lambda each: (each.purpose, each.channel)))
def test_no_answer_is_softer_than_its_strictest_purpose(made: list[Ruling]) -> None:
    """`may_email: allowed` means that every purpose asked allows it, and no ruling at all allows nothing."""
    for channel, answer in allowances_of(made, {}).may.items():
        said = [each.decision.outcome for each in made if each.channel == channel]
        assert (answer.may.value == "allowed") == (bool(said) and set(said) == {Outcome.ALLOW})


@given(st.lists(RULINGS, max_size=8, unique_by=lambda each: (each.purpose, each.channel)))
def test_a_cap_never_loosens(made: list[Ruling]) -> None:
    """With a cap a channel is at least as strict as without, whatever the rulings."""
    order = ["allowed", "held", "denied"]
    before, after = allowances_of(made, {}).may, allowances_of(made, RISKY).may
    assert order.index(after["email"].may.value) >= order.index(before["email"].may.value)
    assert after["call"] == before["call"]
    assert after["email"].may.value != "allowed"


@given(st.lists(RULINGS, max_size=8, unique_by=lambda each: (each.purpose, each.channel)))
def test_the_body_says_what_the_signed_permit_says(made: list[Ruling]) -> None:
    """Both come with the same message, so a receiver that compares them finds no difference."""
    signed = claims.summarise([each.decision for each in made], RISKY)
    found = json.loads(render(message(made=made, given=lead(caps=RISKY))))["data"]["permit"]
    for channel, claim in signed.channels.items():
        assert (found[f"may_{channel}"]["status"], found[f"may_{channel}"]["why"]) == (claim.may, claim.why)


def test_an_unusable_number_is_shown_and_marked() -> None:
    """A typing slip in a number is for a person to see; only the law withholds it."""
    found = data(message(lead(caps=dict.fromkeys((Channel.CALL, Channel.SMS), Cap(may=May.DENIED, why="invalid")))))
    assert found["contact"]["phone"] == PHONE
    assert (found["permit"]["may_call"]["status"], found["permit"]["may_call"]["why"]) == ("denied", "invalid")


def test_a_number_that_was_replaced_is_withheld() -> None:
    """The permit is about the number that was told, so the one that was written does not travel beside it."""
    told = message(lead(phone=judge("+49 171 5412345", now=NOW)))
    assert (data(told)["contact"]["phone"], data(told)["contact"]["phone_e164"]) == (None, "+491715412345")
    assert withheld(told)["contact.phone"] == "replaced"
    unread = message(lead(phone=judge("none", now=NOW)))
    assert data(unread)["contact"]["phone"] == PHONE


def test_a_number_beside_another_is_released_alone() -> None:
    """The permit is about the first number, whichever of the two was asked about; the second may be somebody else's."""
    both = "+49 171 5412345 / +49 172 7654321"
    told = lead(phone=judge(both, now=NOW))
    made = message(replace(told, submission=replace(told.submission, person=replace(person(), phone=Personal(both)))))
    assert (data(made)["contact"]["phone"], data(made)["contact"]["phone_e164"]) == (None, "+491715412345")
    assert withheld(made)["contact.phone"] == "says_more"


def test_a_cap_closes_no_purpose() -> None:
    """A lead whose only way is capped is still an inquiry to be answered, so its words travel."""
    made = [ruling(Purpose.INQUIRY_RESPONSE, Channel.EMAIL, Outcome.ALLOW)]
    found = data(message(lead(caps=RISKY), made))
    assert found["inquiry"]["message"] == WORDS
    assert found["permit"]["purposes"]["inquiry_response"]["email"]["status"] == "held"


def test_an_update_says_so() -> None:
    """`lead.updated` has the same shape."""
    assert json.loads(render(message(event=EventType.UPDATED)))["type"] == "lead.updated"

"""Why verification holds or rejects a lead is told in the words of its codes."""

from dataclasses import replace
from pathlib import Path

import pytest

from consent.claims import Cap, May
from consent.terms import Channel, Outcome, Purpose
from gateway.desk.history import explained
from gateway.desk.office import LOCAL
from gateway.lead import Status
from gateway.policies.limits import meaning_of
from gateway.verification.meanings import MEANINGS
from gateway.verification.model import PhoneType
from gateway.verification.reasons import ReasonCode
from tests.chaos.world import running
from tests.conformance.journal.examples import lead, ruling
from tests.support.stores import Store


def test_what_a_decision_keeps_is_no_finding() -> None:
    """A lead that is held, rejected or released by a decision has its decisions alone."""
    for made in (
        lead(Status.HELD, reason="consent_needed", resume=Status.ENRICHED, rulings=(ruling(),)),
        lead(Status.REJECTED, reason="objected", rulings=(ruling(),)),
        lead(Status.RELEASED, rulings=(ruling(),)),
    ):
        assert [each["recipient"] for each in explained(made)] == ["crm"]


def test_a_lead_for_review_is_let_go_by_a_person() -> None:
    """It is not asked again: the one way out is the call, which needs a note alone."""
    (told,) = explained(lead(Status.HELD, reason="email_review", resume=Status.RECEIVED))
    assert (told["outcome"], told["reason"]) == ("HOLD", "email_review")
    assert told["way_out"] == {"call": "POST /v1/leads/{id}/holds/email_review:resolve", "needs": []}
    assert "asked again" not in " ".join(told["says"])


@pytest.mark.parametrize("reason", ["email_undeliverable", "email_risky", "email_missing"])
def test_a_lead_that_verification_rejected_has_a_way_out(reason: str) -> None:
    """No hold can be ended, and it is never asked again: a corrected address is a new lead."""
    (told,) = explained(lead(Status.REJECTED, reason=reason))
    assert (told["outcome"], told["way_out"]) == ("DENY", {"call": "POST /v1/leads", "needs": []})
    assert told["says"][-1].endswith("comes in as a new lead: POST /v1/leads.")


@pytest.mark.integration
@pytest.mark.parametrize(
    ("email", "status", "reason", "outcome", "code"),
    [
        ("ada@servfail.example", "held", "email_unknown", "HOLD", None),
        ("ada@nowhere-at-all.example", "rejected", "email_undeliverable", "DENY", ReasonCode.DOMAIN_NOT_FOUND),
    ],
)
async def test_a_lead_that_verification_keeps_is_explained(
    store: Store, tmp_path: Path, email: str, status: str, reason: str, outcome: str, code: ReasonCode | None
) -> None:
    """Each deciding code with its meaning and what to do, when it is asked again, and the call that ends a hold."""
    async with running(store, tmp_path) as world:
        made = await world.post(email)
        row = await world.rests(made.id, status)
        told, *_ = await world.gateway.desks.leads.explain(LOCAL, made.id)
    assert (row["reason"], told["reason"], told["outcome"], told["recipient"]) == (reason, reason, outcome, None)
    known = {f"{each.meaning} {each.action}" for each in MEANINGS.values()}
    assert known & set(told["says"])
    if code is not None:
        assert f"{MEANINGS[code].meaning} {MEANINGS[code].action}" in told["says"]
    call = f"POST /v1/leads/{{id}}/holds/{reason}:resolve" if outcome == "HOLD" else "POST /v1/leads"
    assert told["way_out"] == {"call": call, "needs": []}
    assert call in told["says"][-1]
    assert ("asked again at" in told["says"][-1]) is (outcome == "HOLD")


def test_no_use_is_called_allowed_that_the_contact_point_does_not_allow() -> None:
    """A lead without a number: the law would allow the call, and nobody can make it."""
    uses = (ruling("crm", channel=Channel.CALL), ruling("crm"))
    made = lead(Status.RELEASED, rulings=uses, caps={Channel.CALL: Cap(may=May.DENIED, why="no_phone")})
    channel, call, mail = explained(made)
    assert (channel["recipient"], channel["channel"], channel["outcome"]) == (None, "call", "DENY")
    assert (call["recipient"], call["outcome"], call["reason"]) == ("crm", "DENY", "no_phone")
    assert "The lead has no telephone number." in " ".join(call["says"])
    assert (call["way_out"], channel["way_out"]) == (None, None)
    assert mail["outcome"] == "ALLOW"


def test_a_doubt_about_an_address_is_explained_with_its_way_out() -> None:
    """What is held by law keeps its own reason; what only the doubt holds is ended by the doubt's own call."""
    advertising = ruling("crm", Outcome.HOLD, Purpose.MARKETING)
    cap = Cap(may=May.HELD, why="disposable_domain")
    made = lead(Status.RELEASED, rulings=(ruling("crm"), advertising), caps={Channel.EMAIL: cap})
    channel, answer, newsletter = explained(made)
    way = {"call": "POST /v1/leads/{id}/holds/disposable_domain:resolve", "needs": []}
    assert (channel["outcome"], channel["reason"], channel["way_out"]) == ("HOLD", "disposable_domain", way)
    assert MEANINGS[ReasonCode.DISPOSABLE_DOMAIN].meaning in " ".join(channel["says"])
    assert (answer["outcome"], answer["reason"], answer["way_out"]) == ("HOLD", "disposable_domain", way)
    assert (newsletter["reason"], newsletter["way_out"]["call"]) == ("consent_needed", "POST /v1/consents")
    over = explained(replace(made, status=Status.RETRACTED))
    assert over[0]["way_out"] is None


@pytest.mark.parametrize("why", [*ReasonCode, *PhoneType, "no_email", "no_phone", "email_review", "email_unknown"])
def test_every_limit_has_words(why: str) -> None:
    """Whatever limits a channel is said in a sentence."""
    assert meaning_of(why).endswith((".", ")"))
    assert why not in meaning_of(why) or "_" not in why

"""What each step makes of a lead: every branch, as values."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.claims import Cap, May, caps_as_text
from consent.terms import Basis, Channel, Outcome, Purpose
from gateway import holds, looking_up, steps
from gateway.lead import Dispatched, Status
from gateway.lookup import Asked
from gateway.ports import Course, Exposure
from gateway.steps import CREATED, RETRACTED, UPDATED, decided
from gateway.verification.meanings import MEANINGS
from gateway.verification.reasons import ReasonCode
from tests.conformance.journal.examples import LATER, NOW, finding, lead, lookup, observation, ruling

ALLOW, HOLD, DENY = Outcome.ALLOW, Outcome.HOLD, Outcome.DENY
SENT = {"crm": Dispatched.SENT}


def test_a_hold_stands_where_it_resumes_once_it_is_due() -> None:
    """Before its time it is held, at its time it goes on, and without a time it waits for a person."""
    held = lead(Status.HELD, resume=Status.RECEIVED, due_at=LATER)
    assert steps.standing(held, NOW) is Status.HELD
    assert steps.standing(held, LATER) is Status.RECEIVED
    assert steps.standing(replace(held, due_at=None), LATER) is Status.HELD
    assert steps.standing(lead(Status.VERIFIED), NOW) is Status.VERIFIED


@pytest.mark.parametrize(
    ("status", "resume", "expected"),
    [
        (Status.RECEIVED, None, False),
        (Status.VERIFIED, None, False),
        (Status.ENRICHED, None, True),
        (Status.DECIDED, None, True),
        (Status.RELEASED, None, True),
        (Status.HELD, Status.ENRICHED, True),
        (Status.HELD, Status.RECEIVED, False),
        (Status.REJECTED, None, False),
        (Status.RETRACTED, None, False),
        (Status.QUARANTINED, None, False),
    ],
)
def test_only_what_came_to_a_decision_is_decided_again(
    status: Status, resume: Status | None, *, expected: bool
) -> None:
    """A lead that waits for its verification is never decided around it; what has ended stays so."""
    assert steps.decidable(lead(status, resume=resume)) is expected


@pytest.mark.parametrize("status", [Status.REJECTED, Status.RETRACTED])
@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (Dispatched.SENT, True),
        (Dispatched.FAILED, True),
        (Dispatched.STOPPED, True),
        (Dispatched.PENDING, False),
        (Dispatched.RETRACTED, False),
    ],
)
def test_what_is_over_is_taken_back_from_who_was_not_told(status: Status, state: Dispatched, *, expected: bool) -> None:
    """Whatever is allowed by now; a destination that is still disabled has no ruling and waits."""
    over = lead(status, reason="objected", rulings=(ruling("crm"),), dispatched={"crm": state})
    assert steps.decidable(over) is expected
    assert decided(over, [ruling("erp")], LATER) is None
    assert holds.waiting(replace(over, rulings=(ruling("crm", HOLD, reason="x"),)), "x") == []
    move = decided(over, [ruling("crm"), ruling("erp")], LATER)
    if not expected:
        assert move is None
        return
    assert move is not None
    assert (move.lead.status, move.lead.reason, move.event) == (Status.RETRACTED, "objected", "lead.retracted")
    assert [(each.destination, each.kind) for each in move.dispatches] == [("crm", RETRACTED)]


def test_verification_lets_go_on_what_it_does_not_stop() -> None:
    """Released by verification: verified, with the channels it caps."""
    move = steps.verified(lead(), finding(caps={Channel.EMAIL: Cap(may=May.HELD, why="disposable_domain")}), LATER)
    assert (move.lead.status, move.event) == (Status.VERIFIED, "lead.verified")
    assert caps_as_text(move.lead.caps) == {"email": "held:disposable_domain"}
    assert (move.lead.updated_at, move.parts) == (LATER, frozenset({"verdicts"}))


def test_what_cannot_be_delivered_is_rejected() -> None:
    """The reason and what is behind it stand in the entry."""
    found = finding(Course.REJECT, reason="email_undeliverable", because=("domain_not_found",))
    move = steps.verified(lead(), found, LATER)
    assert (move.lead.status, move.lead.reason, move.event) == (Status.REJECTED, "email_undeliverable", "lead.rejected")
    assert move.facts["reasons"] == ["email_undeliverable", "domain_not_found"]
    assert move.facts["says"] == [MEANINGS[ReasonCode.DOMAIN_NOT_FOUND].meaning]


def test_what_is_unknown_is_held_until_it_is_asked_again() -> None:
    """Each try counts; without a time to come back it waits for a person."""
    found = finding(Course.HOLD, reason="email_unknown", retry_after=timedelta(minutes=15))
    move = steps.verified(lead(attempt=1), found, LATER)
    assert (move.lead.status, move.lead.resume, move.lead.attempt) == (Status.HELD, Status.RECEIVED, 2)
    assert move.lead.due_at == LATER + timedelta(minutes=15)
    review = steps.verified(lead(), finding(Course.HOLD, reason="email_review"), LATER)
    assert (review.lead.due_at, review.event) == (None, "lead.held")


@pytest.mark.parametrize(
    ("outcome", "exposure"), [(ALLOW, Exposure.PERSONAL), (HOLD, Exposure.COMPANY), (DENY, Exposure.NOTHING)]
)
def test_connectors_see_what_the_decision_lets_them(outcome: Outcome, exposure: Exposure) -> None:
    """A veto closes all; a doubt leaves the company's domain."""
    assert looking_up.ask(lead(), ruling("enrichment", outcome)).exposure is exposure


def test_an_allowance_that_rests_on_no_personal_data_shows_none() -> None:
    """Only the company is looked up: what the lead says of the person stays here."""
    made = ruling("enrichment", ALLOW, Purpose.ENRICHMENT, basis=Basis.NO_PERSONAL_DATA)
    assert looking_up.ask(lead(), made).exposure is Exposure.COMPANY


@pytest.mark.parametrize(
    ("outcome", "event"),
    [(ALLOW, "lead.enriched"), (HOLD, "lead.enriched"), (DENY, "lead.enrichment_skipped")],
)
def test_enrichment_never_stops_a_lead(outcome: Outcome, event: str) -> None:
    """Whatever was decided or found, the lead goes on, with marks of what was asked."""
    answer = lookup(observation(), example="match")
    move = looking_up.enriched(lead(Status.VERIFIED), ruling("enrichment", outcome), answer, LATER)
    assert (move.lead.status, move.event) == (Status.ENRICHED, event)
    assert (move.lead.enrichment, move.facts["fields"]) == ({"example": "match"}, ["company.name"])


def test_a_second_look_up_is_added_to_the_first() -> None:
    """What was observed before stays; whoever has the lead is told where something else stands now."""
    allowed = (ruling("crm", ALLOW),)
    before = lead(Status.RELEASED, lookups=(lookup(observation(), example="match"),), rulings=allowed)
    before = replace(before, dispatched={"crm": Dispatched.SENT})
    other = lookup(observation(value="Acme GmbH"), at=LATER, example="match")
    move = looking_up.enriched_again(before, ruling("enrichment", ALLOW), other, LATER)
    assert move.lead.lookups == (*before.lookups, other)
    assert [each.value for each in move.lead.observations] == ["Acme GmbH"]
    assert move.parts == {"lookup"}
    assert [(each.destination, each.kind) for each in move.dispatches] == [("crm", UPDATED)]
    same = looking_up.enriched_again(before, ruling("enrichment", ALLOW), before.lookups[0], LATER)
    assert (len(same.lead.lookups), same.dispatches) == (2, ())
    nothing = looking_up.enriched_again(before, ruling("enrichment", DENY), None, LATER)
    assert (nothing.lead.lookups, nothing.parts, nothing.dispatches) == (before.lookups, frozenset(), ())
    assert nothing.facts["connectors"] == {}


def test_what_a_look_up_cost_stands_in_its_entry() -> None:
    """The entry names connectors, fields and costs by currency, and no value."""
    paid = replace(lookup(observation(), example="match"), asked=(PAID,))
    move = looking_up.enriched(lead(Status.VERIFIED), ruling("enrichment", ALLOW), paid, LATER)
    assert (move.facts["costs"], move.facts["connectors"]) == ({"USD": 10}, {"example": "match"})
    assert "Acme" not in str(move.facts)


PAID = Asked(connector="example@1.0.0", mark="match", called=True, cost_micros=10, currency="USD")


def test_one_allowed_purpose_releases() -> None:
    """One ALLOW among holds sends to that destination, and to no other."""
    rulings = [ruling("crm", HOLD), ruling("crm", ALLOW, Purpose.MARKETING), ruling("mailer", HOLD)]
    move = decided(lead(Status.ENRICHED), rulings, LATER)
    assert move is not None
    assert (move.lead.status, move.lead.reason, move.event) == (Status.DECIDED, None, "lead.decided")
    assert [(each.destination, each.kind) for each in move.dispatches] == [("crm", CREATED)]
    assert move.facts["decisions"][0]["code"] == "consent_needed"


def test_what_was_decided_is_sealed_with_its_words_and_its_law() -> None:
    """Each ground stands once, however many uses rest on it, so that the entry can be read without the packs."""
    rulings = [ruling("crm", HOLD), ruling("mailer", HOLD), ruling("crm", ALLOW, Purpose.MARKETING)]
    move = decided(lead(Status.ENRICHED), rulings, LATER)
    assert move is not None
    held, allowed = rulings[0].decision, rulings[2].decision
    assert [(each["rule"], each["code"]) for each in move.facts["grounds"]] == [
        (held.rule, held.reason),
        (allowed.rule, allowed.reason),
    ]
    assert move.facts["grounds"][0]["says"] == held.says
    assert move.facts["grounds"][0]["citations"] == list(held.citations)


def test_holds_wait_and_denials_reject() -> None:
    """A hold is worth waiting for, also beside a denial; denials alone end the journey; nobody to send to holds."""
    held = decided(lead(Status.ENRICHED), [ruling("a", DENY), ruling("crm", HOLD)], LATER)
    assert held is not None
    assert (held.lead.status, held.lead.reason, held.lead.resume) == (Status.HELD, "consent_needed", Status.ENRICHED)
    rejected = decided(lead(Status.ENRICHED), [ruling("a", DENY)], LATER)
    assert rejected is not None
    assert (rejected.lead.status, rejected.lead.reason) == (Status.REJECTED, "objected")
    nobody = decided(lead(Status.ENRICHED), [], LATER)
    assert nobody is not None
    assert (nobody.lead.status, nobody.lead.reason) == (Status.HELD, "no_destination")


def test_a_hold_carries_the_time_that_the_law_sets() -> None:
    """A time that lies ahead is when it is looked at again; one that is over is no time."""
    ahead = decided(lead(Status.ENRICHED), [ruling("crm", HOLD, due=LATER + timedelta(days=1))], LATER)
    assert ahead is not None
    assert ahead.lead.due_at == LATER + timedelta(days=1)
    over = decided(ahead.lead, [ruling("crm", HOLD, due=LATER + timedelta(days=1))], LATER + timedelta(days=2))
    assert over is not None
    assert over.lead.due_at is None
    assert decided(over.lead, over.rulings, LATER + timedelta(days=3)) is None


def test_nothing_changed_is_no_move() -> None:
    """Asked again with the same answers, a lead stays as it is; what enrichment was told does not count."""
    kept = (ruling("enrichment", HOLD, Purpose.ENRICHMENT), ruling("crm"), ruling("gone"))
    for status in (Status.DECIDED, Status.RELEASED):
        assert decided(lead(status, rulings=kept, dispatched=SENT), [ruling("crm")], LATER) is None
    held = lead(Status.HELD, rulings=(ruling("crm", HOLD),), reason="consent_needed", resume=Status.ENRICHED)
    assert decided(held, [ruling("crm", HOLD)], LATER) is None


def test_another_reason_is_a_change() -> None:
    """A hold for another reason is told, since another call ends it."""
    held = lead(Status.HELD, rulings=(ruling("crm", HOLD),), reason="consent_needed", resume=Status.ENRICHED)
    move = decided(held, [ruling("crm", HOLD, reason="notice_not_found")], LATER)
    assert move is not None
    assert (move.lead.reason, move.dispatches) == ("notice_not_found", ())


def test_a_purpose_that_clears_is_an_update() -> None:
    """What was sent and may be used for more, or less, is told again; the lead stays released."""
    before = (ruling("crm"), ruling("crm", HOLD, Purpose.MARKETING))
    after = (ruling("crm"), ruling("crm", ALLOW, Purpose.MARKETING))
    for old, new in ((before, after), (after, before)):
        move = decided(lead(Status.RELEASED, rulings=old, dispatched=SENT), new, LATER)
        assert move is not None
        assert (move.lead.status, [each.kind for each in move.dispatches]) == (Status.RELEASED, [UPDATED])


@pytest.mark.parametrize("state", [Dispatched.SENT, Dispatched.FAILED, Dispatched.STOPPED])
def test_what_may_not_stay_is_taken_back(state: Dispatched) -> None:
    """Whoever has it, or may have it, is told to forget it; with nobody left the lead is retracted."""
    old = lead(Status.RELEASED, rulings=(ruling("crm"),), dispatched={"crm": state})
    move = decided(old, [ruling("crm", DENY)], LATER)
    assert move is not None
    assert (move.lead.status, move.lead.reason, move.event) == (Status.RETRACTED, "objected", "lead.retracted")
    assert [each.kind for each in move.dispatches] == [RETRACTED]


def test_one_destination_of_two_is_taken_back_once() -> None:
    """The other one keeps the lead; and the next change does not retract a second time."""
    both = lead(
        Status.RELEASED, rulings=(ruling("a"), ruling("b")), dispatched={"a": Dispatched.SENT, "b": Dispatched.SENT}
    )
    first = decided(both, [ruling("a", DENY), ruling("b")], LATER)
    assert first is not None
    assert (first.lead.status, [(d.destination, d.kind) for d in first.dispatches]) == (
        Status.RELEASED,
        [("a", RETRACTED)],
    )
    after = replace(first.lead, dispatched={"a": Dispatched.RETRACTED, "b": Dispatched.SENT})
    second = decided(after, [ruling("a", DENY), ruling("b"), ruling("b", channel=Channel.CALL)], LATER)
    assert second is not None
    assert [(d.destination, d.kind) for d in second.dispatches] == [("b", UPDATED)]


def test_what_was_taken_back_and_may_return_is_created_anew() -> None:
    """Told to forget it, a destination needs the whole lead again."""
    old = lead(Status.RELEASED, rulings=(ruling("a", DENY), ruling("b")))
    old = replace(old, dispatched={"a": Dispatched.RETRACTED, "b": Dispatched.SENT})
    move = decided(old, [ruling("a"), ruling("b")], LATER)
    assert move is not None
    assert [(d.destination, d.kind) for d in move.dispatches] == [("a", CREATED)]


def test_what_waits_to_be_sent_is_left_to_its_claim() -> None:
    """A delivery without an attempt is neither doubled nor retracted: its claim writes or cancels it."""
    waiting = lead(Status.DECIDED, rulings=(ruling("crm"),), dispatched={"crm": Dispatched.PENDING})
    more = decided(waiting, [ruling("crm"), ruling("crm", ALLOW, Purpose.MARKETING)], LATER)
    assert more is not None
    assert more.dispatches == ()
    less = decided(waiting, [ruling("crm", DENY)], LATER)
    assert less is not None
    assert (less.lead.status, less.dispatches) == (Status.REJECTED, ())


def test_a_cancelled_delivery_is_made_again() -> None:
    """Decided and allowed, but nothing is on its way: it is sent after all, though no ruling changed."""
    move = decided(lead(Status.DECIDED, rulings=(ruling("crm"),)), [ruling("crm")], LATER)
    assert move is not None
    assert [each.kind for each in move.dispatches] == [CREATED]


def test_a_failed_destination_is_tried_again_when_decided_anew() -> None:
    """A delivery that was given up is not repeated by itself, but is after a resolution or a change."""
    failed = lead(Status.DECIDED, rulings=(ruling("crm"),), dispatched={"crm": Dispatched.FAILED})
    assert decided(failed, [ruling("crm")], LATER) is None
    changed = decided(failed, [ruling("crm"), ruling("crm", ALLOW, Purpose.MARKETING)], LATER)
    fresh = decided(replace(failed, status=Status.ENRICHED), [ruling("crm")], LATER)
    held = replace(failed, status=Status.HELD, reason="no_destination", resume=Status.ENRICHED)
    for move in (changed, fresh, decided(held, [ruling("crm")], LATER)):
        assert move is not None
        assert [each.kind for each in move.dispatches] == [CREATED]


def test_a_disabled_destination_is_told_nothing() -> None:
    """A released lead stays released; one that nobody got is held until there is a destination."""
    assert decided(lead(Status.RELEASED, rulings=(ruling("crm"),), dispatched=SENT), [], LATER) is None
    move = decided(lead(Status.DECIDED, rulings=(ruling("crm"),), dispatched=SENT), [], LATER)
    assert move is not None
    assert (move.lead.status, move.lead.reason, move.dispatches) == (Status.HELD, "no_destination", ())


def test_a_resolution_goes_back_to_where_the_lead_waited() -> None:
    """With the facts that were asserted, and a note on how they are known."""
    held = lead(Status.HELD, reason="soft_opt_in_unmet", resume=Status.ENRICHED, asserted={"soft_sale": True})
    move = holds.resolved(held, "soft_opt_in_unmet", {"soft_similar_goods": True}, "the order of May", "key:1", LATER)
    assert (move.lead.status, move.lead.reason, move.event) == (Status.ENRICHED, None, "lead.resolved")
    assert move.lead.asserted == {"soft_sale": True, "soft_similar_goods": True}
    assert (move.facts["actor"], move.facts["note"]) == ("key:1", "the order of May")
    assert move.facts["asserted"] == ["soft_similar_goods"]


def test_a_resolved_verification_keeps_its_doubt() -> None:
    """A person has looked at it: the lead goes on, and its e-mail stays held."""
    held = lead(
        Status.HELD,
        reason="email_review",
        resume=Status.RECEIVED,
        caps={Channel.SMS: Cap(may=May.DENIED, why="no_phone")},
    )
    move = holds.resolved(held, "email_review", {}, "she called", "local", LATER)
    assert move.lead.status is Status.VERIFIED
    assert caps_as_text(move.lead.caps) == {"sms": "denied:no_phone", "email": "held:email_review"}


@pytest.mark.parametrize("status", [Status.DECIDED, Status.RELEASED])
def test_a_use_that_waits_is_resolved_where_the_lead_stands(status: Status) -> None:
    """Others have the lead already: it keeps its place, with the facts that were asserted."""
    waits = ruling("crm", Outcome.HOLD, Purpose.MARKETING, reason="soft_opt_in_unmet")
    made = lead(status, rulings=(ruling("crm"), waits), dispatched=SENT)
    assert holds.waiting(made, "soft_opt_in_unmet") == [waits]
    move = holds.resolved(made, "soft_opt_in_unmet", {"soft_sale": True}, "the order of May", "key:1", LATER)
    assert (move.lead.status, move.lead.asserted, move.lead.rulings) == (status, {"soft_sale": True}, made.rulings)
    assert (move.event, move.facts["reasons"]) == ("lead.resolved", ["soft_opt_in_unmet"])
    assert move.parts == {"asserted"}


def test_what_cannot_be_decided_again_waits_for_nothing() -> None:
    """Another reason, and a rejected lead; a look-up that was held back can still be made."""
    waits = ruling("crm", Outcome.HOLD, reason="assessment_missing")
    over = ruling("enrichment", Outcome.HOLD, Purpose.ENRICHMENT, reason="assessment_missing")
    assert holds.waiting(lead(Status.RELEASED, rulings=(waits, over)), "assessment_missing") == [waits, over]
    assert holds.waiting(lead(Status.RELEASED, rulings=(waits,)), "consent_needed") == []
    assert holds.waiting(lead(Status.REJECTED, rulings=(waits,)), "assessment_missing") == []


def test_what_was_stopped_is_sent_again_by_whatever_decision_allows_it() -> None:
    """A claim cancelled it while the lead was held; the decision that ended the hold found it under way still."""
    stopped = lead(Status.DECIDED, rulings=(ruling("crm"),), dispatched={"crm": Dispatched.STOPPED})
    move = decided(stopped, [ruling("crm")], LATER)
    assert move is not None
    assert [(each.destination, each.kind) for each in move.dispatches] == [("crm", CREATED)]

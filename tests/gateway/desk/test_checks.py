"""Why verification holds or rejects a lead is told in the words of its codes."""

from pathlib import Path

import pytest

from gateway.desk.history import explained
from gateway.desk.office import LOCAL
from gateway.lead import Status
from gateway.verification.meanings import MEANINGS
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
        told, *_ = await world.gateway.leads.explain(LOCAL, made.id)
    assert (row["reason"], told["reason"], told["outcome"], told["recipient"]) == (reason, reason, outcome, None)
    known = {f"{each.meaning} {each.action}" for each in MEANINGS.values()}
    assert known & set(told["says"])
    if code is not None:
        assert f"{MEANINGS[code].meaning} {MEANINGS[code].action}" in told["says"]
    assert (told["way_out"] is not None) is (outcome == "HOLD")
    assert ("asked again at" in told["says"][-1]) is (outcome == "HOLD")

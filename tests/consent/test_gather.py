"""From ledger and suppression list to facts, and from a destination's purposes to questions."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from consent.engine import decide
from consent.facts import Facts
from consent.fold import state
from consent.gather import questions
from consent.ledger import ObjectionReceived, Origin, Party, RestrictionSet
from consent.suppression import SuppressionScope
from consent.terms import Channel, Mechanism, NoticeCitation, Outcome, Purpose, Standing
from tests.consent.worlds import NOTICE, NOW, QUESTIONS, grant, learned, policy, usual, withdrawal

MAIL = usual(Purpose.MARKETING, Channel.EMAIL, "DE")
DAY = timedelta(days=1)


def test_an_empty_ledger_is_known_to_be_empty() -> None:
    """Nothing on record is knowledge: not suppressed, not objected, no consent."""
    known = learned(Facts(purpose=Purpose.MARKETING, channel=Channel.EMAIL), state([], NOW))
    assert (known.suppressed, known.objected, known.restricted) == (False, False, False)
    assert (known.marketing_optout, known.sale_optout) == (False, False)
    assert (known.consent_status, known.consent_notice) == (Standing.NONE, NoticeCitation.NOT_CITED)
    assert known.notice14_sent_at is None


def test_a_grant_reaches_the_decision() -> None:
    """A signed consent that names the recipient, under a stored notice, allows the German newsletter."""
    folded = state([grant(recipients=frozenset({"ds_a"}), expires_at=NOW + DAY)], NOW)
    known = learned(MAIL, folded, recipient="ds_a")
    assert (known.consent_names_recipient, known.consent_expires_at) == (True, NOW + DAY)
    decided = decide(known, policy(), NOW)
    assert (decided.outcome, decided.until) == (Outcome.ALLOW, NOW + DAY)
    assert learned(MAIL, folded, recipient="ds_b").consent_names_recipient is False


def test_a_notice_that_is_only_cited_holds() -> None:
    """The source named a notice id that nobody stored."""
    folded = state([grant(notice=None, cited_notice="v9")], NOW)
    known = learned(MAIL, folded)
    assert known.consent_notice is NoticeCitation.NOT_FOUND
    assert decide(known, policy(), NOW).reason == "notice_not_found"
    uncited = state([grant(notice=None, cited_notice=None)], NOW)
    assert learned(MAIL, uncited).consent_notice is NoticeCitation.NOT_CITED


@pytest.mark.parametrize(
    ("scope", "outcome"),
    [
        (SuppressionScope(), Outcome.DENY),
        (SuppressionScope(purpose=Purpose.MARKETING), Outcome.DENY),
        (SuppressionScope(channel=Channel.EMAIL), Outcome.DENY),
        (SuppressionScope(channel=Channel.CALL), Outcome.HOLD),
        (SuppressionScope(purpose=Purpose.INQUIRY_RESPONSE), Outcome.HOLD),
    ],
)
def test_a_suppression_reaches_the_decision(scope: SuppressionScope, outcome: Outcome) -> None:
    """Within its scope it denies; outside it the question goes on to what the law asks."""
    known = learned(MAIL, state([], NOW), scope)
    assert decide(known, policy(), NOW).outcome is outcome


def test_objection_restriction_and_withdrawal_reach_the_decision() -> None:
    """Each denies, with its own reason."""
    common = {"occurred_at": NOW - DAY, "received_at": NOW - DAY, "actor": Party.PERSON, "origin": Origin.SOURCE}
    objection = ObjectionReceived(event_id="o", purpose=Purpose.MARKETING, **common)  # type: ignore[arg-type] # fields
    restriction = RestrictionSet(event_id="r", **common)  # type: ignore[arg-type] # fields
    for event, reason in ((objection, "objected"), (restriction, "restricted"), (withdrawal(), "consent_refused")):
        known = learned(MAIL, state([grant(), event], NOW))
        decided = decide(known, policy(), NOW)
        assert (decided.outcome, decided.reason) == (Outcome.DENY, reason)


def test_an_objection_to_marketing_leaves_the_answer_free() -> None:
    """GDPR Art. 21(3) ends marketing; the person who asked is still answered."""
    objection = ObjectionReceived(
        event_id="o",
        occurred_at=NOW,
        received_at=NOW,
        actor=Party.PERSON,
        origin=Origin.SOURCE,
        purpose=Purpose.MARKETING,
    )
    answer = usual(Purpose.INQUIRY_RESPONSE, Channel.EMAIL, "DE")
    known = learned(answer, state([objection], NOW))
    assert decide(known, policy(), NOW).outcome is Outcome.ALLOW


def test_the_questions_of_a_destination() -> None:
    """Four channels for answering and for marketing, one each for the uses inside."""
    assert len(questions(Purpose)) == len(QUESTIONS) == 11
    assert questions([Purpose.ENRICHMENT]) == ((Purpose.ENRICHMENT, Channel.ENRICHMENT),)


def test_the_notice_of_a_grant_is_kept_by_hash() -> None:
    """The stored notice, not only its name, is behind the consent."""
    assert replace(grant(), cited_notice=None).notice == NOTICE
    known = learned(MAIL, state([grant(cited_notice=None)], NOW))
    assert known.consent_notice is NoticeCitation.KNOWN


def test_what_was_refused_counts_from_when_the_gateway_learned_of_it() -> None:
    """A refusal that is reported late is no older than its report, and a new grant leaves none of it."""
    first = withdrawal("w1", at=NOW - 3 * DAY)
    reported = replace(withdrawal("w2", at=NOW - 9 * DAY), received_at=NOW - DAY)
    known = learned(MAIL, state([first, reported], NOW))
    assert (known.consent_status, known.consent_refused_at) == (Standing.WITHDRAWN, NOW - DAY)
    assert known.consent_granted_at is None
    lifted = learned(MAIL, state([first, reported, grant(at=NOW)], NOW))
    assert (lifted.consent_status, lifted.consent_refused_at, lifted.consent_granted_at) == (
        Standing.GRANTED,
        None,
        NOW,
    )


@pytest.mark.parametrize(
    ("changed", "verified"),
    [
        ({"origin": Origin.SOURCE}, False),
        ({"origin": Origin.OPERATOR}, True),
        ({"origin": Origin.CONFIRMED_LINK}, True),
        ({"origin": Origin.OPERATOR, "mechanism": Mechanism.IMPORT}, False),
        ({"origin": Origin.OPERATOR, "actor": Party.IMPORT}, False),
        ({"origin": Origin.PUBLIC_FORM}, False),
    ],
)
def test_a_bought_consent_counts_once_the_controller_knows_it_first_hand(
    changed: dict[str, Any], *, verified: bool
) -> None:
    """The seller's word, an import and a form that anybody may fill in are none of it; the operator's record is."""
    known = learned(MAIL, state([grant(**changed)], NOW))
    assert known.consent_verified is verified

"""Laws of the score under whatever points and accepted doubts a policy sets."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.verification.address import parse_email
from gateway.verification.answers import ListHits, MailboxAnswer, MailboxOutcome
from gateway.verification.email import judge
from gateway.verification.meanings import MEANINGS
from gateway.verification.model import Deliverability
from gateway.verification.reasons import Effect, Level, Polarity, ReasonCode
from gateway.verification.score import NEUTRAL_SCORE, Weights, weigh
from tests.gateway.verification.fakes import NOW, mail

GOOD = [code for code, means in MEANINGS.items() if means.polarity is Polarity.POSITIVE]
DOUBTS = [code for code, means in MEANINGS.items() if means.effect is Effect.DOUBT]
NOTES = [code for code, means in MEANINGS.items() if means.effect is Effect.NONE]
FIXED = [code for code, means in MEANINGS.items() if means.effect in {Effect.PROOF, Effect.OPEN}]
codes = st.lists(st.sampled_from(list(ReasonCode)), unique=True, max_size=12)
ended = st.lists(
    st.sampled_from([code for code in ReasonCode if MEANINGS[code].effect is not Effect.OPEN]), unique=True, max_size=12
)
points = st.dictionaries(st.sampled_from(GOOD), st.integers(0, 50), max_size=6).flatmap(
    lambda good: st.dictionaries(st.sampled_from(DOUBTS), st.integers(5, 45), max_size=6).map(
        lambda doubts: {**good, **doubts}
    )
)
weights = st.builds(Weights, points=points, accepted=st.frozensets(st.sampled_from(DOUBTS), max_size=6))
doubted = st.frozensets(st.sampled_from(NOTES), max_size=6)


def side(score: int) -> int:
    """On which side of "nothing known" a score is: -1, 0 or 1."""
    return (score > NEUTRAL_SCORE) - (score < NEUTRAL_SCORE)


@given(ended, ended, doubted, weights)
def test_more_proof_never_moves_toward_fifty(
    before: list[ReasonCode], more: list[ReasonCode], risky: frozenset[ReasonCode], own: Weights
) -> None:
    """Under any policy, what comes to light moves the score away from 50 or down to the other side, never back up."""
    old = weigh(before, weights=replace(own, risky=risky)).score
    new = weigh([*before, *(code for code in more if code not in before)], weights=replace(own, risky=risky)).score
    assert side(old) == 0 or side(new) != side(old) or abs(new - NEUTRAL_SCORE) >= abs(old - NEUTRAL_SCORE)
    assert not (side(old) < 0 <= side(new))


@given(ended, st.sampled_from(DOUBTS), doubted, weights)
def test_the_first_doubt_takes_a_score_well_below_fifty(
    before: list[ReasonCode], doubt: ReasonCode, risky: frozenset[ReasonCode], own: Weights
) -> None:
    """However good the score was and however slight the policy calls the doubt: 45 or less, by doubts alone."""
    own = replace(own, risky=risky, accepted=own.accepted - {doubt})
    found = weigh([*before, *({doubt} - set(before))], weights=own)
    assert found.score <= 45
    assert all(each.points <= 0 for each in found.contributions)


@given(codes, doubted, weights)
def test_no_policy_touches_proof_or_an_open_check(
    reasons: list[ReasonCode], risky: frozenset[ReasonCode], own: Weights
) -> None:
    """Proof is 0 and nothing else is, an open check is 50, and the score is explained to the point."""
    found = weigh(reasons, weights=replace(own, risky=risky))
    effects = {MEANINGS[code].effect for code in reasons}
    assert found.score == NEUTRAL_SCORE + sum(each.points for each in found.contributions)
    assert (found.score == 0) is (Effect.PROOF in effects)
    if effects & {Effect.PROOF, Effect.OPEN}:
        assert found == weigh(reasons)


@given(codes, weights)
def test_an_accepted_doubt_counts_for_nothing(reasons: list[ReasonCode], own: Weights) -> None:
    """With every doubt accepted the result is that of the other reasons alone."""
    rest = [code for code in reasons if code not in own.accepted]
    assert weigh(reasons, weights=own) == weigh(rest, weights=own)


@pytest.mark.parametrize("code", FIXED)
def test_proof_and_open_checks_have_no_weight(code: ReasonCode) -> None:
    """Neither can be accepted, given other points, or taken for a mere risk."""
    with pytest.raises(ValueError, match="no doubt"):
        Weights(accepted=frozenset({code}))
    with pytest.raises(ValueError, match="no points"):
        Weights(points={code: 10})
    with pytest.raises(ValueError, match="more than a risk"):
        Weights(risky=frozenset({code}))


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        (ReasonCode.MX_FOUND, -1),
        (ReasonCode.MX_FOUND, 51),
        (ReasonCode.PARKED_DOMAIN, 0),
        (ReasonCode.ROLE_ADDRESS, 46),
    ],
)
def test_points_are_bounded(code: ReasonCode, wrong: int) -> None:
    """A doubt weighs something and never as much as proof; what speaks for an address never more than 50."""
    with pytest.raises(ValueError, match="points"):
        Weights(points={code: wrong})


@given(points)
def test_equal_weights_hash_alike(mine: dict[ReasonCode, int]) -> None:
    """What was weighed with them can be remembered, in whatever order a file names its points."""
    again = dict(reversed(mine.items()))
    assert {Weights(points=mine), Weights(points=again)} == {Weights(points=again)}


def test_a_verdict_follows_the_weights_and_its_facts_do_not() -> None:
    """An accepted catch-all is deliverable, with the reason and the fact still there; points move only the score."""
    syntax = parse_email("jane@acme.example")
    answer = MailboxAnswer(outcome=MailboxOutcome.ACCEPTED, catch_all=True)
    asked = {"lists": ListHits(disposable=False), "dns": mail("acme.example"), "mailbox": answer, "wanted": Level.SMTP}
    own = Weights(accepted=frozenset({ReasonCode.CATCH_ALL_DOMAIN}), points={ReasonCode.MX_FOUND: 40})
    plain = judge(syntax, now=NOW, **asked)  # type: ignore[arg-type]  # keyword arguments out of a table
    eased = judge(syntax, now=NOW, weights=own, **asked)  # type: ignore[arg-type]  # as above
    assert (plain.verdict, eased.verdict) == (Deliverability.RISKY, Deliverability.DELIVERABLE)
    assert (plain.reasons, plain.facts, plain.evidence) == (eased.reasons, eased.facts, eased.evidence)
    assert eased.score == 50 + 5 + 5 + 40

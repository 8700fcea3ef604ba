"""Laws that every decision obeys, whatever the facts."""

import statistics
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from consent.engine import decide
from consent.facts import FIELDS, Facts
from consent.fold import state
from consent.ledger import ConsentWithdrawn, Event, Origin, Party
from consent.policy import Policy
from consent.terms import Basis, Channel, Outcome, Purpose, SourceKind, SubscriberKind
from tests.consent.worlds import GENEROUS, NOW, QUESTIONS, events, facts, learned, policy, usual

REMOVABLE = [name for name in FIELDS if name not in {"purpose", "channel"}]


@given(known=facts(), removed=st.sets(st.sampled_from(REMOVABLE), min_size=1, max_size=5))
def test_removing_information_never_allows(known: Facts, removed: set[str]) -> None:
    """What holds or is denied with more knowledge is never allowed with less."""
    before = decide(known, policy(), NOW)
    after = decide(replace(known, **dict.fromkeys(removed)), policy(), NOW)
    assert before.outcome is Outcome.ALLOW or after.outcome is not Outcome.ALLOW


def test_the_removal_law_meets_real_permissions() -> None:
    """The law above is not empty: near these facts nearly every question is allowed somewhere."""
    allowed = set()
    for purpose, channel in QUESTIONS:
        for country in ("DE", "GB", "US", "US-CA", "FR", "BR"):
            known = replace(usual(purpose, channel, country), **GENEROUS)  # type: ignore[arg-type] # names are fields
            if decide(known, policy(), NOW).outcome is Outcome.ALLOW:
                allowed.add((purpose, channel))
    assert allowed == set(QUESTIONS)


@given(known=facts(suppressed=True))
def test_a_suppression_never_allows(known: Facts) -> None:
    """A suppressed person is denied, whatever else is known."""
    assert decide(known, policy(), NOW).outcome is Outcome.DENY


@given(known=facts(), veto=st.sampled_from(["suppressed", "objected", "restricted", "erasure_pending"]))
def test_a_veto_beats_every_permit(known: Facts, veto: str) -> None:
    """Adding an objection, a restriction or an erasure denies what was allowed before."""
    assert decide(replace(known, **{veto: True}), policy(), NOW).outcome is Outcome.DENY  # type: ignore[arg-type] # the name is a field


@given(known=facts(), veto=st.sampled_from(["suppressed", "objected", "restricted", "erasure_pending"]))
def test_vetoes_work_without_any_acceptance(known: Facts, veto: str) -> None:
    """A fresh installation, nothing accepted, still denies; and it allows nothing at all."""
    fresh = Policy(packs=policy().packs)
    assert decide(replace(known, **{veto: True}), fresh, NOW).outcome is Outcome.DENY  # type: ignore[arg-type] # as above
    assert decide(known, fresh, NOW).outcome is not Outcome.ALLOW


@given(ledger=events(), question=st.sampled_from(QUESTIONS), later=st.integers(0, 20))
def test_no_decision_after_a_withdrawal_relies_on_the_grant(
    ledger: list[Event], question: tuple[Purpose, Channel], later: int
) -> None:
    """Withdrawn at t, with nothing newer: no decision at any t' >= t rests on consent or finds it granted."""
    newest = max([event.at for event in ledger], default=NOW)
    when = newest + timedelta(days=1)
    taken_back = ConsentWithdrawn(
        event_id="last", occurred_at=when, received_at=when, actor=Party.PERSON, origin=Origin.CONFIRMED_LINK
    )
    now = when + timedelta(days=later)
    folded = state([*ledger, taken_back], now)
    known = replace(usual(*question, "US"), **GENEROUS)  # type: ignore[arg-type] # names are fields
    decided = decide(learned(known, folded), policy(), now)
    assert decided.basis is not Basis.CONSENT
    assert decided.outcome is not Outcome.ALLOW


@given(known=facts(source_kind=SourceKind.PURCHASED_LIST))
def test_a_purchased_list_is_never_a_soft_opt_in(known: Facts) -> None:
    """Nobody on a bought list is this controller's customer who gave it the address."""
    assert decide(known, policy(), NOW).basis is not Basis.SOFT_OPT_IN


@given(known=facts())
def test_a_decision_is_a_function_of_its_arguments(known: Facts) -> None:
    """The same facts, also after a round trip through storage, decide the same in every field."""
    again = Facts.from_json(known.to_json())
    assert again == known
    assert decide(again, policy(), NOW) == decide(known, policy(), NOW)


@given(known=facts())
def test_every_hold_names_its_way_out(known: Facts) -> None:
    """A HOLD says which call ends it; nothing else does; every decision says why."""
    decided = decide(known, policy(), NOW)
    assert (decided.way_out is not None) == (decided.outcome is Outcome.HOLD)
    assert decided.way_out is None or decided.way_out.call.startswith(("POST /v1/", "leadgate "))
    assert decided.reason
    assert decided.says


@given(known=facts(), subscriber=st.sampled_from(SubscriberKind))
def test_an_unknown_subscriber_is_never_freer_than_a_known_one(known: Facts, subscriber: SubscriberKind) -> None:
    """What is not allowed towards a company, or a person, is not allowed towards nobody knows whom."""
    told = decide(replace(known, subscriber_kind=subscriber), policy(), NOW)
    untold = decide(replace(known, subscriber_kind=None), policy(), NOW)
    assert told.outcome is Outcome.ALLOW or untold.outcome is not Outcome.ALLOW


def test_a_decision_is_quick() -> None:
    """The whole pack decides in some hundred calls, also where the country is unknown: no machine's speed counts.

    A hundred calls take about 25 microseconds.
    """
    known = [usual(purpose, channel, *where) for purpose, channel in QUESTIONS for where in (("DE",), ("US",), ())]
    made = [_calls(each) for each in known]
    assert statistics.median(made) < 200
    assert max(made) < 600


def _calls(known: Facts) -> int:
    """How many Python functions a decision calls, once what it keeps is kept."""
    asked, seen = policy(), Counter[str]()
    decide(known, asked, NOW)
    sys.setprofile(lambda _frame, event, _argument: seen.update([event]))
    try:
        decide(known, asked, NOW)
    finally:
        sys.setprofile(None)
    return seen["call"]

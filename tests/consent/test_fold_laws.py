"""The derivation laws of the ledger, one test per law, named for it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.fold import state
from consent.ledger import (
    ConsentGranted,
    ConsentRefused,
    ConsentRequested,
    Event,
    NoticeServed,
    ObjectionReceived,
    Origin,
    Party,
    RestrictionLifted,
    RestrictionSet,
    Unrecognised,
)
from consent.terms import CHANNELS_OF, PARENT, Channel, Mechanism, Purpose, Standing
from tests.consent.worlds import NOTICE, NOW, QUESTIONS, events, grant, opt_in, withdrawal

DAY = timedelta(days=1)
AGAINST = {Standing.REFUSED, Standing.WITHDRAWN}


def _answers(ledger: list[Event], now: datetime = NOW, **options: str) -> dict[tuple[Purpose, Channel], object]:
    folded = state(ledger, now, **options)  # type: ignore[arg-type] # the one option used is a text
    return {question: folded.answer(*question) for question in QUESTIONS}


def _standing(ledger: list[Event], now: datetime = NOW) -> Standing:
    return state(ledger, now).answer(Purpose.MARKETING, Channel.EMAIL).standing


@given(ledger=events(), shuffled=st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(ledger: list[Event], shuffled: object) -> None:
    """The same events in any order fold to the same state."""
    other = list(ledger)
    shuffled.shuffle(other)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    assert _answers(other) == _answers(ledger)


@given(ledger=events(), purpose=st.sampled_from(Purpose))
def test_a_withdrawal_cascades_down(ledger: list[Event], purpose: Purpose) -> None:
    """After the newest event withdraws a purpose, nothing below it is granted on any channel."""
    newest = max([event.at for event in ledger], default=NOW) + DAY
    folded = state([*ledger, withdrawal(at=newest, purpose=purpose)], newest)
    for below in [p for p in Purpose if p is purpose or PARENT[p] is purpose]:
        for channel in CHANNELS_OF[below]:
            assert folded.answer(below, channel).standing in AGAINST


@given(ledger=events(), question=st.sampled_from(QUESTIONS))
def test_a_grant_never_cascades(ledger: list[Event], question: tuple[Purpose, Channel]) -> None:
    """One more grant changes the answer for its own purpose and channel at most."""
    purpose, channel = question
    more = grant("new", at=NOW, purpose=purpose, channel=channel)
    before, after = _answers(ledger), _answers([*ledger, more])
    assert {q for q in QUESTIONS if before[q] != after[q]} <= {question}


@given(ledger=events(), question=st.sampled_from(QUESTIONS), negative=st.booleans())
def test_an_import_fills_gaps_only(
    ledger: list[Event],
    question: tuple[Purpose, Channel],
    negative: bool,  # noqa: FBT001 -- drawn by hypothesis
) -> None:
    """An imported event changes no answer that somebody gave, in either direction."""
    purpose, channel = question
    made = ConsentRefused if negative else ConsentGranted
    extra = {} if negative else {"mechanism": Mechanism.DOUBLE_OPT_IN}
    imported = made(
        event_id="import",
        occurred_at=NOW,
        received_at=NOW,
        actor=Party.IMPORT,
        origin=Origin.OPERATOR,
        purpose=purpose,
        channel=channel,
        **extra,  # type: ignore[arg-type] # only a grant has a mechanism
    )
    own = [event for event in ledger if event.actor is not Party.IMPORT and not _is_imported_grant(event)]
    before, after = _answers(own), _answers([*own, imported])
    for asked in QUESTIONS:
        given_before = before[asked].standing  # type: ignore[attr-defined] # an Answer
        if given_before not in {Standing.NONE, Standing.REQUESTED}:
            assert after[asked] == before[asked]
    if before[question].standing is Standing.NONE:  # type: ignore[attr-defined] # as above
        filled = Standing.REFUSED if negative else Standing.GRANTED
        assert after[question].standing is filled  # type: ignore[attr-defined] # as above


def _is_imported_grant(event: Event) -> bool:
    return isinstance(event, ConsentGranted) and event.mechanism is Mechanism.IMPORT


@given(ledger=events(), question=st.sampled_from(QUESTIONS))
def test_a_request_changes_nothing(ledger: list[Event], question: tuple[Purpose, Channel]) -> None:
    """A sent link turns no answer into another; at most "none" into "requested"."""
    request = ConsentRequested(
        event_id="new",
        occurred_at=NOW,
        received_at=NOW,
        actor=Party.SYSTEM,
        origin=Origin.PUBLIC_FORM,
        contact_point="cp1",
        purpose=question[0],
        channel=question[1],
        token_hash="fresh",
        notice=NOTICE,
        expires_at=NOW + DAY,
    )
    before, after = _answers(ledger), _answers([*ledger, request])
    for asked in QUESTIONS:
        pair = (before[asked].standing, after[asked].standing)  # type: ignore[attr-defined] # Answers
        assert pair[0] is pair[1] or pair == (Standing.NONE, Standing.REQUESTED)


@given(ledger=events(), late=st.integers(0, 30), older=st.integers(1, 30))
def test_a_late_older_grant_never_beats_a_newer_withdrawal(ledger: list[Event], late: int, older: int) -> None:
    """However late a grant arrives, a withdrawal that happened after it stands."""
    newest = max([event.at for event in ledger], default=NOW) + DAY
    old = grant("late", at=newest - older * DAY, received_at=newest + late * DAY)
    folded = state([*ledger, withdrawal(at=newest), old], newest + 40 * DAY)
    assert folded.answer(Purpose.MARKETING, Channel.EMAIL).standing in AGAINST


def test_a_tie_is_restrictive() -> None:
    """Granted and withdrawn at the same moment is withdrawn, whatever the ids sort like."""
    for name in ("a", "z"):
        assert _standing([grant("m", at=NOW), withdrawal(name, at=NOW)]) is Standing.WITHDRAWN


def test_a_grant_from_the_future_counts_from_when_it_was_received() -> None:
    """A claimed time after receipt cannot outlive a withdrawal made in between."""
    ahead = grant("ahead", at=NOW + 30 * DAY, received_at=NOW - 6 * DAY)
    assert _standing([ahead, withdrawal()], NOW + 40 * DAY) is Standing.WITHDRAWN
    assert _standing([ahead]) is Standing.GRANTED
    assert _standing([grant("later", at=NOW + DAY)]) is Standing.NONE


@given(days=st.integers(-5, 5))
def test_expiry_is_found_at_reading_time(days: int) -> None:
    """The same ledger reads granted until the moment consent lapses, and expired from then on."""
    lapses = NOW + days * DAY
    folded = _standing([grant(at=NOW - 20 * DAY, expires_at=lapses)])
    assert folded is (Standing.EXPIRED if lapses <= NOW else Standing.GRANTED)


@given(ledger=events())
def test_what_is_unknown_grants_nothing(ledger: list[Event]) -> None:
    """An event of an unknown kind changes no answer."""
    strange = Unrecognised(
        event_id="x", occurred_at=NOW, received_at=NOW, actor=Party.PERSON, origin=Origin.SOURCE, kind="consent_blessed"
    )
    assert _answers([*ledger, strange]) == _answers(ledger)


@pytest.mark.parametrize("actor", [Party.CONTROLLER, Party.PROCESSOR, Party.SYSTEM])
def test_nobody_consents_for_a_person(actor: Party) -> None:
    """A grant that the person did not make is no grant."""
    assert _standing([grant(actor=actor)]) is Standing.REQUESTED


def test_a_public_form_only_requests() -> None:
    """Whoever types an address into a form, with whatever claim, has asked and not granted."""
    claimed = grant(origin=Origin.PUBLIC_FORM, mechanism=Mechanism.DOUBLE_OPT_IN)
    assert _standing([claimed]) is Standing.REQUESTED


@given(ledger=events(), question=st.sampled_from(QUESTIONS))
def test_a_public_form_never_lifts_or_overwrites(ledger: list[Event], question: tuple[Purpose, Channel]) -> None:
    """A public form's grant leaves every given answer as it is."""
    typed = grant("new", at=NOW, origin=Origin.PUBLIC_FORM, purpose=question[0], channel=question[1])
    before, after = _answers(ledger), _answers([*ledger, typed])
    for asked in QUESTIONS:
        pair = (before[asked].standing, after[asked].standing)  # type: ignore[attr-defined] # Answers
        assert before[asked] == after[asked] or pair == (Standing.NONE, Standing.REQUESTED)


def test_only_a_proven_grant_lifts_a_refusal() -> None:
    """A ticked box that a source vouches for does not lift a withdrawal; a signed paper or a confirmed link does."""
    ticked = grant("g2", at=NOW - DAY, mechanism=Mechanism.WEB_FORM_CHECKBOX)
    assert _standing([withdrawal(), ticked]) is Standing.WITHDRAWN
    assert _standing([withdrawal(), replace(ticked, mechanism=Mechanism.SIGNED_DOCUMENT)]) is Standing.GRANTED
    assert _standing([ticked]) is Standing.GRANTED


def test_a_bare_claim_of_a_proof_lifts_nothing() -> None:
    """Without evidence a source's double opt-in is a claim; what the controller knows itself needs none beside it."""
    bare = grant("g2", at=NOW - DAY, mechanism=Mechanism.DOUBLE_OPT_IN, evidence=())
    assert _standing([withdrawal(), bare]) is Standing.WITHDRAWN
    for origin in (Origin.OPERATOR, Origin.CONFIRMED_LINK):
        assert _standing([withdrawal(), replace(bare, origin=origin)]) is Standing.GRANTED
    alone = state([bare], NOW).answer(Purpose.MARKETING, Channel.EMAIL)
    assert (alone.standing, alone.evidence) == (Standing.GRANTED, False)
    kept = state([grant(), bare], NOW).answer(Purpose.MARKETING, Channel.EMAIL)
    assert (kept.mechanism, kept.evidence) == (Mechanism.SIGNED_DOCUMENT, True)
    renewed = replace(
        bare, event_id="g3", occurred_at=NOW - DAY / 2, received_at=NOW, recipients=frozenset({"partner"})
    )
    assert state([bare, renewed], NOW).answer(Purpose.MARKETING, Channel.EMAIL).recipients == {"partner"}


def test_a_lifted_refusal_is_lifted_for_that_use_only() -> None:
    """A new signed consent to e-mail leaves calls and everything else withdrawn."""
    folded = state([withdrawal(), grant("g2", at=NOW - DAY)], NOW)
    assert folded.answer(Purpose.MARKETING, Channel.EMAIL).standing is Standing.GRANTED
    assert folded.answer(Purpose.MARKETING, Channel.CALL).standing is Standing.WITHDRAWN


def test_a_weaker_renewal_does_not_replace_a_proven_consent() -> None:
    """A later ticked box keeps the signed paper as the proof, until that has lapsed."""
    ticked = grant("g2", at=NOW - DAY, mechanism=Mechanism.WEB_FORM_CHECKBOX)
    kept = state([grant(), ticked], NOW).answer(Purpose.MARKETING, Channel.EMAIL)
    assert kept.mechanism is Mechanism.SIGNED_DOCUMENT
    renewed = state([grant(expires_at=NOW - 2 * DAY), ticked], NOW).answer(Purpose.MARKETING, Channel.EMAIL)
    assert (renewed.standing, renewed.mechanism) == (Standing.GRANTED, Mechanism.WEB_FORM_CHECKBOX)


def test_an_objection_is_remembered_under_a_later_withdrawal() -> None:
    """Withdrawing after objecting does not make the objection disappear; a proven new consent does."""
    objection = ObjectionReceived(
        event_id="o", occurred_at=NOW - 9 * DAY, received_at=NOW, actor=Party.PERSON, origin=Origin.SOURCE
    )
    assert state([objection, withdrawal()], NOW).answer(Purpose.MARKETING, Channel.CALL).objected
    lifted = state([objection, withdrawal(), grant(at=NOW - DAY)], NOW)
    assert not lifted.answer(Purpose.MARKETING, Channel.EMAIL).objected


def test_consent_belongs_to_its_contact_point() -> None:
    """A grant for one address does not count for another; a withdrawal counts for both."""
    ledger: list[Event] = [grant()]
    question = (Purpose.MARKETING, Channel.EMAIL)
    assert state(ledger, NOW, contact_point="cp1").answer(*question).standing is Standing.GRANTED
    assert state(ledger, NOW, contact_point="cp2").answer(*question).standing is Standing.NONE
    taken_back = withdrawal(contact_point="cp2")
    assert state([*ledger, taken_back], NOW, contact_point="cp1").answer(*question).standing is Standing.WITHDRAWN


def test_the_past_can_be_read_as_it_was_known() -> None:
    """A withdrawal that arrived late is not in what the gate knew before."""
    late = withdrawal(received_at=NOW - DAY)
    known_then = state([grant(), late], NOW, known_at=NOW - 2 * DAY)
    assert known_then.answer(Purpose.MARKETING, Channel.EMAIL).standing is Standing.GRANTED
    assert _standing([grant(), late]) is Standing.WITHDRAWN


def test_a_restriction_stands_until_the_controller_lifts_it() -> None:
    """Only the controller lifts a restriction, and at a tie the restriction stands."""
    common = {"received_at": NOW, "origin": Origin.OPERATOR}
    placed = RestrictionSet(event_id="z", occurred_at=NOW - 3 * DAY, actor=Party.PERSON, **common)  # type: ignore[arg-type] # fields
    by_system = RestrictionLifted(event_id="y", occurred_at=NOW - 2 * DAY, actor=Party.SYSTEM, **common)  # type: ignore[arg-type] # fields
    lifted = replace(by_system, actor=Party.CONTROLLER)
    assert state([placed, by_system], NOW).restricted
    assert not state([placed, lifted], NOW).restricted
    assert state([replace(placed, occurred_at=lifted.occurred_at), lifted], NOW).restricted
    assert state([placed, replace(lifted, occurred_at=NOW + DAY, received_at=NOW + DAY)], NOW).restricted


def test_notices_are_remembered_by_article() -> None:
    """The latest notice of each article counts; one that is only planned does not."""
    served = NoticeServed(
        event_id="n",
        occurred_at=NOW - 3 * DAY,
        received_at=NOW,
        actor=Party.SYSTEM,
        origin=Origin.PUBLIC_FORM,
        article=13,
        notice=NOTICE,
    )
    planned = replace(served, event_id="p", article=14, occurred_at=NOW + DAY, received_at=NOW + DAY)
    folded = state([served, planned], NOW)
    assert folded.notice13_at == NOW - 3 * DAY
    assert folded.notice14_at is None


def test_a_confirmation_needs_a_live_request() -> None:
    """Another contact point, notice, token or time, a second use, or a refusal in between: nothing is granted."""
    request, confirmed = opt_in(asked=NOW - 2 * DAY, confirmed=NOW - DAY)
    answer = state([request, confirmed], NOW).answer(Purpose.MARKETING, Channel.EMAIL)
    assert (answer.standing, answer.confirmed, answer.event_id) == (Standing.GRANTED, True, "c")
    assert _standing([withdrawal(at=NOW - 3 * DAY), request, confirmed]) is Standing.GRANTED
    wrong: list[dict[str, object]] = [
        {"contact_point": "cp2"},
        {"notice_sha256": "cd" * 32},
        {"token_hash": "other"},
        {"request_id": "other"},
        {"actor": Party.SYSTEM},
        {"occurred_at": NOW - 3 * DAY},
        {"purpose": Purpose.ANALYTICS},
    ]
    for change in wrong:
        assert _standing([request, replace(confirmed, **change)]) is Standing.REQUESTED  # type: ignore[arg-type] # fields
    assert _standing([replace(request, expires_at=NOW - DAY), confirmed]) is Standing.REQUESTED
    assert _standing([request, withdrawal(at=NOW - 36 * timedelta(hours=1)), confirmed]) is Standing.WITHDRAWN
    again = replace(confirmed, event_id="c2", occurred_at=NOW, received_at=NOW)
    assert _standing([request, confirmed, withdrawal(at=NOW - timedelta(hours=2)), again]) is Standing.WITHDRAWN

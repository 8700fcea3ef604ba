"""The laws of what lifts a refusal, and for how long."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consent.engine import decide
from consent.fold import state
from consent.ledger import Event, ObjectionReceived, Origin, Party, SignalObserved
from consent.terms import Channel, Mechanism, Outcome, Purpose, RecipientRole, SourceKind, Standing
from tests.consent.worlds import NOW, QUESTIONS, events, grant, learned, opt_in, policy, usual, withdrawal

DAY = timedelta(days=1)
AGAINST = {Standing.REFUSED, Standing.WITHDRAWN}
QUESTION = (Purpose.MARKETING, Channel.EMAIL)


def _standing(ledger: list[Event], now: datetime = NOW) -> Standing:
    return state(ledger, now).answer(*QUESTION).standing


def _own(ledger: list[Event]) -> list[Event]:
    """What is in a ledger without what was imported."""
    return [event for event in ledger if event.actor is not Party.IMPORT]


_WORTHLESS: list[dict[str, object]] = [
    {"cited_notice": None, "notice": None},
    {"notice": None},
    {"evidence": ()},
    {"mechanism": Mechanism.WEB_FORM_CHECKBOX},
    {"origin": Origin.PUBLIC_FORM},
    {"actor": Party.CONTROLLER},
    {"expires_at": NOW},
]
"""Ways in which a grant is none that the rule for German advertising by e-mail would accept over a refusal."""


@given(ledger=events(), lacking=st.sampled_from(_WORTHLESS), country=st.sampled_from(["DE", "GB", "US", "BR"]))
def test_a_grant_that_counts_for_nothing_softens_no_refusal(
    ledger: list[Event], lacking: dict[str, object], country: str
) -> None:
    """A grant that no rule would accept never moves a decision from DENY, nor a refusal that stands.

    An imported refusal is none that anybody gave: any answer goes before it, by a law of its own.
    """
    ledger = _own(ledger)
    known = usual(*QUESTION, country)
    before, more = state(ledger, NOW), grant("new", at=NOW, **lacking)
    after = state([*ledger, more], NOW)
    if before.answer(*QUESTION).standing in AGAINST:
        assert after.answer(*QUESTION) == before.answer(*QUESTION)
    if decide(learned(known, before), policy(), NOW).outcome is Outcome.DENY:
        assert decide(learned(known, after), policy(), NOW).outcome is Outcome.DENY


_ELSEWHERE: list[tuple[dict[str, object], tuple[Purpose, Channel]]] = [
    ({"recipient_role": RecipientRole.CONTROLLER}, QUESTION),
    ({"source_kind": SourceKind.PURCHASED_LIST}, QUESTION),
    ({}, (Purpose.DISCLOSURE, Channel.DISCLOSURE)),
]
"""Who is not named by a consent to nobody in particular, and whom a seller's word is not enough for."""


@given(ledger=events(), where=st.sampled_from(_ELSEWHERE), country=st.sampled_from(["DE", "GB", "US", "BR"]))
def test_a_consent_lifts_no_refusal_where_it_counts_for_nothing(
    ledger: list[Event], where: tuple[dict[str, object], tuple[Purpose, Channel]], country: str
) -> None:
    """One that names no partner lifts nothing towards a partner, one on a bought list nothing until it is checked."""
    ledger = _own(ledger)
    fixed, question = where
    known = replace(usual(*question, country), **fixed)  # type: ignore[arg-type] # the names are fields
    more = grant("new", at=NOW, purpose=question[0], channel=question[1])
    before, after = (decide(learned(known, state(each, NOW)), policy(), NOW) for each in (ledger, [*ledger, more]))
    assert before.outcome is not Outcome.DENY or after.outcome is Outcome.DENY


_SAYING_NO: list[Event] = [
    SignalObserved(
        event_id="s", occurred_at=NOW - 7 * DAY, received_at=NOW, actor=Party.PERSON, origin=Origin.PUBLIC_FORM
    ),
    withdrawal(at=NOW - 7 * DAY),
    withdrawal(at=NOW - 7 * DAY, purpose=Purpose.MARKETING, channel=Channel.EMAIL),
    withdrawal(at=NOW - 7 * DAY, purpose=Purpose.DISCLOSURE),
]
"""Ways to opt out that a consent may end."""


@given(
    said=st.sampled_from(_SAYING_NO),
    then=events(max_size=3),
    agreed=st.sampled_from([QUESTION, (Purpose.DISCLOSURE, Channel.DISCLOSURE)]) | st.sampled_from(QUESTIONS),
    country=st.sampled_from(["US", "US-CA", "DE"]),
    controller=st.sampled_from(["US", "DE"]),
)
def test_a_consent_that_names_another_lifts_no_refusal_of_any_use(
    said: Event, then: list[Event], agreed: tuple[Purpose, Channel], country: str, controller: str
) -> None:
    """Whatever was agreed to for one partner: what is denied to another stays denied, for every use."""
    ledger = _own([said, *then])
    more = grant("new", at=NOW, purpose=agreed[0], channel=agreed[1], recipients=frozenset({"ds_other"}))
    folded = state(ledger, NOW), state([*ledger, more], NOW)
    for asked in QUESTIONS:
        known = replace(usual(*asked, country), controller_country=controller, recipient_role=RecipientRole.CONTROLLER)
        before, after = (decide(learned(known, each), policy(), NOW) for each in folded)
        assert before.outcome is not Outcome.DENY or after.outcome is Outcome.DENY


def test_a_consent_that_counts_lifts_a_refusal() -> None:
    """For whom it names, and where the controller has checked it: the laws above are about what does not count."""
    named = grant("g2", at=NOW - DAY, recipients=frozenset({"ds_a"}))
    checked = grant("g2", at=NOW - DAY, origin=Origin.OPERATOR)
    for fixed, lifting in (
        ({"recipient_role": RecipientRole.CONTROLLER}, named),
        ({"source_kind": SourceKind.PURCHASED_LIST}, checked),
        ({}, grant("g2", at=NOW - DAY)),
    ):
        known = replace(usual(*QUESTION, "DE"), **fixed)
        ledger: list[Event] = [withdrawal(), lifting]
        assert learned(known, state(ledger, NOW)).consent_status is Standing.GRANTED


def test_a_refusal_outlives_the_consent_that_lifted_it() -> None:
    """When a consent that was given after a withdrawal has lapsed, nobody has taken the withdrawal back any more."""
    request, confirmed = opt_in(asked=NOW - 3 * DAY, confirmed=NOW - 2 * DAY)
    request = replace(request, consent_expires_at=NOW)
    for lifting in ([grant("g2", at=NOW - 2 * DAY, expires_at=NOW)], [request, confirmed]):
        assert _standing([withdrawal(), *lifting], NOW - DAY) is Standing.GRANTED
        assert _standing([withdrawal(), *lifting]) is Standing.WITHDRAWN
        assert _standing(list(lifting)) is Standing.EXPIRED


def test_an_objection_outlives_a_consent_that_is_withdrawn() -> None:
    """Taking a consent back protects no less than letting it lapse: what was objected to before is so again."""
    objection = ObjectionReceived(
        event_id="o", occurred_at=NOW - 9 * DAY, received_at=NOW - 4 * DAY, actor=Party.PERSON, origin=Origin.SOURCE
    )
    lifting = grant(at=NOW - 8 * DAY)
    known = usual(*QUESTION, "DE")
    assert not learned(known, state([objection, lifting], NOW)).objected
    for ending in ([replace(lifting, expires_at=NOW)], [lifting, withdrawal()]):
        found = learned(known, state([objection, *ending], NOW))
        assert (found.objected, found.consent_refused_at) == (True, NOW - 4 * DAY)
        assert decide(found, policy(), NOW).reason == "objected"


@given(ledger=events(), question=st.sampled_from(QUESTIONS), proven=st.booleans())
def test_a_consent_that_is_withdrawn_protects_no_less_than_one_that_lapsed(
    ledger: list[Event], question: tuple[Purpose, Channel], *, proven: bool
) -> None:
    """Whatever was said before: an objection is kept, and when a refusal was learned of is no earlier."""
    purpose, channel = question
    mechanism = Mechanism.SIGNED_DOCUMENT if proven else Mechanism.WEB_FORM_CHECKBOX
    consent = grant("new", at=NOW - DAY, purpose=purpose, channel=channel, mechanism=mechanism)
    taken_back = withdrawal("back", at=NOW, purpose=purpose, channel=channel)
    lapsed = state([*ledger, replace(consent, expires_at=NOW)], NOW).answer(*question)
    withdrawn = state([*ledger, consent, taken_back], NOW).answer(*question)
    assert withdrawn.standing in AGAINST
    assert withdrawn.objected or not lapsed.objected
    assert withdrawn.refused_at is not None
    assert lapsed.refused_at is None or withdrawn.refused_at >= lapsed.refused_at

"""How decisions become `may_email`, `may_call`, `may_sms` and `may_post`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from consent.claims import Cap, May, summarise
from consent.decision import Decision
from consent.engine import decide
from consent.gather import questions
from consent.terms import CONTACT_CHANNELS, Channel, Mechanism, NoticeCitation, Purpose, Standing
from tests.consent.worlds import NOW, policy, usual

BOTH = (Purpose.INQUIRY_RESPONSE, Purpose.MARKETING)
RANK = {May.ALLOWED: 0, May.HELD: 1, May.DENIED: 2}


def _decisions(*purposes: Purpose, where: str = "DE", **known: object) -> list[Decision]:
    return [
        decide(replace(usual(purpose, channel, where), **known), policy(), NOW)  # type: ignore[arg-type] # fields
        for purpose, channel in questions(purposes)
    ]


def test_a_german_inquiry_is_released_with_email_held() -> None:
    """The CRM may have it and answer it; its one e-mail switch is held because a newsletter would need consent."""
    found = summarise(_decisions(*BOTH))
    assert found.purposes == {Purpose.INQUIRY_RESPONSE: May.ALLOWED, Purpose.MARKETING: May.HELD}
    email = found.channels[Channel.EMAIL]
    assert (email.may, email.why) == (May.HELD, "marketing: consent_needed")
    assert email.purposes == {Purpose.INQUIRY_RESPONSE: May.ALLOWED, Purpose.MARKETING: May.HELD}


def test_a_destination_that_only_answers_may_answer() -> None:
    """Without marketing among its purposes every switch is allowed."""
    found = summarise(_decisions(Purpose.INQUIRY_RESPONSE))
    assert {claim.may for claim in found.channels.values()} == {May.ALLOWED}
    assert found.channels[Channel.EMAIL].why == "inquiry_response: allowed", "nobody may read it as a newsletter's"


def test_consent_that_lapses_limits_the_claim() -> None:
    """`until` is the earliest end among the decisions that allow."""
    lapses = NOW + timedelta(days=5)
    consent: dict[str, Any] = {
        "consent_status": Standing.GRANTED,
        "consent_mechanism": Mechanism.DOUBLE_OPT_IN,
        "consent_notice": NoticeCitation.KNOWN,
        "consent_evidence": True,
        "consent_expires_at": lapses,
    }
    email = summarise(_decisions(*BOTH, **consent)).channels[Channel.EMAIL]
    assert (email.may, email.until) == (May.ALLOWED, lapses)


def test_a_risky_address_is_released_with_email_held() -> None:
    """A cap touches its channel only, names the verdict's reason, and does not stop the release."""
    found = summarise(_decisions(Purpose.INQUIRY_RESPONSE), {Channel.EMAIL: Cap(may=May.HELD, why="disposable")})
    email = found.channels[Channel.EMAIL]
    assert (email.may, email.why, email.until) == (May.HELD, "disposable", None)
    assert email.purposes == {Purpose.INQUIRY_RESPONSE: May.HELD}
    assert found.channels[Channel.CALL].may is May.ALLOWED
    assert found.purposes == {Purpose.INQUIRY_RESPONSE: May.ALLOWED}


def test_two_reasons_to_hold_are_both_named() -> None:
    """Ending one would not be enough."""
    found = summarise(_decisions(*BOTH), {Channel.EMAIL: Cap(may=May.HELD, why="risky")})
    assert found.channels[Channel.EMAIL].why == "marketing: consent_needed; risky"


def test_a_generous_cap_changes_nothing() -> None:
    """A deliverable address does not turn a held channel into an allowed one."""
    plain = summarise(_decisions(*BOTH))
    capped = summarise(_decisions(*BOTH), {Channel.EMAIL: Cap(may=May.ALLOWED, why="deliverable")})
    assert capped == plain


def test_what_nobody_decided_is_held() -> None:
    """A destination for disclosure alone has no contact channel to use."""
    found = summarise(_decisions(Purpose.DISCLOSURE))
    assert {(claim.may, claim.why) for claim in found.channels.values()} == {(May.HELD, "not_decided")}
    assert summarise([]).purposes == {}


def test_a_denied_person_is_not_released() -> None:
    """A suppression denies every purpose and every switch."""
    found = summarise(_decisions(*BOTH, suppressed=True))
    assert set(found.purposes.values()) == {May.DENIED}
    assert {claim.may for claim in found.channels.values()} == {May.DENIED}


@given(
    where=st.sampled_from(["DE", "US", "GB", "BR"]),
    purposes=st.lists(st.sampled_from(BOTH), min_size=1, max_size=2, unique=True),
    caps=st.dictionaries(
        st.sampled_from(CONTACT_CHANNELS), st.builds(Cap, may=st.sampled_from(May), why=st.just("cap"))
    ),
)
def test_a_claim_is_never_freer_than_its_parts(where: str, purposes: list[Purpose], caps: dict[Channel, Cap]) -> None:
    """No switch is freer than any decision about it or than its cap; more caps never free anything."""
    decisions = _decisions(*purposes, where=where)
    found = summarise(decisions, caps)
    for channel, claim in found.channels.items():
        parts = [each.outcome.strictness for each in decisions if each.channel is channel]
        parts += [RANK[caps[channel].may]] if channel in caps else []
        assert RANK[claim.may] == max(parts)
        assert max(RANK[may] for may in claim.purposes.values()) == RANK[claim.may]
    assert found.purposes == summarise(decisions).purposes

"""Opt-outs of sale and of advertising stand towards each partner until a consent that counts there ends them."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from consent.engine import decide
from consent.facts import Facts
from consent.fold import state
from consent.ledger import ConsentRefused, Event, Origin, Party, SignalObserved
from consent.terms import Channel, Mechanism, Outcome, Purpose, RecipientRole, SourceKind
from tests.consent.worlds import NOW, grant, learned, policy, usual, withdrawal

DAY: Final = timedelta(days=1)
DISCLOSING: Final = (Purpose.DISCLOSURE, Channel.DISCLOSURE)
MAILING: Final = (Purpose.MARKETING, Channel.EMAIL)
SENDING: Final = (Purpose.MARKETING, Channel.POST)

SIGNAL: Final = SignalObserved(
    event_id="s", occurred_at=NOW - 5 * DAY, received_at=NOW, actor=Party.PERSON, origin=Origin.PUBLIC_FORM
)
REFUSED: Final = ConsentRefused(
    event_id="n",
    occurred_at=NOW - 5 * DAY,
    received_at=NOW - 5 * DAY,
    actor=Party.PERSON,
    origin=Origin.SOURCE,
    purpose=Purpose.MARKETING,
    channel=Channel.EMAIL,
)


def _to_partner(question: tuple[Purpose, Channel], **changed: object) -> Facts:
    """A use in the United States, by a partner who decides for itself."""
    found = replace(
        usual(*question, "US"), controller_country="US", recipient_country="US", recipient_role=RecipientRole.CONTROLLER
    )
    return replace(found, **changed)  # type: ignore[arg-type] # the names are fields


def _agreed(question: tuple[Purpose, Channel], *partners: str, **changed: object) -> Event:
    """A proven consent of yesterday that names these partners."""
    purpose, channel = question
    agreed = grant(at=NOW - DAY, purpose=purpose, channel=channel, recipients=frozenset(partners))
    return replace(agreed, **changed)  # type: ignore[arg-type] # the names are fields


def _decided(known: Facts, *ledger: Event) -> tuple[Outcome, str]:
    found = decide(learned(known, state(ledger, NOW), recipient="partnerB"), policy(), NOW)
    return found.outcome, found.reason


@pytest.mark.parametrize(
    ("said", "agreed", "asked", "reason"),
    [
        (SIGNAL, DISCLOSING, DISCLOSING, "sale_optout"),
        (SIGNAL, DISCLOSING, SENDING, "sale_optout"),
        (REFUSED, MAILING, SENDING, "optout_blocks_transfer"),
        (REFUSED, MAILING, DISCLOSING, "optout_blocks_transfer"),
    ],
)
def test_a_consent_ends_an_opt_out_towards_those_alone_whom_it_names(
    said: Event, agreed: tuple[Purpose, Channel], asked: tuple[Purpose, Channel], reason: str
) -> None:
    """Who agreed to one partner has agreed to no other (11 CCR 7025(c)), whatever the other would do."""
    known = _to_partner(asked)
    assert _decided(known, said) == (Outcome.DENY, reason)
    assert _decided(known, said, _agreed(agreed)) == (Outcome.DENY, reason)
    assert _decided(known, said, _agreed(agreed, "partnerA")) == (Outcome.DENY, reason)
    assert _decided(known, said, _agreed(agreed, "partnerA", "partnerB"))[0] is Outcome.ALLOW


@pytest.mark.parametrize(("said", "agreed"), [(SIGNAL, DISCLOSING), (REFUSED, MAILING)])
def test_a_sellers_word_ends_no_opt_out(said: Event, agreed: tuple[Purpose, Channel]) -> None:
    """On a bought list a consent counts once the controller has checked it, for the opt-outs too."""
    known = _to_partner(DISCLOSING, source_kind=SourceKind.PURCHASED_LIST)
    assert _decided(known, said, _agreed(agreed, "partnerB"))[0] is Outcome.DENY
    assert _decided(known, said, _agreed(agreed, "partnerB", origin=Origin.OPERATOR))[0] is not Outcome.DENY


def test_a_consent_that_names_nobody_ends_an_opt_out_of_the_controllers_own_advertising() -> None:
    """Whoever only works for the controller need not be named."""
    known = _to_partner(SENDING, recipient_role=RecipientRole.PROCESSOR)
    assert _decided(known, REFUSED)[0] is not Outcome.ALLOW
    assert _decided(known, REFUSED, _agreed(MAILING))[0] is Outcome.ALLOW


def test_a_signal_opts_out_until_the_person_knowingly_agrees() -> None:
    """GPC binds the known person; a later proven consent to disclosure overrides it, a ticked box does not."""

    def opted_out(*ledger: Event) -> bool | None:
        return learned(_to_partner(DISCLOSING), state(ledger, NOW), recipient="partnerB").sale_optout

    assert opted_out() is False
    assert opted_out(SIGNAL)
    assert opted_out(_agreed(DISCLOSING, "partnerA")) is False
    assert opted_out(SIGNAL, _agreed(DISCLOSING, "partnerB")) is False
    assert opted_out(SIGNAL, _agreed(DISCLOSING, "partnerB", mechanism=Mechanism.WEB_FORM_CHECKBOX))
    assert opted_out(SIGNAL, _agreed(DISCLOSING, "partnerB", evidence=()))
    assert opted_out(SIGNAL, _agreed(DISCLOSING, "partnerB", notice=None))
    assert opted_out(SIGNAL, _agreed(DISCLOSING, "partnerB", expires_at=NOW))
    assert opted_out(_agreed(DISCLOSING, "partnerB"), replace(SIGNAL, occurred_at=NOW))
    assert opted_out(replace(SIGNAL, event_id="s2", occurred_at=NOW), _agreed(DISCLOSING, "partnerB"), SIGNAL)
    assert opted_out(withdrawal(purpose=Purpose.MARKETING))


def test_a_consent_for_one_channel_leaves_the_person_opted_out_on_others() -> None:
    """A withdrawal of everything that was lifted for e-mail stands for calls, so it is an opt-out still."""
    known = _to_partner(SENDING, recipient_role=RecipientRole.PROCESSOR)
    assert learned(known, state([withdrawal(), _agreed(MAILING)], NOW)).marketing_optout

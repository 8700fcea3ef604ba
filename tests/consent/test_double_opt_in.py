"""Double opt-in: one link, one contact point, one notice, 72 hours, one use."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.double_opt_in import TOKEN_TTL, confirm, find_request, request_confirmation, token_hash
from consent.errors import (
    DoubleOptInError,
    TokenExpiredError,
    TokenMismatchError,
    TokenUnknownError,
    TokenUsedError,
)
from consent.fold import state
from consent.ledger import ConsentConfirmed, Event, Notice, Origin
from consent.terms import Channel, Mechanism, Purpose, Standing
from tests.consent.worlds import NOTICE, NOW, grant, withdrawal

TOKEN = bytes(range(16))
ASKED = grant(at=NOW, origin=Origin.PUBLIC_FORM, mechanism=Mechanism.WEB_FORM_CHECKBOX, recipients=frozenset({"ds_a"}))
REQUEST = request_confirmation(ASKED, event_id="r1", token=TOKEN, now=NOW)
LATER = NOW + timedelta(hours=1)


def _confirm(ledger: list[Event], **changed: object) -> ConsentConfirmed:
    given: dict[str, object] = {
        "token": TOKEN,
        "contact_point": "cp1",
        "notice": NOTICE,
        "event_id": "c1",
        "now": LATER,
        **changed,
    }
    token = given.pop("token")
    return confirm(ledger, token, **given)  # type: ignore[arg-type] # the names are parameters


def _answer(ledger: list[Event]) -> Standing:
    return state(ledger, LATER + timedelta(days=9)).answer(Purpose.MARKETING, Channel.EMAIL).standing


def test_a_form_a_link_and_a_click_make_consent() -> None:
    """Requested by the form, still requested by the link, granted by the click, with the recipients of the text."""
    assert _answer([ASKED]) is Standing.REQUESTED
    assert _answer([ASKED, REQUEST]) is Standing.REQUESTED
    clicked = _confirm([ASKED, REQUEST])
    found = state([ASKED, REQUEST, clicked], LATER).answer(Purpose.MARKETING, Channel.EMAIL)
    assert (found.standing, found.mechanism, found.confirmed) == (Standing.GRANTED, Mechanism.DOUBLE_OPT_IN, True)
    assert found.recipients == {"ds_a"}


def test_the_token_itself_is_not_stored() -> None:
    """Only its SHA-256 is in the event."""
    assert REQUEST.token_hash == token_hash(TOKEN)
    assert TOKEN.hex() not in repr(REQUEST)
    assert find_request([ASKED, REQUEST], TOKEN) is REQUEST


def test_a_click_lifts_an_earlier_refusal() -> None:
    """The contact point is confirmed and the person acted after the refusal: for this use it counts."""
    refused = withdrawal(at=NOW - timedelta(days=30))
    ledger = [refused, ASKED, REQUEST]
    assert _answer(ledger) is Standing.WITHDRAWN
    assert _answer([*ledger, _confirm(ledger)]) is Standing.GRANTED


def test_a_link_lives_72_hours() -> None:
    """A moment before is in time, the moment itself is too late."""
    assert timedelta(hours=72) == TOKEN_TTL
    assert _confirm([REQUEST], now=NOW + TOKEN_TTL - timedelta(microseconds=1)).purpose is Purpose.MARKETING
    with pytest.raises(TokenExpiredError, match="sign up again"):
        _confirm([REQUEST], now=NOW + TOKEN_TTL)


def test_a_link_works_once() -> None:
    """A second click appends nothing."""
    first = _confirm([REQUEST])
    with pytest.raises(TokenUsedError, match="nothing more to do"):
        _confirm([REQUEST, first], event_id="c2")


def test_a_link_is_bound_to_contact_point_and_notice() -> None:
    """Forwarded to another address, or shown with another text, it confirms nothing."""
    with pytest.raises(TokenMismatchError):
        _confirm([REQUEST], contact_point="cp2")
    with pytest.raises(TokenMismatchError):
        _confirm([REQUEST], notice=Notice(id="newsletter", version="4", sha256="cd" * 32))


def test_a_withdrawal_voids_a_waiting_link() -> None:
    """Who unsubscribes is not signed up again by an older link."""
    with pytest.raises(TokenUnknownError):
        _confirm([REQUEST, withdrawal(at=NOW + timedelta(minutes=5))])


def test_a_guessed_or_short_token_fails() -> None:
    """An unknown token is unknown; one under 128 bits is not even hashed."""
    with pytest.raises(TokenUnknownError):
        _confirm([REQUEST], token=bytes(16))
    with pytest.raises(DoubleOptInError, match="128"):
        token_hash(TOKEN[:15])


@pytest.mark.parametrize("missing", ["contact_point", "notice"])
def test_a_link_needs_a_contact_point_and_a_stored_notice(missing: str) -> None:
    """Without either there is nothing to confirm."""
    with pytest.raises(DoubleOptInError, match="needs a contact point"):
        request_confirmation(replace(ASKED, **{missing: None}), event_id="r", token=TOKEN, now=NOW)  # type: ignore[arg-type] # fields

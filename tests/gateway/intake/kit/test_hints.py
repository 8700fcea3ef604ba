"""Hints while typing say what verification says, and nothing more."""

from gateway.intake.kit.hints import email_hint
from tests.gateway.intake.worlds import NOW


def test_a_typo_is_told() -> None:
    """A known typo of a provider gets its suggestion."""
    hint = email_hint("ann@gmial.com", NOW)
    assert hint.to_json()["suggestion"] == "ann@gmail.com"


def test_a_good_address_gets_no_suggestion() -> None:
    """Syntax alone speaks for it."""
    assert email_hint("ann@lee.de", NOW).to_json() == {
        "verdict": "deliverable",
        "reasons": ["syntax_ok"],
        "suggestion": None,
    }


def test_what_is_no_address_is_told() -> None:
    """The reason is a code."""
    hint = email_hint("ann", NOW)
    assert hint.verdict == "undeliverable"
    assert hint.suggestion is None
    assert hint.reasons


def test_a_hint_hides_the_suggestion() -> None:
    """It is personal."""
    assert "gmail" not in repr(email_hint("ann@gmial.com", NOW))

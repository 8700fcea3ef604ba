"""The reference and the packs say the same as the code."""

from pathlib import Path

import pytest

from consent.conditions import OPERATORS
from consent.facts import FIELDS
from consent.packs import shipped_packs
from consent.terms import Basis, Channel, Purpose

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = DOCS / "reference" / "policy-language.md"


@pytest.mark.parametrize("name", [*FIELDS, "lead_country"])
def test_every_fact_is_in_the_reference(name: str) -> None:
    """One row per fact."""
    assert f"| `{name}` |" in REFERENCE.read_text(encoding="utf-8")


@pytest.mark.parametrize("word", [*Purpose, *Channel, *Basis, *(pack.id for pack in shipped_packs())])
def test_every_word_is_in_the_reference(word: str) -> None:
    """Purposes, channels, bases and packs."""
    assert f"`{word}`" in REFERENCE.read_text(encoding="utf-8")


@pytest.mark.parametrize("word", OPERATORS)
def test_every_operator_is_in_the_reference(word: str) -> None:
    """Twelve operators and three connectives."""
    text = REFERENCE.read_text(encoding="utf-8")
    assert any(form in text for form in (f"op: {word}", f"`{word}`", f"{{{word}: "))


def test_the_documents_link_to_each_other() -> None:
    """Explanation, reference and decision stand where the links point."""
    explanation = DOCS / "explanation" / "consent.md"
    for target in ("../reference/policy-language.md", "../decisions/0004-policy-language.md"):
        assert target in explanation.read_text(encoding="utf-8")
        assert (explanation.parent / target).is_file()

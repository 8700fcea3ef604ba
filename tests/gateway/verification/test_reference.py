"""The reference pages explain every reason code and every word of a verdict."""

import re
from pathlib import Path

import pytest

from gateway.verification.company.codes import CompanyCode
from gateway.verification.company.model import CompanyFacts, CompanyStanding, DomainSource
from gateway.verification.model import Deliverability, EmailFacts, PhoneType, Validity
from gateway.verification.reasons import REASONS_VERSION, Effect, Level, ReasonCode, Subject
from gateway.verification.registers import Register, RegisterState

REFERENCE = Path(__file__).parents[3] / "docs/reference"
PAGE = REFERENCE / "verdicts.md"
CODES = REFERENCE / "reason-codes.md"


@pytest.fixture(scope="module")
def page() -> str:
    """The page's text."""
    return PAGE.read_text(encoding="utf-8")


def test_every_code_is_explained_once() -> None:
    """The page of codes has one line for each code and names no other; that it is up to date is a house rule."""
    found = re.findall(r"^\| `([a-z0-9_]+)` \| ", CODES.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(found) == sorted(ReasonCode)


def test_every_word_is_explained(page: str) -> None:
    """Verdicts, levels, effects, subjects, facts and types of numbers are all named, and the version is right."""
    for words in (Deliverability, Validity, Level, Effect, Subject, PhoneType, Register, RegisterState):
        assert all(f"`{word}`" in page for word in words), words
    assert all(f"`{name}`" in page for name in EmailFacts.__dataclass_fields__)
    assert f"version {REASONS_VERSION}" in page


def test_every_word_of_a_company_verdict_is_explained() -> None:
    """Its page has each code once, and names every standing, source and fact."""
    text = (REFERENCE / "company-verdict.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z0-9_]+)` \| ", text, re.MULTILINE)
    assert rows[-len(CompanyCode) :] == list(CompanyCode)
    words = (*CompanyStanding, *DomainSource, *CompanyFacts.__dataclass_fields__)
    assert all(f"`{word}`" in text for word in words)

"""docs/reference/verdicts.md says of every reason code what the code says."""

import re
from pathlib import Path

import pytest

from gateway.verification.meanings import MEANINGS
from gateway.verification.model import Deliverability, EmailFacts, PhoneType, Validity
from gateway.verification.reasons import REASONS_VERSION, Effect, Level, Meaning, Polarity, ReasonCode, Subject

PAGE = Path(__file__).parents[3] / "docs/reference/verdicts.md"


def row(code: ReasonCode, means: Meaning) -> str:
    """One line of the page's table."""
    sign = {Polarity.POSITIVE: "+", Polarity.NEGATIVE: "-", Polarity.NEUTRAL: ""}[means.polarity]
    retry = "" if means.retry_after is None else f"{int(means.retry_after.total_seconds() // 60)} min"
    life = f"{means.ttl.days} d" if means.ttl.days else f"{int(means.ttl.total_seconds() // 3600)} h"
    cells = (
        f"`{code}`",
        means.stage,
        means.subject,
        means.effect,
        f"{sign}{means.points or ''}",
        retry,
        life,
        means.meaning,
        means.action,
    )
    return "| " + " | ".join(cells) + " |"


@pytest.fixture(scope="module")
def page() -> str:
    """The page's text."""
    return PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_code_is_explained(page: str, code: ReasonCode) -> None:
    """Each code's line is exactly what the table of meanings says."""
    assert row(code, MEANINGS[code]) in page.splitlines()


def test_no_other_code_is_explained(page: str) -> None:
    """The page names no code that does not exist, and each once."""
    found = re.findall(r"^\| `([a-z0-9_]+)` \| (?:syntax|lists|numbering|dns|smtp|vendor) \|", page, re.MULTILINE)
    assert sorted(found) == sorted(ReasonCode)


def test_every_word_is_explained(page: str) -> None:
    """Verdicts, levels, effects, subjects, facts and types of numbers are all named, and the version is right."""
    for words in (Deliverability, Validity, Level, Effect, Subject, PhoneType):
        assert all(f"`{word}`" in page for word in words), words
    assert all(f"`{name}`" in page for name in EmailFacts.__dataclass_fields__)
    assert f"version {REASONS_VERSION}" in page

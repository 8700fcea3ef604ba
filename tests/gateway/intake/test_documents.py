"""The pages about forms say what the code does."""

import json
import re
from dataclasses import fields
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from gateway.intake.kit.names import synonyms
from gateway.intake.kit.settings import ConsentBox, SourceSettings, parse_settings
from gateway.intake.kit.spam import Aside, Signal
from gateway.intake.kit.targets import LIMITS
from tests.gateway.intake.worlds import post, said

DOCS = Path(__file__).parents[3] / "docs"
HOW_TO = (DOCS / "how-to" / "connect-a-form.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "form-fields.md").read_text(encoding="utf-8")


def fence(language: str) -> str:
    """The only code block of a language on the how-to page."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", HOW_TO, re.DOTALL)
    return str(found)


def test_the_page_shows_the_script_that_is_served() -> None:
    """Byte for byte."""
    assert fence("js") == files("gateway.intake.kit").joinpath("snippet.js").read_text(encoding="utf-8")


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names += [value for name, value in attrs if name == "name" and value]


def test_the_ten_lines_are_ten_and_their_fields_are_understood() -> None:
    """A reader who copies them gets a working form."""
    html = fence("html")
    assert len(html.strip().splitlines()) == 10
    parser = _Fields()
    parser.feed(html)
    values = {"name": "Ann Lee", "email": "a@b.example", "message": "Hi", "newsletter": "on"}
    assert parser.names == [*values, "_gotcha"]
    submission = post({**values, "_gotcha": ""}).one()
    assert said(submission) == {
        "person.full_name": "Ann Lee",
        "person.email": "a@b.example",
        "inquiry.message": "Hi",
    }
    assert [(claim.purpose, claim.status) for claim in submission.consent] == [("marketing", "requested")]


def test_the_settings_of_the_page_can_be_used() -> None:
    """The JSON is a source's settings."""
    source = parse_settings({"key": "website", **json.loads(fence("json"))})
    reading = post({"email": "a@b.example", "newsletter": "on", "input_7": "030"}, source)
    assert [claim.status for claim in reading.one().consent] == ["granted"]
    assert said(reading.one())["person.phone"] == "030"
    assert reading.redirect == "https://www.example.com/thanks"


ROWS = re.findall(r"^\| (`[a-z][^|]*) \| ([^|]*) \| ([^|]*) \|$", REFERENCE.split("## Consent")[0], re.MULTILINE)


@pytest.mark.parametrize("target", sorted(LIMITS))
def test_every_place_is_in_the_reference_with_its_limit(target: str) -> None:
    """And the limit is the code's."""
    (limits,) = [row[1] for row in ROWS if f"`{target}`" in row[0]]
    assert str(LIMITS[target]) in limits.split(", ")


def test_every_name_in_the_reference_leads_to_its_place() -> None:
    """The examples are true."""
    for places, _, names in ROWS:
        for name in re.findall(r"`([^`]+)`", names):
            match = synonyms().match(name)
            assert match is not None, name
            family = match[0].rpartition(".")[0]
            assert f"`{match[0]}`" in places or f"`{family}.NAME`" in places, name


@pytest.mark.parametrize(
    "word",
    [
        *(field.name for field in fields(SourceSettings)),
        *(field.name for field in fields(ConsentBox)),
        *Signal,
        *Aside,
    ],
)
def test_every_setting_and_signal_is_in_the_reference(word: str) -> None:
    """By its own name."""
    assert f"`{word}`" in REFERENCE

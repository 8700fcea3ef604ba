"""BuiltWith: one technology per product, and what is asked of the vendor."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import LookupOutcome
from connectors.kit.cases import Case, run
from connectors.kit.fakes import NOW
from connectors.kit.fixtures import case_of
from connectors.kit.reading import read
from connectors.technographic.builtwith import Plugin, summary

DAY = timedelta(days=1)
FACTS = {"company.domain": "acme.example"}


def entry(name: str, *, seen: datetime = NOW, **more: object) -> dict[str, Any]:
    """One technology as the vendor writes it."""
    return {"Name": name, "Tag": "cms", "LastDetected": seen.timestamp() * 1000, **more}


def record(*entries: object) -> dict[str, Any]:
    """A record with one path per entry."""
    return {"Paths": [{"Technologies": [each]} for each in entries]}


@pytest.mark.parametrize(("days", "live"), [(0, True), (60, True), (61, False), (4000, False)])
def test_what_was_seen_lately_is_in_use(days: int, live: bool) -> None:  # noqa: FBT001 - a parameter
    """Within two rounds of the vendor's index; what the vendor says itself counts for more."""
    seen = NOW - days * DAY
    assert [each["live"] for each in summary(record(entry("Acme CMS", seen=seen)), NOW)] == [live]
    assert [each["live"] for each in summary(record(entry("Acme CMS", seen=seen, Live=not live)), NOW)] == [not live]


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("Drupal 9", "9"),
        ("Drupal v10.2", "10.2"),
        ("Drupal 2.6.*", "2.6"),
        ("Drupal Views", None),
        ("Drupal 9 Theme", None),
        ("Drupal", None),
        ("Drupal9", None),
    ],
)
def test_a_version_is_told_from_another_product(name: str, version: str | None) -> None:
    """A number behind the parent's name is a version of it; anything else is a product of its own."""
    (made,) = summary(record(entry(name, Parent="Drupal")), NOW)
    assert (made.get("version"), made["slug"] == "drupal") == (version, version is not None or name == "Drupal")


def test_several_entries_of_a_product_are_one() -> None:
    """From the first time to the last, in the version seen last, in use where one of them is."""
    entries = [
        entry("Drupal 8", seen=NOW - 400 * DAY, Parent="Drupal", FirstDetected=1_000_000_000_000),
        entry("Drupal 9", seen=NOW - DAY, Parent="Drupal", FirstDetected=1_500_000_000_000),
        entry("Drupal", seen=NOW - 2 * DAY),
    ]
    for order in (entries, entries[::-1]):
        assert summary(record(*order), NOW) == [
            {
                "slug": "drupal",
                "name": "Drupal",
                "category": "cms",
                "version": "9",
                "first_seen": "2001-09-09",
                "last_seen": (NOW - DAY).date().isoformat(),
                "live": True,
            }
        ]


def test_what_is_in_use_comes_first() -> None:
    """So that of a list without end the best known is kept."""
    entries = [
        entry("Gone", seen=NOW - 90 * DAY),
        {"Name": "Undated"},
        entry("Current", seen=NOW - 9 * DAY),
        entry("Newest"),
    ]
    names = [each["name"] for each in summary(record(*entries), NOW)]
    assert names == ["Newest", "Current", "Gone", "Undated"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["Paths", "Technologies", "Name", "Parent", "Tag", "Categories", "Category", "Live"])
            | st.sampled_from(["FirstDetected", "LastDetected"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(JSON)
def test_whatever_a_record_holds_is_read(found: object) -> None:
    """Nothing in it raises, and what comes of it has the shape of a technology."""
    for paths in (
        found,
        {"Paths": found},
        {"Paths": [{"Technologies": found}]},
        {"Paths": [{"Technologies": [found]}]},
    ):
        for each in summary(paths, datetime(2026, 3, 2, tzinfo=UTC)):
            assert read("company.technologies", each) is not None


@pytest.mark.parametrize(("settings", "sent"), [({}, None), ({"live_only": "yes"}, ["yes"])])
async def test_people_and_texts_stay_with_the_vendor(
    settings: dict[str, str], sent: list[str] | None, tmp_path: Path
) -> None:
    """Every question says so; whether what has gone is told as well, the operator says."""
    whole = case_of(Plugin, tmp_path)
    case = Case(plugin=Plugin, settings=settings, fixtures=whole.fixtures)
    ended = await run(case, FACTS, steps=case.match.steps)
    asked = parse_qs(urlsplit(ended.http.sent[0].url).query)
    assert ended.answer.outcome is LookupOutcome.MATCH
    assert [asked[name] for name in ("NOPII", "NOMETA", "NOATTR", "HIDEDL")] == [["yes"]] * 4
    assert "HIDETEXT" not in asked
    assert asked.get("LIVEONLY") == sent

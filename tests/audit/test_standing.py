"""Where leads stand: learnt of every entry, whatever the page shows, and in a memory that has an end."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import report
from audit.encoding import event_id_text
from audit.manifest import OPEN
from audit.report import Report
from audit.rows import Row
from audit.standing import TELLING, Standing, Standings
from audit.types import by_name
from tests.audit.world import fixed
from tests.support.depth import share

RELEASED = Standing(stands="released")
NAMES = [
    *("lead.received", "lead.verified", "lead.enriched", "lead.decided", "lead.held", "lead.rejected"),
    *("lead.released", "lead.retracted", "lead.resolved", "delivery.dead", "delivery.finished", "consent.withdrawn"),
    *("access.read", "lead.outcome", "consent.recorded"),
]


def folded(*names: str, facts: dict[str, Any] | None = None) -> Standing:
    """Where a lead stands after these entries."""
    standing = Standing()
    for name in names:
        standing = standing.after(name, facts or {})
    return standing


@pytest.mark.parametrize(
    ("names", "stands"),
    [
        ((), "unknown"),
        (("access.read", "delivery.finished", "lead.verified"), "unknown"),
        (("consent.recorded", "lead.received"), "received"),
        (("lead.received", "lead.verified", "lead.enrichment_skipped"), "enriched"),
        (("lead.received", "lead.decided", "delivery.finished", "lead.released", "access.read"), "released"),
        (("lead.released", "lead.verified", "lead.received"), "released"),
        (("lead.received", "lead.held", "lead.verified"), "held"),
        (("lead.released", "lead.retracted", "access.read"), "retracted"),
    ],
)
def test_each_entry_says_where_the_lead_stands(names: tuple[str, ...], stands: str) -> None:
    """It is unknown until its receipt or a rest says so, and a look at it changes nothing."""
    assert folded(*names).stands == stands


def test_what_else_stands_out_is_told_once_and_stays() -> None:
    """A delivery that was given up twice is one mark, and a lead with a mark was not released as usual."""
    found = folded("lead.received", "delivery.dead", "consent.withdrawn", "delivery.dead", "lead.released")
    assert found.marks == ("a delivery was given up", "consent was withdrawn")
    assert not found.usual
    assert folded("lead.received", "lead.released").usual


def test_a_decision_made_again_leaves_a_released_lead_released() -> None:
    """It is decided again at each sending; the lead is where it was."""
    again = {"decisions": [{}], "outcome": "released"}
    assert RELEASED.after("lead.decided", again) == RELEASED
    assert RELEASED.after("lead.decided", {"decisions": [{}], "outcome": "decided"}).stands == "decided"


def test_the_memory_of_a_million_leads_has_an_end() -> None:
    """A lead takes some 130 bytes; of more than so many those that changed last are known, and the rest is unknown."""
    count = share(40_000)
    leads = [f"ld_{number:026}" for number in range(2 * count)]
    tracemalloc.start()
    try:
        known = Standings(count)
        for lead in leads:
            known[lead] = RELEASED.after("lead.released", {})
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size < 130 * count
    assert all(known[lead] == RELEASED for lead in leads[-(count - count // 16 - 1) :])
    assert all(known[lead] == Standing() for lead in leads[:count])
    known["\ud800"] = RELEASED  # a JSON string may hold half a character
    assert known["\ud800"] == RELEASED


@given(st.lists(st.integers(0, 40), max_size=200), st.integers(1, 40))
def test_nothing_is_forgotten_while_there_is_room(changes: list[int], most: int) -> None:
    """However often leads change, and in whatever order: no more than fit are all known, each as it was told last."""
    known, told = Standings(most), dict[int, Standing]()
    for at, number in enumerate(changes):
        if number in told or len(told) < most:
            told[number] = Standing(stands="released", marks=(str(at),))
            known[f"ld_{number}"] = told[number]
    assert all(known[f"ld_{number}"] == standing for number, standing in told.items())


def test_the_one_that_changed_longest_ago_is_forgotten_first() -> None:
    """A lead that changes again counts once, and as new."""
    known = Standings(3)
    for lead in ("a", "b", "c", "b", "a", "d"):
        known[lead] = RELEASED
    assert [known[lead].known for lead in ("a", "b", "c", "d")] == [True, True, False, True]


def rows(entries: list[tuple[int, str]]) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Opened entries of a few leads."""
    for at, (lead, name) in enumerate(entries):
        ids = event_id_text(fixed(f"event {at}", 16)), "00"
        payload = b'{"lead_id":"ld_%d"}' % lead
        time = "2026-03-01T09:00:00.000000Z"
        yield Row(at, time, time, by_name(name), 1, OPEN, *ids, payload), {"lead_id": f"ld_{lead}"}


@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(NAMES)), max_size=60), st.integers(1, 4), st.integers(1, 4)
)
def test_whatever_the_page_shows_is_true(entries: list[tuple[int, str]], leads: int, steps: int) -> None:
    """With room for few leads, steps and bytes: each stands where all its entries put it, none is there for a look."""
    stands = {lead: folded(*(name for each, name in entries if each == lead)) for lead in range(6)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "MAX_LEADS", leads)
        patch.setattr(report, "MAX_STEPS", steps)
        patch.setattr(report, "MAX_BYTES", 19 * leads * steps)
        page = Report()
        for row, facts in rows(entries):
            page.add(row, facts)
    assert len(page._stories) <= leads
    assert page._size == sum(story.size for story in page._stories.values()) <= 19 * leads * steps
    assert sum(len(story.rows) for story in page._stories.values()) + page._unshown_steps == len(entries)
    assert list(page._usual) == [lead for lead in page._usual if page._stories[lead].standing.usual]
    for lead, story in page._stories.items():
        assert story.standing == stands[int(lead[3:])]
        assert story.rows[0].type.name in TELLING
        assert len(story.rows) <= 2 * steps

"""report.html: a person such as a data protection officer reads it, without a tool and without a guess."""

import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from audit import report
from audit.scope import ExportScope
from audit.sealing import SealedEntry
from audit.types import (
    ACCESS_READ,
    DELIVERY_DEAD,
    DELIVERY_FINISHED,
    LEAD_DECIDED,
    LEAD_HELD,
    LEAD_RECEIVED,
    LEAD_REJECTED,
    LEAD_RELEASED,
    LEAD_RETRACTED,
    LEAD_VERIFIED,
    POLICY_ACCEPTED,
    EventType,
)
from tests.audit.world import OUT, World, opened, proved

CITED = "GDPR Art. 7(1)"
ALLOWED = "allowed: answering the inquiry by e-mail, call"
SAYS = "advertising wants the person's consent"


def said(world: World, lead: str, kind: EventType | None = None, **facts: Any) -> SealedEntry:  # noqa: ANN401 - JSON
    """One step of a lead."""
    payload = json.dumps({"lead_id": lead, **facts}).encode()
    return world.entry(payload) if kind is None else world.entry(payload, kind=kind)


def decisions(*outcomes: tuple[str, str, str, str]) -> Mapping[str, Any]:
    """A decision's facts: purpose, channel, outcome and code each."""
    made = [
        {"recipient": "crm", "purpose": purpose, "channel": channel, "outcome": outcome, "code": code, "rule": "R-1"}
        for purpose, channel, outcome, code in outcomes
    ]
    return {
        "decisions": made,
        "grounds": [{"rule": "R-1", "code": "consent_needed", "says": SAYS, "citations": [CITED]}],
    }


MIXED = decisions(
    ("inquiry_response", "email", "ALLOW", "allowed"),
    ("inquiry_response", "call", "ALLOW", "allowed"),
    ("marketing", "email", "HOLD", "consent_needed"),
)


async def page_of(world: World, folder: Path, **more: object) -> str:
    """Export, have it proved, and read the page."""
    await world.export(folder / OUT, opened(**more))
    proved(folder / OUT, world)
    with zipfile.ZipFile(folder / OUT) as packed:
        return packed.read("report.html").decode()


def cells(page: str) -> list[list[str]]:
    """The page's table rows, as text."""
    rows = [each.partition("\n")[0] for each in page.split("<tr>")[1:]]
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.split(r"<t[dh][^>]*>", row)[1:]] for row in rows]


def index_of(page: str) -> list[list[str]]:
    """The lines of the page's index: lead, where it stands, first step, why."""
    return [row for row in cells(page) if len(row) == 4][1:]


async def test_a_decision_is_a_table_with_its_law(tmp_path: Path) -> None:
    """Each use stands with recipient, outcome, rule, citation and reason; what is not allowed comes first."""
    world = World()
    await world.append(said(world, "ld_a"), said(world, "ld_a", LEAD_DECIDED, outcome="decided", **MIXED))
    table = [row for row in cells(await page_of(world, tmp_path)) if len(row) == 7]
    assert table == [
        ["Recipient", "Purpose", "Channel", "Outcome", "Rule", "Citation", "Why"],
        ["crm", "marketing", "e-mail", "held", "R-1", CITED, SAYS.replace("'", "&#x27;")],
        ["crm", "answering the inquiry", "e-mail, call", "allowed", "R-1", "", "allowed"],
    ]


async def test_the_index_says_where_each_lead_stands_and_why(tmp_path: Path) -> None:
    """What was not released as usual comes first, in plain words; each line leads to its chapter."""
    world = World()
    caps = {"call": "denied:no_phone"}
    await world.append(
        said(world, "ld_usual"),
        said(world, "ld_usual", LEAD_VERIFIED, caps=caps),
        said(world, "ld_usual", LEAD_DECIDED, outcome="decided", **MIXED),
        said(world, "ld_usual", LEAD_RELEASED, outcome="released"),
        said(world, "ld_held"),
        said(world, "ld_held", LEAD_HELD, outcome="hold", reasons=["email_unknown"], says=["No answer came from DNS."]),
        said(world, "ld_law"),
        said(world, "ld_law", LEAD_HELD, outcome="held", reasons=["consent_needed"], **MIXED),
        said(world, "ld_back"),
        said(world, "ld_back", LEAD_RETRACTED, outcome="retracted", reasons=["consent_withdrawn"]),
    )
    page = await page_of(world, tmp_path)
    index = [(row[0], row[1], row[3]) for row in index_of(page)]
    assert index == [
        ("ld_back", "retracted", "consent withdrawn"),
        ("ld_held", "held", "No answer came from DNS."),
        ("ld_law", "held", SAYS.replace("'", "&#x27;")),
        (
            "ld_usual",
            "released",
            f"{ALLOWED}; held: marketing by e-mail; but by verification call is denied, no phone",
        ),
    ]
    assert "3 that stand out come first, then 1 that were released as usual." in page
    for number, (lead, _, _) in enumerate(index, 1):
        assert f"<a href='#l{number}'>{lead}</a>" in page
        assert f"<section id=l{number}><h3>Lead <code>{lead}</code>" in page


async def test_a_lead_that_is_decided_again_stays_where_it_is(tmp_path: Path) -> None:
    """A new decision on a released lead is no step back."""
    world = World()
    await world.append(
        said(world, "ld_a"),
        said(world, "ld_a", LEAD_RELEASED, outcome="released"),
        said(world, "ld_a", LEAD_DECIDED, outcome="released", **MIXED),
        said(world, "ld_a", LEAD_VERIFIED, outcome="release"),
    )
    assert "0 that stand out come first, then 1" in await page_of(world, tmp_path)


async def test_long_text_is_folded_and_whole(tmp_path: Path) -> None:
    """Of a long text its beginning is seen, and all of it is there."""
    world = World()
    await world.append(said(world, "ld_a", note="word " * 400 + "the end"))
    page = await page_of(world, tmp_path)
    assert "<details><summary>note: word" in page
    assert "word the end</details>" in page


@pytest.mark.parametrize("place", ["lead_id", "note", "reasons", "says", "actor", "decisions", "grounds", "caps"])
async def test_nothing_sealed_becomes_markup(tmp_path: Path, place: str) -> None:
    """A tag in any place of a payload is text, in the index and the chapters; odd shapes stop nothing."""
    world = World()
    evil = "'><script>alert(1)</script>" * 30
    shapes: dict[str, Any] = {
        "reasons": [evil, 1, None],
        "says": [evil],
        "decisions": [{"recipient": evil, "rule": evil, "code": evil, "channel": [evil], "outcome": {evil: evil}}, 7],
        "grounds": [{"rule": None, "code": None, "says": [evil], "citations": evil}, evil],
        "caps": {evil: [evil]},
    }
    facts = {"lead_id": "ld_a", "decisions": [{}], place: shapes.get(place, evil)}
    await world.append(*(world.entry(json.dumps(facts).encode(), kind=kind) for kind in (LEAD_DECIDED, LEAD_HELD)))
    await world.append(world.entry(json.dumps(facts).encode(), kind=LEAD_RELEASED))
    page = await page_of(world, tmp_path)
    assert "<script" not in page
    tags = "a b body br code details h1 h2 h3 html meta p pre section small style summary table td th title tr"
    assert {each.lower() for each in re.findall(r"</?(\w+)", page)} <= set(tags.split())
    assert "alert(1)" in page


async def test_leads_that_were_released_as_usual_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a long log the page keeps what stands out, late as it may come, and says how much more there is."""
    monkeypatch.setattr(report, "MAX_LEADS", 3)
    world = World()
    for number in range(5):
        await world.append(said(world, f"ld_{number}"), said(world, f"ld_{number}", LEAD_RELEASED, outcome="released"))
    held = [said(world, f"ld_held{number}", LEAD_HELD, outcome="hold", reasons=["x"]) for number in range(4)]
    await world.append(*held, said(world, "ld_0", LEAD_RETRACTED, outcome="retracted"))
    page = await page_of(world, tmp_path)
    shown = re.findall(r"<section id=l\d+><h3>Lead <code>(\w+)<", page)
    assert shown == ["ld_held0", "ld_held1", "ld_held2"]
    assert "12 more steps, among them 5 more received leads, are in events.csv only" in page


async def test_looks_at_leads_that_made_room_take_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many released leads, then looks at them, then one that was rejected: it is shown, and none stands as received."""
    monkeypatch.setattr(report, "MAX_LEADS", 10)
    world = World()
    for number in range(22):
        await world.append(said(world, f"ld_{number}"), said(world, f"ld_{number}", LEAD_RELEASED, outcome="released"))
    await world.append(*(said(world, f"ld_{number}", ACCESS_READ, count=1) for number in range(22)))
    await world.append(*(said(world, f"ld_{number}", DELIVERY_FINISHED, outcome="delivered") for number in range(22)))
    await world.append(said(world, "ld_bad"), said(world, "ld_bad", LEAD_REJECTED, outcome="rejected", reasons=["x"]))
    page = await page_of(world, tmp_path)
    assert [(row[0], row[1]) for row in index_of(page)] == [
        ("ld_bad", "rejected"),
        *((f"ld_{number}", "released") for number in range(13, 22)),
    ]
    assert "1 that stand out come first, then 9 that were released as usual" in page


async def test_a_lead_that_made_room_comes_back_with_what_is_known_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delivery of a released lead is given up long after: it stands as released, not as received, and stands out."""
    monkeypatch.setattr(report, "MAX_LEADS", 2)
    world = World()
    for number in range(4):
        await world.append(said(world, f"ld_{number}"), said(world, f"ld_{number}", LEAD_RELEASED, outcome="released"))
    await world.append(said(world, "ld_0", DELIVERY_DEAD), said(world, "ld_1", LEAD_RETRACTED, reasons=["objected"]))
    page = await page_of(world, tmp_path)
    assert [(row[0], row[1], row[3]) for row in index_of(page)] == [
        ("ld_1", "retracted", "objected"),
        ("ld_0", "released", "a delivery was given up; its decisive step is not in this page"),
    ]


async def test_what_is_not_shown_of_a_lead_counts_for_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reads fill the place of a lead's steps: its retraction is told all the same, and comes first."""
    world = World()
    reads = [said(world, "ld_a", ACCESS_READ, count=1) for _ in range(report.MAX_STEPS + 5)]
    await world.append(said(world, "ld_a"), said(world, "ld_a", LEAD_RELEASED, outcome="released"), *reads)
    await world.append(said(world, "ld_a", LEAD_RETRACTED, outcome="retracted", reasons=["objected"]))
    page = await page_of(world, tmp_path)
    assert [(row[0], row[1], row[3]) for row in index_of(page)] == [("ld_a", "retracted", "objected")]
    assert "7 more of its steps are in events.csv only" in page
    monkeypatch.setattr(report, "MAX_BYTES", 2000)
    await world.append(said(world, "ld_a", LEAD_HELD, reasons=["x"], note="n" * 4000))
    page = await page_of(world, tmp_path)
    assert [(row[0], row[1], row[3]) for row in index_of(page)] == [
        ("ld_a", "held", "its decisive step is not in this page")
    ]
    assert "nnn" not in page


async def test_a_lead_from_before_the_range_stands_where_the_range_says(tmp_path: Path) -> None:
    """Of an export with "from": what began before is unknown until an entry says where it stands, never received."""
    world = World()
    await world.append(*(said(world, f"ld_{each}") for each in ("read", "dead", "released")))
    begin = world.fake.heads[-1].time + 1
    await world.append(
        said(world, "ld_read", ACCESS_READ, count=1),
        said(world, "ld_dead", DELIVERY_DEAD),
        said(world, "ld_released", LEAD_RELEASED, outcome="released"),
    )
    page = await page_of(world, tmp_path, scope=ExportScope(begin=begin))
    assert [(row[0], row[1], row[3]) for row in index_of(page)] == [
        ("ld_dead", "unknown", "a delivery was given up; its decisive step is not in this page"),
        ("ld_released", "released", ""),
    ]
    assert page.count("Its earlier steps are not in this page: look in events.csv, or in an export that begins") == 2
    assert "Where a lead stands follows from the entries that this export covers." in page


async def test_the_page_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither many steps, nor large ones, nor many other acts make a page that no browser opens."""
    monkeypatch.setattr(report, "MAX_STEPS", 2)
    monkeypatch.setattr(report, "MAX_OTHERS", 1)
    monkeypatch.setattr(report, "MAX_BYTES", 5000)
    world = World()
    acts = [world.entry(b'{"actor":"local","rule":"EU-%d"}' % number, kind=POLICY_ACCEPTED) for number in range(3)]
    await world.append(*acts, *(said(world, "ld_a", each) for each in (LEAD_RECEIVED, LEAD_VERIFIED, LEAD_VERIFIED)))
    await world.append(said(world, "ld_b", LEAD_RELEASED, note="b" * 4000), said(world, "ld_c", note="c" * 4000))
    await world.append(said(world, "ld_c", note="d" * 4000))
    page = await page_of(world, tmp_path)
    assert "EU-0" in page
    assert "2 more are in events.csv only" in page
    assert "ccc" in page
    assert "bbb" not in page
    assert "ddd" not in page
    assert "3 more steps, among them 0 more received leads" in page


async def test_a_lead_whose_beginning_made_room_says_so(tmp_path: Path) -> None:
    """Who reads a lead's later steps alone is told that there were earlier ones."""
    world = World()
    await world.append(said(world, "ld_a", LEAD_RETRACTED, outcome="retracted", reasons=["objected"]))
    assert "Its earlier steps are not in this page" in await page_of(world, tmp_path)

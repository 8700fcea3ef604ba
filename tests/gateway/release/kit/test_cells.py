"""Cells: no text becomes a formula, a line, or another cell; and nothing is lost."""

import csv
import io
import json

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.release.kit.body import render
from gateway.release.kit.cells import COLUMNS, header, neutralise, row
from tests.gateway.release.values import DELIVERY_ID, PERMIT, WORDS, lead, message
from tests.house.tree import ROOT

DANGEROUS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
TEXTS = st.text() | st.builds(str.__add__, st.sampled_from(["", " ", *DANGEROUS]), st.text())


@given(TEXTS)
@example('=HYPERLINK("https://evil.example")')
@example("\t=1+1")
@example("  @SUM(1)")
@example("\r\n-2+3")
@example("'=1")
def test_no_cell_starts_a_formula(text: str) -> None:
    """Not at its first character, nor after spaces that a program might trim."""
    cell = neutralise(text)
    assert not cell.startswith(DANGEROUS)
    assert not cell.lstrip().startswith(DANGEROUS)


@given(TEXTS)
def test_taking_the_apostrophe_off_restores_the_text(text: str) -> None:
    """Beyond line ends and control characters, which become spaces, nothing is changed."""
    cell = neutralise(text)
    restored = cell.removeprefix("'")
    assert len(restored) == len(text)
    assert all(a == b or (b == " " and not a.isprintable()) for a, b in zip(text, restored, strict=True))


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_a_row_reads_back_as_one_line_with_its_cells(texts: list[str]) -> None:
    """Whatever a form was filled with, a strict reader finds one line and every cell (RFC 4180)."""
    attributes = dict(zip(("kind", "message", "page_url", "submitted_at"), texts, strict=False))
    whole = {"type": "lead.created", "timestamp": "2026-11-23T09:30:00Z", "data": {"inquiry": attributes}}
    line = row(DELIVERY_ID, PERMIT, whole)
    assert line.endswith(b"\r\n")
    assert len(line.decode().splitlines()) == 1
    [cells] = csv.reader(io.StringIO(line.decode(), newline=""), strict=True)
    assert len(cells) == len(COLUMNS)
    found = dict(zip(COLUMNS, cells, strict=True))
    assert all(found[f"inquiry.{name}"] == neutralise(text) for name, text in attributes.items())


def test_a_lead_fills_its_columns() -> None:
    """The columns are fixed and the header names them."""
    [names] = csv.reader(io.StringIO(header().decode(), newline=""))
    [cells] = csv.reader(
        io.StringIO(row(DELIVERY_ID, PERMIT, json.loads(render(message(lead())))).decode(), newline="")
    )
    found = dict(zip(names, cells, strict=True))
    assert found["delivery_id"] == DELIVERY_ID
    assert found["inquiry_message"] == WORDS
    assert (found["contact_phone"], found["contact_phone_e164"]) == ("'+49 30 901820", "'+4930901820")
    assert (found["permit_may_email_status"], found["permit"]) == ("held", PERMIT)
    assert found["reason"] == ""
    assert json.loads(found["attributes"]) == {"team_size": "20"}


def test_a_lead_without_attributes_has_an_empty_cell() -> None:
    """And not an empty object."""
    whole = {"type": "lead.created", "timestamp": "2026-11-23T09:30:00Z", "data": {"attributes": {}}}
    assert row(DELIVERY_ID, PERMIT, whole).endswith(b',""\r\n')


def test_the_page_names_every_column() -> None:
    """In their order, for whoever imports them."""
    page = (ROOT / "docs/how-to/write-leads-to-files.md").read_text("utf-8")
    assert ", ".join(f"`{name}`" for name in COLUMNS) in " ".join(page.split())


def test_a_row_says_what_each_channel_is_allowed_for() -> None:
    """A program that reads no more than the cells of e-mail knows that a newsletter is not among what is allowed."""
    data = {"permit": {"may_email": {"status": "allowed", "allowed_for": ["inquiry_response"], "until": None},
                       "may_call": {"status": "allowed", "allowed_for": ["inquiry_response", "marketing"]},
                       "may_sms": {"status": "held", "allowed_for": [], "until": "2026-12-01T00:00:00Z"}}}  # fmt: skip
    [names] = csv.reader(io.StringIO(header().decode(), newline=""))
    whole = {"type": "lead.created", "timestamp": "2026-11-23T09:30:00Z", "data": data}
    [cells] = csv.reader(io.StringIO(row(DELIVERY_ID, PERMIT, whole).decode(), newline=""))
    found = dict(zip(names, cells, strict=True))
    assert (found["permit_may_email_status"], found["permit_may_email_allowed_for"]) == ("allowed", "inquiry_response")
    assert found["permit_may_call_allowed_for"] == "inquiry_response, marketing"
    assert found["permit_may_sms_allowed_for"] == ""
    assert (found["permit_may_email_until"], found["permit_may_sms_until"]) == ("", "2026-12-01T00:00:00Z")


def test_a_released_lead_says_what_it_is_allowed_for() -> None:
    """What the message holds stands in the cells too, per channel."""
    whole = json.loads(render(message(lead())))
    [names] = csv.reader(io.StringIO(header().decode(), newline=""))
    [cells] = csv.reader(io.StringIO(row(DELIVERY_ID, PERMIT, whole).decode(), newline=""))
    found = dict(zip(names, cells, strict=True))
    for channel in ("email", "call", "sms", "post"):
        allowed = whole["data"]["permit"][f"may_{channel}"]["allowed_for"]
        assert found[f"permit_may_{channel}_allowed_for"] == ", ".join(allowed)
    assert found["permit_may_email_allowed_for"]


def test_the_columns_stay_as_they_are() -> None:
    """Somebody's import depends on their order: add at the end, change nothing."""
    assert (COLUMNS[0], COLUMNS[11], COLUMNS[23], COLUMNS[39], COLUMNS[43], COLUMNS[44], COLUMNS[-2], COLUMNS[-1]) == (
        "delivery_id", "contact.email", "inquiry.message", "permit", "permit.may_post.why", "contact.region",
        "permit.may_post.until", "attributes",
    )  # fmt: skip

"""The language of conditions: what it reads, what it refuses, what it means."""

from datetime import timedelta

import pytest

from consent.conditions import (
    OPERATORS,
    Comparison,
    compile_condition,
    fields_of,
    parse_condition,
)
from consent.durations import parse_duration
from consent.facts import NAMES, View
from consent.jurisdiction import EEA
from consent.logic import FALSE, TRUE, UNKNOWN, Truth
from consent.operators import ConditionError, plain_value
from consent.terms import SourceKind, TransferTool
from consent.yaml_text import Plain
from tests.consent.worlds import NOW

DAY = timedelta(days=1)


def _view(**known: object) -> View:
    return tuple(known.get(name) for name in NAMES)


def _said(condition: Plain, **known: object) -> Truth:
    return compile_condition(parse_condition(condition))(_view(**known), NOW)


def _test(name: str, op: str, value: Plain) -> dict[str, Plain]:
    return {"field": name, "op": op, "value": value}


@pytest.mark.parametrize(
    ("condition", "known", "unknown_to"),
    [
        (_test("source_kind", "eq", "web_form"), {"source_kind": SourceKind.WEB_FORM}, UNKNOWN),
        (_test("source_kind", "ne", "event"), {"source_kind": SourceKind.WEB_FORM}, UNKNOWN),
        (_test("source_kind", "in", ["event", "web_form"]), {"source_kind": SourceKind.WEB_FORM}, UNKNOWN),
        (_test("lead_country", "in", "@eea"), {"lead_country": "DE-BY"}, UNKNOWN),
        (_test("recipient_country", "in", "@eea_uk_ch"), {"recipient_country": "GB"}, UNKNOWN),
        (_test("list_sample_unproved", "lt", 2), {"list_sample_unproved": 1}, UNKNOWN),
        (_test("list_sample_unproved", "le", 2), {"list_sample_unproved": 2}, UNKNOWN),
        (_test("list_sample_unproved", "gt", 2), {"list_sample_unproved": 3}, UNKNOWN),
        (_test("list_sample_unproved", "ge", 2), {"list_sample_unproved": 2}, UNKNOWN),
        (_test("lia_valid_until", "after", "now"), {"lia_valid_until": NOW + DAY}, UNKNOWN),
        (_test("lia_valid_until", "before", "2027-01-01"), {"lia_valid_until": NOW}, UNKNOWN),
        (_test("lia_valid_until", "before", "2026-11-23T12:00:01Z"), {"lia_valid_until": NOW}, UNKNOWN),
        (
            _test("inquiry_received_at", "after", {"field": "consent_refused_at"}),
            {"inquiry_received_at": NOW, "consent_refused_at": NOW - DAY},
            UNKNOWN,
        ),
        (
            _test("inquiry_received_at", "before", {"field": "consent_refused_at"}),
            {"inquiry_received_at": NOW - DAY, "consent_refused_at": NOW},
            UNKNOWN,
        ),
        (_test("drop_checked_at", "within", "P45D"), {"drop_checked_at": NOW - 44 * DAY}, UNKNOWN),
        ({"field": "lia_id", "op": "known"}, {"lia_id": "x"}, FALSE),
        ({"field": "transfer_tool", "op": "exists"}, {"transfer_tool": TransferTool.SCC}, FALSE),
    ],
)
def test_each_operator_is_true_and_unknown(condition: Plain, known: dict[str, object], unknown_to: Truth) -> None:
    """Each operator holds for a fitting fact, is unknown without it (or false: known, exists), and negates."""
    assert _said(condition, **known) is TRUE
    assert _said({"not": condition}, **known) is FALSE
    assert _said(condition) is unknown_to


@pytest.mark.parametrize(
    ("condition", "known"),
    [
        (_test("source_kind", "eq", "web_form"), {"source_kind": SourceKind.EVENT}),
        (_test("source_kind", "in", ["event", "web_form"]), {"source_kind": SourceKind.MANUAL}),
        (_test("lead_country", "in", "@eea"), {"lead_country": "GB"}),
        (_test("list_sample_unproved", "lt", 2), {"list_sample_unproved": 2}),
        (_test("list_sample_unproved", "gt", 2), {"list_sample_unproved": 2}),
        (_test("lia_valid_until", "after", "now"), {"lia_valid_until": NOW}),
        (_test("lia_valid_until", "before", "now"), {"lia_valid_until": NOW}),
        (
            _test("inquiry_received_at", "after", {"field": "consent_refused_at"}),
            {"inquiry_received_at": NOW, "consent_refused_at": NOW},
        ),
        (_test("drop_checked_at", "within", "P45D"), {"drop_checked_at": NOW - 45 * DAY}),
        (_test("drop_checked_at", "within", "P45D"), {"drop_checked_at": NOW + DAY}),
        ({"field": "transfer_tool", "op": "exists"}, {"transfer_tool": TransferTool.NONE}),
    ],
)
def test_each_operator_is_false_at_its_edge(condition: Plain, known: dict[str, object]) -> None:
    """The bounds are exact, a moment in the future is not "within the last 45 days", and `none` does not exist."""
    assert _said(condition, **known) is FALSE


def test_two_times_are_compared_only_where_both_are_known() -> None:
    """The other field is read like the first: missing, it leaves the comparison unknown, and it counts as read."""
    later = _test("inquiry_received_at", "after", {"field": "consent_refused_at"})
    assert _said(later, inquiry_received_at=NOW) is UNKNOWN
    assert _said(later, consent_refused_at=NOW) is UNKNOWN
    read = parse_condition(later)
    assert fields_of(read) == {"inquiry_received_at", "consent_refused_at"}
    assert isinstance(read, Comparison)
    assert plain_value(read.value) == "consent_refused_at"


def test_groups_are_kleenes() -> None:
    """A false part decides `all`, a true part decides `any`, whatever is unknown beside it."""
    yes: Plain = _test("suppressed", "eq", value=True)
    unsaid: Plain = _test("objected", "eq", value=True)
    assert _said({"all": [yes, unsaid]}, suppressed=True) is UNKNOWN
    assert _said({"all": [unsaid, yes]}, suppressed=False) is FALSE
    assert _said({"any": [unsaid, yes]}, suppressed=True) is TRUE
    assert _said({"any": [yes, unsaid]}, suppressed=False) is UNKNOWN
    assert fields_of(parse_condition({"not": {"any": [yes, unsaid]}})) == {"suppressed", "objected"}


@pytest.mark.parametrize(
    "condition",
    [
        "suppressed",
        [],
        {},
        {"all": []},
        {"all": {"any": []}},
        {"xor": []},
        {"all": [], "any": []},
        {"not": []},
        {"field": "suppressed"},
        {"field": "suppressed", "op": "eq"},
        {"field": "suppressed", "op": "matches", "value": ".*"},
        {"field": "suppressed", "op": ["eq"], "value": True},
        {"field": "lia_id", "op": "known", "value": True},
        {"field": "nonsense", "op": "eq", "value": True},
        {"field": "nonsense", "op": "known"},
        _test("suppressed", "eq", "true"),
        _test("suppressed", "eq", 1),
        _test("source_kind", "eq", "form"),
        _test("source_kind", "in", []),
        _test("source_kind", "in", "@eea"),
        _test("lead_country", "in", "@mars"),
        _test("suppressed", "lt", 1),
        _test("list_sample_unproved", "lt", value=True),
        _test("suppressed", "before", "now"),
        _test("lia_valid_until", "before", "soon"),
        _test("lia_valid_until", "before", "2026-01-01T00:00"),
        _test("lia_valid_until", "before", 2026),
        _test("lia_valid_until", "before", {"field": "lia_id"}),
        _test("lia_valid_until", "before", {"field": "no_such_time"}),
        _test("lia_valid_until", "before", {"field": "inquiry_received_at", "plus": "P1D"}),
        _test("lia_valid_until", "before", {}),
        _test("drop_checked_at", "within", "45 days"),
        _test("suppressed", "within", "P1D"),
        {"field": "suppressed", "op": "eq", "value": True, "note": "x"},
    ],
)
def test_what_is_not_the_language_is_refused(condition: Plain) -> None:
    """Unknown words, missing or surplus keys, and values that do not fit the field."""
    with pytest.raises(ConditionError):
        parse_condition(condition)


def test_the_language_is_closed() -> None:
    """These words and no others."""
    assert " ".join(OPERATORS) == "all any not eq ne in lt le gt ge before after within known exists"


def test_values_are_written_for_people() -> None:
    """Lists, country sets, truth, times and durations read like the packs."""
    assert plain_value(frozenset({SourceKind.EVENT, SourceKind.MANUAL})) == "[event, manual]"
    assert plain_value(EEA) == "@eea"
    assert (plain_value(value=True), plain_value(None), plain_value(3)) == ("true", "now", "3")
    assert plain_value(parse_duration("P28D")) == "P28D"
    assert plain_value(NOW) == "2026-11-23T12:00:00Z"

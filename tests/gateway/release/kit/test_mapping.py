"""Maps: the language, what it refuses, and what it makes of a message."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from gateway.release import EventType, Reply
from gateway.release.kit.body import Retraction, render, render_retraction
from gateway.release.kit.mapping import LeadMap, compile_map, read_map, read_recipe, recipes
from gateway.release.kit.mapping_model import BadMap
from gateway.release.kit.mapping_values import CannotMap
from tests.gateway.release.values import DELIVERY_ID, EMAIL, LEAD_ID, NOW, message, reply

BODY = render(message())


def made(fields: str, *, form: bool = False, event: EventType = EventType.CREATED, more: str = "") -> Any:  # noqa: ANN401 - any JSON value
    """Read a map with these fields, and rewrite the usual message with it."""
    text = f"format: {'form' if form else 'json'}\n{more}\nfields:\n{fields}"
    found = read_map("test", text).render(event, DELIVERY_ID, BODY)
    return parse_qs(found.decode(), strict_parsing=True) if form else json.loads(found)


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ("data.contact.email", EMAIL),
        ("id", DELIVERY_ID),
        ("type", "lead.created"),
        (
            "\"data.contact.full_name || join(' ', [data.contact.given_name, data.contact.family_name])\"",
            "Änna Schmidt",
        ),
        ("{literal: 7}", 7),
        ("{literal: [a, b]}", ["a", "b"]),
        ("{path: data.inquiry.submitted_at, as: epoch_ms}", int((NOW - timedelta(minutes=2)).timestamp() * 1000)),
        ("{path: data.contact.family_name, longest: 3}", "Sch"),
        ("{path: data.contact.full_name, default: Nobody}", "Nobody"),
        ("{object: {a: data.contact.country, b: data.contact.full_name}}", {"a": "DE"}),
        ("{list: [data.contact.country, data.contact.full_name, {literal: 1}]}", ["DE", 1]),
        (
            '{each: {first: data.contact.given_name, x: data.contact.full_name}, item: {t: "0", n: $name, v: $value}}',
            [{"t": "0", "n": "first", "v": "Änna"}],
        ),
        ("{join: [{list: [id]}, {list: [type]}]}", [DELIVERY_ID, "lead.created"]),
    ],
)
def test_each_kind_of_node(node: str, value: object) -> None:
    """Every node of the language gives what its sentence says."""
    assert made(f"  x: {node}") == {"x": value}


@pytest.mark.parametrize(
    "node",
    [
        "data.contact.full_name",
        "{path: data.contact.email, longest: 5, too_long: drop}",
        "{literal: ''}",
        "{object: {a: data.contact.full_name}}",
    ],
)
def test_what_has_no_value_is_left_out(node: str) -> None:
    """Null, empty text and an empty object are not sent."""
    assert made(f"  x: {node}\n  id: id") == {"id": DELIVERY_ID}


def test_a_form_is_flat_and_ticks_boxes() -> None:
    """True is 1, false is left out, the rest is text; a value cannot smuggle in a field."""
    found = made(
        '  a: data.permit.may_email.status == \'held\'\n  b: "`false`"\n  c: {literal: 3}\n  d: {literal: "x&e=1"}',
        form=True,
    )
    assert found == {"a": ["1"], "c": ["3"], "d": ["x&e=1"]}


def test_the_same_message_gives_the_same_bytes() -> None:
    """A retry sends what the first attempt sent."""
    rules = read_map("test", "format: json\nfields: {b: id, a: data.contact}")
    assert rules.render(EventType.CREATED, DELIVERY_ID, BODY) == rules.render(EventType.CREATED, DELIVERY_ID, BODY)


@pytest.mark.parametrize(
    ("node", "code"),
    [
        ("{path: data.contact.full_name, required: true}", "map:field_missing:/fields/x"),
        ("\"join(', ', data.contact.email)\"", "map:expression_failed:/fields/x"),
        ("{path: data.contact.email, as: epoch_ms}", "map:no_time:/fields/x"),
        ("{join: [data.contact.email]}", "map:join_needs_lists"),
    ],
)
def test_a_message_that_does_not_fit_is_named_by_its_place(node: str, code: str) -> None:
    """The error holds the place in the map and nothing of the person."""
    with pytest.raises(CannotMap) as caught:
        made(f"  x: {node}")
    assert (caught.value.detail, str(caught.value)) == (code, code)


def test_a_form_refuses_a_list_at_sending() -> None:
    """An expression may turn out a list; a form has no place for it."""
    with pytest.raises(CannotMap, match="map:not_plain:/fields/x"):
        made("  x: data.permit", form=True)


def test_an_event_the_receiver_cannot_be_told_of() -> None:
    """Without updates or retractions in the map there is nothing to send, and the code says so."""
    with pytest.raises(CannotMap, match=r"map:lead\.updated_not_supported"):
        made("  x: id", event=EventType.UPDATED, more="events: [lead.created]")
    with pytest.raises(CannotMap, match=r"map:lead\.retracted_not_supported"):
        made("  x: id", event=EventType.RETRACTED)


def test_a_map_may_have_its_own_retraction() -> None:
    """`retract` is rendered for lead.retracted, and only for it."""
    rules = read_map("test", "format: json\nfields: {x: id}\nretract: {delete: data.lead.id}")
    body = render_retraction(Retraction(lead_id=LEAD_ID, reason="erasure", deadline=NOW, at=NOW))
    assert json.loads(rules.render(EventType.RETRACTED, DELIVERY_ID, body)) == {"delete": LEAD_ID}


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("", ""),
        ("- a", ""),
        ("format: json\nformat: form\nfields: {x: id}", ""),
        ("format: &a json\nfields: {x: *a}", ""),
        ("x" * 70_000, ""),
        ("format: xml\nfields: {x: id}", "/format"),
        ("format: json", "/fields"),
        ("format: json\nfields: {}", "/fields"),
        ("format: json\nfields: {x: id}\nfieldset: {}", "/fieldset"),
        ("format: json\nfields: {x: 7}", "/fields/x"),
        ("format: json\nfields: {x: 'data.[['}", "/fields/x"),
        ("format: json\nfields: {a/b: {path: '', x: 1}}", "/fields/a~1b"),
        ("format: json\nfields: {x: {path: id, longer: 3}}", "/fields/x"),
        ("format: json\nfields: {x: {path: id, longest: 0}}", "/fields/x/longest"),
        ("format: json\nfields: {x: {path: id, longest: true}}", "/fields/x/longest"),
        ("format: json\nfields: {x: {path: id, too_long: drop}}", "/fields/x/too_long"),
        ("format: json\nfields: {x: {path: id, required: 1}}", "/fields/x"),
        ("format: json\nfields: {x: {path: id, as: date}}", "/fields/x"),
        ("format: json\nfields: {x: {value: oid}}", "/fields/x"),
        ("format: json\nfields: {x: {list: []}}", "/fields/x/list"),
        ("format: json\nfields: {x: {join: [{literal: 1}]}}", "/fields/x/join"),
        ("format: json\nfields: {x: {each: {a: id}, item: {v: 1}}}", "/fields/x/item"),
        ("format: json\nfields: {x: {object: {y: {nonsense: 1}}}}", "/fields/x/object/y"),
        ("format: form\nfields: {x: {list: [id]}}", "/fields/x"),
        ("format: form\nfields: {x: id}\nretract: {y: {object: {z: id}}}", "/retract/y"),
        ("format: json\nfields: {x: id}\nsuccess_when: {status: [99]}", "/success_when/status/0"),
        ("format: json\nfields: {x: id}\nsuccess_when: {status: [true]}", "/success_when/status/0"),
        ("format: json\nfields: {x: id}\nsuccess_when: {body: '))'}", "/success_when/body"),
        ("format: json\nfields: {x: id}\nresponse_id: '))'", "/response_id"),
        ("format: json\nfields: {x: id}\nneeds: {a: {about: a, pattern: a}}", "/needs"),
        ("recipe: no-such", "/recipe"),
        ("recipe: ../../settings", "/recipe"),
        ("recipe: salesforce-web-to-lead", "/values/oid"),
        ("recipe: salesforce-web-to-lead\nvalues: {oid: 00Dx}", "/values/oid"),
        ("recipe: salesforce-web-to-lead\nvalues: {oid: 00D5g000004abcd, portal: 1}", "/values/portal"),
        ("recipe: salesforce-web-to-lead\nformat: json", "/format"),
    ],
)
def test_a_map_that_cannot_be_used_is_refused_with_its_place(text: str, pointer: str) -> None:
    """Nothing is guessed: a typing slip is named, with a JSON pointer."""
    with pytest.raises(BadMap) as caught:
        read_map("test", text)
    assert caught.value.faults[0].pointer == pointer
    assert caught.value.faults[0].detail


@pytest.mark.parametrize(
    ("rule", "answer", "holds"),
    [
        ("{}", reply(200), True),
        ("{status: [200, 201]}", reply(201), True),
        ("{status: [200, 201]}", reply(202), False),
        ("{body: ok}", reply(200, b'{"ok": true}'), True),
        ("{body: ok}", reply(200, b'{"ok": "true"}'), False),
        ("{body: ok}", reply(200, b"<html>"), False),
        ("{body: 'errors == null'}", reply(200, b""), True),
        ("{body: 'length(errors) == `0`'}", reply(200, b'{"errors": 5}'), False),
        ("{headers_without: {X-Done: Exception}}", reply(200, b"", {"x-done": "true Exception:x"}), False),
        ("{headers_without: {X-Done: Exception}}", reply(200, b"", {"x-done": "true"}), True),
    ],
)
def test_success_is_what_the_map_says(rule: str, answer: Reply, holds: bool) -> None:  # noqa: FBT001 - a table of cases
    """2xx is not always success: status, body and headers decide, and a body that cannot be read is null."""
    assert read_map("test", f"format: json\nfields: {{x: id}}\nsuccess_when: {rule}").success.holds(answer) is holds


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"id": "003-a.B:9"}', "003-a.B:9"),
        (b'{"id": 17}', "17"),
        (b'{"id": true}', None),
        (b'{"id": "anna@muster.example"}', None),
        (b'{"id": "a b"}', None),
        (b'{"id": "' + b"x" * 129 + b'"}', None),
        (b'{"id": {"a": 1}}', None),
        (b"{}", None),
        (b"no json", None),
    ],
)
def test_a_remote_id_is_an_id_or_nothing(body: bytes, found: str | None) -> None:
    """An answer may echo anything; only what is written like an id is kept."""
    assert read_map("test", "format: json\nfields: {x: id}\nresponse_id: id").remote_id(reply(200, body)) == found


def test_no_response_id_no_remote_id() -> None:
    """Without a path nothing is read from the answer."""
    assert read_map("test", "format: json\nfields: {x: id}").remote_id(reply(200, b'{"id": 1}')) is None


def test_a_recipe_takes_values_and_more_fields() -> None:
    """Three lines make a map; own fields stand beside the recipe's or replace them."""
    rules = compile_map(
        {
            "recipe": "salesforce-web-to-lead",
            "values": {"oid": "00D5g000004abcd"},
            "fields": {"00N5g000001XyZz": "data.lead.id", "title": {"literal": None}},
        }
    )
    found = parse_qs(rules.render(EventType.CREATED, DELIVERY_ID, BODY).decode())
    assert (found["oid"], found["lead_source"], found["00N5g000001XyZz"]) == (["00D5g000004abcd"], ["Web"], [LEAD_ID])
    assert "title" not in found


@pytest.mark.parametrize("name", recipes())
def test_every_recipe_says_what_it_needs(name: str) -> None:
    """A recipe tells its purpose, its sources, and what the operator has to give."""
    recipe = read_recipe(name)
    assert "http" in recipe.about
    assert all(need.about for need in recipe.needs.values())


def test_a_map_shows_no_value_in_its_repr() -> None:
    """An oid is a credential of a sort: it stays out of logs."""
    rules: LeadMap = compile_map({"recipe": "salesforce-web-to-lead", "values": {"oid": "00D5g000004abcd"}})
    assert "00D5g" not in repr(rules)

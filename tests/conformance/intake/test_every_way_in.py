"""What every installed way in must satisfy, whatever it reads; found by discovery, so a new one is held at once.

A way in that reads another format than the shipped ones adds a generator of its bodies to `BODIES`.
"""

import json
import traceback
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Invalid, LeadgateError
from gateway.intake import Reading, Rejected, RequestContext, WayIn
from gateway.intake.kit.bodies import clean
from gateway.intake.kit.discovery import discover
from gateway.intake.kit.settings import SourceSettings, parse_settings
from gateway.lead import Personal, Submission

WAYS = dict(discover([]))
CONTEXT = RequestContext(received_at=datetime(2026, 3, 1, tzinfo=UTC), ip="192.0.2.7", challenge_key=b"k" * 32)
CANARY = "Zq7canary"
JSON, URLENCODED = "application/json", "application/x-www-form-urlencoded"

every_way = pytest.mark.parametrize("kind", sorted(WAYS))
content_types = st.sampled_from([JSON, URLENCODED, "multipart/form-data; boundary=b", "text/plain", "", "x/y;=;"])
texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=15)
rough = st.text(min_size=1, max_size=15).map(clean)
names = st.one_of(
    texts,
    st.sampled_from(
        ["email", "Name", "phone", "your-message", "newsletter", "page_url", "utm_source", "title", "land"]
    ),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20))
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


def source(kind: str, **settings: Any) -> SourceSettings:  # noqa: ANN401 - settings as a person writes them
    """A source of this kind; a kind that another distribution brings reads with a form's settings."""
    return replace(parse_settings({"key": "conformance", "kind": "form", **settings}), kind=kind)  # type: ignore[arg-type]  # as said


def read(kind: str, body: bytes, content_type: str, **context: Any) -> Reading | LeadgateError:  # noqa: ANN401 - as above
    """Read, keeping a refusal as a value; anything else that is raised fails the test."""
    way: WayIn = WAYS[kind]
    try:
        return way.read(body, content_type, source(kind), replace(CONTEXT, **context))
    except Invalid as error:
        return error


def _api_body(values: dict[str, str]) -> bytes:
    lead = {
        "person": {"email": values["email"], "full_name": values["name"], "job_title": values["title"]},
        "company": {"name": values["company"]},
        "inquiry": {"message": values["message"]},
        "attributes": {"extra": values["extra"]},
    }
    return json.dumps(lead).encode()


def _form_body(values: dict[str, str]) -> bytes:
    return urlencode(values).encode()


BODIES: dict[str, tuple[str, Callable[[dict[str, str]], bytes]]] = {
    "api": (JSON, _api_body),
    "form": (URLENCODED, _form_body),
}
"""A good body of each shipped way in: its content type, and how six values are written."""


def values_of(thing: object) -> Iterator[str]:
    """Every string in a value, unmasked."""
    if isinstance(thing, Personal):
        yield thing.reveal()
    elif isinstance(thing, str):
        yield str(thing)
    else:
        for part in _parts_of(thing):
            yield from values_of(part)


def _parts_of(thing: object) -> Iterator[object]:
    if isinstance(thing, dict):
        yield from thing.keys()
        yield from thing.values()
    elif isinstance(thing, list | tuple):
        yield from thing
    elif is_dataclass(thing):
        yield from (getattr(thing, part.name) for part in fields(thing))


def told(outcome: Reading | LeadgateError) -> str:
    """All that a refusal tells: messages, chained ones too, and faults."""
    if isinstance(outcome, LeadgateError):
        return "".join(traceback.format_exception_only(outcome)) + repr(
            (outcome.detail, outcome.faults, outcome.__cause__)
        )
    return repr([entry.faults for entry in outcome.entries if isinstance(entry, Rejected)])


@every_way
@given(body=st.binary(max_size=300), content_type=content_types, batch=st.booleans())
def test_garbage_is_refused_or_read(kind: str, body: bytes, content_type: str, batch: bool) -> None:  # noqa: FBT001 - drawn
    """No bytes make a way in fall over: a refusal of the error tree, or a reading."""
    outcome = read(kind, body, content_type, batch=batch)
    assert isinstance(outcome, Reading | Invalid)


@every_way
@given(value=json_values, batch=st.booleans())
def test_any_json_is_refused_or_read(kind: str, value: object, batch: bool) -> None:  # noqa: FBT001 - drawn
    """No JSON value does either."""
    assert isinstance(read(kind, json.dumps(value).encode(), JSON, batch=batch), Reading | Invalid)


@every_way
@pytest.mark.parametrize("content_type", [JSON, URLENCODED, "multipart/form-data; boundary=b", "text/plain"])
@pytest.mark.parametrize(
    "body",
    [
        f'{{"person": {{"email": ["{CANARY}"], "{CANARY}": "{CANARY}", "country": "{CANARY}"}}}}'.encode(),
        f'{{"person": {{"email": "{CANARY}", "locale": "{CANARY} {CANARY}"}}, "stage": "{CANARY}"}}'.encode(),
        f'{{"person": {{"email": "{CANARY}"}}, "inquiry": {{"submitted_at": "{CANARY}"}}, "{CANARY}@x.y": 1}}'.encode(),
        f'{{"person": "{CANARY}", "attributes": {{"{CANARY}@x": [[[[[[["{CANARY}"]]]]]]]}}}}'.encode(),
        f'{{"person": {{"email": "{CANARY}'.encode(),
        f"--b\r\nContent-Disposition: {CANARY}\r\nX: {CANARY}\r\n\r\n{CANARY}".encode(),
        f"--b\r\n{CANARY} {CANARY}: x\r\n\r\n".encode(),
    ],
)
def test_a_refusal_holds_nothing_that_was_sent(kind: str, content_type: str, body: bytes) -> None:
    """Neither exception texts nor faults echo a value; a plain unknown name may be pointed at."""
    assert CANARY not in told(read(kind, body, content_type)).replace(f"/{CANARY}'", "").replace(f'/{CANARY}"', "")


@every_way
def test_a_body_over_the_limit_is_refused(kind: str) -> None:
    """Whatever it holds."""
    small = replace(source(kind), max_body=256)
    content_type, write = BODIES.get(kind, (JSON, _api_body))
    body = write(dict.fromkeys(("email", "name", "title", "company", "message", "extra"), "x" * 60))
    with pytest.raises(Invalid) as caught:
        WAYS[kind].read(body, content_type, small, CONTEXT)
    assert caught.value.status == 413


@pytest.mark.parametrize("kind", sorted(BODIES))
@given(values=st.fixed_dictionaries(dict.fromkeys(("email", "name", "title", "company", "message", "extra"), texts)))
def test_nothing_is_lost_and_twice_is_the_same(kind: str, values: dict[str, str]) -> None:
    """Every value that was sent stands in the submission, and the same bytes give the same reading."""
    content_type, write = BODIES[kind]
    first, second = (read(kind, write(values), content_type) for _ in range(2))
    assert isinstance(first, Reading)
    assert first == second
    submission = first.one()
    assert isinstance(submission, Submission)
    assert set(values.values()) <= set(values_of(submission))
    assert submission.source == "conformance"


@given(pairs=st.lists(st.tuples(names, rough), max_size=20))
def test_a_form_loses_no_field(pairs: list[tuple[str, str]]) -> None:
    """Whatever the names, each value is somewhere: in a place, normalised, or whole in an attribute."""
    reading = read("form", urlencode(pairs).encode(), URLENCODED)
    assert isinstance(reading, Reading)
    found = {_norm(value) for value in values_of(reading.one())}
    assert {_norm(value) for _, value in pairs} - {""} <= found


def _norm(value: str) -> str:
    """Locales get hyphens and country codes capitals; nothing else is changed."""
    return value.replace("_", "-").upper()


@every_way
def test_a_reading_prints_nothing_personal(kind: str) -> None:
    """Printing what was read masks the person."""
    content_type, write = BODIES.get(kind, (JSON, _api_body))
    names = ("email", "name", "title", "message", "extra")
    outcome = read(kind, write({**dict.fromkeys(names, CANARY), "company": "Lee Ltd"}), content_type)
    assert isinstance(outcome, Reading)
    assert CANARY not in repr(outcome)


@every_way
def test_the_contract_is_kept(kind: str) -> None:
    """The name a source uses is the plug-in's own."""
    assert WAYS[kind].kind == kind
    assert WAYS[kind].api_version == 1

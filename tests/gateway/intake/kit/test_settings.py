"""A source's settings are read strictly, and a browser is sent nowhere else."""

from typing import Any

import pytest

from gateway.errors import SetupError
from gateway.intake.kit.settings import allowed_origin, parse_settings, redirect_target
from tests.gateway.intake.worlds import form


def test_settings_as_a_person_writes_them() -> None:
    """Lists and words become values."""
    source = form(
        purposes=["inquiry_response", "marketing"],
        notice_id="news",
        fields={"input_1": "person.email", "x": "campaign.click_ids.gclid"},
        consent=[{"field": "nl", "purpose": "marketing", "channels": ["email"]}],
        origins=["https://WWW.example.com", "http://localhost:8000"],
    )
    assert source.origins == ("https://www.example.com", "http://localhost:8000")
    assert source.consent[0].channels == ("email",)
    assert source.fields["input_1"] == "person.email"


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"key": "Big Key"}, "/key"),
        ({"kind": "fax"}, "/kind"),
        ({"colour": "red"}, "/colour"),
        ({"purposes": ["spam"]}, "/purposes/0"),
        ({"fields": {"x": "person.shoe"}}, "/fields/x"),
        ({"fields": {"x": "attributes."}}, "/fields/x"),
        ({"origins": ["https://www.example.com/path"]}, "/origins/0"),
        ({"origins": ["*"]}, "/origins/0"),
        ({"redirects": ["/thanks"]}, "/redirects/0"),
        ({"redirects": ["http://www.example.com/"]}, "/redirects/0"),
        ({"redirects": ["javascript:alert(1)"]}, "/redirects/0"),
        ({"redirects": ["https://user@evil.example/"]}, "/redirects/0"),
        ({"redirects": ["https://a.example/\\evil"]}, "/redirects/0"),
        ({"max_body": 0}, "/max_body"),
        ({"per_day": 0}, "/per_day"),
        ({"consent": [{"field": "nl", "purpose": "marketing", "channels": []}]}, "/consent/0/channels"),
        ({"consent": [{"field": "nl", "purpose": "marketing", "channels": ["storage"]}]}, "/consent/0"),
        ({"consent": [{"field": "nl", "purpose": "marketing", "channels": ["email"], "x": 1}]}, "/consent/0/x"),
    ],
)
def test_what_cannot_be_used_is_named(wrong: dict[str, Any], pointer: str) -> None:
    """The message names the setting and what is needed, never the value."""
    with pytest.raises(SetupError) as caught:
        form(**wrong)
    assert [fault.pointer for fault in caught.value.faults] == [pointer]
    assert pointer in caught.value.detail


@pytest.mark.parametrize("kind", ["list", "webhook"])
def test_a_kind_that_nothing_can_take_in_is_refused(kind: str) -> None:
    """A source whose leads could never arrive looks set up and is not; the message says what there is."""
    with pytest.raises(SetupError, match=f"no way in for a source of the kind {kind}; form .* and api"):
        form(kind=kind)


def test_key_and_kind_are_needed() -> None:
    """Nothing is guessed."""
    with pytest.raises(SetupError, match="/key"):
        parse_settings({})


def test_a_browser_goes_only_where_the_settings_say() -> None:
    """An exact match, else the first listed place, else none."""
    source = form(redirects=["https://www.example.com/thanks", "https://www.example.com/merci"])
    assert redirect_target(source, "https://www.example.com/merci") == "https://www.example.com/merci"
    for other in (None, "", "https://evil.example/", "https://www.example.com/merci?x", "//evil.example"):
        assert redirect_target(source, other) == "https://www.example.com/thanks"
    assert redirect_target(form(), "https://evil.example/") is None


def test_only_listed_origins_may_read_the_answer() -> None:
    """The CORS header repeats a listed origin and nothing else; a form that lists none lets every site read."""
    assert allowed_origin(form(), "https://any.example") == "https://any.example"
    assert allowed_origin(form(), None) is None
    source = form(origins=["https://www.example.com"])
    assert allowed_origin(source, "https://www.example.com") == "https://www.example.com"
    for other in (None, "null", "https://evil.example", "https://www.example.com.evil.example"):
        assert allowed_origin(source, other) is None

"""Destinations: what an operator may write, and what each mistake is told."""

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.errors import Invalid
from gateway.release.kit.destination import Destination, read_destination
from gateway.release.kit.discovery import discover
from tests.gateway.release.values import SECRET

PLUGINS = discover([])
GOOD = {
    "name": "crm",
    "kind": "webhook",
    "url": "https://crm.example/hooks/leads?key=s3cret-in-url",
    "purposes": ["inquiry_response", "marketing"],
    "role": "processor",
    "country": "DE",
    "contract": "AVV-2026-11",
}


def read(secrets: tuple[str, ...] = (SECRET,), **changes: object) -> Destination:
    """Read the good destination with changes."""
    return read_destination({**GOOD, **changes}, PLUGINS, secrets)


def test_a_good_destination_makes_a_target() -> None:
    """What was written arrives, and the secrets come from elsewhere."""
    made = read()
    assert (made.purposes, made.role, made.country) == (("inquiry_response", "marketing"), "processor", "DE")
    target = made.target([SECRET])
    assert (target.name, target.url, target.secrets) == ("crm", GOOD["url"], (SECRET,))


def test_little_is_enough() -> None:
    """Name, kind and URL: it answers inquiries as our processor, at an unknown place."""
    made = read_destination({"name": "a", "kind": "webhook", "url": "https://a.example"}, PLUGINS, [SECRET])
    assert (made.purposes, made.role, made.country) == (("inquiry_response",), "processor", None)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": "CRM!"}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "a" * 64}, "/name"),
        ({"kind": "carrier-pigeon"}, "/kind"),
        ({"kind": None}, "/kind"),
        ({"purposes": []}, "/purposes"),
        ({"purposes": ["spam"]}, "/purposes"),
        ({"purposes": ["marketing", "marketing"]}, "/purposes"),
        ({"role": "friend"}, "/role"),
        ({"country": "Germany"}, "/country"),
        ({"country": "de"}, "/country"),
        ({"country": "XX"}, "/country"),
        ({"transfer": "none"}, "/transfer"),
        ({"transfer": "hope"}, "/transfer"),
        ({"colour": "red"}, "/colour"),
        ({"settings": {"x": 1}}, "/settings/x"),
        ({"map": {"format": "json", "fields": {"x": "]]"}}}, "/map/fields/x"),
        ({"url": None}, "/url"),
        ({"url": "crm.example"}, "/url"),
        ({"url": "ftp://crm.example"}, "/url"),
        ({"url": "https://"}, "/url"),
        ({"url": "https://crm.example:99999"}, "/url"),
        ({"url": "https://[::1"}, "/url"),
        ({"url": "http://crm.example/hooks"}, "/url"),
        ({"url": "http://93.184.216.34/hooks", "allow_private": True}, "/url"),
        ({"url": "https://user:pass@crm.example"}, "/url"),
        ({"url": "https://@crm.example"}, "/url"),
        ({"url": "https://crm.example/#part"}, "/url"),
        ({"url": "https://crm.example/a b"}, "/url"),
        ({"url": "https://crm.example/a\r\nHost: x"}, "/url"),
        ({"url": "https://bücher.example"}, "/url"),
    ],
)
def test_a_mistake_is_named(changes: Mapping[str, Any], pointer: str) -> None:
    """The fault points at the field and says what to write; no URL and no secret is repeated."""
    with pytest.raises(Invalid) as caught:
        read(**changes)
    assert pointer in [fault.pointer for fault in caught.value.faults]
    assert all(fault.detail for fault in caught.value.faults)
    assert "s3cret" not in str(caught.value)
    assert "pass@" not in str(caught.value)


def test_plain_http_needs_the_word_of_the_operator() -> None:
    """Inside the own network, and only when said, a lead may go unencrypted."""
    assert read(url="http://10.0.0.5:8000/hooks", allow_private=True).allow_private


@pytest.mark.parametrize("secrets", [(), ("whsec_short",), (SECRET, "nonsense")])
def test_a_webhook_needs_good_secrets(secrets: tuple[str, ...]) -> None:
    """An unsigned webhook is refused, and so is a secret that receivers could not read."""
    with pytest.raises(Invalid) as caught:
        read(secrets)
    assert caught.value.faults[0].pointer == "/secret"
    assert "nonsense" not in str(caught.value)


def test_a_recipe_that_does_not_sign_needs_no_secret() -> None:
    """A vendor's form knows nothing of signatures."""
    recipe = {"recipe": "salesforce-web-to-lead", "values": {"oid": "00D5g000004abcd"}}
    made = read((), map=recipe)
    assert made.map == recipe
    assert made.target().map is not None


@pytest.mark.parametrize(
    "url", [None, "crm.csv", "crm.jsonl", "file:///srv/leads/crm.csv", "file://localhost/srv/leads/a%20b/crm.csv"]
)
def test_a_file_destination_names_a_place(url: str | None) -> None:
    """Nothing, a plain name, or a file URL with an absolute path."""
    assert read_destination({"name": "archive", "kind": "file", "url": url}, PLUGINS).url == url


@pytest.mark.parametrize(
    "url",
    [
        "crm.txt", "../crm.csv", "/srv/crm.csv", "C:\\crm.csv", ".csv", "file:crm.csv", "file:///srv/../etc/crm.csv",
        "file:///srv/%2e%2e/etc/crm.csv", "file://server/share/crm.csv", "file:///srv/crm.csv?x=1", "https://a.example/a.csv",
    ],
)  # fmt: skip
def test_a_file_destination_refuses_what_is_no_place(url: str) -> None:
    """Another ending, a way out of the directory, or another machine is refused."""
    with pytest.raises(Invalid) as caught:
        read_destination({"name": "archive", "kind": "file", "url": url}, PLUGINS)
    assert caught.value.faults[0].pointer == "/url"


def test_a_file_has_neither_map_nor_secret() -> None:
    """What would silently do nothing is refused."""
    rules = {"format": "json", "fields": {"x": "id"}}
    with pytest.raises(Invalid) as caught:
        read_destination({"name": "archive", "kind": "file", "map": rules}, PLUGINS, [SECRET])
    assert {fault.pointer for fault in caught.value.faults} == {"/map", "/secret"}


def test_nothing_secret_shows() -> None:
    """Neither URL nor secret stands in a repr."""
    made = read()
    assert "s3cret" not in repr(made) + repr(made.target([SECRET]))
    assert SECRET not in repr(made.target([SECRET]))

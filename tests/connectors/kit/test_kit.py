"""The kit's other parts: guarded calls, reply reading, classification, the schema and discovery."""

import types
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import BadPlugin, HostRefused, SecretMissing, TimedOut, Unreadable
from connectors.kit import (
    Answer,
    Context,
    HeldSecrets,
    LookupOutcome,
    Manifest,
    NoSite,
    Observer,
    OwnSite,
    Plain,
    Query,
    Request,
    VendorHttp,
    ask,
    classify,
    discovery,
    json_object,
    units_charged,
)
from connectors.kit.fakes import NOW, FixedDeadline, ScriptedHttp, ZoneDns, reply
from connectors.kit.reading import read, read_range
from connectors.kit.schema import check_value
from tests.conformance.connectors.test_broken import GOOD, Sound
from tests.connectors.kit.test_manifest import manifest


def bound(http: ScriptedHttp, used: Manifest, *, seconds: float = 5.0) -> VendorHttp:
    """A guarded client with the secret `k 1`."""
    return VendorHttp(manifest=used, http=http, secrets=HeldSecrets({"key": "k 1"}), deadline=FixedDeadline(seconds))


@pytest.mark.parametrize(
    "url",
    [
        "http://api.vendor.example/",
        "https://api.vendor.example:8443/",
        "https://evil.example/",
        "https://api.vendor.example.evil.example/",
        "https://api.vendor.example@evil.example/",
        "https://user:pw@api.vendor.example/",
        "https://evil.example\\@api.vendor.example/",
        "https://api.vendor.example/?key=x",
        "https://[::1/",
        "//api.vendor.example/",
    ],
)
async def test_other_targets_are_refused(url: str) -> None:
    """Only https, only the manifest's hosts, no port, no user information, no hand-made query."""
    http = ScriptedHttp((reply(),))
    with pytest.raises(HostRefused):
        await bound(http, manifest()).send(Request(method="GET", url=url))
    assert http.sent == []


@pytest.mark.parametrize(
    ("auth", "header", "url"),
    [
        ({"type": "header", "name": "X-Key", "secret": "key"}, ("X-Key", "k 1"), ""),
        (
            {"type": "header", "name": "Authorization", "prefix": "API ", "secret": "key"},
            ("Authorization", "API k 1"),
            "",
        ),
        ({"type": "basic", "secret": "key"}, ("Authorization", "Basic ayAxOg=="), ""),
        ({"type": "query", "name": "api_key", "secret": "key"}, None, "?api_key=k+1"),
    ],
)
async def test_secret_is_added_by_the_kit(auth: dict[str, str], header: tuple[str, str] | None, url: str) -> None:
    """Every kind of authorisation puts the secret where the manifest says, and repr shows none of it."""
    http = ScriptedHttp((reply(),))
    await bound(http, manifest(auth=auth)).send(Request(method="GET", url="https://api.vendor.example/v1"))
    sent = http.sent[0]
    assert sent.url == f"https://api.vendor.example/v1{url}"
    assert dict(sent.headers) == (dict([header]) if header else {})
    assert "k 1" not in repr(sent)


async def test_missing_secret_and_late_call_send_nothing() -> None:
    """Without the secret or without time nothing is sent."""
    http = ScriptedHttp((reply(),))
    request = Request(method="GET", url="https://api.vendor.example/v1")
    bare = VendorHttp(manifest=manifest(), http=http, secrets=HeldSecrets({}), deadline=FixedDeadline())
    with pytest.raises(SecretMissing, match="secret_not_set") as bare_call:
        await bare.send(request)
    assert (bare_call.value.outcome, bare_call.value.sent) == (LookupOutcome.UNAUTHORISED, False)
    with pytest.raises(TimedOut) as late:
        await bound(http, manifest(), seconds=0).send(request)
    assert (late.value.sent, http.sent) == (False, [])


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "application/vnd.api+json"])
def test_json_content_types(kind: str) -> None:
    """JSON and its structured suffixes are read."""
    assert json_object(reply(200, b'{"a": 1}', content_type=kind)) == {"a": 1}


@pytest.mark.parametrize("kind", ["text/html", "", "text/json-ish", "application/jsonp"])
def test_other_content_types_are_unreadable(kind: str) -> None:
    """A JSON-looking body under another type is not read."""
    with pytest.raises(Unreadable):
        json_object(reply(200, b"{}", content_type=kind))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (202, LookupOutcome.PENDING),
        (301, LookupOutcome.REFUSED),
        (400, LookupOutcome.INVALID_REQUEST),
        (401, LookupOutcome.UNAUTHORISED),
        (402, LookupOutcome.QUOTA_EXHAUSTED),
        (403, LookupOutcome.REFUSED),
        (404, LookupOutcome.INVALID_REQUEST),
        (408, LookupOutcome.TIMEOUT),
        (422, LookupOutcome.INVALID_REQUEST),
        (429, LookupOutcome.THROTTLED),
        (451, LookupOutcome.SUPPRESSED_BY_VENDOR),
        (500, LookupOutcome.VENDOR_ERROR),
        (504, LookupOutcome.TIMEOUT),
        (599, LookupOutcome.VENDOR_ERROR),
    ],
)
def test_default_table(status: int, outcome: LookupOutcome) -> None:
    """Without a rule each status has one meaning; 404 alone is not a miss."""
    answer = classify(manifest(outcomes=[]), reply(status))
    assert answer is not None
    assert answer.outcome is outcome


def test_rules_come_before_the_table() -> None:
    """A rule may turn a status around, and counts only when its condition holds."""
    rules = [
        {"status": [403], "outcome": "throttled", "wait": [{"after_body": "wait"}]},
        {"status": [200], "where": {"meta.ok": "false"}, "outcome": "quota_exhausted"},
    ]
    used = manifest(outcomes=rules)
    throttled = classify(used, reply(403, b'{"wait": 30}'))
    assert throttled is not None
    assert (throttled.outcome, throttled.retry_at) == (LookupOutcome.THROTTLED, NOW.replace(second=30))
    refused = classify(used, reply(200, b'{"meta": {"ok": false}}'))
    assert refused is not None
    assert refused.outcome is LookupOutcome.QUOTA_EXHAUSTED
    assert classify(used, reply(200, b'{"meta": {"ok": true}}')) is None


@pytest.mark.parametrize(
    ("told", "matched", "units"),
    [
        ("3", True, Decimal(3)),
        ("0", True, Decimal(0)),
        ("", True, Decimal(2)),
        ("", False, Decimal(0)),
        ("junk", True, None),
        ("-1", True, None),
        ("NaN", True, None),
    ],
)
def test_units_charged(told: str, matched: bool, units: Decimal | None) -> None:  # noqa: FBT001 - a parameter
    """The vendor's own count wins; a strange one is unknown, not free."""
    used = manifest(cost={"price": "0.1", "currency": "EUR", "units": 2, "header": "X-Units"})
    assert units_charged(used, reply(200, headers={"x-units": told}), matched=matched) == units


@pytest.mark.parametrize(("told", "units"), [("", Decimal(3)), ("1", Decimal(1)), ("junk", None)])
def test_a_rule_says_what_its_replies_take(told: str, units: Decimal | None) -> None:
    """Some vendors charge for misses, and for no errors that come with a 200; what they say themselves still wins."""
    miss: dict[str, Any] = {"status": [200], "where": {"found": "false"}, "outcome": "no_match", "units": "3"}
    cost = {"price": "0.1", "currency": "EUR", "billed_on": "call", "header": "X-Units"}
    answer = classify(manifest(outcomes=[miss], cost=cost), reply(200, b'{"found": false}', headers={"x-units": told}))
    assert answer is not None
    assert answer.units == units
    for used, expected in (
        (manifest(outcomes=[miss]), 0),
        (manifest(outcomes=[{**miss, "units": None}], cost=cost), 1),
    ):
        plain = classify(used, reply(200, b'{"found": false}'))
        assert plain is not None
        assert plain.units == expected


async def test_connector_that_raises_becomes_an_answer() -> None:
    """A mistake in a plug-in is a vendor error that may have been charged and holds nothing of the message."""

    class Bug(Sound):
        async def ask(self, query: Query, context: Context) -> Answer:
            raise KeyError("jo@acme.example")

    http, deadline = bound(ScriptedHttp(()), manifest()), FixedDeadline()
    site = OwnSite(manifest=manifest(), query={}, site=NoSite(), deadline=deadline)
    context = Context(now=NOW, http=http, dns=ZoneDns(), site=site, deadline=deadline)
    answer = await ask(Bug({}), Query({"company.domain": "acme.example"}), context)
    assert (answer.outcome, answer.reason, answer.units) == (LookupOutcome.VENDOR_ERROR, "connector_KeyError", None)


def test_answer_and_observations_go_together() -> None:
    """A match without observations, or a miss with some, cannot be made."""
    with pytest.raises(ValueError, match="match does not go with 0"):
        Answer(outcome=LookupOutcome.MATCH)
    observer = Observer(manifest(), now=NOW)
    observer.see("company.name", "Acme", method="vendor", confidence=7.0)
    assert observer.observations()[0].confidence == 1.0
    assert "Acme" not in repr(observer.observations())
    with pytest.raises(ValueError, match="no_match does not go with 1"):
        Answer(outcome=LookupOutcome.NO_MATCH, observations=observer.observations())


def test_what_is_seen_may_be_kept_as_long_as_the_manifest_says() -> None:
    """A year from the call, unless the vendor's terms say otherwise."""
    terms = manifest().compliance
    week = manifest().model_copy(update={"compliance": terms.model_copy(update={"retention": timedelta(days=7)})})
    for made, days in ((manifest(), 365), (week, 7)):
        observer = Observer(made, now=NOW)
        observer.see("company.name", "Acme", method="vendor")
        assert observer.observations()[0].keep_until == NOW + timedelta(days=days)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company.name", ""),
        ("company.name", 7),
        ("company.founded_year", True),
        ("company.founded_year", "1987"),
        ("company.mail.accepts", 1),
        ("company.employees.range", {}),
        ("company.employees.range", {"min": 5, "max": 1}),
        ("company.employees.range", {"min": True}),
        ("company.employees.range", {"currency": "EUR"}),
        ("company.headquarters", {"planet": "earth"}),
        ("company.headquarters", {"country": 7}),
        ("company.technologies", {"slug": "x", "name": "X"}),
        ("company.shoe_size", "42"),
    ],
)
def test_value_of_another_shape_is_refused(field: str, value: Plain) -> None:
    """Every field has one shape; the message names the field and never the value."""
    with pytest.raises(ValueError, match=field):
        check_value(field, value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("51-200", {"min": 51, "max": 200}),
        ("10001+", {"min": 10001}),
        ("7", {"min": 7, "max": 7}),
        ("$1M-$10M", {"min": 1_000_000, "max": 10_000_000, "currency": "USD"}),
        ("$10B+", {"min": 10_000_000_000, "currency": "USD"}),
        ("200-51", None),
        ("1-2+", None),
        ("", None),
        ("x", None),
        ("-5", None),
        ("\u0661-\u0662", None),
    ],
)
def test_ranges(text: str, expected: Mapping[str, int] | None) -> None:
    """Bands are read as numbers; anything else is nothing."""
    assert read_range(text) == expected


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (251_200_000, 251_200_000),
        ("251.2M", 251_200_000),
        ("$1,500", 1500),
        ("12", 12),
        (99.6, 100),
        (0, 0),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        ("---", None),
        ("some", None),
        ("$1M-$2M", None),
    ],
)
def test_amounts_of_money(amount: object, expected: int | None) -> None:
    """Vendors write them as numbers or in short; what is no one amount is none."""
    wanted = None if expected is None else {"amount": expected, "currency": "USD"}
    assert read("company.funding.total", {"amount": amount, "currency": "$"}) == wanted


@given(
    st.sampled_from(["company.name", "company.founded_year", "company.mail.accepts", "company.employees.range"]),
    st.text(),
)
def test_whatever_a_cell_holds_the_value_fits(field: str, cell: str) -> None:
    """A cell gives a value of the field's shape or none."""
    value = read(field, cell)
    if value is not None:
        check_value(field, value)


def package(folder: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> types.ModuleType:
    """A plug-in folder of its own, importable for one test."""
    root = folder / "plugged"
    root.mkdir()
    (root / "__init__.py").write_text("")
    for name, text in files.items():
        (root / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    for name in ["plugged", *[f"plugged.{each}" for each in files]]:
        monkeypatch.delitem(__import__("sys").modules, name, raising=False)
    return __import__("plugged")


GOOD_FILE = f"""
from connectors.kit import Manifest
class Plugin:
    manifest = Manifest.model_validate({GOOD!r})
    def __init__(self, settings): pass
    async def ask(self, query, context): raise NotImplementedError
"""


def test_folder_is_found_by_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding a connector is a file, removing it is removing the file."""
    folder = package(tmp_path, monkeypatch, example_vendor=GOOD_FILE)
    assert list(discovery.discover(folder, "firmographic", installed=())) == ["example_vendor"]
    (tmp_path / "plugged" / "example_vendor.py").unlink()
    assert list(discovery.discover(folder, "firmographic", installed=())) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no class Plugin"),
        ("x = (", "SyntaxError"),
        ("import nowhere_to_be_found", "ModuleNotFoundError"),
        ("class Plugin: pass", "no manifest"),
        (GOOD_FILE.replace("async def ask", "def ask"), "no coroutine method ask"),
        (GOOD_FILE.replace("'sends': [", "'sends': ['company.shoe_size', "), "unknown field"),
        (GOOD_FILE.replace("'firmographic'", "'technographic'"), "kind must be that of its folder"),
        (GOOD_FILE.replace("'example_vendor'", "'another_id'"), "id must be its file's name"),
    ],
)
def test_bad_plugin_stops_the_start_by_name(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong with a plug-in, the error names its file and says what it is."""
    folder = package(tmp_path, monkeypatch, example_vendor=text)
    with pytest.raises(BadPlugin, match=rf"(?s)plugged\.example_vendor is not a connector: .*{words}"):
        discovery.discover(folder, "firmographic", installed=())


class Installed(Sound):
    """A connector of another distribution."""

    manifest: ClassVar[Manifest] = Manifest.model_validate({**GOOD, "id": "from_outside"})


def point(name: str, target: str) -> EntryPoint:
    """An entry point to something in this module."""
    return EntryPoint(name=name, value=f"{__name__}:{target}", group=discovery.GROUP)


def test_other_distributions_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point adds a connector to the folder of its kind, and to no other."""
    folder = package(tmp_path, monkeypatch, example_vendor=GOOD_FILE)
    outside = [point("mine", "Installed")]
    assert list(discovery.discover(folder, "firmographic", installed=outside)) == ["example_vendor", "from_outside"]
    (tmp_path / "plugged" / "example_vendor.py").unlink()
    assert list(discovery.discover(folder, "technographic", installed=outside)) == []


@pytest.mark.parametrize(("target", "words"), [("Nothing", "AttributeError"), ("GOOD", "no class Plugin")])
def test_bad_entry_point_stops_the_start_by_name(
    target: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A distribution that names something else is named itself."""
    folder = package(tmp_path, monkeypatch)
    with pytest.raises(BadPlugin, match=rf"entry point mine .*{words}"):
        discovery.discover(folder, "firmographic", installed=[point("mine", target)])


def test_id_twice_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two connectors with one id would share settings and provenance."""
    folder = package(tmp_path, monkeypatch)
    with pytest.raises(BadPlugin, match="the id from_outside is taken"):
        discovery.discover(folder, "firmographic", installed=[point("one", "Installed"), point("two", "Installed")])

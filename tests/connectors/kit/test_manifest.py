"""Manifests and settings: what is refused when a plug-in is loaded or configured."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.errors import BadSettings
from connectors.kit import LookupOutcome, Manifest, Query, read_settings
from connectors.kit.calling import Wait
from connectors.kit.loading import priced
from connectors.kit.schema import DERIVED, INPUTS
from connectors.kit.terms import Confidence
from tests.conformance.connectors.test_broken import GOOD, Sound

ASKS = {
    "request": {"path": "/v1", "params": {"d": "${company.domain}"}},
    "reply": {"expect": "@"},
    "map": {"company.name": "name"},
}
BATCH = {"max": 5, "path": "/v1/many", "items": "asked", "item": {"d": "${company.domain}"}}


def manifest(**changes: Any) -> Manifest:  # noqa: ANN401 - whatever the test breaks
    """The sound manifest with changes."""
    return Manifest.model_validate({**GOOD, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"colour": "red"}, "Extra inputs"),
        ({"api_version": 2}, "Input should be 1"),
        ({"id": "Bad-Id"}, "String should match"),
        ({"version": "1"}, "String should match"),
        ({"hosts": ["https://api.vendor.example"]}, "String should match"),
        ({"hosts": ["*.vendor.example"]}, "String should match"),
        ({"sends": ["company.shoe_size"]}, "unknown field company.shoe_size"),
        ({"provides": ["company.shoe_size"]}, "unknown field company.shoe_size"),
        ({"sends": ["company.name"]}, "requires company.domain, which is not in sends"),
        ({"requires": [[]]}, "empty set"),
        ({"sends": ["company.domain", "person.email"]}, "personal fields need subject person"),
        ({"provides": ["person.full_name"]}, "personal fields need subject person"),
        ({"auth": {"type": "none"}}, "must name the same"),
        ({"auth": {"type": "header", "name": "X-Key", "secret": "other"}}, "must name the same"),
        ({"auth": {"type": "header", "name": "X Key\r\n", "secret": "key"}}, "name of its header"),
        ({"spec": {**GOOD["spec"], "transfer": {"description": "x"}}}, "transfer is the kit's own"),
        ({"spec": {**GOOD["spec"], "price": {"description": "x"}}}, "price is the kit's own"),
        ({"outcomes": [{"status": [404], "outcome": "no_match", "units": -1}]}, "greater than or equal to 0"),
        ({"rate": {}}, "needs a rate window"),
        ({"rate": {"windows": [{"limit": 3, "per": 60}, {"limit": 9, "per": 90}], "calls": 4}}, "room for the 4 calls"),
        ({"rate": {**GOOD["rate"], "each_host": True}, "batch": BATCH, **ASKS}, "each_host needs hosts, and no batch"),
        ({"rate": {"each_host": True}, "hosts": []}, "each_host needs hosts, and no batch"),
        ({"compliance": {**GOOD["compliance"], "transfer": []}}, "transfer tool"),
        ({"cost": {"price": "0.1"}}, "needs a currency"),
        ({"confidence": {"default": 0.5, "scale": [1, 1]}}, "must rise"),
        ({"confidence": {"default": 1.5}}, "less than or equal to 1"),
        ({"outcomes": [{"status": [404], "outcome": "whatever"}]}, "Input should be"),
        ({"outcomes": [{"status": [202], "outcome": "match"}]}, "a rule cannot say match"),
        ({"outcomes": [{"status": [401], "outcome": "unauthorised", "at_least": "1min"}]}, "unauthorised does not"),
        ({"outcomes": [{"status": [429], "outcome": "throttled", "at_least": "2d"}]}, "a day at most"),
        ({"request": {"path": "/v1", "params": {"d": "${company.domain"}}, "reply": {"expect": "@"}}, "placeholder"),
        ({"cache": {"match": "P4000D", "no_match": "P1D"}}, "less than or equal"),
        ({"cache": {"match": "1d", "no_match": "1d", "partial": "2d"}}, "no longer than a whole one"),
    ],
)
def test_contradiction_is_refused(changes: dict[str, Any], words: str) -> None:
    """A manifest that is incomplete, contradicts itself or has unknown keys is refused with the reason."""
    with pytest.raises(ValidationError, match=words):
        manifest(**changes)


def test_the_operator_says_what_a_unit_costs() -> None:
    """In the manifest's currency; what names none is free, and has no price to set."""
    made = manifest(cost={"price": "0.5", "currency": "EUR"})
    key = dict.fromkeys(made.spec, "k1")
    assert read_settings(made, key).price is None
    for said, price in ((" 0.025 ", "0.025"), (2, "2"), (0.1, "0.1"), ("0", "0")):
        assert read_settings(made, {**key, "price": said}).price == Decimal(price)
    for wrong in ("-1", "much", "nan", "inf", True, "1e9", " "):
        with pytest.raises(BadSettings, match="amount of money"):
            read_settings(made, {**key, "price": wrong})
    with pytest.raises(BadSettings, match="no such setting"):
        read_settings(manifest(), {**key, "price": "1"})


def test_a_price_of_the_operators_own_stands_in_the_manifest() -> None:
    """So that whoever reads what a call costs reads the operator's contract; a price of 0 is free."""

    class Plugin(Sound):
        manifest = manifest(cost={"price": "0.5", "currency": "EUR"})

    assert priced(Plugin, Decimal("0.1"))({}).manifest.cost.per_call == Decimal("0.1")
    assert priced(Plugin, Decimal(0)).manifest.cost.free
    assert Plugin.manifest.cost.per_call == Decimal("0.5")


def test_the_operator_declares_what_carries_data_abroad() -> None:
    """One of the tools that the manifest names; whose data stay at home has no such setting."""
    abroad = {**GOOD["compliance"], "country": "US", "transfer": ["dpf", "scc"]}
    made = manifest(compliance=abroad)
    key = dict.fromkeys(made.spec, "k1")
    assert read_settings(made, {**key, "transfer": "scc"}).transfer == "scc"
    assert read_settings(made, key).transfer is None
    with pytest.raises(BadSettings, match="one of dpf, scc"):
        read_settings(made, {**key, "transfer": "adequacy"})
    own = manifest(compliance={**GOOD["compliance"], "role": "own", "country": None, "transfer": []})
    with pytest.raises(BadSettings, match="no such setting"):
        read_settings(own, {**key, "transfer": "scc"})


def test_person_connector_may_be_about_a_person() -> None:
    """With subject person, personal fields may be sent and provided."""
    made = manifest(subject="person", sends=["company.domain", "person.email"], provides=["person.job_title"])
    assert made.subject == "person"


def test_wait_names_one_place() -> None:
    """A waiting hint stands in exactly one place."""
    for places in ({}, {"after_header": "a", "until_header": "b"}):
        with pytest.raises(ValidationError, match="exactly one place"):
            Wait.model_validate(places)


@pytest.mark.parametrize(
    ("number", "sure"), [(0, 0.0), (10, 1.0), (7.5, 0.75), (99, 1.0), (-1, 0.0), (True, 0.5), ("9", 0.5), (None, 0.5)]
)
def test_confidence_is_scaled_and_bounded(number: object, sure: float) -> None:
    """The source's own number becomes 0 to 1; what is not a number becomes the default."""
    assert Confidence(default=0.5, scale=(0, 10)).of(number) == sure


SPEC = {
    "key": {"description": "the key", "x-secret": True, "required": True},
    "least": {"type": "integer", "description": "a number", "minimum": 0, "maximum": 9, "default": 4},
    "deep": {"type": "boolean", "description": "a switch"},
    "map": {"type": "mapping", "description": "a table"},
}


def test_settings_are_read_from_text() -> None:
    """The environment gives text; numbers, switches and defaults come out right, the secret stays apart."""
    read = read_settings(manifest(spec=SPEC), {"key": "s3cret", "deep": "Yes", "map": {"a": "b"}})
    assert dict(read.plain) == {"least": 4, "deep": True, "map": {"a": "b"}}
    assert read.secrets.read("key") == "s3cret"
    assert "s3cret" not in repr(read)
    assert "s3cret" not in repr(read.secrets)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({}, "Setting key of connector example_vendor: it is needed"),
        ({"key": "x9", "colour": "red"}, "no such setting"),
        ({"key": "x9", "least": "x9"}, "must be integer"),
        ({"key": "x9", "least": "--5"}, "must be integer"),
        ({"key": "x9", "least": "5-"}, "must be integer"),
        ({"key": "x9", "least": "\u0665"}, "must be integer"),
        ({"key": "x9", "least": "9" * 5000}, "must be integer"),
        ({"key": "x9", "least": 10}, "between 0 and 9"),
        ({"key": "x9", "least": True}, "must be integer"),
        ({"key": "x9", "deep": "x9"}, "must be boolean"),
        ({"key": "x9", "map": "x9"}, "table of text"),
        ({"key": "x9", "map": {"a": 1}}, "table of text"),
        ({"key": 9}, "one line of plain text"),
    ],
)
def test_wrong_setting_is_named_and_not_shown(raw: dict[str, object], words: str) -> None:
    """The error names connector and setting; the value, which may be a secret, is not in it."""
    with pytest.raises(BadSettings, match=words) as wrong:
        read_settings(manifest(spec=SPEC), raw)
    assert "x9" not in str(wrong.value)


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_variable_is_one_that_is_not_set(empty: str | None) -> None:
    """Of every setting alike, the kit's own too: the default holds, the manifest's price, no transfer tool."""
    abroad = {**GOOD["compliance"], "country": "US", "transfer": ["dpf", "scc"]}
    made = manifest(spec=SPEC, compliance=abroad, cost={"price": "0.5", "currency": "EUR"})
    names = (*SPEC, "transfer", "price")
    read = read_settings(made, {**dict.fromkeys(names, empty), "key": "x9"})
    assert (dict(read.plain), read.transfer, read.price) == ({"least": 4}, None, None)
    with pytest.raises(BadSettings, match="key of connector example_vendor: it is needed"):
        read_settings(made, dict.fromkeys(names, empty))


def test_query_holds_only_what_is_sent() -> None:
    """The projection leaves everything behind that `sends` does not name, and blanks; its repr has no value."""
    facts = {"company.domain": "acme.example", "company.name": "Acme", "person.email": "jo@acme.example"}
    query = Query.project(manifest(), facts)
    assert dict(query) == {"company.domain": "acme.example"}
    assert repr(query) == "Query(company.domain)"
    assert dict(Query.project(manifest(), {"company.domain": "  "})) == {}


@pytest.mark.parametrize("sent", sorted(INPUTS))
def test_a_query_leads_to_no_other_field(sent: str) -> None:
    """Of a lead that says everything, one field goes in, and nothing that the object holds shows another."""
    facts = {name: f"{name} <value>" for name in INPUTS}
    used = manifest(subject="person", sends=[sent], requires=[[sent]])
    query = Query.project(used, facts)
    assert list(query) == [sent]
    held = repr([getattr(query, slot) for slot in Query.__slots__])
    assert [name for name, value in facts.items() if value in held] == ([] if sent in DERIVED else [sent])


def test_outcomes_that_may_be_kept_are_positive_answers() -> None:
    """Only match, partial and no match may be kept, partial where the manifest says so; none is worth repeating."""
    kept = manifest(cache={"match": "90d", "no_match": "14d", "partial": "15min"})
    spans = {outcome: span for outcome in LookupOutcome if (span := kept.kept_for(outcome)) is not None}
    assert spans == {
        LookupOutcome.MATCH: timedelta(days=90),
        LookupOutcome.NO_MATCH: timedelta(days=14),
        LookupOutcome.PARTIAL: timedelta(minutes=15),
    }
    assert {outcome for outcome in LookupOutcome if outcome.cacheable} == spans.keys()
    assert not any(outcome.cacheable and outcome.retryable for outcome in LookupOutcome)
    assert manifest(cache={"match": "90d", "no_match": "14d"}).kept_for(LookupOutcome.PARTIAL) is None
    assert manifest().kept_for(LookupOutcome.MATCH) is None

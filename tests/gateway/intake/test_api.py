"""The API's lead: what it takes, what it refuses and how it says so."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.errors import Invalid, Malformed, TooLarge
from gateway.intake import Reading, Rejected
from gateway.intake.api import Plugin
from gateway.intake.kit.schema import MAX_ATTRIBUTES, LeadIn, example
from gateway.intake.kit.settings import parse_settings
from gateway.lead import Stage, Submission
from tests.gateway.intake.worlds import CONTEXT, NOW, said

SOURCE = parse_settings({"key": "partner", "kind": "api"})
MAIL = {"person": {"email": "a@b.example"}}


def read(value: Any, **context: Any) -> Reading:  # noqa: ANN401 - whatever JSON can say
    """Read a JSON value as a client sends it."""
    return Plugin().read(json.dumps(value).encode(), "application/json", SOURCE, replace(CONTEXT, **context))


def faults(value: Any) -> dict[str, str]:  # noqa: ANN401 - as above
    """The faults of one refused lead, by pointer."""
    entry = read(value).entries[0]
    assert isinstance(entry, Rejected)
    return {fault.pointer: fault.detail for fault in entry.faults}


def test_a_name_that_stands_twice_is_refused() -> None:
    """Nobody knows which one counts; in a batch it is said of which lead."""
    twice = b'{"person": {"email": "a@b.example"}, "person": {"email": "c@d.example"}}'
    with pytest.raises(Malformed) as caught:
        Plugin().read(twice, "application/json", SOURCE, CONTEXT)
    assert [fault.pointer for fault in caught.value.faults] == ["/person"]
    assert "/person" in caught.value.detail
    batch = b'{"leads": [{"person": {"email": "a@b.example"}}, ' + twice + b"]}"
    with pytest.raises(Malformed) as caught:
        Plugin().read(batch, "application/json", SOURCE, replace(CONTEXT, batch=True))
    assert [fault.pointer for fault in caught.value.faults] == ["/leads/1/person"]


def test_an_email_is_enough() -> None:
    """The smallest lead has one field."""
    submission = read(MAIL).one()
    assert said(submission) == {"person.email": "a@b.example"}
    assert (submission.source, submission.stage) == ("partner", Stage.INQUIRY)


@pytest.mark.parametrize(
    ("written", "bare", "name"),
    [
        ("ada@acme.example.", "ada@acme.example", None),
        ("Ada Example <ada@acme.example>", "ada@acme.example", "Ada Example"),
        ('"Example, Ada" <Ada@acme.example>', "Ada@acme.example", "Example, Ada"),
        ("Dr. A. Example <ada@acme.example.>", "ada@acme.example", "Dr. A. Example"),
        ("ada@acme.example <ada@acme.example>", "ada@acme.example", None),
        ("<ada@acme.example>", "ada@acme.example", None),
        ("a@b.example>", "a@b.example>", None),
        ("<a@b.example> <c@d.example>", "<a@b.example> <c@d.example>", None),
        ("Ada <ada@acme>", "Ada <ada@acme>", None),
        (f"Ada <{'a' * 65}@acme.example>", f"Ada <{'a' * 65}@acme.example>", None),
        ("ada@acme.example..", "ada@acme.example..", None),
        ("ada.", "ada.", None),
    ],
)
def test_an_address_is_taken_out_of_what_stands_around_it(written: str, bare: str, name: str | None) -> None:
    """An address book's `Name <address>` and a domain's last dot cost no lead; what is no address stays as it came."""
    person = said(read({"person": {"email": written}}).one())
    assert (person["person.email"], person.get("person.full_name")) == (bare, name)
    named = said(read({"person": {"email": written, "family_name": "Lovelace"}}).one())
    assert named == {"person.email": bare, "person.family_name": "Lovelace"}


@pytest.mark.parametrize("blank", ["", "  "])
def test_an_empty_string_says_nothing(blank: str) -> None:
    """A program that sends every field, empty ones too, loses no lead: also for country, region and locale."""
    sent = {
        "person": {"email": "a@b.example", "country": blank, "region": blank, "locale": blank, "full_name": blank},
        "company": {"country": blank, "vat_id": blank, "domain": blank},
        "external_id": blank,
    }
    assert said(read(sent).one()) == {"person.email": "a@b.example"}


def test_a_whole_lead_arrives_whole() -> None:
    """Every field of the example stands in the submission."""
    sent = example()
    submission = read(sent).one()
    assert said(submission) == {
        "person.full_name": "Ada Example",
        "person.email": "ada@example.com",
        "person.country": "DE",
        "person.locale": "de-DE",
        "company.name": "Example GmbH",
        "company.website": "https://example.com",
        "inquiry.kind": "demo",
        "inquiry.message": "Please call me.",
        "campaign.source": "newsletter",
        "campaign.medium": "email",
        "campaign.click_ids.gclid": "made-up",
    }
    assert submission.external_id == sent["external_id"]
    assert submission.attributes == {"team_size": 12}
    assert submission.inquiry.submitted_at == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    assert submission.signals.gpc is False
    (claim,) = submission.consent
    assert (claim.purpose, claim.channel, claim.status) == ("marketing", "email", "granted")
    assert claim.occurred_at == submission.inquiry.submitted_at
    assert claim.evidence.ip is not None
    assert claim.evidence.ip.reveal() == "192.0.2.7"


def test_a_wrong_email_is_accepted() -> None:
    """Its verdict will say why; the reader does not judge."""
    assert said(read({"person": {"email": "not an address"}}).one())["person.email"] == "not an address"


def test_countries_and_locales_are_brought_into_form() -> None:
    """Codes are upper case, locales hyphenated."""
    submission = read({"person": {"phone": "1", "country": "de", "locale": "de_AT"}}).one()
    assert (submission.person.country, submission.person.locale) == ("DE", "de-AT")


def test_a_region_tells_its_country() -> None:
    """`us-ca` alone is California in the United States; beside its country it is the same."""
    for said_too in ({}, {"country": "us"}):
        person = read({"person": {"email": "a@b.example", "region": "us-ca", **said_too}}).one().person
        assert (person.country, person.region) == ("US", "US-CA")


@pytest.mark.parametrize(
    ("said_of", "country", "region"),
    [
        ({"region": "US-PR"}, "US", "US-PR"),
        ({"region": "California"}, "US", "US-CA"),
        ({"region": "vi", "country": "US"}, "US", "US-VI"),
        ({"region": "DE-ZZ"}, "DE", None),
        ({"region": "US-ZZ", "country": "US"}, "US", None),
        ({"region": "US-CA", "country": "DE"}, "DE", None),
        ({"region": "US-PR", "country": "PR"}, "PR", None),
        ({"region": "ZZ-BY"}, None, None),
        ({"region": "Bayern"}, None, None),
    ],
)
def test_a_region_costs_no_lead(said_of: dict[str, str], country: str | None, region: str | None) -> None:
    """What cannot be read as a part of the country stays an attribute, and the country that it names counts."""
    submission = read({"person": {"phone": "1", **said_of}, "attributes": {"size": 1}}).one()
    assert (submission.person.country, submission.person.region) == (country, region)
    kept = {} if region else {"person.region": said_of["region"]}
    assert submission.attributes == {"size": 1, **kept}


@pytest.mark.parametrize(
    ("own", "name"),
    [
        ({"person.region": "north"}, "person.region.2"),
        ({"person.region": "north", "person.region.2": "east"}, "person.region.3"),
        ({f"a{number}": number for number in range(MAX_ATTRIBUTES)}, "person.region"),
    ],
)
def test_a_region_takes_no_attributes_place(own: dict[str, Any], name: str) -> None:
    """What the program sends under the name stays there, and as much as it may send leaves room for the region."""
    submission = read({"person": {"phone": "1", "region": "Bayern"}, "attributes": own}).one()
    assert submission.attributes == {**own, name: "Bayern"}


@pytest.mark.parametrize(
    ("value", "pointer", "detail"),
    [
        ({}, "/person", "needed"),
        ({"person": {}}, "/person", "`email` or a `phone`"),
        ({"person": {"email": ""}}, "/person", "`email` or a `phone`"),
        ([], "", "object"),
        ({**MAIL, "persn": 1}, "/persn", "attributes"),
        ({**MAIL, "it is a@b.example": 1}, "/*", "attributes"),
        ({"person": {"email": 5}}, "/person/email", "string"),
        ({"person": {"email": "x" * 1001}}, "/person/email", "1000"),
        ({"person": {"phone": "1", "country": "ZZ"}}, "/person/country", "ISO 3166"),
        ({"person": {"phone": "1", "locale": "german"}}, "/person/locale", "form"),
        ({"person": {"phone": "1", "full_name": "a\u0000b"}}, "/person/full_name", "not allowed"),
        ({**MAIL, "stage": "hot"}, "/stage", "'prospect'"),
        ({**MAIL, "inquiry": {"submitted_at": "2026-01-01T00:00:00"}}, "/inquiry/submitted_at", "offset"),
        ({**MAIL, "inquiry": {"submitted_at": 1767225600}}, "/inquiry/submitted_at", "offset"),
        ({**MAIL, "inquiry": {"submitted_at": "0001-01-01T00:00:00+14:00"}}, "/inquiry/submitted_at", "later"),
        ({**MAIL, "inquiry": {"submitted_at": "2027-01-01T00:00:00Z"}}, "/inquiry/submitted_at", "future"),
        ({**MAIL, "signals": {"gpc": "yes"}}, "/signals/gpc", "true or false"),
        ({**MAIL, "campaign": {"click_ids": {"a@b.example": "1"}}}, "/campaign/click_ids/*", "not allowed"),
        ({**MAIL, "attributes": {"a": [[[[[[1]]]]]]}}, "/attributes", "levels"),
        ({**MAIL, "attributes": {"a": 2**63}}, "/attributes", "2^53"),
        ({**MAIL, "attributes": {"": 1}}, "/attributes", "name"),
        ({**MAIL, "attributes": {"a": list(range(1001))}}, "/attributes", "1000"),
        ({**MAIL, "attributes": {"a": "x" * 20_001}}, "/attributes", "20000"),
        ({**MAIL, "attributes": {str(n): n for n in range(201)}}, "/attributes", "200"),
        ({**MAIL, "source": "other"}, "/source", "leave it out"),
        ({**MAIL, "consent": [{"purpose": "marketing", "channel": "email"}]}, "/consent/0/status", "needed"),
        (
            {**MAIL, "consent": [{"purpose": "marketing", "channel": "storage", "status": "granted"}]},
            "/consent/0",
            "does not belong",
        ),
        (
            {
                **MAIL,
                "consent": [
                    {
                        "purpose": "marketing",
                        "channel": "sms",
                        "status": "granted",
                        "occurred_at": "2026-03-03T00:00:00Z",
                    }
                ],
            },
            "/consent/0/occurred_at",
            "future",
        ),
    ],
)
def test_what_cannot_be_used_is_named(value: Any, pointer: str, detail: str) -> None:  # noqa: ANN401 - as above
    """Each fault has a JSON pointer and says what to do."""
    found = faults(value)
    assert pointer in found
    assert detail in found[pointer]


def test_attributes_hold_no_number_that_is_none() -> None:
    """NaN is no JSON, and no store takes it."""
    body = b'{"person": {"email": "a@b.example"}, "attributes": {"a": NaN}}'
    with pytest.raises((Malformed, Invalid)):
        Plugin().read(body, "application/json", SOURCE, CONTEXT).one()


@pytest.mark.parametrize("body", [b"", b"{", b'{"person": ', b"\xff\xfe", b"[" * 10_000, b'{"a": "\\ud800"}'])
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    """It is a 400, not a fault of the lead, in a batch as well."""
    for batch in (False, True):
        with pytest.raises(Malformed):
            Plugin().read(body, "application/json", SOURCE, replace(CONTEXT, batch=batch))


def test_another_content_type_is_malformed() -> None:
    """A form does not come in here; a JSON suffix does."""
    with pytest.raises(Malformed, match="application/json"):
        Plugin().read(b"{}", "text/plain", SOURCE, CONTEXT)
    body = json.dumps(MAIL).encode()
    assert Plugin().read(body, "application/vnd.lead+json; charset=utf-8", SOURCE, CONTEXT) == read(MAIL)


def test_one_refuses_a_lead_with_faults() -> None:
    """The problem carries the faults."""
    with pytest.raises(Invalid) as caught:
        read({}).one()
    assert [fault.pointer for fault in caught.value.faults] == ["/person"]


def test_the_key_may_name_its_other_sources() -> None:
    """A key that writes to several sources says which one."""
    submission = read({**MAIL, "source": "fair"}, other_sources=frozenset({"fair"})).one()
    assert submission.source == "fair"


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_batch_judges_each_lead_by_itself(wrapped: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """A bad lead never stops the others, and the order stays."""
    leads = [MAIL, {"person": {}}, {"person": {"phone": "1"}}]
    entries = read({"leads": leads} if wrapped else leads, batch=True).entries
    assert [type(entry) for entry in entries] == [Submission, Rejected, Submission]
    assert isinstance(entries[1], Rejected)
    assert [fault.pointer for fault in entries[1].faults] == ["/person"]


def test_a_batch_has_limits() -> None:
    """Not empty, not over a thousand, not a single lead; and many leads are not one."""
    with pytest.raises(TooLarge):
        read([MAIL] * 1001, batch=True)
    several: list[Any] = [[], {"leads": []}, MAIL]
    for wrong in several:
        with pytest.raises(Malformed):
            read(wrong, batch=True)
    with pytest.raises(Invalid):
        read([MAIL, MAIL], batch=True).one()


def test_a_large_body_is_refused_unread() -> None:
    """The source's limit counts; a batch has sixteen times as much."""
    small = replace(SOURCE, max_body=256)
    body = json.dumps({**MAIL, "attributes": {"a": "x" * 300}}).encode()
    with pytest.raises(TooLarge, match="256"):
        Plugin().read(body, "application/json", small, CONTEXT)
    assert Plugin().read(b"[" + body + b"]", "application/json", small, replace(CONTEXT, batch=True)).entries


def test_the_model_is_the_one_of_the_contract() -> None:
    """OpenAPI gets its fields, its example validates, and unknown fields are closed."""
    schema = LeadIn.model_json_schema()
    assert schema["required"] == ["person"]
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == {
        "external_id",
        "source",
        "stage",
        "person",
        "company",
        "inquiry",
        "campaign",
        "attributes",
        "consent",
        "signals",
    }


def test_consent_without_a_time_takes_the_arrival() -> None:
    """The inquiry's time comes first, then ours."""
    claim = {"purpose": "marketing", "channel": "email", "status": "requested"}
    assert read({**MAIL, "consent": [claim]}).one().consent[0].occurred_at == NOW

"""A golden record in the words of schema.org: each field where it belongs, and nothing where there is none."""

import json
from typing import Any, Final

import pytest
from hypothesis import given

from connectors.kit import Observation
from connectors.kit.schema import FIELDS
from gateway.enrichment import HUMAN, merge
from gateway.enrichment.jsonld import organization
from gateway.policies.loading import load_merge
from tests.gateway.enrichment.doubles import observation
from tests.gateway.enrichment.test_merge import observations

LEI: Final = "5493001KJTIIGC8Y1R12"

PROPERTIES: Final = frozenset(
    {
        *("address", "alternateName", "description", "dissolutionDate", "duns", "email", "foundingDate", "identifier"),
        *("iso6523Code", "isicV4", "keywords", "knowsLanguage", "legalName", "leiCode", "location", "logo", "naics"),
        *("name", "numberOfEmployees", "parentOrganization", "sameAs", "taxID", "telephone", "tickerSymbol", "url"),
        "vatID",
    }
)
"""Properties of schema.org's Organization and Corporation that are used; `iso6523Code` is in its pending part."""


def made(*seen: Observation) -> dict[str, Any]:
    """The organisation that these observations make."""
    return organization(merge(seen, load_merge()))


def seen(name: str, *values: Any) -> list[Observation]:  # noqa: ANN401 - any shape
    """Observations of one field."""
    return [observation(value, name=f"company.{name}") for value in values]


WHOLE = [
    *seen("name", "Acme"),
    *seen("legal_name", "Acme Maschinenbau GmbH"),
    *seen("other_names", "ACME", "Acme Tools"),
    *seen("website", "https://www.acme.example/"),
    *seen("description", "We make tools."),
    *seen("founded_on", "1987-03"),
    *seen("dissolved_on", "2020"),
    *seen("employees.count", 312),
    *seen("employees.range", {"min": 201, "max": 500}),
    *seen(
        "headquarters",
        {"street": "Am Dom 1", "locality": "Köln", "region": "NW", "postal_code": "50667", "country": "DE"},
    ),
    *seen("locations", {"locality": "Wien", "country": "AT", "kind": "branch"}),
    *seen(
        "identifiers",
        {"scheme": "lei", "value": LEI},
        {"scheme": "duns", "value": "15-048-3782"},
        {"scheme": "ein", "value": "94-2404110"},
        {"scheme": "register", "value": "HRB 1", "jurisdiction": "Köln"},
        {"scheme": "wikidata", "value": "Q42"},
    ),
    *seen("vat_id", "DE136695976"),
    *seen(
        "industry_codes",
        {"system": "naics", "code": "333249"},
        {"system": "isic4", "code": "2829"},
        {"system": "isic4", "code": "2822"},
        {"system": "sic", "code": "3559"},
    ),
    *seen("linkedin_url", "https://www.linkedin.com/company/acme"),
    *seen("profiles", "https://x.com/acme"),
    *seen("parent", {"name": "Acme Holding", "domain": "acme-group.example", "lei": LEI}),
    *seen("listing", {"ticker": "ACM", "mic": "XETR"}),
    *seen("phone", "+49 221 901820"),
    *seen("emails", "info@acme.example"),
    *seen("tags", "tools"),
    *seen("languages", "de"),
    *seen("logo_url", "https://acme.example/logo.svg"),
    *seen("revenue.amount", {"amount": 5, "currency": "EUR"}),
]


def test_a_whole_record() -> None:
    """Every field that schema.org has a word for stands under it, in its shape."""
    assert made(*WHOLE) == {
        "@context": "https://schema.org",
        "@type": "Corporation",
        "name": "Acme",
        "legalName": "Acme Maschinenbau GmbH",
        "alternateName": ["ACME", "Acme Tools"],
        "description": "We make tools.",
        "logo": "https://acme.example/logo.svg",
        "telephone": "+49 221 901820",
        "email": ["info@acme.example"],
        "keywords": ["tools"],
        "knowsLanguage": ["de"],
        "dissolutionDate": "2020",
        "url": "https://www.acme.example/",
        "foundingDate": "1987-03",
        "numberOfEmployees": {"@type": "QuantitativeValue", "value": 312, "minValue": 201, "maxValue": 500},
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "Am Dom 1",
            "addressLocality": "Köln",
            "addressRegion": "NW",
            "postalCode": "50667",
            "addressCountry": "DE",
        },
        "location": [{"@type": "PostalAddress", "addressLocality": "Wien", "addressCountry": "AT"}],
        "leiCode": LEI,
        "duns": "15-048-3782",
        "taxID": "94-2404110",
        "vatID": "DE136695976",
        "iso6523Code": [f"0199:{LEI}", "0060:150483782"],
        "identifier": [
            {"@type": "PropertyValue", "propertyID": "register Köln", "value": "HRB 1"},
            {"@type": "PropertyValue", "propertyID": "wikidata", "value": "Q42"},
        ],
        "naics": "333249",
        "isicV4": ["2822", "2829"],
        "sameAs": [
            "https://www.linkedin.com/company/acme",
            "https://x.com/acme",
            "https://www.wikidata.org/entity/Q42",
        ],
        "parentOrganization": {
            "@type": "Organization",
            "name": "Acme Holding",
            "leiCode": LEI,
            "url": "https://acme-group.example",
        },
        "tickerSymbol": "XETR ACM",
    }


@pytest.mark.parametrize(
    ("given_", "property_", "value"),
    [
        (seen("domain", "acme.example"), "url", "https://acme.example"),
        ([observation("www.acme.example", name="company.website", source=HUMAN)], "url", "https://www.acme.example"),
        (seen("founded_year", 1987), "foundingDate", "1987"),
        (seen("country", "DE"), "address", {"@type": "PostalAddress", "addressCountry": "DE"}),
        (
            seen("employees.range", {"min": 10_001}),
            "numberOfEmployees",
            {"@type": "QuantitativeValue", "minValue": 10_001},
        ),
        (seen("ultimate_parent", {"name": "Top"}), "parentOrganization", {"@type": "Organization", "name": "Top"}),
        (seen("identifiers", {"scheme": "vat", "value": "FR1"}), "vatID", "FR1"),
        (seen("listing", {"ticker": "ACM"}), "tickerSymbol", "ACM"),
    ],
)
def test_what_stands_in_for_another_field(given_: list[Observation], property_: str, value: object) -> None:
    """A domain for a website, a year for a day, a country for an address, and so on."""
    assert made(*given_)[property_] == value


def test_nothing_known_is_an_organisation_without_properties() -> None:
    """An empty record, and one that knows only what schema.org has no word for."""
    empty = {"@context": "https://schema.org", "@type": "Organization"}
    assert made() == empty
    assert made(*seen("revenue.amount", {"amount": 5, "currency": "EUR"})) == empty


def test_a_person_is_no_part_of_it() -> None:
    """What a vendor says of the person is left out, whatever the record holds."""
    assert "Jane" not in json.dumps(made(*WHOLE, observation("Jane Doe", name="person.full_name")))


@given(observations)
def test_any_record_makes_known_properties(found: list[Observation]) -> None:
    """Whatever was observed: only properties that there are, none empty, and all of it JSON."""
    told = made(*found)
    assert set(told) - {"@context", "@type"} <= PROPERTIES
    assert all(value not in (None, "", [], {}) for value in told.values())
    assert json.loads(json.dumps(told)) == told


def test_the_whole_record_uses_every_property() -> None:
    """The list above is what is written, and every field it is read from is one of the schema."""
    assert set(made(*WHOLE)) - {"@context", "@type"} == PROPERTIES
    assert {each.field for each in WHOLE} <= set(FIELDS)

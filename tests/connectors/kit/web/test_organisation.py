"""From schema.org's properties to the fields of the schema: what fits, what does not, and nobody's data."""

import json

import pytest

from connectors.kit.schema import Value, check_value
from connectors.kit.web import facts, read_blocks

OWN = {"acme.example"}


def told(field: str, **properties: object) -> list[Value]:
    """What a field becomes of an organisation's properties."""
    block = json.dumps({"@type": "Organization", **properties})
    found = facts(read_blocks([block]), OWN)
    for fact in found:
        check_value(fact.field, fact.value)
    return [fact.value for fact in found if fact.field == f"company.{field}"]


def number(scheme: str, value: str, jurisdiction: str = "") -> dict[str, str]:
    """An identifier."""
    return {"scheme": scheme, "value": value, **({"jurisdiction": jurisdiction} if jurisdiction else {})}


@pytest.mark.parametrize(
    ("properties", "field", "values"),
    [
        ({"name": "Acme &amp; Co"}, "name", ["Acme & Co"]),
        ({"legalName": "Acme GmbH"}, "legal_name", ["Acme GmbH"]),
        ({"alternateName": ["ACME", "Acme", "ACME", 7]}, "other_names", ["ACME", "Acme"]),
        ({"url": ["https://acme.example/"]}, "website", ["https://acme.example/"]),
        ({"foundingDate": "1987"}, "founded_on", ["1987"]),
        ({"foundingDate": 1987}, "founded_on", ["1987"]),
        ({"foundingDate": "1987-05-04T00:00:00Z"}, "founded_on", ["1987-05-04"]),
        ({"foundingDate": "1987-05-04"}, "founded_year", [1987]),
        ({"foundingDate": "May 1987"}, "founded_on", []),
        ({"foundingDate": ["1987-13-01"]}, "founded_year", []),
        ({"dissolutionDate": "2020-01"}, "dissolved_on", ["2020-01"]),
        ({"naics": "333249"}, "industry_codes", [{"system": "naics", "code": "333249"}]),
        ({"naics": [333249, "none", "1"]}, "industry_codes", [{"system": "naics", "code": "333249"}]),
        ({"isicV4": "J6201"}, "industry_codes", [{"system": "isic4", "code": "J6201"}]),
        ({"numberOfEmployees": 12}, "employees.count", [12]),
        ({"numberOfEmployees": "1,200"}, "employees.count", [1200]),
        ({"numberOfEmployees": {"value": "312"}}, "employees.count", [312]),
        ({"numberOfEmployees": {"@type": "QuantitativeValue", "value": 312.0}}, "employees.count", [312]),
        ({"numberOfEmployees": 0}, "employees.count", []),
        ({"numberOfEmployees": True}, "employees.count", []),
        ({"numberOfEmployees": "many"}, "employees.count", []),
        ({"numberOfEmployees": "51-200"}, "employees.range", [{"min": 51, "max": 200}]),
        ({"numberOfEmployees": {"value": "10001+"}}, "employees.range", [{"min": 10001}]),
        ({"numberOfEmployees": {"minValue": 51, "maxValue": "200"}}, "employees.range", [{"min": 51, "max": 200}]),
        ({"numberOfEmployees": {"minValue": 51}}, "employees.range", [{"min": 51}]),
        ({"numberOfEmployees": {"minValue": 200, "maxValue": 51}}, "employees.range", []),
        ({"numberOfEmployees": 12}, "employees.range", []),
        ({"logo": "https://acme.example/l.png"}, "logo_url", ["https://acme.example/l.png"]),
        ({"logo": {"contentUrl": "https://acme.example/l.png"}}, "logo_url", ["https://acme.example/l.png"]),
        ({"logo": {"url": ["https://acme.example/l.png"]}}, "logo_url", ["https://acme.example/l.png"]),
        ({"logo": "data:image/png;base64,AAAA"}, "logo_url", []),
        ({"description": "We build <em>machines</em>."}, "description", ["We build machines ."]),
        ({"description": "x" * 1001}, "description", []),
    ],
)
def test_properties(properties: dict[str, object], field: str, values: list[Value]) -> None:
    """Each property is read in the forms that pages write it in; what does not fit is left out."""
    assert told(field, **properties) == values


@pytest.mark.parametrize(
    ("properties", "values"),
    [
        ({"leiCode": "529900ACMEINDUSTR131"}, [number("lei", "529900ACMEINDUSTR131")]),
        ({"leiCode": "529900ACMEINDUSTR132"}, []),
        ({"vatID": "DE 136 695 976"}, [number("vat", "DE136695976", "DE")]),
        ({"vatID": ["DE136695977", "FR19552008443"]}, [number("vat", "FR19552008443", "FR")]),
        ({"vatID": "136695976"}, []),
        ({"taxID": "91-1144442"}, [number("ein", "911144442", "US")]),
        ({"taxID": "DE136695976"}, [number("vat", "DE136695976", "DE")]),
        ({"taxID": "21/815/08150"}, []),
        ({"duns": "15-048-3782"}, [number("duns", "150483782")]),
        ({"duns": 150483782}, [number("duns", "150483782")]),
        ({"duns": "000000000"}, []),
        ({"iso6523Code": "0199:529900ACMEINDUSTR131"}, [number("lei", "529900ACMEINDUSTR131")]),
        ({"iso6523Code": "0060:150483782"}, [number("duns", "150483782")]),
        ({"iso6523Code": "0002:552008443"}, [number("register", "552008443", "FR")]),
        ({"iso6523Code": "0009:73282932000074"}, [number("register", "732829320", "FR")]),
        ({"iso6523Code": "0088:4012345000009"}, []),
        ({"iso6523Code": "0199"}, []),
        ({"sameAs": "https://www.wikidata.org/wiki/Q42"}, [number("wikidata", "Q42")]),
        ({"sameAs": "https://www.wikidata.org/wiki/Property:P31"}, []),
        (
            {"leiCode": "529900ACMEINDUSTR131", "iso6523Code": "0199:529900ACMEINDUSTR131"},
            [number("lei", "529900ACMEINDUSTR131")],
        ),
    ],
)
def test_identifiers(properties: dict[str, object], values: list[Value]) -> None:
    """A number counts when its check digits are right, or, where it has none, when it has the form."""
    assert told("identifiers", **properties) == values


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (
            {
                "streetAddress": "Main St 1",
                "addressLocality": "Oakland",
                "addressRegion": "CA",
                "postalCode": 94601,
                "addressCountry": "USA",
            },
            {"street": "Main St 1", "locality": "Oakland", "region": "CA", "postal_code": "94601", "country": "US"},
        ),
        ({"addressCountry": {"@type": "Country", "name": "Germany"}}, {"country": "DE"}),
        ({"addressLocality": "Berlin", "addressCountry": "Nowhere"}, {"locality": "Berlin"}),
        ({"streetAddress": "c/o Jo Doe, Main St 1", "addressLocality": "Berlin"}, {"locality": "Berlin"}),
        ([{"addressLocality": "Berlin"}], {"locality": "Berlin"}),
    ],
)
def test_one_address_is_the_headquarters(address: object, place: Value) -> None:
    """With its country as a code; a street in care of somebody is left out."""
    assert told("headquarters", address=address) == [place]


def test_several_addresses_are_locations() -> None:
    """None of them is then known to be the headquarters; the country only if it is the same."""
    address = [
        {"addressLocality": "Berlin", "addressCountry": "DE"},
        {"addressLocality": "Bonn", "addressCountry": "DE"},
        "Hamburg",
    ]
    assert told("locations", address=address) == [
        {"locality": "Berlin", "country": "DE"},
        {"locality": "Bonn", "country": "DE"},
    ]
    assert told("headquarters", address=address) == []
    assert told("country", address=address) == ["DE"]
    assert told("country", address=[*address, {"addressCountry": "FR"}]) == []


def test_address_by_reference() -> None:
    """A node that stands elsewhere in the graph is found by its id."""
    graph = {
        "@graph": [
            {"@type": "Organization", "name": "Acme", "address": {"@id": "#place"}},
            {"@id": "#place", "addressLocality": "Bonn"},
        ]
    }
    found = facts(read_blocks([json.dumps(graph)]), OWN)
    assert ("company.headquarters", {"locality": "Bonn"}) in found


@pytest.mark.parametrize(
    ("written", "phones"),
    [
        ("+49 30 901820", ["+4930901820"]),
        ("tel:+49-30-901820", ["+4930901820"]),
        ("+1 (510) 555-0100 ext. 7", []),
        ("+1 800 829 1040", ["+18008291040"]),
        ("030 901820", []),
        ("+49 151 12345678", []),
        ("+44 7400 123456", []),
        ("+49 1", []),
        ("call us", []),
    ],
)
def test_telephone_of_the_house(written: str, phones: list[Value]) -> None:
    """International numbers that can be right; no mobile phone, and nobody's extension."""
    assert told("phone", telephone=written) == phones


@pytest.mark.parametrize(
    ("written", "emails"),
    [
        ("info@acme.example", ["info@acme.example"]),
        ("mailto:Info@Acme.example?subject=x", ["info@acme.example"]),
        (["kontakt@acme.example", "jo.doe@acme.example"], ["kontakt@acme.example"]),
        ("jo@acme.example", []),
        ("info.jo@acme.example", []),
        ("jodoe-sales@acme.example", []),
        ("info@localhost", []),
        ("info at acme.example", []),
        ({"email": "info@acme.example"}, []),
    ],
)
def test_addresses_of_roles(written: object, emails: list[Value]) -> None:
    """Addresses of a role alone; whatever else stands before the sign may be somebody's name."""
    assert told("emails", email=written) == emails


@pytest.mark.parametrize(
    ("link", "field"),
    [
        ("https://www.linkedin.com/company/acme", "linkedin_url"),
        ("https://de.linkedin.com/school/acme/", "linkedin_url"),
        ("https://www.linkedin.com/in/jo-doe", None),
        ("https://www.linkedin.com/company/acme/people/jo", None),
        ("https://evil-linkedin.com/company/acme", None),
        ("https://www.facebook.com/acme", "profiles"),
        ("https://x.com/acme", "profiles"),
        ("https://www.facebook.com/", None),
        ("https://www.xing.com/pages/acme", "profiles"),
        ("https://www.xing.com/profile/Jo_Doe", None),
        ("https://acme.example/team/jo", None),
        ("javascript:alert(1)", None),
        ("https://user@x.com/acme", None),
    ],
)
def test_profiles(link: str, field: str | None) -> None:
    """A company's pages at known networks; no person's, and no other address."""
    assert told("linkedin_url", sameAs=[link]) == ([link] if field == "linkedin_url" else [])
    assert told("profiles", sameAs=link) == ([link] if field == "profiles" else [])


def test_parent() -> None:
    """Its name, domain and LEI, as far as they can be read."""
    parent = {
        "@type": "Corporation",
        "name": "Holding",
        "url": "https://www.holding.example/x",
        "leiCode": "529900ACMEINDUSTR131",
    }
    assert told("parent", parentOrganization=parent) == [
        {"name": "Holding", "domain": "holding.example", "lei": "529900ACMEINDUSTR131"}
    ]
    assert told("parent", parentOrganization="Holding") == []


@pytest.mark.parametrize(
    "text",
    [
        "Founded by Jo Doe in 1987.",
        "Acme wurde von Inhaberin Jo Doe gegr\u00fcndet.",
        "Gesch\u00e4ftsf\u00fchrer: Jo Doe",
        "Notre g\u00e9rant Jo Doe vous accueille.",
        "Fundada por Jo Doe.",
        "Titolare: Jo Doe",
        "Write to jo@acme.example",
        "Call +49 151 12345678",
        "The practice of Dr. Jo Doe",
        "Our CEO Jo Doe",
    ],
)
def test_description_that_names_people_is_left_out(text: str) -> None:
    """Where a text is likely to name people, none of it is taken."""
    assert told("description", description=text) == []
    assert told("description", description=[text, "We build machines."]) == ["We build machines."]


def test_people_of_an_organisation_are_never_looked_at() -> None:
    """Founders, employees, members, contact points and whoever else stands beside the company leave no trace."""
    person = {"@type": "Person", "name": "Jo Doe", "email": "jo@acme.example", "telephone": "+49 30 901820"}
    keys = ("founder", "founders", "employee", "employees", "member", "members", "alumni", "funder", "contactPoint")
    block = {"@type": "Organization", "name": "Acme", "url": "https://acme.example", **{key: [person] for key in keys}}
    found = facts(read_blocks([json.dumps(block)]), OWN)
    assert {fact.field for fact in found} == {"company.name", "company.website"}

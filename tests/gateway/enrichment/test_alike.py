"""When values are the same, and when they agree: after normalisation, whoever writes them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.enrichment.alike import agree, key
from tests.gateway.enrichment.test_merge import VALUES

SAME = [
    ("company.name", "Acme GmbH & Co. KG", "ACME"),
    ("company.name", "SARL Dupont & Werner", "Dupont und Werner"),
    ("company.name", "The Boeing Company", "Boeing Co."),
    ("company.industry", "Machine  Tools", "machine tools"),
    ("company.website", "https://www.acme.com/", "acme.com"),
    ("company.website", "http://ACME.com:80/de/", "https://acme.com/de"),
    ("company.linkedin_url", "https://www.linkedin.com/company/acme/", "http://linkedin.com/company/acme"),
    ("company.domain", "www.acme.com", "acme.com"),
    ("company.vat_id", "DE 123.456.789", "de123456789"),
    ("company.phone", "+49 (30) 901-820", "+4930901820"),
    ("company.phone", "+49 30 901820 (Zentrale)", "+4930901820"),
    ("company.phone", "1-800-FLOWERS", "1 800 flowers"),
    ("company.identifiers", {"scheme": "lei", "value": "5493 00ab"}, {"scheme": "lei", "value": "549300AB"}),
    ("company.industry_codes", {"system": "nace2", "code": "62.01"}, {"system": "nace2", "code": "6201"}),
    ("company.technologies", {"slug": "crm", "name": "CRM", "category": "crm"}, {"slug": "crm", "name": "C", "x": 1}),
    ("company.employees.count", 1600, 1601),
    ("company.revenue.amount", {"amount": 12_000_000, "currency": "EUR"}, {"amount": 24_000_000, "currency": "EUR"}),
]
AGREE = [
    ("company.founded_on", "1998", "1998-03-01"),
    ("company.employees.range", {"min": 51, "max": 250}, {"min": 201, "max": 500}),
    ("company.employees.range", {"min": 10_001}, {"min": 5001}),
    ("company.headquarters", {"locality": "Köln", "country": "DE"}, {"locality": "köln", "street": "Am Dom 1"}),
    ("company.parent", {"name": "Acme Holding AG"}, {"name": "ACME Holding", "domain": "acme.com"}),
    ("company.parent", {"name": "Acme", "lei": "5493"}, {"name": "Acme Group plc", "lei": "5493"}),
    ("company.description", "We make tools.", "A maker of tools"),
    ("company.revenue.amount", {"amount": 1, "currency": "EUR"}, {"amount": 900_000_000, "currency": "USD"}),
]
APART = [
    ("company.name", "Acme GmbH", "Bcme GmbH"),
    ("company.website", "https://facebook.com/profile?id=1", "https://facebook.com/profile?id=2"),
    ("company.founded_on", "1998-03", "1998-04"),
    ("company.employees.count", 1600, 40),
    ("company.employees.range", {"min": 1, "max": 10}, {"min": 11, "max": 50}),
    ("company.revenue.range", {"max": 1_000_000, "currency": "USD"}, {"min": 1_000_000, "currency": "USD"}),
    ("company.revenue.amount", {"amount": 1, "currency": "EUR"}, {"amount": 900_000_000, "currency": "EUR"}),
    ("company.headquarters", {"locality": "Köln", "country": "DE"}, {"locality": "Köln", "country": "AT"}),
    ("company.parent", {"name": "Acme", "lei": "5493"}, {"name": "Acme", "lei": "5494"}),
    ("company.mail.accepts", True, False),
    ("company.phone", "on request", "see our website"),
    ("company.phone", "1-800-FLOWERS", "1-800-CONTACTS"),
    ("company.phone", "---", "***"),
    ("company.vat_id", "---", "***"),
]


@pytest.mark.parametrize(("field", "one", "other"), SAME)
def test_the_same_however_it_is_written(field: str, one: Any, other: Any) -> None:  # noqa: ANN401 - any shape
    """Legal forms, case, schemes, `www.`, blanks and signs make no other value."""
    assert key(field, one) == key(field, other)
    assert agree(field, one, other)


@pytest.mark.parametrize(("field", "one", "other"), AGREE)
def test_agreeing_without_being_the_same(field: str, one: Any, other: Any) -> None:  # noqa: ANN401 - any shape
    """What is less exact, or left out, or cannot be compared contradicts nothing."""
    assert key(field, one) != key(field, other)
    assert agree(field, one, other)
    assert agree(field, other, one)


@pytest.mark.parametrize(("field", "one", "other"), APART)
def test_what_cannot_both_be_true(field: str, one: Any, other: Any) -> None:  # noqa: ANN401 - any shape
    """A real difference is one from either side."""
    assert not agree(field, one, other)
    assert not agree(field, other, one)


@given(st.sampled_from(sorted(VALUES)), st.data())
def test_agreement_is_symmetric_and_holds_for_the_same(name: str, data: st.DataObject) -> None:
    """Who is asked first does not matter, and what is the same agrees."""
    one, other = data.draw(VALUES[name]), data.draw(VALUES[name])
    assert agree(name, one, other) is agree(name, other, one)
    assert agree(name, one, one)
    if key(name, one) == key(name, other):
        assert agree(name, one, other)


@given(st.sampled_from(["company.website", "company.phone", "company.vat_id", "company.domain", "x"]), st.text())
def test_any_text_can_be_compared(name: str, text: str) -> None:
    """What a lead wrote into a form is compared as well: nothing of it raises."""
    assert key(name, text) == key(name, text)
    assert agree(name, text, text)

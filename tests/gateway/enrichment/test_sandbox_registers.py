"""The whole way to free and official sources over sockets: engine, connector, client and the sandbox's vendor."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any, Final

import pytest

from gateway.enrichment import Enriched, Question
from gateway.sandbox.vendors import (
    KEY,
    CompaniesHouse,
    Gleif,
    Rdap,
    Scripted,
    SecEdgar,
    Vendors,
    Vies,
    Wikidata,
)
from gateway.sandbox.vendors.sec_edgar import TICKERS
from tests.gateway.enrichment import sandbox

pytestmark = pytest.mark.integration

CONTACT: Final = {"contact": "Example Machines Ltd admin@example.com"}
QUICK: Final = timedelta(milliseconds=200)


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    """The sandbox's vendors, whose limits are short."""
    async with Vendors(throttle=QUICK) as server:
        yield server


def told(found: Enriched, connector: str) -> tuple[str, str]:
    """How asking a connector ended, and why."""
    (call,) = [call for call in found.calls if call.connector.startswith(f"{connector}@")]
    return call.outcome.value, call.reason


def values(found: Enriched) -> dict[str, list[Any]]:
    """What was observed, by field."""
    seen: dict[str, list[Any]] = {}
    for each in found.observations:
        seen.setdefault(each.field, []).append(each.value)
    return seen


def named(name: str, country: str | None, domain: str | None = None) -> Mapping[str, str]:
    """A question about a company's name."""
    facts = {"company.name": name, "company.country": country, "company.domain": domain}
    return {field: value for field, value in facts.items() if value}


GLEIF: Final = [
    ("Acme Industries", "DE", "match", "", 3),
    ("Acme Group N.V.", "NL", "match", "", 1),
    ("Nordwind Logistik GmbH", "DE", "match", "", 2),
    ("Flaky Tools GmbH", "DE", "match", "", 2),
    ("Acme Industries", "AT", "no_match", "", 1),
    ("Twin Trading", "DE", "no_match", "ambiguous", 1),
    ("Max Muster", "DE", "no_match", "natural_person", 1),
    ("Garbage Collectors", "DE", "vendor_error", "not_json", 3),
    ("Busy Bees", "DE", "vendor_error", "status_500", 3),
]


@pytest.mark.parametrize(("name", "country", "outcome", "reason", "calls"), GLEIF)
async def test_the_lei_index(vendors: Vendors, name: str, country: str, outcome: str, reason: str, calls: int) -> None:
    """One record that can be no other's, its parents where they are reported, and nothing of a person."""
    found = await sandbox.asked(vendors, {"gleif": {}}, named(name, country))
    assert told(found, "gleif") == (outcome, reason)
    assert sum(vendors[Gleif].statuses.values()) == calls
    assert bool(found.observations) is (outcome == "match")


async def test_the_lei_index_in_full(vendors: Vendors) -> None:
    """Number, register, form, seat and both parents, under the licence of the source."""
    found = await sandbox.asked(vendors, {"gleif": {}}, named("Acme Industries GmbH", "DE"))
    seen = values(found)
    assert seen["company.identifiers"] == [
        {"scheme": "lei", "value": "LEIACMEINDUSTR000188"},
        {"scheme": "register", "value": "HRB 12345 B", "jurisdiction": "RA000242"},
    ]
    assert seen["company.parent"] == [{"name": "Acme Industries Holding GmbH", "lei": "LEIACMEHOLDING000265"}]
    assert seen["company.ultimate_parent"] == [{"name": "Acme Group N.V.", "lei": "LEIACMEGROUPNV000351"}]
    assert seen["company.headquarters"][0]["region"] == "DE-BE"
    assert {each.licence for each in found.observations} == {"CC0-1.0"}


async def test_the_limit_of_the_lei_index_is_not_reached(vendors: Vendors) -> None:
    """A question may take four of its sixty calls a minute: the sixteenth in a minute is put off."""
    async with sandbox.engine(vendors, {"gleif": {}}, seconds=3.0) as made:
        asked = [Question(lead_id=f"ld_{number}", facts=named(f"Nobody {number}", "DE")) for number in range(20)]
        found = [await made.enrich(each) for each in asked]
    assert sum(bool(each.calls) for each in found) == 15
    assert {str(skip.reason) for each in found for skip in each.skipped} == {"rate_window"}
    assert set(vendors[Gleif].statuses) == {200}


SEC: Final = [
    (named("Goldengate Robotics, Inc.", "US", "goldengate-robotics.example"), "match", "", 4),
    (named("Goldengate Robotics", None), "match", "", 4),
    (named("Acme Corp", "US", "acme.example"), "no_match", "another_domain", 2),
    (named("Late Filer", "DE"), "no_match", "another_country", 2),
    (named("Twin Trading", "US"), "no_match", "ambiguous", 1),
    (named("Nobody", "US"), "no_match", "", 1),
    (named("Garbage Collectors", "US"), "vendor_error", "not_json", 4),
]


@pytest.mark.parametrize(("facts", "outcome", "reason", "calls"), SEC)
async def test_the_sec(vendors: Vendors, facts: Mapping[str, str], outcome: str, reason: str, calls: int) -> None:
    """By name, and not by name alone where the record says more; the list of names is fetched once."""
    found = await sandbox.asked(vendors, {"sec_edgar": CONTACT}, facts)
    assert told(found, "sec_edgar") == (outcome, reason)
    assert sum(vendors[SecEdgar].statuses.values()) == calls
    assert vendors[SecEdgar].asked.count(TICKERS) == 1


async def test_the_sec_in_full(vendors: Vendors) -> None:
    """Identifiers, listing, place by our codes, and the last whole year's revenue with its date."""
    facts = named("Goldengate Robotics", "US", "goldengate-robotics.example")
    found = await sandbox.asked(vendors, {"sec_edgar": CONTACT}, facts)
    seen = values(found)
    assert seen["company.revenue.amount"] == [{"amount": 211_000_000, "currency": "USD", "year": 2025}]
    assert seen["company.listing"] == [{"ticker": "GGR", "exchange": "Nasdaq", "mic": "XNAS"}]
    assert seen["company.headquarters"][0]["region"] == "US-CA"
    (revenue,) = [each for each in found.observations if each.field == "company.revenue.amount"]
    assert (revenue.observed_at.date().isoformat(), revenue.confidence) == ("2025-12-31", 0.95)


async def test_the_sec_wants_to_know_who_asks(vendors: Vendors) -> None:
    """A contact without an address is refused with a page, once, and the operator hears of it."""
    found = await sandbox.asked(vendors, {"sec_edgar": {"contact": "nobody"}}, named("Acme", "US"))
    assert told(found, "sec_edgar") == ("unauthorised", "contact_refused")
    assert dict(vendors[SecEdgar].statuses) == {403: 1}


async def test_the_sec_keeps_the_hasty_out(vendors: Vendors) -> None:
    """A 403 that says too fast is put off by ten minutes; nobody else asks meanwhile."""
    own = SecEdgar(script={TICKERS: (Scripted(status=403, raw=b"Request Rate Threshold Exceeded"),)})
    async with Vendors(own) as hasty, sandbox.engine(hasty, {"sec_edgar": CONTACT}) as made:
        for number, wanted in enumerate((["throttled"], [])):
            found = await made.enrich(Question(lead_id=f"ld_{number}", facts=named("Acme", "US")))
            assert [call.outcome.value for call in found.calls] == wanted
    assert dict(own.statuses) == {403: 1}


WIKIDATA: Final = [
    ("acme.example", "match", "", 1),
    ("nameless.example", "match", "", 1),
    ("twins.example", "no_match", "ambiguous", 1),
    ("ada-brandt.example", "no_match", "natural_person", 1),
    ("nobody.example", "no_match", "", 1),
    ("torn.example", "vendor_error", "not_json", 3),
    ("late.example", "vendor_error", "status_500", 3),
    ("busy.example", "vendor_error", "status_500", 3),
]


@pytest.mark.parametrize(("domain", "outcome", "reason", "calls"), WIKIDATA)
async def test_wikidata(vendors: Vendors, domain: str, outcome: str, reason: str, calls: int) -> None:
    """The one organisation with that website; several, a person and a product are none."""
    found = await sandbox.asked(vendors, {"wikidata": CONTACT}, {"company.domain": domain})
    assert told(found, "wikidata") == (outcome, reason)
    assert sum(vendors[Wikidata].statuses.values()) == calls


async def test_wikidata_in_full(vendors: Vendors) -> None:
    """The latest of dated numbers, with their dates."""
    found = await sandbox.asked(vendors, {"wikidata": CONTACT}, {"company.domain": "acme.example"})
    seen = values(found)
    assert (seen["company.name"], seen["company.founded_on"]) == (["Acme Industries"], ["1987"])
    assert seen["company.employees.count"] == [312]
    assert seen["company.revenue.amount"] == [{"amount": 61_000_000, "currency": "EUR", "year": 2025}]
    assert seen["company.parent"] == [{"name": "Acme Group", "lei": "LEIACMEGROUPNV000351"}]
    (staff,) = [each for each in found.observations if each.field == "company.employees.count"]
    assert staff.observed_at.date().isoformat() == "2025-12-31"


async def test_wikidata_is_asked_one_at_a_time(vendors: Vendors) -> None:
    """Ten leads at once are ten queries one after another."""
    async with sandbox.engine(vendors, {"wikidata": CONTACT}) as made:
        asked = [Question(lead_id=f"ld_{n}", facts={"company.domain": f"nobody{n}.example"}) for n in range(10)]
        found = await asyncio.gather(*(made.enrich(each) for each in asked))
    assert {told(each, "wikidata") for each in found} == {("no_match", "")}
    assert vendors[Wikidata].most_at_once == 1


VIES: Final = [
    ("FR60815004395", "match", "", 1),
    ("IT00159560366", "match", "", 1),
    ("GR094259216", "match", "", 1),
    ("XI 980 7806 84", "match", "", 1),
    ("DE136695976", "no_match", "not_registered", 1),
    ("DE129273398", "vendor_error", "status_200", 3),
]


@pytest.mark.parametrize(("number", "outcome", "reason", "calls"), VIES)
async def test_vies(vendors: Vendors, number: str, outcome: str, reason: str, calls: int) -> None:
    """Registered or not; what the member state could not say is neither."""
    found = await sandbox.asked(vendors, {"vies": {}}, {"company.vat_id": number})
    assert told(found, "vies") == (outcome, reason)
    assert sum(vendors[Vies].statuses.values()) == calls
    names = values(found).get("company.legal_name", [])
    assert "ROSSI MARIO" not in names, "a sole trader is a person"


TESTS: Final = [
    ("100", "match"),
    ("200", "no_match"),
    ("201", "invalid_request"),
    ("202", "invalid_request"),
    ("300", "vendor_error"),
    ("301", "vendor_error"),
    ("302", "timeout"),
    ("400", "refused"),
    ("401", "refused"),
    ("500", "throttled"),
    ("501", "throttled"),
    ("600", "throttled"),
    ("601", "throttled"),
]


@pytest.mark.parametrize(("number", "outcome"), TESTS)
async def test_the_test_numbers_of_vies(vendors: Vendors, number: str, outcome: str) -> None:
    """Every error that the Commission's test service knows ends as what it is, and only 200 is a no."""
    facts = {"company.vat_id": f"DE{number}"}
    found = await sandbox.asked(vendors, {"vies": {"test_service": True}}, facts)
    assert told(found, "vies")[0] == outcome


async def test_vies_waits_for_slow_states_and_not_for_ever(vendors: Vendors) -> None:
    """Denmark takes sixteen seconds; a lead's deadline comes first, and the number is not called wrong."""
    found = await sandbox.asked(vendors, {"vies": {}}, {"company.vat_id": "DK13585628"}, seconds=0.5)
    assert told(found, "vies")[0] == "timeout"


HOUSE: Final = [
    ("Brightpath Ltd", "GB", "match", "", 2),
    ("Winding Down PLC", "GB", "match", "", 2),
    ("Half Known", "GB", "partial", "profile_unknown", 2),
    ("Twin Trading", "GB", "no_match", "ambiguous", 1),
    ("Nobody", "GB", "no_match", "", 1),
    ("Busy Bees", "GB", "vendor_error", "status_502", 3),
]


@pytest.mark.parametrize(("name", "country", "outcome", "reason", "calls"), HOUSE)
async def test_companies_house(
    vendors: Vendors, name: str, country: str, outcome: str, reason: str, calls: int
) -> None:
    """The company that is on the register, not the one of its name that is gone."""
    found = await sandbox.asked(vendors, {"companies_house": {"api_key": KEY}}, named(name, country))
    assert told(found, "companies_house") == (outcome, reason)
    assert sum(vendors[CompaniesHouse].statuses.values()) == calls
    if outcome == "match":
        assert values(found)["company.status"] == [{"Brightpath Ltd": "active"}.get(name, "liquidation")]


async def test_companies_house_has_a_key_and_a_test_host(vendors: Vendors) -> None:
    """A wrong key is told apart; on the test host there is no profile, and the search is used alone."""
    wrong = await sandbox.asked(vendors, {"companies_house": {"api_key": "another"}}, named("Brightpath", "GB"))
    assert told(wrong, "companies_house")[0] == "unauthorised"
    there = {"api_key": KEY, "host": "api-sandbox.company-information.service.gov.uk"}
    found = await sandbox.asked(vendors, {"companies_house": there}, named("Brightpath", "GB"))
    assert told(found, "companies_house") == ("partial", "profile_unknown")


RDAP: Final = [
    ("acme.example", "match", "", 2),
    ("acme.test", "match", "", 2),
    ("busy.example", "match", "", 3),
    ("nobody.example", "no_match", "not_registered", 2),
    ("nobody.test", "no_match", "not_registered", 2),
    ("other.example", "vendor_error", "another_domain", 4),
    ("down.example", "vendor_error", "status_503", 4),
    ("kept-out.example", "refused", "status_403", 2),
    ("acme.invalid", "not_applicable", "no_server_for_this_ending", 1),
    ("acme.localhost", "not_applicable", "server_not_in_manifest", 1),
]


@pytest.mark.parametrize(("domain", "outcome", "reason", "calls"), RDAP)
async def test_rdap(vendors: Vendors, domain: str, outcome: str, reason: str, calls: int) -> None:
    """At the server that the file names, of which the file is fetched once; a registrant is never taken."""
    found = await sandbox.asked(vendors, {"rdap": {}}, {"company.domain": domain})
    assert told(found, "rdap") == (outcome, reason)
    assert sum(vendors[Rdap].statuses.values()) == calls
    seen = values(found)
    assert seen.get("company.registration.registrar", ["Example Names Ltd"]) == ["Example Names Ltd"]
    assert "Ada Brandt" not in str(seen)


async def test_all_of_them_are_free(vendors: Vendors) -> None:
    """One lead through all: every source that can answers, nothing is spent, and nothing is billed."""
    sections: dict[str, dict[str, object]] = {"gleif": {}, "rdap": {}, "vies": {}}
    keyed = {"companies_house": {"api_key": KEY}, "sec_edgar": CONTACT, "wikidata": CONTACT}
    facts = {**named("Acme Industries", "DE", "acme.example"), "company.vat_id": "DE123456788"}
    found = await sandbox.asked(vendors, {**sections, **keyed}, facts)
    assert dict(found.marks) == {
        "companies_house": "not_applicable",
        "gleif": "match",
        "rdap": "match",
        "sec_edgar": "no_match",
        "vies": "match",
        "wikidata": "match",
    }
    assert sum(call.cost_minor for call in found.calls) == 0
    assert all(vendor.spent == 0 for vendor in vendors.vendors)

"""Every commercial and every generic vendor over sockets: outcomes, calls and bills with the real client."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

import pytest

from connectors.kit import LookupOutcome
from gateway.sandbox.vendors import (
    KEY,
    Apollo,
    BuiltWith,
    Clearbit,
    Hunter,
    OwnService,
    PeopleDataLabs,
    Vendor,
    Vendors,
)
from gateway.sandbox.vendors.vendor import Played
from tests.gateway.enrichment.sandbox import OWN, Sections, asked, asked_together

pytestmark = pytest.mark.integration

DOLLAR: Final = {"price": "1"}
"""A price at which money counts units."""
VENDORS: Final[Mapping[str, tuple[type[Played], dict[str, object]]]] = {
    "apollo": (Apollo, {"api_key": KEY, **DOLLAR}),
    "hunter": (Hunter, {"api_key": KEY, **DOLLAR}),
    "hunter_person": (Hunter, {"api_key": KEY, **DOLLAR}),
    "people_data_labs_person": (PeopleDataLabs, {"api_key": KEY, **DOLLAR}),
    "builtwith": (BuiltWith, {"api_key": KEY, **DOLLAR}),
    "clearbit_compatible": (Clearbit, {"host": OWN, "token": KEY, **DOLLAR}),
    "http_json": (OwnService, {"host": OWN, "token": KEY}),
}


def about(name: str, subject: str) -> dict[str, str]:
    """The facts of a question to a vendor; with an address where it is about people."""
    person = {"person.email": subject} if "@" in subject else {}
    return {"company.domain": subject.rpartition("@")[2], "company.name": name, **person}


CASES: Final = [
    ("apollo", "acme.example", "match", 1, 1),
    ("apollo", "nobody.example", "no_match", 1, 0),
    ("apollo", "silent.example", "no_match", 1, 0),
    ("apollo", "busy.example", "match", 2, 1),
    ("apollo", "flaky.example", "match", 2, 1),
    ("apollo", "down.example", "vendor_error", 3, 0),
    ("apollo", "scope.example", "refused", 1, 0),
    ("apollo", "lost.example", "invalid_request", 1, 0),
    ("hunter", "acme.example", "match", 1, 1),
    ("hunter", "nobody.example", "no_match", 1, 0),
    ("hunter", "busy.example", "match", 2, 1),
    ("hunter", "broke.example", "quota_exhausted", 1, 0),
    ("hunter", "objected.example", "suppressed_by_vendor", 1, 0),
    ("hunter", "pending.example", "match", 2, 1),
    ("hunter", "lost.example", "invalid_request", 1, 0),
    ("hunter_person", "ada@acme.example", "match", 1, 1),
    ("hunter_person", "nobody@acme.example", "no_match", 1, 0),
    ("hunter_person", "objected@acme.example", "suppressed_by_vendor", 1, 0),
    ("people_data_labs_person", "Ada@Acme.example", "match", 1, 1),
    ("people_data_labs_person", "nobody@acme.example", "no_match", 1, 0),
    ("builtwith", "acme.example", "match", 1, 1),
    ("builtwith", "nobody.example", "no_match", 1, 1),
    ("builtwith", "busy.example", "match", 2, 1),
    ("builtwith", "broke.example", "quota_exhausted", 1, 0),
    ("builtwith", "ignored.example", "invalid_request", 1, 0),
    ("builtwith", "internal.example", "match", 2, 1),
    ("clearbit_compatible", "acme.example", "match", 1, 1),
    ("clearbit_compatible", "nobody.example", "no_match", 1, 1),
    ("clearbit_compatible", "mail.example", "no_match", 1, 1),
    ("clearbit_compatible", "pending.example", "pending", 1, 1),
    ("clearbit_compatible", "busy.example", "match", 2, 1),
    ("clearbit_compatible", "broke.example", "quota_exhausted", 1, 0),
    ("clearbit_compatible", "lost.example", "invalid_request", 1, 0),
    ("http_json", "acme.example", "match", 1, 0),
    ("http_json", "nobody.example", "no_match", 1, 0),
    ("http_json", "busy.example", "match", 2, 0),
    ("http_json", "garbage.example", "vendor_error", 3, 0),
]


@pytest.mark.parametrize(("name", "subject", "outcome", "calls", "units"), CASES)
async def test_what_a_vendor_says_is_what_comes_of_it(
    name: str, subject: str, outcome: str, calls: int, units: int
) -> None:
    """The outcome, as many calls as it takes, and a spend that is the vendor's own bill."""
    kind, section = VENDORS[name]
    async with Vendors() as vendors:
        found = await asked(vendors, {name: section}, about(name, subject), personal="@" in subject)
        (call,) = found.calls
        assert (call.outcome, vendors.calls) == (outcome, calls), "and nobody else was asked"
        assert (vendors[kind].spent, call.cost_micros) == (Decimal(units), 1_000_000 * units)


@pytest.mark.parametrize("name", ["apollo", "hunter", "builtwith", "clearbit_compatible", "http_json"])
@pytest.mark.parametrize("domain", ["garbage.example", "page.example"])
async def test_a_reply_that_is_no_record_counts_as_charged(name: str, domain: str) -> None:
    """Cut short or a page: nobody knows whether it was charged, so it is neither repeated nor taken for a miss."""
    _, section = VENDORS[name]
    async with Vendors() as vendors:
        (call,) = (await asked(vendors, {name: section}, about(name, domain))).calls
        assert call.outcome == "vendor_error"
        free = "price" not in section
        assert (vendors.calls, call.cost_micros) == ((3, 0) if free else (1, 1_000_000))


@pytest.mark.parametrize("name", VENDORS)
async def test_a_wrong_key_ends_at_once(name: str) -> None:
    """Whatever its form: a text, a 401, or an error in a 200."""
    kind, section = VENDORS[name]
    wrong = {**section, "token" if "token" in section else "api_key": "another-key"}
    async with Vendors() as vendors:
        (call,) = (await asked(vendors, {name: wrong}, about(name, "ada@acme.example"), personal=True)).calls
        assert (call.outcome, call.cost_micros, vendors.calls) == ("unauthorised", 0, 1)
        assert vendors[kind].spent == 0


@pytest.mark.parametrize(
    ("name", "make", "outcome"),
    [
        ("apollo", lambda: Apollo(windows=(1000, 2, None)), "throttled"),
        ("hunter", lambda: Hunter(windows=(15, 2)), "throttled"),
        ("builtwith", lambda: BuiltWith(credits_left=2), "quota_exhausted"),
        ("clearbit_compatible", lambda: Clearbit(limit=2), "throttled"),
    ],
)
async def test_a_vendors_own_limit_is_told_from_its_failures(
    name: str, make: Callable[[], Vendor], outcome: str
) -> None:
    """What lies far off is not waited for: the time comes back that the vendor names, or a while."""
    sections: Sections = {name: VENDORS[name][1]}
    async with Vendors(make()) as vendors:
        for domain in ("one.example", "two.example"):
            await asked(vendors, sections, {"company.domain": domain})
        (call,) = (await asked(vendors, sections, {"company.domain": "three.example"}, seconds=0.9)).calls
        assert call.outcome == outcome
        assert (call.retry_at is not None) is (outcome == "throttled")


async def test_only_what_may_leave_leaves() -> None:
    """A vendor of hashes never sees the address; one of domains sees nothing of the person."""
    async with Vendors() as vendors:
        facts = {**about("Acme", "ada@acme.example"), "person.full_name": "Ada Lovelace"}
        sections: Sections = {name: section for name, (_, section) in VENDORS.items()}
        found = await asked(vendors, sections, facts, personal=True)
        assert {call.outcome for call in found.calls} == {LookupOutcome.MATCH}
        subjects = {type(vendor).__name__: getattr(vendor, "asked", []) for vendor in vendors.vendors}
    assert all(subject == "acme.example" for name in ("Apollo", "BuiltWith", "Clearbit") for subject in subjects[name])
    assert sorted(subjects["Hunter"]) == ["acme.example", "ada@acme.example"]
    (hashed,) = subjects["PeopleDataLabs"]
    assert "@" not in hashed
    values = {seen.field: seen.value for seen in found.observations if seen.personal}
    assert values["person.seniority"] in ("cxo", "executive")
    assert "person.work_email" not in values, "a truth in the place of an address is none"


async def test_nobody_is_asked_about_a_person_without_a_decision() -> None:
    """Without it the vendors of people get no call at all."""
    sections: Sections = {name: VENDORS[name][1] for name in ("hunter_person", "people_data_labs_person")}
    async with Vendors() as vendors:
        found = await asked(vendors, sections, {"company.domain": "acme.example", "person.email": "ada@acme.example"})
        assert ([str(each.reason) for each in found.skipped], vendors.calls) == (["not_allowed"] * 2, 0)


async def test_apollo_takes_ten_in_one_call() -> None:
    """Found and left out side by side; the bill is that of the found, and a wait stops the whole call."""
    section = VENDORS["apollo"][1]
    several = [{"company.domain": domain} for domain in ("nobody.example", "acme.example", "flaky.example")]
    async with Vendors() as vendors:
        first = await asked_together(vendors, "apollo", section, several)
        assert {answer.outcome for answer in first} == {LookupOutcome.VENDOR_ERROR}
        second = await asked_together(vendors, "apollo", section, several)
        assert [answer.outcome for answer in second] == ["no_match", "match", "match"]
        assert [answer.units for answer in second] == [Decimal(0), Decimal(1), Decimal(1)]
        assert vendors[Apollo].spent == 2
        assert not [seen for answer in second for seen in answer.observations if "caller" in str(seen.value)]


async def test_an_answer_under_another_name_is_no_miss() -> None:
    """Apollo answers with the domain that it knows a company by now: what was asked for stays open."""
    several = [{"company.domain": domain} for domain in ("renamed.example", "busy.example")]
    async with Vendors() as vendors:
        await asked_together(vendors, "apollo", VENDORS["apollo"][1], several)
        renamed, other = await asked_together(vendors, "apollo", VENDORS["apollo"][1], several)
        assert (renamed.outcome, other.outcome) == (LookupOutcome.VENDOR_ERROR, LookupOutcome.MATCH)
        assert (other.units, vendors[Apollo].spent) == (Decimal(2), Decimal(2))


async def test_people_go_in_one_call_as_well() -> None:
    """By their hashes, each with an answer of its own."""
    several = [{"person.email": f"{name}@acme.example"} for name in ("nobody", "ada")]
    async with Vendors() as vendors:
        section = VENDORS["people_data_labs_person"][1]
        answers = await asked_together(vendors, "people_data_labs_person", section, several)
        assert [answer.outcome for answer in answers] == ["no_match", "match"]
        assert (vendors[PeopleDataLabs].spent, answers[1].record) == (Decimal(1), "sandbox-ada")

"""The country that nobody said: what it is guessed from, whom it opens, and what it never does."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.countries import CODES
from gateway.desk.company import Believing, explain_company
from gateway.enrichment import Enriched, Goal, Question, Skip
from gateway.enrichment.home import AT_HOME, Guess, Hint
from gateway.enrichment.leads import question
from gateway.lead import Company, Lead
from gateway.policies.loading import load_merge
from gateway.sandbox.vendors import Gleif, Vendors
from gateway.verification.model import PhoneEvidence, PhoneVerdict, RegionSource, Validity
from gateway.verification.reasons import Level
from tests.gateway.enrichment import sandbox
from tests.gateway.enrichment.doubles import PAID, World, installed
from tests.gateway.enrichment.test_leads import lead

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
GERMANY = Guess(country="DE", hint=Hint.DOMAIN_ENDING)
BY_COUNTRY: dict[str, Any] = {
    "requires": [["company.name", "company.country"]],
    "sends": ["company.name", "company.country"],
    "provides": ["company.name", "company.industry", "company.country"],
}
NAMED = {"company.domain": "acme.de", "company.name": "Acme Industries GmbH"}


def calling(
    region: str | None,
    source: RegionSource,
    said: str | None,
    *,
    verdict: Validity = Validity.VALID,
    mailbox: str = "acme.example",
) -> Lead:
    """A lead with a number of a region and a country that the person says."""
    evidence = PhoneEvidence(
        region=region, region_source=source, phone_metadata_version="1", checked_at=NOW, expires_at=NOW
    )
    found = lead(mailbox=mailbox)
    person = replace(found.submission.person, country=said)
    phone = PhoneVerdict(
        verdict=verdict, level=Level.NUMBERING, score=50, reasons=(), contributions=(), evidence=evidence
    )
    return replace(found, submission=replace(found.submission, person=person), phone=phone)


@pytest.mark.parametrize(
    ("vat_id", "domain", "guessed"),
    [
        ("DE143454214", "acme.fr", Guess(country="DE", hint=Hint.VAT_NUMBER)),
        ("EL 094259216", None, Guess(country="GR", hint=Hint.VAT_NUMBER)),
        ("DE143454215", "acme.example", None),
        ("143454214", "acme.example", None),
        ("US-1", "acme.example", None),
        (None, "acme.de", GERMANY),
        (None, "www.acme.co.uk", Guess(country="GB", hint=Hint.DOMAIN_ENDING)),
        (None, "acme.com.au", Guess(country="AU", hint=Hint.DOMAIN_ENDING)),
        *((None, f"acme.{ending}", None) for ending in ("com", "io", "co", "ai", "me", "tv", "cc", "to", "fm", "ly")),
        *((None, f"acme.{ending}", None) for ending in ("eu", "su", "uk.com", "is", "gg", "berlin", "xn--p1ai")),
    ],
)
def test_number_and_domain_name_a_country(vat_id: str | None, domain: str | None, guessed: Guess | None) -> None:
    """A right VAT number first, then the ending of the domain, unless it is one that is used for its letters."""
    found = lead(Company(vat_id=vat_id, domain=domain), mailbox=None)
    asked = question(found, personal=False)
    assert asked.guess == guessed
    assert "company.country" not in asked.facts


def test_a_providers_domain_names_no_country() -> None:
    """Who writes from a German mailbox provider works anywhere."""
    assert question(lead(mailbox="acme.de", free=True), personal=True).guess is None
    assert question(lead(mailbox="acme.de"), personal=True).guess == GERMANY


def test_endings_are_those_of_countries() -> None:
    """Each is its country's code, but for the United Kingdom's."""
    assert {ending.upper() for ending in AT_HOME} - {"UK"} <= CODES
    assert "gb" not in AT_HOME


NUMBER, READ_BY_COUNTRY = RegionSource.NUMBER, RegionSource.DECLARED_COUNTRY


@pytest.mark.parametrize(
    ("region", "source", "said", "country"),
    [
        ("AT", NUMBER, "AT", "AT"),
        ("AT", NUMBER, "DE", None),
        ("AT", NUMBER, None, None),
        (None, NUMBER, "AT", None),
        ("AT", READ_BY_COUNTRY, "AT", None),
    ],
)
def test_number_and_person_count_only_together(
    region: str | None, source: RegionSource, said: str | None, country: str | None
) -> None:
    """Where each of them says the same by itself; a number that was read by the person's country says nothing more."""
    guess = question(calling(region, source, said), personal=True).guess
    assert guess == (None if country is None else Guess(country=country, hint=Hint.PHONE_AND_PERSON))
    assert question(calling(region, source, said, verdict=Validity.INVALID), personal=True).guess is None


def test_nothing_of_the_person_is_guessed_from_without_the_decision() -> None:
    """Where only the company may be asked about, number and person are not looked at; the domain is."""
    assert question(calling("AT", NUMBER, "AT"), personal=False).guess is None
    assert question(calling("AT", NUMBER, "AT", mailbox="acme.de"), personal=False).guess == GERMANY


def asking(*stages: Any, **script: Any) -> World:  # noqa: ANN401 - connectors, and steps by their names
    """A world of connectors that all know the company, unless told otherwise."""
    known = {"name": "Acme Industries GmbH"}
    names = [each.manifest.id for stage in stages for each in stage]
    return World({f"{name}.example": [script.get(name, known)] for name in names}, stages)


async def enriched(world: World, **changes: Any) -> Enriched:  # noqa: ANN401 - parts of a question
    """The answer to a question about a company whose country nobody said."""
    return await world.engine.enrich(Question(**{"lead_id": "ld_1", "facts": NAMED, "guess": GERMANY, **changes}))


async def test_a_guess_opens_free_registers_alone() -> None:
    """It goes to the one that takes no question without; not to one that needs none, nor to one that charges."""
    free = installed("free", **{**BY_COUNTRY, "requires": [["company.name"]]})
    world = asking([installed("register", **BY_COUNTRY), free, installed("dear", **BY_COUNTRY, **PAID)])
    found = await enriched(world)
    assert found.marks == {"register": "match", "free": "match", "dear": Skip.NOT_APPLICABLE}
    told = {each.id: (each.sent, dict(each.guessed)) for each in found.lookup(NOW).asked}
    assert told["register"] == (("company.name", "company.country"), {"company.country": "domain_ending"})
    assert told["free"] == (("company.name",), {})
    assert (await enriched(asking([installed("register", **BY_COUNTRY)]), guess=None)).marks == {
        "register": Skip.NOT_APPLICABLE
    }


async def test_what_is_said_or_known_comes_before_a_guess() -> None:
    """A country that the lead gives, or that an earlier source is sure of, is asked with, and no guess is told."""
    terms = installed("site").manifest.compliance.model_dump() | {"redistribution": True}
    site = installed("site", provides=["company.name", "company.domain", "company.country"], compliance=terms)
    steps = {"name": "Acme Industries GmbH", "domain": "acme.de", "country": "AT"}
    world = asking([site], [installed("register", **BY_COUNTRY)], site=steps)
    *_, register = (await enriched(world)).lookup(NOW).asked
    assert (register.mark, dict(register.guessed)) == ("match", {})
    said = await enriched(asking([installed("register", **BY_COUNTRY)]), facts={**NAMED, "company.country": "FR"})
    assert dict(said.lookup(NOW).asked[0].guessed) == {}


async def test_a_guess_is_compared_with_nothing() -> None:
    """A name that was found in the guessed country is worth what it is with the country unknown, and never strong."""
    answer = {"name": "Acme Industries GmbH", "country": "DE"}

    async def confidence(*requires: str, **changes: Any) -> float:  # noqa: ANN401 - parts of a question
        register = installed("register", **{**BY_COUNTRY, "requires": [["company.name", *requires]]})
        found = await enriched(asking([register], register=answer), **changes)
        assert [str(call.identity and call.identity.why) for call in found.calls] == ["same_name"]
        return next(each.confidence for each in found.observations if each.field == "company.name")

    guessed = await confidence("company.country")
    assert guessed == await confidence(guess=None)
    assert guessed < await confidence("company.country", facts={**NAMED, "company.country": "DE"})


async def test_a_guess_is_never_taken_for_the_companys_country() -> None:
    """What the register does not say of the country is not known afterwards; that it was guessed is explained."""
    found = await enriched(asking([installed("register", **BY_COUNTRY)]))
    assert {each.field for each in found.observations} == {"company.name"}
    known = replace(lead(Company(name="Acme Industries GmbH")), lookups=(found.lookup(NOW),))
    told = explain_company(known, Believing(merging=load_merge(), goal=Goal()), NOW)
    assert "company.country" not in {each["field"] for each in told["fields"]}
    (asked,) = told["connectors"]
    assert asked["guessed"] == {"company.country": "domain_ending"}
    assert "the one that the domain ends in" in asked["says"]


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    """The sandbox's vendors."""
    async with Vendors() as server:
        yield server


@pytest.mark.integration
async def test_the_lei_index_is_asked_about_a_german_domain(vendors: Vendors) -> None:
    """Over sockets: a form without the company's country and a domain under .de; the index knows the company there."""
    asked = question(lead(Company(name="Acme Industries GmbH", domain="acme.de")), personal=False)
    async with sandbox.engine(vendors, {"gleif": {}}) as engine:
        found = await engine.enrich(asked)
        wrong = await engine.enrich(replace(asked, guess=Guess(country="AT", hint=Hint.VAT_NUMBER)))
    assert (found.marks, wrong.marks) == ({"gleif": "match"}, {"gleif": "no_match"})
    assert max(each.confidence for each in found.observations) < 0.8
    assert set(vendors[Gleif].statuses) == {200}

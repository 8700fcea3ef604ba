"""From a lead to a question: what may be asked with, and whose domain it is."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.enrichment import LeadEnricher
from gateway.enrichment.leads import question
from gateway.lead import Company, Lead, Person, Personal, Status, Submission
from gateway.lookup import Asked, Lookup
from gateway.ports import Ask, Exposure
from gateway.verification.company.claims import Looked, NameServers
from gateway.verification.company.judge import judge_company
from gateway.verification.model import Deliverability, EmailEvidence, EmailFacts, EmailVerdict
from gateway.verification.reasons import Level
from tests.gateway.enrichment.doubles import PAID, World, installed

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def lead(company: Company | None = None, *, mailbox: str | None = "acme.example", **facts: bool | None) -> Lead:
    """A lead whose e-mail was verified, at a company's own domain unless `facts` say otherwise."""
    verdict = None
    if mailbox is not None:
        verdict = EmailVerdict(
            verdict=Deliverability.DELIVERABLE,
            level=Level.DNS,
            score=50,
            reasons=(),
            contributions=(),
            facts=EmailFacts(**{"free": False, "disposable": False, **facts}),
            evidence=EmailEvidence(domain=mailbox, checked_at=NOW, expires_at=NOW),
        )
    person = Person(email=Personal("jo@acme.example"), full_name=Personal("Jo Doe"))
    return Lead(
        id="ld_1",
        subject_id="sb_1",
        status=Status.VERIFIED,
        submission=Submission(source="form", person=person, company=company or Company()),
        received_at=NOW,
        updated_at=NOW,
        email=verdict,
    )


def test_mailbox_domain_stands_in_for_the_company() -> None:
    """Without a given domain the employer's is that of the e-mail address."""
    asked = question(lead(), personal=False)
    assert (asked.company_known, dict(asked.facts)) == (True, {"company.domain": "acme.example"})


@pytest.mark.parametrize("facts", [{"free": True}, {"disposable": True}, {"privacy_relay": True}, {"free": None}])
def test_mail_provider_is_no_employer(facts: dict[str, Any]) -> None:
    """Free, disposable, relay and untested domains are nobody's employer, given as a company's or not."""
    for company in (
        Company(),
        Company(domain="ACME.example"),
        Company(domain="acme.example", website="https://www.acme.example/team"),
    ):
        asked = question(lead(company, **facts), personal=False)
        assert not asked.company_known
        assert "company.domain" not in asked.facts
        assert "company.website" not in asked.facts


def test_given_domain_counts_beside_a_free_mailbox() -> None:
    """Who writes from a free mailbox and names the company's domain is asked about by that."""
    asked = question(lead(Company(domain="Firm.example"), mailbox="free.example", free=True), personal=False)
    assert (asked.company_known, asked.facts["company.domain"]) == (True, "firm.example")


def test_website_alone_is_a_company() -> None:
    """A website without a mailbox verdict is enough to ask about the company, by its domain too."""
    asked = question(lead(Company(website="https://www.firm.example"), mailbox=None), personal=False)
    wanted = {"company.domain": "firm.example", "company.website": "https://www.firm.example"}
    assert (asked.company_known, dict(asked.facts)) == (True, wanted)


@pytest.mark.parametrize("website", ["https://linkedin.com/company/acme", "https://acme.wixsite.com/home", "10.0.0.1"])
def test_page_of_many_is_no_company(website: str) -> None:
    """A profile, a built page and an address are not asked about, as a website or as a domain."""
    asked = question(lead(Company(website=website), mailbox=None), personal=False)
    assert (asked.company_known, dict(asked.facts)) == (False, {})


@pytest.mark.parametrize(
    ("vat_id", "asked_with"), [("de 143.454.214", "DE143454214"), ("US-1", "US-1"), ("DE143454215", None)]
)
def test_vat_number_that_cannot_be_right_is_not_asked_with(vat_id: str, asked_with: str | None) -> None:
    """A right one goes out as its country writes it, one of an unknown kind as it came, a wrong one not at all."""
    asked = question(lead(Company(vat_id=vat_id), mailbox=None), personal=False)
    assert (asked.company_known, asked.facts.get("company.vat_id")) == (asked_with is not None, asked_with)


def test_verdict_of_the_journey_is_what_counts() -> None:
    """What verification found is not judged again: a parked domain stays one."""
    found = lead(Company(domain="firm.example"), mailbox=None)
    names = {"firm.example": NameServers(hosts=("ns1.sedoparking.com",))}
    verdict = judge_company(found.submission.claims(None), Looked(names=names), now=NOW)
    asked = question(replace(found, company=verdict), personal=False)
    assert (asked.company_known, dict(asked.facts)) == (False, {})


def test_personal_fields_need_the_decision() -> None:
    """Without the ENRICH decision no personal field is even in the question; its repr never shows one."""
    assert not any(name.startswith("person.") for name in question(lead(), personal=False).facts)
    asked = question(lead(), personal=True)
    assert (asked.facts["person.email"], asked.facts["person.full_name"]) == ("jo@acme.example", "Jo Doe")
    assert "jo@" not in repr(asked)


async def test_no_exposure_asks_nobody() -> None:
    """A veto closes everything; other leads of the batch are asked, in order."""
    world = World({"vendor.example": [{"name": "Acme"}]}, [[installed("vendor")]])
    enricher = LeadEnricher(world.engine)
    asks = [Ask(lead=lead(), exposure=each) for each in (Exposure.NOTHING, Exposure.COMPANY, Exposure.NOTHING)]
    found = await enricher.enrich(asks, NOW)
    assert [dict(each.marks) for each in found] == [{}, {"vendor": "match"}, {}]
    assert [len(each.observations) for each in found] == [0, 1, 0]
    assert world.vendors.asked("vendor.example") == 1


async def test_what_was_paid_and_objected_before_counts_in_the_next_look_up() -> None:
    """The money that earlier look-ups took is gone, and whoever objected at a vendor is asked about nowhere else."""
    stages = [[installed("vendor", **PAID)], [installed("other")]]
    world = World({"vendor.example": [{"name": "Acme"}], "other.example": [{"name": "Acme"}]}, stages, budget_micros=15)
    before = Asked(connector="vendor@1.0.0", mark="no_match", called=True, cost_micros=10, currency="USD")
    objected = replace(before, mark="suppressed_by_vendor", cost_micros=0)
    marks = []
    for asked in (before, objected):
        known = replace(lead(), lookups=(Lookup(at=NOW, asked=(asked,)),))
        (found,) = await LeadEnricher(world.engine).enrich([Ask(lead=known, exposure=Exposure.PERSONAL)], NOW)
        marks.append(dict(found.marks))
    assert marks == [
        {"vendor": "over_budget", "other": "match"},
        {"vendor": "suppressed", "other": "suppressed"},
    ]

"""The journey's port over the engine: what of a lead may be asked with, and what came back."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from gateway.enrichment.engine import Engine, all_or_none
from gateway.enrichment.home import guess_country
from gateway.enrichment.model import Question
from gateway.lead import Lead, Personal
from gateway.lookup import Lookup, spent, unexpired
from gateway.ports import Ask, Exposure
from gateway.verification.company.judge import judge_company
from gateway.verification.company.model import CompanyVerdict, DomainSource

AT_ONCE = 32
"""Leads in flight per call."""


class LeadEnricher:
    """Enriches leads; implements `gateway.ports.Enricher`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def enrich(self, asks: Sequence[Ask], now: datetime) -> Sequence[Lookup]:
        """Asks for each lead what its exposure allows, in order."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(ask: Ask) -> Lookup:
            if ask.exposure is Exposure.NOTHING:
                return Lookup(at=now)
            async with room:
                asked = question(ask.lead, personal=ask.exposure is Exposure.PERSONAL)
                found = await self._engine.enrich(replace(asked, only=ask.only, **_before(ask.lead, now)))
            return found.lookup(now)

        return await all_or_none([one(ask) for ask in asks])


def _before(lead: Lead, now: datetime) -> Mapping[str, Any]:
    """What earlier look-ups of a lead mean for this one: what is known, was paid, and whether the person objected."""
    asked = [each for lookup in lead.lookups for each in lookup.asked]
    return {
        "earlier": unexpired(lead.observations, now),
        "spent": spent(asked),
        "objected": any(each.objected for each in asked),
    }


def question(lead: Lead, *, personal: bool) -> Question:
    """Makes the question of a lead.

    Which domain is the company's, its verdict says: a provider's, relay's, throw-away, shared or parked domain is
    nobody's employer, whoever names it; neither is the domain of an address whose lists were never asked. A website
    that was not taken for the company's, and a VAT number that cannot be right, are not asked with either.

    Args:
        lead: with its verdicts, if it has any.
        personal: whether personal fields may be asked with at all.
    """
    company = lead.submission.company
    verdict = _judged(lead)
    wrong = verdict.facts.vat_form is False or verdict.facts.vat_check_digit is False
    vat_id = None if wrong else verdict.evidence.vat_number or company.vat_id
    facts = {
        "company.domain": verdict.domain,
        "company.website": None if verdict.refused(DomainSource.WEBSITE) else company.website,
        "company.name": company.name,
        "company.country": company.country,
        "company.vat_id": vat_id,
        **(_personal(lead) if personal else {}),
    }
    return Question(
        lead_id=lead.id,
        facts={name: value for name, value in facts.items() if value},
        subject_id=lead.subject_id,
        personal_allowed=personal,
        company_known=verdict.domain is not None or bool(vat_id),
        given=given(lead),
        guess=guess_country(lead, verdict, personal=personal),
    )


def given(lead: Lead) -> frozenset[str]:
    """The names of what the lead says of company and person, and of the domain that verification found."""
    domain = _judged(lead).domain
    person = lead.submission.person
    said = {f"person.{name}" for name in ("given_name", "family_name", "full_name", "job_title", "phone")}
    said = {name for name in said if getattr(person, name.partition(".")[2]) is not None}
    said |= {f"company.{name}" for name in lead.submission.company.given()}
    return frozenset(said | ({"company.domain"} if domain else set()))


def _judged(lead: Lead) -> CompanyVerdict:
    """What verification says of the lead's company, now where it never has."""
    return lead.company or judge_company(lead.submission.claims(lead.email), now=lead.updated_at)


def _personal(lead: Lead) -> Mapping[str, str | None]:
    person = lead.submission.person
    values: Mapping[str, Personal | None] = {
        "person.email": person.email,
        "person.given_name": person.given_name,
        "person.family_name": person.family_name,
        "person.full_name": person.full_name,
        "person.job_title": person.job_title,
        "person.phone": person.phone,
    }
    return {name: value.reveal() for name, value in values.items() if value is not None}

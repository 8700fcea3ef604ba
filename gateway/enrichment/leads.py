"""The journey's port over the engine: what of a lead may be asked with, and what came back."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from gateway.enrichment.engine import Engine, all_or_none
from gateway.enrichment.model import Question
from gateway.lead import Lead, Personal
from gateway.ports import Ask, Enrichment, Exposure

AT_ONCE = 32
"""Leads in flight per call."""


class LeadEnricher:
    """Enriches leads; implements `gateway.ports.Enricher`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def enrich(self, asks: Sequence[Ask], now: datetime) -> Sequence[Enrichment]:  # noqa: ARG002 - the engine has the clock
        """Asks for each lead what its exposure allows, in order."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(ask: Ask) -> Enrichment:
            if ask.exposure is Exposure.NOTHING:
                return Enrichment(observations=(), marks={})
            async with room:
                found = await self._engine.enrich(question(ask.lead, personal=ask.exposure is Exposure.PERSONAL))
            return Enrichment(observations=found.observations, marks=found.marks)

        tasks = [asyncio.ensure_future(one(ask)) for ask in asks]
        await all_or_none(tasks)
        return [task.result() for task in tasks]


def question(lead: Lead, *, personal: bool) -> Question:
    """Makes the question of a lead.

    The company's domain is the one that was given, else that of the e-mail address. A free-mail, disposable or
    relay domain is nobody's employer; neither is the domain of an address whose lists were never asked.

    Args:
        lead: with its e-mail verdict, if it has one.
        personal: whether personal fields may be asked with at all.
    """
    company = lead.submission.company
    mailbox = lead.email.evidence.domain if lead.email is not None else None
    employer = _is_employer(lead)
    given = company.domain.strip().lower() if company.domain else None
    domain = given if given and (given != mailbox or employer) else None
    if domain is None and mailbox is not None and employer:
        domain = mailbox
    known = domain is not None or (given is None and bool(company.website or company.vat_id))
    facts = {
        "company.domain": domain,
        "company.website": company.website if known else None,
        "company.name": company.name,
        "company.country": company.country,
        "company.vat_id": company.vat_id,
        **(_personal(lead) if personal else {}),
    }
    return Question(
        lead_id=lead.id,
        facts={name: value for name, value in facts.items() if value},
        subject_id=lead.subject_id,
        personal_allowed=personal,
        company_known=known,
    )


def _is_employer(lead: Lead) -> bool:
    if lead.email is None:
        return False
    facts = lead.email.facts
    return facts.free is False and facts.disposable is False and not facts.privacy_relay


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

"""From the API's validated lead to a submission: values copied once, the personal ones behind their masks."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import chain, count
from typing import Any, Final

from gateway.errors import Fault
from gateway.intake.kit.mailbox import mailbox_in
from gateway.intake.kit.regions import country_in, region_code
from gateway.intake.kit.schema import (
    CampaignIn,
    CompanyIn,
    EvidenceIn,
    InquiryIn,
    LeadIn,
    PersonIn,
    SignalsIn,
)
from gateway.lead import (
    Campaign,
    Company,
    ConsentClaim,
    Evidence,
    Inquiry,
    Person,
    Personal,
    Signals,
    Stage,
    Submission,
)

REGION: Final = "person.region"
"""The attribute that holds a region which could not be read as one; `person.region.2` where the client has its own."""
_SKEW: Final = timedelta(days=1)


def to_submission(lead: LeadIn, source: str, received_at: datetime) -> Submission:
    """Turn a validated lead into a submission of the source; empty strings become None."""
    region = _region(lead.person)
    return Submission(
        source=source,
        stage=lead.stage or Stage.INQUIRY,
        external_id=lead.external_id or None,
        person=_person(lead.person, region),
        company=_company(lead.company),
        inquiry=_inquiry(lead.inquiry),
        campaign=_campaign(lead.campaign),
        attributes=_attributes(lead, region),
        consent=_claims(lead, received_at) if lead.consent else (),
        signals=_signals(lead.signals),
    )


def time_faults(lead: LeadIn, received_at: datetime) -> tuple[Fault, ...]:
    """Name the times that lie more than a day after the arrival: a consent from the future proves nothing."""
    latest = received_at + _SKEW
    times: dict[str, datetime | None] = {
        f"/consent/{index}/occurred_at": claim.occurred_at for index, claim in enumerate(lead.consent)
    }
    if lead.inquiry is not None:
        times["/inquiry/submitted_at"] = lead.inquiry.submitted_at
    detail = "A time that is not in the future is needed."
    return tuple(Fault(pointer=where, detail=detail) for where, at in times.items() if at is not None and at > latest)


_NO_COMPANY: Final = Company()
_NO_INQUIRY: Final = Inquiry()
_NO_CAMPAIGN: Final = Campaign()
_NO_SIGNALS: Final = Signals()
_NO_EVIDENCE: Final = Evidence()


def _mask(value: str | None) -> Personal | None:
    return Personal(value) if value else None


def _region(part: PersonIn) -> str | None:
    return region_code(part.region, part.country or None) if part.region else None


def _attributes(lead: LeadIn, region: str | None) -> Mapping[str, Any]:
    """What was sent, and a region that could not be read as one: it costs no lead, and is not lost.

    It comes under the first name that is free, and beside as many attributes as a client may send.
    """
    said = lead.person.region
    if not said or region is not None:
        return lead.attributes
    names = chain([REGION], (f"{REGION}.{number}" for number in count(2)))
    return {next(name for name in names if name not in lead.attributes): said, **lead.attributes}


def _person(part: PersonIn, region: str | None) -> Person:
    mailbox = mailbox_in(part.email or "")
    named = part.full_name or part.given_name or part.family_name
    return Person(
        given_name=_mask(part.given_name),
        family_name=_mask(part.family_name),
        full_name=_mask(part.full_name if named else mailbox.name),
        email=_mask(mailbox.address),
        phone=_mask(part.phone),
        job_title=_mask(part.job_title),
        country=part.country or country_in(region or part.region or ""),
        region=region,
        locale=part.locale.replace("_", "-") if part.locale else None,
    )


def _company(part: CompanyIn | None) -> Company:
    if part is None:
        return _NO_COMPANY
    return Company(
        name=part.name or None,
        domain=part.domain or None,
        website=part.website or None,
        country=part.country or None,
        vat_id=part.vat_id or None,
    )


def _inquiry(part: InquiryIn | None) -> Inquiry:
    if part is None:
        return _NO_INQUIRY
    return Inquiry(
        kind=part.kind or None,
        message=_mask(part.message),
        submitted_at=part.submitted_at,
        page_url=_mask(part.page_url),
    )


def _campaign(part: CampaignIn | None) -> Campaign:
    if part is None:
        return _NO_CAMPAIGN
    clicks: Mapping[str, Personal] = {name: Personal(value) for name, value in part.click_ids.items() if value}
    return Campaign(
        name=part.name or None,
        source=part.source or None,
        medium=part.medium or None,
        content=part.content or None,
        term=part.term or None,
        click_ids=clicks,
    )


def _signals(part: SignalsIn | None) -> Signals:
    return _NO_SIGNALS if part is None else Signals(gpc=part.gpc, gpp=part.gpp or None, tcf=part.tcf or None)


def _claims(lead: LeadIn, received_at: datetime) -> tuple[ConsentClaim, ...]:
    asked = lead.inquiry.submitted_at if lead.inquiry is not None else None
    return tuple(
        ConsentClaim(
            purpose=part.purpose.value,
            channel=part.channel.value,
            status=part.status.value,
            mechanism=part.mechanism.value,
            occurred_at=part.occurred_at or asked or received_at,
            notice_id=part.notice_id or None,
            recipients=part.recipients,
            evidence=_evidence(part.evidence),
        )
        for part in lead.consent
    )


def _evidence(part: EvidenceIn | None) -> Evidence:
    if part is None:
        return _NO_EVIDENCE
    return Evidence(
        form_url=_mask(part.form_url),
        ip=_mask(part.ip),
        user_agent=_mask(part.user_agent),
        certificate_url=_mask(part.certificate_url),
    )

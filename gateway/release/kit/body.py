"""The released lead as JSON: one message, its bytes fixed, holding what the destination's purposes may have.

Shape: `{type, timestamp, data}` as Standard Webhooks has it; docs/reference/released-lead.md lists every field.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from consent.terms import Purpose
from gateway.lead import Campaign, Inquiry, Lead, Personal
from gateway.release import EventType
from gateway.release.kit.allowances import Allowance, Allowances
from gateway.release.kit.company import GoldenField, Reader, company_json, time_json
from gateway.verification.model import EmailVerdict, PhoneVerdict
from gateway.verification.numbering.candidates import says_more, stands_for

REPLACED: Final = "replaced"
SAYS_MORE: Final = "says_more"
"""Why a number as written is withheld: `phone_e164` is another, or other text or a second one stands beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told to one destination about one lead.

    Attributes:
        event: created or updated.
        lead: the lead as it stands.
        golden: the golden record: the fields that connectors know. Personal ones among them are not released.
        allowances: what the destination may do.
        own: the destination is a processor of the controller.
        at: when the release was decided, aware UTC; it does not change with the attempts.
    """

    event: EventType
    lead: Lead
    golden: tuple[GoldenField, ...] = field(default=(), repr=False)
    allowances: Allowances
    own: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """What is told when a lead is taken back: ids, reason and deadline, and nothing of the person.

    Attributes:
        reason: `withdrawal`, `objection`, `erasure`, `rectification` or `restriction`.
        deadline: until when the destination must have acted, aware UTC (GDPR Art. 19 with Art. 12(3)).
        remote_id: the destination's own id for the lead, where it gave one.
    """

    lead_id: str
    external_id: str | None = None
    remote_id: str | None = None
    reason: str
    deadline: datetime
    at: datetime


def render(message: Message) -> bytes:
    """Write a released lead; the same message gives the same bytes."""
    lead, submission = message.lead, message.lead.submission
    reader = Reader(allowed=message.allowances.allowed, own=message.own)
    withheld: dict[str, str] = {}
    data = {
        "lead": {
            "id": lead.id,
            "external_id": submission.external_id,
            "source": submission.source,
            "stage": submission.stage.value,
            "received_at": time_json(lead.received_at),
        },
        "contact": _contact(lead, message.allowances, withheld),
        **company_json(submission.company, message.golden, reader, withheld, received_at=lead.received_at),
        "verification": {"email": _email(lead.email), "phone": _phone(lead.phone)},
        "inquiry": _inquiry(submission.inquiry, reader, withheld),
        "attributes": _attributes(submission.attributes, reader, withheld),
        "campaign": _campaign(submission.campaign, reader, withheld),
        "permit": permit_json(message.allowances),
    }
    data["withheld"] = [{"field": name, "why": why} for name, why in sorted(withheld.items())]
    return _bytes(message.event, message.at, data)


def render_retraction(retraction: Retraction) -> bytes:
    """Write a retraction; the same retraction gives the same bytes."""
    data = {
        "lead": {"id": retraction.lead_id, "external_id": retraction.external_id},
        "remote_id": retraction.remote_id,
        "reason": retraction.reason,
        "deadline": time_json(retraction.deadline),
    }
    return _bytes(EventType.RETRACTED, retraction.at, data)


def permit_json(allowances: Allowances) -> dict[str, Any]:
    """Write what may be done: the strictest answer per channel with whom it is good for, and each purpose by itself."""
    return {
        **{
            f"may_{channel}": {**_allowance(each), "allowed_for": list(each.allowed_for)}
            for channel, each in allowances.may.items()
        },
        "purposes": {
            purpose: {channel: _allowance(each) for channel, each in channels.items()}
            for purpose, channels in allowances.purposes.items()
        },
    }


def _bytes(event: EventType, at: datetime, data: Mapping[str, Any]) -> bytes:
    message = {"type": event.value, "timestamp": time_json(at), "data": data}
    return orjson.dumps(message, option=orjson.OPT_SORT_KEYS)


def _allowance(allowance: Allowance) -> dict[str, Any]:
    return {
        "status": allowance.may.value,
        "until": time_json(allowance.until),
        "why": allowance.why,
        "says": allowance.says,
        "obligations": list(allowance.obligations),
    }


def _contact(lead: Lead, allowances: Allowances, withheld: dict[str, str]) -> dict[str, Any]:
    """Reveal the person as far as some purpose needs it (GDPR Art. 5(1)(c)).

    Counting and measuring need no name. A contact point that is denied on every way to use it is of no use either,
    unless the person's data are what the destination is to have (disclosure). What was written is left out where
    another number was told instead, or where more than one number may stand in it: the permit is about that one.
    """
    person = lead.submission.person
    known = {name: _reveal(getattr(person, name)) for name in _PERSON}
    known["phone_e164"] = None if lead.phone is None else lead.phone.evidence.e164
    disclosed = Purpose.DISCLOSURE.value in allowances.allowed
    if not disclosed and not _REACHING & allowances.allowed:
        barred = dict.fromkeys(_IDENTITY, "purpose")
    elif not disclosed:
        barred = {name: "denied" for name, ways in _WAYS.items() if ways <= allowances.barred}
    else:
        barred = {}
    if lead.phone is not None and known["phone"] and known["phone_e164"]:
        told = stands_for(known["phone"], lead.phone)
        if not told or says_more(known["phone"], lead.phone):
            barred = {"phone": SAYS_MORE if told else REPLACED} | barred
    for name, why in barred.items():
        if known[name] is not None:
            known[name], withheld[f"contact.{name}"] = None, why
    return {**known, "country": person.country, "region": person.region, "locale": person.locale}


_PERSON: Final = ("given_name", "family_name", "full_name", "email", "phone", "job_title")
_IDENTITY: Final = ("given_name", "family_name", "full_name", "email", "phone", "phone_e164")
_REACHING: Final = frozenset({Purpose.INQUIRY_RESPONSE.value, Purpose.MARKETING.value})
_WAYS: Final = {
    "email": frozenset({"email"}),
    "phone": frozenset({"call", "sms"}),
    "phone_e164": frozenset({"call", "sms"}),
}


def _email(verdict: EmailVerdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "verdict": verdict.verdict.value,
        "level": verdict.level.value,
        "score": verdict.score,
        "reasons": [code.value for code in verdict.reasons],
        "checked_at": time_json(verdict.evidence.checked_at),
    }


def _phone(verdict: PhoneVerdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "verdict": verdict.verdict.value,
        "types": sorted(each.value for each in verdict.types),
        "region": verdict.evidence.region,
        "reasons": [code.value for code in verdict.reasons],
        "checked_at": time_json(verdict.evidence.checked_at),
    }


def _inquiry(inquiry: Inquiry, reader: Reader, withheld: dict[str, str]) -> dict[str, Any]:
    words = {"message": _reveal(inquiry.message), "page_url": _reveal(inquiry.page_url)}
    if Purpose.INQUIRY_RESPONSE.value not in reader.allowed:
        withheld.update({f"inquiry.{name}": "purpose" for name, value in words.items() if value is not None})
        words = dict.fromkeys(words)
    return {"kind": inquiry.kind, "submitted_at": time_json(inquiry.submitted_at), **words}


def _attributes(attributes: Mapping[str, Any], reader: Reader, withheld: dict[str, str]) -> dict[str, Any]:
    # What a form calls unknown is part of what the person wrote, so it goes where the question goes.
    if attributes and Purpose.INQUIRY_RESPONSE.value not in reader.allowed:
        withheld["attributes"] = "purpose"
        return {}
    return dict(attributes)


def _campaign(campaign: Campaign, reader: Reader, withheld: dict[str, str]) -> dict[str, Any]:
    # A click id tells one person from all others; who only answers a question has no use for it.
    clicks = {name: _reveal(value) for name, value in campaign.click_ids.items()}
    if clicks and not {Purpose.MARKETING.value, Purpose.ANALYTICS.value} & reader.allowed:
        clicks, withheld["campaign.click_ids"] = {}, "purpose"
    return {
        "name": campaign.name,
        "source": campaign.source,
        "medium": campaign.medium,
        "content": campaign.content,
        "term": campaign.term,
        "click_ids": clicks,
    }


def _reveal(value: Personal | None) -> str | None:
    return None if value is None else value.reveal()

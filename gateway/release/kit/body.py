"""The released lead as JSON: one message, its bytes fixed, holding what the destination's purposes may have.

Shape: `{type, timestamp, data}` as Standard Webhooks has it; docs/reference/released-lead.md lists every field.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from connectors.kit import Observation
from connectors.kit.schema import FIELDS
from consent.terms import Purpose
from gateway.lead import Campaign, Inquiry, Lead, Personal
from gateway.release import EventType
from gateway.release.kit.allowances import Allowance, Allowances
from gateway.verification.model import EmailVerdict, PhoneVerdict
from gateway.verification.numbering.candidates import says_more, stands_for

COMPANY_FIELDS: Final = ("name", "domain", "website", "country", "vat_id")
"""The fields a lead itself may say of its company."""

WHO_ASKED: Final = "lead"
"""The source of what the lead itself says."""

REPLACED: Final = "replaced"
SAYS_MORE: Final = "says_more"
"""Why a number as written is withheld: `phone_e164` is another, or other text or a second one stands beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who will read the message: the purposes of the destination that are allowed, and whether it is ours.

    `own` is True for a processor, who acts for the controller; what may not be redistributed goes only there.
    """

    allowed: frozenset[str]
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told to one destination about one lead.

    Attributes:
        event: created or updated.
        lead: the lead as it stands.
        golden: the golden record: the winning observation per field, several where a company has many of it.
            Personal fields among them are not released.
        allowances: what the destination may do.
        own: the destination is a processor of the controller.
        at: when the release was decided, aware UTC; it does not change with the attempts.
    """

    event: EventType
    lead: Lead
    golden: tuple[Observation, ...] = field(default=(), repr=False)
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
            "received_at": _time(lead.received_at),
        },
        "contact": _contact(lead, message.allowances, withheld),
        **_company(lead, message.golden, reader, withheld),
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
        "deadline": _time(retraction.deadline),
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
    message = {"type": event.value, "timestamp": _time(at), "data": data}
    return orjson.dumps(message, option=orjson.OPT_SORT_KEYS)


def _allowance(allowance: Allowance) -> dict[str, Any]:
    return {
        "status": allowance.may.value,
        "until": _time(allowance.until),
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


def _company(lead: Lead, golden: Iterable[Observation], reader: Reader, withheld: dict[str, str]) -> dict[str, Any]:
    """Put what the lead says and what the golden record says together; the golden record wins."""
    said = lead.submission.company
    values: dict[str, Any] = {name: getattr(said, name) for name in COMPANY_FIELDS}
    origin: dict[str, Any] = {
        f"company.{name}": {"source": WHO_ASKED, "observed_at": _time(lead.received_at)}
        for name, value in values.items()
        if value is not None
    }
    for each in golden:
        why = _barred(each, reader)
        name = each.field.removeprefix("company.")
        if why is not None:
            withheld[each.field] = why
        elif FIELDS[each.field].many:
            values.setdefault(name, []).append(each.value)
            origin.setdefault(each.field, []).append(_origin(each))
        else:
            values[name], origin[each.field] = each.value, _origin(each)
    return {"company": _nested(values), "provenance": origin}


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in values.items():
        *parents, last = name.split(".")
        place = made
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return made


def _barred(observation: Observation, reader: Reader) -> str | None:
    if observation.personal:
        return "personal"
    if not observation.redistributable and not reader.own:
        return "not_redistributable"
    if not observation.purposes & reader.allowed:
        return "purpose"
    return None


def _origin(observation: Observation) -> dict[str, Any]:
    return {
        "source": observation.source,
        "method": observation.method,
        "licence": observation.licence,
        "confidence": observation.confidence,
        "observed_at": _time(observation.observed_at),
    }


def _email(verdict: EmailVerdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "verdict": verdict.verdict.value,
        "level": verdict.level.value,
        "score": verdict.score,
        "reasons": [code.value for code in verdict.reasons],
        "checked_at": _time(verdict.evidence.checked_at),
    }


def _phone(verdict: PhoneVerdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "verdict": verdict.verdict.value,
        "types": sorted(each.value for each in verdict.types),
        "region": verdict.evidence.region,
        "reasons": [code.value for code in verdict.reasons],
        "checked_at": _time(verdict.evidence.checked_at),
    }


def _inquiry(inquiry: Inquiry, reader: Reader, withheld: dict[str, str]) -> dict[str, Any]:
    words = {"message": _reveal(inquiry.message), "page_url": _reveal(inquiry.page_url)}
    if Purpose.INQUIRY_RESPONSE.value not in reader.allowed:
        withheld.update({f"inquiry.{name}": "purpose" for name, value in words.items() if value is not None})
        words = dict.fromkeys(words)
    return {"kind": inquiry.kind, "submitted_at": _time(inquiry.submitted_at), **words}


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


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")

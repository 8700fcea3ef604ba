"""Verdicts on contact points, asked for by themselves: nothing is stored."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel, Field
from starlette.requests import Request

from gateway.api.auth import VERIFY
from gateway.api.bodies import Json
from gateway.api.front import Front, front_of
from gateway.api.routes import resource
from gateway.api.schemas.people import EmailIn, EmailsIn, PhoneIn, PhonesIn
from gateway.desk.office import Actor
from gateway.longrun import in_turns
from gateway.verification.model import PhoneVerdict
from gateway.verification.numbering.hints import region_hints
from gateway.verification.phone_formats import detailed
from gateway.verification.reasons import Level

router = resource("verification", "/v1/verify")

Caller = Annotated[Actor, Depends(VERIFY)]


class Verdict(BaseModel):
    """The verdict on one contact point; docs/reference/verdicts.md says what each field means."""

    value: str
    verdict: str
    level: str
    score: int
    reasons: list[dict[str, Any]]
    contributions: list[dict[str, Any]]
    retry_after: int | None
    evidence: dict[str, Any]


class EmailVerdictOut(Verdict):
    """The verdict on an e-mail address."""

    facts: dict[str, bool | None]
    suggestion: str | None


class PhoneDetailsOut(BaseModel):
    """What the numbering plans' tables say of a number; null where they say nothing."""

    international: str | None
    national: str | None
    rfc3966: str | None
    carrier: str | None = Field(description="the operator that the range of a mobile number was given to")
    original_allocation: bool | None = Field(
        description="true where people take numbers along, so that the operator may be another one today"
    )
    time_zones: list[str]
    place: str | None
    phone_metadata_version: str


class PhoneVerdictOut(Verdict):
    """The verdict on a phone number."""

    types: list[str]
    details: PhoneDetailsOut | None = Field(None, description="null unless asked for")


class EmailVerdicts(BaseModel):
    """A verdict per address, in order."""

    items: list[EmailVerdictOut]


class PhoneVerdicts(BaseModel):
    """A verdict per number, in order."""

    items: list[PhoneVerdictOut]


@router.post("/email", response_model=EmailVerdictOut)
async def verify_email(
    request: Request, _actor: Caller, body: Annotated[EmailIn, Depends(Json(EmailIn))]
) -> Mapping[str, Any]:
    """Judge an e-mail address up to a level. Whatever is wrong with it is a verdict, not an error."""
    return (await _emails(front_of(request), (body.email,), body.level))[0]


@router.post("/email:batch", response_model=EmailVerdicts)
async def verify_emails(
    request: Request, _actor: Caller, body: Annotated[EmailsIn, Depends(Json(EmailsIn))]
) -> Mapping[str, Any]:
    """Judge up to 1,000 e-mail addresses; each domain is looked up once."""
    return {"items": await _emails(front_of(request), body.emails, body.level)}


@router.post("/phone", response_model=PhoneVerdictOut)
async def verify_phone(
    request: Request, _actor: Caller, body: Annotated[PhoneIn, Depends(Json(PhoneIn))]
) -> Mapping[str, Any]:
    """Judge a phone number by the numbering plans. Whatever is wrong with it is a verdict, not an error."""
    return (await _phones(front_of(request), (body.phone,), body))[0]


@router.post("/phone:batch", response_model=PhoneVerdicts)
async def verify_phones(
    request: Request, _actor: Caller, body: Annotated[PhonesIn, Depends(Json(PhonesIn))]
) -> Mapping[str, Any]:
    """Judge up to 1,000 phone numbers, all read with the same hints."""
    return {"items": await _phones(front_of(request), body.phones, body)}


async def _emails(front: Front, values: Sequence[str], level: str) -> list[Mapping[str, Any]]:
    now = front.gateway.office.now()
    verdicts = await front.gateway.verifier.emails(values, level=Level(level), now=now)
    return [_told(front, "email", value, each.to_json()) for value, each in zip(values, verdicts, strict=True)]


async def _phones(front: Front, values: Sequence[str], body: PhoneIn | PhonesIn) -> list[Mapping[str, Any]]:
    now = front.gateway.office.now()
    hints = region_hints(declared=body.country, company=body.company_country, locale=body.locale)
    verdicts = await in_turns(partial(front.gateway.verifier.phone, regions=hints, now=now), values)
    told = [_told(front, "phone", value, each.to_json()) for value, each in zip(values, verdicts, strict=True)]
    if not body.details:
        return told
    # The first look at the tables takes half a second, in which other calls are answered.
    details = await asyncio.to_thread(_detailed, verdicts)
    return [{**each, "details": more} for each, more in zip(told, details, strict=True)]


def _detailed(verdicts: Sequence[PhoneVerdict]) -> list[Mapping[str, Any]]:
    return [detailed(verdict) for verdict in verdicts]


def _told(front: Front, kind: str, value: str, verdict: Mapping[str, Any]) -> Mapping[str, Any]:
    front.meters.checked.labels(kind, verdict["verdict"]).inc()
    return {"value": value, **verdict}

"""Verdicts on contact points, asked for by themselves: nothing is stored."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel
from starlette.requests import Request

from gateway.api.auth import VERIFY
from gateway.api.bodies import Json
from gateway.api.front import Front, front_of
from gateway.api.routes import resource
from gateway.api.schemas.people import EmailIn, EmailsIn, PhoneIn, PhonesIn
from gateway.desk.office import Actor
from gateway.verification.model import RegionHint, RegionSource
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


class PhoneVerdictOut(Verdict):
    """The verdict on a phone number."""

    types: list[str]


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
    """Judge an e-mail address up to a level."""
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
    """Judge a phone number by the numbering plans."""
    return _phones(front_of(request), (body.phone,), body.country)[0]


@router.post("/phone:batch", response_model=PhoneVerdicts)
async def verify_phones(
    request: Request, _actor: Caller, body: Annotated[PhonesIn, Depends(Json(PhonesIn))]
) -> Mapping[str, Any]:
    """Judge up to 1,000 phone numbers."""
    return {"items": _phones(front_of(request), body.phones, body.country)}


async def _emails(front: Front, values: Sequence[str], level: str) -> list[Mapping[str, Any]]:
    now = front.gateway.office.now()
    verdicts = await front.gateway.verifier.emails(values, level=Level(level), now=now)
    return [_told(front, "email", value, each.to_json()) for value, each in zip(values, verdicts, strict=True)]


def _phones(front: Front, values: Sequence[str], country: str | None) -> list[Mapping[str, Any]]:
    now = front.gateway.office.now()
    hints = [] if not country else [RegionHint(source=RegionSource.DECLARED_COUNTRY, region=country)]
    verifier = front.gateway.verifier
    return [_told(front, "phone", value, verifier.phone(value, regions=hints, now=now).to_json()) for value in values]


def _told(front: Front, kind: str, value: str, verdict: Mapping[str, Any]) -> Mapping[str, Any]:
    front.meters.checked.labels(kind, verdict["verdict"]).inc()
    return {"value": value, **verdict}

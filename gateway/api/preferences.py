"""What people want: consents, withdrawals, objections, the ledger, look-ups and the suppression list."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Path
from starlette.requests import Request

from gateway.api.auth import CONSENT, LEDGER, OPERATE, READ, SUPPRESS
from gateway.api.bodies import Json
from gateway.api.evidence import evidence_shown
from gateway.api.front import front_of
from gateway.api.routes import SUBJECT_ID, problems, resource
from gateway.api.schemas.people import (
    ConsentsIn,
    ConsentsOut,
    Ledger,
    Lifted,
    LiftIn,
    LookupIn,
    LookupOut,
    NoticeIn,
    NoticeOut,
    RefusalIn,
    Refused,
    Stopped,
    SuppressIn,
    SuppressionCheck,
    SuppressionCheckIn,
    WhoIn,
)
from gateway.desk.office import Actor
from gateway.desk.preferences import Against, Who
from gateway.intake.kit.schema import ConsentIn
from gateway.lead import ConsentClaim, Evidence, Personal
from gateway.storage.people.ledger import Shown

router = resource("people", "/v1")

Consenting = Annotated[Actor, Depends(CONSENT)]
Suppressing = Annotated[Actor, Depends(SUPPRESS)]


@router.post("/consents", status_code=201, response_model=ConsentsOut, responses=problems(404, 503))
async def record_consents(
    request: Request, actor: Consenting, body: Annotated[ConsentsIn, Depends(Json(ConsentsIn))]
) -> Mapping[str, Any]:
    """Add consents, refusals or requests to a person's ledger; their leads are decided again."""
    gateway = front_of(request).gateway
    now = gateway.office.now()
    claims = [_claim(each, now) for each in body.consent]
    return {"event_ids": await gateway.desks.preferences.record_consents(actor, _who(body), claims)}


@router.post("/withdrawals", response_model=Refused, responses=problems(404, 503))
async def withdraw(
    request: Request, actor: Consenting, body: Annotated[RefusalIn, Depends(Json(RefusalIn))]
) -> Mapping[str, Any]:
    """Take consent back. In force when this answers; what had begun before is listed as in flight.

    By an e-mail address or a telephone number it counts for every lead that came with it, or comes later with an older
    consent; to a source's key the answer is the same whether it is known or not, an operator's reads in `persons` how
    many known people it is about.
    """
    desk = front_of(request).gateway.desks.preferences
    stopped = await desk.withdraw(actor, _whose(body), Against(purpose=body.purpose, channel=body.channel))
    return {"event_id": stopped.event_id, "in_flight": stopped.in_flight, "persons": stopped.persons}


@router.post("/objections", response_model=Refused, responses=problems(404, 503))
async def object_to(
    request: Request, actor: Consenting, body: Annotated[RefusalIn, Depends(Json(RefusalIn))]
) -> Mapping[str, Any]:
    """Object (GDPR Art. 21): as a withdrawal, and the contact points go on the suppression list."""
    desk = front_of(request).gateway.desks.preferences
    stopped = await desk.object(actor, _whose(body), Against(purpose=body.purpose, channel=body.channel))
    return {"event_id": stopped.event_id, "in_flight": stopped.in_flight, "persons": stopped.persons}


@router.post("/suppressions", status_code=201, response_model=Stopped, responses=problems(503))
async def suppress(
    request: Request, actor: Suppressing, body: Annotated[SuppressIn, Depends(Json(SuppressIn))]
) -> Mapping[str, Any]:
    """Put a contact point or domain on the suppression list; in force when this answers."""
    desk = front_of(request).gateway.desks.preferences
    against = Against(purpose=body.purpose, channel=body.channel)
    stopped = await desk.suppress(
        actor, body.kind, body.value, against, body.reason, whole_provider=body.whole_provider
    )
    return {"event_id": None, "in_flight": stopped.in_flight}


@router.post("/suppressions:lift", response_model=Lifted, responses=problems(404, 503))
async def lift_suppression(
    request: Request, actor: Suppressing, body: Annotated[LiftIn, Depends(Json(LiftIn))]
) -> Mapping[str, Any]:
    """Take a contact point or domain off the suppression list, with a reason; noted in the audit log."""
    desk = front_of(request).gateway.desks.preferences
    return {"lifted": await desk.lift(actor, body.kind, body.value, body.reason, entry=body.id)}


@router.post("/suppressions:check", response_model=SuppressionCheck, responses=problems(503))
async def check_suppression(
    request: Request, actor: Suppressing, body: Annotated[SuppressionCheckIn, Depends(Json(SuppressionCheckIn))]
) -> Mapping[str, Any]:
    """Say whether a contact point or domain is on the suppression list."""
    entries = await front_of(request).gateway.desks.preferences.suppressed(actor, body.kind, body.value)
    return {"suppressed": bool(entries), "entries": entries}


@router.post("/subjects:lookup", response_model=LookupOut, responses=problems(503))
async def look_up(
    request: Request,
    actor: Annotated[Actor, Depends(READ)],
    body: Annotated[LookupIn, Depends(Json(LookupIn))],
) -> Mapping[str, Any]:
    """Find what is held on an e-mail address or phone number, exactly; noted in the audit log, found or not."""
    rows = await front_of(request).gateway.desks.leads.lookup(actor, email=body.email, phone=body.phone)
    return {"subject_ids": sorted({row["subject_id"] for row in rows}), "leads": [dict(row) for row in rows]}


@router.get("/subjects/{subject_id}/consents", response_model=Ledger, responses=problems(404, 503))
async def read_ledger(
    request: Request,
    actor: Annotated[Actor, Depends(LEDGER)],
    subject_id: Annotated[str, Path(pattern=SUBJECT_ID, description="a subject's id")],
) -> Mapping[str, Any]:
    """Read a person's consent ledger with the evidence of each event, oldest first; noted in the audit log."""
    events = await front_of(request).gateway.desks.preferences.people.ledger(actor, subject_id)
    return {"subject_id": subject_id, "items": [_event(each) for each in events]}


@router.post("/notices", status_code=201, response_model=NoticeOut, responses=problems(409, 503), tags=["operations"])
async def store_notice(
    request: Request,
    actor: Annotated[Actor, Depends(OPERATE)],
    body: Annotated[NoticeIn, Depends(Json(NoticeIn))],
) -> Mapping[str, Any]:
    """Store the text of a notice as the next version; the same text again changes nothing."""
    notice = await front_of(request).gateway.desks.notices.add(actor, notice_id=body.id, lang=body.lang, text=body.text)
    return {"id": notice.id, "version": notice.version, "lang": notice.lang, "sha256": notice.sha256}


def _who(body: WhoIn) -> Who:
    return Who(lead_id=body.lead_id, subject_id=body.subject_id, email=body.email)


def _whose(body: RefusalIn) -> Who:
    return replace(_who(body), phone=body.phone)


def _claim(said: ConsentIn, now: datetime) -> ConsentClaim:
    told = said.evidence
    evidence = Evidence()
    if told is not None:
        evidence = Evidence(
            form_url=Personal.of(told.form_url or None),
            ip=Personal.of(told.ip or None),
            user_agent=Personal.of(told.user_agent or None),
            certificate_url=Personal.of(told.certificate_url or None),
        )
    return ConsentClaim(
        purpose=said.purpose.value,
        channel=said.channel.value,
        status=said.status.value,
        mechanism=said.mechanism.value,
        occurred_at=said.occurred_at or now,
        notice_id=said.notice_id or None,
        recipients=said.recipients,
        evidence=evidence,
    )


def _event(shown: Shown) -> Mapping[str, Any]:
    event = shown.event

    def said(name: str) -> Any:  # noqa: ANN401 - each kind of event has fields of its own
        return getattr(event, name, None)

    notice, expires = said("notice"), said("expires_at")
    return {
        "event_id": event.event_id,
        "kind": type(event).__name__,
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "actor": event.actor.value,
        "origin": event.origin.value,
        "purpose": said("purpose"),
        "channel": said("channel"),
        "mechanism": said("mechanism"),
        "notice": None if notice is None else f"{notice.id}@{notice.version}",
        "recipients": sorted(said("recipients") or ()),
        "expires_at": expires if isinstance(expires, datetime) else None,
        "evidence": None if shown.evidence is None else evidence_shown(shown.evidence),
    }

"""Leads as people and programs look at them, and what they do with them."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Path, Query
from starlette.requests import Request
from starlette.responses import JSONResponse

from connectors.kit import Observation
from consent.claims import caps_as_text
from gateway.api.auth import READ, RESOLVE, WRITE
from gateway.api.bodies import Json
from gateway.api.evidence import circumstances_shown
from gateway.api.front import front_of
from gateway.api.intake import accepted, links
from gateway.api.routes import CODE, LEAD_ID, problems, resource
from gateway.api.schemas.leads import (
    Explanations,
    LeadOut,
    LeadPage,
    LeadQuery,
    OutcomeIn,
    OutcomeOut,
    ResolvedOut,
    ResolveIn,
    Timeline,
)
from gateway.desk.leads import Filter, SalesOutcome
from gateway.desk.office import Actor
from gateway.desk.resolving import Use
from gateway.enrichment.jsonld import MEDIA_TYPE
from gateway.intake.kit.spam import told
from gateway.lead import Lead

router = resource("leads", "/v1/leads")

Reader = Annotated[Actor, Depends(READ)]
LeadId = Annotated[str, Path(pattern=LEAD_ID, description="a lead's id")]
_LIST = "leads"
_RULING = ("outcome", "reason")


@router.get("", response_model=LeadPage, responses=problems(503))
async def list_leads(request: Request, actor: Reader, query: Annotated[LeadQuery, Query()]) -> Mapping[str, Any]:
    """List leads by id, oldest first; nothing personal is in the list."""
    front = front_of(request)
    asked = query.model_dump(exclude={"cursor"})
    wanted = Filter(**asked, after=front.cursors.read(_LIST, query.cursor))
    rows = await front.gateway.desks.leads.list(actor, wanted)
    following = front.cursors.write(_LIST, rows[-1]["id"]) if len(rows) == query.limit else None
    return {"items": [dict(row) for row in rows], "next_cursor": following}


@router.get("/{lead_id}", response_model=LeadOut, responses=problems(404, 503))
async def read_lead(request: Request, actor: Reader, lead_id: LeadId) -> Mapping[str, Any]:
    """Read one lead: state, verdicts, company fields with their origin, decisions and deliveries."""
    desk = front_of(request).gateway.desks.leads
    lead = await desk.get(actor, lead_id)
    return {**_state(lead), "deliveries": [dict(row) for row in await desk.deliveries(lead_id)]}


@router.get("/{lead_id}/timeline", response_model=Timeline, responses=problems(404, 503))
async def read_timeline(request: Request, actor: Reader, lead_id: LeadId) -> Mapping[str, Any]:
    """Read everything that happened to a lead, oldest first, with the ids of its audit entries.

    The step at which it was verified has its verdicts with their evidence, but for what tells address, domain or
    number: that stands at the lead. With the scope `consents:read`, the first step says how a form post came in: page,
    address, browser, notice.
    """
    return {"items": [_step(each) for each in await front_of(request).gateway.desks.leads.timeline(actor, lead_id)]}


@router.get("/{lead_id}/explain", response_model=Explanations, responses=problems(404, 503))
async def explain_lead(request: Request, actor: Reader, lead_id: LeadId) -> Mapping[str, Any]:
    """Read why a lead stands where it stands: what verification found, and each decision with citation and way out.

    Beside it stands what is known of its company: per field the winner, the losers and why they lost, and per connector
    why it was or was not asked, how that ended and what it cost. Personal fields are not shown.
    """
    desk = front_of(request).gateway.desks.leads
    items, company = await desk.explain_whole(actor, lead_id)
    row = await desk.standing(lead_id)
    return {"status": row and row["status"], "reason": row and row["reason"], "items": items, "company": company}


class LinkedData(JSONResponse):
    """JSON-LD."""

    media_type = MEDIA_TYPE


@router.get(
    "/{lead_id}/organization", response_model=dict[str, Any], response_class=LinkedData, responses=problems(404, 503)
)
async def read_organization(request: Request, actor: Reader, lead_id: LeadId) -> Mapping[str, Any]:
    """Read what is known of a lead's company as an Organization of schema.org, in JSON-LD.

    What schema.org has no word for, and where each value is from, stands in the explanation alone.
    """
    return await front_of(request).gateway.desks.leads.organization(actor, lead_id)


@router.post("/{lead_id}/holds/{reason}:resolve", response_model=ResolvedOut, responses=problems(404, 409, 503))
async def resolve_hold(
    request: Request,
    actor: Annotated[Actor, Depends(RESOLVE)],
    lead_id: LeadId,
    reason: Annotated[str, Path(pattern=CODE, description="why the lead is held")],
    body: Annotated[ResolveIn, Depends(Json(ResolveIn))],
) -> Mapping[str, Any]:
    """End a hold with evidence; the lead goes on from where it waited.

    The answer says what the evidence changes and what still waits. Evidence that changes nothing is refused (422) and
    not kept; the problem says why, and what would end the hold.
    """
    resolved = await front_of(request).gateway.desks.leads.resolve(actor, lead_id, reason, body.facts, body.note)
    return {
        **accepted(resolved.lead),
        "changed": [_use(use) for use in resolved.changed],
        "still_held": [_use(use) for use in resolved.still_held],
    }


@router.post("/{lead_id}/outcomes", status_code=201, response_model=OutcomeOut, responses=problems(404, 503))
async def add_outcome(
    request: Request,
    actor: Annotated[Actor, Depends(WRITE)],
    lead_id: LeadId,
    body: Annotated[OutcomeIn, Depends(Json(OutcomeIn))],
) -> Mapping[str, Any]:
    """Say what sales made of a lead: accepted, rejected with a reason, won with its value, lost."""
    outcome = SalesOutcome(
        outcome=body.outcome, reason=body.reason, value_minor=body.value_minor, currency=body.currency
    )
    return {"id": await front_of(request).gateway.desks.leads.add_outcome(actor, lead_id, outcome)}


def _use(use: Use) -> dict[str, Any]:
    return {
        "recipient": use.recipient,
        "purpose": use.purpose,
        "channel": use.channel,
        "before": dict(zip(_RULING, use.before, strict=True)),
        "after": dict(zip(_RULING, use.after, strict=True)),
        "says": use.says,
        "ways_out": [way.to_mapping() for way in use.ways],
    }


def _state(lead: Lead) -> dict[str, Any]:
    return {
        "id": lead.id,
        "subject_id": lead.subject_id,
        "external_id": lead.submission.external_id,
        "source": lead.source,
        "stage": lead.stage,
        "status": lead.status,
        "reason": lead.reason,
        "received_at": lead.received_at,
        "updated_at": lead.updated_at,
        "due_at": lead.due_at,
        "email": None if lead.email is None else lead.email.to_json(),
        "phone": None if lead.phone is None else lead.phone.to_json(),
        "verdicts": {"company": None if lead.company is None else lead.company.to_json()},
        "caps": caps_as_text(lead.caps),
        "signals": {"proof": lead.submission.signals.proof, "spam": told(lead.submission.signals.spam)},
        "company": _company(lead),
        "enrichment": dict(lead.enrichment),
        "decisions": [
            {
                "recipient": ruling.recipient,
                "purpose": ruling.purpose,
                "channel": ruling.channel,
                "outcome": ruling.decision.outcome.value,
                "reason": ruling.decision.reason,
                "until": ruling.decision.until,
            }
            for ruling in lead.rulings
        ],
        "links": links(lead.id),
    }


def _step(happened: Mapping[str, Any]) -> Mapping[str, Any]:
    shown = {name: value for name, value in happened.items() if name not in {"came", "verdicts"}}
    if "verdicts" in happened:
        shown["verdicts"] = {name: each.to_json(personal=False) for name, each in happened["verdicts"].items()}
    return shown if "came" not in happened else {**shown, "evidence": circumstances_shown(happened["came"])}


def _company(lead: Lead) -> dict[str, list[Mapping[str, Any]]]:
    """What connectors and the lead itself say of the company; personal observations are not shown."""
    said = lead.submission.company
    found: dict[str, list[Mapping[str, Any]]] = {}
    for each in sorted(lead.observations, key=lambda each: -each.confidence):
        if not each.personal:
            found.setdefault(each.field, []).append(_origin(each))
    for name in ("name", "domain", "website", "country", "vat_id"):
        if (value := getattr(said, name)) is not None:
            own = {"value": value, "source": "lead", "observed_at": lead.received_at}
            found.setdefault(f"company.{name}", []).append(own)
    return found


def _origin(observation: Observation) -> Mapping[str, Any]:
    return {
        "value": observation.value,
        "source": observation.source,
        "observed_at": observation.observed_at,
        "confidence": observation.confidence,
        "licence": observation.licence,
        "method": observation.method,
    }

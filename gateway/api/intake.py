"""Leads from programs: `POST /v1/leads` and `POST /v1/leads:batch`."""

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson
from fastapi import Depends
from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.auth import WRITE
from gateway.api.bodies import Json
from gateway.api.front import Front, body_of, front_of, header_of, headers_of
from gateway.api.routes import PlainRoute, problems, resource
from gateway.api.schemas.leads import Accepted, BatchOut, OutcomeOfWait
from gateway.desk.office import Actor
from gateway.desk.reception import Post
from gateway.errors import Fault, Invalid, Malformed, NotFound, TooLarge
from gateway.intake import Rejected, RequestContext
from gateway.intake.kit.media import no_json
from gateway.intake.kit.schema import LeadIn, LeadsIn
from gateway.intake.kit.settings import SourceSettings
from gateway.lead import Lead
from gateway.verification.model import EmailVerdict, PhoneVerdict

_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?\s*(?=$|[,;])", re.IGNORECASE)
_KEY: Final = re.compile(r'"[\x20\x21\x23-\x7e]{1,255}"|[\x21\x23-\x7e]{1,255}')
_MAX_ECHO: Final = 50
_MOST_ITEMS: Final = 1000
"""What the way in takes at most by itself."""

router = resource("leads")

_HEADERS: Final[list[dict[str, Any]]] = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "The same key with the same body gives the same leads again, for a day.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-~]+$"},
    }
]
_PREFER: Final[dict[str, Any]] = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`wait=N`: answer with the outcome if it is known within N seconds (RFC 7240); "
    "`202` when it is not, or when too many wait already.",
    "schema": {"type": "string", "examples": ["wait=5"], "pattern": "^[ -~]*$"},
}


async def take_lead(request: Request) -> Response:
    """Take one lead. `{"person": {"email": "…"}}` is enough; it is durable when this answers."""
    front = front_of(request)
    actor = await WRITE(request)
    body = await body_of(request)
    source = await _source(front, actor, body, batch=False)
    taken = await front.gateway.desks.reception.accept(actor, source, _post(front, request, source, body, batch=False))
    lead = taken.leads[0] if taken.leads else None
    if not isinstance(lead, Lead):
        raise NotFound("This lead was taken before, and erased since.")
    front.meters.arrived(source.kind, "accepted")
    wait = _wait(request, front.gateway.settings.limits.wait_seconds)
    if wait and (ended := await _outcome(front, lead.id, wait)) is not None:
        return _json(ended, 200, {"Preference-Applied": f"wait={wait:g}"})
    return _json(accepted(lead), 202)


async def take_leads(request: Request) -> Response:
    """Take up to 1,000 leads; a bad one never stops the others, and each has its result."""
    front = front_of(request)
    actor = await WRITE(request)
    body = await body_of(request)
    source = await _source(front, actor, body, batch=True)
    _check_number(body, front.gateway.settings.limits.batch_items)
    taken = await front.gateway.desks.reception.accept(actor, source, _post(front, request, source, body, batch=True))
    results = [result(index, entry) for index, entry in enumerate(taken.leads)]
    good = sum(isinstance(entry, Lead) for entry in taken.leads)
    front.meters.arrived(source.kind, "accepted", good)
    front.meters.arrived(source.kind, "refused", len(results) - good)
    return _json({"accepted": good, "refused": len(results) - good, "results": results}, 202)


router.add_api_route(
    "/v1/leads",
    take_lead,
    methods=["POST"],
    status_code=202,
    response_model=Accepted,
    responses={
        200: {"model": OutcomeOfWait, "description": "The journey came to rest within the time waited"},
        **problems(404, 409, 429, 503),
    },
    dependencies=[Depends(WRITE), Depends(Json(LeadIn))],
    openapi_extra={"parameters": [*_HEADERS, _PREFER]},
    route_class_override=PlainRoute,
)
router.add_api_route(
    "/v1/leads:batch",
    take_leads,
    methods=["POST"],
    status_code=202,
    response_model=BatchOut,
    responses=problems(409, 429, 503),
    dependencies=[Depends(WRITE), Depends(Json(LeadsIn))],
    openapi_extra={"parameters": _HEADERS},
    route_class_override=PlainRoute,
)


def accepted(lead: Lead) -> dict[str, Any]:
    """A lead that was taken, as JSON types."""
    return {"id": lead.id, "status": lead.status.value, "links": links(lead.id)}


def links(lead_id: str) -> dict[str, str]:
    """Where to read more of a lead."""
    here = f"/v1/leads/{lead_id}"
    return {"self": here, "timeline": f"{here}/timeline", "explain": f"{here}/explain"}


async def _source(front: Front, actor: Actor, body: bytes, *, batch: bool) -> SourceSettings:
    """The source that is written to: the key's own, or for a key of none the one that the body names."""
    if actor.source is not None:
        return await front.source(actor.source)
    name = _named(body, batch=batch)
    try:
        return await front.source(name)
    except NotFound:
        place = "/leads/0/source" if batch else "/source"
        raise Invalid(faults=[Fault(pointer=place, detail="There is no source with this key.")]) from None


def _named(body: bytes, *, batch: bool) -> str:
    tree = _tree(body)
    items = (tree.get("leads") if isinstance(tree, dict) else tree) if batch else [tree]
    if not isinstance(items, list):
        raise Malformed('An array of leads is needed here: {"leads": [...]}.')
    names = [item.get("source") if isinstance(item, dict) else None for item in items]
    missing = [index for index, name in enumerate(names) if not isinstance(name, str) or not name]
    stem = "/leads/{}/source" if batch else "/source"
    if missing or not names:
        detail = "This key belongs to no source: name one."
        raise Invalid(faults=[Fault(pointer=stem.format(index), detail=detail) for index in missing[:_MAX_ECHO]])
    strange = [index for index, name in enumerate(names) if name != names[0]]
    if strange:
        detail = "The leads of one batch go to one source."
        raise Invalid(faults=[Fault(pointer=stem.format(index), detail=detail) for index in strange[:_MAX_ECHO]])
    return str(names[0])


def _tree(body: bytes) -> Any:  # noqa: ANN401 - JSON types
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Malformed(no_json(body)) from None


def _check_number(body: bytes, most: int) -> None:
    """Check that a batch keeps to the settings' number of leads, where that is less than the way in takes."""
    if most >= _MOST_ITEMS:
        return
    tree = _tree(body)
    items = tree.get("leads") if isinstance(tree, dict) else tree
    if isinstance(items, list) and len(items) > most:
        raise TooLarge(f"At most {most} leads are taken at once.")


def _post(front: Front, request: Request, source: SourceSettings, body: bytes, *, batch: bool) -> Post:
    context = RequestContext(
        received_at=front.gateway.office.now(),
        ip=front.client(request),
        user_agent=header_of(request, b"user-agent"),
        batch=batch,
        other_sources=frozenset({source.key}),
    )
    keys = headers_of(request, b"idempotency-key")
    if len(keys) > 1:
        raise Invalid("Send one Idempotency-Key header.")
    key = keys[0] if keys else None
    if key is not None and _KEY.fullmatch(key) is None:
        raise Invalid("An Idempotency-Key has 1 to 255 visible ASCII characters.")
    content_type = header_of(request, b"content-type") or ""
    return Post(kind="api", body=body, content_type=content_type, context=context, idempotency_key=key)


def _wait(request: Request, most: float) -> float:
    """The seconds of `Prefer: wait=N` (RFC 7240 section 4.3), within the limit; 0 for none."""
    prefer = header_of(request, b"prefer")
    found = _WAIT.search(prefer) if prefer else None
    return min(float(found[1]), most) if found else 0.0


async def _outcome(front: Front, lead_id: str, seconds: float) -> dict[str, Any] | None:
    """Wait until the journey rests, and say how; None when it is not to be waited for any longer."""
    if not await front.waiting.rests(lead_id, seconds):
        return None
    found = await front.gateway.journal.load([lead_id])
    return _ended(found[0]) if found else None


def _ended(lead: Lead) -> dict[str, Any]:
    return {
        **accepted(lead),
        "stage": lead.stage.value,
        "reason": lead.reason,
        "due_at": None if lead.due_at is None else lead.due_at.isoformat().replace("+00:00", "Z"),
        "email": _checked(lead.email),
        "phone": _checked(lead.phone),
    }


def _checked(verdict: EmailVerdict | PhoneVerdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    reasons = [code.value for code in verdict.reasons]
    return {"verdict": verdict.verdict.value, "level": verdict.level.value, "score": verdict.score, "reasons": reasons}


def result(index: int, entry: Lead | Rejected) -> dict[str, Any]:
    """What became of one lead of several, as JSON types."""
    if isinstance(entry, Lead):
        return {"index": index, **accepted(entry)}
    errors = [{"pointer": fault.pointer, "detail": fault.detail} for fault in entry.faults]
    return {"index": index, "status": "refused", "errors": errors}


def _json(body: Any, status: int, headers: dict[str, str] | None = None) -> Response:  # noqa: ANN401 - JSON types
    return _Json(orjson.dumps(body), status, headers)


class _Json(Response):
    """JSON that is written already."""

    media_type = "application/json"

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """Write the two headers that Starlette would, where there are no others."""
        if headers:
            super().init_headers(headers)
        else:
            self.raw_headers = [(b"content-length", b"%d" % len(self.body)), (b"content-type", b"application/json")]

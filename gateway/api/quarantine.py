"""What could not be read or looked like spam: listed, opened, replayed."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.auth import OPERATE
from gateway.api.front import front_of
from gateway.api.intake import result
from gateway.api.routes import QUARANTINE_ID, binary, problems, resource
from gateway.api.schemas.leads import Page
from gateway.api.schemas.system import QuarantinePage, Replayed
from gateway.desk.office import Actor

router = resource("quarantine", "/v1/quarantine")

Operator = Annotated[Actor, Depends(OPERATE)]
Ident = Annotated[str, Path(pattern=QUARANTINE_ID, description="a quarantined request's id")]
_LIST = "quarantine"


@router.get("", response_model=QuarantinePage, responses=problems(503))
async def list_quarantine(request: Request, actor: Operator, query: Annotated[Page, Query()]) -> Mapping[str, Any]:
    """List what was kept aside, oldest first, with the reasons; the bytes stay sealed."""
    front = front_of(request)
    after = front.cursors.read(_LIST, query.cursor)
    rows = await front.gateway.desks.quarantine.list(actor.source, after=after, limit=query.limit)
    following = front.cursors.write(_LIST, rows[-1]["id"]) if len(rows) == query.limit else None
    return {"items": [dict(row) for row in rows], "next_cursor": following}


@router.get(
    "/{ident}",
    response_class=Response,
    responses={**binary("The bytes as they came, as a file", "application/octet-stream"), **problems(404, 503)},
)
async def open_quarantined(request: Request, actor: Operator, ident: Ident) -> Response:
    """Open a request that was kept aside, as a file to save: nothing a browser would show. Noted in the audit log."""
    kept = await front_of(request).gateway.desks.quarantine.open(actor, ident)
    headers = {
        "Content-Disposition": f'attachment; filename="{kept.id}.bin"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(kept.body, media_type="application/octet-stream", headers=headers)


@router.post("/{ident}:replay", response_model=Replayed, responses=problems(400, 404, 413, 422, 503))
async def replay_quarantined(request: Request, actor: Operator, ident: Ident) -> Mapping[str, Any]:
    """Take a request in after all, as of when it came; again, it gives the same leads."""
    front = front_of(request)
    kept = await front.gateway.desks.quarantine.open(actor, ident)
    source = await front.source(kept.source)
    taken = await front.gateway.desks.reception.replay(actor, source, kept)
    front.meters.arrived(source.kind, "replayed")
    return {"results": [result(index, entry) for index, entry in enumerate(taken.leads)]}

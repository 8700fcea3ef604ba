"""The audit log for outsiders: its signed head, its leaves, proofs, and exports that prove themselves."""

import tempfile
from collections.abc import Mapping
from pathlib import Path as File
from typing import Annotated, Any

from fastapi import Depends, Path, Query
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from gateway import typeid
from gateway.api.auth import AUDIT, EXPORT
from gateway.api.bodies import Json
from gateway.api.front import front_of
from gateway.api.routes import EVENT_ID, binary, problems, resource
from gateway.api.schemas.leads import Page
from gateway.api.schemas.system import EntryPage, ExportIn
from gateway.desk.exports import Wish
from gateway.desk.office import Actor

router = resource("audit", "/v1/audit")

Auditor = Annotated[Actor, Depends(AUDIT)]
_LIST = "entries"


@router.get(
    "/checkpoint",
    response_class=PlainTextResponse,
    responses={**binary("The checkpoint, a C2SP signed note", "text/plain; charset=utf-8"), **problems(404, 503)},
)
async def read_checkpoint(request: Request, _actor: Auditor) -> Response:
    """Read the latest signed checkpoint of the log."""
    return PlainTextResponse(await front_of(request).gateway.desks.log.checkpoint())


@router.get("/entries", response_model=EntryPage, responses=problems(503))
async def list_entries(request: Request, _actor: Auditor, query: Annotated[Page, Query()]) -> Mapping[str, Any]:
    """List the leaves of the log by index; what they commit to stays sealed."""
    front = front_of(request)
    after = front.cursors.read(_LIST, query.cursor)
    found = await front.gateway.desks.log.entries(None if after is None else int(after), query.limit)
    following = front.cursors.write(_LIST, str(found[-1]["index"])) if len(found) == query.limit else None
    return {"items": found, "next_cursor": following}


@router.get(
    "/proofs/{event_id}",
    response_class=PlainTextResponse,
    responses={**binary("The proof (C2SP tlog-proof)", "text/plain; charset=utf-8"), **problems(404, 503)},
)
async def read_proof(
    request: Request,
    _actor: Auditor,
    event_id: Annotated[str, Path(pattern=EVENT_ID, description="an entry's id")],
) -> Response:
    """Read the offline proof that an entry stands in the log under its latest checkpoint."""
    return PlainTextResponse(await front_of(request).gateway.desks.log.proof(typeid.decode("ev", event_id)))


@router.post(
    "/exports",
    response_class=FileResponse,
    responses={
        **binary("A ZIP file that verifies itself: python -m audit verify FILE", "application/zip"),
        **problems(404, 409, 503),
    },
)
async def export_log(
    request: Request,
    actor: Annotated[Actor, Depends(EXPORT)],
    body: Annotated[ExportIn, Depends(Json(ExportIn))],
) -> Response:
    """Export the log, or a part of it, as one file that proves itself; the export is itself recorded first."""
    wish = Wish(
        begin=body.begin,
        end=body.end,
        types=body.types,
        subject=body.subject_id,
        opened=body.open,
        purpose=body.purpose,
    )
    folder = tempfile.TemporaryDirectory(prefix="leadgate-export-")
    out = File(folder.name) / "leadgate-audit.zip"
    try:
        await front_of(request).gateway.desks.exports.export(actor, wish, out)
    except BaseException:
        folder.cleanup()
        raise
    sent = BackgroundTask(folder.cleanup)
    return FileResponse(out, media_type="application/zip", filename=out.name, background=sent)

"""For whoever opens an address of the gateway in a browser: what this is, and where to look."""

import asyncio
from html import escape
from typing import Final

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from gateway.api.front import front_of
from gateway.api.openapi import document
from gateway.api.routes import resource
from gateway.errors import NotFound

router = resource("welcome")

_WHAT: Final = (
    "Leadgate stands between the places where leads come from and the systems that use them.",
    "Programs post leads to /v1/leads with a key, web pages post their forms to /f/NAME.",
)
_WHERE: Final = {
    "/openapi.json": "every call, what it takes and what it answers (OpenAPI 3.1)",
    "/.well-known/jwks.json": "the public keys of the permits that leads come with",
    "/.well-known/leadgate-log-key": "the public key of the audit log",
}
_TEXT: Final = "\n".join([*_WHAT, "", *(f"{path}  {says}" for path, says in _WHERE.items()), ""])
_LINKS: Final = "".join(f'<li><a href="{path}">{path}</a> {escape(says)}' for path, says in _WHERE.items())
_PAGE: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    f"<title>Leadgate</title>{''.join(f'<p>{escape(each)}</p>' for each in _WHAT)}<ul>{_LINKS}</ul></html>"
)


@router.get("/", include_in_schema=False)
async def welcome(request: Request) -> Response:
    """Say what this is and where to look."""
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(_PAGE)
    return PlainTextResponse(_TEXT)


@router.get("/openapi.json", include_in_schema=False)
async def contract(request: Request) -> Response:
    """Give the contract, as `openapi.yaml` has it."""
    state = request.app.state
    if not hasattr(state, "contract"):
        # Reading it off the application takes most of a second, once.
        state.contract = orjson.dumps(await asyncio.to_thread(document, request.app))
    return Response(state.contract, media_type="application/json")


@router.get("/f/{form_key:form}", include_in_schema=False)
async def only_posts(request: Request) -> Response:
    """Say of a form that there is that it is posted to, and of another one that there is none.

    Raises:
        NotFound: there is no such form.
    """
    source = await front_of(request).source(request.path_params["form_key"])
    if source.kind != "form":
        raise NotFound
    raise HTTPException(405, headers={"Allow": "POST"})

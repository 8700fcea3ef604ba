"""The short way to a plain route: the same answers as the long one, and nothing else takes it."""

import httpx
import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from audit.errors import BadEvent, ExportError, KeyStoreError
from consent.errors import ConsentError
from gateway.api import problems
from gateway.api.routes import PlainRoute, Shortcut
from gateway.errors import NotFound, StoreUnavailable, TooMany, Unauthenticated

ERRORS = [
    NotFound("There is no such lead."),
    StoreUnavailable("The store is gone."),
    TooMany("Too many.", retry_after=7.0),
    Unauthenticated(),
    ConsentError("no such purpose"),
    ExportError(reason="one is running"),
    KeyStoreError(reason="damaged"),
    BadEvent(reason="too long"),
    HTTPException(418),
]


def application(error: Exception | None) -> FastAPI:
    """Two plain routes, one with a fixed path, whose function raises or answers."""

    async def take(request: Request) -> Response:
        if error is not None:
            raise error
        return JSONResponse({"path": request.scope["route"].path_format}, 202)

    app = FastAPI(openapi_url=None, redirect_slashes=False)
    for path in ("/things", "/things/{name}"):
        app.router.add_api_route(path, take, methods=["POST"], route_class_override=PlainRoute)
    problems.install(app)
    return app


async def asked(app: ASGIApp, path: str = "/things", method: str = "POST") -> httpx.Response:
    """The answer of an application to one request."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        return await client.request(method, path)


@pytest.mark.parametrize("error", [None, *ERRORS], ids=lambda error: type(error).__name__)
async def test_both_ways_answer_alike(error: Exception | None) -> None:
    """Status, headers and body, for every kind of error that has a problem."""
    app = application(error)
    long, short = await asked(app), await asked(Shortcut(app, routes=app.routes))
    assert (short.status_code, short.headers, short.content) == (long.status_code, long.headers, long.content)


async def test_an_unexpected_error_goes_on() -> None:
    """What has no problem is for whoever is around: the envelope hides it."""
    app = application(RuntimeError("ours"))
    with pytest.raises(RuntimeError, match="ours"):
        await asked(Shortcut(app, routes=app.routes))


@pytest.mark.parametrize(
    ("method", "path", "short"),
    [
        ("POST", "/things", True),
        ("GET", "/things", False),
        ("POST", "/things/", False),
        ("POST", "/things/one", False),
        ("POST", "/nothing", False),
    ],
)
async def test_only_an_exact_match_is_short(method: str, path: str, short: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Another method or path takes the long way, and is answered there."""
    app = application(None)
    long: list[str] = []

    async def way(scope: Scope, receive: Receive, send: Send) -> None:
        long.append(scope["path"])
        await app(scope, receive, send)

    answer = await asked(Shortcut(way, routes=app.routes), path, method)
    assert long == ([] if short else [path])
    assert answer.status_code == {"/nothing": 404, "/things/": 404}.get(path, 405 if method == "GET" else 202)

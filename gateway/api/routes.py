"""How routes are declared: what a call needs and may answer stands at its function, and the contract is read off it."""

from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, request_response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.api.problems import MEDIA_TYPE, answer

ID: Final = "[0-7][0-9a-hjkmnp-tv-z]{25}"
LEAD_ID: Final = f"^ld_{ID}$"
SUBJECT_ID: Final = f"^sb_{ID}$"
EVENT_ID: Final = f"^ev_{ID}$"
QUARANTINE_ID: Final = f"^qr_{ID}$"
CODE: Final = "^[a-z0-9][a-z0-9_.-]{0,99}$"
KEY: Final = "^[a-z0-9][a-z0-9_-]{0,62}$"
CURSOR: Final = "^[A-Za-z0-9_-]{1,500}$"

TITLES: Final = {
    400: "The request cannot be read",
    401: "No valid key came with the request",
    403: "The key is valid, but not for this",
    404: "There is no such thing, or it is not this caller's to see",
    408: "The request's body did not come in time",
    409: "The request meets a state that forbids it",
    413: "The request is too large",
    415: "The body comes compressed or in another charset than UTF-8",
    422: "The request has errors; they name places, never values",
    429: "Too many requests; Retry-After says when to come back",
    503: "A part of the gateway is gone for now; send the request again, with the same Idempotency-Key",
}

_MAX_ECHO: Final = 50

Responses = dict[int | str, dict[str, Any]]


class PlainRoute(APIRoute):
    """A route whose function is called with the request alone: the way in of most requests.

    It is documented like the others, by its `dependencies`, which are not run: the function calls them itself.
    FastAPI's solving of dependencies costs more than the rest of such a request (docs/decisions/0010-accept-route.md).
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 - FastAPI's own
        super().__init__(path, endpoint, **options)
        self.app = request_response(endpoint)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the function itself."""
        handler: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return handler


class _Route(APIRoute):
    """A route that refuses a parameter of its query that comes twice: only one of them would count."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the check before a function that reads the query."""
        handler = super().get_route_handler()
        if not self.dependant.query_params:
            return handler

        async def checked(request: Request) -> Response:
            counts = Counter(name for name, _ in request.query_params.multi_items())
            twice = [name for name, count in counts.items() if count > 1]
            if twice:
                wrong = [{"loc": ("query", name), "msg": "Send this parameter once."} for name in twice[:_MAX_ECHO]]
                raise RequestValidationError(wrong)
            return await handler(request)

        return checked


class Shortcut:
    """ASGI middleware: a request for a plain route with a fixed path goes straight to the route's function.

    Routing, exit stacks and layers of exception handlers cost a small request as much as all that it asks for.
    Whatever is no exact match takes the long way, where a wrong method, say, is answered.

    Args:
        app: the long way.
        routes: where the plain routes are looked for.
        around: puts around the short way what stands around every request; nothing by default.
    """

    def __init__(
        self, app: ASGIApp, *, routes: Iterable[BaseRoute], around: Callable[[ASGIApp], ASGIApp] | None = None
    ) -> None:
        self.app = app
        self.short = _short if around is None else around(_short)
        self._known = {
            (method, route.path): route
            for route in routes
            if isinstance(route, PlainRoute) and not route.param_convertors
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        route = None
        if scope["type"] == "http" and not scope.get("root_path"):
            route = self._known.get((scope["method"], scope["path"]))
        if route is None:
            await self.app(scope, receive, send)
        else:
            scope["route"] = route
            await self.short(scope, receive, send)


async def _short(scope: Scope, receive: Receive, send: Send) -> None:
    """Let the route's function answer."""
    request = Request(scope, receive, send)
    try:
        response = await scope["route"].endpoint(request)
    except Exception as error:  # noqa: BLE001 - what is not known as a problem is raised again
        response = await answer(request, error)
    await response(scope, receive, send)


def resource(tag: str, prefix: str = "") -> APIRouter:
    """A router whose operations are named like their functions."""
    return APIRouter(
        prefix=prefix, tags=[tag], route_class=_Route, generate_unique_id_function=lambda route: route.name
    )


def problems(*statuses: int) -> Responses:
    """Document that a call may answer with these problems."""
    return {status: problem_response(status) for status in statuses}


def problem_response(status: int) -> dict[str, Any]:
    """One documented problem."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found: dict[str, Any] = {"description": TITLES[status], "content": content}
    if status in {429, 503}:
        after = {"description": "seconds to wait", "required": True, "schema": {"type": "string"}}
        found["headers"] = {"Retry-After": after}
    return found


def binary(description: str, media: str, status: int = 200) -> Responses:
    """Document an answer that is no JSON."""
    return {status: {"description": description, "content": {media: {"schema": {"type": "string"}}}}}

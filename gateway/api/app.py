"""The application: a connected gateway behind HTTP. It builds nothing; `leadgate serve` runs it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Final

import structlog
from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.api import (
    forms,
    health,
    intake,
    leads,
    log,
    operations,
    preferences,
    problems,
    published,
    quarantine,
    verify,
    welcome,
)
from gateway.api.envelope import Envelope
from gateway.api.front import Front
from gateway.api.routes import Shortcut
from gateway.errors import Unavailable
from gateway.wiring import Gateway

ROUTERS: Final[Sequence[APIRouter]] = (
    intake.router,
    forms.router,
    leads.router,
    quarantine.router,
    preferences.router,
    verify.router,
    log.router,
    operations.router,
    health.router,
    published.router,
    welcome.router,
)
"""Every resource, the busiest first: routes are tried in order."""

TELEMETRY_OFF: Final[Any] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI's own telemetry would record paths and exception texts."""

logger = structlog.get_logger(__name__)


class Application(FastAPI):
    """FastAPI with an entrance before its own layers, which the plain routes have no need of."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - FastAPI's own
        super().__init__(**options)
        self.entrance: ASGIApp = super().__call__

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        scope["app"] = self
        await self.entrance(scope, receive, send)


def create_app(gateway: Gateway) -> Application:
    """Put a connected gateway behind HTTP; who connected it closes it."""
    front = Front.over(gateway)
    app = bare(lifespan=_lifespan(front))
    app.state.front = front
    around: dict[str, Any] = {
        "meters": front.meters,
        "body_bytes": gateway.settings.limits.body_bytes,
        "secure": gateway.settings.public_url.startswith("https:"),
        "token": gateway.office.ids.token,
    }
    app.add_middleware(Envelope, **around)
    app.entrance = Shortcut(app.entrance, routes=app.routes, around=partial(Envelope, **around))
    return app


def bare(**options: Any) -> Application:  # noqa: ANN401 - FastAPI's own
    """The application with its routes and no gateway behind it: enough to read its contract off."""
    app = Application(
        title="Leadgate",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=TELEMETRY_OFF,
        **options,
    )
    for router in ROUTERS:
        app.router.routes.extend(router.routes)
    problems.install(app)
    return app


def _lifespan(front: Front) -> Any:  # noqa: ANN401 - Starlette's lifespan
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        front.gateway.start_front()
        writing = asyncio.create_task(front.denials.run())
        yield
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
        try:
            await front.denials.flush()
        except Unavailable as error:
            logger.warning("denials.not_written", error=type(error).__name__)

    return lifespan

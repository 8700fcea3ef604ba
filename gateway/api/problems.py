"""Every error as an RFC 9457 problem: the gateway's classes carry theirs, this file maps the others."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from audit.errors import AuditError, ExportError, KeyStoreError
from connectors.errors import ConnectorError
from consent.errors import ConsentError
from gateway.errors import Conflict, Invalid, KeysUnavailable, LeadgateError, NotFound, Unavailable

MEDIA_TYPE: Final = "application/problem+json"
TYPE_BASE: Final = "https://leadgate.example/problems/"
"""Stable names, not pages: clients compare them."""

log = structlog.get_logger(__name__)


class FaultOut(BaseModel):
    """One thing that is wrong with a request: a place in the body, or a parameter."""

    pointer: str | None = Field(None, description="where in the body (JSON pointer, RFC 6901)")
    parameter: str | None = Field(None, description="which parameter of the path or query")
    detail: str = Field(description="what is wanted there; never what was sent")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="a stable name to compare with, not a page to open")
    title: str
    status: int
    detail: str = Field(description="what to do; nothing personal")
    instance: str | None = None
    errors: list[FaultOut] | None = None


def problem(error: LeadgateError, instance: str | None = None) -> JSONResponse:
    """Write an error of the gateway as a problem."""
    faults = [{"pointer": fault.pointer, "detail": fault.detail} for fault in error.faults]
    headers: dict[str, str] = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(error.retry_after)))
    if error.status == 401:  # noqa: PLR2004 - RFC 9110 section 11.6.1 asks for the challenge with this status
        headers["WWW-Authenticate"] = "Bearer"
    return _written(error, instance, faults, headers)


def _written(
    error: LeadgateError, instance: str | None, faults: Sequence[Mapping[str, str]], headers: Mapping[str, str]
) -> JSONResponse:
    body: dict[str, Any] = {
        "type": TYPE_BASE + error.type,
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
    }
    if instance:
        body["instance"] = instance
    if faults:
        body["errors"] = list(faults)
    return JSONResponse(body, status_code=error.status, headers=dict(headers), media_type=MEDIA_TYPE)


async def _ours(request: Request, error: LeadgateError) -> JSONResponse:
    return problem(error, request.url.path)


async def _parameters(request: Request, error: RequestValidationError) -> JSONResponse:
    """Parameters of path and query are FastAPI's to check; bodies are read by `gateway.api.bodies`."""
    faults = [{"parameter": str(each["loc"][-1]), "detail": str(each["msg"])} for each in error.errors()]
    return _written(Invalid(), request.url.path, faults, {})


async def _http(request: Request, error: HTTPException) -> JSONResponse:
    if error.status_code == 404:  # noqa: PLR2004 - the router's own answer
        return problem(NotFound(), request.url.path)
    body = {"type": "about:blank", "title": error.detail, "status": error.status_code, "detail": error.detail}
    return JSONResponse(body, error.status_code, dict(error.headers or {}), MEDIA_TYPE)


async def _consent(request: Request, error: ConsentError) -> JSONResponse:
    return problem(Invalid(str(error)), request.url.path)


async def _export(request: Request, error: ExportError) -> JSONResponse:
    return problem(Conflict(str(error)), request.url.path)


async def _keys(request: Request, error: AuditError) -> JSONResponse:
    log.error("keys.failed", error=type(error).__name__)
    return problem(KeysUnavailable(), request.url.path)


async def _audit(request: Request, error: AuditError) -> JSONResponse:
    log.error("audit.failed", error=type(error).__name__)
    return problem(Unavailable("The audit log cannot be written or read now."), request.url.path)


async def _connector(request: Request, error: ConnectorError) -> JSONResponse:
    log.error("connector.failed", error=type(error).__name__)
    return problem(Unavailable("A connector cannot be used now."), request.url.path)


_HANDLERS: Final[Mapping[type[Exception], Any]] = {
    LeadgateError: _ours,
    RequestValidationError: _parameters,
    HTTPException: _http,
    ConsentError: _consent,
    ExportError: _export,
    KeyStoreError: _keys,
    AuditError: _audit,
    ConnectorError: _connector,
}


async def answer(request: Request, error: Exception) -> Response:
    """Answer an error as the application does; one that it does not know is raised again."""
    for kind in type(error).__mro__:
        if (handler := _HANDLERS.get(kind)) is not None:
            found: Response = await handler(request, error)
            return found
    raise error


def install(app: FastAPI) -> None:
    """Teach the application to answer errors as problems; what is unexpected is the envelope's."""
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)

"""For receivers and auditors, without a key and cacheable: the public keys that prove permits and the log."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gateway.api.front import front_of
from gateway.api.routes import binary, resource
from gateway.api.schemas.system import KeySet
from gateway.desk import published

router = resource("keys", "/.well-known")

_HEADERS: Final = {
    "Cache-Control": "public, max-age=3600",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Whoever meets a `kid` that it does not know asks again before the hour is over."""
_SET: Final = "application/jwk-set+json"


@router.get(
    "/jwks.json",
    response_class=Response,
    responses={200: {"description": "The keys, the one in use first", "content": {_SET: {}}, "model": KeySet}},
)
async def permit_keys(request: Request) -> Response:
    """Read the public keys of permits, a JSON Web Key Set (RFC 7517): a permit's `kid` names its key."""
    keyring = front_of(request).gateway.office.vault.keyring
    return JSONResponse(published.permit_keys(keyring), media_type=_SET, headers=_HEADERS)


@router.get(
    "/leadgate-log-key",
    response_class=PlainTextResponse,
    responses=binary("The key, a C2SP vkey on one line", "text/plain; charset=utf-8"),
)
async def log_key(request: Request) -> Response:
    """Read the key that signs the audit log's checkpoints and exports: what `audit verify --key` takes."""
    keyring = front_of(request).gateway.office.vault.keyring
    return PlainTextResponse(published.log_key(keyring) + "\n", headers=_HEADERS)

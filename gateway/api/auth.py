"""Who may do what: API keys as Bearer tokens, and the scopes that a call asks for."""

import hashlib
from collections.abc import Sequence
from typing import Final

from starlette.requests import Request

from gateway.api.addresses import network_of
from gateway.api.front import Front, front_of, headers_of
from gateway.desk.office import Actor
from gateway.errors import Forbidden, Unauthenticated

ADMIN: Final = "admin"
_SCHEME: Final = "bearer"
_LONGEST: Final = 200


class Guard:
    """Lets a caller pass whose key holds one of the scopes; a FastAPI dependency, and callable by itself.

    The answer is the same for a key that is unknown, wrong or revoked, and does not depend on what is asked for.
    """

    def __init__(self, *scopes: str) -> None:
        self.scopes = scopes
        self._enough = frozenset({*scopes, ADMIN})

    async def __call__(self, request: Request) -> Actor:
        """Find who calls.

        Raises:
            Unauthenticated: no key, or none that is good.
            Forbidden: the key holds none of the scopes.
        """
        front = front_of(request)
        actor = await _authenticated(front, request)
        if not actor.scopes & self._enough:
            front.denials.count(actor.id, "forbidden")
            raise Forbidden(f"This needs a key with the scope {' or '.join(self.scopes)}.")
        return actor


async def _authenticated(front: Front, request: Request) -> Actor:
    try:
        text = _token(headers_of(request, b"authorization"))
        name = hashlib.sha256(text.encode()).digest()
        return front.keys.get(name) or await front.keys.learn(name, front.gateway.desks.keys.authenticate(text))
    except Unauthenticated:
        # By network, not by the key's id: whoever guesses may write any id into the header.
        front.denials.count(network_of(front.client(request)), "unauthenticated")
        raise


def _token(headers: Sequence[str]) -> str:
    if len(headers) > 1:  # a proxy may look at another one than we do
        raise Unauthenticated("Send one Authorization header.")
    scheme, _, text = (headers[0] if headers else "").partition(" ")
    text = text.strip()
    if scheme.lower() != _SCHEME or not text.isascii() or len(text) > _LONGEST:
        raise Unauthenticated
    return text


WRITE: Final = Guard("leads:write")
READ: Final = Guard("leads:read")
VERIFY: Final = Guard("verify")
CONSENT: Final = Guard("consents:write")
LEDGER: Final = Guard("consents:read")
SUPPRESS: Final = Guard("suppressions")
RESOLVE: Final = Guard("operate", "rights")
OPERATE: Final = Guard("operate")
LOOK: Final = Guard("operate", "audit:read")
AUDIT: Final = Guard("audit:read")
EXPORT: Final = Guard("audit:export")

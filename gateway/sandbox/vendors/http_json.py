"""A service of the operator's own on loopback that answers in Leadgate's field names.

`GET /v1/companies/DOMAIN` takes a bearer token, and answers 404 `not_found` for a company that it does not know.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.sandbox.vendors import troubles
from gateway.sandbox.vendors.vendor import Played, Script, Scripted, throttled


def company(domain: str) -> dict[str, Any]:
    """The record of a company."""
    return {
        "domain": domain,
        "name": domain.partition(".")[0].title(),
        "status": "active",
        "employees": {"count": 312, "range": "201-500"},
        "headquarters": {"locality": "Berlin", "country": "DE"},
        "technologies": [{"slug": "hubspot", "name": "HubSpot", "category": "crm"}],
        "confidence": 0.8,
    }


NOT_FOUND: Final = Scripted(status=404, body={"error": "not_found"})
BUSY: Final = Scripted(status=429, body={"error": "too_many_requests"})
"""Gets its `Retry-After` when it is sent."""
_WRONG_KEY: Final = Scripted(status=401, body={"error": "unauthorised"})

SCRIPT: Final[Script] = troubles.script(company, busy=BUSY)
"""What happens without a script of one's own; every other domain is not found."""


class OwnService(Played):
    """The service, which is free. A script goes by domain."""

    usual: ClassVar[Script] = SCRIPT

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """A company."""
        return (Route("/v1/companies/{domain}", self._find),)

    def headers(self, reply: Scripted) -> Mapping[str, str]:
        """After too many calls, how long to wait."""
        return {"Retry-After": str(int(self.throttle.total_seconds()))} if throttled(reply) else {}

    async def _find(self, request: Request) -> Response:
        domain = str(request.path_params["domain"]).lower()
        known = request.headers.get("authorization") == f"Bearer {self.key}"
        return await self.send(domain, (self.next(domain) or NOT_FOUND) if known else _WRONG_KEY)

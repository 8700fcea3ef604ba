"""A service of the operator's own on loopback, in the shape of Clearbit's Company API.

`GET /v2/companies/find` takes its key as a bearer token or as the user name of HTTP Basic, as Clearbit did; it
answers 404 `unknown_record`, 202 `queued`, 402 `over_quota`, 422 for what is no domain, and 429 with
`X-RateLimit-Reset` in epoch seconds. The record of a mail provider's own domain says `emailProvider: true`.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.sandbox.vendors import troubles
from gateway.sandbox.vendors.vendor import Limit, Played, Script, Scripted, throttled

_COUNTED: Final = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NOT_FOUND})


def company(domain: str) -> dict[str, Any]:
    """The record of a company."""
    name = domain.partition(".")[0].title()
    return {
        "id": f"clearbit-{name.lower()}",
        "name": name,
        "legalName": f"{name} Industries, Inc.",
        "domain": domain,
        "domainAliases": [],
        "site": {"phoneNumbers": ["+1 415 5550100"], "emailAddresses": [f"ada@{domain}"]},
        "category": {"industry": "Machinery", "naiscCode": "33", "sic4Codes": ["3559"], "gicsCode": "20106020"},
        "tags": ["Machines"],
        "foundedYear": 1987,
        "geo": {"streetAddress": "1 Works Road", "city": "San Francisco", "stateCode": "CA", "countryCode": "US"},
        "linkedin": {"handle": f"company/{name.lower()}"},
        "emailProvider": False,
        "type": "private",
        "metrics": {"employees": 312, "employeesRange": "251-1K", "estimatedAnnualRevenue": "$50M-$100M"},
        "tech": ["google_apps", "salesforce"],
    }


def failure(status: int, kind: str) -> Scripted:
    """A reply in Clearbit's error form."""
    return Scripted(status=status, body={"error": {"type": kind, "message": kind}})


UNKNOWN: Final = failure(404, "unknown_record")
BUSY: Final = failure(429, "rate_limit")
"""Gets its `X-RateLimit-Reset` when it is sent."""
_WRONG_KEY: Final = failure(401, "auth_invalid")
_WRONG: Final = failure(422, "params_invalid")

SCRIPT: Final[Script] = troubles.script(
    company,
    busy=BUSY,
    more={
        "broke.example": (failure(402, "over_quota"),),
        "pending.example": (failure(202, "queued"), troubles.known(company, "pending.example")),
        "mail.example": (Scripted(body={**company("mail.example"), "emailProvider": True}),),
    },
)
"""What happens without a script of one's own; every other domain is unknown."""


class Clearbit(Played):
    """The service; `spent` counts calls as Clearbit's bill did. A script goes by domain.

    Args:
        limit: how many calls a minute it lets through.
        given: what `Played` takes.
    """

    usual: ClassVar[Script] = SCRIPT

    def __init__(self, *, limit: int = 600, **given: Any) -> None:  # noqa: ANN401 - what `Played` takes
        super().__init__(**given)
        self._minute = Limit(limit, 60.0)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """A company."""
        return (Route("/v2/companies/find", self._find),)

    def headers(self, reply: Scripted) -> Mapping[str, str]:
        """The minute's calls; after too many, when there may be more."""
        counted = {"X-RateLimit-Limit": str(self._minute.calls), "X-RateLimit-Remaining": str(self._minute.remaining)}
        if throttled(reply):
            wait = self.throttle.total_seconds() if self._minute.remaining else self._minute.left
            counted["X-RateLimit-Reset"] = str(int(datetime.now(tz=UTC).timestamp() + wait) + 1)
        return counted

    async def _find(self, request: Request) -> Response:
        domain = request.query_params.get("domain", "").lower()
        reply = self._judge(request, domain)
        self.spent += reply.status in _COUNTED and (reply.status != HTTPStatus.NOT_FOUND or reply.raw is None)
        return await self.send(domain, reply)

    def _judge(self, request: Request, domain: str) -> Scripted:
        basic = "Basic " + base64.b64encode(f"{self.key}:".encode()).decode()
        if request.headers.get("authorization") not in (f"Bearer {self.key}", basic):
            return _WRONG_KEY
        if not self._minute.take():
            return BUSY
        return (self.next(domain) or UNKNOWN) if "." in domain else _WRONG

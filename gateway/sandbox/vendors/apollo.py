"""Apollo on loopback: companies one by one and ten at a time, with windows, plain texts and the caller's account.

`GET /api/v1/organizations/enrich` answers a company that it does not know with a 200 and no organization; `POST
/api/v1/organizations/bulk_enrich` leaves it out. A wrong key is a 401 in plain text. Every reply to a good key counts
the windows of a minute, an hour and a day; a 429 says `retry-after`. Beside each organization stands `account`, which
is the caller's own record of it.
"""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, ClassVar, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.sandbox.vendors import troubles
from gateway.sandbox.vendors.vendor import Limit, Played, Script, Scripted, throttled

MOST: Final = 10
"""Companies in one call."""
_PERIODS: Final[Mapping[str, float]] = MappingProxyType({"minute": 60.0, "hourly": 3600.0, "24-hour": 86400.0})


def organization(domain: str) -> dict[str, Any]:
    """The vendor's record of a company, with the caller's own account beside it."""
    name = domain.partition(".")[0].title()
    return {
        "id": f"apollo-{name.lower()}",
        "name": f"{name} Industries",
        "website_url": f"http://www.{domain}",
        "primary_domain": domain,
        "linkedin_url": f"http://www.linkedin.com/company/{name.lower()}",
        "primary_phone": {},
        "founded_year": 1987,
        "industry": "machinery",
        "keywords": ["machines"],
        "estimated_num_employees": 312,
        "city": "Berlin",
        "country": "Germany",
        "annual_revenue": 60000000,
        "annual_revenue_printed": "60M",
        "total_funding": None,
        "total_funding_printed": "12.5M",
        "latest_funding_stage": "Series A",
        "funding_events": [{"id": "e1", "amount": "12.5M", "currency": "$", "investors": "Somebody"}],
        "current_technologies": [{"uid": "google_apps", "name": "Google Apps", "category": "Other"}],
        "account_id": "a1",
        "account": {"id": "a1", "name": "The caller's own name for it", "phone": "+1 202 5550114", "owner_id": "o1"},
    }


def _reply(domain: str) -> dict[str, Any]:
    return {"organization": organization(domain)}


NOT_FOUND: Final = Scripted(body={"organization": None})
BUSY: Final = Scripted(status=429, body={"message": "The maximum number of api calls allowed is 600 times per hour."})
"""Gets its `retry-after` when it is sent."""
_MISSING: Final = Scripted(status=422, body={"error": "Required parameter 'domain' missing"})
_NO_LIST: Final = Scripted(status=400, raw=b'{"status":"failed","error_code":"INVALID_REQUEST"}', media="text/plain")
_TOO_MANY: Final = Scripted(status=400, body={"status": "failed", "error_code": "RECORD_LIMIT_EXCEEDED"})
_WRONG_KEY: Final = Scripted(status=401, raw=b"Invalid API key.", media="text/plain")
_CLOSED: Final = Scripted(
    status=403, body={"error": "This API key is not authorized to access it.", "error_code": "API_INACCESSIBLE"}
)

SCRIPT: Final[Script] = troubles.script(
    _reply,
    busy=BUSY,
    more={
        "scope.example": (_CLOSED,),
        "silent.example": (Scripted(body={}),),
        "error.example": (Scripted(body={"error": "something went wrong"}),),
        "renamed.example": (Scripted(body=_reply("acme.example")),),
    },
)
"""What happens without a script of one's own; every other domain is not found."""


class Apollo(Played):
    """The vendor; `spent` counts credits, one per organization that it gives. A script goes by the company's domain.

    Args:
        windows: how many calls a minute, an hour and a day let through; None: without limit.
        given: what `Played` takes.
    """

    hosts = ("api.apollo.io",)
    usual: ClassVar[Script] = SCRIPT

    def __init__(self, *, windows: Sequence[int | None] = (1000, None, None), **given: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(**given)
        named = zip(_PERIODS, windows, strict=True)
        self._windows = {name: Limit(calls, _PERIODS[name]) for name, calls in named if calls is not None}

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """One company, several, and whose key it is."""
        return (
            Route("/api/v1/organizations/enrich", self._enrich),
            Route("/api/v1/organizations/bulk_enrich", self._bulk, methods=["POST"]),
            Route("/api/v1/users/api_profile", self._profile),
        )

    def headers(self, reply: Scripted) -> Mapping[str, str]:
        """The windows, unless the key was refused; after too many calls, when there may be more."""
        if reply.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return {}
        counted = {f"x-rate-limit-{name}": "" for name in _PERIODS if name not in self._windows}
        for name, window in self._windows.items():
            counted[f"x-rate-limit-{name}"] = str(window.calls)
            counted[f"x-{name}-usage"] = str(window.calls - window.remaining)
            counted[f"x-{name}-requests-left"] = str(window.remaining)
        if throttled(reply):
            full = [window.left for window in self._windows.values() if not window.remaining]
            counted["retry-after"] = str(math.ceil(max(full, default=self.throttle.total_seconds())))
        return counted

    async def _enrich(self, request: Request) -> Response:
        domain = request.query_params.get("domain", "").lower()
        refused = self._refused(request)
        if refused is not None:
            return await self.send(domain, refused)
        reply = (self.next(domain) or NOT_FOUND) if domain else _MISSING
        self.spent += troubles.found(reply) and _known(reply) is not None
        return await self.send(domain, reply)

    async def _bulk(self, request: Request) -> Response:
        refused = self._refused(request)
        if refused is not None:
            return await self.send("", refused)
        domains = _asked(await request.body())
        if not domains or len(domains) > MOST:
            return await self.send("", _TOO_MANY if domains else _NO_LIST)
        replies = {domain: self.next(domain) or NOT_FOUND for domain in dict.fromkeys(domains)}
        subject = " ".join(domains)
        stopped = next((reply for reply in replies.values() if not troubles.found(reply)), None)
        if stopped is not None:
            return await self.send(subject, stopped)
        known = [found for reply in replies.values() if (found := _known(reply)) is not None]
        self.spent += len(known)
        body = {
            "status": "success",
            "error_code": None,
            "error_message": None,
            "total_requested_domains": len(domains),
            "unique_domains": len(replies),
            "unique_enriched_records": len(known),
            "missing_records": len(replies) - len(known),
            "organizations": known,
        }
        return await self.send(subject, Scripted(body=body, wait=max(reply.wait for reply in replies.values())))

    async def _profile(self, request: Request) -> Response:
        return await self.send("", self._refused(request) or Scripted(body={"id": "u1", "team_id": "t1"}))

    def _refused(self, request: Request) -> Scripted | None:
        """Why a call gets no answer: a wrong key, or a window that is used up."""
        if request.headers.get("x-api-key") != self.key:
            return _WRONG_KEY
        full = [not window.take() for window in self._windows.values()]
        return BUSY if any(full) else None


def _known(reply: Scripted) -> object:
    return reply.body.get("organization") if isinstance(reply.body, Mapping) else None


def _asked(body: bytes) -> list[str]:
    """The domains of a call; empty when it has none."""
    try:
        return [str(each["domain"]).lower() for each in orjson.loads(body)["details"]]
    except (ValueError, KeyError, TypeError):
        return []

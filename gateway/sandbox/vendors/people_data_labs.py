"""People Data Labs on loopback: a company database with its replies, limits and traps, one by one and in batches.

`GET /v5/company/enrich` answers as the vendor documents it: fields at the top level beside `likelihood`, 404 for a
company it does not know, 402 when the credits are used up, 429 with `x-ratelimit-reset` and no Retry-After. `POST
/v5/company/enrich/bulk` answers a list, each item with a status of its own and with its `metadata`; what stops the
whole call, such as a limit, stops it for all. Which of these a question gets is decided by the script, by domain.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, ClassVar, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.sandbox.vendors.vendor import Played, Script, Scripted, throttled

ACME: Mapping[str, Any] = MappingProxyType(
    {
        "status": 200,
        "id": "sandbox-acme",
        "name": "acme industries",
        "display_name": "Acme Industries",
        "website": "acme.example",
        "type": "private",
        "size": "201-500",
        "employee_count": 312,
        "founded": 1987,
        "industry": "machinery",
        "inferred_revenue": "$50M-$100M",
        "location": {"locality": "berlin", "region": "berlin", "country": "germany", "postal_code": "10115"},
        "naics": [{"naics_code": "333249", "sector": "manufacturing"}],
        "sic": [{"sic_code": "3559"}],
        "tags": ["machines", "industrial"],
        "summary": "Acme Industries builds machines.",
        "linkedin_url": True,  # a plan without this field: the value exists and is not given
        "ticker": None,
        "likelihood": 9,
    }
)


def failure(status: int, kind: str) -> Scripted:
    """A reply in the vendor's error form."""
    return Scripted(status=status, body={"status": status, "error": {"type": kind, "message": kind}})


NOT_FOUND = failure(404, "not_found")
THROTTLED = failure(429, "rate_limit_error")
"""Gets its `x-ratelimit-reset` when it is sent."""

SCRIPT: Mapping[str, tuple[Scripted, ...]] = MappingProxyType(
    {
        "acme.example": (Scripted(body=ACME),),
        "broke.example": (failure(402, "payment_required"),),
        "busy.example": (THROTTLED, Scripted(body={**ACME, "website": "busy.example", "id": "sandbox-busy"})),
        "flaky.example": (
            failure(500, "api_error"),
            Scripted(body={**ACME, "website": "flaky.example", "id": "sandbox-flaky"}),
        ),
        "down.example": (failure(500, "api_error"),),
        "slow.example": (Scripted(body=ACME, wait=30.0),),
        "garbage.example": (Scripted(raw=b'{"status": 200, "name": "cut sho'),),
    }
)
"""What happens without a script of one's own; every other domain is not found."""


MOST: Final = 100
"""Questions in one batch."""

_WRONG: Final = failure(400, "invalid_request_error")


class PeopleDataLabs(Played):
    """The vendor; `spent` counts credits, one per company found. A script goes by the company's domain."""

    hosts = ("api.peopledatalabs.com", "sandbox.api.peopledatalabs.com")
    usual: ClassVar[Script] = SCRIPT

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - what `Played` takes
        super().__init__(**given)
        self.queries: list[Mapping[str, str]] = []
        """The parameters of every question, in order."""

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """One company, and several."""
        return (
            Route("/v5/company/enrich", self._enrich),
            Route("/v5/company/enrich/bulk", self._bulk, methods=["POST"]),
        )

    def headers(self, reply: Scripted) -> Mapping[str, str]:
        """The credits that the call took; after too many calls, when there may be more."""
        spent = {"x-call-credits-spent": "1" if _found(reply) else "0"}
        if not throttled(reply):
            return spent
        reset = datetime.now(tz=UTC) + self.throttle
        return {**spent, "x-ratelimit-reset": reset.isoformat(timespec="milliseconds").replace("+00:00", "Z")}

    async def _enrich(self, request: Request) -> Response:
        params = dict(request.query_params)
        self.queries.append(params)
        domain = _domain(params.get("website", ""))
        if request.headers.get("x-api-key") != self.key:
            return await self.send(domain, failure(401, "authentication_error"))
        reply = self._judge(params, domain)
        self.spent += _found(reply)
        return await self.send(domain, reply)

    async def _bulk(self, request: Request) -> Response:
        if request.headers.get("x-api-key") != self.key:
            return await self.send("", failure(401, "authentication_error"))
        try:
            items = orjson.loads(await request.body())["requests"]
            asked = [(dict(item["params"]), item.get("metadata")) for item in items]
        except (ValueError, KeyError, TypeError, AttributeError):
            return await self.send("", _WRONG)
        if not 0 < len(asked) <= MOST:
            return await self.send("", _WRONG)
        self.queries += [params for params, _ in asked]
        domains = [_domain(str(params.get("website", ""))) for params, _ in asked]
        stopped = next((domain for domain in domains if _stops(self.peek(domain))), None)
        if stopped is not None:
            return await self.send(stopped, self.next(stopped) or NOT_FOUND)
        replies = [self._judge(params, domain) for (params, _), domain in zip(asked, domains, strict=True)]
        return await self._answer(asked, replies, " ".join(domains))

    async def _answer(
        self, asked: Sequence[tuple[Mapping[str, Any], Any]], replies: Sequence[Scripted], subject: str
    ) -> Response:
        found = sum(map(_found, replies))
        self.spent += found
        answers = []
        for (_, metadata), reply in zip(asked, replies, strict=True):
            answer = {"status": reply.status, **(reply.body if isinstance(reply.body, Mapping) else {})}
            answers.append(answer if metadata is None else {**answer, "metadata": metadata})
        wait = max(reply.wait for reply in replies)
        return await self.send(subject, Scripted(body=answers, wait=wait, headers={"x-call-credits-spent": str(found)}))

    def _judge(self, params: Mapping[str, Any], domain: str) -> Scripted:
        if not domain and "name" not in params:
            return _WRONG
        return self.next(domain) or NOT_FOUND


def _found(reply: Scripted) -> bool:
    return reply.status == HTTPStatus.OK and reply.raw is None


def _stops(reply: Scripted | None) -> bool:
    """Whether a reply is about the call and not about one company in it."""
    if reply is None:
        return False
    return reply.raw is not None or throttled(reply) or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _domain(website: str) -> str:
    name = website.strip().lower()
    name = name.partition("://")[2] or name
    return name.partition("/")[0].removeprefix("www.")

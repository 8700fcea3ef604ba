"""People Data Labs on loopback: companies and people with its replies, limits and traps, one by one and in batches.

`GET /v5/company/enrich` answers as the vendor documents it: fields at the top level beside `likelihood`, 404 for a
company it does not know, 402 when the credits are used up, 429 with `x-ratelimit-reset` and no Retry-After. `POST
/v5/company/enrich/bulk` answers a list, each item with a status of its own and with its `metadata`; what stops the
whole call, such as a limit, stops it for all. `/v5/person/enrich` and `/v5/person/bulk` are the same for people,
whose record stands under `data`. `GET /v5/person/subjectrequest` lists the records of people who objected. Which of
these a question gets is decided by the script, by domain and by `email_hash`.
"""

import hashlib
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

ADA: Mapping[str, Any] = MappingProxyType(
    {
        "status": 200,
        "likelihood": 8,
        "data": {
            "id": "sandbox-ada",
            "full_name": "ada lovelace",
            "first_name": "ada",
            "last_name": "lovelace",
            "sex": "female",
            "job_title": "chief engineer",
            "job_title_levels": ["cxo"],
            "job_title_role": "engineering",
            "work_email": True,  # as for companies: the plan has no such field
            "mobile_phone": True,
            "linkedin_url": "linkedin.com/in/ada-lovelace",
        },
    }
)


def hashed(address: str) -> str:
    """What the vendor takes in place of an address: its SHA-256, in lower case."""
    return hashlib.sha256(address.lower().encode()).hexdigest()


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
        hashed("ada@acme.example"): (Scripted(body=ADA),),
    }
)
"""What happens without a script of one's own; every other domain, and everybody else, is not found."""


ERASED: Final = ("sandbox-bob", "sandbox-carol")
"""Records of people who objected to the vendor: it lists them as one per line of a text, behind a first line."""
MOST: Final = 100
"""Questions in one batch."""

_WRONG: Final = failure(400, "invalid_request_error")


class PeopleDataLabs(Played):
    """The vendor; `spent` counts credits, one per record. A script goes by a company's domain and by `email_hash`."""

    hosts = ("api.peopledatalabs.com", "sandbox.api.peopledatalabs.com")
    usual: ClassVar[Script] = SCRIPT

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - what `Played` takes
        super().__init__(**given)
        self.queries: list[Mapping[str, str]] = []
        """The parameters of every question, in order."""
        self.erased: list[str] = list(ERASED)
        """The records of people who objected, as the list of them says it."""

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """One company or person, and several."""
        return (
            Route("/v5/company/enrich", self._enrich),
            Route("/v5/company/enrich/bulk", self._bulk, methods=["POST"]),
            Route("/v5/person/enrich", self._enrich),
            Route("/v5/person/bulk", self._bulk, methods=["POST"]),
            Route("/v5/person/subjectrequest", self._erasures),
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
        domain = _subject(params)
        if request.headers.get("x-api-key") != self.key:
            return await self.send(domain, failure(401, "authentication_error"))
        reply = self._judge(params, domain)
        self.spent += _found(reply)
        return await self.send(domain, reply)

    async def _erasures(self, request: Request) -> Response:
        if request.headers.get("x-api-key") != self.key:
            return await self.send("", failure(401, "authentication_error"))
        listed = "".join(f"{line}\n" for line in ("pdl_id", *self.erased))
        return await self.send("", Scripted(raw=listed.encode(), media="text/plain"))

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
        domains = [_subject(params) for params, _ in asked]
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


def _subject(params: Mapping[str, Any]) -> str:
    """Whom a question is about: the hash of an address, or a company's domain."""
    return str(params.get("email_hash") or "") or _domain(str(params.get("website", "")))


def _domain(website: str) -> str:
    name = website.strip().lower()
    name = name.partition("://")[2] or name
    return name.partition("/")[0].removeprefix("www.")

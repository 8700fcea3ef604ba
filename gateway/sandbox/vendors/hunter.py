"""Hunter on loopback: companies by domain and people by address, with statuses that mean other things than elsewhere.

`GET /v2/companies/find` and `GET /v2/people/find` answer 404 for whom they do not know, 403 for too many calls, 429
when the plan is used up, 451 for whoever has objected, and 202 while they are still looking. No header counts
anything.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.sandbox.vendors import troubles
from gateway.sandbox.vendors.vendor import Limit, Played, Script, Scripted


def company(domain: str) -> dict[str, Any]:
    """The vendor's record of a company, in its reply."""
    name = domain.partition(".")[0].title()
    record = {
        "id": f"hunter-{name.lower()}",
        "name": name,
        "legalName": f"{name} Industries Ltd",
        "domain": domain,
        "domainAliases": [],
        "site": {"phoneNumbers": ["+49 30 5550100"], "emailAddresses": [f"ada@{domain}"]},
        "category": {"sector": "Industrials", "industry": "Machinery", "sicCode": "35", "naics6Codes2022": ["333248"]},
        "tags": ["machines"],
        "foundedYear": 1987,
        "geo": {"city": "Berlin", "state": "Berlin", "country": "Germany", "countryCode": "DE"},
        "linkedin": {"handle": f"company/{name.lower()}"},
        "emailProvider": "google.com",  # a host, where the Clearbit shape has a truth
        "type": "private",
        "metrics": {"employees": "201-500", "raised": None},
        "tech": ["google-tag-manager"],
        "fundingRounds": [],
    }
    return {"data": record, "meta": {"domain": domain}}


def person(address: str) -> dict[str, Any]:
    """The vendor's record of a person, in its reply, with more than anybody needs."""
    name = address.partition("@")[0].title()
    record = {
        "id": f"hunter-{name.lower()}",
        "name": {"fullName": f"{name} Lovelace", "givenName": name, "familyName": "Lovelace"},
        "email": address,
        "location": "London, England",
        "avatar": "https://pictures.example/ada.png",
        "employment": {"name": "Acme", "title": "Chief Engineer", "role": "engineering", "seniority": "executive"},
        "twitter": {"handle": "ada"},
        "linkedin": {"handle": f"{name.lower()}-lovelace"},
        "phone": "+44 20 5550177",
    }
    return {"data": record, "meta": {"email": address}}


def failure(status: int, kind: str) -> Scripted:
    """A reply in the vendor's error form."""
    return Scripted(status=status, body={"errors": [{"id": kind, "code": status, "details": kind}]})


NOT_FOUND: Final = failure(404, "not_found")
BUSY: Final = failure(403, "too_many_requests")
BROKE: Final = failure(429, "usage_exceeded")
OBJECTED: Final = failure(451, "claimed")
LOOKING: Final = Scripted(status=202, body={"data": None})
_WRONG_KEY: Final = failure(401, "authentication_failed")
_MISSING: Final = failure(400, "wrong_params")

SCRIPT: Final[Script] = MappingProxyType(
    {
        **troubles.script(
            company,
            busy=BUSY,
            more={
                "broke.example": (BROKE,),
                "objected.example": (OBJECTED,),
                "pending.example": (LOOKING, troubles.known(company, "pending.example")),
            },
        ),
        "ada@acme.example": (troubles.known(person, "ada@acme.example"),),
        "objected@acme.example": (OBJECTED,),
    }
)
"""What happens without a script of one's own, by domain and by address; everybody else is not found."""


class Hunter(Played):
    """The vendor; `spent` counts credits, one per record. A script goes by a company's domain and a person's address.

    Args:
        windows: how many calls a second and a minute let through, at each of its paths.
        given: what `Played` takes.
    """

    hosts = ("api.hunter.io",)
    usual: ClassVar[Script] = SCRIPT

    def __init__(self, *, windows: tuple[int, int] = (15, 500), **given: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(**given)
        paths = ("domain", "email")
        self._windows = {path: (Limit(windows[0], 1.0), Limit(windows[1], 60.0)) for path in paths}

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """A company, a person, and the account."""
        return (
            Route("/v2/companies/find", self._company),
            Route("/v2/people/find", self._person),
            Route("/v2/account", self._account),
        )

    async def _company(self, request: Request) -> Response:
        return await self._find(request, "domain")

    async def _person(self, request: Request) -> Response:
        return await self._find(request, "email")

    async def _find(self, request: Request, by: str) -> Response:
        subject = request.query_params.get(by, "").lower()
        reply = self._judge(request, by, subject)
        self.spent += troubles.found(reply)
        return await self.send(subject, reply)

    def _judge(self, request: Request, by: str, subject: str) -> Scripted:
        if not self._knows(request):
            return _WRONG_KEY
        if any([not window.take() for window in self._windows[by]]):  # noqa: C419 - every window counts every call
            return BUSY
        return (self.next(subject) or NOT_FOUND) if subject else _MISSING

    async def _account(self, request: Request) -> Response:
        used: Mapping[str, Any] = {"requests": {"credits": {"used": float(self.spent), "available": 2000}}}
        return await self.send("", Scripted(body={"data": used}) if self._knows(request) else _WRONG_KEY)

    def _knows(self, request: Request) -> bool:
        return request.headers.get("x-api-key") == self.key

"""Companies House on loopback: a register of companies that do not exist, with the vendor's limit and headers.

`GET /search/companies?q=` finds what sounds like a name, other names among it; `GET /company/{number}` is a profile.
The key is the user name of HTTP Basic; a wrong one is 401. Every reply carries `X-Ratelimit-Limit`, `-Remain`,
`-Reset` (epoch) and `-Window`; the six hundred and first call in five minutes is 429 without a body and without
Retry-After. The test host searches the same register and has no profiles. A script goes by `q`, or by the number.
"""

import base64
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.sandbox.vendors.vendor import Limit, Played, Script, Scripted

CALLS: Final = 600
SECONDS: Final = 300.0
TEST_HOST: Final = "api-sandbox.company-information.service.gov.uk"

BAD_KEY: Final = Scripted(status=401, body={"error": "Invalid Authorization", "type": "ch:service"})
NO_PROFILE: Final = Scripted(
    status=404, body={"errors": [{"error": "company-profile-not-found", "type": "ch:service"}]}
)
TOO_MANY: Final = Scripted(status=HTTPStatus.TOO_MANY_REQUESTS, raw=b"")


def company(number: str, name: str, **more: Any) -> Mapping[str, Any]:  # noqa: ANN401 - parts of a profile
    """A profile; `more` takes the place of what an ordinary company has."""
    address = {"address_line_1": "1 Example Row", "locality": "Leeds", "postal_code": "LS1 4AP", "country": "England"}
    return {
        "company_name": name,
        "company_number": number,
        "company_status": "active",
        "type": "ltd",
        "jurisdiction": "england-wales",
        "date_of_creation": "2016-09-12",
        "registered_office_address": address,
        "sic_codes": ["62012"],
        "accounts": {"overdue": False},
        "has_insolvency_history": False,
        "links": {"self": f"/company/{number}", "officers": f"/company/{number}/officers"},
        **more,
    }


COMPANIES: Final[Sequence[Mapping[str, Any]]] = (
    company("09876544", "BRIGHTPATH HOLDINGS LIMITED"),
    company(
        "09876543",
        "BRIGHTPATH LIMITED",
        sic_codes=["62012", "62020"],
        previous_company_names=[{"name": "BRIGHTER PATHS LIMITED", "ceased_on": "2018-01-01"}],
    ),
    company("01234567", "BRIGHTPATH LIMITED", company_status="dissolved", date_of_cessation="2009-05-05"),
    company("00000003", "TWIN TRADING LIMITED"),
    company("OC000004", "TWIN TRADING LLP", type="llp"),
    company("SC123456", "WINDING DOWN PLC", type="plc", company_status="liquidation"),
    company("00000005", "HALF KNOWN LIMITED"),
)


class CompaniesHouse(Played):
    """The vendor; it is free."""

    hosts = ("api.company-information.service.gov.uk", TEST_HOST)
    usual: ClassVar[Script] = MappingProxyType(
        {
            "busy bees": (TOO_MANY, Scripted(status=502, raw=b"<html>Bad Gateway</html>", media="text/html")),
            "00000005": (Scripted(status=500, raw=b"", media="text/html"),),
        }
    )

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - what `Played` takes
        super().__init__(**given)
        self.limit = Limit(CALLS, SECONDS)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The search and the profile; officers are there for nobody."""
        return (Route("/search/companies", self._search), Route("/company/{number}", self._profile))

    def headers(self, reply: Scripted) -> Mapping[str, str]:
        """The state of the window; a scripted 429 ends after `throttle`."""
        throttled = reply.status == HTTPStatus.TOO_MANY_REQUESTS
        scripted = throttled and self.limit.remaining > 0
        left = self.throttle.total_seconds() if scripted else self.limit.left
        return {
            "X-Ratelimit-Limit": str(CALLS),
            "X-Ratelimit-Remain": "0" if throttled else str(self.limit.remaining),
            "X-Ratelimit-Reset": str(int(time.time() + left) + 1),
            "X-Ratelimit-Window": "5m",
        }

    async def _search(self, request: Request) -> Response:
        asked = " ".join(request.query_params.get("q", "").lower().split())
        found = [_item(each) for each in COMPANIES if _sounds(asked, each["company_name"])]
        body = {"kind": "search#companies", "total_results": len(found), "start_index": 0, "items": found}
        return await self._answer(request, asked, Scripted(body=body))

    async def _profile(self, request: Request) -> Response:
        number = request.path_params["number"]
        found = [each for each in COMPANIES if each["company_number"] == number]
        away = request.url.hostname == TEST_HOST or not found
        return await self._answer(request, number, NO_PROFILE if away else Scripted(body=found[0]))

    async def _answer(self, request: Request, subject: str, usual: Scripted) -> Response:
        wanted = "Basic " + base64.b64encode(f"{self.key}:".encode()).decode()
        if request.headers.get("authorization") != wanted:
            return await self.send(subject, BAD_KEY)
        reply = self.next(subject) if self.limit.take() else TOO_MANY
        return await self.send(subject, reply or usual)


def _sounds(asked: str, name: str) -> bool:
    """Whether a search finds a name: one word in common is enough."""
    return bool(set(asked.split()) & set(name.lower().split()) - {"limited", "ltd", "llp", "plc"})


def _item(profile: Mapping[str, Any]) -> Mapping[str, Any]:
    same = ("company_number", "company_status", "date_of_creation", "date_of_cessation")
    return {
        "kind": "searchresults#company",
        "title": profile["company_name"],
        "company_type": profile["type"],
        "address": {"premises": "1", **profile["registered_office_address"]},
        **{name: profile[name] for name in same if name in profile},
    }

"""BuiltWith on loopback: technologies of a domain, with errors in the body of a 200 and limits of two kinds.

`GET /v22/api.json` lists technologies per path, each with a tag, categories and times in milliseconds. A wrong key,
no credits left, a domain that is not looked at and a failure of its own are `Errors` in a 200; too many calls a
second, or at once, are a 429 with the wait in its body. Without NOMETA and NOPII it tells of people as well, and with
HIDETEXT it leaves out what a technology is for.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.sandbox.vendors import troubles
from gateway.sandbox.vendors.vendor import Limit, Played, Script, Scripted, throttled

_LONG_AGO: Final = 1_293_840_000_000
_GONE: Final = 1_577_836_800_000


def domain_record(domain: str) -> dict[str, Any]:
    """The vendor's reply about a domain."""
    lately = int((datetime.now(tz=UTC) - timedelta(days=2)).timestamp() * 1000)
    technologies = [
        _technology("jQuery", "javascript", _LONG_AGO, lately, "JavaScript Library"),
        {**_technology("jQuery 1.9.1", "javascript", _LONG_AGO, _GONE), "Parent": "jQuery"},
        {**_technology("jQuery 3.5.1", "javascript", _GONE, lately), "Parent": "jQuery"},
        _technology("Office 365 Mail", "mx", _GONE, lately, "Business Email Hosting"),
        _technology("German", "language", _GONE, lately),
        _technology("Drift", "widgets", _LONG_AGO, _GONE, "Live Chat"),
    ]
    shop = [_technology("Shopify Plus", "shop", _GONE, lately, "Enterprise")]
    paths = [
        {"Domain": domain, "SubDomain": "", "Url": "", "Technologies": technologies},
        {"Domain": domain, "SubDomain": "shop", "Url": "", "Technologies": shop},
    ]
    meta = {"CompanyName": "Acme", "Names": [{"Name": "Ada Lovelace", "Email": f"ada@{domain}"}], "Country": "DE"}
    result = {"IsDB": "True", "Spend": 100, "Paths": paths}
    return {"Results": [{"Result": result, "Meta": meta, "Lookup": domain}], "Errors": [], "Trust": None}


def _technology(name: str, tag: str, first: int, last: int, *categories: str) -> dict[str, Any]:
    times = {"FirstDetected": first, "LastDetected": last}
    return {"Name": name, "Tag": tag, "Categories": list(categories) or None, "IsPremium": "no", **times}


def failure(code: int, message: str) -> Scripted:
    """An error in the body of a 200."""
    return Scripted(body={"Results": [], "Errors": [{"Lookup": None, "Code": code, "Message": message}]})


def nothing(domain: str) -> Scripted:
    """The reply about a domain on which nothing was seen, which costs as much as any."""
    result = {"IsDB": "False", "Paths": []}
    return Scripted(body={"Results": [{"Result": result, "Lookup": domain}], "Errors": [], "Trust": None})


WRONG_KEY: Final = failure(-2, "API Key is wrong - it needs to be a Guid.")
BROKE: Final = failure(-3, "You've run out of API Credits.")
UNSUPPORTED: Final = failure(-8, "Invalid root domain name or unsupported.")
FAILED: Final = failure(-99, "Internal code error - contact us if this keeps happening.")
BUSY: Final = Scripted(status=429, body={"error": "Rate limit exceeded"})
"""Gets its numbers when it is sent."""

SCRIPT: Final[Script] = troubles.script(
    domain_record,
    busy=BUSY,
    more={
        "broke.example": (BROKE,),
        "ignored.example": (UNSUPPORTED,),
        "internal.example": (FAILED, troubles.known(domain_record, "internal.example")),
    },
)
"""What happens without a script of one's own; of every other domain nothing is known."""


class BuiltWith(Played):
    """The vendor; `spent` counts credits, one per domain that was looked up. A script goes by domain.

    Args:
        rate: how many calls a second it lets through.
        at_once: how many calls at once.
        credits_left: how many look-ups the account has; None: without limit.
        given: what `Played` takes.
    """

    hosts = ("api.builtwith.com",)
    usual: ClassVar[Script] = SCRIPT

    def __init__(
        self,
        *,
        rate: int = 10,
        at_once: int = 8,
        credits_left: int | None = None,
        **given: Any,  # noqa: ANN401 - what `Played` takes
    ) -> None:
        super().__init__(**given)
        self._second = Limit(rate, 1.0)
        self._most = at_once
        self._now = 0
        self._credits = credits_left

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """A domain, and the account."""
        return (Route("/v22/api.json", self._look_up), Route("/usagev2/api.json", self._usage))

    def headers(self, reply: Scripted) -> Mapping[str, str]:  # noqa: ARG002 - the same for all
        """The limits, and what of the account's credits is used: a total, never what one call took."""
        total = 2000 if self._credits is None else self._credits
        return {
            "X-RATELIMIT-CURRENT-CONCURRENT": str(self._now),
            "X-RATELIMIT-LIMIT-CONCURRENT": str(self._most),
            "X-RATELIMIT-CURRENT-PERSECOND": str(self._second.calls - self._second.remaining),
            "X-RATELIMIT-LIMIT-PERSECOND": str(self._second.calls),
            "X-API-CREDITS-AVAILABLE": str(total),
            "X-API-CREDITS-USED": str(self.spent),
            "X-API-CREDITS-REMAINING": str(max(Decimal(0), total - self.spent)),
        }

    async def _look_up(self, request: Request) -> Response:
        self._now += 1
        try:
            domain = request.query_params.get("LOOKUP", "").lower()
            reply = self._judge(request, domain)
            self.spent += charged(reply)
            return await self.send(domain, _shown(reply, request.query_params))
        finally:
            self._now -= 1

    def _judge(self, request: Request, domain: str) -> Scripted:
        if not self._knows(request):
            return WRONG_KEY
        if self._now > self._most or not self._second.take():
            return self._busy(BUSY)
        if self._credits is not None and self.spent >= self._credits:
            return BROKE
        reply = (self.next(domain) or nothing(domain)) if "." in domain else UNSUPPORTED
        return self._busy(reply) if throttled(reply) else reply

    def _busy(self, reply: Scripted) -> Scripted:
        body = {
            "error": "Rate limit exceeded",
            "maxConcurrentRequests": self._most,
            "maxRequestsPerSecond": self._second.calls,
            "currentConcurrentRequests": self._now,
            "retryAfterSeconds": self.throttle.total_seconds(),
        }
        return Scripted(status=reply.status, body=body)

    async def _usage(self, request: Request) -> Response:
        reply = Scripted(body={"used": float(self.spent)}) if self._knows(request) else WRONG_KEY
        return await self.send("", reply)

    def _knows(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"API {self.key}"


def charged(reply: Scripted) -> bool:
    """Whether a reply took a credit: every look-up without an error, whatever it found."""
    return troubles.found(reply) and isinstance(reply.body, Mapping) and not reply.body.get("Errors")


def _shown(reply: Scripted, asked: Mapping[str, str]) -> Scripted:
    """The reply without what the question left out."""
    if not charged(reply) or not isinstance(reply.body, Mapping):
        return reply
    results = [dict(each) for each in reply.body["Results"]]
    for each in results:
        if "NOMETA" in asked:
            each.pop("Meta", None)
        elif "NOPII" in asked and "Meta" in each:
            each["Meta"] = {**each["Meta"], "Names": None, "Emails": None}
        each["Result"] = {**each["Result"], "Paths": [_path(path, asked) for path in each["Result"]["Paths"]]}
    return Scripted(body={**reply.body, "Results": results}, wait=reply.wait)


def _path(path: Mapping[str, Any], asked: Mapping[str, str]) -> Mapping[str, Any]:
    live = [each for each in path["Technologies"] if "LIVEONLY" not in asked or each["LastDetected"] > _GONE]
    hidden = ("Tag", "Categories") if "HIDETEXT" in asked else ()
    return {**path, "Technologies": [{k: v for k, v in each.items() if k not in hidden} for each in live]}

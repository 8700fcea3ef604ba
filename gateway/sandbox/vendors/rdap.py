"""IANA's bootstrap file and registries' RDAP servers on loopback, for endings that are nobody's.

`GET /rdap/dns.json` (data.iana.org) names the server of each ending: of `.example` one with a path in front, where a
name that is not registered is 404 without a body; of `.test` one whose 404 is an RDAP error; of `.invalid` one
without TLS; of `.localhost` one on a host that no connector knows. A query without the path in front is 404 with a
page. Records hold a registrant whom nobody may take over. A registry that throttles says so with 429 and Retry-After,
or with 403 and a page. A script goes by the domain.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.sandbox.vendors.vendor import Played, Script, Scripted, throttled

SERVICES: Final = (
    (("example",), ("https://rdap.verisign.com/example/v1/",)),
    (("test",), ("https://rdap.nic.fr/",)),
    (("invalid",), ("http://rdap.nic.fr/",)),
    (("localhost",), ("https://rdap.elsewhere.example/",)),
)
BOOTSTRAP: Final = Scripted(
    body={"version": "1.0", "publication": "2026-02-13T23:00:01Z", "services": SERVICES}, media="application/json"
)
NOTHING_HERE: Final = Scripted(status=404, raw=b"")
NOT_FOUND: Final = Scripted(
    status=404, body={"errorCode": 404, "title": "Not Found", "rdapConformance": ["rdap_level_0"]}
)
PAGE: Final = Scripted(status=404, raw=b"<html><body>404 Not Found</body></html>", media="text/html")
TOO_MANY: Final = Scripted(status=429, body={"errorCode": 429, "title": "Too Many Requests"})
KEPT_OUT: Final = Scripted(status=403, raw=b"<html><body>Forbidden</body></html>", media="text/html")


def domain(name: str, *, registered: str = "1997-09-15T04:00:00Z", **more: Any) -> Mapping[str, Any]:  # noqa: ANN401 - parts of a record
    """A record."""
    registrant = [["version", {}, "text", "4.0"], ["fn", {}, "text", "Ada Brandt"], ["tel", {}, "uri", "tel:+49.30"]]
    registrar = [["version", {}, "text", "4.0"], ["fn", {}, "text", "Example Names Ltd"], ["kind", {}, "text", "org"]]
    return {
        "objectClassName": "domain",
        "handle": f"1_{name.upper()}",
        "ldhName": name.upper(),
        "status": ["client transfer prohibited"],
        "entities": [
            {"objectClassName": "entity", "roles": ["registrant"], "vcardArray": ["vcard", registrant]},
            {"objectClassName": "entity", "roles": ["registrar"], "vcardArray": ["vcard", registrar]},
        ],
        "events": [
            {"eventAction": "registration", "eventDate": registered},
            {"eventAction": "expiration", "eventDate": "2028-09-14T04:00:00Z"},
            {"eventAction": "last update of RDAP database", "eventDate": "2026-03-02T09:00:00Z"},
        ],
        "secureDNS": {"delegationSigned": False},
        "nameservers": [{"objectClassName": "nameserver", "ldhName": f"NS1.{name.upper()}"}],
        "rdapConformance": ["rdap_level_0"],
        **more,
    }


DOMAINS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        each["ldhName"].lower(): each
        for each in (
            domain("acme.example", secureDNS={"delegationSigned": True}),
            domain("nordwind-logistik.example", registered="2004-08-30T22:55:00+00:00"),
            domain("brightpath.example", registered="2016-09-01T10:00:00Z"),
            domain("acme.test", registered="2021-01-14T05:16:59Z"),
        )
    }
)


class Rdap(Played):
    """IANA and three registries; all are free."""

    hosts = ("data.iana.org", "rdap.verisign.com", "rdap.nic.fr")
    media: ClassVar[str] = "application/rdap+json"
    usual: ClassVar[Script] = MappingProxyType(
        {
            "busy.example": (TOO_MANY, Scripted(body=domain("busy.example"))),
            "kept-out.example": (KEPT_OUT,),
            "down.example": (Scripted(status=503, raw=b""),),
            "other.example": (Scripted(body=domain("another.example")),),
        }
    )

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The file, and the query with and without the path in front."""
        return (
            Route("/rdap/dns.json", self._file),
            Route("/example/v1/domain/{name}", self._domain),
            Route("/domain/{name}", self._domain),
        )

    def headers(self, reply: Scripted) -> Mapping[str, str]:
        """How long to wait after too many queries."""
        return {"Retry-After": str(max(1, round(self.throttle.total_seconds())))} if throttled(reply) else {}

    async def _file(self, _: Request) -> Response:
        return await self.send("dns.json", self.next("dns.json") or BOOTSTRAP)

    async def _domain(self, request: Request) -> Response:
        name = request.path_params["name"].lower()
        return await self.send(name, self._reply(name, request.url.path))

    def _reply(self, name: str, path: str) -> Scripted:
        ours = name.endswith(".example")
        if ours is not path.startswith("/example/v1/"):
            return PAGE
        found = DOMAINS.get(name)
        unknown = NOTHING_HERE if ours else NOT_FOUND
        return self.next(name) or (unknown if found is None else Scripted(body=found))

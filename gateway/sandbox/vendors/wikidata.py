"""The Wikidata Query Service on loopback: items that do not exist, and the service's rules for those who ask.

`GET /sparql` reads no SPARQL. It finds the websites in the query's `VALUES ?site`, and answers with a row for every
statement about their items whose property the query names in `VALUES ?prop`. A query in which it cannot find them is
malformed: 400 with a text. Whoever names no contact in the User-Agent gets 403; six queries at a time are 429 with
Retry-After, and so are more than thirty errors a minute. A query that takes too long ends as 500 with a text, or
breaks off in the middle of a 200. A script goes by the domain.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.sandbox.vendors.vendor import Limit, Played, Script, Scripted, throttled

AT_ONCE: Final = 5
ERRORS: Final = 30
"""A minute."""

_ENTITY: Final = "http://www.wikidata.org/entity/"
_SITES: Final = re.compile(r"VALUES\s+\?site\s*\{((?:\s*<[^<>\"{}|^`\\\s]*>)+)\s*\}")
_PROPS: Final = re.compile(r"VALUES\s+\?prop\s*\{((?:\s*wd:P\d+)+)\s*\}")
_URIS: Final = ("http://", "https://")


def words(status: int, text: str) -> Scripted:
    """A text in place of results."""
    return Scripted(status=status, raw=text.encode(), media="text/plain")


MALFORMED: Final = words(400, "SPARQL-QUERY: queryStr=…\norg.openrdf.query.MalformedQueryException: Encountered …")
UNNAMED: Final = words(403, "Please set a user-agent and respect our robot policy https://w.wiki/4wJS")
TOO_MANY: Final = words(429, "Too Many Requests - Please retry later.")
LATE: Final = words(500, "java.util.concurrent.TimeoutException")


def item(number: str, label: str, *, kind: str = "organisation", **properties: Any) -> Mapping[str, Any]:  # noqa: ANN401 - values of many kinds
    """One item: its statements by property, each a value or the rest of a row."""
    return MappingProxyType({"number": number, "label": label, "kind": kind, "properties": properties})


ACME: Final = item(
    "Q900001",
    "Acme Industries",
    P17={"value": f"{_ENTITY}Q183", "valueLabel": "Germany", "country": "DE"},
    P159={"value": f"{_ENTITY}Q64", "valueLabel": "Berlin", "country": "DE"},
    P452={"value": f"{_ENTITY}Q101333", "valueLabel": "mechanical engineering", "nace": "28.99"},
    P571={"value": "1987-04-01T00:00:00Z", "precision": "9"},
    P749={"value": f"{_ENTITY}Q900002", "valueLabel": "Acme Group", "lei": "LEIACMEGROUPNV000351"},
    P1128=[{"value": "290", "time": "2019-12-31T00:00:00Z"}, {"value": "312", "time": "2025-12-31T00:00:00Z"}],
    P1278={"value": "LEIACMEINDUSTR000188"},
    P2139={"value": "61000000", "time": "2025-12-31T00:00:00Z", "currency": "EUR"},
    P4264={"value": "acme-industries"},
)
ITEMS: Final[Mapping[str, Sequence[Mapping[str, Any]]]] = MappingProxyType(
    {
        "acme.example": (ACME, item("Q900003", "Acme Cloud", kind="product")),
        "twins.example": (item("Q900004", "Twin Trading"), item("Q900005", "Twin Trading Holding")),
        "ada-brandt.example": (item("Q900006", "Ada Brandt", kind="human", P17={"value": f"{_ENTITY}Q183"}),),
        "nameless.example": (item("Q900007", "Q900007"),),
    }
)
"""By domain: whose official website it is."""


class Wikidata(Played):
    """The service; it is free."""

    hosts = ("query.wikidata.org",)
    media: ClassVar[str] = "application/sparql-results+json"
    usual: ClassVar[Script] = MappingProxyType(
        {
            "busy.example": (TOO_MANY, LATE),
            "late.example": (LATE,),
            "torn.example": (
                Scripted(raw=b'{"head": {"vars": ["item"]}, "results": {"bindings": [ \njava.util.concur'),
            ),
        }
    )

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - what `Played` takes
        super().__init__(**given)
        self._asking = 0
        self._errors = Limit(ERRORS, 60.0)
        self.most_at_once = 0
        """The most queries that were open at a time."""

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The one address."""
        return (Route("/sparql", self._sparql),)

    def headers(self, reply: Scripted) -> Mapping[str, str]:
        """How long to wait after too many queries, or too many errors."""
        return {"Retry-After": str(max(1, round(self.throttle.total_seconds())))} if throttled(reply) else {}

    async def _sparql(self, request: Request) -> Response:
        self._asking += 1
        self.most_at_once = max(self.most_at_once, self._asking)
        try:
            return await self._answer(request)
        finally:
            self._asking -= 1

    async def _answer(self, request: Request) -> Response:
        query = request.query_params.get("query", "")
        domain = _domain(query)
        agent = request.headers.get("user-agent", "")
        if "@" not in agent and "://" not in agent:
            return await self.send(domain, UNNAMED)
        if self._asking > AT_ONCE or (self._errors.remaining == 0 and self._errors.left > 0):
            return await self.send(domain, TOO_MANY)
        if query.startswith("ASK "):
            return await self.send(domain, Scripted(body={"head": {}, "boolean": True}))
        reply = self._reply(query, domain)
        if reply.status not in (200, 429):
            self._errors.take()
        return await self.send(domain, reply)

    def _reply(self, query: str, domain: str) -> Scripted:
        props = _PROPS.search(query)
        if not domain or props is None or query.count("{") != query.count("}"):
            return MALFORMED
        wanted = [prop.removeprefix("wd:") for prop in props[1].split()]
        rows = [row for each in ITEMS.get(domain, ()) for row in _rows(each, wanted)]
        bindings = [{name: _term(name, value) for name, value in row.items()} for row in rows]
        return self.next(domain) or Scripted(body={"head": {"vars": ["item"]}, "results": {"bindings": bindings}})


def _domain(query: str) -> str:
    """The one domain whose website is asked for; empty where there is none, or another thing."""
    found = _SITES.search(query)
    sites = found[1].split() if found else []
    hosts = {(urlsplit(site.strip("<>")).hostname or "").removeprefix("www.") for site in sites}
    return hosts.pop() if len(hosts) == 1 else ""


def _rows(told: Mapping[str, Any], wanted: Sequence[str]) -> list[dict[str, str]]:
    kind = told["kind"]
    truths = {"organisation": str(kind == "organisation").lower(), "human": str(kind == "human").lower()}
    first = {"item": f"{_ENTITY}{told['number']}", "itemLabel": told["label"], **truths}
    rows = []
    for prop, statements in told["properties"].items():
        for statement in statements if isinstance(statements, list) else [statements]:
            if prop in wanted:
                rank = "http://wikiba.se/ontology#NormalRank"
                rows.append({**first, "prop": f"{_ENTITY}{prop}", "rank": rank, **statement})
    return rows or [first]


def _term(name: str, value: str) -> Mapping[str, str]:
    """A value of SPARQL's results."""
    if name in ("organisation", "human"):
        return {"type": "literal", "datatype": "http://www.w3.org/2001/XMLSchema#boolean", "value": value}
    return {"type": "uri" if value.startswith(_URIS) else "literal", "value": value}

"""GLEIF on loopback: the Global LEI Index with a few companies that do not exist, and with its traps.

`GET /api/v1/lei-records` finds records by `filter[entity.legalName]` (all words) and
`filter[entity.legalAddress.country]`, a page of them at a time; `/api/v1/lei-records/{lei}`, its `/direct-parent` and
its `/ultimate-parent` give one, or 404. Bodies are JSON:API, and the limit is the vendor's: sixty calls a minute,
then 429 with Retry-After. Two companies are of one name, one record is a natural person's, a fund bears its company's
name, one parent is reported and not there. A script goes by the words of `filter[entity.legalName]`.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.sandbox.vendors.vendor import Limit, Played, Script, Scripted, throttled

CALLS: Final = 60
"""A minute."""
_MOST: Final = 200
_USUAL: Final = 10

ACME: Final = "LEIACMEINDUSTR000188"
HOLDING: Final = "LEIACMEHOLDING000265"
GROUP: Final = "LEIACMEGROUPNV000351"
_NORDWIND: Final = "LEINORDWINDLOG000426"
_BRIGHTPATH: Final = "LEIBRIGHTPATH0001004"
_FLAKY: Final = "LEIFLAKYTOOLS0000810"
_TWINS: Final = ("LEITWINTRADING000537", "LEITWINTRADING000634")
_PERSON: Final = "LEIMUSTERTRADE000712"


def failure(status: int, title: str) -> Scripted:
    """A reply in the vendor's error form."""
    return Scripted(status=status, body={"errors": [{"status": str(status), "title": title}]})


NOT_FOUND: Final = failure(404, "Not Found")
TOO_MANY: Final = failure(429, "Too Many Requests")


def record(number: str, name: str, country: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a record
    """One record; `more` takes the place of what an ordinary company's entity has, `city` and `parents` aside."""
    city, parents = more.pop("city", "Berlin"), more.pop("parents", ())
    place = {"language": "en", "addressLines": ["1 Example Street"], "city": city, "country": country}
    address = {**place, "region": more.pop("region", None), "postalCode": more.pop("postal_code", "10115")}
    entity = {
        "legalName": {"name": name, "language": "en"},
        "otherNames": [],
        "transliteratedOtherNames": [],
        "legalAddress": address,
        "headquartersAddress": address,
        "registeredAt": {"id": "RA999999", "other": None},
        "registeredAs": None,
        "jurisdiction": country,
        "category": "GENERAL",
        "legalForm": {"id": "9999", "other": None},
        "status": "ACTIVE",
        "expiration": {"date": None, "reason": None},
        "creationDate": None,
        **more,
    }
    return {
        "type": "lei-records",
        "id": number,
        "attributes": {"lei": number, "entity": entity, "registration": {"status": "ISSUED"}, "bic": None},
        "relationships": dict(_relations(number, parents)),
        "links": {"self": f"https://api.gleif.org/api/v1/lei-records/{number}"},
    }


def _relations(number: str, parents: Sequence[str]) -> Iterator[tuple[str, Any]]:
    root = f"https://api.gleif.org/api/v1/lei-records/{number}"
    for place, kind in enumerate(("direct-parent", "ultimate-parent")):
        if place < len(parents):
            links = {"relationship-record": f"{root}/{kind}-relationship", "lei-record": f"{root}/{kind}"}
        else:
            links = {"reporting-exception": f"{root}/{kind}-reporting-exception"}
        yield kind, {"links": links}


_GMBH: Final = {"id": "2HBR", "other": None}
RECORDS: Final[Sequence[Mapping[str, Any]]] = (
    record(
        ACME,
        "Acme Industries GmbH",
        "DE",
        region="DE-BE",
        registeredAt={"id": "RA000242", "other": None},
        registeredAs="HRB 12345 B",
        legalForm=_GMBH,
        creationDate="1987-04-01T00:00:00Z",
        otherNames=[{"name": "Acme Maschinen GmbH", "language": "de", "type": "PREVIOUS_LEGAL_NAME"}],
        parents=(HOLDING, GROUP),
    ),
    record(HOLDING, "Acme Industries Holding GmbH", "DE", legalForm=_GMBH, parents=(GROUP, GROUP)),
    record(GROUP, "Acme Group N.V.", "NL", city="Rotterdam", region="NL-ZH", postal_code="3011 AA"),
    record("LEIACMEFUND000001163", "Acme Industries GmbH", "DE", category="FUND"),
    record(_NORDWIND, "NORDWIND LOGISTIK Gesellschaft mit beschränkter Haftung", "DE", city="Hamburg", region="DE-HH"),
    record(_BRIGHTPATH, "BRIGHTPATH LIMITED", "GB", city="Leeds", postal_code="LS1 4AP", creationDate="2016-09-12"),
    record(_FLAKY, "Flaky Tools GmbH", "DE", parents=("LEINOBODY",)),
    record(_TWINS[0], "Twin Trading GmbH", "DE"),
    record(_TWINS[1], "TWIN TRADING GMBH", "DE", status="INACTIVE"),
    record(_PERSON, "MAX MUSTER", "DE", category="SOLE_PROPRIETOR"),
)
_PARENTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        ACME: {"direct-parent": HOLDING, "ultimate-parent": GROUP},
        HOLDING: {"direct-parent": GROUP, "ultimate-parent": GROUP},
    }
)


class Gleif(Played):
    """The vendor; it is free."""

    hosts = ("api.gleif.org",)
    media: ClassVar[str] = "application/vnd.api+json"
    usual: ClassVar[Script] = MappingProxyType(
        {
            "busy bees": (TOO_MANY, failure(500, "Internal Server Error")),
            "down works": (failure(500, "Internal Server Error"),),
            "slow motors": (Scripted(body={"meta": {"pagination": {"total": 0}}, "data": []}, wait=30.0),),
            "garbage collectors": (Scripted(raw=b'{"meta": {"pagination": {"tot'),),
        }
    )

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - what `Played` takes
        super().__init__(**given)
        self.limit = Limit(CALLS, 60.0)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The search, one record, and its parents."""
        return (
            Route("/api/v1/lei-records", self._search),
            Route("/api/v1/lei-records/{lei}", self._one),
            Route("/api/v1/lei-records/{lei}/{kind}", self._parent),
        )

    def headers(self, reply: Scripted) -> Mapping[str, str]:
        """How long to wait after too many calls."""
        return {"Retry-After": str(max(1, round(self.throttle.total_seconds())))} if throttled(reply) else {}

    async def _search(self, request: Request) -> Response:
        asked = request.query_params
        name = " ".join(asked.get("filter[entity.legalName]", "").lower().split())
        told = None if self.limit.take() else TOO_MANY
        told = told or self.next(name)
        if told is None and not asked.get("page[size]", str(_USUAL)).isdecimal():
            told = failure(400, "Bad Request")
        if told is None:
            size = max(1, min(_MOST, int(asked.get("page[size]", _USUAL))))
            told = _page(list(_found(name, asked.get("filter[entity.legalAddress.country]", ""))), size)
        return await self.send(name, told)

    async def _one(self, request: Request) -> Response:
        return await self._told(request.path_params["lei"])

    async def _parent(self, request: Request) -> Response:
        return await self._told(_PARENTS.get(request.path_params["lei"], {}).get(request.path_params["kind"], ""))

    async def _told(self, number: str) -> Response:
        if not self.limit.take():
            return await self.send(number, TOO_MANY)
        found = [each for each in RECORDS if each["id"] == number]
        return await self.send(number, Scripted(body={"meta": {}, "data": found[0]}) if found else NOT_FOUND)


def _found(name: str, country: str) -> Iterator[Mapping[str, Any]]:
    """Records with every word that was asked for, as a search engine sees words."""
    for each in RECORDS:
        entity = each["attributes"]["entity"]
        words = entity["legalName"]["name"].lower().split()
        if all(word in words for word in name.split()) and country in ("", entity["legalAddress"]["country"]):
            yield each


def _page(found: Sequence[Mapping[str, Any]], size: int) -> Scripted:
    pagination = {"currentPage": 1, "perPage": size, "total": len(found), "lastPage": -(-len(found) // size) or 1}
    return Scripted(body={"meta": {"pagination": pagination}, "data": found[:size]})

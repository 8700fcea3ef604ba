"""Finds a company among those that report to the SEC, by name, and reads its record and its last year's revenue.

The list of names is kept in memory for a day. A name is not enough where the record tells of another website than the
question's, or of another country; several companies of one name are no match.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, Final

import pycountry
from stdnum import lei

from connectors.errors import CallError, Unreadable
from connectors.kit import (
    Answer,
    Context,
    Declared,
    Kept,
    LookupOutcome,
    Manifest,
    Name,
    Observer,
    Plain,
    Query,
    Reply,
    Value,
    classify,
    json_object,
    manifest_beside,
    observe,
    read_country,
    read_domain,
    read_name,
    search,
)

_FRESH: Final = timedelta(days=1)
_MOST_NAMES: Final = 100_000
_NOT_FOUND: Final = 404
_FORBIDDEN: Final = 403
_UNDECLARED: Final = b"Undeclared Automated Tool"
_STATE_BEHIND: Final = re.compile(r"\s*/[A-Z]{2,4}/?\s*$")
"""`ACME CORP /DE/`: the state that tells companies of one name apart on the SEC's own lists."""
_TAGS: Final = ("Revenues", "RevenueFromContractWithCustomerExcludingAssessedTax")
"""Where revenue stands (us-gaap): the first of them where both are of one year, for it is the whole."""
_YEAR: Final = (timedelta(days=350), timedelta(days=380))
_ANNUAL: Final = ("10-K", "20-F", "40-F")
_MICS: Final[Mapping[str, str]] = MappingProxyType({"NYSE": "XNYS", "Nasdaq": "XNAS"})
_PROVINCES: Final[Mapping[str, str]] = MappingProxyType(
    {"A0": "AB", "A1": "BC", "A2": "MB", "A3": "NB", "A4": "NL", "A5": "NS", "A6": "ON", "A7": "PE", "A8": "QC"}
    | {"A9": "SK", "B0": "YT"}
)
"""Canada's, by the SEC's codes for states and countries."""

Listed = Mapping[str, tuple[tuple[int, Name], ...]]
"""CIK and name of the companies, by the core of the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Revenue:
    """One year's revenue, in whole units of its currency."""

    amount: int
    currency: str
    ended: date
    filed: str
    rank: int = 0

    @property
    def order(self) -> tuple[date, int, str]:
        """The later year is the better, then the better tag, then the report that was filed last."""
        return self.ended, -self.rank, self.filed

    @property
    def value(self) -> Value:
        """As the schema has it."""
        return {"amount": self.amount, "currency": self.currency, "year": self.ended.year}


class Plugin(Declared):
    """The list of names, then the record, then the two tags under which revenue stands."""

    manifest: ClassVar[Manifest] = manifest_beside(__file__)

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        super().__init__(settings)
        self._names: Kept[Listed] = Kept(_FRESH)

    async def ask(self, query: Query, context: Context) -> Answer:
        """Finds the one company; raises CallError when no usable reply came."""
        name = read_name(query["company.name"])
        had = await self._names.get(context.now, lambda: self._read_names(query, context))
        if isinstance(had, Answer):
            return had
        numbers = sorted({number for number, each in had.table.get(name.core, ()) if each.same(name)})
        if not numbers:
            return had.settle() or Answer(outcome=LookupOutcome.NO_MATCH)
        if len(numbers) > 1:
            return Answer(outcome=LookupOutcome.NO_MATCH, reason="ambiguous")
        reply = await self._get(f"https://data.sec.gov/submissions/CIK{numbers[0]:010d}.json", query, context)
        refused = self._refused(reply)
        return refused if refused is not None else await self._about(numbers[0], reply, query, context)

    async def _get(self, url: str, query: Query, context: Context) -> Reply:
        return await context.http.send(replace(self.request(query), url=url))

    def _refused(self, reply: Reply) -> Answer | None:
        """The answer to a reply that is no document."""
        if reply.status == _FORBIDDEN and _UNDECLARED in reply.body:
            return Answer(outcome=LookupOutcome.UNAUTHORISED, reason="contact_refused")
        return classify(self.manifest, reply)

    async def _read_names(self, query: Query, context: Context) -> Listed | Answer:
        reply = await context.http.send(self.request(query))
        refused = self._refused(reply)
        if refused is not None:
            return refused
        return await asyncio.to_thread(_index, json_object(reply))

    async def _about(self, number: int, reply: Reply, query: Query, context: Context) -> Answer:
        """The answer with a record, unless it is another company's of that name."""
        record = self.told(reply)
        if not isinstance(record, dict) or search("to_number(cik)", record) != number:
            raise Unreadable("another_record")
        known = {**record, **_made(record), "cik": f"{number:010d}"}
        sure, another = _identity(known, query)
        if another:
            return Answer(outcome=LookupOutcome.NO_MATCH, reason=another)
        observer = Observer(self.manifest, now=reply.received_at)
        observe(self.manifest, {**known, "sure": sure}, observer)
        revenue, whole = await self._revenue(number, query, context)
        if revenue is not None:
            ended = datetime.combine(revenue.ended, datetime.min.time(), UTC)
            observer.see("company.revenue.amount", revenue.value, method="filing", confidence=sure, at=ended)
        return Answer(
            outcome=LookupOutcome.MATCH if whole else LookupOutcome.PARTIAL,
            observations=observer.observations(),
            reason="" if whole else "revenue_unknown",
            record=known["cik"],
        )

    async def _revenue(self, number: int, query: Query, context: Context) -> tuple[_Revenue | None, bool]:
        """The last year's revenue, and whether both places where it may stand could be looked at."""
        found: list[_Revenue] = []
        try:
            for rank, tag in enumerate(_TAGS):
                url = f"https://data.sec.gov/api/xbrl/companyconcept/CIK{number:010d}/us-gaap/{tag}.json"
                reply = await self._get(url, query, context)
                if reply.status == _NOT_FOUND:
                    continue
                if self._refused(reply) is not None:
                    return None, False
                found += [replace(year, rank=rank) for year in _years(json_object(reply))]
        except CallError:
            return None, False
        return max(found, key=lambda each: each.order, default=None), True


def _index(rows: Mapping[str, object]) -> Listed:
    """The list of names, to look names up in; raises Unreadable when there is none in it."""
    listed: dict[str, tuple[tuple[int, Name], ...]] = {}
    for row in list(rows.values())[:_MOST_NAMES]:
        number, title = (row.get("cik_str"), row.get("title")) if isinstance(row, dict) else (None, None)
        if isinstance(number, int) and isinstance(title, str):
            name = read_name(_STATE_BEHIND.sub("", title))
            listed[name.core] = (*listed.get(name.core, ()), (number, name))
    listed.pop("", None)
    if not listed:
        raise Unreadable("not_as_expected")
    return MappingProxyType(listed)


def _identity(record: Mapping[str, object], query: Query) -> tuple[float, str]:
    """How sure it is that a record is of the company in question, and what says that it is another's."""
    theirs, asked = read_domain(record.get("website")), read_domain(query.get("company.domain"))
    if theirs and asked:
        near = theirs == asked or theirs.endswith(f".{asked}") or asked.endswith(f".{theirs}")
        return (0.95, "") if near else (0.0, "another_domain")
    country = search("place.country", record)
    wanted = read_country(query.get("company.country"))
    if country and wanted and country != wanted:
        return 0.0, "another_country"
    full = read_name(str(record.get("name"))).identical(read_name(query["company.name"]))
    return (0.8 if full and wanted else 0.6), ""


def _made(record: Mapping[str, object]) -> Mapping[str, object]:
    """What the map cannot take as it stands: the address by our codes, the first listing, an LEI with right digits."""
    exchange = search("exchanges[0]", record)
    listing = {"ticker": search("tickers[0]", record), "exchange": exchange, "mic": _MICS.get(str(exchange))}
    number = str(record.get("lei"))
    return {"place": _place(record), "listing": listing, "lei": number if lei.is_valid(number) else None}


@cache
def _states() -> frozenset[str]:
    return frozenset(each.code for each in pycountry.subdivisions if each.country_code == "US")


def _place(record: Mapping[str, object]) -> Mapping[str, object] | None:
    told = search("addresses.business", record)
    if not isinstance(told, dict):
        return None
    lines = [line.strip() for line in (told.get("street1"), told.get("street2")) if isinstance(line, str)]
    code, country = str(told.get("stateOrCountry")), read_country(told.get("country"))
    region = None
    if f"US-{code}" in _states():
        country, region = "US", f"US-{code}"
    elif code in _PROVINCES:
        country, region = "CA", f"CA-{_PROVINCES[code]}"
    elif country is None:
        country = read_country(str(told.get("stateOrCountryDescription")).rpartition(",")[2])
    place = {
        "street": ", ".join(line for line in lines if line.lower() not in ("", "none")),
        "locality": told.get("city"),
        "region": region,
        "postal_code": told.get("zipCode"),
        "country": country,
    }
    return {**place, "kind": "headquarters"} if any(place.values()) else None


def _years(concept: Mapping[str, object]) -> list[_Revenue]:
    """The years in a tag's facts, from annual reports: quarters stand beside them, and other years' figures."""
    units = concept.get("units")
    told = {unit: each for unit, each in units.items() if isinstance(each, list)} if isinstance(units, dict) else {}
    return [year for unit, facts in told.items() for fact in facts if (year := _year(unit, fact)) is not None]


def _year(unit: str, fact: object) -> _Revenue | None:
    if not isinstance(fact, dict) or not str(fact.get("form")).startswith(_ANNUAL):
        return None
    amount: Any = fact.get("val")
    try:
        began, ended = date.fromisoformat(str(fact.get("start"))), date.fromisoformat(str(fact.get("end")))
    except ValueError:
        return None
    whole = isinstance(amount, int) and not isinstance(amount, bool) and _YEAR[0] <= ended - began <= _YEAR[1]
    return _Revenue(amount=amount, currency=unit, ended=ended, filed=str(fact.get("filed"))) if whole else None

"""Asks Wikidata which organisation has the company's domain as its official website, and what is known of it.

Several organisations are no match, and so is what is none: a product, a website, a person, of whom nothing is taken.
Of a property the preferred statements count, then the others; of a number with dates, the latest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar, Final

from stdnum import isin, lei

from connectors.errors import Unreadable
from connectors.kit import (
    Answer,
    Context,
    Declared,
    LookupOutcome,
    Manifest,
    Observer,
    Query,
    Value,
    classify,
    manifest_beside,
    observe,
    read_domain,
    record_id,
)

_MOST: Final = 2000
"""Rows that the query asks for; as many may have been cut."""
_ENTITY: Final = "http://www.wikidata.org/entity/"
_PREFERRED: Final = "http://wikiba.se/ontology#PreferredRank"
_LINKEDIN: Final = "https://www.linkedin.com/company/"
_CRUNCHBASE: Final = "https://www.crunchbase.com/organization/"
_CHARACTERS: Final[Mapping[str, int]] = MappingProxyType({"9": 4, "10": 7, "11": 10})
"""How much of a date counts, by its precision: the year, the month, the day; of less than a year nothing does."""
_SCHEMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "P946": "isin",
        "P1278": "lei",
        "P1320": "opencorporates",
        "P2088": "crunchbase",
        "P2622": "companies_house",
        "P3608": "vat",
        "P4264": "linkedin",
        "P5531": "cik",
    }
)

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """What is said of one item: its rows, and the best of them by property."""

    rows: Sequence[Row]
    best: Mapping[str, Sequence[Row]]

    def values(self, prop: str) -> list[str]:
        """The values of a property, each once."""
        return list(dict.fromkeys(row["value"] for row in self.best.get(prop, ())))

    def only(self, prop: str) -> Row:
        """The row of a property that has one value; empty where it has none, or several."""
        rows = self.best.get(prop, ())
        return rows[0] if len(self.values(prop)) == 1 else {}

    def latest(self, prop: str) -> Row:
        """The row of a property with the latest date; empty where it has none."""
        return max(self.best.get(prop, ()), key=lambda row: row.get("time", ""), default={})


class Plugin(Declared):
    """One query for one domain."""

    manifest: ClassVar[Manifest] = manifest_beside(__file__)

    async def ask(self, query: Query, context: Context) -> Answer:
        """Makes the one call; raises CallError when no usable reply came."""
        domain = read_domain(query["company.domain"])
        if domain is None:
            return Answer(outcome=LookupOutcome.INVALID_REQUEST, reason="no_domain")
        reply = await context.http.send(self.request(Query({"company.domain": domain})))
        refused = classify(self.manifest, reply)
        if refused is not None:
            return refused
        items = _items(self.told(reply))
        organisations = [each for each in items if each.rows[0].get("organisation") == "true"]
        if len(organisations) != 1:
            return Answer(outcome=LookupOutcome.NO_MATCH, reason=_why(items, organisations))
        (item,) = organisations
        observer = Observer(self.manifest, now=reply.received_at)
        known = _record(item)
        observe(self.manifest, known, observer)
        for field, value, at in _dated(item):
            observer.see(field, value, method="vendor", at=at)
        seen = observer.observations()
        return Answer(outcome=LookupOutcome.MATCH, observations=seen, record=record_id(known["id"]))


def _why(items: Sequence[_Item], organisations: Sequence[_Item]) -> str:
    if organisations:
        return "ambiguous"
    if any(each.rows[0].get("human") == "true" for each in items):
        return "natural_person"
    return "no_organisation" if items else ""


def _items(bindings: object) -> list[_Item]:
    """The items that were found, with what is said of each; raises Unreadable when rows may have been cut."""
    rows = [_plain(each) for each in bindings if isinstance(each, dict)] if isinstance(bindings, list) else []
    if len(rows) >= _MOST:
        raise Unreadable("too_many_rows")
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.get("item", "").startswith(_ENTITY):
            found.setdefault(row["item"], []).append(row)
    return [_Item(rows=several, best=_best(several)) for several in found.values()]


def _plain(binding: Mapping[str, object]) -> Row:
    """A row of SPARQL's results: name to value, without their types."""
    told = {name: each.get("value") for name, each in binding.items() if isinstance(each, dict)}
    return {name: value for name, value in told.items() if isinstance(value, str)}


def _best(rows: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    """The rows by property: the preferred ones where there are any, else all."""
    told: dict[str, list[Row]] = {}
    for row in rows:
        if "prop" in row and "value" in row:
            told.setdefault(row["prop"].removeprefix(_ENTITY), []).append(row)
    preferred = {prop: [row for row in several if row.get("rank") == _PREFERRED] for prop, several in told.items()}
    return {prop: preferred[prop] or several for prop, several in told.items()}


def _record(item: _Item) -> Mapping[str, object]:
    """What the manifest's map reads."""
    first, seat, parent = item.rows[0], item.only("P159"), item.only("P749")
    number = first["item"].removeprefix(_ENTITY)
    linkedin, crunchbase = item.only("P4264").get("value"), item.only("P2088").get("value")
    exchange = next((row for row in item.best.get("P414", ()) if "ticker" in row), {})
    return {
        "id": number,
        "label": _label(first, "item"),
        "description": first.get("itemDescription"),
        "identifiers": [{"scheme": "wikidata", "value": number}, *_identifiers(item)],
        "vat": item.only("P3608").get("value"),
        "legal_form": _label(item.only("P1454"), "value"),
        "founded": _date(item.only("P571")),
        "dissolved": _date(item.only("P576")),
        "industry": next((label for row in item.best.get("P452", ()) if (label := _label(row, "value"))), None),
        "nace": list(dict.fromkeys(row["nace"] for row in item.best.get("P452", ()) if "nace" in row)),
        "headquarters": {
            "locality": _label(seat, "value"),
            "country": seat.get("country"),
            "kind": "headquarters" if seat else None,
        },
        "country": item.only("P17").get("country"),
        "parent": {"name": _label(parent, "value"), "lei": _checked("lei", parent.get("lei", ""))},
        "listing": {"ticker": exchange.get("ticker"), "exchange": _label(exchange, "value")},
        "linkedin": f"{_LINKEDIN}{linkedin}" if linkedin else None,
        "profiles": [f"{_CRUNCHBASE}{crunchbase}"] if crunchbase else [],
    }


def _identifiers(item: _Item) -> Iterable[Mapping[str, object]]:
    for prop, scheme in _SCHEMES.items():
        for value in item.values(prop):
            yield {"scheme": scheme, "value": _checked(scheme, value)}


def _checked(scheme: str, value: str) -> str | None:
    """An identifier in its usual form; None where its check digits are wrong."""
    if scheme == "cik":
        return value.zfill(10) if value.isdecimal() else None
    wrong = (scheme == "lei" and not lei.is_valid(value)) or (scheme == "isin" and not isin.is_valid(value))
    return None if wrong else value


def _label(row: Row, name: str) -> str | None:
    """What something is called; where it has no name in any of the languages, its number stands there."""
    label = row.get(f"{name}Label", "")
    return None if label == row.get(name, "").removeprefix(_ENTITY) else label or None


def _date(row: Row) -> str | None:
    """As much of a date as is known; None before the year 1."""
    characters = _CHARACTERS.get(row.get("precision", ""))
    value = row.get("value", "")
    return None if characters is None or not value[:4].isdecimal() else value[:characters]


def _dated(item: _Item) -> Iterable[tuple[str, Value, datetime | None]]:
    """The numbers that have a date of their own: field, value, when it was so."""
    staff, revenue = item.latest("P1128"), item.latest("P2139")
    count, amount = _whole(staff), _whole(revenue)
    if count is not None:
        yield "company.employees.count", count, _moment(staff)
    if amount is not None and len(revenue.get("currency", "")) == len("EUR"):
        at = _moment(revenue)
        money: dict[str, str | int] = {"amount": amount, "currency": revenue["currency"]}
        yield "company.revenue.amount", money if at is None else {**money, "year": at.year}, at


def _whole(row: Row) -> int | None:
    text = row.get("value", "").removeprefix("+").partition(".")[0]
    return int(text) if text.isdecimal() and len(text) <= len("999999999999999") else None


def _moment(row: Row) -> datetime | None:
    try:
        moment = datetime.fromisoformat(row.get("time", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

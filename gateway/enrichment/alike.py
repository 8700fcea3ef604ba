"""When two values of a field are the same, and when they only agree: after normalisation, never as they are written.

The same is an equivalence: equal `key`. To agree is less: a range agrees with another that it overlaps, a year with a
day in it, a place with one that leaves parts out. Only what does not agree is a conflict.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from connectors.kit.names import core
from connectors.kit.schema import FIELDS, Scalar, Value

NUMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {"company.employees.range": "company.employees.count", "company.revenue.range": "company.revenue.amount"}
)
"""Ranges, with the field that holds the number itself."""
PROSE: Final = frozenset({"company.description", "company.logo_url"})
"""Fields whose values may differ without contradicting each other."""

EMPLOYEES: Final = (0, 1, 11, 51, 201, 501, 1001, 5001, 10_001)
"""Where bands of head counts begin, as the networks and vendors have them: 1-10, 11-50, …, 10001 and more."""
_MILLION: Final = 1_000_000
REVENUE: Final = tuple(each * _MILLION for each in (0, 1, 10, 25, 50, 100, 250, 500, 1000, 10_000))
"""Where bands of revenues begin, in whole units of a currency: up to 1 million, 1 to 10, …, 10 billion and more."""
_BANDS: Final = {"company.employees.count": EMPLOYEES, "company.revenue.amount": REVENUE}

_NO_SIGN: Final = re.compile(r"[\W_]+")
_NO_DIGIT: Final = re.compile(r"\D+")
_SHORTEST_NUMBER: Final = 7
"""Digits of a telephone number that says all of itself."""
_SLASHES: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A range of numbers, or one number; None at an end is open."""

    low: int | None
    high: int | None
    currency: str = ""

    @property
    def point(self) -> bool:
        """Whether it is one number."""
        return self.low is not None and self.low == self.high

    def apart(self, other: "Span") -> bool:
        """Whether they cannot be compared: amounts of two currencies."""
        return bool(self.currency and other.currency) and self.currency != other.currency

    def meet(self, other: "Span") -> "Span | None":
        """What both have in common; None where that is nothing, or where the end of one is the beginning of the other.

        Vendors' bands share their ends (1 to 10 million, 10 to 25 million) and are different all the same.
        """
        if self.apart(other):
            return None
        low = max((end for end in (self.low, other.low) if end is not None), default=None)
        high = min((end for end in (self.high, other.high) if end is not None), default=None)
        met = Span(low=low, high=high, currency=self.currency or other.currency)
        if low is not None and high is not None and low > high:
            return None
        return None if met.point and not (self.point or other.point) else met

    def to_value(self) -> Mapping[str, Scalar]:
        """The range as the schema has it."""
        parts = {"min": self.low, "max": self.high, "currency": self.currency or None}
        return {name: part for name, part in parts.items() if part is not None}


def span_of(field: str, value: Value) -> Span | None:
    """A number, an amount of money or a range as a span; None for every other field."""
    if field in NUMBERS and isinstance(value, Mapping):
        return Span(
            low=_whole(value.get("min")), high=_whole(value.get("max")), currency=str(value.get("currency", ""))
        )
    if field not in _BANDS:
        return None
    number = value.get("amount") if isinstance(value, Mapping) else value
    currency = str(value.get("currency", "")) if isinstance(value, Mapping) else ""
    whole = _whole(number)
    return None if whole is None else Span(low=whole, high=whole, currency=currency)


def _whole(number: object) -> int | None:
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def key(field: str, value: Value) -> str:
    """What makes two values of a field the same one; equal for equal values, whatever their order and writing.

    Numbers of employees, and revenues in one currency, are the same within a band of `EMPLOYEES` or `REVENUE`.
    """
    shape = FIELDS[field].shape if field in FIELDS else "text"
    made = _KEYS.get(field) or _SHAPES.get(shape)
    if made is not None:
        return made(value) or _plain(value)  # nothing is left of `---`, and it is another value than `n/a` all the same
    span = span_of(field, value)
    if span is not None and span.point and span.low is not None:
        return f"{span.currency}{_band(_BANDS.get(field, ()), span.low)}"
    return _plain(value)


def crude(field: str, value: Value) -> int:
    """How many names of a place stand in small letters or in capitals alone, as some sources write them; 0 elsewhere.

    Of other fields neither is crude: companies do call themselves `adidas` and `SAP`.
    """
    if field not in FIELDS or FIELDS[field].shape != "place" or not isinstance(value, Mapping):
        return 0
    names = (str(value[part]) for part in _NAMES_OF_PLACES if part in value)
    return sum(name.islower() or name.isupper() for name in names)


def agree(field: str, one: Value, other: Value) -> bool:
    """Whether two values of a field can both be true; symmetric."""
    if field in PROSE or key(field, one) == key(field, other):
        return True
    shape = FIELDS[field].shape if field in FIELDS else "text"
    if shape == "date":
        short, long = sorted((str(one), str(other)), key=len)
        return long.startswith(short)
    if shape in {"range", "money"}:
        return _spans_agree(span_of(field, one), span_of(field, other))
    parts = _COMPARED.get(shape)
    if parts is None or not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return False
    return _parts_agree(parts, one, other, enough=shape == "organisation")


def _spans_agree(one: Span | None, other: Span | None) -> bool:
    """Whether ranges overlap; two numbers that are not the same do not, and what cannot be compared is no conflict."""
    if one is None or other is None:
        return False
    return one.apart(other) or one.meet(other) is not None


def _parts_agree(
    parts: tuple[str, ...], one: Mapping[str, Scalar], other: Mapping[str, Scalar], *, enough: bool
) -> bool:
    """Whether the parts that both have are alike; with `enough` the first of them decides."""
    shared = [part for part in parts if part in one and part in other]
    if not shared:
        return True
    looked = shared[:1] if enough else shared
    return all(_part(part, one[part]) == _part(part, other[part]) for part in looked)


def _part(name: str, value: Scalar) -> str:
    return core(str(value)) if name == "name" else _NO_SIGN.sub("", str(value).casefold())


def _band(starts: tuple[int, ...], number: int) -> int:
    return max((start for start in starts if start <= number), default=number)


def _plain(value: Value) -> str:
    """Text without regard to case and blanks; objects part by part."""
    if isinstance(value, Mapping):
        return json.dumps({name: _plain(part) for name, part in value.items()}, sort_keys=True)
    return " ".join(value.casefold().split()) if isinstance(value, str) else repr(value)


def _name(value: Value) -> str:
    return core(str(value))


def _signs(value: Value) -> str:
    return _NO_SIGN.sub("", str(value)).upper()


def _number(value: Value) -> str:
    """The digits of a telephone number; with the letters where the digits alone are none (`1-800-FLOWERS`)."""
    text = str(value).strip()
    digits = _NO_DIGIT.sub("", text)
    if len(digits) < _SHORTEST_NUMBER:
        return _signs(text)
    return ("+" if text.startswith("+") else "") + digits


def web_address(value: Value) -> str:
    """A web address without scheme, `www.`, port 443 or 80, fragment and the stroke at its end."""
    text = str(value).strip()
    try:
        parts = urlsplit(text if _SLASHES.match(text) else f"//{text}")
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return _plain(value)
    shown = "" if port in {None, 80, 443} else f":{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{shown}{parts.path.rstrip('/')}{query}"


def _domain(value: Value) -> str:
    return str(value).strip().casefold().removesuffix(".").removeprefix("www.")


def _identifier(value: Value) -> str:
    if not isinstance(value, Mapping):
        return _plain(value)
    where = _plain(value.get("jurisdiction", "")) if value.get("scheme") == "register" else ""
    return f"{value.get('scheme')} {_signs(str(value.get('value', '')))} {where}".rstrip()


def _code(value: Value) -> str:
    if not isinstance(value, Mapping):
        return _plain(value)
    return f"{value.get('system')} {_signs(str(value.get('code', '')))}"


def _technology(value: Value) -> str:
    return str(value.get("slug")) if isinstance(value, Mapping) else _plain(value)


_KEYS: Final[Mapping[str, Callable[[Value], str]]] = MappingProxyType(
    {
        "company.name": _name,
        "company.website": web_address,
        "company.vat_id": _signs,
        "company.phone": _number,
    }
)
"""Fields whose values are compared in a way of their own."""
_SHAPES: Final[Mapping[str, Callable[[Value], str]]] = MappingProxyType(
    {
        "url": web_address,
        "domain": _domain,
        "identifier": _identifier,
        "code": _code,
        "technology": _technology,
    }
)
"""Shapes whose values are."""
_NAMES_OF_PLACES: Final = ("street", "locality", "region")
_COMPARED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "organisation": ("lei", "domain", "name"),
        "legal_form": ("elf_code", "label"),
        "listing": ("ticker", "mic"),
        "place": ("country", "postal_code", "locality"),
    }
)
"""The parts of objects that are compared; streets and regions are written in too many ways."""

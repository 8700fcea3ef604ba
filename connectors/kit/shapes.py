"""The shapes that values of the schema may have, each checked to the last part."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Final, Literal
from urllib.parse import urlsplit

import pycountry

Scalar = str | int | float | bool
Value = Scalar | Mapping[str, Scalar]
"""What one observation holds: a scalar, or a flat object for a range, a place or a technology."""

Shape = Literal[
    "text",
    "word",
    "integer",
    "boolean",
    "date",
    "country",
    "domain",
    "url",
    "range",
    "money",
    "place",
    "technology",
    "identifier",
    "code",
    "organisation",
    "legal_form",
    "listing",
    "finding",
    "words",
]

FINDINGS: Final = ("accepted", "not_found", "full", "disabled", "trap", "doubted", "undecided")
"""What a mailbox check may have found, in our words; `not_found` is for proof about the mailbox alone."""

SCHEMES: Final = frozenset(
    {
        *("lei", "vat", "ein", "cik", "companies_house", "register", "duns", "isin", "opencorporates"),
        *("wikidata", "linkedin", "crunchbase"),
    }
)
"""Schemes of identifiers; `register` is another register's number, its `jurisdiction` says which."""

SYSTEMS: Final = frozenset({"naics", "sic", "uk_sic2007", "nace2", "nace2.1", "isic4", "isic5", "gics", "vendor"})
"""Systems of industry codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """The shape of one output field.

    Attributes:
        shape: `text` (up to 5000 characters), `integer` (0 to 10^15) and `boolean` are scalars; `word` is one of
            `words`; `date` is a year, a month or a day of ISO 8601; `country` is ISO 3166-1 alpha-2; `domain` is a host
            name in ASCII and lower case; `url` is http or https. `range` is `{min?, max?, currency?}` with integers (an
            open end is left out); `money` is `{amount, currency, year?}`, the amount in whole units of the currency
            (ISO 4217); `place` is `{street?, locality?, region?, postal_code?, country?, kind?}`; `technology` is
            `{slug, name, category, vendor?, version?, rule?, first_seen?, last_seen?, live?}`; `identifier` is
            `{scheme, value, jurisdiction?}`; `code` is `{system, code, label?, primary?}`; `organisation` is `{name?,
            domain?, lei?}`; `legal_form` is `{elf_code?, label?}` (ISO 20275); `listing` is `{ticker, mic?, exchange?}`
            (ISO 10383). `finding` is one of FINDINGS; `words` holds a vendor's own fields under its own names, each a
            word of at most 40 characters or a boolean, and at least one.
        many: a company has several of them, one observation each.
        words: what a `word` may be.
    """

    shape: Shape
    many: bool = False
    words: frozenset[str] = frozenset()


def fits(spec: FieldSpec, value: Value) -> bool:
    """Whether a value has a field's shape."""
    if spec.shape == "word":
        return isinstance(value, str) and value in spec.words
    if spec.shape == "words":
        return isinstance(value, Mapping) and bool(value) and all(map(_is_vendor_word, value.values()))
    if spec.shape in OBJECTS:
        return isinstance(value, Mapping) and bool(value) and OBJECTS[spec.shape].fits(value)
    return SCALARS[spec.shape](value)


def is_country(value: object) -> bool:
    """Whether it is a country code of ISO 3166-1 alpha-2, or XK, which everybody uses for Kosovo."""
    return isinstance(value, str) and value in _countries()


@cache
def _countries() -> frozenset[str]:
    return frozenset({"XK", *(country.alpha_2 for country in pycountry.countries)})


@cache
def _currencies() -> frozenset[str]:
    return frozenset(currency.alpha_3 for currency in pycountry.currencies)


_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9 _./+-]{0,40}", re.ASCII)
"""A vendor's word: nothing with an at sign, and no sentence."""
_LONGEST_DOMAIN = 253
LONGEST_TEXT: Final = 5000
"""Characters of a text."""
UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What no store and no reader of JSON takes: control characters, and halves of a surrogate pair."""
MOST: Final = 10**15
"""The largest number: more than anybody employs or earns, and less than 2 to the 53rd, which JSON holds exactly."""


def is_date(value: object) -> bool:
    """Whether it is a year, a month or a day that exists, as ISO 8601 writes them."""
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return False
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_domain(value: object) -> bool:
    """Whether it is a host name of two labels at least, in ASCII and lower case (RFC 1123, with underscores)."""
    if not isinstance(value, str) or len(value) > _LONGEST_DOMAIN:
        return False
    return _DOMAIN.fullmatch(value) is not None and not value.rpartition(".")[2].isdecimal()


def is_url(value: object) -> bool:
    """Whether it is an absolute http or https URL with a host and without user information."""
    if not isinstance(value, str) or not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def _is_text(value: object) -> bool:
    return (
        isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST_TEXT and not UNWRITABLE.search(value)
    )


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool)


def _is_vendor_word(value: object) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and _WORD.fullmatch(value) is not None)


def _is_finding(value: object) -> bool:
    return value in FINDINGS


def _is_currency(value: object) -> bool:
    return value in _currencies()


def _is_one_of(words: frozenset[str]) -> "Check":
    return lambda value: isinstance(value, str) and value in words


Check = Callable[[object], bool]
SCALARS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "text": _is_text,
        "integer": _is_integer,
        "boolean": _is_boolean,
        "date": is_date,
        "country": is_country,
        "domain": is_domain,
        "url": is_url,
        "finding": _is_finding,
        "currency": _is_currency,
        "scheme": _is_one_of(SCHEMES),
        "system": _is_one_of(SYSTEMS),
        "kind": _is_one_of(frozenset({"legal", "headquarters", "branch"})),
    }
)
"""What a scalar, or a part of an object, must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectShape:
    """A flat object: the scalar that each part is, and which parts must be there."""

    parts: Mapping[str, str]
    needed: frozenset[str] = frozenset()

    def fits(self, value: Mapping[str, Scalar]) -> bool:
        """Whether every part is known and right, and the needed ones are there; the ends of a range are in order."""
        if not self.needed <= value.keys() <= self.parts.keys():
            return False
        if not all(SCALARS[self.parts[name]](part) for name, part in value.items()):
            return False
        return self is not OBJECTS["range"] or _rises(value)


def _rises(value: Mapping[str, Scalar]) -> bool:
    ends = [int(value[part]) for part in ("min", "max") if part in value]
    return bool(ends) and ends == sorted(ends)


def _object(parts: Mapping[str, str], *needed: str) -> ObjectShape:
    return ObjectShape(parts=MappingProxyType(dict(parts)), needed=frozenset(needed))


def _texts(*names: str) -> Mapping[str, str]:
    return dict.fromkeys(names, "text")


OBJECTS: Final[Mapping[str, ObjectShape]] = MappingProxyType(
    {
        "range": _object({"min": "integer", "max": "integer", "currency": "currency"}),
        "money": _object({"amount": "integer", "currency": "currency", "year": "integer"}, "amount", "currency"),
        "place": _object(
            {**_texts("street", "locality", "region", "postal_code"), "country": "country", "kind": "kind"}
        ),
        "technology": _object(
            {
                **_texts("slug", "name", "category", "vendor", "version", "rule"),
                **dict.fromkeys(("first_seen", "last_seen"), "date"),
                "live": "boolean",
            },
            "slug",
            "name",
            "category",
        ),
        "identifier": _object({"scheme": "scheme", **_texts("value", "jurisdiction")}, "scheme", "value"),
        "code": _object({"system": "system", **_texts("code", "label"), "primary": "boolean"}, "system", "code"),
        "organisation": _object({**_texts("name", "lei"), "domain": "domain"}),
        "legal_form": _object(_texts("elf_code", "label")),
        "listing": _object(_texts("ticker", "mic", "exchange"), "ticker"),
    }
)
"""The shapes that have parts."""

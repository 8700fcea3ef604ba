"""From what a source writes to a value of the schema: leniently in form, and never a guess.

Vendors put `true`, `"None"`, `"---"` or `{}` where a value is missing, write countries as names and bands as text. What
cannot be read gives None, so that it is left out; nothing here raises.
"""

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

import idna
import pycountry

from connectors.kit.products import completed
from connectors.kit.schema import FIELDS, Scalar, Value
from connectors.kit.shapes import LONGEST_TEXT, OBJECTS, SCALARS, UNWRITABLE, fits, is_country

_NOTHING: Final = frozenset({"", "-", "--", "---", "n/a", "na", "nil", "none", "not available", "null", "undefined"})
"""What stands where there is no value, in lower case."""
_NUMBER: Final = re.compile(r"\d{1,15}", re.ASCII)
_DAY: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?(?=$|[T ])", re.ASCII)
_AMOUNT: Final = re.compile(r"\D{0,3}?(\d{1,15}(?:\.\d{1,3})?)\s*([kmbt]?)(?:illion|n|r)?", re.ASCII | re.IGNORECASE)
_TIMES: Final = MappingProxyType({"": 1, "k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12})
_TRUE: Final = frozenset({"true", "yes", "1"})
_FALSE: Final = frozenset({"false", "no", "0"})
_COUNTRIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "america": "US",
        "bosnia": "BA",
        "brunei": "BN",
        "cape verde": "CV",
        "el": "GR",
        "england": "GB",
        "great britain": "GB",
        "holland": "NL",
        "ivory coast": "CI",
        "kosovo": "XK",
        "macau": "MO",
        "macedonia": "MK",
        "northern ireland": "GB",
        "palestine": "PS",
        "reunion": "RE",
        "russia": "RU",
        "scotland": "GB",
        "swaziland": "SZ",
        "the netherlands": "NL",
        "turkey": "TR",
        "uk": "GB",
        "united states of america": "US",
        "vatican": "VA",
        "wales": "GB",
    }
)
"""Names that ISO 3166 does not have, and that sources use."""


def read(field: str, raw: object) -> Value | None:
    """Reads a source's value as one of `field`.

    Args:
        field: a name of FIELDS.
        raw: what the source wrote: a scalar, or a mapping with the parts of the field's shape under our names. Of a
            technology its name or slug is enough, and its category may be a word of the vendor's.

    Returns:
        A value that has the field's shape, or None when there is none to be had.
    """
    spec = FIELDS[field]
    if spec.shape == "word":
        word = _text(raw)
        value: Value | None = word.lower() if word and word.lower() in spec.words else None
    elif spec.shape == "range" and not isinstance(raw, Mapping):
        value = read_range(raw)
    elif spec.shape in OBJECTS:
        value = _object(spec.shape, completed(raw) if spec.shape == "technology" else raw)
    else:
        value = _READERS[spec.shape](raw) if spec.shape in _READERS else None
    return value if value is not None and fits(spec, value) else None


def read_range(raw: object) -> Mapping[str, Scalar] | None:
    """Reads `51-200`, `10001+`, `$1M-$10M`, `1K to 5K`, `200` or a number as a range; None for anything else.

    A dollar sign makes it US dollars.
    """
    if isinstance(raw, int) and not isinstance(raw, bool):
        return {"min": raw, "max": raw} if raw >= 0 else None
    text = _text(raw)
    if text is None:
        return None
    plain = text.replace(",", "").replace(" to ", "-").replace("\u2013", "-").strip()
    money: Mapping[str, Scalar] = {"currency": "USD"} if "$" in plain else {}
    if plain.endswith("+"):
        low = _amount(plain.removesuffix("+"))
        return None if low is None else {"min": low, **money}
    first, dash, second = plain.partition("-")
    low, high = _amount(first), _amount(second) if dash else _amount(first)
    if low is None or high is None or low > high:
        return None
    return {"min": low, "max": high, **money}


def read_country(raw: object) -> str | None:
    """Reads a country code (alpha-2 or alpha-3) or an English name as ISO 3166-1 alpha-2."""
    text = _text(raw)
    if text is None:
        return None
    return text.upper() if is_country(text.upper()) else _country_by_name(text.lower())


def read_domain(raw: object) -> str | None:
    """Reads a host name or a URL as a domain: in ASCII and lower case, without `www.`."""
    text = _text(raw)
    if text is None:
        return None
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
        plain = host.rstrip(".").removeprefix("www.")
        found = plain if plain.isascii() else idna.encode(plain, uts46=True).decode()
    except (ValueError, UnicodeError):
        return None
    return found if SCALARS["domain"](found) else None


@cache
def _country_by_name(name: str) -> str | None:
    if name in _COUNTRIES:
        return _COUNTRIES[name]
    try:
        return str(pycountry.countries.lookup(name).alpha_2)
    except LookupError:
        return None


def _text(raw: object) -> str | None:
    """Text, or the text of a number; None for placeholders, and for everything else."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    if not isinstance(raw, str):
        return None
    text = UNWRITABLE.sub("", raw).strip()[:LONGEST_TEXT]
    return None if text.lower() in _NOTHING else text


def _plain_text(raw: object) -> str | None:
    return _text(raw) if isinstance(raw, str) else None


def _integer(raw: object) -> int | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, float):
        return int(raw) if raw.is_integer() else None
    if isinstance(raw, int):
        return raw
    digits = (_text(raw) or "").replace(",", "").replace(" ", "")
    return int(digits) if _NUMBER.fullmatch(digits) else None


def _amount(text: str) -> int | None:
    found = _AMOUNT.fullmatch(text.strip())
    return None if found is None else round(float(found[1]) * _TIMES[found[2].lower()])


def _money(raw: object) -> int | None:
    """A whole amount of money: a number, or `251.2M`."""
    if isinstance(raw, float):
        return round(raw) if math.isfinite(raw) else None
    number = _integer(raw)
    return _amount(raw.replace(",", "")) if number is None and isinstance(raw, str) else number


def _boolean(raw: object) -> bool | None:
    if isinstance(raw, bool):
        return raw
    word = raw.strip().lower() if isinstance(raw, str) else ""
    return True if word in _TRUE else False if word in _FALSE else None


def _date(raw: object) -> str | None:
    found = _DAY.match(_text(raw) or "")
    return None if found is None else found[0]


def _url(raw: object) -> str | None:
    text = _plain_text(raw)
    if text is None:
        return None
    return text if "://" in text else f"https://{text}"


def _currency(raw: object) -> str | None:
    text = _plain_text(raw)
    return None if text is None else "USD" if text == "$" else text.upper()


def _word(raw: object) -> str | None:
    text = _plain_text(raw)
    return None if text is None else text.lower()


_READERS: Final[Mapping[str, Callable[[object], Scalar | None]]] = MappingProxyType(
    {
        "text": _plain_text,
        "integer": _integer,
        "boolean": _boolean,
        "date": _date,
        "country": read_country,
        "domain": read_domain,
        "url": _url,
        "finding": _word,
        "currency": _currency,
        "scheme": _word,
        "system": _word,
        "kind": _word,
    }
)


_OF_PARTS: Final[Mapping[str, Callable[[object], Scalar | None]]] = MappingProxyType(
    {"text": _text, "money.amount": _money}
)
"""Parts of objects that are read otherwise: texts may be numbers there, for codes are."""


def _object(shape: str, raw: object) -> Mapping[str, Scalar] | None:
    """Takes the parts that can be read."""
    if not isinstance(raw, Mapping):
        return None
    made: dict[str, Scalar] = {}
    for name, kind in OBJECTS[shape].parts.items():
        part = _OF_PARTS.get(f"{shape}.{name}", _OF_PARTS.get(kind, _READERS[kind]))(raw.get(name))
        if part is not None and SCALARS[kind](part):
            made[name] = part
    return made or None

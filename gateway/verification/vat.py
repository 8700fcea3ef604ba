"""The form of a VAT number: country prefix, pattern and check digits, as python-stdnum knows them; never its existence.

Which countries: the member states and Northern Ireland (prefix XI) as the Commission lists them for VIES, where Greece
writes EL; Great Britain (HMRC), Switzerland (UID with MWST, TVA or IVA, Federal Tax Administration) and Norway
(organisation number with MVA, Skatteetaten). Whether a number is in use is a question for a register.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import stdnum
from stdnum.exceptions import InvalidChecksum, ValidationError

LIBRARY: Final = f"python-stdnum@{stdnum.__version__}"
"""Name and version of the library that knows the patterns, for the evidence."""
MAX_INPUT: Final = 64
"""Longest value that is looked at, in characters: no number has 20, and people write separators."""

_COUNTRIES: Final = """
AT BE BG CY CZ DE DK EE ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK GB CH NO
"""
_PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {country: country for country in _COUNTRIES.split()} | {"EL": "GR", "GR": "GR", "XI": "GB"}
)
"""Countries (ISO 3166-1) by the prefix that their numbers are written with."""
_WRITTEN: Final[Mapping[str, str]] = MappingProxyType({"GR": "EL", "UK": "GB"})
_MODULES: Final[Mapping[str, Any]] = MappingProxyType(
    {country: stdnum.get_cc_module(country, "vat") for country in set(_PREFIXES.values())}
)
_ALSO: Final[Mapping[str, frozenset[str]]] = MappingProxyType({"FR": frozenset({"MC"}), "GB": frozenset({"IM"})})
"""Whose companies have the numbers of another country (Directive 2006/112/EC, Article 7)."""
_SUFFIXES: Final[Mapping[str, str]] = MappingProxyType({"CH": "MWST", "NO": "MVA"})
_SEPARATORS: Final = re.compile(r"[\s.\-\u2010-\u2015/,_:]+")
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_AROUND: Final = " \t\r\n\"'`;,()[]<>\u2018\u2019\u201a\u201c\u201d\u201e"
"""What comes along when a number is copied out of a text or a table."""
_AS_QUANTITY: Final = re.compile(r"(\d{8,})\.0\Z")
"""As a spreadsheet writes a number that it took for a quantity."""
_CHARACTERS: Final = re.compile(r"[A-Z0-9+*]+")
"""Old Irish numbers hold + or * in the second place."""
_LETTERS: Final = re.compile(r"[A-Z]{2}")
_DIGIT: Final = re.compile(r"[0-9]")
_LETTERS_BEHIND: Final[Mapping[str, int]] = MappingProxyType({"AT": 1, "CH": 1, "ES": 1, "FR": 2, "GB": 2, "XI": 2})
"""How many letters may follow a prefix before the first digit; with more it is a word: SIRET, HRB, none."""
_HUNGARIAN: Final = re.compile(r"\d{8}[1-5]\d{2}")
"""Number, kind of taxation and county: 12345678-2-41 (adoszam, Act CL of 2017)."""
_SWISS: Final = re.compile(r"\d{9}(?:MWST|TVA|IVA)?")
_SWISS_ABROAD: Final = re.compile(r"\ACHE?(\d{9})(?:HR)?(MWST|TVA|IVA|)\Z")
"""Also without its E, and with the note that the company is in the commercial register: `CHE-… HR/MWST`."""
_ZEROS_LOST: Final[Mapping[str, int]] = MappingProxyType({"IT": 11, "HR": 11})
"""Digits of numbers that may begin with zeros, which a spreadsheet takes."""
_LABEL: Final = re.compile(
    r"""\A\s*+
        (?: (?: ust\.? | umsatzsteuer ) -?\s?id (?: ent(?:ifikations)? )? (?: \.?-?\s?n(?:umme)?r )?
          | (?: n[o\u00b0]?\.?\s? | num[\u00e9e]ro\s (?: de\s )? )? tva (?: \s? intra (?: com(?:munautaire)? )? )?
          | n\.?i\.?f | n\.?i\.?p\.?c | c\.?i\.?f | cui | oib | nip
          | (?: c\.?\s?f\.?\s?/\s? )? p\.?\s?iva (?: \s e \s c\.?\s?f )? | p\.\s?i | partita\s iva
          | contribuinte | \u0434\u0434\u0441 | kmkr | dic | afm | id\sza\sddv
          | btw (?: \s?/\s?tva )? (?: [-\s]? n(?:umme)?r )?
          | di\u010d | i\u010d\s?dph | \u03b1\.?\u03c6\.?\u03bc | ad\u00f3sz\u00e1m
          | vat (?: [\s-]? (?: id | reg(?:istration)? | number | nr | no (?! [\s.]*+ \d [\d\s]*+ mva ) ) \.? )*
          | m(?:om|w)st? (?: \.?-?\s?nr )? | cvr (?: -?\s?nr )? | uid (?: [\s\-]?nr )? | org\.?\s?nr | y-tunnus )
        [.:#\s]++ (?=\w)""",
    re.VERBOSE | re.IGNORECASE,
)
"""What the number is called, where that was entered with it."""


class VatOutcome(StrEnum):
    """What the form of a number says."""

    VALID = "valid"
    FORMAT_INVALID = "format_invalid"
    CHECK_DIGIT_WRONG = "check_digit_wrong"
    PREFIX_MISSING = "prefix_missing"
    """No prefix, and no country that has numbers of this kind was given: it was not read."""
    PREFIX_UNKNOWN = "prefix_unknown"
    """It begins with letters that are no country's prefix here: it was not read."""
    UNREADABLE = "unreadable"
    """Nothing that could be a number: empty, too long, or with characters that no number has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VatReading:
    """One number, read. `country` is ISO 3166-1 alpha-2, None where the number was not read in any country's form.

    `number` is the normalised form with its prefix, None unless it is valid. `prefixed` says whether the country stood
    in the number itself; `suffixed` is False for a Swiss or Norwegian number that lacks MWST or MVA, which makes it an
    organisation's number, and whether the organisation pays VAT then stands open.
    """

    outcome: VatOutcome
    country: str | None = None
    number: str | None = field(default=None, repr=False)
    prefixed: bool = True
    suffixed: bool = True


def read_vat(value: str, *, country: str | None = None) -> VatReading:
    """Read a VAT number; `country` (ISO 3166-1 alpha-2) is where one without a prefix is taken to belong."""
    text = _cleaned(value) if len(value) <= MAX_INPUT else ""
    if _CHARACTERS.fullmatch(text) is None or _DIGIT.search(text) is None:
        return VatReading(outcome=VatOutcome.UNREADABLE)
    text = _SWISS_ABROAD.sub(r"CHE\1\2", text)
    prefix = text[:2]
    if prefix in _PREFIXES and _DIGIT.search(text, 2, _LETTERS_BEHIND.get(prefix, 0) + 3) is not None:
        return _checked(prefix + _as_abroad(text[2:], prefix), prefix)
    home = _iso(country)
    if home in _MODULES:
        number = f"CHE{text}" if home == "CH" and _SWISS.fullmatch(text) else _as_abroad(text, home)
        found = _checked(number, _WRITTEN.get(home, home), prefixed=False)
        if found.outcome is VatOutcome.VALID or _LETTERS.match(text) is None:
            return found
    unread = VatOutcome.PREFIX_UNKNOWN if _LETTERS.match(text) else VatOutcome.PREFIX_MISSING
    return VatReading(outcome=unread, prefixed=unread is VatOutcome.PREFIX_UNKNOWN)


def _as_abroad(number: str, home: str) -> str:
    """What a company writes at home, as it is written abroad behind the country's prefix."""
    if home == "HU" and _HUNGARIAN.fullmatch(number):
        return number[:8]
    whole = number.zfill(_ZEROS_LOST.get(home, 0)) if number.isdecimal() else number
    return whole if whole != number and _outcome(whole, home) is VatOutcome.VALID else number


def same_country(vat_country: str, country: str) -> bool:
    """Whether a company of `country` has numbers of `vat_country`; both ISO 3166-1 alpha-2, UK and EL understood."""
    home = _iso(country)
    return home == vat_country or home in _ALSO.get(vat_country, frozenset())


def _cleaned(value: str) -> str:
    bare = _UNSEEN.sub("", unicodedata.normalize("NFKC", value)).strip(_AROUND)
    written = _LABEL.sub("", _AS_QUANTITY.sub(r"\1", bare), count=1)
    return _SEPARATORS.sub("", written).upper()


def _iso(country: str | None) -> str:
    code = (country or "").strip().upper()
    return {"UK": "GB", "EL": "GR"}.get(code, code)


def _checked(text: str, prefix: str, *, prefixed: bool = True) -> VatReading:
    country = _PREFIXES[prefix]
    written, suffixed = text, True
    suffix = _SUFFIXES.get(country)
    if suffix is not None and text[-1].isdigit():
        written, suffixed = text + suffix, False
    outcome = _outcome(written, country)
    number = _normalised(written, country, prefix) if outcome is VatOutcome.VALID else None
    if number is not None and not suffixed:
        number = number.removesuffix(suffix or "")
    return VatReading(outcome=outcome, country=country, number=number, prefixed=prefixed, suffixed=suffixed)


def _outcome(text: str, country: str) -> VatOutcome:
    try:
        _MODULES[country].validate(text)
    except InvalidChecksum:
        return VatOutcome.CHECK_DIGIT_WRONG
    except ValidationError:
        return VatOutcome.FORMAT_INVALID
    return VatOutcome.VALID


def _normalised(text: str, country: str, prefix: str) -> str:
    compact: str = _MODULES[country].compact(text)
    written = _WRITTEN.get(prefix, prefix)
    return compact if compact.startswith(written) else f"{written}{compact}"

"""Numbers of companies and their check digits, by python-stdnum; numbers that are people's are left out.

In some countries the VAT number of a person in business is made of a number that the person has from birth. Where such
a number can be told from a company's by its form it is none here: CZ (birth number), BG (EGN), LV (person's code), RO
(CNP), SE (personal number), ES (DNI and NIE), PT (NIF of natural persons).
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import stdnum
from stdnum import lei
from stdnum.es import cif
from stdnum.exceptions import ValidationError

_COUNTRIES: Final = "AT BE BG CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {country: country for country in _COUNTRIES.split()} | {"EL": "GR", "XI": "GB"}
)
"""Countries (ISO 3166-1) by how their VAT numbers begin (Directive 2006/112/EC Art. 215); XI is Northern Ireland."""
_MODULES: Final[Mapping[str, Any]] = MappingProxyType(
    {country: stdnum.get_cc_module(country, "vat") for country in set(_PREFIXES.values())} | {"ES": cif}
)
_WRITTEN: Final[Mapping[str, str]] = MappingProxyType({"GR": "EL"})
_SIGNS: Final = re.compile(r"[\s.,\-/\u2010-\u2015\u00a0]+")
_NOT_A_PERSONS: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {
        "BG": lambda digits: len(digits) == len("123456789"),
        "CZ": lambda digits: len(digits) == len("12345678"),
        "LV": lambda digits: digits[0] > "3",
        "PT": lambda digits: digits[0] in "569",
        "RO": lambda digits: len(digits) <= len("1234567890"),
        "SE": lambda digits: digits[2] >= "2",
    }
)
"""Which numbers are companies', by what stands behind the prefix."""


def vat(text: str, country: str | None = None) -> tuple[str, str] | None:
    """A VAT number whose check digits are right, with its prefix, and the country it is of; None for any other.

    Args:
        text: as it is written.
        country: of one without a prefix, ISO 3166-1 alpha-2.
    """
    bare = _SIGNS.sub("", text).upper()
    prefix = bare[:2]
    home = _PREFIXES.get(prefix, "")
    if home:
        bare = bare[2:]
    elif country is not None:
        prefix, home = _WRITTEN.get(country, country), country
    if home not in _MODULES or not _is_valid(_MODULES[home], bare) or not _NOT_A_PERSONS.get(home, _anybodys)(bare):
        return None
    return prefix + bare, home


def lei_code(text: str) -> str | None:
    """A Legal Entity Identifier whose check digits are right (ISO 17442, mod 97-10)."""
    bare = _SIGNS.sub("", text).upper()
    return bare if _is_valid(lei, bare) else None


def of(module: str, number: str) -> Callable[[str], str | None]:
    """A reader of one kind of national number: it gives the number without signs, if its check digits are right."""
    kind = stdnum.get_cc_module(module, number)

    def read(text: str) -> str | None:
        bare = _SIGNS.sub("", text).upper()
        return bare if _is_valid(kind, bare) else None

    return read


siren: Final = of("fr", "siren")
siret: Final = of("fr", "siret")
ein: Final = of("us", "ein")
swiss_uid: Final = of("ch", "uid")
norwegian: Final = of("no", "orgnr")
finnish: Final = of("fi", "ytunnus")
danish: Final = of("dk", "cvr")


def swedish(text: str) -> str | None:
    """A Swedish organisation number; a personal number has a month in its place."""
    bare = _SIGNS.sub("", text)
    return bare if _is_valid(_SWEDISH, bare) and bare[2] >= "2" else None


_SWEDISH: Final = stdnum.get_cc_module("se", "orgnr")


def duns(text: str) -> str | None:
    """A D-U-N-S number: nine digits, which have no check digit."""
    bare = _SIGNS.sub("", text)
    return bare if re.fullmatch(r"(?!0{9})[0-9]{9}", bare) else None


def _anybodys(_digits: str) -> bool:
    return True


def _is_valid(module: Any, text: str) -> bool:  # noqa: ANN401 - a module of python-stdnum
    if not text.isascii() or not text.isalnum():
        return False
    try:
        module.validate(text)
    except ValidationError:
        return False
    return True

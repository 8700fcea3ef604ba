"""The numbers that an organisation of schema.org gives itself, as identifiers of the schema."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from connectors.kit.web import numbers
from connectors.kit.web.plain import registrable
from connectors.kit.web.told import LONGEST_NAME, Told

_WIKIDATA: Final = re.compile(r"/(?:wiki|entity)/(Q[1-9][0-9]{0,11})/?")
_ICD: Final[Mapping[str, str]] = MappingProxyType({"0002": "siren", "0009": "siret", "0060": "duns", "0199": "lei"})
"""International code designators of ISO 6523 that are read: SIRENE, SIRET, D-U-N-S, LEI."""


def identifiers(told: Told) -> Iterator[object]:
    """The numbers of a node whose check digits are right where they have some, and its Wikidata item."""
    for name, take in (("leiCode", lei), ("vatID", _vat), ("taxID", _tax), ("duns", _duns), ("iso6523Code", _iso6523)):
        for raw in told.raw(name):
            text = str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw
            if isinstance(text, str) and len(text) <= LONGEST_NAME:
                yield take(text)
    for text in told.texts("sameAs", 300):
        found = _WIKIDATA.fullmatch(urlsplit(text).path) if registrable(text) == "wikidata.org" else None
        yield None if found is None else {"scheme": "wikidata", "value": found[1]}


def lei(text: str) -> object:
    """An LEI as an identifier; None for what is none."""
    found = numbers.lei_code(text)
    return None if found is None else {"scheme": "lei", "value": found}


def _vat(text: str) -> object:
    found = numbers.vat(text)
    return None if found is None else {"scheme": "vat", "value": found[0], "jurisdiction": found[1]}


def _tax(text: str) -> object:
    """A tax number that is a VAT number, or an EIN, which has its own form."""
    if re.fullmatch(r"[0-9]{2}-[0-9]{7}", text.strip()) and (found := numbers.ein(text)) is not None:
        return {"scheme": "ein", "value": found, "jurisdiction": "US"}
    return _vat(text)


def _duns(text: str) -> object:
    found = numbers.duns(text)
    return None if found is None else {"scheme": "duns", "value": found}


def _iso6523(text: str) -> object:
    code, _, number = text.strip().partition(":")
    kind = _ICD.get(code)
    if kind == "lei":
        return lei(number)
    if kind == "duns":
        return _duns(number)
    found = numbers.siren(number) if kind == "siren" else numbers.siret(number) if kind == "siret" else None
    return None if found is None else {"scheme": "register", "value": found[:9], "jurisdiction": "FR"}

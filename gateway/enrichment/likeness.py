"""How alike two companies' names are: word by word, in any order, for names of two companies may differ in one letter.

`Deutsche Bank AG` is not `Deutsche Bahn AG`, and `Acme AG` not `Acme GmbH`. Each word needs its own counterpart. Of one
pair of long words a letter may be missing, or two may be swapped, as they are where a name was typed. Another letter in
the place of one is no slip but another name: `Ravensburg` and `Ravensberg`.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from connectors.kit.names import core, forms_agree, forms_of

LONG: Final = 11
"""Letters from which on a word may be mistyped; shorter ones that differ by a letter are more often two names."""
_NUMERAL: Final = re.compile(r"\d+|\b[ivx]{2,}\b")
_WRITTEN_OUT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
"""How letters are written where they cannot be typed."""


def likeness(one: str, other: str, countries: Collection[str] = ()) -> float:
    """How alike two names are, 0 to 1: 0 where they are of two companies.

    Args:
        one: a name, as it is written.
        other: another one.
        countries: ISO 3166-1 alpha-2, where the company may be: some have one legal form in several languages.
    """
    if not forms_agree(one, other, countries):
        return 0.0
    return max(_alike(core(a), core(b)) for a in _written(one) for b in _written(other))


def fullest(names: Iterable[str]) -> frozenset[str]:
    """The names of one company without those that are told in full elsewhere: `Acme` says nothing beside `Acme AG`."""
    every = frozenset(names)
    told = {core(name) for name in every if forms_of(name)}
    return frozenset(name for name in every if forms_of(name) or core(name) not in told)


def _written(name: str) -> set[str]:
    """The name, and the same without umlauts: `Müller` may be told as `Mueller`, but `Bauer` is not `Baur`."""
    plain = unicodedata.normalize("NFC", name.casefold())
    written = plain.translate(_WRITTEN_OUT)
    return {name} if written == plain else {name, written}


def _alike(one: str, other: str) -> float:
    """The same of two names without legal forms: their words in any order, or written as one.

    Names that differ in a number are of two companies, however long they are: funds, sister companies, holdings.
    """
    if sorted(_NUMERAL.findall(one)) != sorted(_NUMERAL.findall(other)):
        return 0.0
    if one.replace(" ", "") == other.replace(" ", ""):
        return 1.0
    here, there = (Counter(word for word in name.split() if word != "and") for name in (one, other))
    left, right = list((here - there).elements()), list((there - here).elements())
    if not left and not right:
        return 1.0
    slip = len(left) == len(right) == 1 and _is_slip(left[0], right[0])
    return fuzz.token_sort_ratio(one, other) / 100 if slip else 0.0


def _is_slip(one: str, other: str) -> bool:
    """Whether long words differ by a letter that is missing, or by two that are swapped."""
    if min(len(one), len(other)) < LONG or any(letter.upper() == letter for letter in one + other):
        return False  # a letter of a script without capitals is a word or a syllable
    swapped = len(one) != len(other) or sorted(one) == sorted(other)
    return swapped and one[0] == other[0] and OSA.distance(one, other, score_cutoff=1) == 1

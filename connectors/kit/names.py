"""Comparing companies' names: case, accents, punctuation and the spelling of the legal form put aside; never a guess.

A name is its core, and the legal form that stands behind it (or before it, where that is usual). `Müller & Söhne
G.m.b.H.` and `MULLER UND SOHNE Gesellschaft mit beschränkter Haftung` are one name; `Müller AG` is another.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import yaml

LONGEST: Final = 300
"""Characters of a name that are looked at."""

SOLE: Final = "sole"
"""The form of a natural person who trades under a name."""

_WIDEST: Final = 6  # words of the longest spelling
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i", "\u2019": "'"}
)
_DOTS: Final = re.compile(r"(?<=\w)\.(?=\w\.)|(?<=\.\w)\.|(?<=\b\w)\.(?=\w\b)")
"""The dots of an abbreviation: between single letters, and after the last of them."""
_UNSPACED: Final = re.compile("株式会社|合同会社")
"""Forms that stand beside the name without a blank."""
_WORDS: Final = re.compile(r"[^\W_]+|[&+]")
_AND: Final = frozenset({"&", "+", "and", "und", "et"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A company's name, read.

    Attributes:
        core: its words without the legal form, run together; empty where nothing is left.
        form: our word for the legal form; empty without one, `SOLE` for a natural person's.
    """

    core: str
    form: str = ""

    def same(self, other: "Name") -> bool:
        """Whether both may be one company's name: the same core, and no two different legal forms."""
        agree = not self.form or not other.form or self.form == other.form
        return bool(self.core) and self.core == other.core and agree

    def identical(self, other: "Name") -> bool:
        """Whether core and legal form are the same, a form that is missing included."""
        return bool(self.core) and self == other


def read_name(text: str) -> Name:
    """Read a company's name."""
    words, forms = _words(text), _forms()
    if words[:1] == ["the"]:
        words = words[1:]
    for count in range(min(_WIDEST, len(words) - 1), 0, -1):
        form = forms.spellings.get("".join(words[-count:]))
        if form is not None:
            return Name(core="".join(_bare(words[:-count])), form=form)
    for count in range(min(_WIDEST, len(words) - 1), 0, -1):
        form = forms.spellings.get("".join(words[:count]))
        if form in forms.before:
            return Name(core="".join(_bare(words[count:])), form=form)
    return Name(core="".join(_bare(words)))


def without_form(text: str) -> str:
    """The name as it is written, without the words of its legal form; as it is where it has none."""
    words, forms = text.split(), _forms()
    for count in range(min(_WIDEST, len(words) - 1), 0, -1):
        if _joined(" ".join(words[-count:])) in forms.spellings:
            return " ".join(words[:-count]).rstrip(" ,&+-")
    for count in range(min(_WIDEST, len(words) - 1), 0, -1):
        if forms.spellings.get(_joined(" ".join(words[:count]))) in forms.before:
            return " ".join(words[count:])
    return text


def fold(text: str) -> str:
    """Text in lower case without accents, the letters of one alphabet each in one form."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text[:LONGEST]).casefold().translate(_LETTERS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _words(text: str) -> list[str]:
    """The words, with the dots of abbreviations taken out; an `and` between two is written `and`."""
    plain = _UNSPACED.sub(r" \g<0> ", _DOTS.sub("", fold(text)).replace("'", ""))
    found = _WORDS.findall(plain)
    return ["and" if word in _AND else word for word in found]


def _bare(words: list[str]) -> list[str]:
    """Without an `and` that a legal form has left at the end."""
    return words[:-1] if words[-1:] == ["and"] else words


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forms:
    """Our word for a form by each of its spellings, words run together; and the forms that stand before a name too."""

    spellings: Mapping[str, str]
    before: frozenset[str]


@cache
def _forms() -> _Forms:
    read = yaml.safe_load(files(__package__).joinpath("legal_forms.yaml").read_text(encoding="utf-8"))
    made: dict[str, str] = {}
    for spellings in read["forms"]:
        made.update((_joined(spelling), spellings[0]) for spelling in spellings)
    made.update((_joined(spelling), SOLE) for spelling in read["sole"])
    return _Forms(spellings=MappingProxyType(made), before=frozenset(read["before"]))


def _joined(text: str) -> str:
    return "".join(_words(text))

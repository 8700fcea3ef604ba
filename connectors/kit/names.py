"""Comparing companies' names: case, accents, punctuation and the spelling of the legal form put aside; never a guess.

A name is its core, and the legal form that stands behind it (or before it, where that is usual). `Müller & Söhne
G.m.b.H.` and `MULLER UND SOHNE Gesellschaft mit beschränkter Haftung` are one name; `Müller AG` is another.
"""

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
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
_VOICED: Final = frozenset("\u3099\u309a")
"""Marks of Japanese that make another letter."""
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
    count = _count(words, forms.spellings)
    if count:
        return Name(core="".join(_bare(words[:-count])), form=forms.spellings["".join(words[-count:])])
    count = _count(words, forms.before, ahead=True)
    form = forms.spellings["".join(words[:count])] if count else ""
    return Name(core="".join(_bare(words[count:])), form=form)


@lru_cache(maxsize=4096)
def core(text: str) -> str:
    """The words of a company's name without any legal form, however many stand behind it; for measuring likeness.

    Case, accents and punctuation are put aside as by `read_name`. It is empty only where the text is blank.
    """
    words, forms = _words(text), _forms()
    while count := _count(words, forms.put_aside):
        words = _bare(words[:-count])
    words = words[_count(words, forms.put_aside_before, ahead=True) :]
    return " ".join(words) or text.strip().casefold()


def without_form(text: str) -> str:
    """The name as it is written, without the words of its legal form; as it is where it has none."""
    words, forms = text.split(), _forms()
    plain = [_joined(word) for word in words]
    count = _count(plain, forms.spellings)
    if count:
        return " ".join(words[:-count]).rstrip(" ,&+-")
    count = _count(plain, forms.before, ahead=True)
    return " ".join(words[count:]) if count else text


def _count(words: Sequence[str], spellings: Container[str], *, ahead: bool = False) -> int:
    """How many words at the end, or ahead of the others, are a form; never all of them."""
    for count in range(min(_WIDEST, len(words) - 1), 0, -1):
        if "".join(words[:count] if ahead else words[-count:]) in spellings:
            return count
    return 0


def fold(text: str) -> str:
    """Text in lower case without accents, the letters of one alphabet each in one form."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).casefold().translate(_LETTERS)
    bare = (letter for letter in unicodedata.normalize("NFKD", plain) if not _is_accent(letter))
    return unicodedata.normalize("NFC", "".join(bare))


def _is_accent(letter: str) -> bool:
    return unicodedata.category(letter) == "Mn" and letter not in _VOICED


def _words(text: str) -> list[str]:
    """The words, with the dots of abbreviations taken out; an `and` is written `and`, and `the` ahead is left out."""
    plain = _forms().unspaced.sub(r" \g<0> ", _plain(text))
    words = _split(plain)
    return words[1:] if words[:1] == ["the"] else words


def _plain(text: str) -> str:
    return _DOTS.sub("", fold(text)).replace("'", "")


def _split(plain: str) -> list[str]:
    return ["and" if word in _AND else word for word in _WORDS.findall(plain)]


def _bare(words: list[str]) -> list[str]:
    """Without an `and` that a legal form has left at the end."""
    return words[:-1] if words[-1:] == ["and"] else words


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forms:
    """The table, spellings with their words run together.

    Attributes:
        spellings: our word for a form by each of its spellings.
        before: spellings of the forms that stand before a name too.
        put_aside, put_aside_before: what `core` takes off behind a name and before it.
        unspaced: finds what stands beside a name without a blank.
    """

    spellings: Mapping[str, str]
    before: frozenset[str]
    put_aside: frozenset[str]
    put_aside_before: frozenset[str]
    unspaced: re.Pattern[str]


@cache
def _forms() -> _Forms:
    read = yaml.safe_load(files(__package__).joinpath("legal_forms.yaml").read_text(encoding="utf-8"))
    made = {_joined(spelling): spellings[0] for spellings in read["forms"] for spelling in spellings}
    made.update((_joined(spelling), SOLE) for spelling in read["sole"])
    before = frozenset(spelling for spelling, form in made.items() if form in read["before"])
    beside = {name: frozenset(map(_joined, spellings)) for name, spellings in read["core"].items()}
    # The longest first, for a shorter one may be part of it.
    unspaced = sorted(map(_plain, read["unspaced"]), key=len, reverse=True)
    return _Forms(
        spellings=MappingProxyType(made),
        before=before,
        put_aside=(frozenset(made) | beside["behind"]) - beside["not_behind"],
        put_aside_before=(before | beside["before"]) - beside["not_before"],
        unspaced=re.compile("|".join(map(re.escape, unspaced))),
    )


def _joined(text: str) -> str:
    return "".join(_split(_plain(text)))

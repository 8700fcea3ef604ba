"""Comparing companies' names: case, accents, punctuation and the spelling of the legal form put aside; never a guess.

A name is its core, and the legal form that stands behind it (or before it, where that is usual). That the company is
in liquidation, insolvent or administered is no part of the name. `Müller & Söhne G.m.b.H.` and `MULLER UND SOHNE
Gesellschaft mit beschränkter Haftung i. L.` are one name; `Müller AG` is another.
"""

import re
import unicodedata
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import permutations
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
    words = _lasting(_words(text))
    ahead, behind, form = _form(words)
    words = words[ahead : len(words) - behind]
    return Name(core="".join(_lasting(_bare(words) if behind else words)), form=form)


def core(text: str) -> str:
    """The words of a company's name without any legal form, however many stand behind it; for measuring likeness.

    Case, accents and punctuation are put aside as by `read_name`. It is empty only where the text is blank.
    """
    return _cored(text)[0]


def forms_of(text: str) -> frozenset[str]:
    """Our words for the legal forms behind a name and before it; mostly one, or none."""
    return _cored(text)[1]


def forms_agree(one: str, other: str, countries: Collection[str] = ()) -> bool:
    """Whether the legal forms of two names may be one company's: a form that is missing agrees with any.

    Args:
        one: a name.
        other: another one.
        countries: ISO 3166-1 alpha-2, where the company may be: some have one form in several languages.
    """
    forms, here, there = _forms(), forms_of(one), forms_of(other)
    alike = forms.agree.union(*(forms.languages.get(country, ()) for country in countries))
    return not here or not there or any(a == b or (a, b) in alike for a in here for b in there)


def without_form(text: str) -> str:
    """The name as it is written, without the words of its legal form and of a liquidation; as it is without any."""
    words = text.split()
    plain = [_joined(word) for word in words]
    first, last = _span(plain)
    words, plain = words[first:last], plain[first:last]
    ahead, behind, form = _form(plain)
    if not form:
        return " ".join(words) if last - first < len(text.split()) else text
    left = " ".join(words[ahead : len(words) - behind])
    return left.rstrip(" ,&+-") if behind else left


@lru_cache(maxsize=4096)
def _cored(text: str) -> tuple[str, frozenset[str]]:
    """The words of a name without any form, and its forms: of one behind another both (`B.V. & Co. KG`) are one."""
    words, forms = _lasting(_words(text)), _forms()
    behind: list[str] = []
    while count := _count(words, forms.put_aside):
        behind.append("".join(words[-count:]))
        words = _lasting(_bare(words[:-count]))
    ahead = _count(words, forms.put_aside_before, ahead=True)
    stacked = [forms.spellings[each] for each in behind if each in forms.spellings]
    apart = (form for form in stacked[1:] if form != stacked[0] and (form, stacked[0]) not in forms.agree)
    told = (" ".join((*stacked[:1], *apart)), forms.spellings.get("".join(words[:ahead])))
    return " ".join(words[ahead:]) or text.strip().casefold(), frozenset(form for form in told if form)


def _form(words: Sequence[str]) -> tuple[int, int, str]:
    """How many words ahead and behind are a legal form, and which one."""
    forms = _forms()
    behind = _count(words, forms.spellings)
    if not behind:
        ahead = _count(words, forms.before, ahead=True)
        return ahead, 0, forms.spellings.get("".join(words[:ahead]), "")
    last = "".join(words[-behind:])
    around = len(words) > behind + 1 and (words[0], last) in forms.around
    return int(around), behind, forms.spellings[words[0] + last if around else last]


def _lasting(words: list[str]) -> list[str]:
    """The words without those of a liquidation, insolvency or the like."""
    first, last = _span(words)
    return words[first:last]


def _span(words: Sequence[str]) -> tuple[int, int]:
    """Where the name begins and ends that stands between words of a liquidation, insolvency or the like."""
    forms = _forms()
    first, last = _count(words, forms.states_before, ahead=True), len(words)
    while count := _count(words[first:last], forms.states):
        last -= count
    initials = _count(words[first:last], forms.initials)
    return first, last - initials if initials and _form(words[first : last - initials])[2] else last


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
        around: first word and rest of the forms that stand on both sides of a name.
        states, states_before, initials: of a liquidation and the like, behind a name, before it, and behind a form.
        agree: pairs of forms that one company's name may end in.
        languages: the same by country.
        unspaced: finds what stands beside a name without a blank.
    """

    spellings: Mapping[str, str]
    before: frozenset[str]
    put_aside: frozenset[str]
    put_aside_before: frozenset[str]
    around: frozenset[tuple[str, str]]
    states: frozenset[str]
    states_before: frozenset[str]
    initials: frozenset[str]
    agree: frozenset[tuple[str, str]]
    languages: Mapping[str, frozenset[tuple[str, str]]]
    unspaced: re.Pattern[str]


@cache
def _forms() -> _Forms:
    read = yaml.safe_load(files(__package__).joinpath("legal_forms.yaml").read_text(encoding="utf-8"))
    made = {_joined(spelling): spellings[0] for spellings in read["forms"] for spelling in spellings}
    made.update((_joined(spelling), SOLE) for spelling in read["sole"])
    before = frozenset(spelling for spelling, form in made.items() if form in read["before"])
    beside = {name: frozenset(map(_joined, spellings)) for name, spellings in read["core"].items()}
    around = (_split(_plain(spelling)) for spelling in read["around"])
    states = {name: frozenset(map(_joined, spellings)) for name, spellings in read["states"].items()}
    agree = {(first, other) for first, *others in read["agree"] for other in others}
    # The longest first, for a shorter one may be part of it.
    unspaced = sorted(map(_plain, read["unspaced"]), key=len, reverse=True)
    return _Forms(
        spellings=MappingProxyType(made),
        before=before,
        put_aside=(frozenset(made) | beside["behind"]) - beside["not_behind"],
        put_aside_before=(before | beside["before"]) - beside["not_before"],
        around=frozenset((first, "".join(rest)) for first, *rest in around),
        states=states["behind"],
        states_before=states["before"],
        initials=states["behind_a_form"],
        agree=frozenset(agree | {(b, a) for a, b in agree}),
        languages={
            country: frozenset(pair for forms in lists for pair in permutations(forms, 2))
            for country, lists in read["languages"].items()
        },
        unspaced=re.compile("|".join(map(re.escape, unspaced))),
    )


def _joined(text: str) -> str:
    return "".join(_split(_plain(text)))

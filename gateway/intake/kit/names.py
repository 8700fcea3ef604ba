"""What a form's field is called, and which place of a submission that means, in eight languages.

A name is folded (case, accents, separators), looked up whole, then without what forms put around names
(`your-email`, `form_fields[email]`, `contact.email`, `What is your e-mail address?`). Only whole words match:
`email_opt_in` is no e-mail address.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import yaml

from gateway.intake.kit.targets import is_target

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ASIDE: Final = re.compile(r"\([^)]*\)")
_PATH: Final = re.compile(r"[\[\].:/>|]+")
_WORD: Final = re.compile(r"[^\W_]+")
_LETTERS: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "\u2019": "'"})
_EMAIL: Final = re.compile(r"\be[-_ ]mail")
_ELISION: Final = re.compile(r"\b[ldsn]'")


def fold(name: str) -> tuple[str, ...]:
    """Split a name into plain lower-case words without accents: `E-Mail-Adresse` gives `email adresse`."""
    plain = _CAMEL.sub(" ", _ASIDE.sub(" ", name)).casefold()
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
        plain = "".join(character for character in apart if not unicodedata.combining(character))
    return tuple(_WORD.findall(_EMAIL.sub("email", _ELISION.sub("", plain))))


def key(name: str) -> str:
    """The form under which names are compared: the folded words without gaps."""
    return "".join(fold(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Synonyms:
    """Targets by key, and what surrounds a name without changing its meaning.

    `family_beside_given` and `given_beside_family` are keys that mean a full name when alone, and the half that
    is missing when the other half has a field of its own (`Vorname` + `Name`, `Nome` + `Cognome`). `ticked`,
    `refused` and `empty` are what consent boxes send; `salutations` are no job titles.
    """

    targets: Mapping[str, str]
    prefixes: frozenset[str]
    fillers: frozenset[str]
    family_beside_given: frozenset[str]
    given_beside_family: frozenset[str]
    ticked: frozenset[str]
    refused: frozenset[str]
    empty: frozenset[str]
    salutations: frozenset[str]

    def match(self, name: str) -> tuple[str, str] | None:
        """Find the target of a field name and the key that matched; None when the name says nothing."""
        for candidate in _candidates(name, self.prefixes, self.fillers):
            if (target := self.targets.get(candidate)) is not None:
                return target, candidate
        return None


def _candidates(name: str, prefixes: frozenset[str], fillers: frozenset[str]) -> Iterator[str]:
    """What a name may mean, the whole of it first, then the last part of a path."""
    yield from _readings(fold(name), prefixes, fillers)
    segments = [words for part in _PATH.split(name) if (words := fold(part)) and not _index(words)]
    if len(segments) > 1:
        yield from _readings(segments[-1], prefixes, fillers)


def _readings(words: tuple[str, ...], prefixes: frozenset[str], fillers: frozenset[str]) -> Iterator[str]:
    yield "".join(words)
    bare = tuple(word for word in words if word not in fillers)
    yield "".join(bare)
    trimmed = _trim(bare)
    yield from ("".join(trimmed[start:]) for start in _starts(trimmed, prefixes))


def _index(words: tuple[str, ...]) -> bool:
    """Say whether a path segment is only a place in a list, or the word for the value itself."""
    return all(word.isdigit() for word in words) or words == ("value",)


def _trim(words: tuple[str, ...]) -> tuple[str, ...]:
    """Take counters and the word `field` off the end: `email-1`, `name_field`."""
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in {"field", "input", "value", "feld"}):
        words = words[:-1]
    return words


def _starts(words: tuple[str, ...], prefixes: frozenset[str]) -> Iterator[int]:
    """Where a name may begin, taking one prefix after the other off the front."""
    yield 0
    for index, word in enumerate(words[:-1]):
        if word not in prefixes and not word.isdigit():
            return
        yield index + 1


@cache
def synonyms() -> Synonyms:
    """Read `synonyms.yaml`, which ships with this package.

    Raises:
        ValueError: a target does not exist, or two targets claim one name.
    """
    text = files("gateway.intake.kit").joinpath("synonyms.yaml").read_text(encoding="utf-8")
    return parse_synonyms(yaml.safe_load(text))


def parse_synonyms(data: Mapping[str, Any]) -> Synonyms:
    """Build the table from the file's content.

    Raises:
        ValueError: a target does not exist, or two targets claim one name.
    """
    targets: dict[str, str] = {}
    for target, name in _said(data):
        if not is_target(target):
            raise ValueError(f"synonyms.yaml: {target} is no target")
        if targets.setdefault(key(name), target) != target:
            raise ValueError(f"synonyms.yaml: {name} stands for {target} and {targets[key(name)]}")
    return Synonyms(
        targets=MappingProxyType({**_without_fillers(data), **targets}),
        **{part.name: _keys(data[part.name]) for part in fields(Synonyms) if part.name != "targets"},
    )


def _said(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for target, languages in data["targets"].items():
        yield from ((target, name) for names in languages.values() for name in names)


def _without_fillers(data: Mapping[str, Any]) -> dict[str, str]:
    """The same names without articles and the like, as questions hold them; what means two things then is left out."""
    fillers = _keys(data["fillers"])
    meant: dict[str, set[str]] = {}
    for target, name in _said(data):
        bare = [word for word in fold(name) if word not in fillers]
        if len(bare) > 1 and not target.startswith("consent."):
            meant.setdefault("".join(bare), set()).add(target)
    return {bare: targets.pop() for bare, targets in meant.items() if len(targets) == 1}


def _keys(names: list[str]) -> frozenset[str]:
    return frozenset(key(name) for name in names)

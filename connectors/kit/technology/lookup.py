"""Indexes over the rules, one for each form of match: each gives the rules that fit a text and the text behind."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from connectors.kit.technology.parts import held
from connectors.kit.technology.rules import Rule

Fit = tuple[Rule, str]
"""A rule that fits, and the text behind what it matches, where that may hold a version."""

_MOST_LABELS: Final = 128
_MOST_SEGMENTS: Final = 64
_VERSION: Final = re.compile(r"[\s/:v]{0,3}(\d{1,6}(?:\.\d{1,6}){0,4})(?![\w.])", re.ASCII | re.IGNORECASE)


def version_behind(text: str) -> str:
    """The version that a text begins with (`/2.4.1`, ` 6.4`, ` v3`); empty without one."""
    found = _VERSION.match(text)
    return found[1] if found else ""


class Hosts:
    """Hosts as suffixes of whole labels, and beginnings of paths behind them; `word-*` is any label so begun."""

    def __init__(self, chosen: Sequence[Rule]) -> None:
        self._known: dict[str, list[tuple[str, Rule]]] = defaultdict(list)
        for rule in chosen:
            for text in rule.match:
                host, slash, path = text.partition("/")
                self._known[host].append((slash + path, rule))

    def find(self, host: str, path: str) -> Iterator[Fit]:
        """The rules that a host, and a path at it, fits."""
        suffix = host
        for _ in range(_MOST_LABELS):
            label, dot, rest = suffix.partition(".")
            word, hyphen, _ = label.partition("-")
            for name in (suffix, f"{word}-*.{rest}") if hyphen else (suffix,):
                yield from ((rule, "") for head, rule in self._known.get(name, ()) if path.startswith(head))
            suffix = rest
            if not dot:
                return


class Heads:
    """Texts by their beginning; a `*` in one stands for anything, and its end must then fit too."""

    def __init__(self, chosen: Sequence[Rule]) -> None:
        self._known: dict[str, list[tuple[str | None, Rule]]] = defaultdict(list)
        for rule in chosen:
            for text in rule.match:
                head, star, tail = text.partition("*")
                whole = rule.record == "cookie" and not star
                self._known[head].append((None if whole else tail, rule))
        self._lengths = sorted({len(head) for head in self._known}, reverse=True)

    def find(self, text: str) -> Iterator[Fit]:
        """The rules that a text fits."""
        for length in self._lengths:
            rest = text[length:]
            for tail, rule in self._known.get(text[:length], ()):
                if rest == "" if tail is None else rest.endswith(tail):
                    yield rule, rest


class Named:
    """Names that are equal, and the beginning of their value where a rule has one."""

    def __init__(self, chosen: Sequence[Rule]) -> None:
        self._known: dict[str, list[tuple[str, Rule]]] = defaultdict(list)
        for rule in chosen:
            for text in rule.match:
                name, _, value = text.partition(": ")
                self._known[name].append((value, rule))

    def find(self, name: str, value: str) -> Iterator[Fit]:
        """The rules that a name and its value fit, in any case."""
        for head, rule in self._known.get(name.lower(), ()):
            if value.strip().lower().startswith(head):
                yield rule, value.strip()[len(head) :] if head else ""


class Paths:
    """Whole segments one after another, anywhere in a path."""

    def __init__(self, chosen: Iterable[Rule]) -> None:
        self._known: dict[str, list[tuple[list[str], Rule]]] = defaultdict(list)
        for rule in chosen:
            for text in rule.match:
                first, *others = text.split("/")
                self._known[first].append((others, rule))

    def find(self, path: str) -> Iterator[Fit]:
        """The rules whose segments stand in a path."""
        segments = list(islice(path.split("/"), _MOST_SEGMENTS))
        for place, segment in enumerate(segments):
            for others, rule in self._known.get(segment, ()):
                if segments[place + 1 : place + 1 + len(others)] == others:
                    yield rule, ""


class Literals:
    """Texts that stand somewhere in a page's tags, scripts or styles; each costs a search, so there are few."""

    def __init__(self, chosen: Iterable[Rule]) -> None:
        self._known = {text: rule for rule in chosen for text in rule.match}

    def find(self, html: str) -> Iterator[list[Fit]]:
        """The rules whose texts the page holds, a few at a time; most lists are empty."""
        for texts in held(html, self._known):
            yield [(self._known[text], "") for text in texts]

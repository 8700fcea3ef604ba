"""Labels in a page's text, and what stands beside them: found by literals, in time linear in the text."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

MOST_LABELS: Final = 40
"""Places of one label whose surroundings are read."""
_MOST_TRIES: Final = 4_000
_WINDOW: Final = 120
_LINES: Final = 3
_SOMEBODY_ELSES: Final = re.compile(
    r"""^[ \-*]{0,4}
        (?: (?: (?: ce | le | notre | this | die )\s (?: site | website )\s (?: internet\s )?
                (?: est\s | is\s | wird\s )? )?
            (?: h[\u00e9e]berg | hosting\b | hoster\b | hosted\b | gehostet | alojamiento\b | hospedaje\b )
          | (?: web-?\s?design | design | umsetzung | realisierung | konzept(?:ion)? | realisatie
              | r[\u00e9e]alisation | conception | cr[\u00e9e]ation | realizzazione | desarrollo ) [^\n:]{0,30} :
          | (?: web-?\s?design | design | (?: web-? )?\s?site ) \s (?: by | von | durch | par | por | door )\b )""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_UNITED_KINGDOM: Final = re.compile(
    r"england|wales|scotland|northern ireland|united kingdom|companies house|\bU\.?K\.?\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """One number.

    Attributes:
        scheme: one of `shapes.SCHEMES`.
        value: as the schema has it.
        jurisdiction: which register, or whose VAT; empty where the scheme says it.
        proved: whether check digits speak for it, not the label alone.
    """

    scheme: str
    value: str = field(repr=False)
    jurisdiction: str = ""
    proved: bool = True


class PageText:
    """A page's text, and where in it a label was found."""

    def __init__(self, text: str) -> None:
        end = _SOMEBODY_ELSES.search(text)
        self.whole = (text if end is None else text[: end.start()]).replace(
            "\u0130", "I"
        )  # its lower case is two signs
        self.lower = self.whole.lower()

    @cached_property
    def british(self) -> bool:
        """Whether it says that the company is one of the United Kingdom."""
        return _UNITED_KINGDOM.search(self.whole) is not None

    def behind(self, place: int) -> str:
        """What follows, up to some lines."""
        return "\n".join(self.whole[place : place + _WINDOW].split("\n")[:_LINES])

    def around(self, place: int) -> str:
        """What stands on either side."""
        return self.whole[max(0, place - _WINDOW) : place + _WINDOW]


Take = Callable[[PageText, int, int], Numbered | None]
"""Told where a label begins and ends, it reads the number."""


class Kind(NamedTuple):
    """A kind of number: what its labels begin with in lower case, the labels, and how what follows is read."""

    begins: tuple[str, ...]
    label: re.Pattern[str]
    take: Take


def numbers_of(page: PageText, sought: Kind) -> Iterator[Numbered]:
    """The numbers of one kind, in the order of the text."""
    looked = 0
    for place in _places(page.lower, sought.begins):
        label = sought.label.match(page.whole, place)
        if label is None:
            continue
        looked += 1
        one = sought.take(page, place, label.end())
        if one is not None:
            yield one
        if looked == MOST_LABELS:
            return


def _places(lower: str, begins: tuple[str, ...]) -> Iterator[int]:
    """Where a label may begin: at the beginning of a word."""
    for literal in begins:
        place = lower.find(literal)
        for _ in range(_MOST_TRIES):
            if place < 0:
                break
            if not place or not (lower[place - 1].isalnum() or lower[place - 1] == "_"):
                yield place
            place = lower.find(literal, place + len(literal))


def kind(begins: str, label: str, take: Take) -> Kind:
    """A kind of number; the literals that its labels begin with are parted by bars."""
    return Kind(tuple(begins.split("|")), re.compile(label, re.IGNORECASE | re.VERBOSE), take)

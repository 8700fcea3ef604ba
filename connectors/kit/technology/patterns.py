r"""One pattern of a fingerprint file: a regular expression with the tags `\;confidence:50` and `\;version:\1`.

The expression is a stranger's, so every search has a time, after which it ends as `TimeoutError`. The engine looks at
the clock when it tries again, not while it runs along a text once: a search may end a little late, but never hang.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal, Protocol, Self, cast

import regex

LONGEST: Final = 2_000
"""Characters of an expression."""
_MOST_REPEATS: Final = 100_000
"""The most that the numbers in braces may be, multiplied: the engine writes them out, ten times as many take 280 MB."""
_REPEATS: Final = re.compile(r"\{(\d*),?(\d*)\}", re.ASCII)
_SHORTEST_LITERAL: Final = 4
_LONGEST_VERSION: Final = 40
_LONGEST_NUMBER: Final = 9
"""Digits: more is too many anyway, and Python reads no number of thousands of them."""
_PLAIN: Final = re.compile(r"(?:[a-z0-9_ :/<>\"'=%&;@~!,-]|\\[./<>\"'=_ :&;@~!,-])+", re.ASCII | re.IGNORECASE)
_CHOICE: Final = re.compile(r"\\([0-9])\?([^:]*):(.*)", re.ASCII)
_GROUP: Final = re.compile(r"\\([0-9])", re.ASCII)


Refusal = Literal["pattern_bad", "pattern_too_long"]
"""Why a pattern cannot be used."""


class _Match(Protocol):
    def group(self, number: int) -> str | None: ...


class _Engine(Protocol):
    groups: int

    def search(self, text: str, *, timeout: float) -> _Match | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A pattern that can be searched for.

    Attributes:
        engine: the compiled expression.
        literal: in lower case, what every text that fits begins its fit with; empty where that is not plain.
        confidence: how much a fit counts, in hundredths.
        version: the template of the version.
    """

    engine: _Engine
    literal: str
    confidence: int = 100
    version: str = ""

    @classmethod
    def read(cls, text: str) -> Self | Refusal:
        """Reads a pattern with its tags, or says why it cannot be used; a tag that is not known is left out."""
        written, *tags = text.split("\\;")
        if len(written) > LONGEST:
            return "pattern_too_long"
        if _repeats(written) > _MOST_REPEATS:
            return "pattern_bad"
        try:
            engine = cast("_Engine", regex.compile(written, regex.IGNORECASE | regex.VERSION0))
        except (regex.error, ValueError, OverflowError, RecursionError, MemoryError):
            return "pattern_bad"
        named = dict(tag.partition(":")[::2] for tag in tags)
        sure = named.get("confidence", "100")
        return cls(
            engine=engine,
            literal=_literal(written),
            confidence=min(int(sure), 100) if re.fullmatch(r"[0-9]{1,3}", sure) else 100,
            version=named.get("version", "")[:LONGEST],
        )

    def search(self, text: str, lower: str, seconds: float) -> str | None:
        """The version that a fit says (empty when it says none), or None without a fit.

        Args:
            text: what is searched.
            lower: the same in lower case.
            seconds: how long it may take.

        Raises:
            TimeoutError: the time was up; nothing is known.
        """
        if self.literal and self.literal not in lower:
            return None
        if seconds <= 0:
            raise TimeoutError
        found = self.engine.search(text, timeout=seconds)
        return None if found is None else self._version(found)

    def _version(self, found: _Match) -> str:
        groups = [found.group(number) or "" for number in range(self.engine.groups + 1)]

        def group(reference: re.Match[str]) -> str:
            number = int(reference[1])
            return groups[number] if number < len(groups) else ""

        chosen = _CHOICE.search(self.version)
        text = self.version
        if chosen is not None:
            text = text[: chosen.start()] + (chosen[2] if group(chosen) else chosen[3])
        version = _GROUP.sub(group, text).strip()
        return version if len(version) <= _LONGEST_VERSION and version.isprintable() else ""


def _repeats(written: str) -> int:
    """The numbers in braces, multiplied as if each stood within the one before."""
    product = 1
    for least, most in _REPEATS.findall(written):
        product *= max(1, int((most or least or "1")[:_LONGEST_NUMBER]))
    return product


def _literal(written: str) -> str:
    """The plain text that an expression begins with, if every fit must have it; in lower case."""
    if "|" in written or "(?" in written:
        return ""
    found = _PLAIN.match(written.removeprefix("^"))
    if found is None:
        return ""
    rest = written.removeprefix("^")[found.end() :]
    text = re.sub(r"\\(.)", r"\1", found[0])
    plain = text[:-1] if rest.startswith(("?", "*", "{")) else text
    return plain.lower() if len(plain) >= _SHORTEST_LITERAL else ""

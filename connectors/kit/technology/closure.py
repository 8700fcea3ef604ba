"""What one technology says about others: it implies, requires or excludes them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Self

_WHOLE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """The relations of a set of technologies, by name.

    Attributes:
        implies: name to the names it implies, with how sure that is (0 to 1).
        requires: name to those without which it does not count.
        excludes: name to those that it rules out.
    """

    implies: Mapping[str, Sequence[tuple[str, float]]] = field(default_factory=dict)
    requires: Mapping[str, Sequence[str]] = field(default_factory=dict)
    excludes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, entries: Mapping[str, Mapping[str, object]]) -> Self:
        """Reads the relations of entries; names that are not among them are left out, except in `requires`."""
        implied = {
            name: [pair for pair in _pairs(entry.get("implies")) if pair[0] in entries]
            for name, entry in entries.items()
        }
        required = {name: [other for other, _ in _pairs(entry.get("requires"))] for name, entry in entries.items()}
        excluded = {name: [other for other, _ in _pairs(entry.get("excludes"))] for name, entry in entries.items()}
        return cls(
            implies=MappingProxyType(implied), requires=MappingProxyType(required), excludes=MappingProxyType(excluded)
        )

    def close(self, seen: Mapping[str, float]) -> Mapping[str, float]:
        """What follows from what was seen, with how sure each is.

        A technology counts once all that it requires counts; what it implies counts as far as it does itself, and
        a chain that comes back to its beginning adds nothing. In the end whatever another one excludes is left out.

        Args:
            seen: how sure each is that was seen itself.
        """
        sure: dict[str, float] = {}
        waiting = [name for name in seen if not self.requires.get(name)]
        held = [name for name in seen if self.requires.get(name)]
        while waiting:
            for name in waiting:
                self._take(name, seen[name], sure)
            waiting = [name for name in held if all(other in sure for other in self.requires[name])]
            held = [name for name in held if name not in waiting]
        gone = {other for name in sure for other in self.excludes.get(name, ())}
        return {name: how for name, how in sure.items() if name not in gone}

    def _take(self, name: str, how: float, sure: dict[str, float]) -> None:
        stack = [(name, how)]
        while stack:
            taken, much = stack.pop()
            if much <= sure.get(taken, 0.0):
                continue
            sure[taken] = much
            stack += [(other, much * part) for other, part in self.implies.get(taken, ())]


def _pairs(value: object) -> Iterator[tuple[str, float]]:
    r"""Names with their `\;confidence:50` as a part of one."""
    for text in value if isinstance(value, list) else (value,):
        if isinstance(text, str):
            name, _, tag = text.partition("\\;confidence:")
            part = int(tag) if tag.isascii() and tag.isdecimal() and len(tag) <= len(str(_WHOLE)) else _WHOLE
            yield name.partition("\\;")[0], min(part, _WHOLE) / _WHOLE

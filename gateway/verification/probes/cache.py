"""Answers that are kept for their time: the least recently used go first, and transient failures are never there."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheOptions:
    """How long answers are kept, in seconds, and how many; transient failures never are.

    `negative` is for answers that bring no TTL along: c-ares does not show the SOA of a denial (RFC 2308).
    """

    size: int = 100_000
    floor: float = 60
    ceiling: float = 86_400
    negative: float = 600

    def ttl(self, given: Iterable[int]) -> float:
        """For how long records with these TTLs are kept: the shortest, within bounds; without any, as a denial."""
        return min(max(min(given, default=self.negative), self.floor), self.ceiling)


USUAL: Final = CacheOptions()


class AnswerCache(Generic[_Answer]):
    """Answers by domain. Times are given by the caller."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[str, tuple[float, _Answer]] = OrderedDict()

    def get(self, domain: str, now: datetime) -> _Answer | None:
        """What is kept of a domain and has not run out."""
        entry = self._kept.get(domain)
        if entry is None:
            return None
        if entry[0] <= now.timestamp():
            del self._kept[domain]
            return None
        self._kept.move_to_end(domain)
        return entry[1]

    def put(self, domain: str, answer: _Answer, ttl: float, now: datetime) -> None:
        """Keep an answer for `ttl` seconds."""
        self._kept[domain] = (now.timestamp() + ttl, answer)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def __iter__(self) -> Iterator[str]:
        """The domains that something is kept of, the least recently used first."""
        return iter(self._kept)

    def forget(self, which: Callable[[_Answer], bool]) -> None:
        """Forget all answers of a kind."""
        for domain in [name for name, (_, answer) in self._kept.items() if which(answer)]:
            del self._kept[domain]

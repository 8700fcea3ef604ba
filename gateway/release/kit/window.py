"""How many deliveries may be under way to one destination at once: a window that grows with successes; pure.

Slow start, then additive increase and multiplicative decrease, as TCP does it (RFC 5681 section 3.1): a new
destination may be a small receiver, with room for a handful of connections, whatever is waiting for it.
"""

from dataclasses import dataclass, replace
from typing import Final, Self

START: Final = 4
LARGEST: Final = 32

_BUSY: Final = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Window:
    """A window; `epoch` counts how often it shrank.

    Up to `calm` every success makes it larger by one, so that it doubles in each round; beyond, a round of successes
    does. It is never less than one, so that a receiver that is back is found out.
    """

    size: float = START
    calm: float = LARGEST
    epoch: int = 0

    def room(self, under_way: int) -> int:
        """Say how many more may be begun."""
        return max(0, int(self.size) - under_way)

    def succeeded(self) -> Self:
        """Grow: a delivery arrived."""
        if self.size >= LARGEST:
            return self
        step = 1.0 if self.size < self.calm else 1.0 / self.size
        return replace(self, size=min(float(LARGEST), self.size + step))

    def failed(self, epoch: int) -> Self:
        """Shrink to half: an attempt that was begun in an epoch did not come through.

        What was begun before the window shrank last says nothing new: many fail together, and count once.
        """
        if epoch != self.epoch:
            return self
        half = max(1.0, self.size / 2)
        return replace(self, size=half, calm=half, epoch=self.epoch + 1)


def overwhelmed(http_status: int | None, *, retry: bool) -> bool:
    """Whether an attempt ended as it does at a receiver with too much to do: no answer, or one that says so."""
    return retry and (http_status is None or http_status in _BUSY)

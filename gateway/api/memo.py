"""Short-lived memories of one process: what was looked up a moment ago, and how much of an allowance is left."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_MOST: Final = 10_000
_ADDRESSES: Final = 100_000
_MINUTE: Final = 60.0


class Memo(Generic[Key, Value]):
    """Remembers values for some seconds; the oldest go first when it is full.

    Args:
        seconds: how long a value is good.
        clock: counts seconds, steadily.
    """

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._kept: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._cleared = 0  # how often

    def get(self, key: Key) -> Value | None:
        """The value, or None when there is none that is good."""
        found = self._kept.get(key)
        if found is None or found[0] < self._clock():
            return None
        return found[1]

    def put(self, key: Key, value: Value) -> Value:
        """Remember a value, and give it back."""
        self._kept.pop(key, None)
        self._kept[key] = (self._clock() + self._seconds, value)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return value

    async def learn(self, key: Key, reading: Awaitable[Value]) -> Value:
        """Begin to read a value, give it, and remember it unless everything was forgotten meanwhile.

        What was read before a change and comes after it is old news: to remember it would undo the change.
        """
        before = self._cleared
        value = await reading
        return self.put(key, value) if self._cleared == before else value

    def clear(self) -> None:
        """Forget everything, what is being read included."""
        self._kept.clear()
        self._cleared += 1


class Buckets:
    """A token bucket per key: so many at once, and as many again per minute.

    Args:
        per_minute: the size of a bucket, and how much flows in per minute.
        clock: counts seconds, steadily.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._size = float(per_minute)
        self._rate = per_minute / _MINUTE
        self._clock = clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> float | None:
        """Take one; None when there was one, else the seconds until there is."""
        now = self._clock()
        left, since = self._left.pop(key, (self._size, now))
        left = min(self._size, left + (now - since) * self._rate)
        granted = left >= 1
        self._left[key] = (left - 1 if granted else left, now)
        while len(self._left) > _ADDRESSES:
            self._left.popitem(last=False)
        return None if granted else (1 - left) / self._rate

"""The time, the ids and the locks of a running gateway; only wiring makes them."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from audit.randomness import RandomBytes
from gateway import typeid
from gateway.ports import Clock


class SystemClock:
    """`gateway.ports.Clock`: the machine's time in UTC."""

    def now(self) -> datetime:
        """Tell the time."""
        return datetime.now(UTC)


_COUNTS = 1 << 12
_RUN = 1024  # ids
_RUN_SECONDS = 1.0
_RUN_NAME = 4  # bytes


class SystemIds:
    """`gateway.ports.Ids`: UUIDv7 where order helps, random bits where time would tell something.

    The ids of one process always ascend, also within a millisecond and when the clock is set back: a counter stands
    in `rand_a` and runs on into the time (RFC 9562 section 6.2, method 1).
    """

    def __init__(self, clock: Clock, seconds: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.seconds = seconds
        self._last = 0
        self._lock = Lock()
        self._random = RandomBytes()
        self._run = b""
        self._left = 0
        self._ends = 0.0

    def ordered(self, prefix: str) -> str:
        """Make a TypeID that sorts by time of making (UUIDv7)."""
        return typeid.encode(prefix, self.ordered_bytes())

    def ordered_bytes(self) -> bytes:
        """Make the 16 bytes of such an id, where they are kept as bytes."""
        earliest = int(self.clock.now().timestamp() * 1000) * _COUNTS
        with self._lock:
            self._last = last = max(self._last + 1, earliest)
        return typeid.uuid7(last // _COUNTS, (last % _COUNTS).to_bytes(2) + self._random.take(8))

    def random(self, prefix: str) -> str:
        """Make a TypeID that does not tell when it was made."""
        return typeid.encode(prefix, self.random_bytes())

    def random_bytes(self) -> bytes:
        """Make the 16 bytes of such an id.

        Ids of the same moment begin with the same four random bytes: each index that they stand in has them side by
        side, and a batch of a hundred writes to one page of it, not to a hundred. A run ends after a second or 1,024
        ids, and nothing tells of two runs which came first. 96 bits of each id are its own.
        """
        now = self.seconds()
        with self._lock:
            if not self._left or now >= self._ends:
                self._run, self._left, self._ends = self._random.take(_RUN_NAME), _RUN, now + _RUN_SECONDS
            self._left -= 1
            return self._run + self._random.take(16 - _RUN_NAME)

    def token(self, size: int) -> bytes:
        """Draw random bytes."""
        return self._random.take(size)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file's lock against other processes, waiting for it; it goes with the process."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

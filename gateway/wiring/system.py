"""The time, the ids and the locks of a running gateway; only wiring makes them."""

import fcntl
import os
from collections.abc import Iterator
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


class SystemIds:
    """`gateway.ports.Ids`: UUIDv7 where order helps, random bits where it would tell something.

    The ids of one process always ascend, also within a millisecond and when the clock is set back: a counter stands
    in `rand_a` and runs on into the time (RFC 9562 section 6.2, method 1).
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._last = 0
        self._lock = Lock()
        self._random = RandomBytes()

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
        """Make a TypeID that tells nothing."""
        return typeid.encode(prefix, self._random.take(16))

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

"""The time, the ids and the locks of a running gateway; only wiring makes them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from gateway import typeid
from gateway.ports import Clock


class SystemClock:
    """`gateway.ports.Clock`: the machine's time in UTC."""

    def now(self) -> datetime:
        """Tell the time."""
        return datetime.now(UTC)


_COUNTS = 1 << 12
_POOL_BYTES = 4096


class _Random:
    """The system's random bytes, fetched a page at a time.

    A lead needs some forty draws. Each is a system call that gives up the interpreter's lock, and with a busy writer
    thread getting it back cost more than everything else in the request. Bytes are handed out once and then dropped;
    a forked child starts with an empty page.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._page = b""
        self._used = 0
        os.register_at_fork(after_in_child=self._drop)

    def take(self, size: int) -> bytes:
        """Give bytes that nobody was given before."""
        with self._lock:
            if self._used + size > len(self._page):
                self._page, self._used = os.urandom(max(_POOL_BYTES, size)), 0
            begin, self._used = self._used, self._used + size
            return self._page[begin : self._used]

    def _drop(self) -> None:
        self._lock = Lock()
        self._page, self._used = b"", 0


class SystemIds:
    """`gateway.ports.Ids`: UUIDv7 where order helps, random bits where it would tell something.

    The ids of one process always ascend, also within a millisecond and when the clock is set back: a counter stands
    in `rand_a` and runs on into the time (RFC 9562 section 6.2, method 1).
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._last = 0
        self._lock = Lock()
        self._random = _Random()

    def ordered(self, prefix: str) -> str:
        """Make a TypeID that sorts by time of making (UUIDv7)."""
        milliseconds = int(self.clock.now().timestamp() * 1000)
        with self._lock:
            self._last = max(self._last + 1, milliseconds * _COUNTS)
            milliseconds, count = divmod(self._last, _COUNTS)
        return typeid.encode(prefix, typeid.uuid7(milliseconds, count.to_bytes(2) + self._random.take(8)))

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

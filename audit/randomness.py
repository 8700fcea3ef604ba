"""The system's random bytes, fetched a page at a time."""

import os
from threading import Lock

_PAGE = 4096  # bytes


class RandomBytes:
    """Gives bytes that nobody was given before.

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
        """Give so many bytes."""
        with self._lock:
            begin = self._used
            end = begin + size
            if end > len(self._page):
                self._page, begin, end = os.urandom(max(_PAGE, size)), 0, size
            self._used = end
            return self._page[begin:end]

    def _drop(self) -> None:
        self._lock = Lock()
        self._page, self._used = b"", 0


NONCES = RandomBytes()
"""What nonces are drawn from; keys that are kept for years are drawn from the system one by one."""

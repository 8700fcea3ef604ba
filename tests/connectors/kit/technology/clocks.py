"""Time left, for tests: for ever, or until a moment of the machine's own clock."""

import time
from collections.abc import Callable


def forever() -> float:
    """There is always time."""
    return 60.0


def within(seconds: float) -> Callable[[], float]:
    """How much is left of so many seconds from now."""
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()

"""What a fake with state is told to fail with, so that no test puts something else in a method's place."""

from collections import defaultdict, deque


class Faults:
    """Errors that the next calls of a method meet, in order; after them the fake answers again.

    A fake asks `meet` first, before it changes anything: what failed has not happened.
    """

    def __init__(self) -> None:
        self._due: dict[str, deque[BaseException]] = defaultdict(deque)

    def next(self, method: str, *errors: BaseException) -> None:
        """Let the next calls of a method fail, one by one."""
        self._due[method].extend(errors)

    def meet(self, method: str) -> None:
        """Raise what is due."""
        if self._due[method]:
            raise self._due[method].popleft()

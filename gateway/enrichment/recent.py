"""The newest answers about companies, as values in the memory of this process: leads of one company come together."""

from collections import OrderedDict
from datetime import datetime, timedelta

from gateway.enrichment.codec import Kept

SHELF = timedelta(minutes=1)
"""How long an answer is given again without a look at the shared cache."""
_MOST = 4096


class RecentAnswers:
    """Answers in front of the shared cache; the ones asked for longest ago go first when it is full.

    What is about a person never stands here: its erasure must end it everywhere at once.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, tuple[datetime, Kept]] = OrderedDict()

    def get(self, key: bytes, now: datetime) -> Kept | None:
        """The answer under `key`, or None when there is none or its time is up."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept[0] <= now:
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return kept[1]

    def put(self, key: bytes, kept: Kept, until: datetime) -> None:
        """Keep an answer until a time."""
        self._kept[key] = until, kept
        self._kept.move_to_end(key)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)

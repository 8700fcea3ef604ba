"""Web sites that use a form without being among its origins: counted, and told in the log, by form alone.

Anybody may send any `Origin`, so it stands sealed with the lead and not in the log.
"""

from collections.abc import Callable
from typing import Final

import structlog

from gateway.api.memo import Memo
from gateway.api.meters import Meters

_SECONDS: Final = 600.0

log = structlog.get_logger(__name__)


class Strangers:
    """Counts requests by form, and logs each form once in ten minutes.

    Args:
        meters: where they are counted.
        clock: counts seconds, steadily.
    """

    def __init__(self, meters: Meters, clock: Callable[[], float]) -> None:
        self._counter = meters.strangers
        self._told: Memo[str, bool] = Memo(_SECONDS, clock)

    def note(self, form: str) -> None:
        """Note a request of a site that the form does not list."""
        self._counter.labels(form).inc()
        if self._told.get(form) is None:
            self._told.put(form, value=True)
            log.warning("form.origin_not_listed", form=form, see="leadgate leads show")

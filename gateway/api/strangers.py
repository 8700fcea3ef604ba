"""Web sites that use a form without being among its origins: counted, and named in the log for the operator to list."""

from collections.abc import Callable
from typing import Final

import structlog

from gateway.api.memo import Memo
from gateway.api.meters import Meters
from gateway.intake.kit.settings import is_origin

_SECONDS: Final = 600.0
_UNREADABLE: Final = "unreadable"

log = structlog.get_logger(__name__)


class Strangers:
    """Counts requests by form, and logs each site once in ten minutes.

    Args:
        meters: where they are counted.
        clock: counts seconds, steadily.
    """

    def __init__(self, meters: Meters, clock: Callable[[], float]) -> None:
        self._counter = meters.strangers
        self._told: Memo[tuple[str, str], str] = Memo(_SECONDS, clock)

    def note(self, form: str, origin: str) -> None:
        """Note a request of a site that the form does not list; what is no origin is not repeated."""
        self._counter.labels(form).inc()
        named = origin.lower() if is_origin(origin) else _UNREADABLE
        if self._told.get((form, named)) is None:
            self._told.put((form, named), named)
            end = f"leadgate sources allow {form} {named}" if named != _UNREADABLE else None
            log.warning("form.origin_not_listed", form=form, origin=named, to_list_it=end)

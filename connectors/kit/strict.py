"""The base of everything that is read from a file: unknown keys are refused, and spans of time are written `90d`."""

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_SPAN: Final = re.compile(r"(\d{1,6})(s|min|h|d)", re.ASCII)
_UNITS: Final = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


class Strict(BaseModel):
    """Frozen, with no keys but the declared ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def read_span(raw: object) -> object:
    """Reads `30s`, `5min`, `12h` or `90d`; leaves everything else to pydantic (seconds, ISO 8601)."""
    found = _SPAN.fullmatch(raw) if isinstance(raw, str) else None
    return raw if found is None else timedelta(**{_UNITS[found[2]]: int(found[1])})


Period = Annotated[timedelta, BeforeValidator(read_span), Field(gt=timedelta(0), le=timedelta(days=3660))]
"""A span of time, at most ten years."""

"""When a failed job runs again, and what is kept of its failure; pure."""

from datetime import timedelta
from types import TracebackType
from typing import Final

ATTEMPTS: Final = 5  # failures until a job becomes a dead letter
BASE: Final = timedelta(seconds=2)
LONGEST: Final = timedelta(minutes=15)

DIED: Final = "the process died"  # in a dead letter, in place of an exception's class
_TOGETHER: Final = {1: 64, 2: 8}

_OURS: Final = ("gateway", "connectors", "consent", "audit")


def delay(attempt: int, draw: float) -> timedelta:
    """Say how long to wait after the n-th failure (1, 2, …): exponential with full jitter.

    `draw` is random, in [0, 1). Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    return min(LONGEST, BASE * (1 << min(attempt, 20))) * draw


def delay_after_death(deaths: int, draw: float) -> timedelta:
    """Say how long to wait after the n-th process that died: not at all at first, for it may have been any job's."""
    return timedelta(0) if deaths <= 1 else delay(deaths - 1, draw)


def together(deaths: int) -> int:
    """Say how many ids run in one call whose jobs have seen so many processes die: ever fewer.

    Whoever runs beside a job that kills its process is under suspicion too. As suspects run one call at a time, a
    harmless one shares at most three deaths with the killer, and then is alone.
    """
    return _TOGETHER.get(deaths, 1)


def place(error: BaseException) -> str:
    """Name an exception's class and where in our code it arose: `gateway.errors.Moved at gateway.steps:41 verify`.

    The message is left out, for it may quote personal data; so is every frame of a library.
    """
    kind = type(error)
    return f"{kind.__module__}.{kind.__qualname__} at {_where(error.__traceback__)}"


def _where(trace: TracebackType | None) -> str:
    found = "unknown"
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] in _OURS or found == "unknown":
            found = f"{module}:{trace.tb_lineno} {trace.tb_frame.f_code.co_name}"
        trace = trace.tb_next
    return found

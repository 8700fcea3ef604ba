"""How the gateway logs: structlog, as JSON lines for machines and in colour for people; event names and ids, no values.

Standard error is where logs go, so that standard output holds facts alone.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from gateway.lead import Personal

QUIET: Final = (
    "alembic",
    "asyncio",
    "httpcore",
    "httpx",
    "multipart",
    "python_multipart",
    "pgqueuer",
    "sqlalchemy",
    "uvicorn.access",
    "uvicorn.error",
)
"""Libraries that log addresses, URLs or bodies at INFO: only their warnings are of interest."""


def configure(level: str = "info", *, stream: TextIO | None = None, people: bool | None = None) -> None:
    """Set logging up for the whole process.

    Args:
        level: `debug`, `info`, `warning` or `error`.
        stream: where to; standard error by default.
        people: write for people (else JSON lines); by default when the stream is a terminal.
    """
    target = sys.stderr if stream is None else stream
    console = target.isatty() if people is None else people
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        refuse_personal,
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=target.isatty())
        if console
        else structlog.processors.JSONRenderer(sort_keys=True)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _Stderr() if stream is None else logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _name_only],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to what standard error is at that moment: a program around this one may put another in its place."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # the base has an attribute where this has a property
        """Standard error."""
        return sys.stderr


def refuse_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop every value that is or holds a `Personal`, and say that one was refused: a leak is a bug, not an outage."""
    refused = sorted(name for name, value in event.items() if _holds_personal(value))
    for name in refused:
        del event[name]
    if refused:
        event["refused_personal"] = refused
    return event


def _holds_personal(value: object) -> bool:
    if isinstance(value, Personal):
        return True
    if isinstance(value, Mapping):
        return any(_holds_personal(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(_holds_personal, value))
    return False


def _name_only(_logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]) -> EventDict:
    """Of a foreign record keep its name, and of its exception the class: its text and traceback may hold values."""
    record: logging.LogRecord | None = event.get("_record")
    if record is not None:
        event["logger"] = record.name
        if record.exc_info and record.exc_info[0] is not None:
            event["error"] = record.exc_info[0].__name__
    event.pop("exc_info", None)
    return event

"""Hearing all that is logged while a connector is certified, however it is logged."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from structlog.typing import EventDict, WrappedLogger

from gateway.logs import QUIET


@contextmanager
def logged() -> Iterator[list[str]]:
    """Everything that is logged meanwhile, at every level, through `logging` or structlog; nothing of it is written.

    Of the libraries that the gateway keeps quiet only warnings are heard, for no more of them is ever written.
    """
    heard: list[str] = []
    make, root = logging.getLogRecordFactory(), logging.getLogger()
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in QUIET}

    def hear(*args: object, **kwargs: object) -> logging.LogRecord:
        record: logging.LogRecord = make(*args, **kwargs)
        heard.append(f"{record.getMessage()} {record.args!r}")
        return record

    level = root.level
    root.handlers[:] = [logging.NullHandler()]
    root.setLevel(logging.NOTSET)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.setLogRecordFactory(hear)  # a handler would miss loggers that hand nothing on to the root
    try:
        with _structured(heard):
            yield heard
    finally:
        logging.setLogRecordFactory(make)
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)


@contextmanager
def _structured(heard: list[str]) -> Iterator[None]:
    """The same for structlog, also for loggers that are bound already: they share the list of processors."""
    how = structlog.get_config()
    processors = how["processors"]
    before = processors[:]

    def hear(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        heard.append(repr(event))
        raise structlog.DropEvent

    processors[:] = [hear]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET))
    try:
        yield
    finally:
        processors[:] = before
        structlog.configure(**how)

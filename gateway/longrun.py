"""How a process that runs for long runs: the event loop it is on, and when it looks for garbage."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import uvloop

T = TypeVar("T")

_YOUNG: Final = 20_000
_OLD: Final = 50


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a process's main function to its end."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def settle() -> None:
    """Tell the garbage collector, once a process has started, that what there is now will stay.

    Modules, compiled policies and statements are hundreds of thousands of objects that no collection frees; looking
    at them again and again took a tenth of a lead's time. What a lead leaves behind goes by reference counts, so
    cycles can wait.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLD, _OLD)

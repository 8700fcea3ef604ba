"""Several questions at once, as one: what goes wrong in one of them is raised as it is."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

_Answer = TypeVar("_Answer")


async def together(questions: Iterable[Coroutine[Any, Any, _Answer]]) -> list[_Answer]:
    """Wait for all of them and return what they found, in order.

    Where one raises, or the caller is cancelled, the others are cancelled and ended first.

    Not a task group: its error is a group of errors, which nobody above knows by its own name.
    """
    tasks = [asyncio.create_task(each) for each in questions]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise

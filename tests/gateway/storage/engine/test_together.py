"""Questions that are asked together: answered from after they were asked, in few reads, each fault to its own."""

import asyncio
import contextlib
from collections.abc import Sequence

import pytest

from gateway.errors import StoreUnavailable
from gateway.storage.engine.together import MOST, Together


class Counter:
    """A store with one number in it, whose reads last as long as the test says and note what they were asked."""

    def __init__(self) -> None:
        self.value = 0
        self.asked: list[list[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.gone = False
        self.begun = asyncio.Event()

    async def read(self, questions: Sequence[str]) -> int:
        """Read the number at once, and answer when the gate is open."""
        self.asked.append(list(questions))
        self.begun.set()
        value = self.value
        await self.gate.wait()
        if self.gone:
            raise StoreUnavailable("gone")
        if "bad" in questions:
            raise ValueError("a damaged row")
        return value


async def test_who_asks_during_a_read_is_answered_by_the_next_one() -> None:
    """Ten questions that come while the first read runs are one read, and see what was written before they asked."""
    store = Counter()
    store.gate.clear()
    together = Together(store.read)
    first = asyncio.create_task(together.ask("q"))
    await store.begun.wait()
    store.value = 7
    others = [asyncio.create_task(together.ask("q")) for _ in range(10)]
    await asyncio.sleep(0)
    store.gate.set()
    assert (await first, await asyncio.gather(*others)) == (0, [7] * 10)
    assert [len(asked) for asked in store.asked] == [1, 10]
    assert await together.ask("later") == 7


async def test_a_read_is_never_for_too_many() -> None:
    """A question with more than fits goes alone; small ones are gathered up to the limit."""
    store = Counter()
    together = Together(store.read)
    big, half = "b" * (MOST + 1), "h" * (MOST // 2)
    await asyncio.gather(*(together.ask(question, things=len(question)) for question in (half, big, half, half, half)))
    assert [[len(question) for question in asked] for asked in store.asked] == [
        [MOST // 2],
        [MOST + 1],
        [MOST // 2, MOST // 2],
        [MOST // 2],
    ]


async def test_a_question_is_for_one_thing_unless_it_says_otherwise() -> None:
    """Of more short questions than fit, as many go together as a read may ask for."""
    store = Counter()
    together = Together(store.read)
    await asyncio.gather(*(together.ask(f"question {number}") for number in range(MOST + 1)))
    assert [len(asked) for asked in store.asked] == [MOST, 1]


async def test_a_fault_is_told_to_its_own_question_alone() -> None:
    """Of four questions asked together one meets a damaged row; the other three are answered."""
    together = Together(Counter().read)
    found = await asyncio.gather(*(together.ask(q) for q in ("a", "b", "bad", "c")), return_exceptions=True)
    assert [type(each) for each in found] == [int, int, ValueError, int]


async def test_a_store_that_is_gone_is_asked_once() -> None:
    """Everybody who waits hears that the store is gone after one read; when it is back, questions are answered."""
    store = Counter()
    store.gone = True
    together = Together(store.read)
    found = await asyncio.gather(*(together.ask("q") for _ in range(5)), return_exceptions=True)
    assert [type(each) for each in found] == [StoreUnavailable] * 5
    assert len(store.asked) == 1
    store.gone = False
    assert await together.ask("q") == 0


async def test_who_gives_up_spoils_nothing() -> None:
    """A question whose asker was cancelled is not asked, and the others are answered."""
    store = Counter()
    store.gate.clear()
    together = Together(store.read)
    tasks = [asyncio.create_task(together.ask(name)) for name in "abc"]
    await store.begun.wait()
    late = [asyncio.create_task(together.ask(name)) for name in "de"]
    await asyncio.sleep(0)
    for task in (tasks[1], late[0]):
        task.cancel()
    await asyncio.sleep(0)
    store.gate.set()
    found = await asyncio.gather(*tasks, *late, return_exceptions=True)
    assert [type(each) for each in found] == [int, asyncio.CancelledError, int, asyncio.CancelledError, int]
    assert store.asked[-1] == ["e"]


async def test_nobody_waits_when_the_work_is_ended() -> None:
    """When the reading task is cancelled, as at the end of a loop, all who wait are cancelled too."""
    store = Counter()
    store.gate.clear()
    together = Together(store.read)
    tasks = [asyncio.create_task(together.ask("q"))]
    await store.begun.wait()
    tasks.append(asyncio.create_task(together.ask("q")))
    await asyncio.sleep(0)
    reading = next(task for task in asyncio.all_tasks() if "_drain" in repr(task))
    reading.cancel()
    for task in tasks:
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 1)
    with contextlib.suppress(asyncio.CancelledError):
        await reading

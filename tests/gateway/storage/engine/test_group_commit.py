"""The batching writer: what goes together, who is refused, and that a batch ends like its units one by one."""

import asyncio
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from gateway.errors import Conflict, StoreBusy, StoreUnavailable
from gateway.storage.engine.database import Database
from gateway.storage.engine.unit import Unit
from gateway.storage.engine.writer import GroupWriter
from gateway.storage.registers import sources
from tests.gateway.storage.rows import kinds, source

Step = tuple[str, str]
KEYS = st.sampled_from("abcd")
STEPS = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["insert", "put", "delete", "update"]), KEYS),
        min_size=1,
        max_size=3,
        unique_by=lambda s: s[1],
    ),
    min_size=1,
    max_size=12,
)


def unit_of(number: int, steps: Sequence[Step]) -> Unit:
    """Build a unit whose rows carry its number."""
    unit = Unit()
    for way, key in steps:
        if way == "delete":
            unit.delete(sources, {"key": key})
        elif way == "update":
            unit.update(sources, {"key": key, "kind": str(number)})
        else:
            getattr(unit, way)(sources, source(key, str(number)))
    return unit


def expected(units: Sequence[Sequence[Step]]) -> tuple[dict[str, str], list[bool]]:
    """Do the same to a dictionary, one unit after the other."""
    state: dict[str, str] = {}
    refused = []
    for number, steps in enumerate(units):
        taken = any(way == "insert" and key in state for way, key in steps)
        refused.append(taken)
        for way, key in () if taken else steps:
            if way == "delete":
                state.pop(key, None)
            elif way != "update" or key in state:
                state[key] = str(number)
    return state, refused


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
@given(units=STEPS)
async def test_a_batch_ends_as_if_its_units_came_one_by_one(database: Database, units: list[list[Step]]) -> None:
    """For any mix of units in one batch, what is stored and who is refused equals doing them in their order."""
    await database.transact(lambda tx: tx.connection.execute(delete(sources)))
    writes = [database.write(unit_of(number, steps)) for number, steps in enumerate(units)]
    answers = await asyncio.gather(*writes, return_exceptions=True)
    state, refused = expected(units)
    assert [isinstance(answer, Conflict) for answer in answers] == refused
    assert all(answer is None or isinstance(answer, Conflict) for answer in answers)
    assert await kinds(database) == state


async def test_the_writer_takes_what_waits_and_waits_for_nothing_on_an_idle_loop() -> None:
    """While a commit runs, or the loop is busy, the others gather, up to the limit, and go together; one goes alone."""
    batches: list[int] = []

    async def commit(units: Sequence[Unit]) -> None:
        batches.append(len(units))
        await asyncio.sleep(0.001)

    writer = GroupWriter(commit, lambda _: None, batch=16)
    await asyncio.gather(*(writer.write(Unit().insert(sources, source(f"k{n}"))) for n in range(40)))
    assert batches == [16, 16, 8]
    await writer.write(Unit().insert(sources, source("alone")))
    assert batches[-1] == 1
    await writer.write(Unit())
    assert len(batches) == 4


async def test_everybody_who_waits_hears_that_the_store_is_gone() -> None:
    """A full disk in one commit is the answer to that batch and to all who wait behind it; later units go on."""
    gone = True

    async def commit(units: Sequence[Unit]) -> None:
        await asyncio.sleep(0.001)
        if gone:
            raise StoreUnavailable("full", retry_after=7)

    writer = GroupWriter(commit, lambda _: None, batch=4)
    writes = [writer.write(Unit().insert(sources, source(f"k{n}"))) for n in range(20)]
    answers = await asyncio.gather(*writes, return_exceptions=True)
    assert all(isinstance(answer, StoreUnavailable) and answer.retry_after == 7 for answer in answers)
    gone = False
    await writer.write(Unit().insert(sources, source("later")))


async def test_a_commit_that_met_others_is_no_answer_to_who_waits_behind_it() -> None:
    """A store that is only busy refuses one batch, as busy; those behind it are committed."""
    sent: list[int] = []

    async def commit(units: Sequence[Unit]) -> None:
        sent.append(len(units))
        await asyncio.sleep(0.001)
        if len(sent) == 1:
            raise StoreBusy("met others", retry_after=7)

    writer = GroupWriter(commit, lambda _: None, batch=4)
    writes = [writer.write(Unit().insert(sources, source(f"k{n}"))) for n in range(12)]
    answers = await asyncio.gather(*writes, return_exceptions=True)
    assert sent == [4, 4, 4]
    assert all(type(answer) is StoreBusy and answer.retry_after == 7 for answer in answers[:4])
    assert answers[4:] == [None] * 8

"""The verification rows: verdicts on addresses and numbers beside the plain calls of the libraries, on one core."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from statistics import median
from typing import Final

from gateway.verification import email, phone
from gateway.verification.address import parse_email
from gateway.verification.model import RegionHint
from gateway.verification.numbering.hints import region_hints
from gateway.verification.reasons import Level
from tests.bench.baselines import plain_calls
from tests.bench.contacts import CHUNK, Contact, chunks, sample
from tests.bench.process import Took, Worker
from tests.bench.table import Row

BUDGETS: Final = {"b2b": 6.0, "everywhere": 15.0}
FLOORS: Final = {"b2b": 5.5, "everywhere": 18.0}
MOST_GROWTH: Final = 4.0
"""Megabytes that the process may grow from a tenth of the rows to the last: what is kept is bounded."""
_SEED: Final = 3
_WANTED: Final = Level.SYNTAX
_NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)
_NAMES: Final = {"b2b": "a B2B mix", "everywhere": "all regions alike"}


def verdicts(rows: Sequence[Contact]) -> None:
    """Judge the addresses of rows, as far as their text tells, and then their numbers in the declared countries.

    Column by column, as both batch calls of the API have them.
    """
    for row in rows:
        email.judge(parse_email(row.email), wanted=_WANTED, now=_NOW)
    for row in rows:
        phone.judge(row.phone, regions=_hints(row.country), now=_NOW)


@cache
def _hints(country: str) -> tuple[RegionHint, ...]:
    return region_hints(declared=country)


def measure(*, rounds: int, count: int, part: int) -> list[Row]:
    """Judge `count` rows of each mix, and beside it make the plain calls for a seeded sample of `part` of them.

    Each side is a process of its own. They take turns chunk by chunk; a ratio is the median over `rounds` parts of
    the rows. CPU time is counted, which other work on the machine disturbs least.

    Raises:
        RuntimeError: the memory of ours grew with the number of rows.
    """
    return [_row(mix, rounds=rounds, count=count, part=part) for mix in BUDGETS]


def _row(mix: str, *, rounds: int, count: int, part: int) -> Row:
    ours: list[list[Took]] = [[] for _ in range(rounds)]
    plain: list[list[Took]] = [[] for _ in range(rounds)]
    whole, share = -(-count // CHUNK), CHUNK * part // count
    with ExitStack() as stack:
        judging, calling = (stack.enter_context(Worker(work)) for work in (verdicts, plain_calls))
        for rows in chunks(mix, count=CHUNK, seed=_SEED + 1):  # the numbering plans are read at the first use
            judging.run(rows)
            calling.run(rows)
        for place, rows in enumerate(chunks(mix, count=count, seed=_SEED)):
            turn = place * rounds // whole
            few = [tuple(row) for row in sample(rows, share, seed=place)]
            # Who comes first changes, so that neither always finds the machine as the other left it.
            if place % 2:
                plain[turn].append(calling.run(few))
            ours[turn].append(judging.run(rows))
            if not place % 2:
                plain[turn].append(calling.run(few))
    memory, grown = _flat([took.memory for turn in ours for took in turn])
    pairs = [(_cpu(mine) / count, _cpu(theirs) / (whole * share)) for mine, theirs in zip(ours, plain, strict=True)]
    ratio = median(theirs / mine for mine, theirs in pairs)
    return Row(
        what=f"syntax and phone verdicts, {_NAMES[mix]}",
        beside=f"the plain calls as shipped ({1 / rounds / median(theirs for _, theirs in pairs):,.0f}/s)",
        seen=f"{1 / rounds / median(mine for mine, _ in pairs):,.0f} rows/s on one core, {memory:.0f} MB ({grown:+.1f} "
        "since the first tenth)",
        ratio=ratio,
        floor=FLOORS[mix],
        figure=ratio,
        budget=BUDGETS[mix],
    )


def _cpu(turns: Sequence[Took]) -> float:
    return sum(took.cpu for took in turns)


def _flat(memory: Sequence[float]) -> tuple[float, float]:
    """What the process held at the end, and how much more that is than after a tenth of the rows."""
    early, late = memory[len(memory) // 10], memory[-1]
    if late - early > MOST_GROWTH:
        raise RuntimeError(f"memory grew from {early:.0f} MB at a tenth of the rows to {late:.0f} MB at the end")
    return late, late - early

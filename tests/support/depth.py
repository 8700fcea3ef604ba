"""How deep laws look that make their own examples: as deep as the run's profile says, like Hypothesis's own.

`make test` takes every example; `make check`, with the profile `quick`, a share of them that differs from run to run.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import settings

T = TypeVar("T")

WHOLE = 100
"""The examples of a law in the profile `whole`."""


def share(count: int) -> int:
    """So many of `count` examples as the profile asks for; at least one."""
    return max(1, count * settings().max_examples // WHOLE)


def thinned(examples: Sequence[T]) -> Sequence[T]:
    """Every example, or a share of them, evenly spread, from a place that the run's seed chooses."""
    step = max(1, WHOLE // settings().max_examples)
    return examples[random.randrange(step) :: step]  # noqa: S311 - reproducible, nothing secret


def is_whole() -> bool:
    """Whether every example is looked at, so that a test may ask whether they met everything together."""
    return settings().max_examples >= WHOLE

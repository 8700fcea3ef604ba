"""Asking again: tenacity with full jitter, and the vendor's own waiting hints as the least wait."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

import tenacity
from tenacity.wait import wait_base

from connectors.kit import Answer
from gateway.enrichment.ports import Sleep

_SHARE: Final = 0.1
_FIRST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how long.

    Attributes:
        attempts: calls at most.
        base: seconds; before attempt n+1 the wait is drawn from 0 to `base * 2^(n-1)` (full jitter).
        cap: seconds; a longer wait is not slept: the answer goes back with its `retry_at`, so that the job is
            put off instead of a coroutine.
        paid_needs: seconds without which a paid call is not begun: it would be charged, and its answer come too late.
    """

    attempts: int = 3
    base: float = 0.25
    cap: float = 5.0
    paid_needs: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How time passes: what it is, how to wait, and what draws the jitter."""

    now: Callable[[], datetime]
    sleep: Sleep
    random: Random


class RetryBudget:
    """How often calls to one vendor may be repeated: a tenth of its calls, and ten to begin with.

    So a vendor in trouble is not asked three times as much as one that is well.
    """

    def __init__(self) -> None:
        self._left = float(_FIRST)

    def called(self) -> None:
        """A question is asked for the first time."""
        self._left = min(float(_FIRST), self._left + _SHARE)

    def take(self) -> bool:
        """Takes one repetition, if there is one."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


class _FullJitter(wait_base):
    """tenacity's wait: full jitter, but never less than the reply's hint, to which up to a tenth is added."""

    def __init__(self, policy: RetryPolicy, waits: Waits) -> None:
        self._policy = policy
        self._random = waits.random
        self._now = waits.now

    def __call__(self, retry_state: tenacity.RetryCallState) -> float:
        top = min(self._policy.cap, self._policy.base * 2 ** (retry_state.attempt_number - 1))
        wait = self._random.uniform(0.0, top)
        hints = [answer.retry_at for answer in _answers(retry_state) if answer.retry_at is not None]
        if hints:
            asked = max(0.0, (max(hints) - self._now()).total_seconds())
            wait = max(wait, asked * (1 + self._random.uniform(0.0, 0.1)))
        return wait


def _answers(state: tenacity.RetryCallState) -> Sequence[Answer]:
    if state.outcome is None:  # pragma: no cover - tenacity calls waits and stops after an attempt only
        raise RuntimeError("no attempt has ended")
    answers: Sequence[Answer] = state.outcome.result()
    return answers


async def ask_again(
    attempt: Callable[[], Awaitable[Sequence[Answer]]],
    *,
    policy: RetryPolicy,
    may_repeat: Callable[[Sequence[Answer]], bool],
    budget: RetryBudget,
    remaining: Callable[[], float],
    waits: Waits,
) -> Sequence[Answer]:
    """Calls until the answers stand, the attempts or the vendor's budget are used up, or the next wait does not fit.

    Args:
        attempt: makes one call, for one question or for several; what it raises passes through at once.
        policy: attempts and waits.
        may_repeat: whether these answers may be followed by another call.
        budget: the vendor's.
        remaining: seconds to the deadline; a wait that would not end before it is not begun.
        waits: how time passes.

    Returns:
        The last answers.
    """

    def stop(state: tenacity.RetryCallState) -> bool:
        wait = state.upcoming_sleep
        if state.attempt_number >= policy.attempts or wait > policy.cap or wait >= remaining():
            return True
        return not budget.take()

    retrying = tenacity.AsyncRetrying(
        sleep=waits.sleep,
        wait=_FullJitter(policy, waits),
        stop=stop,
        retry=tenacity.retry_if_result(may_repeat),
        retry_error_callback=_answers,
    )
    answers: Sequence[Answer] = await retrying(attempt)
    return answers

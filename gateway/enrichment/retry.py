"""Asking again: tenacity with full jitter, and the vendor's own waiting hints as the least wait."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

import tenacity
from tenacity.wait import wait_base

from connectors.kit import Answer
from gateway.enrichment.ports import Sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how long.

    Attributes:
        attempts: calls at most.
        base: seconds; before attempt n+1 the wait is drawn from 0 to `base * 2^(n-1)` (full jitter).
        cap: seconds; a longer wait is not slept: the answer goes back with its `retry_at`, so that the job is
            put off instead of a coroutine.
    """

    attempts: int = 3
    base: float = 0.25
    cap: float = 5.0


class _FullJitter(wait_base):
    """tenacity's wait: full jitter, but never less than the reply's hint, to which up to a tenth is added."""

    def __init__(self, policy: RetryPolicy, random: Random, now: Callable[[], datetime]) -> None:
        self._policy = policy
        self._random = random
        self._now = now

    def __call__(self, retry_state: tenacity.RetryCallState) -> float:
        top = min(self._policy.cap, self._policy.base * 2 ** (retry_state.attempt_number - 1))
        wait = self._random.uniform(0.0, top)
        hint = _answer(retry_state).retry_at
        if hint is not None:
            asked = max(0.0, (hint - self._now()).total_seconds())
            wait = max(wait, asked * (1 + self._random.uniform(0.0, 0.1)))
        return wait


def _answer(state: tenacity.RetryCallState) -> Answer:
    if state.outcome is None:  # pragma: no cover - tenacity calls waits and stops after an attempt only
        raise RuntimeError("no attempt has ended")
    answer: Answer = state.outcome.result()
    return answer


async def ask_again(
    attempt: Callable[[], Awaitable[Answer]],
    *,
    policy: RetryPolicy,
    may_repeat: Callable[[Answer], bool],
    remaining: Callable[[], float],
    now: Callable[[], datetime],
    sleep: Sleep,
    random: Random,
) -> Answer:
    """Calls until an answer stands, the attempts are used up, or the next wait does not fit.

    Args:
        attempt: makes one call; what it raises passes through at once.
        policy: attempts and waits.
        may_repeat: whether this answer may be followed by another call.
        remaining: seconds to the deadline; a wait that would not end before it is not begun.
        now: the time.
        sleep: waits.
        random: draws the jitter.

    Returns:
        The last answer.
    """

    def stop(state: tenacity.RetryCallState) -> bool:
        wait = state.upcoming_sleep
        return state.attempt_number >= policy.attempts or wait > policy.cap or wait >= remaining()

    retrying = tenacity.AsyncRetrying(
        sleep=sleep,
        wait=_FullJitter(policy, random, now),
        stop=stop,
        retry=tenacity.retry_if_result(may_repeat),
        retry_error_callback=_answer,
    )
    answer: Answer = await retrying(attempt)
    return answer

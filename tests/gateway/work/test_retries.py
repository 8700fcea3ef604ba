"""Backoff, and what is kept of a failure."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from gateway import typeid
from gateway.errors import Malformed
from gateway.storage.engine.schema import Time
from gateway.work.retries import ATTEMPTS, BASE, LONGEST, delay, delay_after_death, place, together


@given(attempt=st.integers(1, 10_000), draw=st.floats(0, 1, exclude_max=True))
def test_a_delay_is_jittered_and_bounded(attempt: int, draw: float) -> None:
    """Between nothing and the full step, which doubles up to a quarter of an hour."""
    assert timedelta(0) <= delay(attempt, draw) <= min(LONGEST, BASE * 2 ** min(attempt, 20))


def test_the_step_doubles() -> None:
    """2, 4, 8 … times two seconds, at the upper end of the jitter."""
    steps = [delay(attempt, 1.0) / BASE for attempt in (1, 2, 3, 4)]
    assert steps == [2, 4, 8, 16]
    assert delay(40, 1.0) == LONGEST


def test_what_may_be_innocent_runs_again_at_once() -> None:
    """The first death may have been any job's, or the operator's; from the second on there is a growing pause."""
    assert delay_after_death(1, 0.9) == timedelta(0)
    assert [delay_after_death(deaths, 1.0) / BASE for deaths in (2, 3, 4)] == [2, 4, 8]


def test_a_suspect_is_alone_before_it_is_given_up() -> None:
    """Fewer and fewer share its calls, so that whoever only ran beside the killer has deaths to spare."""
    sizes = [together(deaths) for deaths in range(1, ATTEMPTS)]
    assert sizes == [64, 8, 1, 1]


def test_a_place_names_our_code_and_not_the_message() -> None:
    """Class and line in our own code; the message, which may quote a person, is left out."""
    with pytest.raises(Malformed) as caught:
        typeid.decode("ld", "jane@example.com")
    named = place(caught.value)
    assert named.startswith("gateway.errors.Malformed at gateway.typeid:")
    assert named.endswith(" decode")
    assert "jane" not in named


def test_a_place_prefers_our_frames_to_a_library_s() -> None:
    """Of the frames that an error passed, the innermost of ours is named."""
    with pytest.raises(TypeError) as caught:
        Time().bind_processor(sqlite.dialect())("jane")  # type: ignore[arg-type, misc]  # the mistake itself
    assert "gateway.storage.engine.schema" in place(caught.value)


def test_an_error_that_was_never_raised_has_no_place() -> None:
    """Without a traceback the place is unknown."""
    assert place(KeyError("jane")) == "builtins.KeyError at unknown"

"""How many deliveries go to one destination at once."""

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.release.kit.window import LARGEST, START, Window, overwhelmed


def test_a_new_destination_is_met_gently() -> None:
    """A receiver with a queue of five, as Python's own server has, gets no more than it holds."""
    assert Window().room(0) == START < 5
    assert Window().room(START) == 0


def test_it_is_wide_open_within_a_few_dozen_deliveries() -> None:
    """A receiver that answers is not held back: the window doubles in each round."""
    window, deliveries = Window(), 0
    while window.room(0) < LARGEST:
        window, deliveries = window.succeeded(), deliveries + 1
    assert deliveries == LARGEST - START
    assert [window.room(under_way) for under_way in (LARGEST - 1, LARGEST, 2 * LARGEST)] == [1, 0, 0]


def test_what_fails_together_counts_once() -> None:
    """Eight that were under way as a receiver fell over halve the window, and not eight times."""
    window = Window(size=16.0)
    begun = window.epoch
    for _ in range(8):
        window = window.failed(begun)
    assert window.size == 8
    assert window.failed(window.epoch).size == 4


def test_after_a_failure_it_grows_by_one_a_round() -> None:
    """Where it fell over it is approached slowly."""
    window = Window(size=16.0).failed(0)
    for _ in range(8):
        window = window.succeeded()
    assert 8.9 < window.size < 9.1


@given(st.lists(st.one_of(st.none(), st.integers(0, 3))), st.integers(0, 2 * LARGEST))
@example([None] * LARGEST, LARGEST - 1)
def test_there_is_always_room_for_one_and_never_for_more_than_the_limit(
    events: list[int | None], under_way: int
) -> None:
    """Whatever happens and is under way; a receiver that was down for a week is still tried."""
    window = Window()
    for event in events:
        window = window.succeeded() if event is None else window.failed(window.epoch - event)
        assert 1 <= window.room(0) <= LARGEST
        assert 0 <= window.room(under_way) <= max(0, LARGEST - under_way)


def test_who_counts_as_overwhelmed() -> None:
    """No answer, and answers that ask for less; a refusal or a fault of the receiver says nothing of its load."""
    assert overwhelmed(None, retry=True)
    assert overwhelmed(429, retry=True)
    assert overwhelmed(503, retry=True)
    assert not overwhelmed(500, retry=True)
    assert not overwhelmed(None, retry=False)

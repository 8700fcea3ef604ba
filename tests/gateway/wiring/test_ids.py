"""The ids of one process ascend, however many are made and whatever the clock says."""

from datetime import UTC, datetime, timedelta

from gateway import typeid
from gateway.wiring.system import SystemIds


class Wayward:
    """A `gateway.ports.Clock` that is set back an hour at every look."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        """Tell the time."""
        self.time -= timedelta(hours=1)
        return self.time


def test_ids_ascend_when_the_clock_is_set_back() -> None:
    """As text and as bytes alike, also beyond what the counter holds within a millisecond."""
    ids = SystemIds(Wayward())
    made = [ids.ordered_bytes() if number % 2 else typeid.decode("ld", ids.ordered("ld")) for number in range(10_000)]
    assert made == sorted(set(made))
    assert {each[6] >> 4 for each in made} == {7}
    assert {each[8] >> 6 for each in made} == {2}

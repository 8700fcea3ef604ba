"""The ids of one process ascend, whatever the clock says; random ones stand together and tell no time."""

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


def test_random_ids_of_one_moment_stand_together_and_tell_no_time() -> None:
    """A burst falls into few runs of an index, every id is new, and the runs are in no order."""
    ids = SystemIds(Wayward())
    made = [ids.random_bytes() for _ in range(20_000)]
    runs = list(dict.fromkeys(each[:4] for each in made))
    assert len(set(made)) == len(made)
    assert 20 <= len(runs) <= 30
    assert runs not in (sorted(runs), sorted(runs, reverse=True))


def test_a_run_of_random_ids_ends_with_its_second() -> None:
    """Two people who come minutes apart have nothing in common."""
    now = 1000.0
    ids = SystemIds(Wayward(), lambda: now)
    first, second = ids.random("sb"), ids.random("sb")
    now += 1.0
    third = ids.random("sb")
    assert first[:9] == second[:9] != third[:9]

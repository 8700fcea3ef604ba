"""The table's own judgement: what misses a budget is told apart from what has become slower."""

from tests.bench.table import SMOKE, Row, over_budget, slower


def row(*, ratio: float, figure: float) -> Row:
    """A row with a floor of 0.5 and a budget of 250."""
    return Row(what="w", beside="b", seen="s", ratio=ratio, floor=0.5, figure=figure, budget=250.0)


def test_a_missed_budget_is_told_and_does_not_fail() -> None:
    """Reaching the old level is enough, whatever the budget says."""
    missed, met = row(ratio=0.5, figure=249.0), row(ratio=0.5, figure=250.0)
    assert (missed.verdict, met.verdict) == ("missed", "met")
    assert over_budget([missed, met]) == [missed]
    assert slower([missed, met], 1.0) == []


def test_a_lost_level_fails_and_the_short_run_forgives_three_tenths() -> None:
    """Meeting the budget on a fast machine does not hide that the ratio fell."""
    little, much = row(ratio=0.36, figure=300.0), row(ratio=0.34, figure=300.0)
    assert slower([little, much], 1.0) == [little, much]
    assert slower([little, much], SMOKE) == [much]

"""One line of the table, and the table."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

SMOKE = 0.7
"""The part of a floor under which the short run fails: its figures are rougher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured beside what, in one run.

    Attributes:
        what: the part of the gateway.
        beside: the baseline.
        seen: the figures, for people.
        ratio: ours to the baseline's, the one figure that machines of different speed have in common.
        floor: the ratio reached when it was last worked on; under it the row has become slower.
        figure: what the design's budget speaks of; the ratio itself where that is in ratios.
        budget: what `figure` ought to be (design, Speed).
    """

    what: str
    beside: str
    seen: str
    ratio: float
    floor: float
    figure: float
    budget: float

    @property
    def verdict(self) -> str:
        """Whether the design's budget is met."""
        return "met" if self.figure >= self.budget else "missed"


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    table = Table(title="Leadgate beside its baselines")
    for column in ("what", "beside", "seen", "ratio", "floor", "figure", "budget", ""):
        table.add_column(column)
    for row in rows:
        numbers = (f"{row.ratio:.2f}", f"{row.floor:.2f}", f"{row.figure:,.3g}", f"{row.budget:,.3g}")
        table.add_row(row.what, row.beside, row.seen, *numbers, row.verdict)
    Console(width=150).print(table)


def over_budget(rows: Sequence[Row]) -> list[Row]:
    """The rows that miss the design's budget."""
    return [row for row in rows if row.figure < row.budget]


def slower(rows: Sequence[Row], factor: float) -> list[Row]:
    """The rows under `factor` of the level they had reached."""
    return [row for row in rows if row.ratio < row.floor * factor]

"""Money that may be spent on calls: pots with limits, what is set aside in them, and what was spent; pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

DAY: Final = "day"
VENDOR: Final = "vendor"
LIST: Final = "list"

Key = tuple[str, str, str]
"""Scope, day and currency: amounts of two currencies never stand in one total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pot:
    """What a call is paid from.

    Attributes:
        scope: `day` for all calls of a day, `vendor:NAME`, or `list:ID`.
        day: in UTC, as ISO 8601 writes it; empty for what has no end, like a list.
        limit_micros: the most that may be spent from it, in millionths of each currency by itself; None: no limit.
    """

    scope: str
    day: str
    limit_micros: int | None = None

    @property
    def kind(self) -> str:
        """Which kind of budget it is: `day`, `vendor` or `list`."""
        return self.scope.partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """What one call may cost, and the pots that it is paid from, all of them."""

    pots: tuple[Pot, ...]
    amount_micros: int
    currency: str

    def places(self) -> tuple[Key, ...]:
        """Where its pots' totals stand."""
        return tuple((pot.scope, pot.day, self.currency) for pot in self.pots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that may be spent beside the limit of each lead, in millionths; None: no limit.

    Attributes:
        day_micros: on one day, in UTC.
        list_micros: on one list.
        vendor_day_micros: on one vendor and day, by the name that its connectors share (`Manifest.scope`).
    """

    day_micros: int | None = None
    list_micros: int | None = None
    vendor_day_micros: Mapping[str, int] = field(default_factory=dict)

    def pots(self, vendor: str, list_id: str | None, now: datetime) -> tuple[Pot, ...]:
        """The pots that a call of a vendor is paid from: they count, also where there is no limit."""
        today = now.astimezone(UTC).date().isoformat()
        pots = (
            Pot(scope=DAY, day=today, limit_micros=self.day_micros),
            Pot(scope=f"{VENDOR}:{vendor}", day=today, limit_micros=self.vendor_day_micros.get(vendor)),
        )
        if list_id is None:
            return pots
        return (*pots, Pot(scope=f"{LIST}:{list_id}", day="", limit_micros=self.list_micros))


@dataclass(slots=True, kw_only=True)
class Total:
    """What was spent from a pot, and what is set aside for calls that have not ended."""

    reserved_micros: int = 0
    spent_micros: int = 0

    @property
    def gone(self) -> int:
        """What cannot be spent any more: a call that never ended may have been charged."""
        return self.reserved_micros + self.spent_micros


class Ledger:
    """The totals of pots, in memory, and which of them have changed."""

    def __init__(self) -> None:
        self.totals: dict[Key, Total] = defaultdict(Total)
        self.changed: set[Key] = set()

    def take(self, reserve: Reserve) -> Pot | None:
        """Set an amount aside in every pot, or in none; returns the first one that has no room."""
        for pot, key in zip(reserve.pots, reserve.places(), strict=True):
            gone = self.totals[key].gone if key in self.totals else 0
            if pot.limit_micros is not None and gone + reserve.amount_micros > pot.limit_micros:
                return pot
        for key in reserve.places():
            self.totals[key].reserved_micros += reserve.amount_micros
            self.changed.add(key)
        return None

    def settle(self, reserve: Reserve, spent_micros: int) -> None:
        """Replace what was set aside by what was really spent, which may be more or less."""
        for key in reserve.places():
            self.totals[key].reserved_micros -= reserve.amount_micros
            self.totals[key].spent_micros += spent_micros
            self.changed.add(key)

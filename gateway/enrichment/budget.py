"""What one lead's enrichment may cost: reserved before a call, settled after it."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Final

from connectors.kit.terms import Cost

MINOR: Final = 10_000
"""Millionths in a hundredth: settings are in hundredths, prices are often less."""


def micros(money: Decimal) -> int:
    """Money in millionths, rounded up."""
    return int((money * 1_000_000).to_integral_value(rounding=ROUND_CEILING))


def charged_micros(cost: Cost, units: Decimal | None) -> int:
    """What an answer cost: its units, or the price of one call when nobody knows (it may have been charged)."""
    return micros(cost.price * (cost.units if units is None else units))


class Budget:
    """The money of one lead; parallel calls cannot spend the same part twice.

    Args:
        limit_micros: in millionths, of each currency by itself: nothing is converted.
        spent: what is gone already, by currency.
    """

    def __init__(self, limit_micros: int, *, spent: Mapping[str, int] | None = None) -> None:
        self._limit = limit_micros
        self._gone = dict(spent or {})

    def reserve(self, amount: int, currency: str) -> int | None:
        """Sets an amount aside and returns it; None when it is not there."""
        gone = self._gone.get(currency, 0)
        if gone + amount > self._limit:
            return None
        self._gone[currency] = gone + amount
        return amount

    def settle(self, reserved: int, spent: int, currency: str) -> None:
        """Replaces a reservation by what was really spent, which may be more or less."""
        self._gone[currency] = self._gone.get(currency, 0) - reserved + spent

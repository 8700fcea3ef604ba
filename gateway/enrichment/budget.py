"""What one lead's enrichment may cost: reserved before a call, settled after it."""

from decimal import ROUND_CEILING, Decimal

from connectors.kit.terms import Cost


def minor(money: Decimal) -> int:
    """Money in hundredths, rounded up."""
    return int((money * 100).to_integral_value(rounding=ROUND_CEILING))


def charged_minor(cost: Cost, units: Decimal | None) -> int:
    """What an answer cost: its units, or the price of one call when nobody knows (it may have been charged)."""
    return minor(cost.price * (cost.units if units is None else units))


class Budget:
    """The money of one lead; parallel calls cannot spend the same part twice.

    Args:
        limit_minor: in hundredths, of each currency by itself: nothing is converted.
    """

    def __init__(self, limit_minor: int) -> None:
        self._limit = limit_minor
        self._gone: dict[str, int] = {}

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

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
        limit_minor: in hundredths.
    """

    def __init__(self, limit_minor: int) -> None:
        self._left = limit_minor

    def reserve(self, amount: int) -> int | None:
        """Sets an amount aside and returns it; None when it is not there."""
        if amount > self._left:
            return None
        self._left -= amount
        return amount

    def settle(self, reserved: int, spent: int) -> None:
        """Replaces a reservation by what was really spent, which may be more or less."""
        self._left += reserved - spent

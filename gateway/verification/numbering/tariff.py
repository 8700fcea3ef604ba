"""What a call to a number costs, as far as its range tells."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gateway.verification.model import PhoneType


class Tariff(StrEnum):
    """How a call is paid for by who makes it, after the services of ITU-T E.152, E.154 and E.155."""

    FREE = "free"
    """Freephone (E.152): the called party pays."""
    STANDARD = "standard"
    """What a call to an ordinary line costs."""
    SHARED = "shared"
    """Shared cost (E.154): the called party pays a part."""
    PREMIUM = "premium"
    """Premium rate (E.155): more than the call itself is paid for."""


_TARIFFS: Final[Mapping[PhoneType, Tariff]] = MappingProxyType(
    {
        PhoneType.TOLL_FREE: Tariff.FREE,
        PhoneType.FIXED_LINE: Tariff.STANDARD,
        PhoneType.MOBILE: Tariff.STANDARD,
        PhoneType.SHARED_COST: Tariff.SHARED,
        PhoneType.PREMIUM_RATE: Tariff.PREMIUM,
    }
)


def tariff(types: AbstractSet[PhoneType]) -> Tariff | None:
    """The tariff of a number of these types, from libphonenumber's ranges; None where the type does not tell.

    Calls to personal numbers, pagers, voice mail, company-wide (UAN) and VoIP ranges cost what the country or the
    operator likes: up to premium rate behind 070 in the United Kingdom. So for these nothing is said.
    """
    found = {_TARIFFS.get(each) for each in types}
    return found.pop() if len(found) == 1 else None

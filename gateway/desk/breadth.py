"""How many people an entry of the suppression list is about: never everybody, a mail provider's only on purpose."""

from functools import cache

from consent.suppression import SuppressionKind, normalise
from gateway.errors import Fault, Invalid
from gateway.verification.probes.lists import Lists
from gateway.verification.suffixes import is_public_suffix


def check_breadth(kind: SuppressionKind, value: str, *, whole_provider: bool) -> None:
    """Check that a domain does not stop more people than whoever writes it can mean.

    Args:
        kind: what the entry matches; what is no domain is somebody's own.
        value: a plausible value of this kind.
        whole_provider: the domain of a mail provider is meant, with all who have an address there.

    Raises:
        Invalid: anybody registers domains under this one, or it is a mail provider's and that was not said.
    """
    if kind is not SuppressionKind.DOMAIN:
        return
    domain = normalise(kind, value)
    if is_public_suffix(domain):
        wanted = "the domain of one organisation: anybody registers domains under this one"
        raise Invalid(f"Write {wanted}.", faults=[Fault(pointer="/value", detail=wanted)])
    if domain in _providers() and not whole_provider:
        detail = "This is a mail provider's domain: say `whole_provider` (`--whole-provider`) if all there are meant."
        raise Invalid(detail, faults=[Fault(pointer="/whole_provider", detail=detail)])


@cache
def _providers() -> frozenset[str]:
    lists = Lists.installed()
    return lists.free | lists.relays

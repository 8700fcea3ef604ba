"""From a vendor's words to ours, and from ours to a vendor's: total functions over the tables beside this file.

Both keep one rule: only what proves something about the mailbox is proof. A vendor's `invalid` is a doubt unless it
says that the mailbox was refused, and what nobody asked a mail server about is no vendor's `valid`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.verification.model import EmailVerdict
from gateway.verification.reasons import ReasonCode
from gateway.verification.vendors import hunter, kickbox, neverbounce, zerobounce
from gateway.verification.vendors.values import Vendor, VendorReading, VendorWords, Word

_READ: Final[Mapping[Vendor, Callable[[Mapping[str, object]], VendorReading]]] = {
    Vendor.ZEROBOUNCE: zerobounce.read,
    Vendor.NEVERBOUNCE: neverbounce.read,
    Vendor.KICKBOX: kickbox.read,
    Vendor.HUNTER: hunter.read,
}
_WRITE: Final[Mapping[Vendor, Callable[[EmailVerdict], VendorWords]]] = {
    Vendor.ZEROBOUNCE: zerobounce.write,
    Vendor.NEVERBOUNCE: neverbounce.write,
    Vendor.KICKBOX: kickbox.write,
    Vendor.HUNTER: hunter.write,
}
WORDS: Final[Mapping[Vendor, Mapping[ReasonCode, Word]]] = {
    Vendor.ZEROBOUNCE: zerobounce.WORDS,
    Vendor.NEVERBOUNCE: neverbounce.WORDS,
    Vendor.KICKBOX: kickbox.WORDS,
    Vendor.HUNTER: hunter.WORDS,
}
"""Each vendor's nearest word for each reason on an e-mail address."""


def from_vendor(vendor: Vendor, fields: Mapping[str, object]) -> VendorReading:
    """Read the fields of a vendor's answer, as its JSON has them.

    Never fails: a word that the vendor's documents do not hold, or none, is `undecided`, and kept as the answer's word
    unless it could hold something personal.
    """
    return _READ[vendor](fields)


def to_vendor(vendor: Vendor, verdict: EmailVerdict) -> VendorWords:
    """Tell a verdict in a vendor's words: the nearest ones; docs/reference/vendor-words.md says where they lose."""
    return _WRITE[vendor](verdict)

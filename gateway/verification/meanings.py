"""The table behind the reason codes: stage, subject, weight, lifetime, meaning and advice of each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.verification.meanings_address import LISTS, SYNTAX
from gateway.verification.meanings_dns import DNS_ENDED, DNS_OPEN
from gateway.verification.meanings_mailbox import MAILBOX, MAILBOX_OPEN, VENDOR, VENDOR_OPEN
from gateway.verification.meanings_phone import PHONE
from gateway.verification.reasons import Meaning, ReasonCode

MEANINGS: Final[Mapping[ReasonCode, Meaning]] = MappingProxyType(
    SYNTAX | LISTS | DNS_ENDED | DNS_OPEN | MAILBOX | MAILBOX_OPEN | VENDOR | VENDOR_OPEN | PHONE
)
"""What each code means; every code is here, a test holds it."""

"""What a reply can mean, what showed it, and how the checker itself is called in one."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import Final


class ReplyMeaning(StrEnum):
    """What a mail server's reply to a recipient means.

    Only `no_such_mailbox` is proof against an address. `refused_us`, `greylisted`, `throttled` and `temporary` are
    about the checker or the hour, `domain_not_served` is about the mail server.
    """

    ACCEPTED = "accepted"
    NO_SUCH_MAILBOX = "no_such_mailbox"
    MAILBOX_FULL = "mailbox_full"
    MAILBOX_DISABLED = "mailbox_disabled"
    DOMAIN_NOT_SERVED = "domain_not_served"
    REFUSED_US = "refused_us"
    GREYLISTED = "greylisted"
    THROTTLED = "throttled"
    TEMPORARY = "temporary"
    UNCLEAR = "unclear"


class ShownBy(StrEnum):
    """What in a reply showed its meaning; `stage` is when it came, for before RCPT nothing is about a mailbox."""

    OURSELVES = "ourselves"
    STAGE = "stage"
    PHRASE = "phrase"
    ENHANCED_CODE = "enhanced_code"
    BASIC_CODE = "basic_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """The meaning of a reply, what showed it (`by`), and the id of the phrase, code or name that did (`phrase`)."""

    meaning: ReplyMeaning
    by: ShownBy
    phrase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ourselves:
    """How the checker showed itself: IP addresses as text, the HELO name, and the address given in MAIL FROM."""

    addresses: tuple[str, ...] = ()
    helo: str = ""
    sender: str = ""

    def names(self) -> tuple[str, ...]:
        """Every form in which a reply may name us, casefolded; an IPv6 address in its long form too."""
        found = [self.helo, self.sender, self.sender.rpartition("@")[2]]
        for written in self.addresses:
            found.append(written)
            try:
                address = ip_address(written)
            except ValueError:
                continue
            found += [address.compressed, address.exploded] if isinstance(address, IPv6Address) else []
        return tuple(dict.fromkeys(name.casefold() for name in found if name))


NOBODY: Final = Ourselves()
"""For a reply to somebody else, like one out of a bounce message."""

"""The page of reason codes, written from the table of meanings: docs/reference/reason-codes.md."""

from collections.abc import Mapping
from typing import Final

from gateway.verification.meanings_address import LISTS, SYNTAX
from gateway.verification.meanings_dns import DNS_ENDED, DNS_OPEN
from gateway.verification.meanings_mailbox import MAILBOX, MAILBOX_OPEN, VENDOR, VENDOR_OPEN
from gateway.verification.meanings_phone import PHONE
from gateway.verification.reasons import REASONS_VERSION, Meaning, Polarity, ReasonCode

PARTS: Final[Mapping[str, Mapping[ReasonCode, Meaning]]] = {
    "E-mail: syntax": SYNTAX,
    "E-mail: lists": LISTS,
    "E-mail: DNS, when it answers": DNS_ENDED,
    "E-mail: DNS, when it does not": DNS_OPEN,
    "E-mail: our own mailbox probe, when it comes to an end": MAILBOX,
    "E-mail: our own mailbox probe, when it does not": MAILBOX_OPEN,
    "E-mail: a vendor's mailbox check, when it comes to an end": VENDOR,
    "E-mail: a vendor's mailbox check, when it does not": VENDOR_OPEN,
    "Phone": PHONE,
}
HEAD: Final = "| code | stage | subject | effect | points | retry | lifetime | what it means | what to do |"
_SIGNS: Final = {Polarity.POSITIVE: "+", Polarity.NEGATIVE: "-", Polarity.NEUTRAL: ""}


def page() -> str:
    """All codes, by the stage at which they arise."""
    lines = [f"This is version {REASONS_VERSION} of the list.", ""]
    for title, codes in PARTS.items():
        lines += [f"## {title}", "", HEAD, "|---|---|---|---|---|---|---|---|---|"]
        lines += [row(code, means) for code, means in codes.items()]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def row(code: ReasonCode, means: Meaning) -> str:
    """One line of the table."""
    retry = "" if means.retry_after is None else f"{int(means.retry_after.total_seconds() // 60)} min"
    life = f"{means.ttl.days} d" if means.ttl.days else f"{int(means.ttl.total_seconds() // 3600)} h"
    points = f"{_SIGNS[means.polarity]}{means.points or ''}"
    cells = (f"`{code}`", means.stage, means.subject, means.effect, points, retry, life, means.meaning, means.action)
    return "| " + " | ".join(cells) + " |"

"""The codes of the company verdict, written from the table of meanings: docs/reference/company-verdict.md."""

from typing import Final

from gateway.verification.company.codes import COMPANY_CODES_VERSION
from gateway.verification.company.meanings import COMPARISON, DNS, LISTS, READING, VAT

PARTS: Final = {
    "Reading": READING,
    "Lists": LISTS,
    "DNS": DNS,
    "Comparing": COMPARISON,
    "VAT number": VAT,
}
HEAD: Final = "| code | subject | polarity | effect | retry | lifetime | what it means | what to do |"


def page() -> str:
    """All codes, by the stage at which they arise."""
    lines = [f"This is version {COMPANY_CODES_VERSION} of the list.", ""]
    for title, codes in PARTS.items():
        lines += [f"### {title}", "", HEAD, "|---|---|---|---|---|---|---|---|"]
        for code, means in codes.items():
            retry = "" if means.retry_after is None else f"{int(means.retry_after.total_seconds() // 60)} min"
            life = f"{means.ttl.days} d" if means.ttl.days else f"{int(means.ttl.total_seconds() // 3600)} h"
            about = (means.subject, means.polarity, means.effect)
            lines.append("| " + " | ".join((f"`{code}`", *about, retry, life, means.meaning, means.action)) + " |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"

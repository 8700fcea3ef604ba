"""The text of an SPF record, taken apart (RFC 7208, 4.5 and 4.6)."""

import re
from collections.abc import Iterable
from typing import Final

MODIFIER: Final = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>\S*)", re.IGNORECASE)
"""A term that names nobody: `redirect=`, `exp=` and those that are not known (RFC 7208, 4.6.1)."""


def records(texts: Iterable[str]) -> list[list[str]]:
    """The terms of each SPF record among a domain's TXT records; more than one is an error (RFC 7208, 4.5)."""
    words = (text.split() for text in texts)
    return [each[1:] for each in words if each and each[0].lower() == "v=spf1"]


def rejects_all(texts: Iterable[str]) -> bool:
    """Whether a domain's one record has `-all` as its first mechanism: it never sends."""
    found = records(texts)
    mechanisms = [term for term in found[0] if MODIFIER.fullmatch(term) is None] if len(found) == 1 else []
    return [term.lower() for term in mechanisms[:1]] == ["-all"]

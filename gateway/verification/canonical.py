"""The form of an address that identifies the mailbox's owner, whichever way it was written."""

import unicodedata

from gateway.verification.lookalike import in_plain_letters
from gateway.verification.providers import folding


def canonical_email(local: str, domain: str) -> str:
    """The form that identifies the mailbox's owner: lower case, and folded as the provider folds.

    `domain` is in A-label form. Without a rule for the domain, dots and tags stay: elsewhere they may be
    other people's.
    """
    name = local.lower()
    if not name.isascii():
        # Lower case may leave NFC, and what is written must read as itself.
        name = (in_plain_letters(name) or unicodedata.normalize("NFC", name)).lower()
    rule = folding(domain)
    if rule is None or name.startswith('"'):
        return f"{name}@{domain}"
    return f"{rule.name_of(name)}@{rule.domain or domain}"

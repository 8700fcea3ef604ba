"""Names under which anybody may register a domain: `co.uk`, `com.br`, `github.io`, by the Public Suffix List."""

from functools import cache, lru_cache
from typing import Final

import publicsuffixlist

SUFFIX_LIST: Final = f"publicsuffixlist@{publicsuffixlist.__version__}"
"""Name and version of the list (publicsuffix.org, MPL-2.0, both its parts), for the evidence."""


def is_public_suffix(domain: str) -> bool:
    """Whether a domain, in lower case and A-label form, is one that holds everybody's domains instead of being one.

    So is every top-level domain, listed or not. The list is read when it is first asked for.
    """
    return _suffixes().is_public(domain)


@lru_cache(maxsize=4096)
def registrable_domain(domain: str) -> str | None:
    """The part of a domain that somebody has registered: one label more than its public suffix.

    Args:
        domain: in A-label form and lower case, without a last dot.

    Returns:
        None for a public suffix itself, and for a top-level domain.
    """
    labels = domain.split(".")
    for at in range(len(labels)):
        if at == len(labels) - 1 or is_public_suffix(".".join(labels[at:])):
            return ".".join(labels[at - 1 :]) if at else None
    return None


@cache
def _suffixes() -> publicsuffixlist.PublicSuffixList:
    return publicsuffixlist.PublicSuffixList()

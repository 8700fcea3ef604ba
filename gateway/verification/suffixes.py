"""Names under which anybody may register a domain: `co.uk`, `com.br`, `github.io`, by the Public Suffix List."""

from functools import cache
from typing import Final

import publicsuffixlist

SUFFIX_LIST: Final = f"publicsuffixlist@{publicsuffixlist.__version__}"
"""Name and version of the list (publicsuffix.org, MPL-2.0, both its parts), for the evidence."""


def is_public_suffix(domain: str) -> bool:
    """Whether a domain, in lower case and A-label form, is one that holds everybody's domains instead of being one.

    So is every top-level domain, listed or not. The list is read when it is first asked for.
    """
    return _suffixes().is_public(domain)


@cache
def _suffixes() -> publicsuffixlist.PublicSuffixList:
    return publicsuffixlist.PublicSuffixList()

"""A reply as it may be kept as evidence: short, and without the address it is about, any other, or ours."""

import re
from typing import Final

from gateway.verification.smtp.meaning import NOBODY, Ourselves
from gateway.verification.smtp.reply import LONGEST

KEPT: Final = 300
"""Characters of a redacted reply."""

_BLANKS: Final = re.compile(r"[\x00-\x20\x7f-\xa0]+")
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\"]{1,128}(?:@|%40|=40)[^\s<>()\[\],;:\"']{1,255}", re.IGNORECASE)
_QUOTED: Final = re.compile(r"\"[^\"]{1,128}\"@[^\s<>()\[\],;:\"']{1,255}")


def redacted(text: str, address: str, *, us: Ourselves = NOBODY) -> str:
    """Leave out of a server's words who they are about and who asked, on one line of at most `KEPT` characters.

    Gone are the address, its local part wherever it stands as a word, every other e-mail address, percent-encoded
    ones too, and our IP addresses, HELO name and sender. Codes, block lists and host names stay: they are the evidence.

    Args:
        text: a reply as it came, of any length.
        address: the address that was asked about.
        us: how the checker showed itself.
    """
    line = _BLANKS.sub(" ", _whole_words(text)).strip()
    if marks := _marks(address, us):
        longest_first = "|".join(re.escape(name) for name in sorted(marks, key=lambda name: -len(name)))
        line = re.sub(
            rf"(?<![^\W_])(?:{longest_first})(?![^\W_])",
            lambda found: marks.get(found[0].casefold(), "[address]"),
            line,
            flags=re.IGNORECASE,
        )
    return _ADDRESS.sub("[address]", _QUOTED.sub("[address]", line))[:KEPT]


def _whole_words(text: str) -> str:
    """Cut a text, and not within a word: half an address would no longer be known as one."""
    if len(text) <= LONGEST:
        return text
    return re.sub(r"\S+\Z", "", text[:LONGEST])


def _marks(address: str, us: Ourselves) -> dict[str, str]:
    """Say what is written for each thing that goes, by its casefolded form."""
    local = address.rpartition("@")[0]
    theirs = (address, address.replace("@", "%40"), local, local.strip('"'), local.partition("+")[0])
    ours = dict.fromkeys(us.names(), "[us]")
    return ours | dict.fromkeys((name.casefold() for name in theirs if name), "[address]")

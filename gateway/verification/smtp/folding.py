"""A text as phrases are looked for in it: folded, and without the names that only look like words."""

import re
import unicodedata
from typing import Final

from gateway.verification.smtp.reply import LONGEST

_ADDRESS: Final = re.compile(r"[^\s<>()\[\]:;,\"']{1,128}@[^\s<>()\[\]:;,\"']{1,255}")
_URL: Final = re.compile(r"https?://\S{1,500}")
_HOST: Final = re.compile(r"(?<![\w.-])(?:[a-z0-9_-]{1,63}\.){1,10}[a-z0-9-]{2,63}(?![\w-])")
_NUMBER: Final = re.compile(r"[\d.]{1,64}")
_LETTERS: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "’": "'", "‘": "'", "`": "'", "´": "'"})  # noqa: RUF001 - as servers write


def fold(text: str) -> str:
    """Fold case, accents and apostrophes, so that `Boîte` and `boite` are one word."""
    spread = unicodedata.normalize("NFKD", text[:LONGEST].casefold().translate(_LETTERS))[:LONGEST]
    return "".join(each for each in spread if not unicodedata.combining(each))


def without_addresses(folded: str) -> str:
    """Leave out e-mail addresses: a mailbox may be called `blocked`, its domain `spam-policy.example`."""
    return _ADDRESS.sub("@", folded)


def without_names(folded: str) -> str:
    """Leave out URLs and host names as well; numbers and IP addresses stay."""
    return _HOST.sub(_unless_number, _URL.sub("/", folded))


def _unless_number(found: re.Match[str]) -> str:
    return found[0] if _NUMBER.fullmatch(found[0]) else "."

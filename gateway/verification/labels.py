"""One label of a domain in both its forms (RFC 5890): letters, digits and hyphens alone, and its own alphabet.

What the package `idna` asks anew for each letter of each label is kept here by letter: lists share their alphabets.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import idna
from idna.idnadata import codepoint_classes

from gateway.verification.punycode import punycode

_MAX_OCTETS: Final = 63
"""RFC 1035 section 2.3.4."""
_PREFIX: Final = "xn--"
LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""Letters, digits and hyphens between them (RFC 1035 section 2.3.1, RFC 1123)."""
_ASCII: Final = re.compile(LABEL)
_SAFE: Final = "LMN"
"""Letters, marks, numbers: how their general categories begin in Unicode."""
_ALSO_SAFE: Final = "-.\u200c\u200d"
"""The joiners are letters of a label in the alphabets that need them, where RFC 5892 (appendix A) has them stand."""
_KEPT: Final = 16_384
"""Letters that are remembered: more than the alphabets of Europe and the everyday signs of China together."""


def mapped(name: str) -> str:
    """Map a name as UTS 46 section 4 does, in NFC.

    Raises:
        idna.IDNAError: a sign may stand in no domain.
    """
    return unicodedata.normalize("NFC", "".join(map(_mapped, name)))


def both(label: str) -> tuple[str, str]:
    """Give a label, mapped before, as A-label and as U-label.

    Raises:
        idna.IDNAError: it is neither, or longer than 63 octets as the first.
    """
    if _ASCII.fullmatch(label) is not None and "--" not in label:
        return label, label
    if label.startswith(_PREFIX):
        written, shown = label, _decoded(label.removeprefix(_PREFIX))
    elif len(label) > _MAX_OCTETS:  # written out it is no shorter, and that is the dear part
        raise idna.IDNAError("a label has 63 octets at most")
    else:
        written, shown = label if label.isascii() else _PREFIX + punycode(label), label
    if len(written) > _MAX_OCTETS:
        raise idna.IDNAError("a label has 63 octets at most")
    _check(shown)
    return written, shown


def check_direction(name: str) -> None:
    """Check that a name can be read in one direction alone: where one letter is right to left, all labels matter.

    Raises:
        idna.IDNAError: it breaks the Bidi rule (RFC 5893 section 2).
    """
    if any(map(_is_right_to_left, name)):
        for label in name.split("."):
            idna.check_bidi(label, check_ltr=True)


def is_written_in_letters(name: str) -> bool:
    """Whether nothing but letters, numbers, marks, joiners, hyphens and dots is in a name."""
    return all(map(_is_safe, name))


def _decoded(coded: str) -> str:
    """What stands behind the prefix; it must be the one way to write it (RFC 5891 section 5.3)."""
    if len(coded) > _MAX_OCTETS:
        raise idna.IDNAError("an A-label has 63 octets at most")
    try:
        shown = coded.encode("ascii").decode("punycode")
    except UnicodeError as error:
        raise idna.IDNAError("this is no Punycode") from error
    if shown.isascii() or punycode(shown) != coded:
        raise idna.IDNAError("this is not how the label is written in Punycode")
    return shown


def _check(label: str) -> None:
    """What `idna.check_label` checks beside the letters; the direction is a matter of the whole name."""
    if not label or not all(map(_is_always_valid, label)):
        idna.check_label(label)
        return
    idna.check_nfc(label)
    idna.check_hyphen_ok(label)
    idna.check_initial_combiner(label)


@lru_cache(_KEPT)
def _mapped(letter: str) -> str:
    return idna.uts46_remap(letter, std3_rules=False)


@lru_cache(_KEPT)
def _is_always_valid(letter: str) -> bool:
    """Whether it is PVALID (RFC 5892), which is to say: wherever it stands."""
    return idna.intranges_contain(ord(letter), codepoint_classes["PVALID"])


@lru_cache(_KEPT)
def _is_right_to_left(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in {"R", "AL", "AN"}


@lru_cache(_KEPT)
def _is_safe(letter: str) -> bool:
    return letter in _ALSO_SAFE or unicodedata.category(letter)[0] in _SAFE

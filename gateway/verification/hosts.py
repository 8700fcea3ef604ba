"""Reading the domain of an address: what it is called, how its provider folds names, and what is doubtful about it."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

import email_validator
import idna

from gateway.verification.domains import Folding, folding
from gateway.verification.lookalike import imitates
from gateway.verification.reasons import ReasonCode

LIBRARY: Final = f"email-validator@{email_validator.__version__}"
_MAX_NAME_OCTETS: Final = 253
_MAX_LABEL_OCTETS: Final = 63
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME: Final = re.compile(rf"(?:{_LABEL}\.)+(?:[a-z0-9][a-z0-9-]{{0,61}})?[a-z]")
"""At least two labels of letters, digits and hyphens, of 63 octets at most (RFC 1035 section 2.3.1, RFC 1123).

The last one ends in a letter, as every top-level domain does.
"""
_ASCII: Final = re.compile(_LABEL)
_PREFIX: Final = "xn--"
_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\U0010ffff]")
"""Where letters stand that are written from right to left, with much else: the library looks at these (RFC 5893)."""
_RESERVED_ENDS: Final = frozenset(name.rpartition(".")[2] for name in email_validator.SPECIAL_USE_DOMAIN_NAMES)
_IMITATING: Final = (ReasonCode.DOMAIN_LOOKALIKE,)


class Host(NamedTuple):
    """A domain as it was read: `name` is its A-label form in lower case, `shown` the same in its own alphabet.

    `octets` count its longest spelling, the typed one included; `doubts` are what its looks give reason to doubt.
    """

    name: str
    shown: str
    octets: int
    folding: Folding | None
    doubts: tuple[ReasonCode, ...]


class _Memory(dict[str, Host | None]):
    """Domains by what was typed: None for what is none. Emptied when it is full: many addresses share few domains."""

    def __init__(self, read: Callable[[str], Host | None], kept: int) -> None:
        super().__init__()
        self.read = read
        self.kept = kept

    def __missing__(self, typed: str) -> Host | None:
        if len(self) >= self.kept:
            self.clear()
        found = self[typed] = self.read(typed)
        return found


def _read_plainly(typed: str) -> Host | None:
    domain = typed.lower()
    if "--" in domain or len(domain) > _MAX_NAME_OCTETS or _NAME.fullmatch(domain) is None:
        return None
    return None if domain.rpartition(".")[2] in _RESERVED_ENDS else _host(domain, domain, len(domain))


def _read(typed: str) -> Host | None:
    if typed.isascii() and "--" not in typed:
        return _read_plainly(typed)
    try:
        if len(typed) <= _MAX_NAME_OCTETS and (host := _read_letters(typed)) is not None:
            return host
    except idna.IDNAError:
        return None
    try:
        read = email_validator.validate_email(f"a@{typed}", check_deliverability=False)
    except email_validator.EmailNotValidError:
        return None
    return _host(read.ascii_domain, read.domain, _octets(typed, read.domain, read.ascii_domain))


def _read_letters(typed: str) -> Host | None:
    """Read letters and digits of any alphabet as the library does, each label once and not five times.

    It maps by UTS 46, makes A-labels, and makes U-labels of these, which are the same again wherever each label is
    valid. None is left to the library: signs that are no letters, other mappings than to lower case, what is written
    from right to left, and names of one label.

    Raises:
        idna.IDNAError: a label is none, for the library too.
    """
    mapped = idna.uts46_remap(typed, std3_rules=False)
    pairs = [_both(label) for label in mapped.split(".")]
    name, shown = (".".join(each) for each in zip(*pairs, strict=True))
    if mapped != typed.lower() or (shown != mapped and idna.uts46_remap(shown, std3_rules=False) != shown):
        return None
    if not shown.replace(".", "").replace("-", "").isalnum() or _RIGHT_TO_LEFT.search(shown) is not None:
        return None
    last = name.rpartition(".")[2]
    if len(pairs) == 1 or len(name) > _MAX_NAME_OCTETS or not last[-1].isalpha() or last in _RESERVED_ENDS:
        return None
    return _host(name, shown, _octets(typed, shown, name))


def _both(label: str) -> tuple[str, str]:
    """A label as A-label and as U-label."""
    if _ASCII.fullmatch(label) is not None and "--" not in label:
        return label, label
    if label.startswith(_PREFIX):
        if len(label) > _MAX_LABEL_OCTETS:
            raise idna.IDNAError("an A-label has 63 octets at most")
        return label, idna.ulabel(label)
    return idna.alabel(label).decode(), label


def _octets(*spelt: str) -> int:
    return max(len(each.encode()) for each in spelt)


def _host(name: str, shown: str, octets: int) -> Host:
    doubts = _IMITATING if imitates(name, shown) else ()
    return Host(name, shown, octets, folding(name), doubts)


PLAIN: Final = _Memory(_read_plainly, 16_384)
"""What the library would make of a domain, without it, where that is no more than lower case; None for all others.

So it is for names of letters, digits and hyphens, without two hyphens in a row (IDN, and labels that RFC 5890 reserves)
and outside the special-use names.
"""
HOSTS: Final = _Memory(_read, 4_096)
"""What the library makes of a domain, of whatever kind but a literal; None for what it refuses."""

"""Reading the domain of an address: what it is called, how its provider folds names, and what is doubtful about it."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

import email_validator
import idna

from gateway.verification.labels import LABEL, both, check_direction, is_written_in_letters, mapped
from gateway.verification.lookalike import imitates
from gateway.verification.providers import Folding, folding
from gateway.verification.reasons import ReasonCode

LIBRARY: Final = f"email-validator@{email_validator.__version__}"
_MAX_NAME_OCTETS: Final = 253
_NAME: Final = re.compile(rf"(?:{LABEL}\.)+(?:[a-z0-9][a-z0-9-]{{0,61}})?[a-z]")
"""At least two labels of letters, digits and hyphens, of 63 octets at most (RFC 1035 section 2.3.1, RFC 1123).

The last one ends in a letter, as every top-level domain does.
"""
_RESERVED_ENDS: Final = frozenset(name.rpartition(".")[2] for name in email_validator.SPECIAL_USE_DOMAIN_NAMES)
_IMITATING: Final = (ReasonCode.DOMAIN_LOOKALIKE,)


class DomainPart(NamedTuple):
    """A domain as it was read: `name` is its A-label form in lower case, `shown` the same in its own alphabet.

    `octets` count its longest spelling, the typed one included; `doubts` are what its looks give reason to doubt.
    """

    name: str
    shown: str
    octets: int
    folding: Folding | None
    doubts: tuple[ReasonCode, ...]


class _Memory(dict[str, DomainPart | None]):
    """Domains by what was typed: None for what is none. Emptied when it is full: many addresses share few domains."""

    def __init__(self, read: Callable[[str], DomainPart | None], kept: int) -> None:
        super().__init__()
        self.read = read
        self.kept = kept

    def __missing__(self, typed: str) -> DomainPart | None:
        if len(self) >= self.kept:
            self.clear()
        found = self[typed] = self.read(typed)
        return found


def _read_plainly(typed: str) -> DomainPart | None:
    domain = typed.lower()
    if "--" in domain or len(domain) > _MAX_NAME_OCTETS or _NAME.fullmatch(domain) is None:
        return None
    return None if domain.rpartition(".")[2] in _RESERVED_ENDS else _domain_part(domain, domain, len(domain))


def _read(typed: str) -> DomainPart | None:
    if typed.isascii() and "--" not in typed:
        return PLAIN[typed]
    try:
        if len(typed) <= _MAX_NAME_OCTETS and (part := _read_letters(typed)) is not None:
            return part
    except idna.IDNAError:
        return None
    try:
        read = email_validator.validate_email(f"a@{typed}", check_deliverability=False)
    except email_validator.EmailNotValidError:
        return None
    return _domain_part(read.ascii_domain, read.domain, _octets(typed, read.domain, read.ascii_domain))


def _read_letters(typed: str) -> DomainPart | None:
    """Read letters and digits of any alphabet as the library does, each label once and not five times.

    It maps by UTS 46, makes A-labels, and makes U-labels of these, which are the same again wherever each label is
    valid. None is left to the library: signs that are neither letters, digits nor marks, other mappings than to lower
    case, and names of one label.

    Raises:
        idna.IDNAError: a label is none, or one may be read in two directions (RFC 5893), for the library too.
    """
    remapped = mapped(typed)
    pairs = [both(label) for label in remapped.split(".")]
    name, shown = (".".join(each) for each in zip(*pairs, strict=True))
    if remapped != typed.lower() or (shown != remapped and mapped(shown) != shown) or not is_written_in_letters(shown):
        return None
    check_direction(shown)
    last = name.rpartition(".")[2]
    if len(pairs) == 1 or len(name) > _MAX_NAME_OCTETS or not last[-1].isalpha() or last in _RESERVED_ENDS:
        return None
    return _domain_part(name, shown, _octets(typed, shown, name))


def _octets(*spelt: str) -> int:
    return max(len(each.encode()) for each in spelt)


def _domain_part(name: str, shown: str, octets: int) -> DomainPart:
    doubts = _IMITATING if imitates(name, shown) else ()
    return DomainPart(name, shown, octets, folding(name), doubts)


PLAIN: Final = _Memory(_read_plainly, 16_384)
"""What the library would make of a domain, without it, where that is no more than lower case; None for all others.

So it is for names of letters, digits and hyphens, without two hyphens in a row (IDN, and labels that RFC 5890 reserves)
and outside the special-use names.
"""
DOMAINS: Final = _Memory(_read, 4_096)
"""What the library makes of a domain, of whatever kind but a literal; None for what it refuses."""

"""Where a person is, from what a lead shows; every hint is recorded and the strictest candidate wins on conflict.

Marketing law normally follows the person, data protection also the controller (GDPR Art. 3).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


EEA: Final = _codes("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO")
"""The European Economic Area: the 27 member states with Iceland, Liechtenstein and Norway."""

EEA_UK_CH: Final = EEA | {"GB", "CH"}
"""Where leaving the area asks for a transfer tool (GDPR Art. 44-49, UK GDPR and Swiss DSG alike)."""

COUNTRY_SETS: Final[Mapping[str, frozenset[str]]] = MappingProxyType({"eea": EEA, "eea_uk_ch": EEA_UK_CH})
"""The sets a rule may name as `"@eea"`; a state counts with its country."""

UNRESOLVED: Final = "ZZ"
"""A candidate that nobody knows (ISO 3166-1 leaves ZZ to users); it is treated like every jurisdiction at once."""

_ALIASES: Final = MappingProxyType({"UK": "GB", "EL": "GR"})
_NO_COUNTRY = re.compile(r"AA|EU|UN|Q[M-Z]|X[A-JL-Z]|ZZ")
_CODE = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
_OPEN_TLDS: Final = _codes(
    "ac ad ai as bz cc cd co dj eu fm gg gl io la ly me ms nu sc sh so sr st su tk to tv vc vg ws"
)


class HintKind(StrEnum):
    """What a hint was read from, in the order of weight."""

    DECLARED = "declared_country"
    COMPANY = "company_country"
    PHONE = "phone_country"
    MAIL = "mail_cctld"
    IP = "ip_country"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One hint: where it came from, what it says, and whether it is too weak to stand alone."""

    kind: HintKind
    code: str
    weak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What a lead shows of its place; codes as they came, each may be missing or unreadable."""

    declared_country: str | None = field(default=None, repr=False)
    company_country: str | None = field(default=None, repr=False)
    phone_country: str | None = field(default=None, repr=False)
    mail_domain: str | None = field(default=None, repr=False)
    ip_country: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The candidates for `Facts.jurisdictions`, in order of weight, and every hint behind them."""

    jurisdictions: tuple[str, ...] | None
    hints: tuple[Hint, ...]

    @property
    def conflict(self) -> bool:
        """Whether hints disagree, so that the strictest law of all candidates applies."""
        return self.jurisdictions is not None and len(self.jurisdictions) > 1


def normalise_code(text: str | None) -> str | None:
    """Return an ISO 3166 code in its usual form, or `None` when the text is none (`uk` becomes `GB`)."""
    code = (text or "").strip().upper().replace("_", "-")
    code = _ALIASES.get(code, code)
    if _CODE.fullmatch(code) is None or _NO_COUNTRY.fullmatch(code[:2]) is not None:
        return None
    return code


def country_of(code: str) -> str:
    """Return the country of a code: `US-CA` lies in `US`."""
    return code.partition("-")[0]


def resolve(clues: Clues) -> Resolution:
    """Resolve declared country, company, phone and mail domain, in this order; an IP address is weak.

    Hints that agree make one candidate (a state refines its country). A weak hint is recorded; it counts only when
    nothing else is known, and then beside `UNRESOLVED`, so that a proxy server never buys a laxer law.
    """
    hints = tuple(_hints(clues))
    firm: list[str] = []
    for hint in hints:
        if not hint.weak:
            _add(firm, hint.code)
    if firm:
        return Resolution(jurisdictions=tuple(firm), hints=hints)
    if hints:
        return Resolution(jurisdictions=(hints[0].code, UNRESOLVED), hints=hints)
    return Resolution(jurisdictions=None, hints=())


def _hints(clues: Clues) -> list[Hint]:
    found = (
        (HintKind.DECLARED, normalise_code(clues.declared_country)),
        (HintKind.COMPANY, normalise_code(clues.company_country)),
        (HintKind.PHONE, normalise_code(clues.phone_country)),
        (HintKind.MAIL, _country_of_domain(clues.mail_domain)),
        (HintKind.IP, normalise_code(clues.ip_country)),
    )
    return [Hint(kind=kind, code=code, weak=kind is HintKind.IP) for kind, code in found if code is not None]


def _country_of_domain(domain: str | None) -> str | None:
    """Read a mail domain's country ending; endings sold as words (`.io`, `.ai`, `.co`) say nothing."""
    ending = (domain or "").rstrip(".").rpartition(".")[2].lower()
    if len(ending) != len("de") or ending in _OPEN_TLDS:
        return None
    return normalise_code(ending)


def _add(candidates: list[str], code: str) -> None:
    for position, known in enumerate(candidates):
        if known == code or country_of(known) == code:
            return
        if country_of(code) == known:
            candidates[position] = code
            return
    candidates.append(code)

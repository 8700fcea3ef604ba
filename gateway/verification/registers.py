"""Do-not-call registers: which one applies to a number, how long its file counts, and what an answer does to a verdict.

The files themselves are read by `gateway.verification.probes.registers`. A register that was not asked, or has no file
here, is `not_checked`: nobody is taken for unlisted by default.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gateway.verification.model import PhoneVerdict
from gateway.verification.reasons import ReasonCode


class Register(StrEnum):
    """The registers that there are adapters for."""

    US_DNC = "us_dnc"
    """The National Do Not Call Registry of the Federal Trade Commission."""
    UK_TPS = "uk_tps"
    """The Telephone Preference Service: people, sole traders and some partnerships."""
    UK_CTPS = "uk_ctps"
    """The Corporate Telephone Preference Service: companies and other corporate subscribers."""
    AU_DNCR = "au_dncr"
    """The Do Not Call Register of the Australian Communications and Media Authority."""


class RegisterState(StrEnum):
    """What a register says of a number."""

    LISTED = "listed"
    """It names the number, in a file of whatever age: nobody leaves a register by waiting."""
    NOT_LISTED = "not_listed"
    NOT_CHECKED = "not_checked"
    """There is no file that could name the number, or none that can be used."""
    STALE = "stale"
    """The newest file that could name it does not, and is too old to say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRule:
    """What holds for one register: whose numbers it lists, how old its file may be at the call, and which law says so.

    `regions` are ISO 3166-1 alpha-2, as a phone verdict names them, and `code` is their calling code, for numbers whose
    region is not known. `by_area`: files come by area code, and a number outside the area codes of a file is not in
    question there. `asked`: the register is never handed out; a file holds
    the answers on the numbers that were sent in, and says nothing of any other.
    """

    name: str
    code: str
    regions: frozenset[str]
    days: int
    law: str
    by_area: bool = False
    asked: bool = False


_BRITAIN: Final = frozenset({"GB", "GG", "IM", "JE"})
"""With the islands: their numbers differ from the mainland's by their ranges alone."""
RULES: Final[Mapping[Register, RegisterRule]] = MappingProxyType(
    {
        Register.US_DNC: RegisterRule(
            name="US National Do Not Call Registry",
            code="+1",
            regions=frozenset({"US", "PR", "VI", "GU", "AS", "MP"}),
            days=31,
            law="16 CFR 310.4(b)(3)(iv), 47 CFR 64.1200(c)(2)(i)(D)",
            by_area=True,
        ),
        Register.UK_TPS: RegisterRule(
            name="UK Telephone Preference Service",
            code="+44",
            regions=_BRITAIN,
            days=28,
            law="PECR 2003 reg. 21(3), 26",
        ),
        Register.UK_CTPS: RegisterRule(
            name="UK Corporate Telephone Preference Service",
            code="+44",
            regions=_BRITAIN,
            days=28,
            law="PECR 2003 reg. 21(3), 26",
        ),
        Register.AU_DNCR: RegisterRule(
            name="Australian Do Not Call Register",
            code="+61",
            regions=frozenset({"AU", "CC", "CX"}),
            days=30,
            law="Do Not Call Register Act 2006 s 11, 19",
            asked=True,
        ),
    }
)
_BRITISH: Final = (Register.UK_TPS, Register.UK_CTPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAnswer:
    """What one register says of a number; `dated` is the date of the file that said so, None where none did."""

    register: Register
    state: RegisterState
    dated: date | None = None

    def __str__(self) -> str:
        """As it stands in the evidence: `us_dnc@2026-10-01: listed`, `us_dnc: not_checked`."""
        return f"{self.register.value}{'' if self.dated is None else f'@{self.dated}'}: {self.state.value}"

    @classmethod
    def parse(cls, text: str) -> "RegisterAnswer":
        """Read what `str` wrote.

        Raises:
            ValueError: when it did not.
        """
        source, _, state = text.partition(": ")
        register, _, dated = source.partition("@")
        return cls(
            register=Register(register),
            state=RegisterState(state),
            dated=date.fromisoformat(dated) if dated else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """What screening a number came to: whether it is listed, and when the oldest of the files that say so was made."""

    listed: bool
    at: datetime


def registers_of(e164: str, region: str | None) -> tuple[Register, ...]:
    """The registers that may list a number: those of its region, or of its calling code where that is not known.

    So it is with a number that is in no plan yet: it is possible, and its owner may have refused calls.
    """
    return tuple(
        register
        for register, rule in RULES.items()
        if region in rule.regions or (region is None and e164.startswith(rule.code))
    )


def answered(register: Register, *, listed: bool, dated: date, now: datetime) -> RegisterAnswer:
    """What a file says of a number that it could name, given its age now."""
    old = (now.astimezone(UTC).date() - dated).days > RULES[register].days
    unlisted = RegisterState.STALE if old else RegisterState.NOT_LISTED
    return RegisterAnswer(register=register, state=RegisterState.LISTED if listed else unlisted, dated=dated)


def with_registers(verdict: PhoneVerdict, answers: Sequence[RegisterAnswer]) -> PhoneVerdict:
    """The verdict with what registers say: it changes neither validity nor score, for the number is as good as before.

    The verdict expires, at the latest, when the first file that did not name the number becomes too old.
    """
    if not answers:
        return verdict
    reasons = verdict.reasons
    if any(each.state is RegisterState.LISTED for each in answers):
        reasons = (*reasons, ReasonCode.PHONE_DO_NOT_CALL)
    ends = (_ends(each) for each in answers if each.state is RegisterState.NOT_LISTED and each.dated is not None)
    evidence = replace(
        verdict.evidence,
        registers=tuple(map(str, answers)),
        expires_at=max(verdict.evidence.checked_at, min((verdict.evidence.expires_at, *ends))),
    )
    return replace(verdict, reasons=reasons, evidence=evidence)


def screened_in_britain(registers: Iterable[str]) -> Screening | None:
    """What TPS and CTPS together say, from the evidence of a phone verdict; None while either has not said it.

    Listed on one is listed. Not listed is only what stands on neither, by files that are both new enough.
    """
    said = {answer.register: answer for answer in map(RegisterAnswer.parse, registers)}
    found = [said[each] for each in _BRITISH if each in said and said[each].dated is not None]
    listed = [each for each in found if each.state is RegisterState.LISTED]
    clear = [each for each in found if each.state is RegisterState.NOT_LISTED]
    if listed:
        return Screening(listed=True, at=min(map(_begins, listed)))
    return Screening(listed=False, at=min(map(_begins, clear))) if len(clear) == len(_BRITISH) else None


def _begins(answer: RegisterAnswer) -> datetime:
    return datetime.combine(answer.dated or date.min, time(), UTC)


def _ends(answer: RegisterAnswer) -> datetime:
    return _begins(answer) + timedelta(days=RULES[answer.register].days + 1)

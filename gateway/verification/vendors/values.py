"""What every vendor's map gives and takes, and how their fields are read: strictly, with anything odd left unknown."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from gateway.verification.answers import MailboxAnswer, MailboxOutcome
from gateway.verification.meanings import MEANINGS
from gateway.verification.model import EmailVerdict
from gateway.verification.reasons import Effect, Level, ReasonCode

_WORD: Final = re.compile(r"[a-z0-9][a-z0-9 _.+-]{0,39}")
_UNREADABLE: Final = "unreadable"
_TRUTHS: Final = {"true": True, "false": False}


class Vendor(StrEnum):
    """Vendors whose words are mapped."""

    ZEROBOUNCE = "zerobounce"
    NEVERBOUNCE = "neverbounce"
    KICKBOX = "kickbox"
    HUNTER = "hunter"


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFlags:
    """What a vendor says beside the mailbox, each True, False, or None where it says nothing; None is never coerced.

    `trap` is also an address of somebody who complains, or that is known to be abused; `typo` a likely misspelling.
    """

    disposable: bool | None = None
    role: bool | None = None
    free: bool | None = None
    full: bool | None = None
    trap: bool | None = None
    gibberish: bool | None = None
    typo: bool | None = None
    tagged: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorReading:
    """A vendor's answer in our words: what it says of the mailbox, and what it says beside."""

    answer: MailboxAnswer
    flags: VendorFlags = VendorFlags()


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A vendor's word for one reason: a status, its sub-status, or only a flag or field beside one (`flag`)."""

    status: str
    sub: str | None = None
    flag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorWords:
    """A verdict in a vendor's words: its status, its sub-status where it has such, and the fields of its answer.

    The fields are named as the vendor names them, and hold no address.
    """

    status: str
    sub_status: str | None
    fields: Mapping[str, Any]


def answer(
    vendor: Vendor, outcome: MailboxOutcome, *words: str, catch_all: bool | None = None, odd: bool = False
) -> MailboxAnswer:
    """A vendor's answer; `odd` words, which its documents do not hold, are kept if they can hold nothing personal."""
    told = "/".join(word for word in words if word)
    if odd:
        told = "/".join(word if _WORD.fullmatch(word) else _UNREADABLE for word in words if word) or _UNREADABLE
    return MailboxAnswer(outcome=outcome, by=vendor.value, catch_all=catch_all, word=told)


def text(value: object) -> str:
    """A word as it is compared: in lower case, without white space around it; empty for what is no text."""
    return value[:200].strip().lower() if isinstance(value, str) else ""


def truth(value: object) -> bool | None:
    """True, False, or None for anything else; some vendors write truths as text."""
    return value if isinstance(value, bool) else _TRUTHS.get(text(value))


def decisive(verdict: EmailVerdict, rank: Collection[ReasonCode] = ()) -> ReasonCode | None:
    """The reason that a vendor would give: the first proof, else open check, else the weightiest doubt.

    A vendor's words tell facts: what an operator's policy makes of them does not count here. Where nothing speaks
    against the address it is the first of `rank` that is there; None where no mailbox was checked.
    """
    effects = {code: MEANINGS[code].effect for code in verdict.reasons}
    for wanted in (Effect.PROOF, Effect.OPEN):
        for code, effect in effects.items():
            if effect is wanted:
                return code
    doubts = [code for code, effect in effects.items() if effect is Effect.DOUBT]
    if doubts:
        return max(doubts, key=lambda code: MEANINGS[code].points)
    if verdict.level.rank < Level.SMTP.rank:
        return None
    return next((code for code in rank if code in effects), ReasonCode.MAILBOX_ACCEPTED)

"""The lines of the registers' own download files: which number stands there, and what is said of it.

US: one area code and number a line, `212,5550123`, or all ten digits together (the flat text file of a full list, FTC,
"Telemarketer access information"). TPS and CTPS: twelve places a line, the number with a 0 before it and blanks inside
or behind (TPS, "Technical specifications for file formats", full download). Australia: the numbers that were sent in,
with Y (on the register), N (not on it) or I (invalid) behind (ACMA, results of the washing service), or a list that was
given back with only the registered, or only the other ones on it (Do Not Call Register Act 2006 s 19(2) and (3)).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from gateway.verification.registers import Register

_US: Final = re.compile(r"(?:\+?1)?([2-9][0-9]{2}),?([2-9][0-9]{6})")
_UK: Final = re.compile(r"(?:0|\+44)([1-9][0-9]{8,9})")
_AU: Final = re.compile(r"(?:\+?61|0)([2-478][0-9]{8})|(?:\+?61)?(1[38][0-9]{4}(?:[0-9]{4})?)")
_FLAGS: Final[Mapping[str, bool]] = MappingProxyType({"Y": True, "N": False})
_NO_NUMBER: Final = "I"
"""What the register says of a value that is no number: it answers nothing."""
_BREAKS: Final = re.compile(r"[ ()\-.\"]")
"""What programs put around and between digits when they save a download again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, read: the number in E.164, whether the register names it, and its area code where that matters."""

    e164: str = field(repr=False)
    listed: bool = True
    area: str | None = None


class Unanswered:
    """A line that was read, and on which the register said nothing of a number."""


Reader = Callable[[str, "bool | None"], "Line | Unanswered | None"]
"""Reads a line; told is what a line that only names a number says of it. None: no number could be read."""


def _us(text: str, _told: bool | None) -> Line | None:  # noqa: FBT001 - one signature for all
    found = _US.fullmatch(_BREAKS.sub("", text))
    return None if found is None else Line(e164=f"+1{found[1]}{found[2]}", area=found[1])


def _uk(text: str, _told: bool | None) -> Line | None:  # noqa: FBT001 - as above
    found = _UK.fullmatch(_BREAKS.sub("", text))
    return None if found is None else Line(e164=f"+44{found[1]}")


def _au(text: str, told: bool | None) -> Line | Unanswered | None:  # noqa: FBT001 - as above
    number, comma, flag = text.partition(",")
    flag = flag.strip().strip('"').upper()
    if flag == _NO_NUMBER:
        return Unanswered()
    listed = _FLAGS.get(flag) if comma else told
    found = _AU.fullmatch(_BREAKS.sub("", number))
    if listed is None or found is None:
        return None
    return Line(e164=f"+61{found[1] or found[2]}", listed=listed)


READERS: Final[Mapping[Register, Reader]] = MappingProxyType(
    {Register.US_DNC: _us, Register.UK_TPS: _uk, Register.UK_CTPS: _uk, Register.AU_DNCR: _au}
)

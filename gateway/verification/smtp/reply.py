"""A mail server's reply as a value, read from the wire or out of a bounce message that quotes it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

LONGEST: Final = 4096
"""Characters of a reply that are looked at: eight lines of 512 octets (RFC 5321, 4.5.3.1.5)."""

_QUOTED: Final = 2 * LONGEST
"""Characters of a bounce message in which its reply is looked for."""


class Stage(StrEnum):
    """The command that a reply answers; before RCPT no reply is about a mailbox."""

    CONNECT = "connect"
    HELO = "helo"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"

    @property
    def before_rcpt(self) -> bool:
        """Whether no mailbox has been named yet."""
        return self in {Stage.CONNECT, Stage.HELO, Stage.MAIL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a mail server said.

    Attributes:
        code: the basic code (RFC 5321, 4.2), or None where only words have come down.
        enhanced: the enhanced status code (RFC 3463) as in `5.1.1`, or None.
        text: the words, lines joined by a space, codes left out; at most `LONGEST` characters.
        stage: what it answers, where that is said.
        host: the name of the server in lower case, where that is said.
        handed_on: what another server said, where this one hands that on, as it stands.
    """

    code: int | None
    text: str = field(default="", repr=False)
    enhanced: str | None = None
    stage: Stage | None = None
    host: str = ""
    handed_on: str = field(default="", repr=False)

    @property
    def permanent(self) -> bool:
        """Whether it is a final no: 5yz, or words that came without a code."""
        return self.code is None or self.code >= 500  # noqa: PLR2004 - RFC 5321, 4.2.1

    @property
    def transient(self) -> bool:
        """Whether it is a no for now: 4yz."""
        return self.code is not None and 400 <= self.code < 500  # noqa: PLR2004 - RFC 5321, 4.2.1


_BLANKS: Final = re.compile(r"[\x00-\x20\x7f-\xa0]+")
_START: Final = re.compile(r"""(?:smtp[;:] ?|<<< ?|[#'"] ?){0,3}([2-5]\d\d)(?=[ :-]|$)""", re.IGNORECASE)
_INSIDE: Final = re.compile(
    r"""(?:said: ?|was: ?|with: ?|returned: ?['"]?|failure: ?|because of |<<< ?|[:;>'"#] ?)([45][0-7]\d)(?=[ -])"""
    r"""|[\]:] ([45][0-7]\d)(?=[ :-])|error_code ?:([45]\d\d),| ([45]\d\d)(?=[ -]#?[45]\.\d{1,3}\.\d{1,3} )""",
    re.IGNORECASE,
)
_SPLIT: Final = re.compile(r"^[ :,-]{0,3}(?:error_code ?:)?", re.IGNORECASE)
_ENHANCED: Final = re.compile(r"(?:[\w-]{1,20} )?\(?#?([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)[)]?[ :;,-]{0,3}")
_ENHANCED_LATER: Final = re.compile(r"#([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)|\(([245])\.(\d{1,3})\.(\d{1,3})\)")
_OTHER: Final = re.compile(r" (503|[45]\d\d(?=[ -][45]\.\d{1,3}\.\d{1,3} ))[ -]")
_SUBJECTS: Final = 7
_STAGES: Final[tuple[tuple[Stage, tuple[str, ...]], ...]] = (
    (
        Stage.RCPT,
        ("in reply to rcpt to", "after rcpt to", "our rcpt to", "[rcpt_to]", "smtp:rcpt", "not like recipient"),
    ),
    (Stage.DATA, ("of data", "in reply to data", "final data", "after data", "after pipelined end of data")),
    (
        Stage.MAIL,
        ("in reply to mail from", "after mail from", "our mail from", "[mail_from]", "but sender was rejected"),
    ),
    (Stage.HELO, ("in reply to helo", "in reply to ehlo", "after helo", "after ehlo", "my name was rejected")),
    (Stage.CONNECT, ("refused to talk to me", "after initial connection", "while sending initial greeting")),
)
"""How Postfix (smtp_proto.c), Exim, qmail-remote, Sendmail and Courier write what a reply answers."""
_RELAYED: Final = re.compile(
    r"(?:\bhost [\w.-]{1,255}(?: ?\[[\w.:]{1,64}\](?::\d{1,5})?)? )?\b(?:said|was): (?=[45]\d\d[ -])", re.IGNORECASE
)
_IN_REPLY: Final = re.compile(r" ?\(in reply to [a-z ]{2,40}\)+\.?\s*$", re.IGNORECASE)
_HOST: Final = re.compile(r"\bhost ([a-z0-9.-]{1,255}?) ?[\[:]", re.IGNORECASE)


def parse(text: str, *, stage: Stage | None = None, host: str = "") -> Reply:
    r"""Read a reply: wire lines, one line, or what a bounce message quotes. Anything is read; nothing raises.

    The enhanced code counts where RFC 2034 puts it, right after the basic code (one word may come between, as
    filters write it), or later as `#5.1.1` or `(5.1.1)`, as qmail writes it; a subject over 7 is none (RFC 3463). If
    its class contradicts the basic code it is left out: a client acts on the basic code (RFC 5321, 4.2).

    Args:
        text: like "550-5.1.1 No such user\r\n550 5.1.1 See …", "smtp; 550 5.1.1 …", or
            "host mx.example.com[192.0.2.1] said: 550 5.1.1 … (in reply to RCPT TO command)".
        stage: what it answers; otherwise what the text says of that.
        host: the name of the server; otherwise the one that the text names.
    """
    whole = _BLANKS.sub(" ", text[:_QUOTED]).strip()
    found = _START.match(whole) or _INSIDE.search(whole)
    if found is None:
        code, rest = None, whole.partition(" said: ")[2] or whole
    else:
        digits = next(filter(None, found.groups()))
        code, rest = int(digits), _SPLIT.sub("", whole[found.end() :])
    before = whole[: found.start()] if found else whole
    said = before + " " + (ending[0] if (ending := _IN_REPLY.search(whole)) else whole[-12:])
    named = _HOST.search(before)
    enhanced, rest = _enhanced(code, _IN_REPLY.sub("", rest))
    return Reply(
        code=code,
        enhanced=enhanced,
        text=_joined(code, enhanced, rest)[:LONGEST],
        stage=stage or _stage(said.casefold()),
        host=(host or (named[1] if named else "")).casefold().rstrip("."),
        handed_on="" if found is None else _handed_on(whole, found.end()),
    )


def relayed(reply: Reply) -> Reply | None:
    """The reply that another server gave to this one, as Postfix tells it after "undeliverable address"."""
    if not reply.handed_on:
        return None
    other = parse(reply.handed_on)
    return replace(other, stage=other.stage or reply.stage)


def from_lines(lines: Iterable[str], *, stage: Stage | None = None, host: str = "") -> Reply:
    """Read a reply from its lines, each with its code, as they came off the wire."""
    return parse("\n".join(lines), stage=stage, host=host)


def _handed_on(whole: str, start: int) -> str:
    """The last reply that is told in a reply, from the name of the server that gave it on."""
    *_, last = [None, *_RELAYED.finditer(whole, start)]
    return "" if last is None else whole[last.start() :]


def _enhanced(code: int | None, rest: str) -> tuple[str | None, str]:
    """Take the enhanced code off the front of the words, or read it further on."""
    first = _ENHANCED.match(rest)
    if first is not None:
        return _plausible(code, first.groups()), rest[first.end() :]
    later = _ENHANCED_LATER.search(rest)
    parts = tuple(part for part in later.groups() if part is not None) if later else ()
    return _plausible(code, parts), rest


def _plausible(code: int | None, parts: tuple[str, ...]) -> str | None:
    if len(parts) != 3 or int(parts[1]) > _SUBJECTS:  # noqa: PLR2004 - class, subject, detail
        return None
    if code is not None and str(code)[0] != parts[0]:
        return None
    return ".".join(str(int(part)) for part in parts)


def _joined(code: int | None, enhanced: str | None, rest: str) -> str:
    """Take out the codes that each further line of a reply opens with, and other replies that a log holds after it."""
    if code is None:
        return rest
    others = (other.start() for other in _OTHER.finditer(rest) if other[1] != str(code))
    rest = next((rest[:start] for start in others if not rest[:start].endswith("said:")), rest)
    again = rf"(?:^| ){code}[ -]" + (rf"(?:{re.escape(enhanced)}(?: |$))?" if enhanced else "")
    return re.sub(again, " ", rest).replace("  ", " ").strip()


def _stage(said: str) -> Stage | None:
    return next((stage for stage, signs in _STAGES if any(sign in said for sign in signs)), None)

"""Reading an e-mail address: its syntax, what is wrong with it, and its canonical form."""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any, Final

import email_validator
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

from gateway.verification.addresses import is_public
from gateway.verification.canonical import canonical_email
from gateway.verification.diagnosis import diagnose
from gateway.verification.domain_part import DOMAINS, PLAIN, DomainPart
from gateway.verification.drafts import draft_of
from gateway.verification.lookalike import imitates, in_plain_letters, mixes
from gateway.verification.reasons import ReasonCode
from gateway.verification.tidy import STRAY, tidied, without_stray_signs

MAX_INPUT: Final = 320
"""Longest value that is looked at, in characters; an address has 254 octets at most (RFC 5321)."""
_MAX_OCTETS: Final = 254
_MAX_LOCAL_OCTETS: Final = 64
"""RFC 5321 section 4.5.3.1.1; the library counts only when it is strict, and then refuses more than this."""
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*+")
_STRAY: Final = f"[{re.escape(STRAY)}]"
_PLAIN: Final = re.compile(rf"(?!{_STRAY}){_ATOM}(?:\.{_ATOM})*+(?<!{_STRAY})@[A-Za-z0-9.-]*[A-Za-z]")
"""A dot-atom of RFC 5322, with no stray sign at either end, at what may be a name in ASCII: almost every address."""
_NAMED: Final = re.compile(r"([^<>\"]*)<([^<>]+)>")
"""A display name, or none, and an address in angle brackets."""
_ODD_DOTS: Final = re.compile(r"[A-Za-z0-9._-]+")
_ODD_DOTS_AT: Final = frozenset({"docomo.ne.jp", "ezweb.ne.jp"})
"""Where dots may end a name or follow each other: they were given out until 2009, and are in use
(docomo.ne.jp/service/docomo_mail/rfc_add). In quotes they are right (RFC 5321 section 4.1.2)."""
_NAME_PARTS: Final = re.compile(r"[.+_-]")
"""What stands between the names before the @: each may have its own alphabet."""
_NEUTRAL: Final = "x.com"
_CASELESS: Final = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressOptions:
    """Which rare forms of an address are as good as any other; all three are read and named whatever is said here.

    `quoted`: a quoted local part (RFC 5321 section 4.1.2) is no doubt. `literal`: an IP address in brackets (section
    4.1.3) is no doubt where it is globally routable; no list and no DNS is asked about it. `display_name`: an address
    in angle brackets behind a name (RFC 5322 section 3.4) is read as the address alone. Where it is not said, all three
    are risky: the two first since they are valid but hardly ever meant, and the last since the value is more than an
    address; the one inside is judged, and suggested.
    """

    quoted: bool = False
    literal: bool = False
    display_name: bool = False


USUAL: Final = AddressOptions()
"""What is taken where nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSyntax:
    """An address taken apart, or the reason why it cannot be.

    `domain` is the A-label form in lower case; `local` is NFC-normalised and keeps its case. `error` None
    means that the syntax is right. `suggestion` is the bare address inside a display name, or what a refused value
    would be without its stray signs (`gateway.verification.tidy`). `doubts` are what the text alone gives reason to
    doubt: a rare form that was not opted into (see `AddressOptions`), a look-alike domain.
    """

    error: ReasonCode | None = None
    local: str = field(default="", repr=False)
    domain: str = field(default="", repr=False)
    normalised: str | None = field(default=None, repr=False)
    canonical: str | None = field(default=None, repr=False)
    smtputf8: bool = False
    quoted: bool = False
    literal: bool = False
    suggestion: str | None = field(default=None, repr=False)
    doubts: tuple[ReasonCode, ...] = ()

    @property
    def tagged(self) -> bool:
        """Whether the local part carries a +tag."""
        return "+" in self.local[1:]


_Draft: Final = draft_of(EmailSyntax)
_REFUSED: Final = {code: EmailSyntax(error=code) for code in ReasonCode}


def parse_email(
    value: str, *, allow_special_use: frozenset[str] = frozenset(), options: AddressOptions = USUAL
) -> EmailSyntax:
    """Read one address by RFC 5321, 5322, 6531 and IDNA 2008; white space around it is taken away.

    So is the one dot that may end a domain written out in full (RFC 1034 section 3.1): it names the same mailbox.
    Quoted local parts, domain literals and display names are always read; `options` say which of them are as good as
    any other address. `allow_special_use` names suffixes out of `SPECIAL_USE` that shall pass all the same; only
    wiring gives it, for a test environment.
    """
    if (plain := _plain(value)) is not None:
        return plain
    read = _read(value, allow_special_use, options)
    return read if read.error is None else _with_suggestion(read.error, value)


def _read(value: str, allowed: frozenset[str], options: AddressOptions) -> EmailSyntax:
    text = value.strip() if len(value) <= MAX_INPUT else value
    if not text:
        return _REFUSED[ReasonCode.ADDRESS_EMPTY]
    if len(text) > MAX_INPUT:
        return _REFUSED[ReasonCode.ADDRESS_TOO_LONG]
    if "@" not in text:
        return _refused(text)
    if text.endswith(".") and not text.endswith(".."):
        text = text[:-1]
    if text != value and (plain := _plain(text)) is not None:
        return plain
    return _by_parts(text, allowed) or _behind_a_name(text, allowed, options) or _by_library(text, allowed, options)


def _with_suggestion(error: ReasonCode, value: str) -> EmailSyntax:
    """What was refused, with the address that a trivial clean-up makes of it, if any."""
    if len(value) <= MAX_INPUT:
        tried = {value.strip()}
        for text in tidied(value.strip()):
            if text in tried:
                continue
            tried.add(text)
            meant = _read(text, frozenset(), USUAL)
            if meant.error is None:
                return EmailSyntax(error=error, suggestion=meant.suggestion or meant.normalised)
    return _REFUSED[error]


def _plain(value: str) -> EmailSyntax | None:
    """Read what the library would read in the same way, without it; None for whatever is not certain to be so."""
    if len(value) > _MAX_OCTETS or _PLAIN.fullmatch(value) is None:
        return None
    local, _, typed = value.partition("@")
    if (part := PLAIN[typed]) is None or len(local) > _MAX_LOCAL_OCTETS:
        return None
    domain, _, _, rule, doubts = part
    if (name := local.lower()) != local and name in _CASELESS:
        local = name
    made: Any = _Draft()
    made.error = None
    made.local = local
    made.domain = domain
    made.normalised = normalised = f"{local}@{domain}"
    if rule is not None:
        made.canonical = f"{rule.name_of(name)}@{rule.domain or domain}"
    else:
        made.canonical = normalised if name == local else f"{name}@{domain}"
    made.smtputf8 = made.quoted = made.literal = False
    made.suggestion = None
    made.doubts = doubts
    made.__class__ = EmailSyntax
    return made  # type: ignore[no-any-return]  # a draft until the line above


def _by_parts(text: str, allowed: frozenset[str]) -> EmailSyntax | None:
    """Read or refuse what has a plain local part, or none at all; None for what needs the library as a whole.

    A dot-atom in ASCII ends at the first @, and all that follows is the domain: so the library reads it too, one
    part without regard to the other but for their length.
    """
    local, _, typed = text.partition("@")
    if _DOT_ATOM.fullmatch(local) is None:
        # Only quotes and a display name could make an address of it, or letters beyond ASCII.
        certain = text.isascii() and '"' not in text and "<" not in text and typed.lower() not in _ODD_DOTS_AT
        return _refused(text) if certain else None
    if typed.startswith("[") or typed.endswith(">"):
        return None
    if (part := DOMAINS[typed]) is None:
        return None if allowed else _refused(text)
    if len(local) + 1 + part.octets > _MAX_OCTETS:
        return None
    if len(local) > _MAX_LOCAL_OCTETS:
        return _REFUSED[ReasonCode.LOCAL_PART_INVALID]
    if (name := local.lower()) in _CASELESS:
        local = name
    bare = without_stray_signs(local)
    return EmailSyntax(
        local=local,
        domain=part.name,
        normalised=f"{local}@{part.shown}",
        canonical=canonical_email(local, part.name),
        suggestion=None if bare == local else f"{bare}@{part.shown}",
        doubts=part.doubts if bare == local else (ReasonCode.LOCAL_PART_STRAY_SIGN, *part.doubts),
    )


def _behind_a_name(text: str, allowed: frozenset[str], options: AddressOptions) -> EmailSyntax | None:
    """Read `Doe, Jane <jane@acme.com>`: that the name lacks its quotes (RFC 5322 section 3.4) proves nothing."""
    match = _NAMED.fullmatch(text)
    if match is None or not match[1].isprintable():
        return None
    name, inside = map(str.strip, match.groups())
    if "@" in name and name.lower() != inside.lower():
        return None  # another address before it may be the one that is meant
    read = _read(inside, allowed, options)
    if read.error is not None:
        return None
    if options.display_name:
        return read
    return replace(read, suggestion=read.suggestion or read.normalised, doubts=(*read.doubts, ReasonCode.DISPLAY_NAME))


def _refused(text: str) -> EmailSyntax:
    return _REFUSED[diagnose(text)]


def _by_library(text: str, allowed: frozenset[str], options: AddressOptions) -> EmailSyntax:
    head, suffix = _split_allowed(_in_quotes(text), allowed)
    # A suffix that is allowed is read as a neutral one of the same length, so that all limits stay.
    asked, part = (head + "x" * len(suffix), None) if suffix else _without_domain(head)
    if asked is None:
        return _refused(text)
    try:
        read = email_validator.validate_email(
            asked,
            check_deliverability=False,
            allow_quoted_local=True,
            allow_domain_literal=True,
            allow_display_name=True,
        )
    except email_validator.EmailNotValidError:
        return _refused(text)
    if len(read.local_part.encode("utf-8")) > _MAX_LOCAL_OCTETS:
        return _REFUSED[ReasonCode.LOCAL_PART_INVALID]
    domain, shown = (part.name, part.shown) if part is not None else (read.ascii_domain.lower(), read.domain)
    if suffix:
        domain, shown = domain[: -len(suffix)] + suffix, shown[: -len(suffix)] + suffix
    return _put_together(read, domain, shown, options)


def _in_quotes(text: str) -> str:
    """The same address with its name in quotes, where dots stand in it that are right nowhere else."""
    local, _, domain = text.partition("@")
    return f'"{local}"@{domain}' if domain.lower() in _ODD_DOTS_AT and _ODD_DOTS.fullmatch(local) else text


def _without_domain(text: str) -> tuple[str | None, DomainPart | None]:
    """Put a neutral domain where one was read here: the library reads it apart from all else as well, but slowly.

    Nothing to ask is left where there is no domain behind the last @, and no domain part where the library reads all.
    """
    before, _, behind = text.rpartition("@")
    typed = behind.rstrip(" ").removesuffix(">")
    if typed.startswith("["):
        return text, None
    if (part := DOMAINS[typed]) is None:
        return None, None
    longest = max(len(each.encode("utf-8", "replace")) for each in (before, unicodedata.normalize("NFC", before)))
    if longest + 1 + part.octets > _MAX_OCTETS:
        return text, None
    return f"{before}@{_NEUTRAL}{behind[len(typed) :]}", part


def _split_allowed(text: str, allowed: frozenset[str]) -> tuple[str, str]:
    for suffix in allowed:
        if text.lower().endswith("." + suffix):
            return text[: -len(suffix)], suffix
    return text, ""


def _put_together(
    read: email_validator.ValidatedEmail, domain: str, shown: str, options: AddressOptions
) -> EmailSyntax:
    local, address = read.local_part, getattr(read, "domain_address", None)
    normalised = f"{local}@{shown}"
    quoted, literal = local.startswith('"'), address is not None
    doubts = [ReasonCode.DOMAIN_LOOKALIKE] if imitates(domain, shown) else []
    plain = None if read.ascii_local_part else in_plain_letters(local)
    if plain or (not read.ascii_local_part and any(map(mixes, _NAME_PARTS.split(local)))):
        doubts.append(ReasonCode.LOCAL_PART_LOOKALIKE)
    bare = local if quoted else without_stray_signs(plain or local)
    if bare != (plain or local):
        doubts.append(ReasonCode.LOCAL_PART_STRAY_SIGN)
    named = read.display_name is not None and not options.display_name
    if named:
        doubts.append(ReasonCode.DISPLAY_NAME)
    if quoted and not options.quoted:
        doubts.append(ReasonCode.QUOTED_LOCAL_PART)
    if address is not None and not (options.literal and is_public(address)):
        doubts.append(ReasonCode.DOMAIN_LITERAL)
    return EmailSyntax(
        local=local,
        domain=domain,
        normalised=normalised,
        canonical=None if literal else canonical_email(local, domain),
        smtputf8=not read.ascii_local_part,
        quoted=quoted,
        literal=literal,
        suggestion=f"{bare}@{shown}" if named or bare != local else None,
        doubts=tuple(doubts),
    )

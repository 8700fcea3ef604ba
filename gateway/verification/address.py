"""Reading an e-mail address: its syntax, what is wrong with it, and its canonical form."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import email_validator
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

from gateway.verification.domains import FOLDING, SPECIAL_USE, matches_suffix
from gateway.verification.reasons import ReasonCode

MAX_INPUT: Final = 320
"""Longest value that is looked at, in characters; an address has 254 octets at most (RFC 5321)."""
LIBRARY: Final = f"email-validator@{email_validator.__version__}"
_MAX_OCTETS: Final = 254
_MAX_LOCAL_OCTETS: Final = 64
"""RFC 5321 section 4.5.3.1.1; the library counts only when it is strict, and then refuses more than this."""
_LOOKALIKE_AT: Final = "\uff20\ufe6b"
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN: Final = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@([A-Za-z0-9][A-Za-z0-9.-]*)")
"""A dot-atom of RFC 5322 at a name in ASCII: almost every address there is."""
_CASELESS: Final = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)
_DOMAINS_KEPT: Final = 4096
_UNSAFE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSyntax:
    """An address taken apart, or the reason why it cannot be.

    `domain` is the A-label form in lower case; `local` is NFC-normalised and keeps its case. `error` None
    means that the syntax is right. `suggestion` is the bare address inside a display name.
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

    @property
    def tagged(self) -> bool:
        """Whether the local part carries a +tag."""
        return "+" in self.local[1:]


def parse_email(value: str, *, allow_special_use: frozenset[str] = frozenset()) -> EmailSyntax:
    """Read one address by RFC 5321, 5322, 6531 and IDNA 2008; white space around it is taken away.

    So is the one dot that may end a domain written out in full (RFC 1034 section 3.1): it names the same mailbox.
    Quoted local parts and domain literals are read, and marked. `allow_special_use` names suffixes out of
    `SPECIAL_USE` that shall pass all the same; only wiring gives it, for a test environment.
    """
    text = value.strip() if len(value) <= MAX_INPUT else value
    if not text:
        return EmailSyntax(error=ReasonCode.ADDRESS_EMPTY)
    if len(text) > MAX_INPUT:
        return EmailSyntax(error=ReasonCode.ADDRESS_TOO_LONG)
    if text.endswith(".") and "@" in text and not text.endswith(".."):
        text = text[:-1]
    head, suffix = _split_allowed(text, allow_special_use)
    # A suffix that is allowed is read as a neutral one of the same length, so that all limits stay.
    neutral = head + "x" * len(suffix)
    if (plain := _plain(neutral, suffix)) is not None:
        return plain
    try:
        read = email_validator.validate_email(
            neutral,
            check_deliverability=False,
            allow_quoted_local=True,
            allow_domain_literal=True,
            allow_display_name=True,
        )
    except email_validator.EmailNotValidError:
        return EmailSyntax(error=_diagnose(text))
    if len(read.local_part.encode("utf-8")) > _MAX_LOCAL_OCTETS:
        return EmailSyntax(error=ReasonCode.LOCAL_PART_INVALID)
    return _taken_apart(read, suffix)


def canonical_email(local: str, domain: str) -> str:
    """The form that identifies the mailbox's owner: lower case, and folded as the provider folds.

    `domain` is in A-label form. Without a rule for the domain, dots and tags stay: elsewhere they may be
    other people's.
    """
    name, rule = local.lower(), FOLDING.get(domain)
    if rule is None:
        return f"{name}@{domain}"
    if rule.tag is not None:
        # A name that begins with the sign is all tag: leave it alone.
        name = name.partition(rule.tag)[0] or name
    if rule.dots:
        name = name.replace(".", "")
    return f"{name}@{rule.domain or domain}"


def _plain(neutral: str, suffix: str) -> EmailSyntax | None:
    """Read what the library would read in the same way, without it; None for whatever is not certain to be so."""
    found = _PLAIN.fullmatch(neutral)
    if found is None or len(neutral) > _MAX_OCTETS or len(found[1]) > _MAX_LOCAL_OCTETS:
        return None
    local, domain = found[1], _plain_domain(found[2])
    if domain is None:
        return None
    if (name := local.lower()) in _CASELESS:
        local = name
    if suffix:
        domain = domain[: -len(suffix)] + suffix
    return EmailSyntax(
        local=local, domain=domain, normalised=f"{local}@{domain}", canonical=canonical_email(local, domain)
    )


@lru_cache(maxsize=_DOMAINS_KEPT)
def _plain_domain(domain: str) -> str | None:
    """A domain in lower case, where that is all the library would make of it; many addresses share one."""
    try:
        read = email_validator.validate_email(f"a@{domain}", check_deliverability=False)
    except email_validator.EmailNotValidError:
        return None
    return read.domain if read.domain == read.ascii_domain == domain.lower() else None


def _split_allowed(text: str, allowed: frozenset[str]) -> tuple[str, str]:
    for suffix in allowed:
        if text.lower().endswith("." + suffix):
            return text[: -len(suffix)], suffix
    return text, ""


def _taken_apart(read: email_validator.ValidatedEmail, suffix: str) -> EmailSyntax:
    normalised, domain = read.normalized, read.ascii_domain
    if suffix:
        normalised = normalised[: -len(suffix)] + suffix
        domain = domain[: -len(suffix)] + suffix
    if read.display_name is not None:
        return EmailSyntax(error=ReasonCode.DISPLAY_NAME, suggestion=normalised)
    local, literal = read.local_part, getattr(read, "domain_address", None) is not None
    return EmailSyntax(
        local=local,
        domain=domain.lower(),
        normalised=normalised,
        canonical=None if literal else canonical_email(local, domain.lower()),
        smtputf8=not read.ascii_local_part,
        quoted=local.startswith('"'),
        literal=literal,
    )


def _diagnose(text: str) -> ReasonCode:
    """Say what is wrong with a value that the library refuses; it gives no codes itself."""
    if len(text.encode("utf-8", "surrogatepass")) > _MAX_OCTETS:
        return ReasonCode.ADDRESS_TOO_LONG
    local, at, domain = text.rpartition("@")
    if not at and any(char in _LOOKALIKE_AT for char in text):
        return ReasonCode.AT_SIGN_LOOKALIKE
    if not (local and domain):
        return ReasonCode.AT_SIGN_MISSING
    if not local.startswith('"') and any(unicodedata.category(char) in _UNSAFE_CATEGORIES for char in text):
        return ReasonCode.UNSAFE_CHARACTERS
    if matches_suffix(domain.lower(), SPECIAL_USE):
        return ReasonCode.DOMAIN_SPECIAL_USE
    return ReasonCode.LOCAL_PART_INVALID if _domain_reads(domain) else ReasonCode.DOMAIN_INVALID


def _domain_reads(domain: str) -> bool:
    try:
        email_validator.validate_email(f"a@{domain}", check_deliverability=False, allow_domain_literal=True)
    except email_validator.EmailNotValidError:
        return False
    return True

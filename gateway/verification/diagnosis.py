"""Saying what is wrong with a value that is no address: the library that refuses it gives no codes."""

import unicodedata
from typing import Final

import email_validator

from gateway.verification.domain_part import DOMAINS
from gateway.verification.domains import SPECIAL_USE, matches_suffix
from gateway.verification.reasons import ReasonCode

_MAX_OCTETS: Final = 254
_LOOKALIKE_AT: Final = "\uff20\ufe6b"
_UNSAFE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zs", "Zl", "Zp"})


def diagnose(text: str) -> ReasonCode:
    """The first thing that is wrong with a value that the library refuses."""
    if len(text.encode("utf-8", "surrogatepass")) > _MAX_OCTETS:
        return ReasonCode.ADDRESS_TOO_LONG
    local, at, domain = text.rpartition("@")
    if not at and any(char in _LOOKALIKE_AT for char in text):
        return ReasonCode.AT_SIGN_LOOKALIKE
    if not (local and domain):
        return ReasonCode.AT_SIGN_MISSING
    if not local.startswith('"') and _unsafe(text):
        return ReasonCode.UNSAFE_CHARACTERS
    if matches_suffix(domain.lower(), SPECIAL_USE):
        return ReasonCode.DOMAIN_SPECIAL_USE
    return ReasonCode.LOCAL_PART_INVALID if _domain_reads(domain) else ReasonCode.DOMAIN_INVALID


def _unsafe(text: str) -> bool:
    if text.isascii():
        return " " in text or not text.isprintable()
    return any(unicodedata.category(char) in _UNSAFE_CATEGORIES for char in text)


def _domain_reads(domain: str) -> bool:
    if not domain.startswith("["):
        return DOMAINS[domain] is not None
    try:
        email_validator.validate_email(f"a@{domain}", check_deliverability=False, allow_domain_literal=True)
    except email_validator.EmailNotValidError:
        return False
    return True

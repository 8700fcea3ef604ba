"""The suppression list: who must not be reached, kept as keyed hashes that survive erasure.

An entry is HMAC-SHA256 under a suppression key over kind and normalised value, never the value itself. Keys come in
generations that never retire, at most four; a look-up tries each.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final

import idna

from consent.errors import SuppressionError
from consent.terms import Channel, Purpose, covers

KEY_BYTES: Final = 32
"""How long a suppression key is."""

MAX_GENERATIONS: Final = 4
"""How many key generations a look-up tries."""

_LABEL: Final = b"leadgate/suppression/1"
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_PHONE_NOISE: Final = str.maketrans("", "", " \t-./()\u00a0")


class SuppressionKind(StrEnum):
    """What an entry matches."""

    EMAIL_EXACT = "email_exact"
    EMAIL_CANONICAL = "email_canonical"
    DOMAIN = "domain"
    PHONE_E164 = "phone_e164"


def normalise(kind: SuppressionKind, value: str) -> str:
    """Bring a value into the form that is hashed.

    E-mail and domain become lower case with the domain in its ASCII form (IDNA 2008, UTS 46). Phones become bare E.164.
    A canonical address is canonical already: whoever knows which provider ignores dots and tags has folded it, the
    same way for the list as for recognising a person.

    Raises:
        SuppressionError: the value is not of this kind.
    """
    text = value.strip()
    if kind is SuppressionKind.DOMAIN:
        return _domain(text.rpartition("@")[2])
    if kind is SuppressionKind.PHONE_E164:
        phone = text.translate(_PHONE_NOISE)
        if _E164.fullmatch(phone) is None:
            raise SuppressionError(f"suppression {kind}: write the number as E.164, with + and country code")
        return phone
    local, at, domain = text.rpartition("@")
    if not at or not local:
        raise SuppressionError(f"suppression {kind}: this is no e-mail address")
    return f"{local.lower()}@{_domain(domain)}"


def hmac_of(key: bytes, kind: SuppressionKind, value: str) -> bytes:
    """Return the 32-byte HMAC-SHA256 of a value, normalised first; the kind is part of what is hashed.

    Raises:
        SuppressionError: the key is not 32 bytes long, or the value is not of this kind.
    """
    if len(key) != KEY_BYTES:
        raise SuppressionError(f"suppression {kind}: a key has {KEY_BYTES} bytes")
    message = b"\0".join((_LABEL, kind.value.encode(), normalise(kind, value).encode()))
    return hmac.new(key, message, hashlib.sha256).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One hash to look up: kind, key generation and digest."""

    kind: SuppressionKind
    key_gen: int
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionScope:
    """What an entry forbids; `None` is every purpose, or every channel. A purpose includes all below it."""

    purpose: Purpose | None = None
    channel: Channel | None = None

    def includes(self, purpose: Purpose, channel: Channel) -> bool:
        """Whether this use is forbidden."""
        return covers(self.purpose, purpose) and self.channel in {None, channel}


def probes(
    keys: Mapping[int, bytes], *, email: str | None = None, canonical: str | None = None, phones: Iterable[str] = ()
) -> frozenset[Probe]:
    """Return every hash under which a lead could stand on the list.

    An e-mail address is looked up as it is, in its canonical form, and by its domain with every parent domain. As a
    canonical one it is looked up unfolded too: an entry outlives what was known of its provider when it was made. A
    value that cannot be normalised gives no probe: it is no contact point that anything could be sent to.

    Args:
        keys: key generation to key; one to four.
        email: the lead's address, if any.
        canonical: the same address as its provider files it; None is as it is.
        phones: the numbers in E.164 that the lead's may be.

    Raises:
        SuppressionError: no key, too many generations, or a key of the wrong length.
    """
    if not 1 <= len(keys) <= MAX_GENERATIONS:
        raise SuppressionError(f"suppression keys: one to {MAX_GENERATIONS} generations are looked up")
    values: set[tuple[SuppressionKind, str]] = set()
    if email is not None:
        values |= _email_values(email)
    if canonical is not None:
        values |= {value for value in _email_values(canonical) if value[0] is SuppressionKind.EMAIL_CANONICAL}
    values |= {(SuppressionKind.PHONE_E164, each) for each in phones if _E164.fullmatch(each.translate(_PHONE_NOISE))}
    return frozenset(
        Probe(kind=kind, key_gen=generation, digest=hmac_of(key, kind, value))
        for generation, key in keys.items()
        for kind, value in values
    )


def _email_values(email: str) -> set[tuple[SuppressionKind, str]]:
    try:
        exact = normalise(SuppressionKind.EMAIL_EXACT, email)
    except SuppressionError:
        return set()
    found = {(SuppressionKind.EMAIL_EXACT, exact), (SuppressionKind.EMAIL_CANONICAL, exact)}
    return found | {(SuppressionKind.DOMAIN, domain) for domain in with_parents(exact.rpartition("@")[2])}


def with_parents(domain: str) -> list[str]:
    """Return a normalised domain and every parent of two labels or more: an entry for any of them is about it.

    Of a text too long for a domain, itself and those parents that are not.
    """
    labels = domain[-_MAX_DOMAIN - 1 :].partition(".")[2].split(".") if len(domain) > _MAX_DOMAIN else domain.split(".")
    parents = (".".join(labels[start:]) for start in range(max(1, len(labels) - 1)))
    names = dict.fromkeys((domain, *parents))
    # Of what is no domain, as `b..`, an end may hold nothing but dots and white space.
    return [name for name in names if name.strip(". \t\r\n")]


_MAX_DOMAIN: Final = 253
"""Octets of the longest domain (RFC 1035 section 2.3.4)."""


@lru_cache(maxsize=1024)
def _domain(text: str) -> str:
    name = text.strip().rstrip(".").lower()
    if not name:
        raise SuppressionError("suppression domain: this is no domain")
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError:
        # Names such as `_dmarc.example` or over-long labels exist in the wild: they must match themselves.
        return name

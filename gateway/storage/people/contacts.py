"""A contact point in the one form that identity, consent and suppression all go by, and the hashes it is kept as."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from audit.keyring import SUPPRESSION
from consent import suppression
from consent.errors import SuppressionError
from consent.suppression import Probe, SuppressionKind
from gateway.errors import Fault, Invalid
from gateway.storage.sealing.vault import Vault
from gateway.verification.address import parse_email
from gateway.verification.canonical import canonical_email
from gateway.verification.numbering.candidates import numbers
from gateway.verification.numbering.characters import whole_number
from gateway.verification.phone import judge
from gateway.verification.reasons import ReasonCode
from gateway.verification.tidy import angled, bracketed, mentioned

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""For reading numbers: how they are read does not depend on the time."""
_HOST: Final = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
"""A domain with at least two labels, in ASCII form (RFC 1035 section 2.3.1; underscores exist in the wild)."""
_FOREVER: Final = 1
"""The generation of the suppression key that references are made under; generations never retire."""


def canonical_of(email: str) -> str:
    """The form that two spellings of one mailbox share: what identifies a person, wherever the address is one.

    Case, IDNA and Unicode spelling are gone, and tags and dots where the provider ignores them; so is a name before it,
    whatever signs it has and a verification policy says of names: who objects under one spelling is stopped under all.
    What the address parser refuses (a special-use domain, say) is folded all the same, so that it can be objected to.

    Raises:
        SuppressionError: this is no e-mail address, or brackets stand in it so that nobody knows which is meant.
    """
    canonical = parse_email(email).canonical
    if canonical is not None:
        return canonical
    alone = _without_name(email)
    canonical = None if alone == email else parse_email(alone).canonical
    if canonical is not None:
        return canonical
    local, _, domain = suppression.normalise(SuppressionKind.EMAIL_EXACT, alone).rpartition("@")
    return canonical_email(local, domain)


def address_in(written: str) -> str:
    """The address behind a name, as in `Ada <ada@acme.example>`, without needless quotes; any other text as it is.

    Raises:
        SuppressionError: brackets stand in it so that nobody knows which is meant.
    """
    if not {"<", ">", '"'} & set(written):
        return written
    whole = parse_email(written).normalised
    if whole is not None:
        return whole
    alone = _without_name(written)
    return parse_email(alone).normalised or alone


def _without_name(written: str) -> str:
    alone = bracketed(written) or written
    if angled(alone):
        raise SuppressionError("suppression e-mail: write the address alone, without angle brackets")
    return alone


def mailbox_of(email: str) -> str | None:
    """The canonical form of an address, or None where nothing could be sent to what is written."""
    try:
        return canonical_of(email)
    except SuppressionError:
        return None


def contact_of(vault: Vault, email: str) -> str:
    """Name a mailbox for ever without saying it: a keyed hash of its canonical form, in hex.

    A text that is no address is named as it is: consent given to it counts for nothing else.
    """
    return reference_of(vault, mailbox_of(email) or email.strip().lower())


def reference_of(vault: Vault, mailbox: str) -> str:
    """The keyed hash that names a mailbox, given in its canonical form."""
    return vault.keyring.hmac(SUPPRESSION, f"contact\0email\0{mailbox}".encode(), _FOREVER).hex()


def mac_of(key: bytes, kind: SuppressionKind, value: str) -> bytes:
    """The hash that a contact point or domain stands under on the suppression list.

    Raises:
        SuppressionError: the value is not of this kind.
    """
    match kind:
        case SuppressionKind.EMAIL_CANONICAL:
            value = canonical_of(value)
        case SuppressionKind.EMAIL_EXACT:
            value = address_in(value)
        case SuppressionKind.PHONE_E164:
            value = number_of(value)
    return suppression.hmac_of(key, kind, value)


def number_of(phone: str) -> str:
    """A number in E.164 as verification reads it, trunk prefix and extension gone; any other text as it is."""
    return judge(phone, now=_EPOCH).evidence.e164 or phone


def digests_of(
    keys: Mapping[int, bytes], kind: SuppressionKind, value: str, country: str | None = None
) -> frozenset[bytes]:
    """Every hash under which the policy would find a contact point or domain on the list.

    An address is looked up as it is written, in its canonical form, and by its domain with every parent domain; of a
    phone number every one that may be meant, also as one of the controller's `country`.

    Raises:
        SuppressionError: the value is not of this kind.
    """
    match kind:
        case SuppressionKind.DOMAIN:
            wanted = suppression.probes(keys, email=f"x@{suppression.normalise(kind, value)}")
            return frozenset(probe.digest for probe in wanted if probe.kind is kind)
        case SuppressionKind.PHONE_E164:
            found = numbers(value, default=country) or (suppression.normalise(kind, value),)
            wanted = probes_for(keys, email=None, phones=found)
        case _:
            canonical_of(value)  # raises for what is no address
            wanted = probes_for(keys, email=value)
    return frozenset(probe.digest for probe in wanted)


def check_readable(kind: SuppressionKind, value: str, country: str | None) -> None:
    """Check that the list can be asked about a value: of a phone number that any can be read in it, wherever it is.

    Raises:
        Invalid: as `check_plausible`.
    """
    if kind is not SuppressionKind.PHONE_E164 or not (whole_number(value) and numbers(value, default=country)):
        check_plausible(kind, value)


def check_plausible(kind: SuppressionKind, value: str, *, pointer: str = "/value") -> None:
    """Check that somebody could be reached by a value at all: an entry that stops nobody must not look like one.

    Raises:
        Invalid: it is no e-mail address, domain or number; the value is not repeated.
    """
    match kind:
        case SuppressionKind.DOMAIN:
            fits, wanted = _is_host(value), "a domain like example.com"
        case SuppressionKind.PHONE_E164:
            fits = _is_one_number(value)
            wanted = "one phone number alone, with + and its country code"
        case _:
            fits = _is_address(value)
            wanted = "an e-mail address like name@example.com"
    if not fits:
        raise Invalid(f"Nobody can be reached by this: write {wanted}.", faults=[Fault(pointer=pointer, detail=wanted)])


def _is_one_number(value: str) -> bool:
    """Whether one number is meant: with digits of a remark, or without, it may be read in two ways and is one still."""
    meant = judge(value, now=_EPOCH).evidence.e164
    return meant is not None and all(each.startswith(meant) or meant.startswith(each) for each in numbers(value))


def _is_address(value: str) -> bool:
    try:
        return parse_email(address_in(value)).error in {None, ReasonCode.DOMAIN_SPECIAL_USE}
    except SuppressionError:
        return False


def _is_host(value: str) -> bool:
    try:
        return "@" not in value and _HOST.fullmatch(suppression.normalise(SuppressionKind.DOMAIN, value)) is not None
    except SuppressionError:
        return False


def probes_for(keys: Mapping[int, bytes], *, email: str | None, phones: Iterable[str] = ()) -> frozenset[Probe]:
    """Every hash under which these contact points could stand on the suppression list; `phones` are E.164."""
    return _probes(keys, email, None if email is None else mailbox_of(email), phones)


def _probes(
    keys: Mapping[int, bytes], email: str | None, mailbox: str | None, phones: Iterable[str]
) -> frozenset[Probe]:
    written = email if email is None or mailbox is None else address_in(email)
    found = suppression.probes(keys, email=written, canonical=mailbox, phones=phones)
    # What may have been meant by an odd address, or by none, can forbid too; it allows nothing and names nobody.
    for meant in () if email is None else _meant(email):
        found |= suppression.probes(keys, email=meant, canonical=mailbox_of(meant))
    return found


def _meant(email: str) -> Iterable[str]:
    """The addresses that may be meant by one beside what it is: its suggestion, and all that stand in it."""
    read = parse_email(email)
    meant = [] if read.suggestion is None else [read.suggestion]
    if read.error is not None or email.count("@") > 1:
        meant += [parse_email(each).normalised or each for each in mentioned(email)]
    return dict.fromkeys(meant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """The keyed hashes of one person's contact points: what consent was given to, what suppression is looked up by."""

    reference: str | None
    digests: tuple[bytes, ...] = field(repr=False)


def points_of(vault: Vault, keys: Mapping[int, bytes], *, email: str | None, phones: Iterable[str]) -> Points:
    """Hash a person's contact points, reading the address once; `phones` are E.164."""
    mailbox = None if email is None else mailbox_of(email)
    found = _probes(keys, email, mailbox, phones)
    reference = None if email is None else reference_of(vault, mailbox or email.strip().lower())
    return Points(reference=reference, digests=tuple(sorted(probe.digest for probe in found)))

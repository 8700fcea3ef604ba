"""Sealing and opening of entries: a key per event, a stored commitment to it, AES-256-GCM over the payload.

None of the common AEADs commits to its key: one ciphertext can be made to open to two payloads under two
keys. So the event key is split into an encryption key and a commitment that stands in the leaf (the idea of
AWS Encryption SDK's committing suites). A key seals one event, so a nonce cannot be used twice under it, and
handing out one event's key discloses one event.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.encoding import (
    FLAG_CLEAR,
    HEADER_SIZE,
    LEAF,
    LEAF_VERSION,
    NO_COMMITMENT,
    NO_ID,
    NO_NONCE,
    SCHEMA_SHIFT,
    to_micros,
)
from audit.errors import BadEvent, CannotOpen
from audit.macs import mac_256, mac_512
from audit.types import CLEAR_TYPES, EventType

_LABEL = b"leadgate/audit/event/v1\0"
_SPLIT = b"leadgate/audit/encrypt-and-commit/v1"
_CONTROLS = bytes(range(32)) + b"\x7f"
_COMMITMENT_AT = HEADER_SIZE - len(NO_COMMITMENT)
_NONCE_AT = _COMMITMENT_AT - len(NO_NONCE)
_KEY_SIZE = 32
MAX_PAYLOAD = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceKey:
    """A subject's evidence key: 32 secret bytes under a random 16-byte id that stands in every leaf."""

    dek_id: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened: ``payload`` is one compact JSON object (no raw line breaks), at most 1 MiB."""

    event_id: bytes
    time: datetime
    type: EventType
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEntry:
    """An entry as the store keeps it: a 121-byte leaf, and the ciphertext (or a clear type's payload)."""

    event_id: bytes
    leaf: bytes
    ciphertext: bytes = field(repr=False)


def seal(event: Event, key: EvidenceKey, *, nonce: bytes) -> SealedEntry:
    """Seal an event under a subject's evidence key with 12 fresh random bytes.

    Raises:
        BadEvent: the payload is no compact JSON object, an id or nonce has the wrong length, or the type is
        clear.
    """
    _check(event)
    if (len(key.dek_id), len(key.key), len(nonce)) != (16, 32, 12):
        raise BadEvent(reason="a key id, key or nonce has the wrong length")
    if event.type.number in CLEAR_TYPES:
        raise BadEvent(reason=f"{event.type.name} is written by the log itself")
    secret = event_key(key.key, event.event_id, nonce)
    encryption, commitment = _halves(secret)
    time, number, flags = to_micros(event.time), event.type.number, event.type.schema << SCHEMA_SHIFT
    fields = (LEAF_VERSION, event.event_id, key.dek_id, time, number, flags, nonce, commitment)
    header = LEAF.pack(*fields, b"")[:HEADER_SIZE]
    ciphertext = AESGCM(encryption).encrypt(nonce, event.payload, header)
    return SealedEntry(
        event_id=event.event_id,
        leaf=header + hashlib.sha256(ciphertext).digest(),
        ciphertext=ciphertext,
    )


def clear_entry(event: Event) -> SealedEntry:
    """Return the unsealed entry of an event of the log about itself; raise BadEvent for other types."""
    _check(event)
    if event.type.number not in CLEAR_TYPES:
        raise BadEvent(reason=f"{event.type.name} must be sealed")
    digest = hashlib.sha256(event.payload).digest()
    time, number = to_micros(event.time), event.type.number
    flags = event.type.schema << SCHEMA_SHIFT | FLAG_CLEAR
    fields = (LEAF_VERSION, event.event_id, NO_ID, time, number, flags, NO_NONCE, NO_COMMITMENT, digest)
    return SealedEntry(event_id=event.event_id, leaf=LEAF.pack(*fields), ciphertext=event.payload)


def event_key(evidence_key: bytes, event_id: bytes, nonce: bytes) -> bytes:
    """Return the 32-byte key of one event: HMAC-SHA256(evidence key, label | event_id | nonce)."""
    return mac_256(evidence_key, _LABEL + event_id + nonce)


def open_entry(leaf: bytes, ciphertext: bytes, key: EvidenceKey) -> bytes:
    """Return the payload of a sealed entry, given the subject's evidence key; raise CannotOpen."""
    _, event_id, dek_id, _, _, _, nonce, _, _ = LEAF.unpack(leaf)
    if dek_id != key.dek_id:
        raise CannotOpen(reason="it was sealed under another key")
    return open_with_event_key(leaf, ciphertext, event_key(key.key, event_id, nonce))


def open_with_event_key(leaf: bytes, ciphertext: bytes, secret: bytes) -> bytes:
    """Return the payload of a sealed entry, given only this event's key, as an export discloses it.

    Raises:
        CannotOpen: the ciphertext is not the one the leaf hashes, the key is not the one it commits to, or
        the
            header was changed.
    """
    if hashlib.sha256(ciphertext).digest() != leaf[HEADER_SIZE:]:
        raise CannotOpen(reason="the ciphertext is not the one that the leaf hashes")
    return decrypt(leaf[:HEADER_SIZE], ciphertext, secret)


def decrypt(header: bytes, ciphertext: bytes, secret: bytes) -> bytes:
    """Return the payload, as `open_with_event_key`, of a ciphertext whose hash has been compared already."""
    encryption, commitment = _halves(secret)
    if commitment != header[_COMMITMENT_AT:]:
        raise CannotOpen(reason="the key is not the one that the leaf commits to")
    try:
        return AESGCM(encryption).decrypt(header[_NONCE_AT:_COMMITMENT_AT], ciphertext, header)
    except InvalidTag:
        raise CannotOpen(reason="the ciphertext does not decrypt under the header that stands in the leaf") from None


def _halves(secret: bytes) -> tuple[bytes, bytes]:
    """Return an event key's encryption key and commitment: the halves of one HMAC-SHA512."""
    both = mac_512(secret, _SPLIT)
    return both[:_KEY_SIZE], both[_KEY_SIZE:]


def _check(event: Event) -> None:
    payload = event.payload
    if len(event.event_id) != len(NO_ID):
        raise BadEvent(reason="its id is not 16 bytes")
    if not (payload.startswith(b"{") and payload.endswith(b"}")) or len(payload) > MAX_PAYLOAD:
        raise BadEvent(reason="its payload is not one JSON object of at most 1 MiB")
    # Exports put a payload on one line as it is; JSON needs no raw control character.
    if len(payload.translate(None, _CONTROLS)) != len(payload):
        raise BadEvent(reason="its payload holds raw control characters")

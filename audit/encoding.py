"""The fixed 121-byte leaf and the textual forms of its ids and times: strict both ways."""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from audit.errors import BadEvent, BadLeaf

LEAF_VERSION = 1
# ver | event_id | dek_id | time µs | type | flags | nonce | key commitment | SHA-256(ciphertext)
LEAF = struct.Struct(">B16s16sQHH12s32s32s")
LEAF_SIZE = LEAF.size
HEADER_SIZE = LEAF_SIZE - 32  # everything but the ciphertext's hash: the AEAD's associated data
TYPE_AT = slice(41, 43)  # where the leaf has its type
FLAG_CLEAR = 1  # the payload is not encrypted: only types of the log itself
SCHEMA_SHIFT = 8  # the flags' high byte is the payload's schema version, counted from 1
NO_ID = bytes(16)
NO_NONCE = bytes(12)
NO_COMMITMENT = bytes(32)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MAX_TIME = 253_402_300_799_999_999  # 9999-12-31T23:59:59.999999Z
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(first + second for first in _CROCKFORD for second in _CROCKFORD)  # ten bits each


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A leaf's nine fields but the version: ids are 16 bytes, ``time`` is UTC microseconds since 1970."""

    event_id: bytes
    dek_id: bytes
    time: int
    type: int
    flags: int
    nonce: bytes
    commitment: bytes
    digest: bytes

    @property
    def schema(self) -> int:
        """The schema version of the payload, as its type had it when it was sealed."""
        return self.flags >> SCHEMA_SHIFT

    @property
    def clear(self) -> bool:
        """Whether the payload is stored unencrypted."""
        return bool(self.flags & FLAG_CLEAR)

    def encode(self) -> bytes:
        """Return the 121 bytes that the tree hashes."""
        return LEAF.pack(
            LEAF_VERSION,
            self.event_id,
            self.dek_id,
            self.time,
            self.type,
            self.flags,
            self.nonce,
            self.commitment,
            self.digest,
        )


def parse_leaf(data: bytes) -> Leaf:
    """Return the leaf in exactly 121 bytes; raise BadLeaf on any other length, version, flag or time."""
    if len(data) != LEAF_SIZE:
        raise BadLeaf(reason=f"{len(data)} bytes instead of {LEAF_SIZE}")
    version, event_id, dek_id, time, number, flags, nonce, commitment, digest = LEAF.unpack(data)
    check_leaf(version, time, flags, dek_id, nonce, commitment)
    return Leaf(
        event_id=event_id,
        dek_id=dek_id,
        time=time,
        type=number,
        flags=flags,
        nonce=nonce,
        commitment=commitment,
        digest=digest,
    )


def check_leaf(version: int, time: int, flags: int, dek_id: bytes, nonce: bytes, commitment: bytes) -> None:
    """Raise BadLeaf unless these fields may stand together in a leaf."""
    if version != LEAF_VERSION:
        raise BadLeaf(reason=f"version {version} instead of {LEAF_VERSION}")
    if flags & 0xFF & ~FLAG_CLEAR or not flags >> SCHEMA_SHIFT:
        raise BadLeaf(reason=f"unknown flags or no schema version in {flags:#06x}")
    if time > _MAX_TIME:
        raise BadLeaf(reason=f"time {time} is after the year 9999")
    if flags & FLAG_CLEAR and (dek_id != NO_ID or nonce != NO_NONCE or commitment != NO_COMMITMENT):
        raise BadLeaf(reason="an unsealed entry with key fields")


def to_micros(time: datetime) -> int:
    """Return UTC microseconds since 1970 of an aware time; raise BadEvent on a naive or older one."""
    if time.tzinfo is None:
        raise BadEvent(reason="its time has no time zone")
    micros = (time - _EPOCH) // _MICROSECOND
    if micros < 0:
        raise BadEvent(reason="its time is before 1970")
    return micros


def from_micros(micros: int) -> datetime:
    """Return the aware UTC time of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=micros)


def time_text(micros: int) -> str:
    """Return RFC 3339 UTC with six decimals, as exports show it; times after the year 9999 show as its end."""
    seconds, rest = divmod(min(micros, _MAX_TIME), 1_000_000)
    return f"{_second_text(seconds)}.{rest:06d}Z"


@lru_cache(maxsize=256)
def _second_text(seconds: int) -> str:
    """Return date and time of a whole second: entries come in order, so neighbours share it."""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:-6]


def from_text(text: str) -> int:
    """Return UTC microseconds of a time that `time_text` wrote; raise ValueError on any other spelling."""
    micros = (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
    if time_text(micros) != text:
        raise ValueError(text)
    return micros


def event_id_text(event_id: bytes) -> str:
    """Return the TypeID ``ev_`` + 26 Crockford base-32 characters of 16 bytes (typeid-spec 0.3)."""
    number, pairs = int.from_bytes(event_id, "big"), _PAIRS
    # Three words that fit a machine's integer: an export calls this once per entry.
    high, middle, low = number >> 100, number >> 50 & 0x3FFFFFFFFFFFF, number & 0x3FFFFFFFFFFFF
    return (
        f"ev_{pairs[high >> 20]}{pairs[high >> 10 & 1023]}{pairs[high & 1023]}"
        f"{pairs[middle >> 40]}{pairs[middle >> 30 & 1023]}{pairs[middle >> 20 & 1023]}"
        f"{pairs[middle >> 10 & 1023]}{pairs[middle & 1023]}"
        f"{pairs[low >> 40]}{pairs[low >> 30 & 1023]}{pairs[low >> 20 & 1023]}"
        f"{pairs[low >> 10 & 1023]}{pairs[low & 1023]}"
    )

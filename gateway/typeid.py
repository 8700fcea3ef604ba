"""Identifiers as TypeIDs: a prefix that says what the thing is, and 128 bits in Crockford's base 32.

Source: TypeID specification 0.3 (jetify-com/typeid), RFC 9562 (UUIDv7).
"""

import re

from gateway.errors import Malformed

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(high + low for high in _ALPHABET for low in _ALPHABET)  # ten bits each
_FIFTY_BITS = (1 << 50) - 1
_TO_BASE32 = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")  # what `int` reads
_TAIL = re.compile(rf"[0-7][{_ALPHABET}]{{25}}")  # 26 characters hold 130 bits, of which two are nought


def encode(prefix: str, value: bytes) -> str:
    """Write 16 bytes as ``prefix_`` and 26 characters."""
    number, pairs = int.from_bytes(value), _PAIRS
    # Three words that fit a machine's integer: a lead has a dozen ids.
    high, middle, low = number >> 100, number >> 50 & _FIFTY_BITS, number & _FIFTY_BITS
    return (
        f"{prefix}_{pairs[high >> 20]}{pairs[high >> 10 & 1023]}{pairs[high & 1023]}"
        f"{pairs[middle >> 40]}{pairs[middle >> 30 & 1023]}{pairs[middle >> 20 & 1023]}"
        f"{pairs[middle >> 10 & 1023]}{pairs[middle & 1023]}"
        f"{pairs[low >> 40]}{pairs[low >> 30 & 1023]}{pairs[low >> 20 & 1023]}"
        f"{pairs[low >> 10 & 1023]}{pairs[low & 1023]}"
    )


def decode(prefix: str, text: str) -> bytes:
    """Read the 16 bytes behind an identifier.

    Raises:
        Malformed: the text is no identifier with this prefix.
    """
    head, _, tail = text.rpartition("_")
    if head != prefix or _TAIL.fullmatch(tail) is None:
        raise Malformed(f"An identifier like {prefix}_… with 26 characters is needed here.")
    return int(tail.translate(_TO_BASE32), 32).to_bytes(16)


def uuid7(milliseconds: int, random: bytes) -> bytes:
    """Build a UUIDv7 (RFC 9562 section 5.7) from a Unix time in milliseconds and 10 random bytes."""
    value = bytearray(milliseconds.to_bytes(6) + random)
    value[6] = value[6] & 0x0F | 0x70
    value[8] = value[8] & 0x3F | 0x80
    return bytes(value)

"""Identifiers as TypeIDs: a prefix that says what the thing is, and 128 bits in Crockford's base 32.

Source: TypeID specification 0.3 (jetify-com/typeid), RFC 9562 (UUIDv7).
"""

from gateway.errors import Malformed

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_LENGTH = 26
_BITS = 128


def encode(prefix: str, value: bytes) -> str:
    """Write 16 bytes as ``prefix_`` and 26 characters."""
    number = int.from_bytes(value)
    digits = [_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(digits)}"


def decode(prefix: str, text: str) -> bytes:
    """Read the 16 bytes behind an identifier.

    Raises:
        Malformed: the text is no identifier with this prefix.
    """
    head, _, tail = text.rpartition("_")
    if head != prefix or len(tail) != _LENGTH or any(character not in _VALUE for character in tail):
        raise Malformed(f"An identifier like {prefix}_… with {_LENGTH} characters is needed here.")
    number = 0
    for character in tail:
        number = number << 5 | _VALUE[character]
    if number >> _BITS:
        raise Malformed(f"An identifier like {prefix}_… with {_LENGTH} characters is needed here.")
    return number.to_bytes(16)


def uuid7(milliseconds: int, random: bytes) -> bytes:
    """Build a UUIDv7 (RFC 9562 section 5.7) from a Unix time in milliseconds and 10 random bytes."""
    value = bytearray(milliseconds.to_bytes(6) + random)
    value[6] = value[6] & 0x0F | 0x70
    value[8] = value[8] & 0x3F | 0x80
    return bytes(value)

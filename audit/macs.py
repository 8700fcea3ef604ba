"""HMAC (RFC 2104) from plain hashes, for short messages under keys of at most one block.

`hmac.digest` lets go of the interpreter's lock at every call, and where another thread is at work, getting it back
costs ten times the hash. hashlib keeps the lock for less than 2 KiB. The results are the same, which a test holds.
"""

import hashlib

_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_BLOCK_256, _BLOCK_512 = 64, 128  # bytes


def mac_256(key: bytes, data: bytes) -> bytes:
    """Return HMAC-SHA256; raise ValueError for a key of more than 64 bytes."""
    padded = _padded(key, _BLOCK_256)
    inner = hashlib.sha256(padded.translate(_INNER) + data).digest()
    return hashlib.sha256(padded.translate(_OUTER) + inner).digest()


def mac_512(key: bytes, data: bytes) -> bytes:
    """Return HMAC-SHA512; raise ValueError for a key of more than 128 bytes."""
    padded = _padded(key, _BLOCK_512)
    inner = hashlib.sha512(padded.translate(_INNER) + data).digest()
    return hashlib.sha512(padded.translate(_OUTER) + inner).digest()


class Mac256:
    """HMAC-SHA256 under a key that is used again and again: what the key alone decides is hashed once."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        """Take the key in; raise ValueError for more than 64 bytes."""
        padded = _padded(key, _BLOCK_256)
        self._inner = hashlib.sha256(padded.translate(_INNER))
        self._outer = hashlib.sha256(padded.translate(_OUTER))

    def of(self, data: bytes) -> bytes:
        """Return the 32 bytes that belong to data."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(data)
        outer.update(inner.digest())
        return outer.digest()


def _padded(key: bytes, block: int) -> bytes:
    if len(key) > block:
        raise ValueError("a key is longer than one block")
    return key.ljust(block, b"\0")

"""HMAC from plain hashes: the standard library's results, for every key and message."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.macs import Mac256, mac_256, mac_512


@given(st.binary(max_size=64), st.binary(max_size=300), st.binary(max_size=300))
def test_the_macs_are_those_of_the_standard_library(key: bytes, data: bytes, other: bytes) -> None:
    """For any key and message, once or again and again, the bytes are HMAC's, so old entries still open."""
    kept = Mac256(key)
    for each in (data, other, data):
        assert mac_256(key, each) == kept.of(each) == hmac.digest(key, each, "sha256")
        assert mac_512(key, each) == hmac.digest(key, each, "sha512")


def test_a_long_message_has_its_mac_too() -> None:
    """A body of a megabyte is hashed like a short one."""
    body = bytes(range(256)) * 4096
    assert Mac256(b"k" * 32).of(body) == hmac.digest(b"k" * 32, body, "sha256")


def test_a_key_longer_than_a_block_is_refused() -> None:
    """RFC 2104 would hash such a key first; ours have 32 bytes, and none is taken that would give other results."""
    for make in (Mac256, lambda key: mac_256(key, b""), lambda key: mac_512(key + key, b"")):
        with pytest.raises(ValueError, match="longer than one block"):
            make(bytes(65))

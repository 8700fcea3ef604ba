"""What the consent package needs from outside; wiring fills it."""

from typing import Protocol


class Signer(Protocol):
    """An Ed25519 key that signs permits; the private half never enters this package."""

    @property
    def key_id(self) -> str:
        """Names the key in a permit's header (`kid`), so that recipients pick the right public half."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of `message` (RFC 8032)."""

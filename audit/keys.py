"""Key material: wrapped keys, the local root key, and sealing of blobs with AES-256-GCM."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.durable import write_durably
from audit.errors import CannotOpen, KeyStoreError, KeyStoreExists, KeyStoreMissing, LooseMode
from audit.randomness import NONCES

KEY_SIZE = 32
ID_SIZE = 16
_NONCE_SIZE = 12
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedKey:
    """A key as the database stores it: the KEK generation that wraps it, and the 60-byte blob."""

    generation: int
    blob: bytes


def seal_blob(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Return nonce (12 random bytes) | ciphertext | tag under a 32-byte key; at most 2^32 blobs per key.

    ``aad`` binds the blob to its place (table, column, row id), so that it opens nowhere else.
    """
    return seal_with(AESGCM(key), plaintext, aad)


def seal_with(cipher: AESGCM, plaintext: bytes, aad: bytes) -> bytes:
    """Return what `seal_blob` does, under a key that was made ready before."""
    nonce = NONCES.take(_NONCE_SIZE)
    return nonce + cipher.encrypt(nonce, plaintext, aad)


def open_blob(key: bytes, blob: bytes, aad: bytes) -> bytes:
    """Return what `seal_blob` sealed; raise CannotOpen when key, blob and aad do not belong together."""
    try:
        return AESGCM(key).decrypt(blob[:_NONCE_SIZE], blob[_NONCE_SIZE:], aad)
    except (InvalidTag, ValueError):
        raise CannotOpen(reason="key, blob and the place it is bound to do not belong together") from None


class LocalRootKey:
    """`audit.ports.RootKey` in a local file of 32 random bytes that only its owner may read."""

    def __init__(self, path: Path) -> None:
        """Load the key.

        Raises:
            KeyStoreMissing: no such file.
            LooseMode: group or others have any right on the file.
            KeyStoreError: it is not 32 bytes, or belongs to another user.
        """
        check_private(path, _PRIVATE_FILE)
        self._key = path.read_bytes()
        if len(self._key) != KEY_SIZE:
            raise KeyStoreError(reason=f"{path} is not a root key of {KEY_SIZE} bytes")

    @classmethod
    def create(cls, path: Path) -> "LocalRootKey":
        """Write a new random root key, mode 0600, durably; raise KeyStoreExists rather than replace one."""
        if path.exists():
            raise KeyStoreExists(path=path)
        write_durably(path, os.urandom(KEY_SIZE), mode=_PRIVATE_FILE)
        return cls(path)

    def wrap(self, secret: bytes, purpose: str) -> bytes:
        """Return the secret encrypted and bound to its purpose."""
        return seal_blob(self._key, secret, purpose.encode())

    def unwrap(self, blob: bytes, purpose: str) -> bytes:
        """Return the secret; raise CannotOpen."""
        return open_blob(self._key, blob, purpose.encode())


def make_private_folder(folder: Path) -> None:
    """Create a folder with mode 0700, or check the one that is there; raise LooseMode."""
    folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    check_private(folder, _PRIVATE_FOLDER)


def check_private(path: Path, wanted: int) -> None:
    """Raise unless the path exists, is ours (or root's) and gives group and others no right."""
    try:
        found = path.stat()
    except FileNotFoundError:
        raise KeyStoreMissing(path=path) from None
    mode = stat.S_IMODE(found.st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise LooseMode(path=path, mode=f"{mode:04o}", wanted=f"{wanted:04o}")
    if found.st_uid not in {0, os.geteuid()}:
        raise KeyStoreError(reason=f"{path} belongs to another user")

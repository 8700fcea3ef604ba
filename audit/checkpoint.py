"""C2SP signed notes and tlog checkpoints with Ed25519: keys, signing, and parsing that accepts one form only.

Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint. Base64 must be canonical, so that no byte of a note
can change without notice. Signatures by unknown keys are ignored, as the specification asks.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audit.errors import BadNote, BadSignature, UntrustedKey
from audit.merkle import HASH_SIZE

_ED25519 = b"\x01"
_KEY_ID_SIZE = 4
_MAX_NOTE = 1_000_000
_MAX_SIGNATURES = 100


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_KEY_ID_SIZE]


def _check_name(name: str) -> None:
    if not name or "+" in name or any(each.isspace() or each < " " for each in name):
        raise BadNote(reason="a key name is empty, or holds a space, a plus sign or a control character")


def decode_base64(text: str) -> bytes:
    """Return the bytes of canonical, padded standard base64; raise BadNote on any other spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote(reason="broken base64") from None
    if base64.b64encode(data).decode() != text:
        raise BadNote(reason="base64 that is not in its one canonical form")
    return data


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKey:
    """A public Ed25519 key that signs notes; ``name`` of a log's key is the log's origin."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        """Raise BadNote on a name that the specification forbids or a key of the wrong length."""
        _check_name(self.name)
        if len(self.public) != 32:  # noqa: PLR2004 - an Ed25519 public key, RFC 8032
            raise BadNote(reason="an Ed25519 public key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name | LF | 0x01 | key)."""
        return _key_id(self.name, self.public)

    def vkey(self) -> str:
        """Return ``name+hex key id+base64(0x01 | key)``."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, vkey: str) -> "NoteKey":
        """Return the key in a vkey string; raise BadNote."""
        parts = vkey.split("+", 2)  # base64 may hold plus signs, so only two are split off
        if len(parts) != 3:  # noqa: PLR2004 - name, id, key
            raise BadNote(reason="a verifier key reads name+id+key")
        data = decode_base64(parts[2])
        if data[:1] != _ED25519:
            raise BadNote(reason="only Ed25519 keys (type 1) are known here")
        key = cls(name=parts[0], public=data[1:])
        if key.key_id.hex() != parts[1]:
            raise BadNote(reason="the key id does not belong to this name and key")
        return key

    def verify(self, text: str, signature: bytes) -> None:
        """Raise BadSignature unless this key signed the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            raise BadSignature(name=self.name) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSigner:
    """A private Ed25519 key and the name under which it signs notes."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def key(self) -> NoteKey:
        """The public half."""
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return NoteKey(name=self.name, public=public)

    def sign(self, text: str) -> bytes:
        """Return a signed note with this one signature; raise BadNote on a text that no note can hold."""
        _check_text(text)
        key = self.key
        signature = base64.b64encode(key.key_id + self.private.sign(text.encode())).decode()
        return f"{text}\n\N{EM DASH} {self.name} {signature}\n".encode()


def open_note(data: bytes, key: NoteKey) -> str:
    """Return a note's text after checking this key's signature.

    Raises:
        BadNote: the bytes are no note in its one form.
        BadSignature: this key's signature does not match.
        UntrustedKey: no signature by this key.
    """
    text, signatures = split_note(data)
    found = [signature for name, key_id, signature in signatures if (name, key_id) == (key.name, key.key_id)]
    if not found:
        raise UntrustedKey(name=key.vkey())
    key.verify(text, found[0])
    return text


def split_note(data: bytes) -> tuple[str, Sequence[tuple[str, bytes, bytes]]]:
    """Return a note's text and its unchecked signatures as (name, key id, signature); raise BadNote."""
    if len(data) > _MAX_NOTE:
        raise BadNote(reason="longer than a million bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise BadNote(reason="not UTF-8") from None
    text, blank, tail = whole.rpartition("\n\n")
    text += "\n"
    _check_text(text)
    if not blank or not tail.endswith("\n"):
        raise BadNote(reason="no blank line before the signatures, or no newline at the end")
    lines = tail[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise BadNote(reason="more than a hundred signatures")
    signatures = [_signature(line) for line in lines]
    if len({each[:2] for each in signatures}) != len(signatures):
        raise BadNote(reason="two signatures by one key")
    return text, signatures


def _signature(line: str) -> tuple[str, bytes, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\N{EM DASH}":  # noqa: PLR2004 - dash, name, signature
        raise BadNote(reason="a signature line reads: em dash, name, base64")
    _check_name(parts[1])
    data = decode_base64(parts[2])
    if len(data) <= _KEY_ID_SIZE:
        raise BadNote(reason="a signature shorter than its key id")
    return parts[1], data[:_KEY_ID_SIZE], data[_KEY_ID_SIZE:]


def _check_text(text: str) -> None:
    if not text.endswith("\n") or text == "\n":
        raise BadNote(reason="its text is empty or ends without a newline")
    if any(each < " " and each != "\n" for each in text):
        raise BadNote(reason="its text holds a control character")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A tree head: the log's origin, its number of leaves and the 32-byte root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the three lines that the log signs."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Return the checkpoint in a note's text; raise BadNote, also on extension lines."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:  # noqa: PLR2004 - origin, size, root, nothing
            raise BadNote(reason="a checkpoint has the three lines origin, size, root")
        origin, size, root = lines[:3]
        if not origin or not (size.isascii() and size.isdigit()) or str(int(size[:20])) != size:
            raise BadNote(reason="a checkpoint's size is a decimal number without leading zeros")
        hashed = decode_base64(root)
        if len(hashed) != HASH_SIZE:
            raise BadNote(reason="a checkpoint's root has 32 bytes")
        return cls(origin=origin, size=int(size), root=hashed)


def open_checkpoint(data: bytes, key: NoteKey) -> Checkpoint:
    """Return the checkpoint in a note signed by key; raise BadNote, also when it names another origin."""
    checkpoint = Checkpoint.parse(open_note(data, key))
    if checkpoint.origin != key.name:
        raise BadNote(reason="the checkpoint's origin is not the name of the key that signs it")
    return checkpoint

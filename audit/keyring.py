"""The key store: every long-lived secret, wrapped by the root key, in a folder no database backup holds.

A KEK generation wraps the keys of subjects; destroying it kills every older copy of those wrapped keys. HMAC
keys exist by purpose and generation. The file ``keyring.json`` is replaced atomically and durably; destroyed
generations stay in it as a line without a secret.
"""

import base64
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.checkpoint import NoteSigner
from audit.durable import write_durably
from audit.errors import GenerationInUse, KeyStoreError, KeyStoreExists, UnknownGeneration
from audit.keys import (
    KEY_SIZE,
    WrappedKey,
    check_private,
    make_private_folder,
    open_blob,
    seal_with,
)
from audit.macs import Mac256
from audit.ports import RootKey

KEK, LOG, PERMIT = "kek", "log", "permit"
BLIND_INDEX, SUPPRESSION = "blind_index", "suppression"
CURSOR, IDEMPOTENCY, FORM = "cursor", "idempotency", "form"
PURPOSES = (KEK, LOG, PERMIT, BLIND_INDEX, SUPPRESSION, CURSOR, IDEMPOTENCY, FORM)
_HMACS = frozenset({BLIND_INDEX, SUPPRESSION, CURSOR, IDEMPOTENCY, FORM})
_MAX_LIVE = {BLIND_INDEX: 4}  # a look-up tries each
_NEVER_DESTROYED = {SUPPRESSION: "an objection must be found for ever", LOG: "old checkpoints name this key"}
_FILE, _FORMAT = "keyring.json", 1
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    purpose: str
    generation: int
    created: str
    wrapped: bytes | None = field(repr=False)


class Keyring:
    """The opened key store. Generations count from 1; the newest is the one in use."""

    def __init__(self, folder: Path, root: RootKey, origin: str, records: list[_Record]) -> None:
        """Unwrap every live key; use `create` or `load`."""
        self._folder, self._root, self._origin = folder, root, origin
        self._records = records
        self._secrets: dict[str, dict[int, bytes]] = {each: {} for each in PURPOSES}
        for each in records:
            if each.wrapped is not None:
                secret = root.unwrap(each.wrapped, _bound(each.purpose, each.generation, origin))
                self._secrets[each.purpose][each.generation] = secret
        # What every lead asks for is made ready once; a change of the keys makes a whole new keyring (`_reread`).
        self._live = {each: tuple(sorted(found, reverse=True)) for each, found in self._secrets.items()}
        self._macs = {each: {number: Mac256(key) for number, key in self._secrets[each].items()} for each in _HMACS}
        self._ciphers = {number: AESGCM(key) for number, key in self._secrets[KEK].items()}

    @classmethod
    def create(cls, folder: Path, root: RootKey, *, origin: str, now: datetime) -> "Keyring":
        """Make a key store with generation 1 of every purpose; raise KeyStoreExists, LooseMode.

        Args:
            folder: created with mode 0700 when missing.
            root: wraps what is stored.
            origin: the log's name, e.g. ``leads.example/audit/7k2m``: no personal or customer name.
            now: noted as the keys' time of birth.
        """
        make_private_folder(folder)
        with _locked(folder):
            if (folder / _FILE).exists():
                raise KeyStoreExists(path=folder / _FILE)
            records = [_new_record(root, each, 1, origin, now) for each in PURPOSES]
            made = cls(folder, root, origin, records)
            made.log_signer().key.vkey()  # an impossible origin fails here, not at the first checkpoint
            made._write()
        return made

    @classmethod
    def load(cls, folder: Path, root: RootKey) -> "Keyring":
        """Open an existing key store; raise KeyStoreMissing, LooseMode, KeyStoreError, CannotOpen."""
        check_private(folder, 0o700)
        check_private(folder / _FILE, 0o600)
        try:
            document = json.loads((folder / _FILE).read_bytes())
            if document["format"] != _FORMAT:
                raise KeyStoreError(reason=f"{_FILE} has format {document['format']}, this release reads {_FORMAT}")
            records = [_Record(**{**each, "wrapped": _decoded(each["wrapped"])}) for each in document["keys"]]
            return cls(folder, root, document["origin"], records)
        except (ValueError, KeyError, TypeError) as error:
            raise KeyStoreError(reason=f"{folder / _FILE} is damaged ({type(error).__name__})") from error

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._origin

    def generations(self, purpose: str) -> tuple[int, ...]:
        """Return the live generations of a purpose, newest first."""
        return self._live[purpose]

    def hmac(self, purpose: str, data: bytes, generation: int | None = None) -> bytes:
        """Return HMAC-SHA256 of data under a purpose's key (newest unless told); raise UnknownGeneration."""
        if purpose not in _HMACS:
            raise UnknownGeneration(purpose=f"{purpose} HMAC", generation=generation or 1)
        return self._ready(self._macs[purpose], purpose, generation).of(data)

    def wrap_key(self, context: bytes, key: bytes) -> WrappedKey:
        """Wrap a 32-byte key under the newest KEK, bound to ``context`` (what it is for, and whose)."""
        generation = self._live[KEK][0]
        return WrappedKey(generation=generation, blob=seal_with(self._ciphers[generation], key, context))

    def unwrap_key(self, context: bytes, wrapped: WrappedKey) -> bytes:
        """Return a wrapped key; raise UnknownGeneration (its KEK was destroyed) or CannotOpen."""
        return open_blob(self._secret(KEK, wrapped.generation), wrapped.blob, context)

    def rewrap_key(self, context: bytes, wrapped: WrappedKey) -> WrappedKey:
        """Return the key wrapped under the newest KEK; raises as `unwrap_key`."""
        return self.wrap_key(context, self.unwrap_key(context, wrapped))

    def log_signer(self) -> NoteSigner:
        """Return the key that signs the log's checkpoints and exports."""
        return NoteSigner(name=self._origin, private=self._ed25519(LOG, None))

    def permit_key(self, generation: int | None = None) -> Ed25519PrivateKey:
        """Return the key that signs permits (newest unless told); raise UnknownGeneration."""
        return self._ed25519(PERMIT, generation)

    def rotate(self, purpose: str, *, now: datetime) -> int:
        """Add a generation and return its number; raise GenerationInUse when no more may live at once."""
        if purpose == LOG:
            raise GenerationInUse(purpose=purpose, generation=1, reason="a new log key is a new log")
        with self._changing():
            live = self.generations(purpose)
            if len(live) >= _MAX_LIVE.get(purpose, 1 << 16):
                reason = f"{len(live)} generations live: rewrite the oldest rows and destroy theirs first"
                raise GenerationInUse(purpose=purpose, generation=live[-1], reason=reason)
            generation = 1 + max(each.generation for each in self._records if each.purpose == purpose)
            self._records.append(_new_record(self._root, purpose, generation, self._origin, now))
            self._write()
        self._reread()
        return generation

    def destroy(self, purpose: str, generation: int) -> None:
        """Destroy a generation for ever: what only it opens is dead, in every backup too.

        Raises:
            GenerationInUse: it is the newest, or its purpose never gives one up.
            UnknownGeneration: it does not live.
        """
        with self._changing():
            self._secret(purpose, generation)
            if purpose in _NEVER_DESTROYED:
                raise GenerationInUse(purpose=purpose, generation=generation, reason=_NEVER_DESTROYED[purpose])
            if generation == self.generations(purpose)[0]:
                raise GenerationInUse(purpose=purpose, generation=generation, reason="rotate first")
            self._records = [
                _Record(purpose=purpose, generation=generation, created=each.created, wrapped=None)
                if (each.purpose, each.generation) == (purpose, generation)
                else each
                for each in self._records
            ]
            self._write()
        self._reread()

    def _secret(self, purpose: str, generation: int | None) -> bytes:
        return self._ready(self._secrets[purpose], purpose, generation)

    def _ready(self, made: Mapping[int, T], purpose: str, generation: int | None) -> T:
        try:
            return made[self._live[purpose][0] if generation is None else generation]
        except (KeyError, IndexError):
            raise UnknownGeneration(purpose=purpose, generation=generation) from None

    def _ed25519(self, purpose: str, generation: int | None) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._secret(purpose, generation))

    def _write(self) -> None:
        keys = [
            {
                "purpose": each.purpose,
                "generation": each.generation,
                "created": each.created,
                "wrapped": None if each.wrapped is None else base64.b64encode(each.wrapped).decode(),
            }
            for each in self._records
        ]
        document = {"format": _FORMAT, "origin": self._origin, "keys": keys}
        write_durably(self._folder / _FILE, json.dumps(document, indent=1).encode() + b"\n")

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the store's lock on top of its newest state, so that two processes lose no generation."""
        with _locked(self._folder):
            self._reread()
            yield

    def _reread(self) -> None:
        self.__dict__.update(vars(Keyring.load(self._folder, self._root)))


def profile_context(subject_id: bytes) -> bytes:
    """Return what a wrapped profile key is bound to."""
    return b"leadgate/profile-key\0" + subject_id


def evidence_context(dek_id: bytes) -> bytes:
    """Return what a wrapped evidence key is bound to."""
    return b"leadgate/evidence-key\0" + dek_id


def _new_record(root: RootKey, purpose: str, generation: int, origin: str, now: datetime) -> _Record:
    wrapped = root.wrap(os.urandom(KEY_SIZE), _bound(purpose, generation, origin))
    return _Record(purpose=purpose, generation=generation, created=now.isoformat(), wrapped=wrapped)


def _bound(purpose: str, generation: int, origin: str) -> str:
    return f"leadgate/keyring/{purpose}/{generation}/{origin}"


def _decoded(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

"""The key store: durable, private, bound, rotating, and forgetting for good."""

import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audit.checkpoint import Checkpoint, open_checkpoint
from audit.errors import (
    BadNote,
    CannotOpen,
    GenerationInUse,
    KeyStoreError,
    KeyStoreExists,
    KeyStoreMissing,
    LooseMode,
    UnknownGeneration,
)
from audit.keyring import (
    BLIND_INDEX,
    CURSOR,
    KEK,
    LOG,
    PERMIT,
    PURPOSES,
    SUPPRESSION,
    Keyring,
    evidence_context,
    profile_context,
)
from audit.keys import LocalRootKey, WrappedKey, open_blob, seal_blob
from tests.audit.world import ORIGIN, START, fixed


@pytest.fixture
def root(tmp_path: Path) -> LocalRootKey:
    """A root key in a file."""
    return LocalRootKey.create(tmp_path / "root.key")


@pytest.fixture
def ring(tmp_path: Path, root: LocalRootKey) -> Keyring:
    """A fresh key store."""
    return Keyring.create(tmp_path / "keys", root, origin=ORIGIN, now=START)


def test_files_are_private(tmp_path: Path, ring: Keyring) -> None:
    """Root key and key store are created for their owner alone."""
    assert ring.origin == ORIGIN
    assert (tmp_path / "root.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "keyring.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("name", "mode"), [("root.key", 0o640), ("keys", 0o750), ("keys/keyring.json", 0o604)])
def test_looser_modes_are_refused(tmp_path: Path, ring: Keyring, name: str, mode: int) -> None:
    """A file or folder that others may use is refused, and the message says what to run."""
    (tmp_path / name).chmod(mode)
    with pytest.raises(LooseMode, match=r"chmod 0[67]00"):
        Keyring.load(tmp_path / "keys", LocalRootKey(tmp_path / "root.key"))


def test_nothing_is_replaced_or_guessed(tmp_path: Path, root: LocalRootKey, ring: Keyring) -> None:
    """Creating twice, loading what is not there, and a root key of another length are errors."""
    with pytest.raises(KeyStoreExists):
        Keyring.create(tmp_path / "keys", root, origin=ORIGIN, now=START)
    with pytest.raises(KeyStoreExists):
        LocalRootKey.create(tmp_path / "root.key")
    with pytest.raises(KeyStoreMissing):
        LocalRootKey(tmp_path / "none.key")
    (tmp_path / "keys" / "keyring.json").unlink()
    with pytest.raises(KeyStoreMissing):
        Keyring.load(tmp_path / "keys", root)
    (tmp_path / "root.key").write_bytes(b"short")
    with pytest.raises(KeyStoreError, match="32 bytes"):
        LocalRootKey(tmp_path / "root.key")


def test_an_impossible_origin_leaves_nothing_behind(tmp_path: Path, root: LocalRootKey) -> None:
    """A log name that no note can carry fails before anything is written."""
    with pytest.raises(BadNote):
        Keyring.create(tmp_path / "keys", root, origin="with space", now=START)
    assert not (tmp_path / "keys" / "keyring.json").exists()


def test_everything_is_the_same_after_loading(tmp_path: Path, root: LocalRootKey, ring: Keyring) -> None:
    """HMACs, signing keys and wrapped keys survive a restart."""
    key, context = fixed("key", 32), evidence_context(fixed("dek", 16))
    wrapped = ring.wrap_key(context, key)
    again = Keyring.load(tmp_path / "keys", LocalRootKey(tmp_path / "root.key"))
    assert again.unwrap_key(context, wrapped) == key
    assert again.hmac(BLIND_INDEX, b"x") == ring.hmac(BLIND_INDEX, b"x")
    assert again.log_signer().key == ring.log_signer().key
    assert all(again.generations(each) == (1,) for each in PURPOSES)
    note = again.log_signer().sign(Checkpoint(origin=ORIGIN, size=0, root=bytes(32)).text())
    assert open_checkpoint(note, ring.log_signer().key).size == 0


def test_no_secret_is_in_the_file_or_the_representation(tmp_path: Path, ring: Keyring) -> None:
    """What lies on disk opens only with the root key."""
    stored = (tmp_path / "keys" / "keyring.json").read_bytes()
    public = ring.permit_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert public not in stored
    secrets = [secret for each in vars(ring)["_secrets"].values() for secret in each.values()]
    assert len(set(secrets)) == len(PURPOSES)
    for secret in secrets:
        assert secret not in stored
        assert secret.hex() not in stored.decode()


def test_hmacs_differ_by_purpose_and_generation(ring: Keyring) -> None:
    """No two purposes or generations share a key, and old generations stay usable."""
    first = ring.hmac(SUPPRESSION, b"x")
    assert ring.hmac(BLIND_INDEX, b"x") != first
    assert ring.rotate(SUPPRESSION, now=START) == 2
    assert ring.generations(SUPPRESSION) == (2, 1)
    assert ring.hmac(SUPPRESSION, b"x") != first
    assert ring.hmac(SUPPRESSION, b"x", 1) == first
    with pytest.raises(UnknownGeneration):
        ring.hmac(SUPPRESSION, b"x", 3)
    with pytest.raises(UnknownGeneration):
        ring.hmac(KEK, b"x")


def test_a_wrapped_key_opens_only_in_its_place(ring: Keyring) -> None:
    """A wrapped key that was moved to another subject, or changed, does not open."""
    dek_id = fixed("dek", 16)
    wrapped = ring.wrap_key(evidence_context(dek_id), fixed("key", 32))
    for other in (evidence_context(bytes(16)), profile_context(dek_id)):
        with pytest.raises(CannotOpen):
            ring.unwrap_key(other, wrapped)
    blob = bytearray(wrapped.blob)
    blob[-1] ^= 1
    for damaged in (bytes(blob), b""):
        with pytest.raises(CannotOpen):
            ring.unwrap_key(evidence_context(dek_id), WrappedKey(generation=1, blob=damaged))


def test_destroying_a_kek_kills_older_copies(tmp_path: Path, root: LocalRootKey, ring: Keyring) -> None:
    """After rewrap and destruction the live row opens, and the row in yesterday's backup does not, nor ever again."""
    key, context = fixed("key", 32), b"list 1"
    backup = ring.wrap_key(context, key)
    ring.rotate(KEK, now=START)
    live = ring.rewrap_key(context, backup)
    assert live.generation == 2
    ring.destroy(KEK, 1)
    assert ring.unwrap_key(context, live) == key
    for each in (ring, Keyring.load(tmp_path / "keys", root)):
        with pytest.raises(UnknownGeneration):
            each.unwrap_key(context, backup)
    assert ring.rotate(KEK, now=START) == 3
    stored = json.loads((tmp_path / "keys" / "keyring.json").read_text())
    assert [each["wrapped"] for each in stored["keys"] if (each["purpose"], each["generation"]) == (KEK, 1)] == [None]


def test_what_must_not_be_destroyed(ring: Keyring) -> None:
    """The newest generation, suppression keys and the log's key stay."""
    with pytest.raises(GenerationInUse, match="rotate first"):
        ring.destroy(KEK, 1)
    ring.rotate(SUPPRESSION, now=START)
    with pytest.raises(GenerationInUse, match="objection"):
        ring.destroy(SUPPRESSION, 1)
    with pytest.raises(GenerationInUse):
        ring.destroy(LOG, 1)
    with pytest.raises(GenerationInUse):
        ring.rotate(LOG, now=START)
    with pytest.raises(UnknownGeneration):
        ring.destroy(CURSOR, 9)


def test_at_most_four_blind_index_generations_live(ring: Keyring) -> None:
    """A look-up tries each, so the fifth waits until the first is destroyed."""
    for _ in range(3):
        ring.rotate(BLIND_INDEX, now=START)
    with pytest.raises(GenerationInUse):
        ring.rotate(BLIND_INDEX, now=START)
    ring.destroy(BLIND_INDEX, 1)
    assert ring.rotate(BLIND_INDEX, now=START) == 5
    assert ring.generations(BLIND_INDEX) == (5, 4, 3, 2)


def test_two_processes_lose_no_generation(tmp_path: Path, root: LocalRootKey, ring: Keyring) -> None:
    """A rotation starts from what is on disk, not from what this process remembers."""
    other = Keyring.load(tmp_path / "keys", root)
    assert ring.rotate(PERMIT, now=START) == 2
    assert other.rotate(PERMIT, now=START) == 3
    assert other.generations(PERMIT) == (3, 2, 1)
    assert other.permit_key(2).private_bytes_raw() == ring.permit_key().private_bytes_raw()


def test_another_root_key_or_a_swapped_key_is_refused(tmp_path: Path, ring: Keyring) -> None:
    """A wrapped secret opens under its own root key, purpose, generation and origin only."""
    with pytest.raises(CannotOpen):
        Keyring.load(tmp_path / "keys", LocalRootKey.create(tmp_path / "other.key"))
    path = tmp_path / "keys" / "keyring.json"
    document = json.loads(path.read_text())
    document["keys"][0]["wrapped"], document["keys"][1]["wrapped"] = (
        document["keys"][1]["wrapped"],
        document["keys"][0]["wrapped"],
    )
    path.write_text(json.dumps(document))
    with pytest.raises(CannotOpen):
        Keyring.load(tmp_path / "keys", LocalRootKey(tmp_path / "root.key"))


@pytest.mark.parametrize("damaged", ["", "{}", '{"format":2}', '{"format":1,"keys":[{}]}', '{"format":1,"keys":3}'])
def test_a_damaged_key_store_says_so(tmp_path: Path, root: LocalRootKey, ring: Keyring, damaged: str) -> None:
    """Half a file is an error of the key store, not a traceback about JSON."""
    (tmp_path / "keys" / "keyring.json").write_text(damaged)
    with pytest.raises(KeyStoreError, match=r"damaged|format"):
        Keyring.load(tmp_path / "keys", root)


def test_blobs() -> None:
    """A sealed blob opens with its key in its place, differs each time, and nowhere else opens."""
    key = fixed("key", 32)
    blob = seal_blob(key, b"profile", b"profiles/1")
    assert open_blob(key, blob, b"profiles/1") == b"profile"
    assert seal_blob(key, b"profile", b"profiles/1") != blob
    for wrong in ((bytes(32), blob, b"profiles/1"), (key, blob, b"profiles/2"), (key, blob[:5], b"profiles/1")):
        with pytest.raises(CannotOpen):
            open_blob(*wrong)


def test_a_key_of_another_user_is_refused(tmp_path: Path, ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key file that belongs to somebody else may be replaced by them, so it is not trusted."""
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    owner = (tmp_path / "root.key").stat().st_uid
    if owner == 0:
        os.chown(tmp_path / "root.key", 54321, -1)
    with pytest.raises(KeyStoreError, match="another user"):
        LocalRootKey(tmp_path / "root.key")

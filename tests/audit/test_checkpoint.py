"""Signed notes, keys and checkpoints: the published example, and one accepted spelling only."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import Checkpoint, NoteKey, NoteSigner, open_checkpoint, open_note
from audit.errors import BadNote, BadSignature, UntrustedKey
from tests.audit.world import ORIGIN, fixed, signer

# The example of golang.org/x/mod/sumdb/note's documentation: key, text and signature made by that implementation.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "\N{EM DASH} PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_of_the_reference_implementation() -> None:
    """The reference implementation's key and note are accepted here."""
    key = NoteKey.parse(GO_VKEY)
    assert key.name == "PeterNeumann"
    assert key.vkey() == GO_VKEY
    assert open_note(GO_NOTE.encode(), key).startswith("If you think")


@given(st.text(st.characters(min_codepoint=32, codec="utf-8"), min_size=1).map(lambda text: text + "\n"))
def test_what_is_signed_opens(text: str) -> None:
    """Any text that a note can hold comes back from the signed note."""
    assert open_note(signer().sign(text), signer().key) == text


def test_every_changed_byte_is_refused() -> None:
    """No byte of a signed checkpoint can change, the base64 and the key's name included."""
    note = signer().sign(Checkpoint(origin=ORIGIN, size=5, root=fixed("root", 32)).text())
    for at in range(len(note)):
        for change in (1, 0x20, 0x80):
            changed = bytearray(note)
            changed[at] ^= change
            with pytest.raises(BadNote):
                open_checkpoint(bytes(changed), signer().key)


def test_unknown_signers_are_ignored_but_not_enough() -> None:
    """A second signature does no harm; without the one asked for the note is untrusted; a false one is refused."""
    other = NoteSigner(name="other", private=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    text = "hello\n"
    both = signer().sign(text) + other.sign(text).split(b"\n\n")[1]
    assert open_note(both, signer().key) == open_note(both, other.key) == text
    with pytest.raises(UntrustedKey):
        open_note(signer().sign(text), other.key)
    forged = text.encode() + b"\n" + signer().sign("other\n").split(b"\n\n")[1]
    with pytest.raises(BadSignature):
        open_note(forged, signer().key)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"no signature\n",
        b"text\n\n",
        b"\n\n\xe2\x80\x94 a AAAAAAAA\n",
        b"text\n\n- a AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94 a AAAAAAA=\nmore",
        b"text\n\n\xe2\x80\x94 a AAAAAAAA",
        b"te\txt\n\n\xe2\x80\x94 a AAAAAAAA\n",
        b"\xff\n\n\xe2\x80\x94 a AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94 a+b AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94 a AAAAAA==\n",
        b"text\n\n\xe2\x80\x94 a AAAAAAAB\n\xe2\x80\x94 a AAAAAAAC\n",
        b"text\n\n" + b"\xe2\x80\x94 a AAAAAAAA\n" * 101,
        b"x" * 1_000_001,
    ],
)
def test_what_is_no_note(note: bytes) -> None:
    """Bytes that the specification does not allow are refused before any signature is looked at."""
    with pytest.raises(BadNote):
        open_note(note, signer().key)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name+00000000",
        "name+00000000+AAAA",
        GO_VKEY.replace("c74f20a3", "c74f20a4"),
        GO_VKEY.replace("PeterNeumann", "Peter"),
        GO_VKEY + "=",
        "a b+00000000+" + base64.b64encode(b"\x01" + bytes(32)).decode(),
        "name+00000000+" + base64.b64encode(b"\x01" + bytes(31)).decode(),
        "name+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
    ],
)
def test_what_is_no_key(vkey: str) -> None:
    """Keys of another kind, length, name or id are refused."""
    with pytest.raises(BadNote):
        NoteKey.parse(vkey)


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"\n1\n{ROOT}\n",
        f"log\n01\n{ROOT}\n",
        f"log\n-1\n{ROOT}\n",
        f"log\n\u0661\n{ROOT}\n",
        f"log\n1\n{ROOT}\nextension\n",
        "log\n1\nAAAA\n",
        f"log\n1\n{ROOT[:-1]}\n",
        f"log\n1\n{ROOT}",
        f"log\n{'9' * 5000}\n{ROOT}\n",
    ],
)
def test_what_is_no_checkpoint(text: str) -> None:
    """A checkpoint has three lines in one spelling."""
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    """The origin must be the name of the key."""
    note = signer().sign(Checkpoint(origin="elsewhere", size=0, root=bytes(32)).text())
    with pytest.raises(BadNote):
        open_checkpoint(note, signer().key)


def test_a_text_that_no_note_can_hold_is_not_signed() -> None:
    """Signing refuses what opening would refuse."""
    for text in ("", "\n", "no newline", "tab\t\n"):
        with pytest.raises(BadNote):
            signer().sign(text)


def test_nothing_secret_is_printed() -> None:
    """A signer's representation names the log only."""
    assert repr(signer()) == f"NoteSigner(name='{ORIGIN}')"

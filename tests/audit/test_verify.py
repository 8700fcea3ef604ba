"""The verifier: any one byte of the file, the declared key, hostile files, and what it says about them."""

import base64
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checkpoint import NoteKey
from audit.container import local_header, read
from audit.encoding import FLAG_CLEAR, LEAF
from audit.errors import NotProved
from audit.manifest import MEMBERS
from audit.sealing import Event, seal
from audit.types import LEAD_RECEIVED, LOG_BATCH, SEQUENCER_TOOK_OVER, EventType, Retention
from audit.verify import examine, verify_bundle
from tests.audit.faults import Bundle
from tests.audit.good import good_bundle
from tests.audit.world import START, World, fixed, subject
from tests.support.depth import thinned

GOOD = good_bundle()


def offsets_outside_data() -> list[int]:
    """Every byte of the file that is no member's data: headers, directory, end record."""
    members = read(memoryview(GOOD.data), MEMBERS)
    headers = [range(each.header, each.header + len(local_header(each.name, each.crc, each.size))) for each in members]
    return [at for each in (*headers, range(members[-1].end, len(GOOD.data))) for at in each]


def found_at(at: int, change: int) -> None:
    """Change one byte and expect exit code 1 and a finding at exactly this byte."""
    data = bytearray(GOOD.data)
    data[at] ^= change
    verdict = examine(bytes(data), key=GOOD.signer.key)
    assert verdict.exit_code == 1
    assert at in [each.offset for each in verdict.findings], [str(each) for each in verdict.findings]


def test_any_structural_byte() -> None:
    """Every byte of ZIP headers, names, directory and end record, each changed in one way."""
    dice = random.Random(2)  # noqa: S311 - reproducible, nothing secret
    for at in thinned(offsets_outside_data()):
        found_at(at, dice.randrange(1, 256))


def test_any_data_byte() -> None:
    """Bytes of every member, changed in one way: the first, the last and some between."""
    dice = random.Random(3)  # noqa: S311 - reproducible, nothing secret
    for member in read(memoryview(GOOD.data), MEMBERS):
        if member.size:
            places = {member.start, member.end - 1, *(dice.randrange(member.start, member.end) for _ in range(4))}
            for at in places:
                found_at(at, dice.randrange(1, 256))


@settings(max_examples=settings().max_examples * 2 // 5)
@given(st.integers(0, len(GOOD.data) - 1), st.integers(1, 255))
def test_any_byte_at_all(at: int, change: int) -> None:
    """Any byte, any change: refused, and the place is named."""
    found_at(at, change)


@settings(max_examples=settings().max_examples * 2 // 5)
@given(st.sampled_from(MEMBERS[:-2]), st.data())
def test_no_resigned_nonsense_crashes_the_verifier(name: str, data: st.DataObject) -> None:
    """Whatever the holder of the log's key puts into a member, the verdict is a finding, never an exception."""
    bundle = Bundle(GOOD.data, GOOD.members, GOOD.signer)
    old = bundle.members[name]
    at = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(at, min(at + 40, len(old))))
    bundle.members[name] = old[:at] + data.draw(st.binary(max_size=40)) + old[end:]
    if bundle.members[name] != old:
        verdict = examine(bundle.resigned(), key=GOOD.signer.key)
        # Only a copy of the verifier that was signed as it is can be anything.
        assert bool(verdict.findings) == (name != "verify.py")


def test_without_a_key_the_declared_one_is_used_and_said() -> None:
    """The file proves itself whole under its own key; that this says nothing about who made it is said."""
    verdict = examine(GOOD.data)
    assert verdict.exit_code == 0
    assert any("no --key was given" in each for each in verdict.warnings)
    assert examine(GOOD.data, key=GOOD.signer.key).warnings == ()


def test_verifying_raises() -> None:
    """The short form raises with every finding in its message, or returns nothing."""
    verify_bundle(GOOD.data, key=GOOD.signer.key)
    with pytest.raises(NotProved, match="end of file"):
        verify_bundle(GOOD.data + b"x", key=GOOD.signer.key)


def test_findings_are_capped_per_place() -> None:
    """A thousand faults of one kind do not bury the others."""
    bundle = Bundle(GOOD.data, GOOD.members, GOOD.signer)
    bundle.members["leaves.bin"] = bytes(len(bundle.members["leaves.bin"]))
    bundle.members["README.txt"] = b"x"
    verdict = examine(bundle.resigned(), key=GOOD.signer.key)
    places = [each.where for each in verdict.findings]
    assert places.count("leaves.bin") <= 10
    assert "README.txt" in places or "manifest.json" in places


async def test_a_type_of_a_later_release_is_no_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A leaf with a type that this verifier does not know asks for a newer verifier: exit code 3, not 1."""
    world = World()
    later = EventType(number=60_000, name="lead.teleported", schema=1, retention=Retention.EVIDENCE, sentence="?")
    await world.append(world.entry(kind=later))
    for module in ("audit.export", "audit.gaps"):
        monkeypatch.setattr(f"{module}.by_number", lambda _: later)
    await world.export(tmp_path / "export.zip")
    verdict = examine((tmp_path / "export.zip").read_bytes(), key=world.signer.key)
    assert verdict.exit_code == 3
    assert "newer" in str(verdict.findings[0])


async def forged(tmp_path: Path, leaf: bytes, ciphertext: bytes = b"{}") -> list[str]:
    """Sequence a leaf that no honest sequencer would take, sign and export it; return the findings."""
    world = World()
    await world.append(world.entry(), world.entry())
    store = world.fake
    store.pending[fixed("forged", 16)] = leaf
    store.ciphertexts[fixed("forged", 16)] = ciphertext
    sequencer = world.sequencer()
    assert await sequencer.take()
    await sequencer.step()
    await world.export(tmp_path / "export.zip")
    verdict = examine((tmp_path / "export.zip").read_bytes(), key=world.signer.key)
    assert verdict.exit_code in {1, 2}
    return [str(each) for each in verdict.findings]


async def test_a_batch_leaf_that_lies_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lying sequencer cannot move entries to another sequenced time with an extra batch leaf."""
    monkeypatch.setattr("audit.batching._checked", lambda leaf: leaf[1:17])
    fields = (
        1,
        fixed("forged", 16),
        bytes(16),
        5,
        LOG_BATCH.number,
        0x100 | FLAG_CLEAR,
        bytes(12),
        bytes(32),
        bytes(32),
    )
    found = await forged(tmp_path, LEAF.pack(*fields))
    assert any("does not close the entries before it" in each for each in found)


async def test_a_sealed_leaf_of_a_clear_type_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A leaf whose type and flags contradict each other is named."""
    monkeypatch.setattr("audit.batching._checked", lambda leaf: leaf[1:17])
    event = Event(event_id=fixed("forged", 16), time=START, type=LEAD_RECEIVED, payload=b"{}")
    sealed = seal(event, subject(1), nonce=bytes(12))
    fields = list(LEAF.unpack(sealed.leaf))
    fields[4] = SEQUENCER_TOOK_OVER.number
    found = await forged(tmp_path, LEAF.pack(*fields), sealed.ciphertext)
    assert any("contradict" in each for each in found)


@pytest.mark.parametrize("number", [1, 2])
def test_a_released_export_verifies_for_ever(number: int) -> None:
    """An export of each format, kept as it was: a change that breaks one needs a new format beside it."""
    kept = json.loads(Path(__file__).with_name(f"released-export-{number}.json").read_text())
    verdict = examine(base64.b64decode(kept["export"]), key=NoteKey.parse(kept["key"]))
    assert [str(each) for each in verdict.findings] == []
    assert {name: count for name, count in verdict.counts.items() if count} == {
        "leaves": 7,
        "batches": 2,
        "in_scope": 5,
        "open": 4,
        "erased": 1,
    }

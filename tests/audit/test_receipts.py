"""Erasure and retention: what is gone stays provable, and what is gone without a receipt is found."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from audit.errors import BadProof
from audit.manifest import ERASED, MISSING, RECEIPTS
from audit.scope import ExportScope
from audit.types import ACCESS_READ, ERASURE_COMPLETED, RETENTION_COMPLETED
from audit.verify import examine
from tests.audit.rederive import rederive
from tests.audit.world import OUT, World, opened, proved, subject


async def test_erased_entries_stay_provable_with_a_receipt(tmp_path: Path) -> None:
    """Key and ciphertext are gone; the receipt that was logged accounts for them, and the tree still verifies."""
    world = World()
    gone = [world.entry(b'{"lead_id":"ld_gone"}', of=5) for _ in range(3)]
    await world.append(*gone, world.entry())
    receipt = world.entry(json.dumps({"dek_ids": [subject(5).dek_id.hex()]}).encode(), of=9, kind=ERASURE_COMPLETED)
    await world.append(receipt)
    del world.keys.held[subject(5).dek_id]
    world.fake.erase(gone[0].event_id)
    manifest = await world.export(tmp_path / OUT, opened(receipts=[receipt.event_id]))
    proved(tmp_path / OUT, world)
    assert manifest.counts[ERASED] == 3
    assert b"ld_gone" not in (tmp_path / OUT).read_bytes()
    await rederive(world.store, signer=world.signer, keys=world.keys, receipts=[receipt.event_id])
    narrow = ExportScope(keys=frozenset({subject(5).dek_id}))
    await world.export(tmp_path / "narrow.zip", opened(receipts=[receipt.event_id], scope=narrow))
    proved(tmp_path / "narrow.zip", world)


async def test_a_retention_receipt_names_entries(tmp_path: Path) -> None:
    """Expired payloads are accounted for one by one; an unopened export needs the receipt too."""
    world = World()
    entries = [world.entry(kind=ACCESS_READ) for _ in range(2)]
    await world.append(*entries)
    receipt = world.entry(
        json.dumps({"event_ids": [entries[0].event_id.hex()]}).encode(), of=9, kind=RETENTION_COMPLETED
    )
    await world.append(receipt)
    world.fake.erase(entries[0].event_id)
    for request in (opened(receipts=[receipt.event_id]), opened(receipts=[receipt.event_id], opened=False)):
        manifest = await world.export(tmp_path / OUT, request)
        proved(tmp_path / OUT, world)
        assert manifest.counts[ERASED] == 1
        assert manifest.counts[MISSING] == 0
    world.fake.erase(entries[1].event_id)
    await world.export(tmp_path / OUT, opened(receipts=[receipt.event_id]))
    verdict = examine((tmp_path / OUT).read_bytes(), key=world.signer.key)
    assert verdict.exit_code == 1
    assert [(each.entry, "destroyed evidence" in each.message) for each in verdict.findings] == [(1, True)]


async def test_a_receipt_excuses_only_what_was_there_before(tmp_path: Path) -> None:
    """An entry that was sealed after its key was said to be destroyed is destroyed evidence."""
    world = World()
    receipt = world.entry(json.dumps({"dek_ids": [subject(5).dek_id.hex()]}).encode(), of=9, kind=ERASURE_COMPLETED)
    await world.append(receipt)
    await world.append(world.entry(of=5))
    del world.keys.held[subject(5).dek_id]
    await world.export(tmp_path / OUT, opened(receipts=[receipt.event_id]))
    verdict = examine((tmp_path / OUT).read_bytes(), key=world.signer.key)
    assert verdict.exit_code == 1


async def test_only_receipts_are_receipts(tmp_path: Path) -> None:
    """Another kind of entry is refused as a receipt; one that is not sequenced or cannot be opened excuses nothing."""
    world = World()
    entry = world.entry(b'{"dek_ids":[]}')
    await world.append(entry)
    with pytest.raises(BadProof, match="no receipt"):
        await world.export(tmp_path / OUT, opened(receipts=[entry.event_id]))
    await world.export(tmp_path / OUT, opened(receipts=[bytes(16)]))
    assert not ZipFile(tmp_path / OUT).read(RECEIPTS)
    world.keys.held.clear()
    await world.export(tmp_path / OUT, opened(receipts=[entry.event_id]))
    assert not ZipFile(tmp_path / OUT).read(RECEIPTS)
    bad = world.entry(b'{"dek_ids":["zz"]}', kind=ERASURE_COMPLETED)
    await world.append(bad)
    with pytest.raises(BadProof, match="payload does not read"):
        await world.export(tmp_path / OUT, opened(receipts=[bad.event_id]))

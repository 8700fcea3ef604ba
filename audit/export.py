"""Exports a range of the log as one file that proves itself; see docs/how-to/verify-an-export.md.

One pass over the range, a chunk of batches at a time, so that memory does not grow with it. What the store
holds is shipped as it is: an entry that does not open, or is gone altogether, is exported as missing, for the
verifier to report, never left out.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from audit.bundle import BundleWriter, bundle
from audit.checkpoint import Checkpoint, NoteSigner, open_checkpoint
from audit.encoding import LEAF, SCHEMA_SHIFT, event_id_text, time_text, to_micros
from audit.errors import BadProof, CannotOpen, ExportError
from audit.gaps import Gaps, in_place, reads
from audit.generate import BUNDLED
from audit.manifest import (
    ABSENT,
    CHECKPOINT,
    CIPHERTEXTS,
    CSV,
    GONE,
    HASHED,
    JSONL,
    LEAVES,
    MANIFEST,
    MISSING,
    OPEN,
    OPENINGS,
    RANGE_PROOF,
    README,
    RECEIPTS,
    REPORT,
    SIGNATURE,
    STATES,
    UNREADABLE,
    VERIFIER,
    Manifest,
    RangeProof,
    opening_line,
    openings_header,
    signed_text,
)
from audit.page import readme
from audit.ports import EvidenceKeys, Store
from audit.proofs import inclusion_proof
from audit.receipts import Excuses, Receipt
from audit.report import Report
from audit.rows import CSV_HEADER, Row, csv_line, facts_of, jsonl_line, state_of
from audit.scope import ExportScope
from audit.sealing import EvidenceKey, event_key, open_entry
from audit.types import CLEAR_TYPES, LOG_BATCH, by_number

_CHUNK = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What to export, for whom and why.

    ``opened`` discloses the content of the entries in scope; ``receipts`` are the event ids of the logged
    erasure and retention receipts; ``generator`` is the software's name and version; ``checkpoint`` is the signed
    note to export under, None for the store's latest.
    """

    requester: str
    purpose: str
    generator: str
    scope: ExportScope = field(default_factory=ExportScope)
    opened: bool = False
    receipts: Sequence[bytes] = ()
    checkpoint: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where an export reads and signs: the store, the log's key, and who hands out evidence keys."""

    store: Store
    signer: NoteSigner
    keys: EvidenceKeys


async def export(places: Places, request: ExportRequest, out: Path, *, now: datetime) -> Manifest:
    """Write the export of a range under a checkpoint to ``out`` and return its manifest.

    Raises:
        ExportError: nothing has been sequenced yet, or what the store has lost leaves nothing to prove.
        StoreUnavailable: the store cannot be read.
        BadNote: the published checkpoint is not signed by the log's key.
    """
    note = request.checkpoint or await places.store.checkpoint()
    if note is None:
        raise ExportError(reason="the log has no signed checkpoint yet: wait for its first entry")
    checkpoint = open_checkpoint(note, places.signer.key)
    if not checkpoint.size:
        raise ExportError(reason="the log is empty")
    first, end = await _span(places.store, request.scope, checkpoint.size)
    excuses = Excuses()
    with bundle(out) as files:
        files.write(CHECKPOINT, note)
        files.write(VERIFIER, await asyncio.to_thread(BUNDLED.read_bytes))
        for event_id in request.receipts:
            receipt = await _receipt(places, event_id, checkpoint.size)
            if receipt is None:
                continue
            excuses.add(receipt, checkpoint.size, checkpoint.root)
            files.write(RECEIPTS, receipt.encode())
        gaps = Gaps(store=places.store, first=first, end=end, size=checkpoint.size)
        left, right = await gaps.subtrees(0, first), await gaps.subtrees(end, checkpoint.size)
        manifest = _unfinished(request, checkpoint, places.signer, now, (first, end))
        writer = _EntryWriter(files, manifest, excuses)
        await _walk(places, writer, gaps)
        proof = RangeProof(
            first=first,
            end=end,
            size=checkpoint.size,
            left=left,
            right=right,
            gone=gaps.gone,
            gaps=await gaps.cover(),
        )
        files.write(RANGE_PROOF, proof.encode())
        return await asyncio.to_thread(_finish, writer, places.signer, note.decode())


async def _span(store: Store, scope: ExportScope, size: int) -> tuple[int, int]:
    """Return the leaf range: from the batch leaf before "from" to the batch that closes "to"."""
    before = 0 if scope.begin is None else min(await store.size_before(scope.begin), size)
    inner = size if scope.end is None else min(await store.size_before(scope.end), size)
    inner = max(inner, before)
    return max(before - 1, 0), min(await store.batch_end(inner) or size, size)


async def _walk(places: Places, writer: "_EntryWriter", gaps: Gaps) -> None:
    store, position = places.store, gaps.first
    leaves: list[bytes] = []
    payloads: list[bytes | None] = []
    while position < gaps.end:
        upto = min(position + _CHUNK, gaps.end)
        leaves += await gaps.leaves(position, upto)
        payloads += await in_place(store.payloads, position, upto)
        position = upto
        whole = _last_batch_end(leaves)
        dek_ids = writer.wanted(leaves[:whole])
        keys = await places.keys.evidence_keys(dek_ids) if dek_ids else {}
        await asyncio.to_thread(writer.batches, leaves[:whole], payloads[:whole], keys)
        del leaves[:whole], payloads[:whole]
    if leaves:
        lost = "".join(f"; entry {index} ({event}) is gone from the log" for index, event in gaps.gone[-1:])
        raise ExportError(reason=f"the last entries under the checkpoint are not closed by a batch leaf{lost}")


def _last_batch_end(leaves: Sequence[bytes]) -> int:
    for at in range(len(leaves), 0, -1):
        if LEAF.unpack(leaves[at - 1])[4] == LOG_BATCH.number:
            return at
    return 0


class _EntryWriter:
    """Writes the members that grow with the entries."""

    def __init__(self, files: BundleWriter, manifest: Manifest, excuses: Excuses) -> None:
        self.files, self.manifest, self.excuses = files, manifest, excuses
        self.report = Report()
        self.counts = dict.fromkeys(("leaves", "batches", "in_scope", *STATES), 0)
        self.position = manifest.first
        files.write(OPENINGS, openings_header(manifest))
        files.write(CSV, CSV_HEADER)

    def wanted(self, leaves: Sequence[bytes]) -> set[bytes]:
        """Return the ids of the keys that open what is in scope."""
        found: set[bytes] = set()
        scope, covered = self.manifest.scope, False
        for leaf in reversed(leaves if self.manifest.opened else ()):
            _, _, dek_id, time, number, _, _, _, _ = LEAF.unpack(leaf)
            if number == LOG_BATCH.number:
                covered = scope.covers(time)
            elif covered and number not in CLEAR_TYPES and scope.holds(number, dek_id, time):
                found.add(dek_id)
        return found

    def batches(self, leaves: Sequence[bytes], payloads: Sequence[bytes | None], keys: Mapping[bytes, bytes]) -> None:
        """Write whole batches."""
        begin = 0
        for at, leaf in enumerate(leaves):
            fields = LEAF.unpack(leaf)
            if fields[4] == LOG_BATCH.number:
                self._batch(leaves[begin : at + 1], payloads[begin : at + 1], keys, fields[3])
                begin = at + 1

    def _batch(
        self, leaves: Sequence[bytes], payloads: Sequence[bytes | None], keys: Mapping[bytes, bytes], time: int
    ) -> None:
        scope, sequenced = self.manifest.scope, time_text(time)
        covered = scope.covers(time)
        self.files.write(LEAVES, b"".join(leaves))
        for leaf, payload in zip(leaves, payloads, strict=True):
            fields = LEAF.unpack(leaf)
            if leaf == GONE:
                self.counts[MISSING] += 1
            elif covered and scope.holds(fields[4], fields[2], fields[3]):
                self._ciphertext(payload)
                self._entry(leaf, payload, keys.get(fields[2]), sequenced)
            elif fields[4] == LOG_BATCH.number:
                self._ciphertext(payload)
            self.position += 1
        self.counts["leaves"] += len(leaves)
        self.counts["batches"] += 1

    def _ciphertext(self, payload: bytes | None) -> None:
        size = ABSENT if payload is None else len(payload)
        self.files.write(CIPHERTEXTS, size.to_bytes(4, "big") + (payload or b""))

    def _entry(self, leaf: bytes, ciphertext: bytes | None, key: bytes | None, sequenced: str) -> None:
        _, event_id, dek_id, time, number, flags, nonce, _, _ = LEAF.unpack(leaf)
        payload = ciphertext if number in CLEAR_TYPES else None
        if ciphertext is not None and key is not None:
            payload = self._disclosed(leaf, ciphertext, EvidenceKey(dek_id=dek_id, key=key))
            if payload is not None:
                self.files.write(OPENINGS, opening_line(self.position, event_key(key, event_id, nonce)))
        excused = self.excuses.excuse(self.position, event_id, dek_id)
        present, opened = ciphertext is not None, self.manifest.opened
        state = OPEN if payload is not None else state_of(present=present, opened=opened, excused=excused)
        facts: Mapping[str, Any] | None = {} if payload is None else facts_of(payload)
        if facts is None:
            state, facts = UNREADABLE, {}
        self.counts["in_scope"] += 1
        self.counts[state] += 1
        names = event_id_text(event_id), dek_id.hex()
        schema = flags >> SCHEMA_SHIFT
        row = Row(self.position, sequenced, time_text(time), by_number(number), schema, state, *names, payload or b"")
        self.report.add(row, facts)
        self.files.write(JSONL, jsonl_line(row))
        self.files.write(CSV, csv_line(row, facts))

    @staticmethod
    def _disclosed(leaf: bytes, ciphertext: bytes, key: EvidenceKey) -> bytes | None:
        try:
            return open_entry(leaf, ciphertext, key)
        except CannotOpen:
            return None


async def _receipt(places: Places, event_id: bytes, size: int) -> Receipt | None:
    """Return a receipt with its proof; None where it cannot be proved: what it would excuse is missing then."""
    store = places.store
    index = await store.index_of(event_id)
    if index is None or index >= size:
        return None
    (leaf,) = await in_place(store.leaves, index, index + 1)
    (ciphertext,) = await in_place(store.payloads, index, index + 1)
    if leaf is None or not reads(leaf) or ciphertext is None:
        return None
    _, _, dek_id, _, _, _, nonce, _, _ = LEAF.unpack(leaf)
    key = (await places.keys.evidence_keys({dek_id})).get(dek_id)
    if key is None:
        return None
    try:
        proof = await inclusion_proof(store, index, size)
    except BadProof:
        return None
    return Receipt(index=index, leaf=leaf, ciphertext=ciphertext, key=event_key(key, event_id, nonce), proof=proof)


def _unfinished(
    request: ExportRequest, checkpoint: Checkpoint, signer: NoteSigner, now: datetime, span: tuple[int, int]
) -> Manifest:
    return Manifest(
        origin=checkpoint.origin,
        log_key=signer.key.vkey(),
        generated_at=to_micros(now),
        generator=request.generator,
        requester=request.requester,
        purpose=request.purpose,
        opened=request.opened,
        first=span[0],
        end=span[1],
        tree_size=checkpoint.size,
        scope=request.scope,
        counts={},
        files={},
    )


def _finish(writer: _EntryWriter, signer: NoteSigner, checkpoint: str) -> Manifest:
    files = writer.files
    manifest = replace(writer.manifest, counts=writer.counts)
    files.write(REPORT, writer.report.render(manifest, checkpoint))
    files.write(README, readme(manifest))
    manifest = replace(manifest, files={name: files.digest(name) for name in HASHED})
    raw = manifest.encode()
    files.write(MANIFEST, raw)
    files.write(SIGNATURE, signer.sign(signed_text(raw, manifest.origin)))
    return manifest

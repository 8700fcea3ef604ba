"""One pass over a bundle's entries: recompute the tree, open what is disclosed, write every derived line again."""

import json
from binascii import hexlify, unhexlify
from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import chain, repeat
from typing import Any, Protocol

from audit.container import Member
from audit.encoding import (
    FLAG_CLEAR,
    HEADER_SIZE,
    LEAF,
    LEAF_SIZE,
    LEAF_VERSION,
    SCHEMA_SHIFT,
    TYPE_AT,
    check_leaf,
    event_id_text,
    time_text,
)
from audit.errors import AuditError, BadLeaf, CannotOpen
from audit.findings import Notebook
from audit.manifest import (
    ABSENT,
    CIPHERTEXTS,
    CSV,
    JSONL,
    LEAVES,
    MISSING,
    OPEN,
    OPENINGS,
    RANGE_PROOF,
    STATES,
    UNKNOWN_EVENT,
    UNREADABLE,
    Manifest,
    RangeProof,
    openings_header,
)
from audit.merkle import CompactRange, decompose
from audit.receipts import Excuses
from audit.report import Report
from audit.report_first import FirstReport
from audit.rows import CSV_HEADER, Lines, Row, facts_of, state_of
from audit.sealing import decrypt
from audit.types import CLEAR_TYPES, LOG_BATCH, by_number

_BATCH_TYPE = LOG_BATCH.number.to_bytes(2, "big")
_KEY_CHARS = 64
_CHUNK = 4096
_PLAIN_FLAGS = 1 << SCHEMA_SHIFT  # sealed, schema 1: nearly all
_YEAR_2100 = 4_102_444_800_000_000  # later ones get the full check, earlier ones need none
_NO_FACTS: Mapping[str, Any] = {}
Fields = tuple[int, bytes, bytes, int, int, int, bytes, bytes, bytes]


class Buffer(Protocol):
    """Bytes or a memory-mapped file: slices are bytes."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...


class Replay:
    """Replays the entries of a bundle whose manifest has been checked; findings go to the notebook."""

    def __init__(
        self, data: Buffer, members: Mapping[str, Member], manifest: Manifest, excuses: Excuses, notes: Notebook
    ) -> None:
        """Set a cursor to the beginning of every member that is read along."""
        self._data, self._members, self._manifest = data, members, manifest
        self._excuses, self._notes = excuses, notes
        self._at = {each: members[each].start for each in (CIPHERTEXTS, OPENINGS, JSONL, CSV)}
        self._lost: set[str] = set()
        self._tree = CompactRange()
        self._last_time = -1
        self._gone: dict[int, str] = {}
        self._gaps: list[tuple[int, int, bytes]] = []
        self.report = FirstReport() if manifest.format == 1 else Report()
        self.counts = dict.fromkeys(("leaves", "batches", "in_scope", *STATES), 0)

    def run(self, proof: RangeProof) -> bytes:
        """Replay everything and return the root that leaves and range proof give; raise BadProof, UnknownType."""
        manifest, leaves = self._manifest, self._members[LEAVES]
        if leaves.size != (manifest.end - manifest.first) * LEAF_SIZE:
            self._notes.changed(LEAVES, "its size is not that of the range", offset=leaves.start)
        for (level, _), node in zip(decompose(0, manifest.first), proof.left, strict=True):
            self._tree.append_subtree(level, node)
        self._find_gaps(proof)
        self._compare(OPENINGS, openings_header(manifest), [])
        self._compare(CSV, CSV_HEADER, [])
        self._walk(leaves)
        for name in self._at:
            self._finish(name)
        for (level, _), node in zip(decompose(manifest.end, manifest.tree_size), proof.right, strict=True):
            self._tree.append_subtree(level, node)
        return self._tree.root()

    def _find_gaps(self, proof: RangeProof) -> None:
        """Say what the log has lost, and which entries cannot be proved one by one without it."""
        self._gone, self._gaps = dict(proof.gone), [*proof.gaps]
        for index, event in proof.gone:
            named = "" if event == UNKNOWN_EVENT else f" {event}"
            message = (
                f"destroyed evidence: the log does not hold this entry{named} any more, and nothing accounts for it"
            )
            self._notes.changed(LEAVES, message, entry=index, offset=self._leaf_at(index))
        for level, index, _ in proof.gaps:
            start, end = index << level, (index + 1) << level
            message = f"of the entries {start} to {end - 1} one is gone: the others are not proved one by one"
            self._notes.changed(RANGE_PROOF, message)
        self.counts[MISSING] += len(self._gone)

    def _walk(self, leaves: Member) -> None:
        index = start = self._manifest.first
        batch: list[bytes] = []
        append = self._tree.append
        roots = iter([(level, root) for level, _, root in self._gaps])
        skips = chain(*((at << level, (at + 1) << level) for level, at, _ in self._gaps), repeat(-1))
        begins, past = next(skips), start
        for at in range(leaves.start, leaves.end, _CHUNK * LEAF_SIZE):
            raw = self._data[slice(at, min(at + _CHUNK * LEAF_SIZE, leaves.end))]
            for place in range(0, len(raw) - LEAF_SIZE + 1, LEAF_SIZE):
                leaf = raw[place : place + LEAF_SIZE]
                if index == begins:  # a lost leaf cannot be hashed: its subtree's root stands in for it
                    self._tree.append_subtree(*next(roots))
                    past, begins = next(skips), next(skips)
                if index >= past:
                    append(sha256(b"\0" + leaf).digest())
                batch.append(leaf)
                index += 1
                if leaf[TYPE_AT] == _BATCH_TYPE:
                    self._batch(start, batch)
                    batch, start = [], index
        if batch:
            self._notes.missing(LEAVES, f"no batch leaf closes the entries from {start} on")
        self._check_close()

    def _batch(self, start: int, batch: Sequence[bytes]) -> None:
        manifest, scope = self._manifest, self._manifest.scope
        closing: Fields = LEAF.unpack(batch[-1])
        time = closing[3]
        lines = Lines()
        covered = scope.covers(time)
        sequenced = time_text(time)
        for index, leaf in enumerate(batch, start):
            fields: Fields = LEAF.unpack(leaf)
            if (
                fields[5] != _PLAIN_FLAGS
                or fields[0] != LEAF_VERSION
                or fields[3] > _YEAR_2100
                or fields[4] in CLEAR_TYPES
            ):
                if index in self._gone:
                    continue
                self._check_leaf(index, fields)
            if covered and scope.holds(fields[4], fields[2], fields[3]):
                lines.add(*self._entry(index, fields, leaf, sequenced))
        last = start + len(batch) - 1
        self._check_batch(start, last, time, self._ciphertext(last, closing))
        self.counts["leaves"] += len(batch)
        self.counts["batches"] += 1
        self.counts["in_scope"] += len(lines.positions)
        self._compare(JSONL, b"".join(lines.jsonl), lines.positions)
        self._compare(CSV, b"".join(lines.csv), lines.positions)
        if start == manifest.first > 0 and (len(batch) > 1 or scope.begin is None or time >= scope.begin):
            self._notes.missing(LEAVES, "the range does not begin with the batch leaf before 'from'")

    def _entry(self, index: int, fields: Fields, leaf: bytes, sequenced: str) -> tuple[Row, Mapping[str, Any]]:
        _, event_id, dek_id, time, number, flags, _, _, _ = fields
        ciphertext = self._ciphertext(index, fields)
        payload = ciphertext if flags & FLAG_CLEAR else self._opened(index, leaf, ciphertext)
        state, facts = OPEN, _NO_FACTS
        if payload is None:
            excused = self._excuses.excuse(index, event_id, dek_id)
            state = state_of(present=ciphertext is not None, opened=self._manifest.opened, excused=excused)
        elif (found := facts_of(payload)) is None:
            state = UNREADABLE
        else:
            facts = found
        if state == MISSING:
            message = "destroyed evidence: it cannot be opened, and no receipt accounts for it"
            self._notes.changed(LEAVES, message, entry=index, offset=self._leaf_at(index))
        self.counts[state] += 1
        ids = event_id_text(event_id), dek_id.hex()
        row = Row(
            index, sequenced, time_text(time), by_number(number), flags >> SCHEMA_SHIFT, state, *ids, payload or b""
        )
        self.report.add(row, facts)
        return row, facts

    def _ciphertext(self, index: int, fields: Fields) -> bytes | None:
        at, end = self._at[CIPHERTEXTS], self._members[CIPHERTEXTS].end
        if CIPHERTEXTS in self._lost:
            return None
        size = int.from_bytes(self._data[slice(at, at + 4)], "big")
        if size == ABSENT and at + 4 <= end:
            self._at[CIPHERTEXTS] = at + 4
            return None
        if at + 4 + size > end:
            self._lost.add(CIPHERTEXTS)
            self._notes.changed(CIPHERTEXTS, "it ends before this entry's ciphertext does", offset=at, entry=index)
            return None
        self._at[CIPHERTEXTS] = at + 4 + size
        found = self._data[slice(at + 4, at + 4 + size)]
        if sha256(found).digest() != fields[8]:
            message = "this ciphertext is not the one that the log's leaf hashes"
            self._notes.changed(CIPHERTEXTS, message, offset=at, entry=index)
        return found

    def _opened(self, index: int, leaf: bytes, ciphertext: bytes | None) -> bytes | None:
        """Return the payload when openings.jsonl has a key for this entry; an unopened export discloses none."""
        at, before = self._at[OPENINGS], b'{"index":%d,"key":"' % index
        upto = min(at + len(before) + _KEY_CHARS + 3, self._members[OPENINGS].end)
        line = self._data[slice(at, upto)]
        if not line.startswith(before) or not self._manifest.opened or OPENINGS in self._lost:
            return None
        self._at[OPENINGS] = upto
        spelt = line[len(before) : len(before) + _KEY_CHARS]
        try:
            key = unhexlify(spelt)
            if hexlify(key) != spelt or not line.endswith(b'"}\n'):
                raise CannotOpen(reason="the line with its key is not in its one spelling")
            if ciphertext is None:
                raise CannotOpen(reason="a key is given for it, but no ciphertext")
            return decrypt(leaf[:HEADER_SIZE], ciphertext, key)
        except (AuditError, ValueError) as error:
            self._notes.changed(OPENINGS, str(error), offset=at, entry=index)
            return None

    def _check_leaf(self, index: int, fields: Fields) -> None:
        version, _, dek_id, time, number, flags, nonce, commitment, _ = fields
        try:
            check_leaf(version, time, flags, dek_id, nonce, commitment)
        except BadLeaf as error:
            self._notes.changed(LEAVES, str(error), offset=self._leaf_at(index), entry=index)
        if bool(flags & FLAG_CLEAR) != (number in CLEAR_TYPES):
            message = "its type and its flags contradict each other"
            self._notes.changed(LEAVES, message, offset=self._leaf_at(index), entry=index)

    def _check_batch(self, start: int, last: int, time: int, payload: bytes | None) -> None:
        """A batch leaf says where its batch began, and batch times grow."""
        try:
            found = json.loads(payload or b"{}")
            begins = found["first"]
            fits = begins + found["count"] == last + 1 and (begins == start or last == self._manifest.first)
        except (ValueError, KeyError, TypeError, RecursionError):
            fits = False
        if not fits or time <= self._last_time:
            message = "this batch leaf does not close the entries before it"
            self._notes.changed(LEAVES, message, offset=self._leaf_at(last), entry=last)
        self._last_time = time

    def _check_close(self) -> None:
        """The range must reach over "from" and "to", or to an end of the log."""
        manifest, scope = self._manifest, self._manifest.scope
        if manifest.end == manifest.tree_size:
            if scope.end is not None and self._last_time < scope.end:
                last = time_text(max(self._last_time, 0))
                self._notes.warnings.append(f"the log ends at {last}: nothing is proved from then to 'to'")
        elif scope.end is None or self._last_time < scope.end:
            self._notes.missing(LEAVES, f"the entries from {manifest.end} on are left out")

    def _compare(self, name: str, expected: bytes, entries: Sequence[int]) -> None:
        """Compare the next lines of a derived file; after its first difference the file is left alone."""
        if name in self._lost:
            return
        at = self._at[name]
        end = self._at[name] = at + len(expected)
        found = self._data[slice(at, min(end, self._members[name].end))]
        if found == expected:
            return
        self._lost.add(name)
        same = next((n for n, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), len(found))
        line = expected.count(b"\n", 0, same)
        entry = entries[line] if line < len(entries) else None
        self._notes.changed(name, "from here on it does not say what the log says", offset=at + same, entry=entry)

    def _finish(self, name: str) -> None:
        at, end = self._at[name], self._members[name].end
        if name not in self._lost and at != end:
            self._notes.changed(name, f"{end - at} bytes at its end belong to no entry in scope", offset=at)

    def _leaf_at(self, index: int) -> int:
        return self._members[LEAVES].start + (index - self._manifest.first) * LEAF_SIZE

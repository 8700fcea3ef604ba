"""The verifier: proves an export from nothing but its bytes and, if given, the log's public key.

Steps, each reported with its place: 1. every byte outside the members' data is the one that the writer
writes; 2. the members' CRC-32s; 3. the manifest, its signature and its key; 4. the files' SHA-256; 5. the
signed checkpoint; 6. the receipts; 7. every leaf, ciphertext, key, payload and derived line, the filters,
and the range's completeness; 8. the tree's root under the checkpoint; 9. the counts, the report and the
read-me.
"""

from hashlib import sha256

from audit.checkpoint import Checkpoint, NoteKey, open_checkpoint, open_note
from audit.container import Member, check_data, read
from audit.errors import AuditError, BadContainer, BadNote, BadProof, NewerFormat, NotProved, UnknownType, UntrustedKey
from audit.findings import Notebook, Verdict
from audit.manifest import (
    CHECKPOINT,
    LEAVES,
    MANIFEST,
    MEMBERS,
    RANGE_PROOF,
    README,
    RECEIPTS,
    REPORT,
    SIGNATURE,
    Manifest,
    RangeProof,
    signed_text,
)
from audit.merkle import decompose
from audit.page import readme
from audit.receipts import Excuses, Receipt
from audit.replay import Buffer, Replay

SELF_DECLARED = (
    "no --key was given: the signatures were checked against the key that the file itself declares. That proves the "
    "file is whole, not who made it; compare the key with one you got elsewhere"
)


def examine(data: Buffer, *, key: NoteKey | None = None) -> Verdict:
    """Examine a bundle and return everything that was found.

    Args:
        data: the whole file: bytes, or a memory-mapped file, which keeps memory flat.
        key: the log's key as the reader trusts it; None takes the one that the file declares, with a warning.
    """
    examination = _Examination(data, key)
    try:
        examination.run()
    except _Stop:
        pass
    except UnknownType as error:
        examination.notes.key(LEAVES, f"{error} The file was written by a newer release")
    notes = examination.notes
    return Verdict(
        findings=tuple(notes.findings),
        warnings=tuple(notes.warnings),
        manifest=examination.manifest,
        counts=examination.counts,
    )


def verify_bundle(data: Buffer, *, key: NoteKey | None = None) -> None:
    """Raise NotProved unless `examine` finds nothing."""
    verdict = examine(data, key=key)
    if verdict.findings:
        raise NotProved(findings="; ".join(str(each) for each in verdict.findings))


class _Stop(Exception):
    """What follows cannot be examined: the finding says why."""


class _Examination:
    def __init__(self, data: Buffer, key: NoteKey | None) -> None:
        self._data, self._key = data, key
        self._members: dict[str, Member] = {}
        self.notes = Notebook()
        self.manifest: Manifest | None = None
        self.counts: dict[str, int] = {}

    def run(self) -> None:
        self._read_container()
        manifest = self._read_manifest()
        self._read_hashes(manifest)
        checkpoint = self._read_checkpoint(manifest)
        proof = self._read_proof(manifest)
        replay = Replay(self._data, self._members, manifest, self._read_receipts(checkpoint), self.notes)
        try:
            root = replay.run(proof)
        except BadProof as error:
            self.notes.changed(LEAVES, str(error), offset=self._members[LEAVES].start)
            return
        self.counts = replay.counts
        if root != checkpoint.root:
            message = "leaves and range proof do not give the root that the log signed"
            self.notes.changed(f"{LEAVES} or {RANGE_PROOF}", message)
        self._compare_texts(manifest, replay)

    def _read_container(self) -> None:
        view = memoryview(self._data)  # type: ignore[arg-type]  # bytes and mmap are buffers; the Protocol cannot say so
        with view:
            try:
                found = read(view, MEMBERS)
            except BadContainer as error:
                self._container_finding(error)
                raise _Stop from None
            self._members = {each.name: each for each in found}
            for member in found:
                try:
                    check_data(view, member)
                except BadContainer as error:
                    self._container_finding(error)

    def _container_finding(self, error: BadContainer) -> None:
        facts = error.facts
        offset = facts["offset"]
        where, reason = str(facts["where"]), str(facts["reason"])
        self.notes.changed(where, reason, offset=offset if isinstance(offset, int) else None)

    def _bytes(self, name: str) -> bytes:
        member = self._members[name]
        return self._data[slice(member.start, member.end)]

    def _read_manifest(self) -> Manifest:
        raw = self._bytes(MANIFEST)
        try:
            manifest = Manifest.parse(raw)
            declared = NoteKey.parse(manifest.log_key)
        except (UnknownType, NewerFormat) as error:
            self.notes.key(MANIFEST, str(error))
            raise _Stop from None
        except AuditError as error:
            self.notes.changed(MANIFEST, str(error), offset=self._members[MANIFEST].start)
            raise _Stop from None
        if self._key is None:
            self.notes.warnings.append(SELF_DECLARED)
            self._key = declared
        self._check_signature(raw, manifest)
        if manifest.origin != self._key.name:
            self.notes.key(MANIFEST, "the export is of another log than the key")
            raise _Stop
        self.manifest = manifest
        return manifest

    def _check_signature(self, raw: bytes, manifest: Manifest) -> None:
        assert self._key is not None  # noqa: S101 - set just before
        try:
            text = open_note(self._bytes(SIGNATURE), self._key)
        except UntrustedKey:
            self.notes.key(SIGNATURE, f"it is not signed by {self._key.vkey()}, but by another key")
            raise _Stop from None
        except BadNote as error:
            self.notes.changed(SIGNATURE, str(error), offset=self._members[SIGNATURE].start)
            raise _Stop from None
        if text != signed_text(raw, manifest.origin):
            message = "the manifest is not the one that was signed"
            self.notes.changed(MANIFEST, message, offset=self._members[MANIFEST].start)
            raise _Stop

    def _read_hashes(self, manifest: Manifest) -> None:
        view = memoryview(self._data)  # type: ignore[arg-type]  # as above
        with view:
            for name, (digest, size) in manifest.files.items():
                member = self._members[name]
                if member.size != size or sha256(view[member.start : member.end]).hexdigest() != digest:
                    message = "it is not the file whose hash stands in the signed manifest"
                    self.notes.changed(name, message, offset=member.start)

    def _read_checkpoint(self, manifest: Manifest) -> Checkpoint:
        assert self._key is not None  # noqa: S101 - set with the manifest
        try:
            checkpoint = open_checkpoint(self._bytes(CHECKPOINT), self._key)
        except AuditError as error:
            self.notes.changed(CHECKPOINT, str(error), offset=self._members[CHECKPOINT].start)
            raise _Stop from None
        if checkpoint.size != manifest.tree_size:
            self.notes.changed(CHECKPOINT, f"it is of size {checkpoint.size}, the manifest's of {manifest.tree_size}")
            raise _Stop
        return checkpoint

    def _read_proof(self, manifest: Manifest) -> RangeProof:
        member = self._members[RANGE_PROOF]
        try:
            proof = RangeProof.parse(self._bytes(RANGE_PROOF))
        except AuditError as error:
            self.notes.changed(RANGE_PROOF, str(error), offset=member.start)
            raise _Stop from None
        sizes = len(decompose(0, manifest.first)), len(decompose(manifest.end, manifest.tree_size))
        span = manifest.first, manifest.end, manifest.tree_size
        if (proof.first, proof.end, proof.size) != span or (len(proof.left), len(proof.right)) != sizes:
            self.notes.changed(RANGE_PROOF, "it is for another range than the manifest's", offset=member.start)
            raise _Stop
        return proof

    def _read_receipts(self, checkpoint: Checkpoint) -> Excuses:
        excuses, at = Excuses(), self._members[RECEIPTS].start
        for line in self._bytes(RECEIPTS).splitlines(keepends=True):
            try:
                excuses.add(Receipt.parse(line), checkpoint.size, checkpoint.root)
            except AuditError as error:
                self.notes.changed(RECEIPTS, str(error), offset=at)
            at += len(line)
        return excuses

    def _compare_texts(self, manifest: Manifest, replay: Replay) -> None:
        if dict(manifest.counts) != replay.counts:
            found, said = replay.counts, dict(manifest.counts)
            self.notes.changed(MANIFEST, f"it counts {said}, the entries give {found}")
        checkpoint = self._bytes(CHECKPOINT).decode(errors="replace")
        for name, text in ((REPORT, replay.report.render(manifest, checkpoint)), (README, readme(manifest))):
            found_text, start = self._bytes(name), self._members[name].start
            if found_text != text:
                pairs = enumerate(zip(found_text, text, strict=False))
                same = next((at for at, (a, b) in pairs if a != b), min(len(found_text), len(text)))
                self.notes.changed(name, "from here on it does not say what the log says", offset=start + same)

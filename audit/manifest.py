"""A bundle's manifest, the note that signs it, and the other small texts of a bundle; each has one spelling."""

import base64
import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

from audit.checkpoint import decode_base64
from audit.encoding import LEAF_SIZE, from_text, time_text
from audit.errors import AuditError, BadManifest, BadProof, NewerFormat
from audit.merkle import HASH_SIZE
from audit.scope import ExportScope

FORMAT = 2
FORMATS = (1, 2)
"""What a verifier reads. Format 2 has another report.html, and range-proof.txt may tell of what the log has lost."""
_DEEPEST = 64
README, REPORT, CSV, JSONL, OPENINGS = "README.txt", "report.html", "events.csv", "events.jsonl", "openings.jsonl"
LEAVES, CIPHERTEXTS, RECEIPTS = "leaves.bin", "ciphertexts.bin", "receipts.jsonl"
RANGE_PROOF, CHECKPOINT, VERIFIER = "range-proof.txt", "checkpoint.note", "verify.py"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
HASHED = (README, REPORT, CSV, JSONL, OPENINGS, LEAVES, CIPHERTEXTS, RECEIPTS, RANGE_PROOF, CHECKPOINT, VERIFIER)
MEMBERS = (*HASHED, MANIFEST, SIGNATURE)
GONE = bytes(LEAF_SIZE)  # in leaves.bin the place of a leaf that the log does not hold any more
UNKNOWN_EVENT = "unknown"  # in range-proof.txt, where a lost leaf's event id is lost too
ABSENT = 0xFFFFFFFF  # the length in ciphertexts.bin of a ciphertext that the log does not hold any more

# What became of an entry in scope.
OPEN, SEALED, ERASED, MISSING, UNREADABLE = "open", "sealed", "erased", "missing", "unreadable"
STATES = (OPEN, SEALED, ERASED, MISSING, UNREADABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an export says of itself; ``first`` to ``end`` are leaf indices, ``generated_at`` is UTC µs."""

    origin: str
    log_key: str
    generated_at: int
    generator: str
    requester: str
    purpose: str
    opened: bool
    first: int
    end: int
    tree_size: int
    scope: ExportScope
    counts: Mapping[str, int]
    files: Mapping[str, tuple[str, int]]
    format: int = FORMAT

    def encode(self) -> bytes:
        """Return the manifest's one spelling."""
        document = {
            "format": self.format,
            "origin": self.origin,
            "log_key": self.log_key,
            "generated_at": time_text(self.generated_at),
            "generator": self.generator,
            "requester": self.requester,
            "purpose": self.purpose,
            "opened": self.opened,
            "range": {"first": self.first, "end": self.end, "tree_size": self.tree_size},
            "scope": self.scope.to_json(),
            "counts": dict(self.counts),
            "files": {name: {"sha256": digest, "size": size} for name, (digest, size) in self.files.items()},
        }
        return json.dumps(document, indent=1, sort_keys=True).encode() + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> "Manifest":
        """Return the manifest; raise BadManifest on another format, UnknownType on types this release lacks."""
        try:
            found = json.loads(data)
            if found["format"] not in FORMATS:
                raise NewerFormat(found=found["format"], known=FORMAT)
            made = cls._from_json(found)
            canonical = made.encode()
        except AuditError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise BadManifest(reason=f"it does not read ({type(error).__name__})") from error
        if canonical != data:
            raise BadManifest(reason="it is not in its one spelling")
        return made

    @classmethod
    def _from_json(cls, found: dict[str, Any]) -> "Manifest":
        names = ("origin", "log_key", "generator", "requester", "purpose")
        texts = {each: _typed(found[each], str) for each in names}
        span = {each: _typed(found["range"][each], int) for each in ("first", "end", "tree_size")}
        if not 0 <= span["first"] <= span["end"] <= span["tree_size"]:
            raise BadManifest(reason="its range does not lie in its tree")
        files = {
            name: (_typed(each["sha256"], str), _typed(each["size"], int)) for name, each in found["files"].items()
        }
        if set(files) != set(HASHED):
            raise BadManifest(reason="it does not name the files of a bundle")
        return cls(
            **texts,
            **span,
            opened=_typed(found["opened"], bool),
            generated_at=from_text(found["generated_at"]),
            scope=ExportScope.from_json(found["scope"]),
            counts={name: _typed(each, int) for name, each in found["counts"].items()},
            files=files,
            format=_typed(found["format"], int),
        )


def _typed(value: Any, kind: type) -> Any:  # noqa: ANN401 - JSON holds anything
    if type(value) is not kind:
        raise BadManifest(reason=f"a {type(value).__name__} where a {kind.__name__} belongs")
    return value


def signed_text(manifest: bytes, origin: str) -> str:
    """Return the text that the log's key signs; its first line can be no checkpoint's, whose first is an origin."""
    return f"leadgate.export-manifest/v1 {origin}\n{sha256(manifest).hexdigest()}\n"


def openings_header(manifest: Manifest) -> bytes:
    """Return the first line of openings.jsonl: who may read what follows, and what for."""
    facts = {"opened": manifest.opened, "purpose": manifest.purpose, "requester": manifest.requester}
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def opening_line(index: int, key: bytes) -> bytes:
    """Return one line of openings.jsonl: the key of one event."""
    return b'{"index":%d,"key":"%s"}\n' % (index, key.hex().encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeProof:
    """The roots of the perfect subtrees left and right of the leaves [first, end) of a tree of ``size``.

    ``gone`` are the leaves (index, event id) that the log has lost, and ``gaps`` the subtrees (level, index, root) that
    stand in for them and their neighbours. A proof that has any is never the proof of a whole log.
    """

    first: int
    end: int
    size: int
    left: Sequence[bytes]
    right: Sequence[bytes]
    gone: Sequence[tuple[int, str]] = ()
    gaps: Sequence[tuple[int, int, bytes]] = ()

    def encode(self) -> bytes:
        """Return the proof's one spelling."""
        lines = ["leadgate.range-proof/v1", f"first {self.first}", f"end {self.end}", f"size {self.size}"]
        lines += [f"left {base64.b64encode(each).decode()}" for each in self.left]
        lines += [f"right {base64.b64encode(each).decode()}" for each in self.right]
        lines += [f"gone {index} {event}" for index, event in self.gone]
        lines += [f"gap {level} {index} {base64.b64encode(root).decode()}" for level, index, root in self.gaps]
        return "\n".join(lines).encode() + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> "RangeProof":
        """Return the proof; raise BadProof on any other spelling."""
        try:
            lines = [each.split(" ") for each in data.decode("ascii").splitlines()]
            first, end, size = (int(lines[at][1]) for at in (1, 2, 3))
            nodes = [(each[0], decode_base64(each[1])) for each in lines[4:] if each[0] in {"left", "right"}]
            gone = [(int(each[1]), each[2]) for each in lines[4:] if each[0] == "gone"]
            gaps = [(int(each[1]), int(each[2]), decode_base64(each[3])) for each in lines[4:] if each[0] == "gap"]
        except (UnicodeDecodeError, ValueError, IndexError, AuditError):
            raise BadProof(reason="range-proof.txt does not read") from None
        left = [node for side, node in nodes if side == "left"]
        right = [node for side, node in nodes if side == "right"]
        made = cls(first=first, end=end, size=size, left=left, right=right, gone=gone, gaps=gaps)
        roots = [*(node for _, node in nodes), *(node for _, _, node in gaps)]
        if made.encode() != data or any(len(node) != HASH_SIZE for node in roots):
            raise BadProof(reason="range-proof.txt is not in its one spelling")
        made.check_gaps()
        return made

    def check_gaps(self) -> None:
        """Check that lost leaves and gaps lie in the range, in order, and none without the other; raise BadProof."""
        lost = [index for index, _ in self.gone]
        if any(one >= other for one, other in pairwise([self.first - 1, *lost, self.end])):
            raise BadProof(reason="the lost entries in range-proof.txt do not lie in the range, one after the other")
        last, passed = self.first, 0
        for level, index, _ in self.gaps:
            if not 0 <= level < _DEEPEST or not last <= index << level < (index + 1) << level <= self.end:
                raise BadProof(reason="a gap in range-proof.txt does not lie in the range")
            last = (index + 1) << level
            within, beyond = bisect_left(lost, index << level), bisect_left(lost, last)
            if within == beyond:
                raise BadProof(reason="a gap in range-proof.txt is not around a lost entry")
            if within > passed:
                break
            passed = beyond
        if passed < len(lost):
            raise BadProof(reason="a lost entry in range-proof.txt lies in no gap")

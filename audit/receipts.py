"""Receipts: logged entries that say why another entry cannot be opened any more.

An erasure's or a retention run's receipt names the destroyed evidence keys (``dek_ids``) or the entries whose
ciphertexts were deleted (``event_ids``), both as lists of hex ids in its payload. A bundle carries the
receipts it needs with their own inclusion proofs, so they need not lie in its range. An entry that is gone
without a receipt that was logged after it is destroyed evidence.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.checkpoint import decode_base64
from audit.encoding import parse_leaf
from audit.errors import AuditError, BadProof
from audit.merkle import leaf_hash, verify_inclusion
from audit.sealing import open_with_event_key
from audit.types import RECEIPT_TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt with all that proves it: its leaf and place, its ciphertext and this one event's key."""

    index: int
    leaf: bytes
    ciphertext: bytes
    key: bytes = field(repr=False)
    proof: Sequence[bytes]

    def encode(self) -> bytes:
        """Return the receipt's line in receipts.jsonl, its one spelling."""
        facts = {
            "ciphertext": base64.b64encode(self.ciphertext).decode(),
            "index": self.index,
            "key": self.key.hex(),
            "leaf": base64.b64encode(self.leaf).decode(),
            "proof": [base64.b64encode(each).decode() for each in self.proof],
        }
        return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> "Receipt":
        """Return the receipt in a line; raise BadProof."""
        try:
            found = json.loads(line)
            made = cls(
                index=int(found["index"]),
                leaf=decode_base64(found["leaf"]),
                ciphertext=decode_base64(found["ciphertext"]),
                key=bytes.fromhex(found["key"]),
                proof=[decode_base64(each) for each in found["proof"]],
            )
        except (ValueError, KeyError, TypeError, RecursionError, AuditError):
            raise BadProof(reason="a receipt does not read") from None
        if made.encode() != line:
            raise BadProof(reason=f"receipt {made.index} is not in its one spelling")
        return made


class Excuses:
    """Which destroyed keys and deleted entries the receipts account for, and up to which index."""

    def __init__(self) -> None:
        """Start with none."""
        self._until: dict[bytes, int] = {}

    def add(self, receipt: Receipt, size: int, root: bytes) -> None:
        """Check a receipt under a tree head and take in what it names; raise BadProof, CannotOpen, BadLeaf."""
        if parse_leaf(receipt.leaf).type not in RECEIPT_TYPES:
            raise BadProof(reason=f"entry {receipt.index} is no receipt")
        verify_inclusion(leaf_hash(receipt.leaf), receipt.index, size, receipt.proof, root=root)
        payload = open_with_event_key(receipt.leaf, receipt.ciphertext, receipt.key)
        for each in _named(payload):
            self._until[each] = max(self._until.get(each, 0), receipt.index)

    def excuse(self, index: int, event_id: bytes, dek_id: bytes) -> bool:
        """Whether a receipt logged after this entry accounts for its loss."""
        return index < max(self._until.get(event_id, 0), self._until.get(dek_id, 0))


def _named(payload: bytes) -> Iterable[bytes]:
    try:
        found: Any = json.loads(payload)
        return [bytes.fromhex(each) for name in ("dek_ids", "event_ids") for each in found.get(name, ())]
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise BadProof(reason="a receipt's payload does not read") from None

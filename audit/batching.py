"""Turns pending leaves into the next step of the tree: the pure half of the sequencer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from audit.encoding import FLAG_CLEAR, LEAF, check_leaf, from_micros
from audit.errors import BadLeaf
from audit.merkle import CompactRange
from audit.ports import Batch, Head
from audit.sealing import Event, SealedEntry, clear_entry
from audit.types import CLEAR_TYPES, LOG_BATCH, SEQUENCER_TOOK_OVER, EventType

MAX_BATCH = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Who sequences when: the log's origin, fencing token, time (UTC µs), and whether to log a take-over."""

    origin: str
    token: int
    time: int
    holder: str = ""
    took_over: bool = False


def plan(head: Head, leaves: Sequence[bytes], turn: Turn) -> Batch:
    """Return the batch that appends the pending leaves and closes them with a batch leaf.

    Batch times grow strictly, whatever the clock does. Raises BadLeaf for a pending leaf that no verifier
    would accept.
    """
    time = max(turn.time, head.time + 1)
    event_ids = [_checked(leaf) for leaf in leaves]
    own = []
    if turn.took_over:
        facts: dict[str, object] = {"holder": turn.holder, "token": turn.token}
        own.append(_own(SEQUENCER_TOOK_OVER, turn.origin, head.size + len(leaves), time, facts))
    last = head.size + len(leaves) + len(own)
    facts = {"count": last + 1 - head.size, "first": head.size, "token": turn.token}
    own.append(_own(LOG_BATCH, turn.origin, last, time, facts))
    tree = CompactRange(head.size, head.nodes)
    tiles: list[tuple[int, int, bytes]] = []
    for leaf in (*leaves, *(each.leaf for each in own)):
        tree.append_noting(sha256(b"\0" + leaf).digest(), tiles)
    return Batch(
        token=turn.token,
        base=head.size,
        event_ids=event_ids,
        own=own,
        tiles=tiles,
        head=Head(size=tree.size, nodes=tuple(tree.nodes), time=time),
    )


def _checked(leaf: bytes) -> bytes:
    if len(leaf) != LEAF.size:
        raise BadLeaf(reason=f"a pending leaf of {len(leaf)} bytes")
    version, event_id, dek_id, time, number, flags, nonce, commitment, _ = LEAF.unpack(leaf)
    check_leaf(version, time, flags, dek_id, nonce, commitment)
    if flags & FLAG_CLEAR or number in CLEAR_TYPES:
        raise BadLeaf(reason="a pending leaf that only the log itself may write")
    return bytes(event_id)


def _own(kind: EventType, origin: str, index: int, time: int, facts: dict[str, object]) -> SealedEntry:
    payload = json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()
    event_id = sha256(f"leadgate/own-entry\n{origin}\n{index}".encode()).digest()[:16]
    return clear_entry(Event(event_id=event_id, time=from_micros(time), type=kind, payload=payload))

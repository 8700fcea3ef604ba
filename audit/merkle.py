"""RFC 6962 Merkle trees: hashes, compact ranges, inclusion, consistency and range proofs, verification.

A node is named (level, index): the root of the perfect subtree over the leaves [index << level, (index + 1)
<< level). Every proof is described by the leaf ranges whose roots it holds, so that a store fetches only
perfect subtrees.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from audit.errors import BadProof

EMPTY_ROOT = sha256(b"").digest()
HASH_SIZE = 32
TILE_HEIGHT = 8  # stores keep the nodes of every eighth level: what lies between is hashed when a proof needs it
Node = tuple[int, int]
Range = tuple[int, int]


def leaf_hash(leaf: bytes) -> bytes:
    """Return SHA-256(0x00 | leaf), RFC 9162 section 2.1.1."""
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 | left | right), RFC 9162 section 2.1.1."""
    return sha256(b"\1" + left + right).digest()


class CompactRange:
    """The roots of the perfect subtrees that make up the leaves [0, size), largest first.

    Invariant: ``len(nodes) == size.bit_count()``; bit k of size stands for one node of level k.
    """

    __slots__ = ("nodes", "size")

    def __init__(self, size: int = 0, nodes: Iterable[bytes] = ()) -> None:
        """Start from a saved state; raise BadProof when size and nodes do not fit."""
        self.size = size
        self.nodes = list(nodes)
        if size < 0 or len(self.nodes) != size.bit_count() or any(len(each) != HASH_SIZE for each in self.nodes):
            raise BadProof(reason=f"{len(self.nodes)} nodes cannot stand for {size} leaves")

    def append(self, hashed: bytes) -> None:
        """Append one leaf hash."""
        nodes, size = self.nodes, self.size
        while size & 1:
            hashed = sha256(b"\1" + nodes.pop() + hashed).digest()
            size >>= 1
        nodes.append(hashed)
        self.size += 1

    def append_noting(self, hashed: bytes, tiles: list[tuple[int, int, bytes]]) -> None:
        """Append one leaf hash; add each node of a tile level (8, 16, ...) that it completes to ``tiles``."""
        index = self.size
        nodes, level = self.nodes, 0
        while index & 1:
            hashed = sha256(b"\1" + nodes.pop() + hashed).digest()
            index >>= 1
            level += 1
            if level % TILE_HEIGHT == 0:
                tiles.append((level, index, hashed))
        nodes.append(hashed)
        self.size += 1

    def append_subtree(self, level: int, hashed: bytes) -> None:
        """Append the root of a perfect subtree of 2**level leaves; raise BadProof when it is not aligned."""
        if self.size & ((1 << level) - 1):
            raise BadProof(reason=f"a subtree of level {level} cannot follow {self.size} leaves")
        size = self.size >> level
        while size & 1:
            hashed = node_hash(self.nodes.pop(), hashed)
            size >>= 1
        self.nodes.append(hashed)
        self.size += 1 << level

    def root(self) -> bytes:
        """Return the tree hash over all leaves so far; of none it is SHA-256("")."""
        return fold(self.nodes) if self.nodes else EMPTY_ROOT


def fold(nodes: Sequence[bytes]) -> bytes:
    """Return the tree hash of adjacent perfect subtrees of falling size (at least one)."""
    root = nodes[-1]
    for each in reversed(nodes[:-1]):
        root = node_hash(each, root)
    return root


def decompose(start: int, end: int) -> list[Node]:
    """Return the fewest perfect subtrees that cover the leaves [start, end), left to right."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Return the leaf ranges whose roots are a leaf's inclusion proof, nearest first (RFC 9162 2.1.3.1)."""
    if not 0 <= index < size:
        raise BadProof(reason=f"no leaf {index} in a tree of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Return the leaf ranges whose roots prove that tree ``new`` extends ``old`` (RFC 9162 2.1.4.1).

    Empty when old is 0 or equals new: there the roots alone say everything.
    """
    if not 0 <= old <= new:
        raise BadProof(reason=f"a tree of {new} cannot extend one of {old}")
    if old in {0, new}:
        return []
    start, end, path = 0, new, []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    if start:  # else the verifier knows this root: it is the old tree's
        path.append((start, end))
    return path[::-1]


def verify_inclusion(hashed: bytes, index: int, size: int, proof: Sequence[bytes], *, root: bytes) -> None:
    """Raise BadProof unless the leaf hash stands at index under root (RFC 9162 section 2.1.3.2)."""
    ranges = inclusion_ranges(index, size)
    if len(ranges) != len(proof):
        raise BadProof(reason=f"{len(proof)} hashes where {len(ranges)} prove leaf {index} of {size}")
    for (start, _), each in zip(ranges, proof, strict=True):
        hashed = node_hash(hashed, each) if start > index else node_hash(each, hashed)
    if hashed != root:
        raise BadProof(reason=f"leaf {index} is not in the tree of {size} with this root")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, *, proof: Sequence[bytes]) -> None:
    """Raise BadProof unless the tree of ``new`` extends the tree of ``old`` (RFC 9162 section 2.1.4.2).

    Decided where the RFC is silent: from size 0 the proof is empty and the old root must be SHA-256("");
    between equal sizes, zero included, the proof is empty and the roots must be equal.
    """
    ranges = consistency_ranges(old, new)
    if len(ranges) != len(proof):
        raise BadProof(reason=f"{len(proof)} hashes where {len(ranges)} prove {old} to {new}")
    if old == 0 and old_root != EMPTY_ROOT:
        raise BadProof(reason="the root of an empty tree is SHA-256 of nothing")
    if old in {0, new}:
        if old == new and old_root != new_root:
            raise BadProof(reason=f"two roots for the size {new}")
        return
    nodes = list(zip(ranges, proof, strict=True))
    # The proof opens with the old tree's last subtree, or (when that is the whole old tree) leaves it out.
    old_hash = new_hash = nodes.pop(0)[1] if nodes[0][0][1] == old else old_root
    for (start, _), each in nodes:
        if start < old:
            old_hash = node_hash(each, old_hash)
            new_hash = node_hash(each, new_hash)
        else:
            new_hash = node_hash(new_hash, each)
    if old_hash != old_root or new_hash != new_root:
        raise BadProof(reason=f"the tree of {new} does not extend the tree of {old}")


def _split(size: int) -> int:
    """Return the largest power of two below size (size >= 2)."""
    return 1 << ((size - 1).bit_length() - 1)

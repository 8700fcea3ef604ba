"""Proofs from a store: reads only the leaves and tile nodes that a root, a path or a range needs."""

from audit.errors import BadProof
from audit.merkle import (
    EMPTY_ROOT,
    TILE_HEIGHT,
    CompactRange,
    consistency_ranges,
    decompose,
    fold,
    inclusion_ranges,
    leaf_hash,
)
from audit.ports import Store


async def node(store: Store, level: int, index: int) -> bytes:
    """Return the root of a perfect subtree from at most 128 rows; raise BadProof when rows are missing."""
    tile_level = level - level % TILE_HEIGHT
    span = level - tile_level
    start, end = index << span, (index + 1) << span
    if tile_level:
        hashes = list(await store.nodes(tile_level, start, end))
    else:
        hashes = [leaf_hash(leaf) for leaf in await store.leaves(start, end)]
    if len(hashes) != end - start:
        raise BadProof(reason=f"the store holds {len(hashes)} of the nodes [{start}, {end}) of level {tile_level}")
    tree = CompactRange()
    for each in hashes:
        tree.append(each)
    return tree.root()


async def subtrees(store: Store, start: int, end: int) -> list[bytes]:
    """Return the roots of the fewest perfect subtrees that cover the leaves [start, end), left to right."""
    return [await node(store, level, index) for level, index in decompose(start, end)]


async def range_root(store: Store, start: int, end: int) -> bytes:
    """Return the tree hash of the leaves [start, end), for the ranges that proofs are made of."""
    return fold(await subtrees(store, start, end)) if end > start else EMPTY_ROOT


async def inclusion_proof(store: Store, index: int, size: int) -> list[bytes]:
    """Return the inclusion proof of a leaf in the tree of ``size`` leaves (RFC 9162 section 2.1.3)."""
    return [await range_root(store, start, end) for start, end in inclusion_ranges(index, size)]


async def consistency_proof(store: Store, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of ``new`` leaves extends that of ``old`` (RFC 9162 section 2.1.4)."""
    return [await range_root(store, start, end) for start, end in consistency_ranges(old, new)]

"""Merkle trees against the public vector, the RFC's own recursive definitions, and laws."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import BadProof
from audit.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_ranges,
    decompose,
    inclusion_ranges,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.audit.reference import mth

# The eight leaves and their root of the certificate-transparency reference tests (RFC 6962 hashing).
VECTOR = [bytes.fromhex(each) for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")] + [
    bytes(range(0x60, 0x70))
]
VECTOR_ROOT = bytes.fromhex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")

leaves_ = st.lists(st.binary(max_size=4), max_size=70)


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]) as RFC 6962 section 2.1.1 defines it, by recursion."""
    if len(leaves) <= 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*path(index, leaves[:split]), mth(leaves[split:])]
    return [*path(index - split, leaves[split:]), mth(leaves[:split])]


def subproof(old: int, leaves: Sequence[bytes], *, known: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b) as RFC 6962 section 2.1.2 defines it, by recursion."""
    if old == len(leaves):
        return [] if known else [mth(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if old <= split:
        return [*subproof(old, leaves[:split], known=known), mth(leaves[split:])]
    return [*subproof(old - split, leaves[split:], known=False), mth(leaves[:split])]


def appended(leaves: Sequence[bytes]) -> bytes:
    """The root after appending one by one."""
    tree = CompactRange()
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    return tree.root()


def test_the_public_vector() -> None:
    """The published root of the published leaves comes out, and of the definition too."""
    assert appended(VECTOR) == mth(VECTOR) == VECTOR_ROOT


def test_the_empty_tree() -> None:
    """The root of nothing is SHA-256 of nothing."""
    assert appended([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()


@given(leaves_)
def test_roots_follow_the_definition(leaves: list[bytes]) -> None:
    """Appending one by one gives the recursive definition's root."""
    assert appended(leaves) == mth(leaves)


@given(leaves_.filter(bool), st.data())
def test_inclusion(leaves: list[bytes], data: st.DataObject) -> None:
    """Our paths are the RFC's, they verify, and they prove no other leaf, index, size or root."""
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = [mth(leaves[start:end]) for start, end in inclusion_ranges(index, len(leaves))]
    assert proof == path(index, leaves)
    hashed, root = leaf_hash(leaves[index]), mth(leaves)
    verify_inclusion(hashed, index, len(leaves), proof, root=root)
    with pytest.raises(BadProof):
        verify_inclusion(leaf_hash(leaves[index] + b"!"), index, len(leaves), proof, root=root)
    with pytest.raises(BadProof):
        verify_inclusion(hashed, index, len(leaves), [*proof, root], root=root)
    with pytest.raises(BadProof):
        verify_inclusion(hashed, len(leaves), len(leaves), proof, root=root)
    with pytest.raises(BadProof):
        verify_inclusion(hashed, index, len(leaves), proof, root=leaf_hash(root))


@given(leaves_, st.data())
def test_consistency(leaves: list[bytes], data: st.DataObject) -> None:
    """Our proofs are the RFC's, they verify, and they prove no other history."""
    old = data.draw(st.integers(0, len(leaves)))
    proof = [mth(leaves[start:end]) for start, end in consistency_ranges(old, len(leaves))]
    if 0 < old < len(leaves):
        assert proof == subproof(old, leaves)
    old_root, new_root = mth(leaves[:old]), mth(leaves)
    verify_consistency(old, len(leaves), old_root, new_root, proof=proof)
    with pytest.raises(BadProof):
        verify_consistency(old, len(leaves), leaf_hash(old_root), new_root, proof=proof)
    with pytest.raises(BadProof):
        verify_consistency(old, len(leaves), old_root, new_root, proof=[*proof, new_root])
    if old > 0:
        with pytest.raises(BadProof):
            verify_consistency(old, len(leaves), old_root, leaf_hash(new_root), proof=proof)


def test_consistency_where_the_rfc_is_silent() -> None:
    """From nothing everything follows with an empty proof; equal sizes need equal roots; trees never shrink."""
    root = mth([b"a"])
    verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, proof=[])
    verify_consistency(0, 1, EMPTY_ROOT, root, proof=[])
    with pytest.raises(BadProof):
        verify_consistency(0, 1, root, root, proof=[])
    with pytest.raises(BadProof):
        verify_consistency(1, 1, root, leaf_hash(root), proof=[])
    with pytest.raises(BadProof):
        verify_consistency(2, 1, root, root, proof=[])


@given(leaves_, st.data())
def test_range_proof(leaves: list[bytes], data: st.DataObject) -> None:
    """Left subtrees, the leaves between and right subtrees give the root; without one leaf they do not."""
    start = data.draw(st.integers(0, len(leaves)))
    end = data.draw(st.integers(start, len(leaves)))

    def rebuilt(middle: Sequence[bytes]) -> bytes:
        tree = CompactRange()
        for level, index in decompose(0, start):
            tree.append_subtree(level, mth(leaves[index << level : (index + 1) << level]))
        for leaf in middle:
            tree.append(leaf_hash(leaf))
        for level, index in decompose(end, len(leaves)):
            tree.append_subtree(level, mth(leaves[index << level : (index + 1) << level]))
        return tree.root()

    assert rebuilt(leaves[start:end]) == mth(leaves)
    if start < end:
        changed = [*leaves[start : end - 1], leaves[end - 1] + b"!"]
        assert rebuilt(changed) != mth(leaves)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_decompositions_cover_and_are_short(one: int, other: int) -> None:
    """The subtrees join without gap or overlap, and there are at most two per level."""
    start, end = sorted((one, other))
    at = start
    for level, index in decompose(start, end):
        assert index << level == at
        at = (index + 1) << level
    assert at == end
    assert len(decompose(start, end)) <= 2 * max((end - start).bit_length(), 1)


def test_tile_nodes_are_noted_once_complete() -> None:
    """Every 256 leaves one node of level 8 is noted, and it is the root of those leaves."""
    tree = CompactRange()
    tiles: list[tuple[int, int, bytes]] = []
    leaves = [b"%d" % number for number in range(700)]
    for leaf in leaves:
        tree.append_noting(leaf_hash(leaf), tiles)
    assert tiles == [(8, 0, mth(leaves[:256])), (8, 1, mth(leaves[256:512]))]
    assert tree.root() == mth(leaves)


def test_a_saved_state_must_fit_its_size() -> None:
    """Nodes that cannot stand for a size, and a subtree out of place, are refused."""
    with pytest.raises(BadProof):
        CompactRange(3, [bytes(32)])
    with pytest.raises(BadProof):
        CompactRange(1, [bytes(31)])
    with pytest.raises(BadProof):
        CompactRange(-1)
    with pytest.raises(BadProof):
        CompactRange(1, [bytes(32)]).append_subtree(1, bytes(32))
    with pytest.raises(BadProof):
        inclusion_ranges(3, 3)

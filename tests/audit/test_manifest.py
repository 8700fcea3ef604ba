"""The range proof of a log that has lost entries: what it says of them must fit together."""

import pytest

from audit.errors import BadProof
from audit.manifest import RangeProof
from tests.support.depth import share

ROOT = bytes(32)
NAMED = "ev_00000000000000000000000000"


def spelt(gone: list[int], gaps: list[tuple[int, int]], *, first: int = 0, end: int = 1024) -> bytes:
    """A range proof of lost leaves and of gaps (level, index), in its one spelling."""
    lost = [(index, NAMED) for index in gone]
    around = [(level, index, ROOT) for level, index in gaps]
    return RangeProof(first=first, end=end, size=1024, left=[], right=[], gone=lost, gaps=around).encode()


@pytest.mark.parametrize(
    ("gone", "gaps"),
    [([], []), ([5], [(8, 0)]), ([256, 300, 511, 1020], [(8, 1), (2, 255)]), ([0, 1023], [(0, 0), (0, 1023)])],
)
def test_gaps_around_lost_entries_read(gone: list[int], gaps: list[tuple[int, int]]) -> None:
    """Each gap is around one lost entry or more, and each of them lies in one."""
    proof = RangeProof.parse(spelt(gone, gaps))
    assert [index for index, _ in proof.gone] == gone
    assert [(level, index) for level, index, _ in proof.gaps] == gaps


@pytest.mark.parametrize(
    ("gone", "gaps", "says"),
    [
        ([5], [], "lies in no gap"),
        ([5, 300], [(8, 0)], "lies in no gap"),
        ([5, 300, 600], [(8, 0), (8, 2)], "lies in no gap"),
        ([5, 300], [(8, 1)], "lies in no gap"),
        ([], [(8, 0)], "not around a lost entry"),
        ([5], [(8, 0), (8, 1)], "not around a lost entry"),
        ([5, 300], [(8, 1), (8, 0)], "lies in no gap"),
        ([300], [(8, 1), (8, 1)], "does not lie in the range"),
        ([1023], [(8, 4)], "does not lie in the range"),
        ([5], [(64, 0)], "does not lie in the range"),
        ([5], [(-1, 5)], "does not lie in the range"),
        ([300, 5], [(8, 0), (8, 1)], "one after the other"),
        ([5, 5], [(8, 0)], "one after the other"),
        ([-1], [(0, 0)], "one after the other"),
        ([1024], [(8, 3)], "one after the other"),
    ],
)
def test_gaps_that_do_not_fit_are_refused(gone: list[int], gaps: list[tuple[int, int]], says: str) -> None:
    """Lost entries and gaps come in order, within the range, and none without the other."""
    with pytest.raises(BadProof, match=says):
        RangeProof.parse(spelt(gone, gaps))


def test_a_gap_before_the_range_is_refused() -> None:
    """What is lost outside the range is not this proof's to tell, and no gap reaches over its ends."""
    with pytest.raises(BadProof, match="one after the other"):
        RangeProof.parse(spelt([5], [(8, 0)], first=256))
    with pytest.raises(BadProof, match="does not lie in the range"):
        RangeProof.parse(spelt([300], [(8, 1)], first=257))


@pytest.mark.timeout(30)
def test_a_proof_with_very_many_gaps_reads_at_once() -> None:
    """A hundred thousand lost entries, each in a gap of its own, are no way to keep a verifier busy for minutes."""
    count = share(100_000)
    proof = RangeProof.parse(spelt(list(range(0, 2 * count, 2)), [(0, 2 * at) for at in range(count)], end=2 * count))
    assert len(proof.gaps) == count

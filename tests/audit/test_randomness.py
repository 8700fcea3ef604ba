"""Random bytes by the page: none is given twice, not even to a forked child."""

import os

import pytest

from audit.randomness import RandomBytes


def test_no_bytes_are_given_twice() -> None:
    """Ten thousand draws of all sizes over many pages are all different."""
    source = RandomBytes()
    drawn = [source.take(8 + number % 40) for number in range(10_000)]
    assert len(set(drawn)) == len(drawn)
    assert {len(each) for each in drawn} == set(range(8, 48))


def test_a_draw_may_be_larger_than_a_page() -> None:
    """Whoever asks for much gets all of it."""
    assert len(RandomBytes().take(10_000)) == 10_000


@pytest.mark.integration
def test_a_forked_child_draws_other_bytes() -> None:
    """The page that parent and child shared at the fork is not used by the child."""
    source = RandomBytes()
    source.take(8)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, source.take(32))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 32) != source.take(32)

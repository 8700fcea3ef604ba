"""The short way and the library say the same: of generated strings, of mutated ones, and of whatever is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.verification import address, domain_part
from gateway.verification.address import parse_email
from tests.gateway.verification.strings import as_library, read_by_library, strings
from tests.support.depth import share

FEW = 1_500
MANY = 50_000


def differences(seed: int, count: int) -> list[str]:
    """The strings, escaped, that we read otherwise than the library does."""
    return [ascii(value) for value in strings(seed, count) if as_library(parse_email(value)) != read_by_library(value)]


def test_some_strings_are_read_as_the_library_reads_them() -> None:
    """Plain, IDN, quoted, literal, with a name before it, broken in every way: the same verdict and the same parts."""
    assert differences(1, share(FEW)) == []


def test_the_strings_are_worth_comparing() -> None:
    """Many of them are addresses, many are none, and many addresses go the short way."""
    values = list(strings(1, share(FEW)))
    read = [read_by_library(value)[0] for value in values]
    short = sum(address._plain(value) is not None for value in values)
    assert len(set(values)) > 0.9 * len(values)
    assert min(read.count("read"), read.count("refused"), short) > len(values) / 5
    assert read.count("display name") > 0


@pytest.mark.parametrize("letter", ["b", "\u00e9", "\u4e2d"])
@pytest.mark.parametrize("local", ["a", "a" * 40, "a" * 64, "a" * 65, "\u00e9" * 32, '"' + "a b" * 20 + '"'])
def test_lengths_are_counted_as_the_library_counts_them(local: str, letter: str) -> None:
    """In octets, of the typed, the normalised and the A-label form, for domains of every length."""
    for length in range(1, 64, 7):
        for ending in (".de", f".{letter * 20}.de", f".{letter * 30}.{letter * 15}.de"):
            value = f"{local}@{letter * length}{ending}"
            assert as_library(parse_email(value)) == read_by_library(value)


@pytest.mark.integration
@pytest.mark.parametrize("seed", range(2, 6))
def test_very_many_strings_are_read_as_the_library_reads_them(seed: int) -> None:
    """Two hundred thousand more, from other seeds; marked as integration only for the time they take."""
    assert differences(seed, MANY) == []


@given(
    st.from_regex(r"\A[a-zA-Z0-9.+]{1,6}@[a-zA-Z0-9.-]{1,12}\.[a-zA-Z0-9-]{1,4}\Z") | st.emails() | st.text(max_size=12)
)
def test_whatever_is_typed_is_read_as_the_library_reads_it(value: str) -> None:
    """Addresses by the books and near misses, searched for a difference."""
    assert as_library(parse_email(value)) == read_by_library(value)


def test_the_memory_of_domains_is_bounded() -> None:
    """However many domains are met, only so many are kept, and a forgotten one reads as before."""
    first = parse_email("jane@d0.example")
    for memory in (domain_part.PLAIN, domain_part.DOMAINS):
        for number in range(memory.kept + 10):
            assert memory[f"d{number}.example"] is not None
            assert len(memory) <= memory.kept
    assert parse_email("jane@d0.example") == first

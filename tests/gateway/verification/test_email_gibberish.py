"""Gibberish before the @: what is seen, and above all what is not taken for it."""

from collections.abc import Iterator
from random import Random

import pytest

from gateway.verification.address import parse_email
from gateway.verification.email import judge
from gateway.verification.gibberish import is_gibberish
from gateway.verification.model import Deliverability
from gateway.verification.reasons import Level, ReasonCode
from gateway.verification.score import Weights
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.names import NAMES, local_parts

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def random_strings(seed: int, alphabet: str) -> Iterator[str]:
    """A thousand strings of 8 to 16 random signs."""
    random = Random(seed)  # noqa: S311 - the same strings each time, not secret ones
    for _ in range(1000):
        yield "".join(random.choices(alphabet, k=random.randint(8, 16)))


def test_fewer_than_one_name_in_two_hundred_is_taken_for_gibberish() -> None:
    """Over 600 names in twelve languages, as people write them in addresses."""
    written = set(local_parts())
    names = {name for given, family in NAMES.values() for name in (*given, *family)}
    assert len(NAMES) >= 10
    assert len(names) >= 500
    assert sum(map(is_gibberish, written)) < 0.005 * len(written)
    assert sum(map(is_gibberish, names)) < 0.005 * len(names)


@pytest.mark.parametrize("alphabet", [LETTERS, LETTERS + "0123456789", "0123456789abcdef"])
def test_most_random_strings_are_seen(alphabet: str) -> None:
    """At least 60 in 100 strings of random letters, letters and digits, and hexadecimal digits."""
    seen = sum(map(is_gibberish, random_strings(20260302, alphabet)))
    assert seen >= 600


@pytest.mark.parametrize(
    "local",
    [
        "jkl",
        "tgm",
        "mfg",
        "mrktng",
        "wertu",
        "louiou",
        "aaaa",
        "jsmith1984",
        "h.j.schmidt",
        "hjschwarz",
        "krzysztof.brzeczyszczykiewicz",
        "schtschukin",
        "rechtschutz",
        "b2b",
        "info2",
        "4ever2you",
        "mp3player",
        "hr-emea",
        "jane+xkqzwvprt",
        "jane+7f3a9c1d",
        "o'brien",
        "j\u00f6rg.\u0161trb\u010dk",
        '"wkqzhtrv bnmx"',
        "1234567890",
        "",
        "+",
        "...",
    ],
)
def test_what_only_looks_odd_is_none(local: str) -> None:
    """Initials, abbreviations, years, tags, other alphabets and languages with many consonants are not gibberish."""
    assert not is_gibberish(local)


@pytest.mark.parametrize(
    "local",
    [
        "asdfghjk",
        "QWERTY",
        "zxcvbn",
        "lkjhgf",
        "xxxxxx",
        "aaaaaa",
        "j.iiiii",
        "wkqzhtrv",
        "Xvbnqrtzp",
        "x7k2p9qw4",
        "wkqzhtrv+tag",
    ],
)
def test_what_keys_hit_at_random_give_is_seen(local: str) -> None:
    """A row of the keyboard, one key for long, letters without a language, letters and digits in turns."""
    assert is_gibberish(local)


def test_every_run_of_five_keys_is_seen() -> None:
    """In either direction, on rows of both kinds, with vowels among the keys or without."""
    rows = ("qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", *(letter * 5 for letter in LETTERS))
    runs = {run[at : at + 5] for row in rows for run in (row, row[::-1]) for at in range(len(row) - 4)}
    assert len(runs) > 60
    assert [run for run in sorted(runs) if not is_gibberish(run)] == []


@pytest.mark.parametrize("local", ["mcdngltd", "ntmrktng", "jsmthbrwn"])
def test_a_long_abbreviation_without_vowels_is_taken_for_it(local: str) -> None:
    """As the documentation says: nothing tells it from keys hit at random, and it is a note alone."""
    assert is_gibberish(local)


def test_it_is_a_note_until_the_policy_says_otherwise() -> None:
    """The verdict names it and its fact, and stays what it is; a policy can take it for a risk."""
    syntax = parse_email("wkqzhtrv@acme.example")
    found = judge(syntax, wanted=Level.SYNTAX, now=NOW)
    assert (found.verdict, found.facts.gibberish) == (Deliverability.DELIVERABLE, True)
    assert ReasonCode.GIBBERISH_LOCAL_PART in found.reasons
    strict = judge(
        syntax, wanted=Level.SYNTAX, now=NOW, weights=Weights(risky=frozenset({ReasonCode.GIBBERISH_LOCAL_PART}))
    )
    assert strict.verdict is Deliverability.RISKY
    assert judge(parse_email("jane@acme.example"), wanted=Level.SYNTAX, now=NOW).facts.gibberish is False

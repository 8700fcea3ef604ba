"""Hostile values: cheap to judge whatever they hold, and judged as the library would."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import phonenumberutil

from gateway.verification.numbering import library
from gateway.verification.numbering.beginning import MAX_INPUT
from gateway.verification.numbering.candidates import numbers
from gateway.verification.numbering.guard import harmless
from gateway.verification.numbering.hints import region_hints
from gateway.verification.numbering.library import Found
from gateway.verification.numbering.outcome import Reading
from gateway.verification.phone import judge
from gateway.verification.reasons import ReasonCode
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.phone_plain import differences
from tests.support.cost import cpu_seconds

PARTS = (
    "1", "00", "+", "(", " ", "-", "- ", "x", "#", ";ext=", "ext", "ext.", ";phone-context=", "tel:", "a", "aa.", "a-",
    ".", ",", "~", "/", "/ x", "*", "\t", "\uff0b", "\uff11", "\u00a0", ";isub=", "\u0301", "_", "\u0436", "%", "\n",
)  # fmt: skip
WORST = (
    "+4912345;phone-context=" + "aa." * 70 + "!",
    "tel:12345;phone-context=" + "a" * 220 + "!",
    "tel:12345;phone-context=+" + "1-" * 110 + "!",
    "1" * 120 + " " * 120 + "%12",
    "\uff11" * 120 + " " * 120 + "%12",
    "12345" + " " * 120 + "," * 120 + "%12",
    "12345" + "\u00a0" * 120 + "," * 120 + "x",
    "12345" + " x" * 120,
    "12345" + "- " * 120 + "#%",
    "1" + "a" * 120 + "\n" + "a" * 120,
    "+" * 249 + "1",
    "1" * 250,
    "/" * 120 + "x" * 120 + "1",
    "1" + "!" * 240 + "a",
    "0171 12345 / " * 19,
    "123456/" * 35,
    "12345" + "\u00a0 " * 120 + "a",
    "12345" + "- " * 120 + "x",
    "12345" + "~/" * 120 + "a",
    "12345" + "+," * 120 + "x",
    "12345" + ";/" * 120 + "%12",
    "12345" + " " * 240 + ",,5",
    "a" + "str " * 61 + "@",
    "1" + " ; " * 80 + "2) ",
    "1" + "1 0" * 81 + "x",
    " 01" * 81 + "x",
)
CLIMBED = (
    "10/ / /+ 0/ 0/0/O/ /+ 0 / /+ 0( / /+ 0/+/ /+  /+ 0/ / /+ 0/ /  /+ 0/ / /+ 0// /+O0/ / /+ 0"
    "/+ / /+ 00/ /+ 0/ / /+ 00/ / /+ 0 / /+ 0/ / / /+ 0/ / /+ 0/ \n  0/+/ /+ 0+ / /+ 0/ / /+ 0/ "
    "/ /+ 0/ / /+ 0/ / /, 0/ / /; 0/O/ /+ / /+ 00/ / /+ 0 / /+ 0/ 0/ /[/+ 0"
)
"""What a search for the dearest value came to, when each part was divided again and again: a quarter of a second."""
SEVERAL = region_hints(told="BR", declared="US", company="AR", locale="ja-JP", default="DE")


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Have the plans of the countries read: that is done once, at the first number of each."""
    for value in ("030 901820", "030 901820x", "+49 30 901820 / 0171 1234567"):
        read_all(value)


def read_all(value: str) -> None:
    """Judge a value in five countries, and find every number that it may be."""
    judge(value, regions=SEVERAL, now=NOW)
    numbers(value, regions=SEVERAL, default="MX")


def cost(value: str, *, enough: float) -> float:
    """Processor seconds for all of that."""
    return cpu_seconds(lambda: read_all(value), enough=enough)


@pytest.mark.parametrize("value", [*WORST, CLIMBED, " 0/ / /+" * 40, "030 12345 +o" * 20], ids=range(len(WORST) + 3))
def test_the_worst_of_250_characters_is_cheap(value: str) -> None:
    """What keeps the library's patterns busy for a second, or for ever, costs some milliseconds."""
    assert cost(value[:MAX_INPUT], enough=0.05) < 0.05


@pytest.mark.integration  # for the time it takes
@pytest.mark.parametrize("value", WORST, ids=range(len(WORST)))
def test_a_request_full_of_the_worst_costs_little(value: str) -> None:
    """A hundred kilobytes of such values to judge: under 0.2 s where nothing else runs."""

    def work() -> None:
        for number in range(100_000 // MAX_INPUT):
            judge(f"{value[: MAX_INPUT - 3]}{number}", regions=SEVERAL[:1], now=NOW)

    assert cpu_seconds(work, enough=0.3) < 0.3


MANY = (
    "1 x 2 ", "030 901820/", "00", "030 901820 oder ", "0 ", "01 ", "012345 ", "1a", "12 (3) ", "+49 ", "0171 12345 / ",
    "1 h ", "9-17h ", "(((1", "1234567#", "1\t", "123456\n", "0 1 2 3 4 5 6 7 8 9 a ", "x1", "1) ", "2. OG ", "24x7 ",
    "30 ", "30. ", "0301. ", "+1 ", "1 (", "12345678 ",
)  # fmt: skip


DEAR = (
    "4/x\uff0b80227(0)\u06606  7-(0)FLOWERS,9#24 +00 (.](0)25 7 / x0(19[6 8I 18 I4faexthr#",
    "Otel:[0(+0.68(0)3  )884 00 0 01919; 0eI)O\u06606X0)[.ext -3#  ",
    "#24;+49( 0,80)-4-9+000 75. 0[2252 . 9- (0) 9] 0[   493 3 7/22-6x3]07) 4\u06600)O9;8#",
    "a)00xFLOWERS2+00x7 0  49x7\u0660extFLOWE8 / x I890(0))]898725 / 8[5",
)
"""What searches came to when nothing bounded how many texts of a value are read: 430 to 524 readings, 22 to 27 ms."""


@given(st.text(st.sampled_from("1234567890+(0) -/.;,#x\u0660OlIa\uff0b[]"), max_size=99))
@example(DEAR[0])
@example(DEAR[1])
@example(DEAR[2])
@example(DEAR[3])
def test_the_library_is_asked_a_bounded_number_of_times(value: str) -> None:
    """Sixteen texts of a value are read, no text twice: each in every country, and where none is sure in no country."""
    asked: list[tuple[Found, str | None]] = []
    read = library.read

    def counted(found: Found, region: str | None) -> Reading:
        asked.append((found, region))
        return read(found, region)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "read", counted)
        judge(value, regions=SEVERAL, now=NOW)
    assert len(asked) == len(set(asked)) <= 16 * (len(SEVERAL) + 3)


@pytest.mark.integration  # for the time it takes
@pytest.mark.parametrize("part", MANY, ids=range(len(MANY)))
def test_a_request_full_of_many_numbers_costs_little(part: str) -> None:
    """A thousand values of a hundred characters, or four hundred of 250, each with every number that it may hold."""
    values = [f"{(part * 125)[:size]}{number}" for size, many in ((96, 1000), (246, 400)) for number in range(many)]
    hints = region_hints(declared="DE", locale="en-US")

    def work() -> None:
        for value in values:
            numbers(value, regions=hints, default="FR")

    assert cpu_seconds(work, enough=2) < 2  # a busy machine; a third of it on a quiet one


@given(
    st.text(st.sampled_from("1230"), min_size=1, max_size=9),
    st.lists(st.tuples(st.sampled_from(" \u00a0\t,;-/.x#~+(:*"), st.integers(1, 6)), min_size=1, max_size=9),
    st.text(st.sampled_from("1230 x#,"), max_size=9),
)
@example("123", [("-", 3), (" ", 3), (".", 3), ("-", 3), (":", 1), ("-", 3), (".", 3), (" ", 3), ("-", 3)], "123012")
def test_signs_in_excess_change_no_reading(head: str, gap: list[tuple[str, int]], end: str) -> None:
    """However many of them stand between digits, the library makes the same number of it."""
    value = "+4930" + head + "".join(sign * times for sign, times in gap) + end
    assert differences(value, SEVERAL) == []


@pytest.mark.parametrize("part", PARTS)
def test_a_hundred_thousand_characters_are_not_looked_at(part: str) -> None:
    """However long a value is, saying that it is too long costs nothing."""
    value = (part * 100_000)[:100_000]
    assert judge(value, regions=SEVERAL, now=NOW).reasons == (ReasonCode.PHONE_INPUT_TOO_LONG,)
    assert cost(value, enough=0.05) < 0.05


@given(st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from([1, 1, 2, 30, 120])), max_size=12))
def test_repeated_parts_are_cheap(parts: list[tuple[str, int]]) -> None:
    """Any parts of a number, each as often as may hurt."""
    assert cost("".join(part * times for part, times in parts)[:MAX_INPUT], enough=0.2) < 0.2


def shown(value: str) -> str | None:
    """What the library is shown of a value."""
    bare = harmless(value)
    return None if bare is None else bare.shown


@given(st.text(st.sampled_from("a1-.+()A \u0661\u00e4\n"), max_size=7), st.sampled_from(["", ";ext=1", ";isub=12"]))
def test_a_phone_context_is_taken_as_the_library_takes_it(context: str, end: str) -> None:
    """The same contexts are right, and lead to the same verdict: at lengths that the library can bear."""
    value = f"tel:0301234567;phone-context={context}{end}"
    valid = bool(phonenumberutil._is_phone_context_valid(context))
    assert (harmless(value) is not None) is valid
    assert differences(value, SEVERAL) == []


@given(st.text(st.sampled_from("1234+ -x#;ext=,a.~\t*/"), max_size=16))
def test_a_number_is_viable_where_the_library_finds_it_viable(value: str) -> None:
    """The pattern with one way to match takes the same values as the library's."""
    number = phonenumberutil._build_national_number_for_parsing(value)
    assert (shown(value) == value) is phonenumberutil._is_viable_phone_number(number)


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("+49 30 901820", "+49 30 901820"),
        ("tel:030901820;phone-context=+49", "tel:030901820;phone-context=+49"),
        ("tel:030901820;phone-context=mail.example.com", "tel:030901820;phone-context=a"),
        ("tel:030901820;phone-context=example.;ext=1", "tel:030901820;phone-context=a;ext=1"),
        ("tel:030901820;phone-context=", None),
        ("tel:030901820;phone-context=+", None),
        ("tel:030901820;phone-context=1", None),
        ("tel:030901820;phone-context=a..b", None),
        ("none", None),
    ],
)
def test_a_context_is_kept_only_where_it_tells_a_country(value: str, made: str | None) -> None:
    """A domain name is shortened, a global number stays, and what is neither makes it no number."""
    assert shown(value) == made

"""The fast path against the library asked plainly: the same verdicts, on numbers of all regions in all forms."""

from collections.abc import Iterable
from random import Random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumberDesc

from gateway.verification.numbering import library
from gateway.verification.numbering.alone import alone
from gateway.verification.numbering.home import home_of
from gateway.verification.numbering.plan import Plan, plan_for
from gateway.verification.numbering.reading import fast, find, read_found
from gateway.verification.numbering.territory import Territory
from gateway.verification.numbering.writing import Written, written
from gateway.verification.phone import judge
from gateway.verification.reasons import ReasonCode
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.phone_plain import alone_and_in_full, differences
from tests.gateway.verification.phone_rows import Row, b2b, everywhere, hint
from tests.support.depth import share

MARKS = "0123456789 -()+./x#;,=~ext\uff0b\uff11\u0661\u00a0\u2013ATN*_:\t"
REGIONS = (
    "US", "GB", "DE", "AR", "BR", "JP", "GG", "AX", "VA", "SM", "KZ", "RU", "MX", "CA", "CC", "GA", "UY", "CO",
)  # fmt: skip
"""Countries whose rules are of each kind: shared codes, carrier codes, prefixes that change the number."""

numerals = st.text(st.sampled_from("0123456789"), min_size=2, max_size=17)
starts = st.sampled_from(
    ["", "+", "00", "011", "0", "1", "+1", "+44", "+49", "+7", "0044", "8", "+39", "+599", "+800", "("]
)
ends = st.sampled_from(["", "", "", ";ext=1", " x22", "ext. 3", "#", ";phone-context=+44", ";isub=1", "/x1", " x"])
countries = st.lists(st.sampled_from(REGIONS), max_size=3)


def check(rows: Iterable[Row]) -> None:
    """Compare each reading with the plain one, and what is read at once with what is read in full."""
    for row in rows:
        assert differences(row.value, row.regions) == []
        assert alone_and_in_full(row.value, row.regions)


def test_numbers_are_judged_as_the_library_judges_them() -> None:
    """A part of the million that the integration tier compares, in countries of each kind."""
    check(everywhere(seed=20_261, count=share(600), only=REGIONS))


@pytest.mark.integration
def test_numbers_of_all_regions_are_judged_as_the_library_judges_them() -> None:
    """A larger part, of every country."""
    check(everywhere(seed=20_261, count=3_000))


@given(starts, numerals, ends, countries)
def test_numbers_with_a_start_and_an_end_are_judged_as_the_library_judges_them(
    start: str, digits: str, end: str, regions: list[str]
) -> None:
    """Prefixes that countries dial, digits behind them, and what comes after a number."""
    check([Row(start + digits + end, tuple(map(hint, regions)))])


@given(st.text(st.sampled_from(MARKS), max_size=24), countries)
def test_marks_in_any_order_are_judged_as_the_library_judges_them(value: str, regions: list[str]) -> None:
    """What looks like a number, and mostly is none."""
    check([Row(value, tuple(map(hint, regions)))])


@pytest.mark.parametrize(
    ("value", "region", "number"),
    [
        ("030 12-12-1999", "DE", "+493012121999"),
        ("OI +55 11 91234-5678", "BR", "+5511912345678"),
        ("6 12-11-1999", "ES", "+34612111999"),
        ("5 12-12-1999", "PL", "+48512121999"),
        ("+43 5-1-2000", "DE", "+43512000"),
        ("+46 2098-04-06", "SE", "+4620980406"),
        ("001 202 555 0123", "US", "+12025550123"),
        ("00 47 22 12 34 56 ext 12", "US", "+4722123456"),
        ("+498045688313340", "DE", "+498045688313340"),
        ("12017733483", "US", "+12017733483"),
    ],
)
def test_what_is_read_at_once_is_read_in_full_as_well(value: str, region: str, number: str) -> None:
    """Values where a shortcut easily goes another way: what looks like a day is a part of the number."""
    found = alone(value, (hint(region),))
    assert found is not None
    assert found[0].e164 == number
    check([Row(value, (hint(region),)), Row(value, (hint(region), hint("GB"))), Row(value, ())])


@pytest.mark.parametrize(
    ("value", "region", "verdict", "number"),
    [
        ("30-01-1988, ext 625725", "TN", "invalid", "+216625725"),
        ("1.2.2001 --10", "HU", "invalid", "+3610"),
        ("18.02.2094 x47", "TH", "invalid", "+6647"),
        ("NO93 8601 1117 947", "DE", "invalid", None),
        ("IBAN NO93 8601 1117 947", "DE", "invalid", None),
        ("4711 12/03/2024", "DE", "possible", "+494711"),
        ("53-590 08.08.2020", "AT", "possible", "+4353590"),
        ("l71 1234567", "DE", "possible", "+491711234567"),
        ("o30 901820", "DE", "possible", "+4930901820"),
        ("Tel 030 901820 0309018", "DE", "valid", "+4930901820"),
        ("06 12-12-2034 x3", "NL", "valid", "+31612122034"),
        ("Tel. 30 12-12-1999", "DE", "valid", "+493012121999"),
        ("Tel. 030 9018 1.3.2024", "DE", "valid", "+49309018"),
        ("030 9018(20)", "DE", "valid", "+49309018"),
        ("+4930901(820)", "DE", "valid", "+4930901"),
        ("+4916864078781\u201302 7306028", "DE", "valid", "+4916864078781"),
        ("0" + "9" * 60, "DE", "invalid", None),
        ("+490" + "9" * 60, "DE", "invalid", None),
        ("+1268661350151841518", "US", "invalid", None),
    ],
)
def test_what_may_be_more_is_not_read_at_once(value: str, region: str, verdict: str, number: str | None) -> None:
    """A day, an account, a letter for a digit, a second number, or more digits than any has."""
    assert alone(value, (hint(region),)) is None
    found = judge(value, regions=(hint(region),), now=NOW)
    assert (found.verdict, found.evidence.e164) == (verdict, number)


def test_nearly_every_usual_number_is_read_at_once() -> None:
    """Nineteen in twenty right ones without a slash, which may stand between two."""
    rows = [(row.value.strip(), row.regions) for row in b2b(seed=5, count=500) if "/" not in row.value]
    right = [(text, there) for text, there in rows if judge(text, regions=there, now=NOW).verdict == "valid"]
    at_once = [text for text, there in right if alone(text, there) is not None]
    assert len(at_once) > len(right) * 0.95


def test_hardly_any_usual_number_needs_the_library() -> None:
    """At most one in fifty, of those that hold a digit at all."""
    texts = [(row.value.strip(), row.regions[0].region) for row in b2b(seed=5, count=500)]
    asked = [
        text
        for text, region in texts
        if any(map(str.isdigit, text)) and ((form := written(text)) is None or fast(form, region) is None)
    ]
    assert 0 < len(asked) < len(texts) / 50


@pytest.mark.parametrize(
    ("text", "digits", "plus", "extension"),
    [
        ("+49 30 901820", "4930901820", True, None),
        ("++49 30 901820", "4930901820", True, None),
        ("(030) 90-18.20/", "030901820", False, None),
        ("[+49] 30 901820", "4930901820", True, None),
        ("Tel: +49 30 901820.", "4930901820", True, None),
        ("tel:+1-650-253-0000;ext=12", "16502530000", True, "12"),
        ("650 253 0000 ext. 12", "6502530000", False, "12"),
        ("650 253 0000, Extension: 12345678901", "6502530000", False, "12345678901"),
        ("650 253 0000X12", "6502530000", False, "12"),
        ("650 253 0000 #123456789", "6502530000", False, "123456789"),
        ("+49\u00a0(30)\u2013901820", "4930901820", True, None),
    ],
)
def test_usual_ways_of_writing_are_certain(text: str, digits: str, plus: bool, extension: str | None) -> None:  # noqa: FBT001
    """Digits, plus sign and extension are told apart without the library."""
    assert written(text) == (digits, plus, extension)


def test_more_digits_than_are_read_are_too_many_whichever_they_are() -> None:
    """With letters for digits a value may have so many; they are read without the library, as it reads them."""
    random = Random(33)  # noqa: S311 - the same numbers in each run
    starts = ("", "0", "00", "011", "+", "+0", "+49", "+1", "8810", "+390", "0054")
    for _ in range(share(2_000)):
        text = random.choice(starts) + "".join(random.choices("0123456789", k=random.randint(33, 70)))
        region = random.choice((None, *REGIONS))
        there = find(text)
        assert there is not None
        assert read_found(there, region) == library.read(there, region)


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "1" * 33,
        "x",
        "+49 30 90+1820",
        "1-800-FLOWERS",
        "030 901820 ext",
        "650 253 0000 x1234567890",
        "650 253 0000,,12",
        "650 253 0000 доб. 12",
        "650 253 0000 \u2013 ext 12",
        "650 253 0000 12#",
        "(530) 583-6985 x302/x2303",
        "tel:030901820;phone-context=+49",
        ";phone-context=+49;tel:030901820",
        "tel:;phone-context=b 030901820",
        "tel:+4930901820;isub=12",
        "Tel ext 1",
        "030 901820 x",
        "\u0967\u0968\u0969\u096a",
        "\u00b2\u00b2\u00b2\u00b2",
    ],
)
def test_rare_ways_of_writing_are_left_to_the_library(text: str) -> None:
    """What could be read in two ways is not read at all, and the verdict is the library's."""
    assert written(text) is None
    check([Row(text, ()), Row(text, (hint("US"), hint("DE")))])


def described(pattern: str, *lengths: int) -> PhoneNumberDesc:
    """A range of numbers."""
    return PhoneNumberDesc(national_number_pattern=pattern, possible_length=lengths)


def test_a_range_that_matches_at_a_length_it_does_not_have_is_left_to_the_library() -> None:
    """The metadata of today hold no such range; if one comes, it is asked for."""
    metadata = PhoneMetadata(
        "QQ",
        country_code=999,
        register=False,
        general_desc=described(r"\d{7,8}", 7, 8),
        toll_free=described(r"80\d{5,6}", 8),
        fixed_line=described(r"[2-8]\d{6,7}", 7, 8),
    )
    plan = Plan(999, {"QQ": metadata})
    assert plan.judged("8012345", None, international=True) is None
    certain = plan.judged("80123456", None, international=True)
    assert certain is not None
    assert certain.outcome.reason is ReasonCode.PHONE_VALID


def test_a_length_that_no_number_of_a_shared_code_has_is_left_to_the_library() -> None:
    """Where another region may still hold the number, the first one's answer is not enough."""
    first = PhoneMetadata(
        "QQ",
        register=False,
        general_desc=described(r"\d{7,8}", 8),
        fixed_line=described(r"2\d{6,7}", 7, 8),
    )
    second = PhoneMetadata(
        "QR",
        register=False,
        leading_digits="3",
        general_desc=described(r"\d{7,8}", 8),
        fixed_line=described(r"3\d{6,7}", 7, 8),
    )
    plan = Plan(999, {"QQ": first, "QR": second})
    assert plan.judged("2123456", None, international=True) is None
    there = plan.judged("3123456", None, international=True)
    assert there is not None
    assert (there.outcome.region, there.outcome.types) == ("QR", frozenset())


def test_a_country_without_a_plan_is_left_to_the_library() -> None:
    """A code that is none, the world's, and a calling code that is not given out."""
    assert (home_of("ZZ"), home_of("001"), plan_for(999), plan_for(0)) == (None, None, None, None)
    assert fast(Written("030901820", plus=False), "ZZ") is None


def test_metadata_that_say_nothing_are_refused() -> None:
    """A territory without a general description cannot be judged."""
    with pytest.raises(LookupError, match="QQ"):
        Territory(PhoneMetadata("QQ", register=False))


@pytest.mark.parametrize("text", ["+49 30 901820", "+1 650 253 0000", "+1 268 460 1234", "+49 301", "+800 12345678"])
def test_the_library_says_the_same_when_asked_for_all_of_it(text: str) -> None:
    """What is asked in doubt is what the plan answers without one."""
    form = written(text)
    assert form is not None
    known = fast(form, None)
    assert known is not None
    assert library.asked(phonenumbers.parse(text), None, international=True) == known


def test_a_number_of_zeros_is_written_like_any_other() -> None:
    """The library would give back the text as it was typed, had it kept it."""
    number = phonenumbers.parse("(0)00", "DE", keep_raw_input=True)
    assert library.asked(number, None, international=False).e164 == "+49000"

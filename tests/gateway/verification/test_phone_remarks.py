"""What people write around a number, with digits of its own: none of them is taken for one of the number's."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gateway.verification.model import RegionHint, Validity
from gateway.verification.numbering.candidates import numbers, says_more
from gateway.verification.numbering.characters import MIN_NUMBER_DIGITS
from gateway.verification.numbering.hints import region_hints
from gateway.verification.phone import judge
from gateway.verification.reasons import ReasonCode
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.phone_rows import everywhere
from tests.support.depth import share

LEFT_OUT = ReasonCode.PHONE_TEXT_LEFT_OUT
BERLIN, NEW_YORK, LONDON = "+49 30 901820", "+1 212 736 5000", "020 7946 0958"
REMARKS = (
    "(24h)", "24h", "9-17h", "9 - 17 h", "9am-5pm", "(9am-5pm)", "2. OG", "(2. OG)", "(8-17 Uhr)", "8-18 Uhr",
    "8:00 - 17:30 Uhr", "2nd floor", "24/7", "24 x 7", "(24/7)", "p12", "3. Stock", "1er étage", "de 9h à 17h",
    "9h-17h", "7 days", "[2]", "(Haus 3)", "5 Tage", "ore 9-12", "Mo-Fr 8-18",
)  # fmt: skip


@pytest.mark.parametrize("remark", REMARKS)
@pytest.mark.parametrize(
    ("value", "region", "e164"),
    [(BERLIN, None, "+4930901820"), (NEW_YORK, None, "+12127365000"), (LONDON, "GB", "+442079460958")],
    ids=["of any length", "of ten digits", "national"],
)
def test_a_remark_with_digits_is_no_part_of_the_number(value: str, region: str | None, e164: str, remark: str) -> None:
    """Opening hours and floors are left out and said, also where a plan would take the digits."""
    hints = region_hints(declared=region)
    for written in (f"{value} {remark}", f"{value}, {remark}"):
        found = judge(written, regions=hints, now=NOW)
        assert (found.verdict, found.evidence.e164) == (Validity.VALID, e164)
        assert LEFT_OUT in found.reasons
        assert numbers(written, regions=hints)[0] == e164
        assert says_more(written, found)


@pytest.mark.parametrize(
    ("value", "region", "e164"),
    [
        ("Tel 1: +49 30 901820", None, "+4930901820"),
        ("1) +1 212 736 5000", None, "+12127365000"),
        ("24h: +49 30 901820", None, "+4930901820"),
        ("#31#+49 30 901820", None, "+4930901820"),
        ("call after 5pm +1 212 736 5000", None, "+12127365000"),
        ("2026-11-29 +1 212 736 5000", None, "+12127365000"),
        ("2) 030 901820", "DE", "+4930901820"),
        ("Tel 1: 030 901820", "DE", "+4930901820"),
        ("Tel 1: 212 736 5000", "US", "+12127365000"),
        ("Tel 2: 912 345 678", "ES", "+34912345678"),
        ("2) 912 345 678", "ES", "+34912345678"),
        ("Tel 1: 22 123 45 67", "PL", "+48221234567"),
    ],
)
def test_a_label_with_digits_is_no_part_of_the_number(value: str, region: str | None, e164: str) -> None:
    """A number begins at its plus sign, and behind its place in a list."""
    found = judge(value, regions=region_hints(declared=region), now=NOW)
    assert (found.verdict, found.evidence.e164, LEFT_OUT in found.reasons) == (Validity.VALID, e164, True)


@pytest.mark.parametrize("between", [" ", "\n", "\t", "   ", " / ", ", ", "; ", " | ", " +", " oder ", " (", " or: "])
@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ("+49 30 901825", "+49 171 1234567", {"+4930901825", "+491711234567"}),
        ("030 901825", "0171 1234567", {"+4930901825", "+491711234567"}),
        ("+49 30 901825", "0171 1234567", {"+4930901825", "+491711234567"}),
        ("+1 212 736 5000", "+1 212 736 5001", {"+12127365000", "+12127365001"}),
    ],
)
def test_of_two_numbers_the_first_is_judged_and_both_are_looked_up(
    first: str, second: str, both: set[str], between: str
) -> None:
    """However they are parted: whoever refused calls under the second one is found."""
    value = first + between.removesuffix("+" if second.startswith("+") else "") + second
    hints = region_hints(declared="DE")
    found = judge(value, regions=hints, now=NOW)
    alone = judge(first, regions=hints, now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.VALID, alone.evidence.e164)
    assert both <= set(numbers(value, regions=hints))


@pytest.mark.parametrize(
    ("value", "e164", "noted"),
    [
        ("030 901820a", "+4930901820", True),
        ("+49 30 901820#", "+4930901820", True),
        ("\uff10\uff1049 30 901820", "+4930901820", False),
        ("0800 REIMANN", "+498007346266", False),
        ("030 901820 - 30", "+493090182030", False),
    ],
)
def test_what_is_left_out_of_a_number_is_said(value: str, e164: str, *, noted: bool) -> None:
    """A letter that stands for a digit, a stray sign; of a vanity number all is used."""
    found = judge(value, regions=region_hints(declared="DE"), now=NOW)
    assert (found.verdict, found.evidence.e164, LEFT_OUT in found.reasons) == (Validity.VALID, e164, noted)


@pytest.mark.parametrize("value", ["4930901820.0", "4930901820.00", "+4930901820.0", "4930901820,0", "4,930,901,820"])
def test_what_a_spreadsheet_made_of_a_number_says_no_more_than_the_number(value: str) -> None:
    """Its decimals and commas are undone: nothing is left out, and nothing else is in it."""
    found = judge(value, regions=region_hints(declared="DE"), now=NOW)
    assert found.reasons == (ReasonCode.PHONE_VALID,)
    assert found.evidence.e164 == "+4930901820"
    assert not says_more(value, found)


@pytest.mark.parametrize(
    ("value", "region", "e164"),
    [
        ("0049 171 (1234567)", "DE", "+491711234567"),
        ("+49 (0)171 (1234567)", None, "+491711234567"),
        ("+49 (0)6221 (541234)", None, "+496221541234"),
        ("+44 20 7946 (0958)", None, "+442079460958"),
        ("(0171) 123 (4567)", "DE", "+491711234567"),
        ("+49 30 901820 (0)", None, "+4930901820"),
    ],
)
def test_digits_in_brackets_are_the_numbers_where_it_is_right_with_them_alone(
    value: str, region: str | None, e164: str
) -> None:
    """Some write the last group so."""
    found = judge(value, regions=region_hints(declared=region), now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.VALID, e164)


@pytest.mark.parametrize(
    "second", ["0171\uff0d1234567", "0171\u22121234567", "0171\u200b1234567", "\uff080171\uff091234567"]
)
def test_a_second_number_is_found_in_the_signs_of_any_script(second: str) -> None:
    """Those that a first one may be written with."""
    assert "+491711234567" in numbers(f"+49 30 901820 oder {second}")
    assert "+491711234567" in numbers("+33 1 23 45 67 89 ou +\u00a049 171 1234567")


@pytest.mark.parametrize("value", ["+49-30-90182O", "+49 30 9O1820", "03O 901820", "+49 30 9Ol820"])
def test_a_letter_among_digits_is_a_doubt(value: str) -> None:
    """Nobody knows whether it is the digit that it looks like: that number is shown, and never more than possible."""
    hints = region_hints(declared="DE")
    found = judge(value, regions=hints, now=NOW)
    assert (found.verdict, ReasonCode.PHONE_LETTER_FOR_DIGIT in found.reasons) == (Validity.POSSIBLE, True)
    assert found.evidence.e164 == numbers(value, regions=hints)[0]
    assert "+4930901820" in numbers(value, regions=hints)


@pytest.mark.parametrize(
    ("value", "region", "e164"),
    [
        ("49 (0) 30 901820", "DE", "+4930901820"),
        ("49(0)30901820", None, "+4930901820"),
        ("+1 (0) 212 736 5000", None, "+12127365000"),
        ("+34 (0) 91 123 45 67", None, "+34911234567"),
        ("+47 (0) 22 12 34 56", None, "+4722123456"),
        ("+39 (0)6 6982", None, "+39066982"),
        ("1-800-MATTRESS", "US", "+18006288737"),
        ("1-877-KARS-4-KIDS", "US", "+18775277454"),
        ("+86-10-12345678-801", None, "+861012345678"),
        ("030 901820-10/-11/-12", "DE", "+493090182010"),
        ("+49 30 901820-0 / -12", None, "+49309018200"),
        ("030 901820 0171 2345678", "DE", "+4930901820"),
        ("030 901820-0171 2345678", "DE", "+4930901820"),
        ("(9-17h) 030 901820", "DE", "+4930901820"),
        ("9-17h 030 901820", "DE", "+4930901820"),
        ("Mo-Fr 9-17 Uhr: 030 901820", "DE", "+4930901820"),
        ("ab 18 Uhr 0171 2345678", "DE", "+491712345678"),
        ("24h Hotline 030 901820", "DE", "+4930901820"),
        ("2. OG 030 901820", "DE", "+4930901820"),
        ("Zimmer 12, 030 901820", "DE", "+4930901820"),
        ("Suite 400, 212-736-5000", "US", "+12127365000"),
        ("call after 5pm 212-736-5000", "US", "+12127365000"),
        ("ext. 4, (212) 736-5000", "US", "+12127365000"),
        ("212-736-5000*4", "US", "+12127365000"),
        ("2,127,365,000", "US", "+12127365000"),
        ("030 901820 9-12, 13-17 Uhr", "DE", "+4930901820"),
        ("030 901820 & +49 171 2345678", "DE", "+4930901820"),
        ("02 513 89 40 - 0475 12 34 56", "BE", "+3225138940"),
        ("24/7 030 901820", "DE", "+4930901820"),
        ("24/7 612 34 56 78", "ES", "+34612345678"),
        ("(2) 0171 2345678", "DE", "+491712345678"),
        ("(49) (0)30 901820", "DE", "+4930901820"),
        ("+36/(0)/20/123/4567", "HU", "+36201234567"),
    ],
)
def test_numbers_as_people_write_them_are_found(value: str, region: str | None, e164: str) -> None:
    """With a trunk 0 where there is none, letters to spare, and whatever stands before or behind."""
    found = judge(value, regions=region_hints(declared=region), now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.VALID, e164)


@pytest.mark.parametrize(
    ("value", "region", "likely"),
    [("+1 212 736 5OOO", None, "+12127365000"), ("+44 20 7946 OOIO", None, "+442079460010")],
)
def test_letters_for_several_digits_are_no_vanity_number(value: str, region: str | None, likely: str) -> None:
    """Though they would make one."""
    found = judge(value, regions=region_hints(declared=region), now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.POSSIBLE, likely)
    assert likely in numbers(value)


@pytest.mark.parametrize(
    ("value", "region", "both"),
    [
        ("212345678 Fax: 912345188", "PT", {"+351212345678", "+351912345188"}),
        ("Tel 22334455 Fax 22334456", "DK", {"+4522334455", "+4522334456"}),
        ("601234567 #601234568", "CZ", {"+420601234567", "+420601234568"}),
        ("601 234 567 ext 601234568", "CZ", {"+420601234567", "+420601234568"}),
        ("+45 22334455~22334456", "DK", {"+4522334455", "+4522334456"}),
    ],
)
def test_a_second_number_is_no_extension(value: str, region: str, both: set[str]) -> None:
    """Whatever the library takes for the mark of one."""
    hints = region_hints(declared=region)
    found = judge(value, regions=hints, now=NOW)
    assert (found.evidence.extension, LEFT_OUT in found.reasons) == (None, True)
    assert both <= set(numbers(value, regions=hints))


@pytest.mark.parametrize("value", ["+33/6/12/34/56/78", "+41/44/123/45/67", "+386/40/123/456", "+49 30 901820 ext. 12"])
def test_one_number_says_no_more(value: str) -> None:
    """However it is divided."""
    found = judge(value, regions=region_hints(declared="DE"), now=NOW)
    assert not says_more(value, found)


def test_digits_that_a_spreadsheet_has_rounded_away_are_no_number() -> None:
    """Nobody knows them any more."""
    for value in ("4.91712E+11", "4,9171234E+11"):
        assert judge(value, regions=region_hints(declared="DE"), now=NOW).reasons == (ReasonCode.PHONE_NOT_A_NUMBER,)


SEPARATORS = (
    " - ", " ", "  ", "\u00a0", " . ", " \u2013 ", " + ", "...", "\uff0f", " // ", " (", " & ", " _ ", " \u2022 ",
    " = ", " ~ ", "\u2028", "\u3001", " \u2192 ", "%", "-", "/", ";",
)  # fmt: skip
PAIRS = (
    ("DE", "030 901821", "0171 2345678"),
    ("FR", "01 42 68 53 00", "06 12 34 56 78"),
    ("DK", "33 12 34 56", "20 12 34 56"),
    ("IN", "98765 43210", "91234 56789"),
    ("ES", "91 123 45 67", "612 34 56 78"),
    ("NO", "22 12 34 56", "47 12 34 56"),
    ("CH", "044 668 18 00", "079 234 56 78"),
    ("US", "212-736-5000", "646-736-5001"),
    ("GB", "020 7946 0958", "07911 123456"),
)


@pytest.mark.parametrize("between", SEPARATORS)
@pytest.mark.parametrize(("region", "first", "second"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_both_of_two_numbers_are_looked_up(region: str, first: str, second: str, between: str) -> None:
    """In pairs of digits, without a 0 before them, with whatever sign between: none is hidden from the list."""
    hints = region_hints(declared=region)
    wanted = {judge(each, regions=hints, now=NOW).evidence.e164 for each in (first, second)}
    assert wanted <= set(numbers(f"{first}{between}{second}", regions=hints))


def test_an_extension_in_brackets_or_behind_a_cross_is_kept() -> None:
    """What stands behind it is left out all the same."""
    for value in ("+49 30 901820 (App. 12)", "+49 30 901820 x12 (home)", "+49 30 901820 ext. 12 24h"):
        found = judge(value, now=NOW)
        assert (found.evidence.e164, found.evidence.extension) == ("+4930901820", "12")


def test_a_remark_in_brackets_ends_a_vanity_number() -> None:
    """Its letters are none of the number's."""
    for value in ("1-800-FLOWERS (24h)", "1-800-FLOWERS 24h"):
        assert judge(value, regions=region_hints(declared="US"), now=NOW).evidence.e164 == "+18003569377"


def test_a_surplus_digit_is_still_one_too_many() -> None:
    """Only whole words are left out of a number that is too long."""
    for value in ("+1 650 253 00000", "+1 212 736 50001", "+44 20 7946 09581", "+261 22 60 959 7355555"):
        assert judge(value, now=NOW).verdict is Validity.INVALID


def valid() -> st.SearchStrategy[tuple[str, tuple[RegionHint, ...]]]:
    """Numbers of all regions that stand alone and are valid; made when they are first drawn."""
    return st.sampled_from(
        [
            (row.value, row.regions)
            for row in everywhere(seed=7, count=share(600))
            if judge(row.value, regions=row.regions, now=NOW).reasons == (ReasonCode.PHONE_VALID,)
            and not any(each.isalpha() for each in row.value)
            and sum(each.isdecimal() for each in row.value) >= MIN_NUMBER_DIGITS
        ]
    )


@example(("48 301 661 .0", region_hints(declared="TN")), "/", "b")
@given(
    st.deferred(valid),
    st.sampled_from((" ", ", ", " - ", "\n", " | ", "; ")),
    st.one_of(st.sampled_from(REMARKS), st.text(st.sampled_from("0123456789 ab-/()."), min_size=1, max_size=8)),
)
def test_whatever_words_stand_behind_a_number_it_is_looked_up(
    row: tuple[str, tuple[RegionHint, ...]], between: str, remark: str
) -> None:
    """A remark hides no number from the suppression list: it is among those that the value may stand for."""
    value, regions = row
    known = judge(value, regions=regions, now=NOW).evidence
    assume(known.extension is None and any(each.isalpha() for each in remark))
    assert known.e164 in numbers(f"{value}{between}{remark}", regions=regions)


@pytest.mark.parametrize(
    ("value", "region", "e164", "extension"),
    [
        ("010-12345678转123", "CN", "+861012345678", "123"),
        ("010-12345678 分机 12", "CN", "+861012345678", "12"),
        ("02-2345-6789 轉 12", "TW", "+886223456789", "12"),
        ("02-2345-6789分機12", "TW", "+886223456789", "12"),
        ("02-123-4567 내선 12", "KR", "+8221234567", "12"),
        ("03-1234-5678 内線12", "JP", "+81312345678", "12"),
        ("030 901820 Durchwahl 12", "DE", "+4930901820", "12"),
        ("01 42 68 53 00 poste 12", "FR", "+33142685300", "12"),
    ],
)
def test_an_extension_is_told_in_the_languages_that_have_a_word_for_it(
    value: str, region: str, e164: str, extension: str
) -> None:
    """It is no part of the number, and it is kept."""
    found = judge(value, regions=region_hints(declared=region), now=NOW)
    assert (found.verdict, found.evidence.e164, found.evidence.extension) == (Validity.VALID, e164, extension)
    assert not says_more(value, found)


@pytest.mark.parametrize(
    "value",
    [
        "030_901820", "030;901820", "+49|30|901820", "+49,30,901820", "+49:30:901820", "+49\u00b730\u00b7901820",
        '+49 30 "901820"', "+49 30 &nbsp;901820", "+49 30 <901820>", "030'901820", "%2B4930901820", "+49%2030%20901820",
        "tel:%2B49-30-901820", '"030 901820"', '"4930901820.0"', "4930901820 .0",
    ],
)  # fmt: skip
def test_signs_that_the_library_takes_for_none_of_a_number_part_its_digits(value: str) -> None:
    """As programs and people write them; where the whole is a right number, it is one."""
    found = judge(value, regions=region_hints(declared="DE"), now=NOW)
    assert (found.reasons, found.evidence.e164) == ((ReasonCode.PHONE_VALID,), BERLIN.replace(" ", ""))
    assert BERLIN.replace(" ", "") in numbers(value, regions=region_hints(declared="DE"))


@pytest.mark.parametrize(
    ("value", "region", "e164"),
    [
        ("0711_234567", "DE", "+49711234567"),
        ("0221|234567", "DE", "+49221234567"),
        ("01_5123456", "AT", "+4315123456"),
        ("02_34854168", "EG", "+20234854168"),
        ("0171_1234567 (privat)", "DE", "+491711234567"),
        ("mobil: 0171_1234567; b\u00fcro: 030_901820", "DE", "+491711234567"),
        ("(4921) 920000", "DE", "+494921920000"),
        ("4921/920000", "DE", "+494921920000"),
        ("49170/1234567", "DE", "+491701234567"),
    ],
)
def test_an_area_code_is_none_of_its_own(value: str, region: str, e164: str) -> None:
    """What stands behind it would be a number elsewhere in the country; what stands alone is no country's code."""
    assert judge(value, regions=region_hints(declared=region), now=NOW).evidence.e164 == e164


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("030 901820, +49_171_1234567", "+491711234567"),
        ("0171_1234567; 030_901820", "+4930901820"),
        ("46 8 12 76 38", "+468127638"),
        ("436641234567", "+436641234567"),
        ("0711,234567,12", "+49234567"),
    ],
)
def test_more_is_looked_up_than_is_judged(value: str, found: str) -> None:
    """A second number, and what digits are with a plus sign, whichever country was declared."""
    assert found in numbers(value, regions=region_hints(declared="SE" if value.startswith("46") else "DE"))


def test_the_end_of_a_number_is_not_another_number() -> None:
    """Few digits behind others are none, however right they would be alone."""
    found = judge("0711,234567,12", regions=region_hints(declared="DE"), now=NOW)
    assert found.verdict is not Validity.VALID

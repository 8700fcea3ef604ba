"""Numbers beside days, accounts, numerals, words and names: what is cut off, what is guessed, what stays a doubt."""

import pytest

from gateway.verification.model import Validity
from gateway.verification.numbering.candidates import numbers
from gateway.verification.numbering.hints import region_hints
from gateway.verification.phone import judge
from gateway.verification.reasons import ReasonCode
from tests.gateway.verification.fakes import NOW

R = ReasonCode
LEFT_OUT = (R.PHONE_VALID, R.PHONE_TEXT_LEFT_OUT)


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("2024/03/12 030 901820", "DE", "+4930901820"),
        ("03-12-2024 - +43 664 127044", "AT", "+43664127044"),
        ("2024-03-12T14:30:00Z 030 901820", "DE", "+4930901820"),
        ("2024-03-12T14:30:00+01:00 030 901820", "DE", "+4930901820"),
        ("DE89 3704 0044 0532 0130 00, 030 901820", "DE", "+4930901820"),
        ("030 901820 IBAN: DE89370400440532013000", "DE", "+4930901820"),
        ("AT61 1904 3002 3457 3201 0664 1234567", "AT", "+436641234567"),
        ("NL91 ABNA 0417 1643 00, 0612399771", "NL", "+31612399771"),
        ("0664 123708 - A-1010 Wien", "AT", "+43664123708"),
        ("02348 IBAN NO9386011117947", "NO", "+4702348"),
        ("02 1234 7035 & WhatsApp", "IT", "+390212347035"),
        ("06 6982 1234 @ home", "IT", "+390669821234"),
    ],
)
def test_what_stands_beside_a_number_is_cut_off(value: str, country: str, number: str) -> None:
    """Days of every form, accounts with their check digits, towns and words are none of the number's digits."""
    hints = region_hints(declared=country)
    found = judge(value, regions=hints, now=NOW)
    assert (found.verdict, found.evidence.e164, found.reasons) == (Validity.VALID, number, LEFT_OUT)
    assert number in numbers(value, regions=hints)


def test_an_account_with_wrong_check_digits_may_be_anything() -> None:
    """It is left where it is; what is right behind it is looked up all the same."""
    value = "DE88 3704 0044 0532 0130 00, 030 901820"
    assert "+4930901820" in numbers(value, regions=region_hints(declared="DE"))


@pytest.mark.parametrize(
    ("value", "country", "first", "second"),
    [
        ("+43 664 123456 2) 0664 654321", "AT", "+43664123456", "+43664654321"),
        ("021 123 2436 2) 03 234 5676", "NZ", "+64211232436", "+6432345676"),
        ("(201) 555-0123 #2 (201) 555-0199", "US", "+12015550123", "+12015550199"),
        ("2) 0171 2345678 (mobil)", "DE", "+491712345678", "+491712345678"),
        ("(2) 0171 2345678 or 030 901820", "DE", "+491712345678", "+4930901820"),
    ],
)
def test_the_numeral_of_a_list_is_none_of_a_number(value: str, country: str, first: str, second: str) -> None:
    """Also where the first number has none, and where a remark follows."""
    hints = region_hints(declared=country)
    found = judge(value, regions=hints, now=NOW)
    assert (found.verdict, found.evidence.e164, found.reasons) == (Validity.VALID, first, LEFT_OUT)
    assert {first, second} <= set(numbers(value, regions=hints))


def test_a_cross_with_a_digit_is_an_extension_where_no_number_follows() -> None:
    """As people write extensions."""
    found = judge("(201) 555-0123 #2", regions=region_hints(declared="US"), now=NOW)
    assert (found.evidence.e164, found.evidence.extension, found.reasons) == ("+12015550123", "2", (R.PHONE_VALID,))


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("Kundennr. 471123, 0171 1234567", "DE", "+491711234567"),
        ("Ref. 2024-1183: 01512 3454161", "DE", "+4915123454161"),
        ("USt-ID DE123456789 / 030 901820", "DE", "+4930901820"),
        ("Via Roma 10 - 312 345 6441", "IT", "+393123456441"),
        ("ul. Zielona 2/12 348 70 57", "PL", "+48123487057"),
        ("612 34 5 Ali", "ES", "+34612345254"),
    ],
)
def test_a_guess_is_possible_and_says_so(value: str, country: str, number: str) -> None:
    """A customer's or a house's number may be right by itself, and a word behind a blank may be somebody's name."""
    hints = region_hints(declared=country)
    found = judge(value, regions=hints, now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.POSSIBLE, number)
    assert found.reasons == (*LEFT_OUT, R.PHONE_OTHER_DIGITS)
    assert number in numbers(value, regions=hints)


@pytest.mark.parametrize(
    ("value", "country"),
    [
        ("Tel: (201) 555-012 Bob", "US"),
        ("Tel. 06 12 34 56 Bob", "FR"),
        ("Mobil 078 123 40 London", "CH"),
        ("1-800-FLOWERSABCDEF", "US"),
    ],
)
def test_a_name_does_not_fill_a_number_up(value: str, country: str) -> None:
    """Letters are digits behind the first digit alone, and at most five of them are too many."""
    found = judge(value, regions=region_hints(declared=country), now=NOW)
    assert (found.verdict, found.reasons) == (Validity.INVALID, (R.PHONE_TOO_LONG,))


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("1-800-PROGRESSIVE", "US", "+18007764737"),
        ("Call +1-800-PROGRESSIVE", "US", "+18007764737"),
        ("\u260e 0900 PROGRESSIVE", "CH", "+41900776473"),
        ("\u03a4\u03b7\u03bb. 0900 PROGRESSIVE", "CH", "+41900776473"),
        ("1-800-FLOWERSABCDE", "US", "+18003569377"),
    ],
)
def test_a_number_in_letters_may_have_some_too_many(value: str, country: str, number: str) -> None:
    """They are left out, whatever label stands before the number."""
    hints = region_hints(declared=country)
    found = judge(value, regions=hints, now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.VALID, number)
    assert R.PHONE_TEXT_LEFT_OUT in found.reasons
    assert number in numbers(value, regions=hints)


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [("(201)_555_4766", "US", "+12015554766"), ("+57\u00b7(321)\u00b71234531", "CO", "+573211234531")],
)
def test_signs_beside_brackets_part_no_number(value: str, country: str, number: str) -> None:
    """Underlines and dots in the middle stand for blanks."""
    found = judge(value, regions=region_hints(declared=country), now=NOW)
    assert (found.verdict, found.evidence.e164, found.reasons) == (Validity.VALID, number, (R.PHONE_VALID,))


def test_a_plus_sign_behind_the_prefix_for_it_leaves_nothing_out() -> None:
    """Both say the same, with a country at hand and without one."""
    for hints in ((), region_hints(declared="DE")):
        found = judge("00+1 268 460 1234", regions=hints, now=NOW)
        assert (found.verdict, found.evidence.e164) == (Validity.VALID, "+12684601234")


def test_signs_of_full_width_are_read_as_those_of_ascii() -> None:
    """Digits, plus signs, brackets, dashes and the letters of an extension, as East Asian keyboards type them."""
    plain = "Tel.+49(30)901820 ext.12"
    wide = plain.translate({sign: chr(sign + 0xFEE0) for sign in range(0x21, 0x7F)})
    assert judge(wide, now=NOW) == judge(plain, now=NOW)
    assert judge(wide, now=NOW).evidence.extension == "12"


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("447911123456", "US", "+447911123456"),
        ("44 20 7946 0958", "US", "+442079460958"),
        ("4917112345678", "US", "+4917112345678"),
        ("33612345678", "GB", "+33612345678"),
        ("12127365000", "GB", "+12127365000"),
        ("32470123456", "FR", "+32470123456"),
    ],
)
def test_a_foreign_number_without_its_plus_is_not_proved_to_be_none(value: str, country: str, number: str) -> None:
    """As a spreadsheet leaves it in a list of many countries: it is looked up, and its country is asked for."""
    hints = region_hints(declared=country)
    found = judge(value, regions=hints, now=NOW)
    assert (found.verdict, found.reasons) == (Validity.UNKNOWN, (R.PHONE_REGION_MISSING,))
    assert number in numbers(value, regions=hints)


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("06 12 34 56 78 9", "FR", "+33612345678"),
        ("212-736-5000 1", "US", "+12127365000"),
        ("020 7946 0958 1", "GB", "+442079460958"),
        ("612 345 678 9", "ES", "+34612345678"),
    ],
)
def test_one_digit_more_is_a_doubt(value: str, country: str, number: str) -> None:
    """Nobody knows which of them is the one too many."""
    found = judge(value, regions=region_hints(declared=country), now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.POSSIBLE, number)
    assert R.PHONE_OTHER_DIGITS in found.reasons


@pytest.mark.parametrize("value", ["l71 1234567", "I71 1234567", "l71-1234567"])
def test_a_letter_that_looks_like_the_first_digit_is_no_label(value: str) -> None:
    """Without it the rest would be somebody else's number."""
    found = judge(value, regions=region_hints(declared="DE"), now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.POSSIBLE, "+491711234567")
    assert R.PHONE_LETTER_FOR_DIGIT in found.reasons


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("212 MATTRES", "US", "+12126288737"),
        ("212 PLUMBER", "US", "+12127586237"),
        ("via 40610857 / 004740611010", "NO", "+4740610857"),
        ("Client 1800907202 / 02 9123 4567", "AU", "+611800907202"),
    ],
)
def test_what_belongs_to_a_number_stays_with_it(value: str, country: str, number: str) -> None:
    """A word of seven letters, and the first of two numbers behind a word for a place."""
    found = judge(value, regions=region_hints(declared=country), now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.VALID, number)


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [("23-30-2010", "NO", "+4723302010"), ("21-31-1999", "DK", "+4521311999"), ("21-21-2000", "HK", "+85221212000")],
)
def test_what_is_no_day_of_the_calendar_is_a_number(value: str, country: str, number: str) -> None:
    """One of the first two is a month."""
    found = judge(value, regions=region_hints(declared=country), now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.VALID, number)


def test_what_follows_a_second_number_s_numeral_is_no_extension() -> None:
    """Whatever its digits are."""
    found = judge("+39 (0)02 4808 3990, 2) 00390212974567", regions=region_hints(declared="IT"), now=NOW)
    assert (found.verdict, found.evidence.e164, found.evidence.extension) == (Validity.VALID, "+390248083990", None)


@pytest.mark.parametrize(
    ("value", "country", "short", "long"),
    [
        ("+43 1 53454 - 1234 Frau Huber", "AT", "+43153454", "+431534541234"),
        ("089 1234 - 5678 Maier", "DE", "+49891234", "+498912345678"),
        ("030 180760 - 10115 Berlin", "DE", "+4930180760", "+493018076010115"),
        ("Hauptstr. 5, 030 180760 - 10115 Berlin", "DE", "+4930180760", "+493018076010115"),
        ("24/7: 030 180760 - 10115 Berlin", "DE", "+4930180760", "+493018076010115"),
    ],
)
def test_digits_between_a_dash_and_a_name_are_an_extension_or_a_postcode(
    value: str, country: str, short: str, long: str
) -> None:
    """Nobody knows which, so it is a doubt, and both numbers are looked up."""
    hints = region_hints(declared=country)
    found = judge(value, regions=hints, now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.POSSIBLE, long)
    assert {short, long} <= set(numbers(value, regions=hints))


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("Kundennr. 4711234, 0171 1234567", "DE", "+491711234567"),
        ("MwSt-ID ATU12345678 / 01 534540", "AT", "+431534540"),
        ("030 12345 - 6789 Maier\n10115 Berlin", "DE", "+4930123456789"),
        ("612 34 5 Maria", "ES", "+34612345627"),
        ("DE89 3704 0044 0532 0130 01", "DE", "+498937040044"),
        ("IBAN DE89 3704 0044 0532 0130 01", "DE", "+498937040044"),
        (f"{'Abteilung Einkauf ' * 4}Kundennr 4711 40 75 07 09", "DE", "+4940750709"),
    ],
)
def test_digits_of_a_customer_an_account_or_a_name_leave_a_doubt(value: str, country: str, number: str) -> None:
    """Nobody knows whether they are the number's."""
    found = judge(value, regions=region_hints(declared=country), now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.POSSIBLE, number)
    assert R.PHONE_OTHER_DIGITS in found.reasons


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("+234-80212 - 34794 oder +356 2105 7432", "NG", "+2348021234794"),
        ("(212) 736 - 5000 Cell (917) 555-0199", "US", "+12127365000"),
        ("020 7946 - 0958 Reception, 24/7", "GB", "+442079460958"),
        ("030 180760 - 1011\nFax 030 180760 - 1012", "DE", "+49301807601011"),
        ("Tel. 030 180760 - 1011\nMobil: 0171 1234567", "DE", "+49301807601011"),
        ("01 534540 - 1010 Fax 01 534540 - 1011", "AT", "+4315345401010"),
        ("IBAN BE68 5390 0754 7034\n0470123456", "BE", "+32470123456"),
        ("718 438 MOVERS", "US", "+17184386683"),
    ],
)
def test_a_word_behind_a_number_is_no_town(value: str, country: str, number: str) -> None:
    """More digits follow in its line, as behind a label; and a word in capitals belongs to a number in letters."""
    found = judge(value, regions=region_hints(declared=country), now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.VALID, number)


@pytest.mark.parametrize("value", ["12-31-1999", "31-12-1999"])
def test_a_day_is_no_number_whichever_of_the_two_is_the_month(value: str) -> None:
    """In a country whose numbers have eight digits."""
    found = judge(value, regions=region_hints(declared="NO"), now=NOW)
    assert found.reasons == (R.PHONE_NOT_A_NUMBER,)


@pytest.mark.parametrize("sign", ["*", "_", "'", "`", "]", "["])
def test_other_signs_of_full_width_are_read_as_those_of_ascii(sign: str) -> None:
    """Whatever they part."""
    hints = region_hints(declared="DE")
    wide = f"030{chr(ord(sign) + 0xFEE0)}901820"
    assert judge(wide, regions=hints, now=NOW) == judge(f"030{sign}901820", regions=hints, now=NOW)

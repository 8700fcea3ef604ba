"""Laws of reading numbers that owe nothing to how they are divided: held against the library alone."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from random import Random

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from gateway.verification.model import Validity
from gateway.verification.numbering.candidates import numbers
from gateway.verification.numbering.characters import MIN_NUMBER_DIGITS
from gateway.verification.numbering.hints import region_hints
from gateway.verification.phone import judge
from gateway.verification.reasons import ReasonCode
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.phone_ranges import PLACES, national
from tests.gateway.verification.phone_rows import everywhere
from tests.support.depth import share

DECLARED = ("US", "GB", "DE", "FR", "ES", "IT", "PL", "BR", "IN")
FORMATS = (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL)
_SHORT = 6
_ENOUGH = 8
DIVIDES = re.compile(r"[;,]|[^\W\d_]|.\+|/|.{6}[(\[]|#|[.,]0$|^\W*\d{1,2}[).:]|\n|\t", re.DOTALL)
"""What gives a reason to leave out a part of a value that the library reads as a whole."""


def valid_numbers(seed: int, count: int) -> Iterator[PhoneNumber]:
    """Numbers of all regions that the library calls valid, long enough to be told from an extension."""
    random = Random(seed)  # noqa: S311 - the same numbers in each run
    while count:
        code, region = random.choice(PLACES)
        made = f"+{code}{national(random, code, region)}"
        if read_by_library(made, None) is None:
            continue
        number = phonenumbers.parse(made)
        if len(phonenumbers.national_significant_number(number)) > _SHORT:
            count -= 1
            yield number


def read_by_library(value: str, region: str | None) -> str | None:
    """The E.164 form of a value that the library calls valid as it stands."""
    try:
        number = phonenumbers.parse(value, region)
    except NumberParseException:
        return None
    return e164(number) if phonenumbers.is_valid_number(number) else None


def ordinary(number: PhoneNumber) -> bool:
    """Whether it is a line's or a mobile's, with eight digits behind the country's code or more."""
    lines = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return (
        phonenumbers.number_type(number) in lines and len(phonenumbers.national_significant_number(number)) >= _ENOUGH
    )


def e164(number: PhoneNumber) -> str:
    """Its E.164 form."""
    form: str = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return form


def test_what_the_library_calls_valid_stays_as_it_is() -> None:
    """Digits and the signs between them are one number, whatever else could be made of them."""
    compared = 0
    for row in everywhere(seed=31, count=share(6_000)):
        first = row.regions[0].region if row.regions else None
        theirs = read_by_library(row.value, first)
        if theirs is None or DIVIDES.search(row.value):
            continue
        compared += 1
        found = judge(row.value, regions=row.regions, now=NOW)
        assert ReasonCode.PHONE_TEXT_LEFT_OUT not in found.reasons, row
        lacking = found.evidence.e164 is not None and found.evidence.e164 == read_by_library(f"+{row.value}", None)
        assert lacking or found.evidence.e164 == theirs, row
    assert compared > share(1_500)


@given(st.from_regex(r"(00|\+)?\d{4,15}", fullmatch=True), st.sampled_from(DECLARED))
@example("+2310023663419", "DE")
@example("01228474287592", "CN")
@example("00030000", "DE")
def test_what_a_verdict_shows_finds_its_number(value: str, region: str) -> None:
    """Right or not: an entry of the suppression list may be copied from there, and is then read by itself."""
    hints = region_hints(declared=region)
    shown = judge(value, regions=hints, now=NOW).evidence.e164
    if shown is not None:
        assert numbers(shown)[0] in numbers(value, regions=hints)


@given(
    st.from_regex(r"\+?0[1-9]\d{7,10}", fullmatch=True), st.sampled_from([*DECLARED, "GR"]), st.sampled_from(DECLARED)
)
@example("0612345678", "ES", "FR")
@example("+015123456789", "ES", "DE")
@example("0221234567", "PL", "DE")
def test_what_is_mended_is_also_looked_up_as_it_stands(value: str, country: str, default: str) -> None:
    """What the library alone makes of the digits, in the country given and the default, stays among the numbers."""
    for hints in (region_hints(declared=country), region_hints(locale=f"en-{country}")):
        found = numbers(value, regions=hints, default=default)
        national = value.removeprefix("+")
        here, there = read_by_library(national, country), read_by_library(national, default)
        assert here is None or here in found
        assert there is None or there in found or here is not None


@pytest.mark.parametrize("sign", ["\t", "\r\n", "|", "="])
def test_an_area_code_may_stand_in_a_column_of_its_own(sign: str) -> None:
    """Of numbers as their country writes them, with a sign for the first blank: each is read, and as itself.

    But where what stands behind the sign has fewer than four digits, or a 0 before its own number.
    """
    for number in valid_numbers(11, share(400)):
        region = phonenumbers.region_code_for_number(number)
        written = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        area, _, rest = re.sub(r"[-/]", " ", written).partition(" ")
        if not ordinary(number) or region not in phonenumbers.SUPPORTED_REGIONS:
            continue
        if len(re.sub(r"\D", "", rest)) <= _SHORT or rest.lstrip("( ").startswith("0"):
            continue
        found = numbers(f"{area}{sign}{rest}", regions=region_hints(declared=region))
        assert e164(number) in found, (area, rest, region)
        verdict = judge(f"{area}{sign}{rest}", regions=region_hints(declared=region), now=NOW)
        assert verdict.evidence.e164 == e164(number) or ReasonCode.PHONE_TEXT_LEFT_OUT in verdict.reasons, (area, rest)


def test_a_number_of_ones_own_country_needs_no_plus() -> None:
    """As spreadsheets leave it: what the library takes for a longer number behind a trunk 0 that nobody wrote."""
    for number in filter(ordinary, valid_numbers(34, share(1_000))):
        region = phonenumbers.region_code_for_number(number)
        if region is None or not phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True):
            continue
        value, hints = e164(number).removeprefix("+"), region_hints(declared=region)
        assert judge(value, regions=hints, now=NOW).evidence.e164 == e164(number), region
        assert set(numbers(value, regions=hints)) <= {e164(number), read_by_library(value, region)}


def test_a_foreign_number_without_its_plus_becomes_nobody_elses() -> None:
    """It is read as the library reads it in the declared country, or is not valid: no beginning of it is taken."""
    for number in valid_numbers(32, share(400)):
        value = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL).removeprefix("+")
        for region in DECLARED:
            found = judge(value, regions=region_hints(declared=region), now=NOW)
            allowed = {read_by_library(value, region), e164(number)}
            assert found.verdict is not Validity.VALID or found.evidence.e164 in allowed, (value, region)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("around", ["Tel 1: {}", "{} (24h)", "{} privat", "Büro: {}, 9-17h", "{} / 2nd floor"])
def test_every_form_with_a_label_and_a_remark_gives_its_own_number(form: int, around: str) -> None:
    """In the number's own country; and it is among those that are looked up."""
    compared = 0
    for number in valid_numbers(33, share(300)):
        alone = phonenumbers.format_number(number, form)
        value = around.format(alone)
        hints = region_hints(declared=phonenumbers.region_code_for_number(number))
        if form == PhoneNumberFormat.NATIONAL and (
            not hints or read_by_library(alone, hints[0].region) != e164(number)
        ):
            continue  # the library cannot read back what it has written
        compared += 1
        assert e164(number) in numbers(value, regions=hints), value
        assert judge(value, regions=hints, now=NOW).evidence.e164 == e164(number), value
    assert compared > share(250)


digits = st.text(st.sampled_from("0123456789 -()+"), min_size=4, max_size=18)


def is_a_day(value: str) -> bool:
    """Whether it is a day of this century or the last."""
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y"):
        with suppress(ValueError):
            return datetime.strptime(value, form).year // 100 in {19, 20}  # noqa: DTZ007 - a day, nowhere
    return False


def with_less(value: str, region: str) -> set[str]:
    """The right numbers, by the library alone, that a value is with one or two plus signs, zeros or nines less."""
    once = {f"{value[:at]}{value[at + 1 :]}" for at, sign in enumerate(value) if sign in "+09"}
    twice = {f"{each[:at]}{each[at + 1 :]}" for each in once for at, sign in enumerate(each) if sign in "+09"}
    found = set()
    for less in once | twice:
        with suppress(NumberParseException):
            number = phonenumbers.parse(less, region)
            if phonenumbers.is_valid_number(number):
                found.add(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    return found


@given(digits, st.sampled_from(["DE", "US", "GB", "FR", "IT", "IN", "BR", "SG"]))
@example("1(0)0", "US")
@example("00--", "US")
@example("0212 736-5000", "US")
@example("+39 0347 1234567", "DE")
@example("+0171 1234567", "DE")
@example("+049 171 1234567", "DE")
@example("+91143211234", "DE")
@example("+5490114321123", "FR")
@example("911", "US")
@example("2010-11-12", "DE")
@example("12 0221 4711", "DE")
def test_the_verdict_is_the_librarys(value: str, region: str) -> None:
    """Validity, possibility, type and E.164 are the same as when the library is asked one by one."""
    found = judge(value, regions=region_hints(declared=region), now=NOW)
    if is_a_day(value.strip()):
        assert found.reasons == (ReasonCode.PHONE_NOT_A_NUMBER,)
        return
    try:
        number = phonenumbers.parse(value, region)
    except NumberParseException:
        mended = found.evidence.e164 in with_less(value, region)
        assert found.verdict is Validity.INVALID or ReasonCode.PHONE_TEXT_LEFT_OUT in found.reasons or mended
        return
    valid = phonenumbers.is_valid_number(number)
    if ReasonCode.PHONE_TEXT_LEFT_OUT in found.reasons:
        # Another number: the whole was none, a label or a bracket is around it, or there are two with digits enough.
        several = sum(each.isdecimal() for each in value) >= 2 * MIN_NUMBER_DIGITS
        guessed = ReasonCode.PHONE_OTHER_DIGITS in found.reasons and re.search(r"[1-9]\d.*[\s/]\(?0", value)
        assert not valid or several or guessed or re.search(r"^\W*\d{1,2}\)|.{6}\(", value)
        return
    if ReasonCode.PHONE_SHORT_NUMBER in found.reasons:
        assert not valid
        assert phonenumbers.is_valid_short_number_for_region(number, region)
        return
    if found.verdict is Validity.VALID and not valid:
        assert found.evidence.e164 in with_less(value, region)
        return
    assert (found.verdict is Validity.VALID) is valid
    if not valid:
        assert (found.verdict is Validity.POSSIBLE) is phonenumbers.is_possible_number(number)
    assert bool(found.types) is valid
    assert found.evidence.e164 == phonenumbers.format_number(number, PhoneNumberFormat.E164)


@pytest.mark.parametrize("zero", ["\u0660", "\u06f0", "\u0966", "\u0e50", "\uff10"], ids=ascii)
def test_digits_of_every_script_are_read_as_those_of_ascii(zero: str) -> None:
    """Right, wrong and several numbers, with labels and remarks: verdict, number and look-ups are the same."""
    digits = {ord("0") + place: chr(ord(zero) + place) for place in range(10)}
    plain = (row for row in everywhere(seed=13, count=share(300)) if "%" not in row.value)
    for row in plain:
        value, hints = row.value, row.regions
        for whole in (value, f"Tel. {value} (2. Stock)", f"{value} / 030 901820"):
            other = whole.translate(digits)
            assert judge(other, regions=hints, now=NOW) == judge(whole, regions=hints, now=NOW)
            assert numbers(other, regions=hints) == numbers(whole, regions=hints)

"""Phone verdicts: a table of real cases, and equality with the library asked plainly."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.verification.model import (
    PhoneType,
    PhoneVerdict,
    RegionHint,
    RegionSource,
    Validity,
)
from gateway.verification.numbering.candidates import numbers, says_more, stands_for
from gateway.verification.numbering.hints import region_hints
from gateway.verification.phone import judge
from gateway.verification.reasons import Level, ReasonCode
from tests.gateway.verification.fakes import NOW

R = ReasonCode
FIXED_OR_MOBILE = frozenset({PhoneType.FIXED_LINE, PhoneType.MOBILE})


def verdict(value: str, *regions: str) -> PhoneVerdict:
    """The verdict on a number, read in these countries."""
    hints = [RegionHint(source=RegionSource.DECLARED_COUNTRY, region=region) for region in regions]
    return judge(value, regions=hints, now=NOW)


@pytest.mark.parametrize(
    ("value", "region", "e164", "types", "belongs"),
    [
        ("+49 30 901820", None, "+4930901820", {PhoneType.FIXED_LINE}, "DE"),
        ("030 901820", "DE", "+4930901820", {PhoneType.FIXED_LINE}, "DE"),
        ("0049 30 901820", None, "+4930901820", {PhoneType.FIXED_LINE}, "DE"),
        ("0049 30 901820", "DE", "+4930901820", {PhoneType.FIXED_LINE}, "DE"),
        ("0049 30 901820", "US", "+4930901820", {PhoneType.FIXED_LINE}, "DE"),
        ("(0049) 30 901820", None, "+4930901820", {PhoneType.FIXED_LINE}, "DE"),
        ("+0049 30 901820", None, "+4930901820", {PhoneType.FIXED_LINE}, "DE"),
        ("+0049 30 901820", "FR", "+4930901820", {PhoneType.FIXED_LINE}, "DE"),
        ("0800 REIMANN", "DE", "+498007346266", {PhoneType.TOLL_FREE}, "DE"),
        ("650-CALL-NOW", "US", "+16502255669", FIXED_OR_MOBILE, "US"),
        ("01512 3456789", "DE", "+4915123456789", {PhoneType.MOBILE}, "DE"),
        ("(650) 253-0000", "US", "+16502530000", FIXED_OR_MOBILE, "US"),
        ("1-800-FLOWERS", "US", "+18003569377", {PhoneType.TOLL_FREE}, "US"),
        ("+1 900 555 1234", None, "+19005551234", {PhoneType.PREMIUM_RATE}, "US"),
        ("020 7946 0958", "GB", "+442079460958", {PhoneType.FIXED_LINE}, "GB"),
        ("+44 7911 123456", None, "+447911123456", {PhoneType.MOBILE}, "GG"),
        ("tel:+1-650-253-0000;ext=12", None, "+16502530000", FIXED_OR_MOBILE, "US"),
        ("\uff0b49 30 901820", None, "+4930901820", {PhoneType.FIXED_LINE}, "DE"),
        ("+800 1234 5678", None, "+80012345678", {PhoneType.TOLL_FREE}, "001"),
    ],
)
def test_valid_numbers_are_read(
    value: str, region: str | None, e164: str, types: set[PhoneType] | frozenset[PhoneType], belongs: str
) -> None:
    """Numbers as people write them, with their E.164 form, types as a set, and region."""
    found = verdict(value, *([region] if region else []))
    assert (found.verdict, found.level, found.score) == (Validity.VALID, Level.NUMBERING, 70)
    assert (found.reasons[1:] == (R.PHONE_PREMIUM_RATE,)) is (PhoneType.PREMIUM_RATE in types)
    assert (found.evidence.e164, set(found.types), found.evidence.region) == (e164, set(types), belongs)


@pytest.mark.parametrize("space", ["\u202f", "\u2009", "\u00a0", "\u2007", "\u3000"])
def test_spaces_of_typography_are_spaces(space: str) -> None:
    """A number set as French typography sets it is as good as any."""
    for value, declared in ((f"+33{space}1{space}23{space}45{space}67{space}89", None), (f"01{space}23456789", "FR")):
        found = judge(value, regions=region_hints(declared=declared), now=NOW)
        assert (found.verdict.value, found.evidence.e164) == ("valid", "+33123456789")
        assert numbers(value, regions=region_hints(declared=declared)) == ("+33123456789",)


@pytest.mark.parametrize(
    ("value", "region", "expected", "code"),
    [
        ("", None, "invalid", R.PHONE_EMPTY),
        (" \t", "DE", "invalid", R.PHONE_EMPTY),
        ("1" * 100_000, "DE", "invalid", R.PHONE_INPUT_TOO_LONG),
        ("call me", "DE", "invalid", R.PHONE_NOT_A_NUMBER),
        ("call me", None, "invalid", R.PHONE_NOT_A_NUMBER),
        ("+999 1234567", None, "invalid", R.PHONE_COUNTRY_CODE_INVALID),
        ("+1 650", None, "invalid", R.PHONE_TOO_SHORT),
        ("+49 301", "DE", "possible", R.PHONE_LOCAL_ONLY),
        ("+1 650 253 00000", None, "invalid", R.PHONE_TOO_LONG),
        ("+65 1234 56789", None, "invalid", R.PHONE_LENGTH_INVALID),
        ("253-0000", "US", "possible", R.PHONE_LOCAL_ONLY),
        ("+1 555 555 5555", None, "possible", R.PHONE_NOT_IN_PLAN),
        ("+52 1 55 1234 5678", None, "possible", R.PHONE_NOT_IN_PLAN),
        ("044 55 1234 5678", "MX", "possible", R.PHONE_NOT_IN_PLAN),
        ("01 55 1234 5678", "MX", "possible", R.PHONE_NOT_IN_PLAN),
        ("+52 2 55 1234 5678", None, "invalid", R.PHONE_TOO_LONG),
        ("030 901820", None, "unknown", R.PHONE_REGION_MISSING),
        ("030 901820", "XX", "unknown", R.PHONE_REGION_MISSING),
    ],
)
def test_other_numbers_say_why(value: str, region: str | None, expected: str, code: ReasonCode) -> None:
    """Possible is never dropped, a missing country is unknown, and invalid says what is wrong."""
    found = verdict(value, *([region] if region else []))
    assert (found.verdict.value, found.reasons) == (expected, (code,))
    assert (found.score == 0) is (expected == "invalid")
    assert (found.score == 50) is (expected == "unknown")


LEFT_OUT = (R.PHONE_VALID, R.PHONE_TEXT_LEFT_OUT)


@pytest.mark.parametrize(
    ("value", "region", "e164", "extension", "reasons"),
    [
        ("+49 30 901820 privat", None, "+4930901820", None, LEFT_OUT),
        ("+49 30 901820 App. 12", None, "+4930901820", "12", (R.PHONE_VALID,)),
        ("+49 151 23456789 (mobile)", None, "+4915123456789", None, LEFT_OUT),
        ("+49 151 23456789 Handy", None, "+4915123456789", None, LEFT_OUT),
        ("+49 30 901820 Durchwahl 12", None, "+4930901820", "12", (R.PHONE_VALID,)),
        ("030 901820 Apparat: 12, nur morgens", "DE", "+4930901820", "12", LEFT_OUT),
        ("030 901820App12", "DE", "+4930901820", "12", (R.PHONE_VALID,)),
        ("030 901820 App. 123456789", "DE", "+4930901820", None, LEFT_OUT),
        ("030 / 90 18 20 Zentrale", "DE", "+4930901820", None, LEFT_OUT),
        ("030 901 privat", "DE", "+4930901", None, LEFT_OUT),
        ("Tel: 030 901820 F: 030 901821", "DE", "+4930901820", None, LEFT_OUT),
        ("+33 1 44 55 66 77 poste 12", None, "+33144556677", "12", (R.PHONE_VALID,)),
        ("22 123 45 67 wew. 12", "PL", "+48221234567", "12", (R.PHONE_VALID,)),
        ("030 901820 доб. 12", "DE", "+4930901820", "12", (R.PHONE_VALID,)),
        ("+49 30 901820 oder 030 901821", None, "+4930901820", None, LEFT_OUT),
        ("+1 (212) 736-5000 / +1 (212) 736-5001", None, "+12127365000", None, LEFT_OUT),
        ("212-736-5000, 212-736-5001", "US", "+12127365000", None, LEFT_OUT),
        ("030 12345 / 030 12346", "DE", "+493012345", None, LEFT_OUT),
        ("+49 30 12345 / 030 12346", None, "+493012345", None, LEFT_OUT),
        ("030 901820/21", "DE", "+493090182021", None, (R.PHONE_VALID,)),
        ("030/901820", "DE", "+4930901820", None, (R.PHONE_VALID,)),
        ("+1 555 555 5555 (mobile)", None, "+15555555555", None, (R.PHONE_NOT_IN_PLAN, R.PHONE_TEXT_LEFT_OUT)),
        ("253-0000 (mobile)", "US", "+12530000", None, (R.PHONE_LOCAL_ONLY, R.PHONE_TEXT_LEFT_OUT)),
        ("030 901820, privat", None, None, None, (R.PHONE_REGION_MISSING,)),
        ("ada1234567@acme.example", "DE", None, None, (R.PHONE_NOT_A_NUMBER,)),
        ("030 901820a", "DE", "+4930901820", None, LEFT_OUT),
    ],
)
def test_what_stands_behind_a_number_is_no_part_of_it(
    value: str, region: str | None, e164: str | None, extension: str | None, reasons: tuple[ReasonCode, ...]
) -> None:
    """Words become no digits and a second number none of the first; an extension is kept, the rest is said."""
    found = verdict(value, *([region] if region else []))
    assert (found.evidence.e164, found.evidence.extension, found.reasons) == (e164, extension, reasons)


INFERRED = (RegionSource.COMPANY_COUNTRY, RegionSource.FORM_LOCALE, RegionSource.DEFAULT)
sources = st.sampled_from(
    ["+52 1 55 1234 5678", "0171 1234567", "0044 20 7946 0958", "030 901820 privat", "1-800-FLOWERS"]
)


@given(
    st.one_of(sources, st.text(st.sampled_from("0123456789 -()+/,x"), min_size=3, max_size=18)),
    st.lists(st.sampled_from(["DE", "US", "GB", "MX"]), max_size=1),
    st.sampled_from(["DE", "US", "FR", "IT", "SG", "MX"]),
    st.sampled_from(INFERRED),
)
@example("0,0000", [], "DE", RegionSource.FORM_LOCALE)
def test_a_guessed_country_never_proves_anything(
    value: str, declared: list[str], guess: str, source: RegionSource
) -> None:
    """What is not proved to be wrong stays so, whatever country is guessed on top."""
    known = [RegionHint(source=RegionSource.DECLARED_COUNTRY, region=region) for region in declared]
    before = judge(value, regions=known, now=NOW)
    after = judge(value, regions=[*known, RegionHint(source=source, region=guess)], now=NOW)
    assert after.verdict is not Validity.INVALID or before.verdict is Validity.INVALID


def test_only_a_country_that_somebody_gave_proves() -> None:
    """Too long for the USA is proof where they were declared or told, and nothing where a form's locale names them."""
    assert judge("0171 1234567", regions=region_hints(told="US"), now=NOW).reasons == (R.PHONE_TOO_LONG,)
    assert judge("0171 1234567", regions=region_hints(declared="US"), now=NOW).reasons == (R.PHONE_TOO_LONG,)
    guessed = judge("0171 1234567", regions=region_hints(locale="en-US", company="us"), now=NOW)
    assert (guessed.verdict, guessed.reasons) == (Validity.UNKNOWN, (R.PHONE_REGION_MISSING,))
    assert guessed.evidence.e164 is None
    abroad = judge("0044 20 7946 0958", regions=region_hints(locale="en-US"), now=NOW)
    assert (abroad.verdict, abroad.evidence.region_source) == (Validity.VALID, RegionSource.NUMBER)
    assert judge("call me", regions=region_hints(locale="en-US"), now=NOW).verdict is Validity.INVALID


def test_calls_that_cost_more_are_said() -> None:
    """Premium rate and shared cost are notes: they move neither verdict nor score."""
    assert verdict("+1 900 555 1234").reasons == (R.PHONE_VALID, R.PHONE_PREMIUM_RATE)
    shared = verdict("+49 180 1234567")
    assert (shared.reasons, shared.score) == ((R.PHONE_VALID, R.PHONE_SHARED_COST), 70)


def test_the_first_country_in_which_it_is_valid_wins() -> None:
    """A national number is read in each country given, and the verdict says which one it was."""
    hints = region_hints(declared="US", company="de", locale="en-GB")
    found = judge("030 901820", regions=hints, now=NOW)
    assert found.verdict is Validity.VALID
    assert (found.evidence.region_source, found.evidence.read_as) == (RegionSource.COMPANY_COUNTRY, "DE")
    plus = judge("+49 30 901820", regions=hints, now=NOW)
    assert (plus.evidence.region_source, plus.evidence.read_as) == (RegionSource.NUMBER, None)


def test_the_best_reading_is_kept_when_none_is_valid() -> None:
    """A possible reading beats an impossible one, whatever their order."""
    for regions in (("FR", "US"), ("US", "FR")):
        found = verdict("555 555 5555", *regions)
        assert (found.verdict, found.evidence.read_as) == (Validity.POSSIBLE, "US")


def test_hints_are_cleaned() -> None:
    """UK is GB, a language alone is no country, nothing comes twice, and unknown codes are left out."""
    hints = region_hints(declared="uk", company="GB", locale="de-AT", default="zz")
    assert [(each.source, each.region) for each in hints] == [
        (RegionSource.DECLARED_COUNTRY, "GB"),
        (RegionSource.FORM_LOCALE, "AT"),
    ]
    assert region_hints(locale="de") == ()
    assert [each.region for each in region_hints(locale="zh_Hant_TW")] == ["TW"]
    assert region_hints() == ()


def test_extensions_are_kept_apart() -> None:
    """An extension is part of the evidence, not of the E.164 number."""
    found = verdict("+1 650 253 0000 ext. 12")
    assert (found.evidence.e164, found.evidence.extension) == ("+16502530000", "12")


def test_the_metadata_version_is_evidence() -> None:
    """Each verdict names the numbering plans it was judged by."""
    assert verdict("+49 30 901820").evidence.phone_metadata_version == f"phonenumbers@{phonenumbers.__version__}"


def test_json_goes_there_and_back() -> None:
    """What is written can be read back; without personal values the number is gone."""
    for case in (verdict("+49 30 901820"), verdict("030 901820"), verdict("(650) 253-0000 x7", "US")):
        assert PhoneVerdict.from_json(case.to_json()) == case
        assert "901820" not in repr(case.to_json(personal=False)) + repr(case)


@given(st.text(max_size=300))
def test_anything_gets_a_verdict(value: str) -> None:
    """Whatever is typed, there is a verdict and no exception."""
    assert verdict(value, "DE").verdict in Validity
    assert verdict(value).verdict in Validity


MOBILES = ["+491711234567", "+491727654321", "+491737654321"]


@pytest.mark.parametrize(
    ("value", "declared", "default", "found"),
    [
        ("030 901850", None, "DE", ["+4930901850"]),
        ("030 901850", "DE", "FR", ["+4930901850"]),
        ("030 901850", "US", "DE", ["+1030901850", "+4930901850"]),
        ("0049 30 901850", "US", None, ["+4930901850"]),
        ("0049 30 901850", None, "US", ["+4930901850"]),
        ("030 901850 / 030 901851", "DE", None, ["+4930901850", "+4930901851"]),
        ("+49 30 901850 oder 030 901851", None, None, ["+4930901850", "+4930901851"]),
        ("+49 171 1234567, +49 172 7654321, +49 173 7654321", None, None, MOBILES),
        ("0171 1234567 / 0172 7654321; 0173 7654321", "DE", None, MOBILES),
        ("+49 171 1234567 or 0172 7654321 or 0173 7654321", None, None, MOBILES),
        ("030 901850 privat", "DE", None, ["+4930901850"]),
        ("030 901850 privat", "US", "DE", ["+1030901850774828", "+4930901850774828", "+4930901850"]),
        ("+49 30 1", None, "FR", ["+49301"]),
        ("030 901850", None, None, []),
        ("030 901850", None, "ZZ", []),
        ("", "DE", "DE", []),
        ("0" * 251, "DE", "DE", []),
        ("none", "DE", "DE", []),
    ],
)
def test_a_number_may_be_several(value: str, declared: str | None, default: str | None, found: list[str]) -> None:
    """One that is valid where it was declared is that one; any other is also read in the country by default."""
    assert list(numbers(value, regions=region_hints(declared=declared), default=default)) == found


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("030 901850", "+49 30 901850"),
        ("+49 (0)30 901850", "+4930901850"),
        ("0049 30 901850", "+4930901850"),
    ],
)
def test_a_told_number_may_be_the_written_one(written: str, told: str) -> None:
    """Read in the country of the told number, what was written gives that number."""
    assert stands_for(written, verdict(told))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("030 901850", "+49 171 5412345"),
        ("+43 1 5331234", "+49 30 901850"),
        ("2530000", "+1 650 253 0000"),
        ("none", "+49 30 901850"),
        ("030 901850", "none"),
    ],
)
def test_a_told_number_may_be_another(written: str, told: str) -> None:
    """Other digits are another number, and half a number stands for no whole one."""
    assert not stands_for(written, verdict(told))


@pytest.mark.parametrize(("written", "region"), [("030 901850", "DE"), ("030 1", "DE"), ("2530000", "US")])
def test_a_number_is_what_it_was_read_from(written: str, region: str) -> None:
    """Valid or not, a number stands for the value that gave it."""
    assert stands_for(written, verdict(written, region))


@pytest.mark.parametrize(
    ("written", "told", "more"),
    [
        ("030 901850", "+49 30 901850", False),
        ("030 901850 / 0171 5412345", "+49 30 901850", True),
        ("030 901850 / 0171 5412345", "+49 171 5412345", True),
        ("0171 5412345 (Jane)", "0171 5412345 (Jane)", True),
        ("030 1", "030 1", False),
    ],
)
def test_a_value_may_say_more_than_its_number(written: str, told: str, *, more: bool) -> None:
    """A second number counts also where one of the two was told as the right one."""
    assert says_more(written, verdict(told, "DE")) is more


@pytest.mark.parametrize(
    "written",
    ["491701234567", "491701234567.0", "49 170 1234567", "(49) 170 1234567", "49/170/1234567", "491701234567 ext. 5"],
)
def test_a_number_that_lost_its_plus_is_its_countrys(written: str) -> None:
    """The library takes a German mobile for a line in Leer, behind a 0 that nobody wrote; that one is looked up too."""
    found = verdict(written, "DE")
    assert (found.evidence.e164, found.reasons) == ("+491701234567", (R.PHONE_VALID,))
    for read in (numbers(written, regions=region_hints(declared="DE")), numbers(written, default="DE")):
        assert {"+491701234567", "+49491701234567"} <= set(read)
    assert not says_more(written, found)


@pytest.mark.parametrize("written", ["491701234567 (mobil)", "Tel 1: 491701234567", "491701234567 / 030 901820"])
def test_it_is_looked_up_both_ways_beside_other_words_too(written: str) -> None:
    """Whoever refused calls in Leer is found wherever the digits stand."""
    assert {"+491701234567", "+49491701234567"} <= set(numbers(written, regions=region_hints(declared="DE")))


@pytest.mark.parametrize("written", ["+491701234567", "00491701234567", "0170 1234567", "+49 170 1234567"])
def test_a_number_that_says_its_country_is_that_number_alone(written: str) -> None:
    """With its plus sign, with 00 or with its trunk 0 there is no other way to read it."""
    assert numbers(written, regions=region_hints(declared="DE")) == ("+491701234567",)

"""Signs between digits that no plan knows, zeros that no plan has, and plans that are over."""

import pytest

from gateway.verification.model import Validity
from gateway.verification.numbering.candidates import numbers
from gateway.verification.numbering.hints import region_hints
from gateway.verification.phone import judge
from gateway.verification.reasons import ReasonCode
from tests.gateway.verification.fakes import NOW

BERLIN = "+4915112345678"
WHITE = ("\t", "\n", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029", "\u1680", "\u2009", "\u202f", "\u3000")
UNSEEN = ("\u200b", "\u200c", "\u200d", "\u200e", "\u202c", "\u2060", "\u2069", "\u180e", "\ufeff", "\u00ad")
ODD = ("=", "\\", "&", "~", "|", ":", "<", "\u2215", "\u2044", "\ufe63", "\u30fb", "_", "\u00b7")


@pytest.mark.parametrize("sign", [*WHITE, *UNSEEN, *ODD])
def test_one_sign_between_digits_makes_no_other_number(sign: str) -> None:
    """As a table, a chat or another alphabet leaves it: one number, with its country and in its own."""
    for value, hints in (
        (f"+49{sign}151{sign}12345678", ()),
        (f"+49{sign}151 12345678", ()),
        (f"0151{sign}12345678", region_hints(declared="DE")),
    ):
        found = judge(value, regions=hints, now=NOW)
        assert (found.verdict, found.evidence.e164) == (Validity.VALID, BERLIN)
        assert BERLIN in numbers(value, regions=hints)


@pytest.mark.parametrize("sign", [*WHITE, *ODD, ",", ";", '"'])
def test_without_a_country_it_is_no_proof(sign: str) -> None:
    """A national number may be right somewhere; in the controller's country it is looked up."""
    found = judge(f"0151{sign}12345678", now=NOW)
    assert (found.verdict, found.reasons) == (Validity.UNKNOWN, (ReasonCode.PHONE_REGION_MISSING,))
    assert BERLIN in numbers(f"0151{sign}12345678", default="DE")


@pytest.mark.parametrize("sign", ["\t", "\n", "\r\n", "|", "&", "~"])
def test_two_numbers_are_two(sign: str) -> None:
    """The first is judged, and both are looked up."""
    hints = region_hints(declared="DE")
    found = judge(f"030 901820{sign}0151 12345678", regions=hints, now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.VALID, "+4930901820")
    assert {*numbers(f"030 901820{sign}0151 12345678", regions=hints)} >= {"+4930901820", BERLIN}


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("+54 9 (011) 2345-6789", None, "+5491123456789"),
        ("+54 9 011 2345-6789", None, "+5491123456789"),
        ("+54 9 (0351) 155-123456", None, "+5493515123456"),
        ("+48 (0-22) 123 45 67", None, "+48221234567"),
        ("(0-22) 123-45-67", "PL", "+48221234567"),
        ("022 123 45 67", "PL", "+48221234567"),
        ("+30 0210 1234567", None, "+302101234567"),
        ("+39 0347 1234567", None, "+393471234567"),
        ("086-13912345678", "CN", "+8613912345678"),
        ("+086 13912345678", "CN", "+8613912345678"),
        ("+0171 1234567", "DE", "+491711234567"),
        ("+01512 3456789", "DE", "+4915123456789"),
        ("0054 9 011 4321 1234", None, "+5491143211234"),
        ("+54 9 351 15 555 1234", None, "+5493515551234"),
        ("9 011 4321 1234", "AR", "+5491143211234"),
        ("+48 022 123 45 67 ext. 12", None, "+48221234567"),
    ],
)
def test_a_zero_that_a_plan_does_not_have_is_left_out(value: str, country: str | None, number: str) -> None:
    """Of a country that gave its trunk prefix up or never had one there; also when it is looked up."""
    hints = region_hints(declared=country)
    found = judge(value, regions=hints, now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.VALID, number)
    assert found.evidence.extension == ("12" if "ext" in value else None)
    assert number in numbers(value, regions=hints)
    assert judge("+39 06 1234567", now=NOW).evidence.e164 == "+39061234567"


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("1\t212\t736\t5000", "US", "+12127365000"),
        ("98765\n43210", "IN", "+919876543210"),
        ("20\t7946\t0958", "GB", "+442079460958"),
        ("5123\n4567", "NO", "+4751234567"),
        ("40\n123456", "DE", "+4940123456"),
        ("089\t61234567", "DE", "+498961234567"),
        ("0171=6123456", "DE", "+491716123456"),
        ("08\t123 456 78", "SE", "+46812345678"),
        ("+54 9\t11 2345-6142", "AR", "+5491123456142"),
        ("07\t71 48 67 93", "FR", "+33771486793"),
        ("020|7946|0958", "GB", "+442079460958"),
        ("089 1234:5678", "DE", "+498912345678"),
    ],
)
def test_one_sign_may_part_any_digits(value: str, country: str, number: str) -> None:
    """An area code without its 0, or groups: all of them are one right number, and no part of it is."""
    hints = region_hints(declared=country)
    found = judge(value, regions=hints, now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.VALID, number)
    assert number in numbers(value, regions=hints)


@pytest.mark.parametrize("value", ["+679 0800 577 2", "+501 0-800-3105-"])
def test_a_service_s_number_keeps_its_zero(value: str) -> None:
    """One with digits too few is no other's."""
    assert judge(value, now=NOW).verdict is Validity.INVALID


@pytest.mark.parametrize("value", ["+91 143 211 234", "+93 364300484", "+90 111 980 3649", "+992 618178274"])
def test_a_nine_is_argentinas_behind_its_code_alone(value: str) -> None:
    """In countries whose code begins with 9 such a number stays what it is."""
    found = judge(value, now=NOW)
    assert found.verdict is Validity.POSSIBLE
    assert found.evidence.e164 == value.replace(" ", "")


@pytest.mark.parametrize(
    ("value", "locale", "number"),
    [
        ("06 12 34 56 78", "es-ES", "+33612345678"),
        ("030 901820", "da-DK", "+4930901820"),
        ("044 668 18 00", "pl-PL", "+41446681800"),
        ("07123 456789", "en-US", "+447123456789"),
    ],
)
def test_a_zero_speaks_against_a_country_that_was_guessed(value: str, locale: str, number: str) -> None:
    """It is a number of another one, which the controller's may be: not somebody's there."""
    hints = region_hints(locale=locale)
    assert judge(value, regions=hints, now=NOW).verdict in {Validity.UNKNOWN, Validity.POSSIBLE}
    default = {"+33": "FR", "+49": "DE", "+41": "CH", "+44": "GB"}[number[:3]]
    assert number in numbers(value, regions=hints, default=default)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("20249\n040 123456", "+4940123456"),
        ("2;030 12345678", "+493012345678"),
        ("Hauptstr. 5\n1716123456", "+491716123456"),
        ("2\t1716123456", "+491716123456"),
        ("2;8031959059", "+498031959059"),
        ("04109\n3411234567", "+493411234567"),
        ("80331|089 123456", "+4989123456"),
        ("2024;0301234567", "+49301234567"),
        ("030 12345678: 10115", "+493012345678"),
        ("+49 30 12345678<80331", "+493012345678"),
        ("50667\n0221 4710", "+492214710"),
        ("2024\t030 901820", "+4930901820"),
        ("2013\r\n030 901820", "+4930901820"),
        ("030 901820=2025", "+4930901820"),
        ("030 901820\\1234", "+4930901820"),
    ],
)
def test_what_stands_beside_a_number_is_not_joined_to_it(value: str, number: str) -> None:
    """A postcode, a year or a line before or behind it: a sign parts two things where one of them is a number."""
    hints = region_hints(declared="DE")
    found = judge(value, regions=hints, now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.VALID, number)
    assert ReasonCode.PHONE_TEXT_LEFT_OUT in found.reasons
    assert number in numbers(value, regions=hints)


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("Calle Mayor 5\n612 345 678", "ES", "+34612345678"),
        ("28013\n612345678", "ES", "+34612345678"),
        ("10001\n212-456-7890", "US", "+12124567890"),
        ("2100\t20 12 34 56", "DK", "+4520123456"),
        ("0150\t412 34 567", "NO", "+4741234567"),
        ("Via Roma 5\n347 1234567", "IT", "+393471234567"),
        ("3\t501 234 567", "PL", "+48501234567"),
        ("01067\t1716123456", "DE", "+491716123456"),
    ],
)
def test_a_line_above_a_number_is_left_out_where_the_country_is_guessed(value: str, country: str, number: str) -> None:
    """As where it was declared: the digits of both lines together would be nobody's there."""
    for hints in (region_hints(default=country), region_hints(declared=country)):
        found = judge(value, regions=hints, now=NOW)
        assert (found.verdict, found.evidence.e164) == (Validity.VALID, number)
        assert ReasonCode.PHONE_TEXT_LEFT_OUT in found.reasons


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("Tel: 044 668 18 00 & +54 9 11 4321 1234 x5", "+5491143211234"),
        ("Phone 044 668 18 00 & +48 22 234 56 78 mobile", "+48222345678"),
    ],
)
def test_a_second_number_is_found_behind_one_of_elsewhere(value: str, number: str) -> None:
    """However much had to be read before it."""
    assert judge(value, regions=region_hints(declared="GB"), now=NOW).evidence.e164 == number


@pytest.mark.parametrize(
    "value", ["\u2070\u00b9\u2075\u00b912345678", "\u2460\u2464\u246012345678", "030 901820\u00b9"]
)
def test_digits_that_are_none_are_said_to_be_left_out(value: str) -> None:
    """A footnote, or an ornament: nobody knows, and what is left may be another's number."""
    found = judge(value, regions=region_hints(declared="DE"), now=NOW)
    assert ReasonCode.PHONE_TEXT_LEFT_OUT in found.reasons


def test_a_number_that_was_dialled_so_before_2019_is_given_as_it_is_dialled_now() -> None:
    """Mexico's retired prefixes fall away."""
    for value in ("+52 1 55 1234 5678", "044 55 1234 5678", "01 55 1234 5678"):
        assert judge(value, regions=region_hints(declared="MX"), now=NOW).evidence.e164 == "+525512345678"


@pytest.mark.parametrize(("value", "country"), [("+225 07 12 34 56", "DE"), ("20 21 22 23", "CI")])
def test_a_number_of_before_its_plan_grew_is_possible(value: str, country: str) -> None:
    """Ivory Coast put two digits before all numbers in 2021; which ones, nobody can tell by the number."""
    found = judge(value, regions=region_hints(declared=country), now=NOW)
    assert (found.verdict, found.reasons, found.evidence.region) == (
        Validity.POSSIBLE,
        (ReasonCode.PHONE_NOT_IN_PLAN,),
        "CI",
    )
    assert judge("+225 07 12 34 5", now=NOW).verdict is Validity.INVALID


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("212-736-5000, 736-5001", "US", "+12127365001"),
        ("212-736-5000 / 5001", "US", "+12127365001"),
        ("0161 496 0000 / 496 0001", "GB", "+441614960001"),
        ("020 7946 0958/9", "GB", "+442079460959"),
        ("089/1234560 u. 1234561", "DE", "+49891234561"),
        ("089/1234560, 1234561", "DE", "+49891234561"),
        ("089/123456-12/13", "DE", "+498912345613"),
        ("(11) 98765-4321 / 3456-7890", "BR", "+551134567890"),
        ("011-23456789, 23456790", "IN", "+911123456790"),
        ("28052121", "IT", "+39028052121"),
        ("+39 2 8052121", "IT", "+39028052121"),
    ],
)
def test_a_number_without_its_beginning_is_looked_up(value: str, country: str, number: str) -> None:
    """A second one that goes without its area, and an Italian one that lost its 0: whoever objected is found."""
    assert number in numbers(value, regions=region_hints(declared=country))


@pytest.mark.parametrize(
    ("value", "country"),
    [
        ("DO NOT CALL 212-736-5000", "US"),
        ("wrong number 212-736-5000", "US"),
        ("TPS 0161 496 0000", "GB"),
        ("bitte nicht anrufen 089 1234560", "DE"),
        ("Falsche Nummer! 089 1234560", "DE"),
    ],
)
def test_a_warning_is_no_label(value: str, country: str) -> None:
    """Words before a number are left out without a note, as most are labels; nobody may miss these."""
    found = judge(value, regions=region_hints(declared=country), now=NOW)
    assert (found.verdict, ReasonCode.PHONE_TEXT_LEFT_OUT in found.reasons) == (Validity.VALID, True)
    label = judge("Tel. 089 1234560", regions=region_hints(declared="DE"), now=NOW)
    assert label.reasons == (ReasonCode.PHONE_VALID,)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("089/123456-12/13", "+498912345612"),
        ("06151 / 8888-10/11", "+496151888810"),
        ("089 12345-60/61/62", "+49891234560"),
        ("040/3003-1/2", "+494030031"),
    ],
)
def test_of_several_extensions_the_first_is_read(value: str, number: str) -> None:
    """As German imprints list them: behind the dash each is one, and no part of the one before."""
    found = judge(value, regions=region_hints(declared="DE"), now=NOW)
    assert (found.verdict, found.evidence.e164) == (Validity.VALID, number)
    assert ReasonCode.PHONE_TEXT_LEFT_OUT in found.reasons

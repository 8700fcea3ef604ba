"""The form of VAT numbers: published numbers of well-known companies, and what becomes of them when changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.verification.vat import VatOutcome, read_vat, same_country
from tests.support.cost import cpu_seconds

_NUMBERS = """
ATU13585627 BE0403170701 BG831902088 CY10259033P CZ00177041 DE143454214 DK24256790 EE100366327 EL094014201 ESA28015865
FI01120389 FR40303265045 HR82031999604 HU10625790 IE6388047V IT00905811006 LT119511515 LU20260743 LV40003032949
MT10365719 NL004495445B01 PL7740001454 PT500697256 RO1590082 SE556703748501 SI80040306 SK2020845057 GB220430231
XI220430231 CHE107787577IVA NO923609016MVA
"""
PUBLISHED = _NUMBERS.split()


@pytest.mark.parametrize("number", PUBLISHED)
def test_published_numbers_are_right_in_every_country(number: str) -> None:
    """Each is valid as it stands, and however its separators and case are written."""
    read = read_vat(number)
    assert (read.outcome, read.number, read.prefixed, read.suffixed) == (VatOutcome.VALID, number, True, True)
    for written in (
        number.lower(),
        " ".join(number),
        f"{number[:2]} {number[2:6]}.{number[6:]}",
        f"{number[:4]}-{number[4:]}",
    ):
        assert read_vat(written) == read


@pytest.mark.parametrize(
    "label",
    [
        "USt-IdNr. ",
        "USt-ID: ",
        "VAT ",
        "VAT No. ",
        "vat number: ",
        "VAT Reg No ",
        "VAT Reg. No. ",
        "VAT Registration No: ",
        "VAT Registration Number ",
        "VAT ID No.: ",
        "P.IVA ",
        "TVA ",
        "BTW-nr. ",
        "VAT-ID: ",
        "Umsatzsteuer-ID: ",
        "Umsatzsteuer-Identifikationsnummer: ",
        "BTW-nummer: ",
        "BTW/TVA ",
        "N\u00b0 TVA ",
        "TVA Intra: ",
        "TVA intracommunautaire : ",
        "P.I. ",
        "C.F./P.IVA ",
        "C.I.F. ",
        "N.I.F.: ",
        "DI\u010c: ",
        "I\u010c DPH: ",
        "CUI: ",
        "OIB: ",
        "\u0391\u03a6\u039c ",
        "Ad\u00f3sz\u00e1m: ",
    ],
)
def test_what_the_number_is_called_may_stand_before_it(label: str) -> None:
    """As people copy it from an imprint."""
    for number in PUBLISHED:
        assert read_vat(f"{label}{number}") == read_vat(number)


@pytest.mark.parametrize(
    "around", ['"{}"', "'{}", "{};", "({})", "\u200b{}", "\ufeff{}\u200e", "\u201e{}\u201c", "{}, "]
)
def test_what_came_along_when_it_was_copied_falls_away(around: str) -> None:
    """Quotes, brackets, marks and signs without a width are none of it."""
    for number in PUBLISHED:
        assert read_vat(around.format(number)) == read_vat(number)
    assert read_vat("136695976.0", country="DE") == read_vat("136695976", country="DE")


@pytest.mark.parametrize("written", ["VAT NO 974 760 673 MVA", "VAT No. NO974760673MVA", "VAT NO974760673MVA"])
def test_norway_is_told_from_the_word_for_number(written: str) -> None:
    """NO stands before Norwegian numbers, and `No.` before anybody's."""
    assert read_vat(written) == read_vat("NO974760673MVA")


@pytest.mark.parametrize(
    ("written", "country", "outcome"),
    [
        ("none", "DE", VatOutcome.UNREADABLE),
        ("beantragt", "DE", VatOutcome.UNREADABLE),
        ("HRB 12345", "DE", VatOutcome.PREFIX_UNKNOWN),
        ("SIRET 303265045", "FR", VatOutcome.PREFIX_UNKNOWN),
        ("SIREN 303265045", None, VatOutcome.PREFIX_UNKNOWN),
        ("NO VAT 1", None, VatOutcome.PREFIX_UNKNOWN),
    ],
)
def test_a_word_is_no_prefix(written: str, country: str | None, outcome: VatOutcome) -> None:
    """Another register's number, or no number at all, is of no country."""
    found = read_vat(written, country=country)
    assert (found.outcome, found.country) == (outcome, None)


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("CVR 13585628", "DK", "DK13585628"),
        ("NIP 5260001246", "PL", "PL5260001246"),
        ("UID: ATU13585627", None, "ATU13585627"),
        ("12892312-2-41", "HU", "HU12892312"),
        ("HU12892312-2-41", None, "HU12892312"),
        ("moms nr SE556188840401", None, "SE556188840401"),
    ],
)
def test_a_number_as_it_is_called_and_written_at_home(written: str, country: str | None, number: str) -> None:
    """Under the name that it has in its country, or with what only stands behind it there."""
    found = read_vat(written, country=country)
    assert (found.outcome, found.number) == (VatOutcome.VALID, number)


def test_a_swiss_number_needs_no_letters_at_home() -> None:
    """The country stands for them; it still is an organisation's number alone without MWST."""
    found = read_vat("123.456.788", country="CH")
    assert (found.outcome, found.country, found.suffixed) == (VatOutcome.VALID, "CH", False)


def test_every_country_has_a_published_number() -> None:
    """All 27 member states, Northern Ireland, Great Britain, Switzerland and Norway."""
    prefixes = {number[:2] for number in PUBLISHED}
    assert len(prefixes) == len(PUBLISHED) == 31
    assert {read_vat(number).country for number in PUBLISHED} >= {"GR", "GB", "CH", "NO"}


@pytest.mark.parametrize("number", PUBLISHED)
def test_a_mistyped_digit_is_found(number: str) -> None:
    """Of the numbers with one digit raised by one, nearly all are wrong by their check digits or form."""
    places = [at for at, letter in enumerate(number) if letter.isdigit()]
    changed = [f"{number[:at]}{(int(number[at]) + 1) % 10}{number[at + 1 :]}" for at in places]
    right = [each for each in changed if read_vat(each).outcome is VatOutcome.VALID]
    # The last two digits of Dutch and Swedish numbers count a person's businesses, and are no part of the check.
    assert len(right) <= (2 if number[:2] in {"NL", "SE"} else 1), right


@pytest.mark.parametrize(
    ("written", "country", "outcome", "read_in"),
    [
        ("143454214", None, VatOutcome.PREFIX_MISSING, None),
        ("143454214", "US", VatOutcome.PREFIX_MISSING, None),
        ("143454214", "DE", VatOutcome.VALID, "DE"),
        ("143454215", "DE", VatOutcome.CHECK_DIGIT_WRONG, "DE"),
        ("094014201", "GR", VatOutcome.VALID, "GR"),
        ("U13585627", "AT", VatOutcome.VALID, "AT"),
        ("US123456789", "US", VatOutcome.PREFIX_UNKNOWN, None),
        ("XX123", "DE", VatOutcome.PREFIX_UNKNOWN, None),
        ("GR094014201", None, VatOutcome.VALID, "GR"),
        ("DE12", "DE", VatOutcome.FORMAT_INVALID, "DE"),
        ("", None, VatOutcome.UNREADABLE, None),
        ("DE/§", None, VatOutcome.UNREADABLE, None),
        ("DE" + "1" * 63, None, VatOutcome.UNREADABLE, None),
        ("GBGD001", None, VatOutcome.VALID, "GB"),
    ],
)
def test_prefix_and_country_say_whose_number_it_is(
    written: str, country: str | None, outcome: VatOutcome, read_in: str | None
) -> None:
    """Without a prefix the company's country is tried; without either nothing is said of the number."""
    read = read_vat(written, country=country)
    assert (read.outcome, read.country) == (outcome, read_in)


def test_greece_is_written_el() -> None:
    """A number that says GR is read, and comes out as the Commission writes it."""
    assert read_vat("GR 094 014 201").number == "EL094014201"
    assert read_vat("094014201", country="GR").number == "EL094014201"


@pytest.mark.parametrize(
    ("written", "number"), [("CHE-107.787.577", "CHE107787577"), ("NO 923 609 016", "NO923609016")]
)
def test_an_organisation_number_is_not_taken_for_a_vat_number(written: str, number: str) -> None:
    """Without MWST or MVA the check digits are right, and that it pays VAT is not said."""
    read = read_vat(written)
    assert (read.outcome, read.number, read.suffixed) == (VatOutcome.VALID, number, False)


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("743110157", "IT", "IT00743110157"),
        ("IT743110157", None, "IT00743110157"),
        ("CHE-107.787.577 HR/MWST", "CH", "CHE107787577MWST"),
        ("CH-107.787.577 MWST", None, "CHE107787577MWST"),
        ("Num\u00e9ro de TVA FR40303265045", None, "FR40303265045"),
        ("\u0414\u0414\u0421 BG175074752", None, "BG175074752"),
        ("UID Nr ATU13585627", None, "ATU13585627"),
        ("DIC CZ25123891", None, "CZ25123891"),
        ("AFM 094259216", "GR", "EL094259216"),
        ("P.Iva e C.F. 00743110157", "IT", "IT00743110157"),
        ("KMKR EE100931558", None, "EE100931558"),
        ("ID za DDV: SI50223054", None, "SI50223054"),
        ("Contribuinte 501964843", "PT", "PT501964843"),
    ],
)
def test_numbers_are_read_as_people_write_them(value: str, country: str | None, number: str) -> None:
    """Without the zeros that a spreadsheet took, in old forms, and behind what they are called."""
    read = read_vat(value, country=country)
    assert (read.outcome, read.number) == (VatOutcome.VALID, number)


def test_zeros_are_put_back_only_where_the_check_digit_is_right_with_them() -> None:
    """Another number of nine digits is none."""
    assert read_vat("123456789", country="IT").outcome is VatOutcome.FORMAT_INVALID


def test_monaco_and_man_have_the_numbers_of_their_neighbours() -> None:
    """French numbers are right for Monaco, British ones for the Isle of Man, and for nobody else."""
    assert same_country("FR", "MC")
    assert same_country("GB", "im")
    assert same_country("GB", "UK")
    assert same_country("GR", "EL")
    assert not same_country("FR", "IM")


@given(
    st.text(max_size=70) | st.from_regex(r"\A(AT|BE|CHE|CY|DE|EL|ES|FR|GB|IE|LT|MT|NL|NO|RO|XI)[A-Z0-9+*. -]{0,16}\Z")
)
def test_any_text_has_an_outcome(text: str) -> None:
    """Nothing raises, and only a valid number has a normalised form, which is valid again."""
    for country in (None, "DE", "ES", "CZ", "CH"):
        read = read_vat(text, country=country)
        assert (read.number is not None) == (read.outcome is VatOutcome.VALID)
        if read.number is not None:
            assert read_vat(read.number, country=country).outcome is VatOutcome.VALID


@pytest.mark.parametrize("piece", ["1", "DE", " ", "\u2010", "+", "Ⅷ"])
def test_hostile_input_costs_next_to_nothing(piece: str) -> None:
    """100 kB is refused at once."""
    text = piece * (100_000 // len(piece))
    assert read_vat(text).outcome is VatOutcome.UNREADABLE
    assert cpu_seconds(lambda: read_vat(text), enough=0.2) < 0.2

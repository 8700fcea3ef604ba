"""Numbers of an imprint: only behind their labels, only with right check digits, and only the company's own."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.web import Numbered, labelled, unequivocal


def numbers(text: str) -> list[tuple[str, str, str]]:
    """Scheme, value and jurisdiction of what a text says."""
    return [(one.scheme, one.value, one.jurisdiction) for one in labelled(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # German
        ("USt-IdNr.: DE136695976", ("vat", "DE136695976", "DE")),
        ("USt-ID DE 136 695 976", ("vat", "DE136695976", "DE")),
        (
            "Umsatzsteuer-Identifikationsnummer gem\u00e4\u00df \u00a7 27 a Umsatzsteuergesetz:\nDE136695976",
            ("vat", "DE136695976", "DE"),
        ),
        ("Umsatzsteueridentnummer: DE136695976.", ("vat", "DE136695976", "DE")),
        ("UID-Nr: ATU13585627", ("vat", "ATU13585627", "AT")),
        ("Amtsgericht Hamburg, HRB 12345", ("register", "HRB 12345", "DE, Amtsgericht Hamburg")),
        ("HRB-Nr. 12345 (AG M\u00fcnchen)", ("register", "HRB 12345", "DE, Amtsgericht M\u00fcnchen")),
        (
            "Registergericht: Berlin-Charlottenburg\nHRB 12345 B",
            ("register", "HRB 12345 B", "DE, Amtsgericht Berlin (Charlottenburg)"),
        ),
        (
            "Handelsregister: HRA 987, Amtsgericht Frankfurt am Main",
            ("register", "HRA 987", "DE, Amtsgericht Frankfurt am Main"),
        ),
        ("Eingetragen: Amtsgericht Aachen VR 4711", ("register", "VR 4711", "DE, Amtsgericht Aachen")),
        ("Firmenbuchnummer: FN 122119m, Handelsgericht Wien", ("register", "FN 122119 m", "AT")),
        ("CHE-100.155.212 MWST", ("register", "CHE100155212", "CH")),
        # English
        ("Company number: 07654321. Registered in England", ("companies_house", "07654321", "GB")),
        ("Registered in England and Wales No. 7654321", ("companies_house", "07654321", "GB")),
        ("Registered in Scotland under number SC123456", ("companies_house", "SC123456", "GB")),
        ("UK company registration no 07654321", ("companies_house", "07654321", "GB")),
        ("VAT Registration No. GB 980 7806 84", ("vat", "GB980780684", "GB")),
        ("VAT number: 980 7806 84, London, United Kingdom", ("vat", "GB980780684", "GB")),
        ("Our LEI: 529900ACMEINDUSTR131", ("lei", "529900ACMEINDUSTR131", "")),
        ("D-U-N-S number: 15-048-3782", ("duns", "150483782", "")),
        ("EIN: 91-1144442", ("ein", "911144442", "US")),
        # French
        ("SIREN : 552 008 443", ("register", "552008443", "FR")),
        ("N\u00b0 SIRET : 732 829 320 00074", ("register", "732829320", "FR")),
        ("RCS Paris B 552 008 443", ("register", "552008443", "FR")),
        ("R.C.S. Lille M\u00e9tropole 552 008 443", ("register", "552008443", "FR")),
        ("TVA intracommunautaire FR 19 552 008 443", ("vat", "FR19552008443", "FR")),
        ("BCE / TVA : BE 0403.019.261", ("vat", "BE0403019261", "BE")),
        # Spanish, Italian, Dutch, Portuguese, Polish
        ("CIF: A-13585625", ("vat", "ESA13585625", "ES")),
        ("N.I.F. A13585625", ("vat", "ESA13585625", "ES")),
        ("P. IVA 00743110157", ("vat", "IT00743110157", "IT")),
        ("Partita IVA: IT 00743110157", ("vat", "IT00743110157", "IT")),
        ("KvK-nummer: 12345678", ("register", "12345678", "NL")),
        ("BTW: NL004495445B01", ("vat", "NL004495445B01", "NL")),
        ("NIPC 501 964 843", ("vat", "PT501964843", "PT")),
        ("Contribuinte: 501964843", ("vat", "PT501964843", "PT")),
        ("NIP: 856-734-62-15", ("vat", "PL8567346215", "PL")),
        ("KRS 0000123456", ("register", "0000123456", "PL")),
        # Nordic
        ("CVR-nr. 13585628", ("vat", "DK13585628", "DK")),
        ("Org.nr. 988 077 917", ("register", "988077917", "NO")),
        ("Organisationsnummer: 556188-8404", ("register", "5561888404", "SE")),
        ("Y-tunnus: 2077474-0", ("register", "20774740", "FI")),
    ],
)
def test_labels(text: str, found: tuple[str, str, str]) -> None:
    """Labels in the languages of Europe, with the number beside or below them."""
    assert numbers(text) == [found]
    assert numbers(f"About us\n{text}\nContact") == [found]


@pytest.mark.parametrize(
    "text",
    [
        "DE136695976",
        "Tel. 07654321",
        "07654321 Registered in England",
        "USt-IdNr.: DE136695977",
        "USt-IdNr.: auf Anfrage",
        "Steuernummer: 136695976",
        "HRB 12345",
        "Amtsgericht Hamburg\n" + "x\n" * 200 + "HRB 12345",
        "HRB 12345, Amtsgericht Nirgendwo",
        "Company number: 07654321",
        "Company number 12345678901, England",
        "VAT number: 980780684",
        "SIREN 552 008 444",
        "RCS Paris",
        "NIF: 54362315K",
        "NIF: 123456789",
        "DI\u010c: CZ7103192745",
        "Our LEI: 529900ACMEINDUSTR132",
        "private 07654321 England",
        "KvK 1234567",
        "leitung 529900ACMEINDUSTR131",
        "Bank: DE89 3704 0044 0532 0130 00",
        "",
    ],
)
def test_what_is_not_taken(text: str) -> None:
    """No number without its label, with wrong check digits or of a person, and no register without its court."""
    assert numbers(text) == []


def test_whether_check_digits_speak_for_it() -> None:
    """A number without check digits stands on its label alone."""
    found = labelled("USt-IdNr. DE136695976\nAmtsgericht Hamburg HRB 1\nKvK 12345678\nSIREN 552008443")
    assert {one.scheme + one.jurisdiction[:2]: one.proved for one in found} == {
        "vatDE": True,
        "registerDE": False,
        "registerNL": False,
        "registerFR": True,
    }
    assert "136695976" not in repr(found)


def test_two_numbers_of_a_kind_are_none() -> None:
    """A page that names a sister or a supplier beside itself does not say which number is whose."""
    two = "USt-IdNr. DE136695976 und USt-IdNr. DE129273398, Amtsgericht Hamburg HRB 1"
    assert numbers(two) == [("register", "HRB 1", "DE, Amtsgericht Hamburg")]
    assert numbers("VAT DE136695976 VAT DE136695976") == [("vat", "DE136695976", "DE")]
    assert numbers("VAT DE136695976, VAT FR19552008443") == [
        ("vat", "DE136695976", "DE"),
        ("vat", "FR19552008443", "FR"),
    ]
    one, other = (Numbered(scheme="vat", value=value, jurisdiction="DE") for value in ("1", "2"))
    assert unequivocal([one, other]) == ()
    assert unequivocal([one, one]) == (one,)


@pytest.mark.parametrize(
    "heading",
    [
        "H\u00e9bergeur",
        "H\u00e9bergement du site :",
        "Ce site est h\u00e9berg\u00e9 par",
        "Hosting",
        "Hosted by",
        "Webdesign:",
        "Umsetzung: Agentur",
        "Konzeption & Realisierung:",
        "Website by Agency",
        "Alojamiento",
        "R\u00e9alisation : Agence",
    ],
)
def test_what_follows_somebody_elses_heading_is_not_the_companys(heading: str) -> None:
    """The host's and the agency's numbers stand below the company's own."""
    assert numbers(f"SIREN 552 008 443\n{heading}\nSIREN 424 761 419") == [("register", "552008443", "FR")]


@pytest.mark.parametrize(
    "line", ["Website: www.acme.example", "Sitemap: all pages", "We do hosting and design", "Design"]
)
def test_lines_that_merely_sound_like_it(line: str) -> None:
    """A line about the company's own site, or its trade, ends nothing."""
    assert numbers(f"{line}\nSIREN 552 008 443") == [("register", "552008443", "FR")]


@pytest.mark.parametrize(
    "piece",
    [
        "VAT ",
        "USt-ID DE 1 2 3 4 5 6 7 8 9 0 1 2 3 ",
        "HRB 1 ",
        "registered in england ",
        "company number ",
        "RCS Paris a ",
        "1",
        "a",
        "-*",
        "\n",
        "\u0130",
    ],
)
def test_hostile_text_costs_little(piece: str) -> None:
    """A text that repeats what is looked for is read in a moment."""
    begun = time.monotonic()
    labelled((piece * 200_000)[:200_000])
    assert time.monotonic() - begun < 3


@given(st.text(alphabet=st.sampled_from("VATUSt-IdNrHRBKv0123456789.: \nDEFRGB\u0130\u00df"), max_size=200))
def test_whatever_stands_there_is_read_or_left_out(text: str) -> None:
    """No text makes it fail; every number comes with what the schema needs."""
    for one in labelled(text):
        assert one.value
        assert one.scheme in ("vat", "register", "companies_house", "lei", "duns", "ein")

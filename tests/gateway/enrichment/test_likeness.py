"""Names of one company and of two: what a slip of the pen is, and what another name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.enrichment.identity import ALIKE
from gateway.enrichment.likeness import likeness

ONE = [
    ("Acme Maschinenbau GmbH", "ACME Maschinenbau"),
    ("Maschinenbau Acme GmbH", "Acme Maschinenbau GmbH"),
    ("Müller & Söhne GmbH", "Mueller und Soehne GmbH"),
    ("Müller Söhne GmbH", "Müller & Söhne GmbH"),
    ("A.P. Møller - Mærsk A/S", "AP Moeller Maersk"),
    ("Photo Werk Berlin GmbH", "Photowerk Berlin GmbH"),
    ("Société Générale SA", "SOCIETE GENERALE"),
    ("Toyota Motor Corporation", "Toyota Motor Corp."),
    ("トヨタ自動車株式会社", "トヨタ自動車"),
    ("ООО «Ромашка»", "Ромашка"),
    ("Acme GmbH & Co. KG", "ACME GmbH & Co KG"),
    ("Acme SA", "Acme SA en liquidation"),
    ("Acme LLC", "OOO Acme"),
    # Slips.
    ("Thyssenkrupp AG", "Thysenkrupp AG"),
    ("Acme Maschinenbau GmbH", "Acme Maschienenbau GmbH"),
    ("Stadtwerke Langenhagen GmbH", "Stadtwerke Langenhaegn GmbH"),
    ("Berliner Versicherung AG", "Berliner Versicherugn AG"),
    ("Acme Technologies Ltd", "Acme Technologie Ltd"),
    ("Muster Elektrotechnik GmbH", "Muster Elektotechnik GmbH"),
    ("Acme Pharmaceuticals plc", "Acme Pharmaceutical plc"),
    ("Acme Engineering Ltd", "Engineering Acme Ltd"),
    ("Acme Construction Ltd", "Acme Constuction Ltd"),
    ("Acme International Inc.", "Acme Internatonal Inc."),
]
TWO = [
    ("Deutsche Bank AG", "Deutsche Bahn AG"),
    ("Hotel Zur Post", "Hotel Zur Pest"),
    ("Alpha Beta Gamma", "Alpha Beta Delta Versicherung"),
    ("Acme AG", "Acme GmbH"),
    ("Acme GmbH & Co. KG", "Acme GmbH"),
    ("Acme AG", "Acme SA"),
    ("Acme", "Acme Holding"),
    ("Volkswagen Financial Services AG", "Volkswagen Financial Services Bank AG"),
    ("Renewable Energy Infrastructure Fund 1", "Renewable Energy Infrastructure Fund 2"),
    ("Renewable Energy Infrastructure Fund", "Renewable Energy Infrastructure Fund One"),
    ("Acme Acme Ltd", "Acme Ltd"),
    # Family names, which differ by a letter.
    ("Hoffmann GmbH", "Hofmann GmbH"),
    ("Schmidt GmbH", "Schmitt GmbH"),
    ("Schmidt Elektrotechnik GmbH", "Schmitt Elektrotechnik GmbH"),
    ("Bauer GmbH", "Baur GmbH"),
    ("Hermann Bau", "Herrmann Bau"),
    ("Andersen", "Anderson"),
    ("Johansson AB", "Johanson AB"),
    ("Johannsen", "Johannesen"),
    ("Brinckmann", "Brinkmann"),
    ("Zimmermann", "Zimmerman"),
    ("Winckelmann", "Winkelmann"),
    ("Schuhmacher", "Schumacher"),
    ("Niedermeier", "Niedermaier"),
    ("Steinmeier", "Steinmeyer"),
    ("Rodriguez SL", "Rodrigues SL"),
    ("Christensen A/S", "Kristensen A/S"),
    # Places and trades.
    ("Ravensburger AG", "Ravensberger AG"),
    ("Stadtwerke Norderstedt", "Stadtwerke Norderstadt"),
    ("Volksbank Rosenheim", "Volksbank Dosenheim"),
    ("Stadtwerke Weinheim", "Stadtwerke Meinheim"),
    ("Schwarzenberg GmbH", "Schwarzenburg GmbH"),
    ("Acme Baumaschinen", "Acme Raumaschinen"),
    ("三菱東京銀行信託不動産販売", "三菱東京銀行信託不動産販"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_names_of_one_company(one: str, other: str) -> None:
    """The same words in another order or writing, a form that is missing, and a slip in a long word."""
    assert likeness(one, other) >= ALIKE
    assert likeness(other, one) == likeness(one, other)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_names_of_two_companies(one: str, other: str) -> None:
    """Another word, one more, another form, another number, or another letter in a name."""
    assert likeness(one, other) == 0
    assert likeness(other, one) == 0


def test_one_slip_is_passed_over_and_not_two() -> None:
    """Two words that are each nearly the same are two names."""
    assert likeness("Internatonal Engineering", "International Engineering") > ALIKE
    assert likeness("Internatonal Constuction", "International Construction") == 0


def test_a_form_in_another_language_of_the_country_is_the_same() -> None:
    """A Swiss AG is an SA in Geneva, and no company has both in Germany."""
    assert likeness("Acme AG", "Acme SA", ["CH"]) == 1
    assert likeness("Acme AG", "Acme SA", ["DE"]) == 0


@given(st.text(max_size=40), st.text(max_size=40))
def test_laws(one: str, other: str) -> None:
    """A name is its own, the order of the two does not matter, and there is a measure of any text."""
    assert likeness(one, one) == 1
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1

"""Field names are compared as people read them, and the shipped synonyms are sound."""

import pytest

from gateway.intake.kit.countries import CODES, NAMES, country_code
from gateway.intake.kit.names import fold, key, parse_synonyms, synonyms

EMPTY: dict[str, list[str]] = {
    name: []
    for name in (
        "prefixes",
        "fillers",
        "family_beside_given",
        "given_beside_family",
        "ticked",
        "refused",
        "empty",
        "salutations",
    )
}


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("E-Mail-Adresse", "emailadresse"),
        ("emailAdresse", "emailadresse"),
        ("  E mail ADRESSE *", "emailadresse"),
        ("Prénom", "prenom"),
        ("Imię (wymagane)", "imie"),
        ("Straße", "strasse"),
        ("Nom de l\u2019entreprise", "nomdeentreprise"),
        ("电话", "电话"),
        ("***", ""),
    ],
)
def test_names_are_folded(name: str, folded: str) -> None:
    """Case, accents, separators and asides make no difference."""
    assert key(name) == folded


def test_every_synonym_finds_its_own_target() -> None:
    """No prefix or filler takes a name of the table away from its target."""
    table = synonyms()
    assert {name: (table.match(name) or ("",))[0] for name in table.targets} == dict(table.targets)
    assert len(table.targets) > 600


@pytest.mark.parametrize(
    "name", ["email_format", "opt_out", "unsubscribe", "company_size", "", "[]", "...", "0", "value"]
)
def test_a_name_that_says_something_else_matches_nothing(name: str) -> None:
    """A known word inside a longer name is no match."""
    assert synonyms().match(name) is None


def test_a_name_for_two_targets_stops_the_start() -> None:
    """The file cannot contradict itself."""
    data = {**EMPTY, "targets": {"person.email": {"en": ["mail"]}, "person.phone": {"en": ["Mail"]}}}
    with pytest.raises(ValueError, match=r"person\.phone and person\.email"):
        parse_synonyms(data)


def test_an_unknown_target_stops_the_start() -> None:
    """The file cannot name a place that does not exist."""
    with pytest.raises(ValueError, match="no target"):
        parse_synonyms({**EMPTY, "targets": {"person.shoe": {"en": ["shoe"]}}})


@pytest.mark.parametrize(
    ("text", "code"),
    [("de", "DE"), (" DE ", "DE"), ("Deutschland", "DE"), ("Pays-Bas", "NL"), ("United Kingdom", "GB"), ("uk", "GB")],
)
def test_countries_are_read_as_people_pick_them(text: str, code: str) -> None:
    """A code or a name in one of the eight languages."""
    assert country_code(text) == code


@pytest.mark.parametrize("text", ["", "Atlantis", "ZZ", "D", "DEU"])
def test_an_unknown_country_is_none(text: str) -> None:
    """Nothing is guessed."""
    assert country_code(text) is None


def test_country_names_lead_to_assigned_codes() -> None:
    """The table names no code that ISO 3166-1 does not have; there are 249 and XK."""
    assert set(NAMES.values()) <= CODES
    assert len(CODES) == 250


def test_folding_keeps_words_apart() -> None:
    """Camel case and brackets are word borders."""
    assert fold("billingCity[0]") == ("billing", "city", "0")

"""Where a person is."""

import pytest

from consent.jurisdiction import EEA, EEA_UK_CH, UNRESOLVED, Clues, HintKind, normalise_code, resolve


@pytest.mark.parametrize(
    ("clues", "expected"),
    [
        (Clues(declared_country="de"), ("DE",)),
        (Clues(declared_country="DE", phone_country="DE", mail_domain="firma.de"), ("DE",)),
        (Clues(declared_country="US", phone_country="DE"), ("US", "DE")),
        (Clues(company_country="FR", mail_domain="firme.fr", ip_country="US"), ("FR",)),
        (Clues(declared_country="US", company_country="US-CA"), ("US-CA",)),
        (Clues(declared_country="us_ca", phone_country="US"), ("US-CA",)),
        (Clues(declared_country="US-CA", company_country="US-NY"), ("US-CA", "US-NY")),
        (Clues(mail_domain="acme.co.uk"), ("GB",)),
        (Clues(mail_domain="acme.com"), None),
        (Clues(mail_domain="startup.io"), None),
        (Clues(mail_domain="startup.ai."), None),
        (Clues(declared_country="Germany"), None),
        (Clues(declared_country="ZZ", phone_country="XX", company_country="EU"), None),
        (Clues(ip_country="US"), ("US", UNRESOLVED)),
        (Clues(), None),
    ],
)
def test_candidates(clues: Clues, expected: tuple[str, ...] | None) -> None:
    """In order of weight; agreeing hints make one; an address on the internet alone never stands alone."""
    assert resolve(clues).jurisdictions == expected


def test_every_hint_is_recorded() -> None:
    """Also the weak one and the ones that agree, so that the decision can be explained."""
    found = resolve(Clues(declared_country="DE", company_country="?", phone_country="AT", ip_country="CH"))
    assert [(hint.kind, hint.code, hint.weak) for hint in found.hints] == [
        (HintKind.DECLARED, "DE", False),
        (HintKind.PHONE, "AT", False),
        (HintKind.IP, "CH", True),
    ]
    assert found.conflict
    assert not resolve(Clues(declared_country="DE")).conflict


def test_codes_have_one_form() -> None:
    """Lower case, aliases and states; words and reserved codes are no codes; Kosovo's is in use."""
    codes = [" gb ", "UK", "el", "us-ca", "XK", "DEU", "", None, "QZ"]
    assert [normalise_code(code) for code in codes] == ["GB", "GB", "GR", "US-CA", "XK", None, None, None, None]


def test_the_sets_are_the_treaties() -> None:
    """27 member states and three EEA countries; the UK and Switzerland beside them."""
    assert len(EEA) == 30
    assert {"GB", "CH"} == EEA_UK_CH - EEA


def test_clues_are_not_printed() -> None:
    """A lead's places do not reach a log by accident."""
    assert "DE" not in repr(Clues(declared_country="DE", mail_domain="firma.de"))

"""States as people write them: codes and names of the US, whole codes of everywhere, and nothing guessed."""

import pytest

from gateway.intake.kit.regions import KNOWN, country_in, region_code
from tests.gateway.intake.worlds import post


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("US-CA", None, "US-CA"),
        (" us_ca ", "US", "US-CA"),
        ("CA", "US", "US-CA"),
        ("ca", "US", "US-CA"),
        ("California", "US", "US-CA"),
        ("NEW  YORK", None, "US-NY"),
        ("Kalifornien", None, "US-CA"),
        ("DE-BY", None, "DE-BY"),
        ("DE-BY", "DE", "DE-BY"),
        ("Georgia", "US", "US-GA"),
        ("Georgia", None, None),
        ("Georgia", "GE", None),
        ("CA", None, None),
        ("CA", "CA", None),
        ("California", "DE", None),
        ("US-CA", "DE", None),
        *((f"US-{area}", None, f"US-{area}") for area in ("AS", "GU", "MP", "PR", "UM", "VI")),
        ("PR", "US", "US-PR"),
        ("Puerto Rico", "US", "US-PR"),
        ("Virgin Islands", "US", "US-VI"),
        ("Virgin Islands", None, None),
        ("US-PR", "PR", None),
        ("US-XX", None, None),
        ("DE-ZZ", None, None),
        ("DE-ZZ", "DE", None),
        ("by", "DE", "DE-BY"),
        ("CA-QC", None, "CA-QC"),
        ("FR-75", None, "FR-75"),
        ("ZZ-BY", None, None),
        ("EMEA", None, None),
        ("", "US", None),
    ],
)
def test_a_region_is_read_or_left_alone(text: str, country: str | None, code: str | None) -> None:
    """A code beside its country, a whole name, or nothing: a state that nobody named buys no law."""
    assert region_code(text, country) == code


def test_all_states_are_known() -> None:
    """Fifty, the District of Columbia and six outlying areas; so are the parts of some federations."""
    assert {country: len(parts) for country, parts in KNOWN.items()} == {
        "AT": 9,
        "AU": 8,
        "CA": 13,
        "CH": 26,
        "DE": 16,
        "US": 57,
    }


@pytest.mark.parametrize(
    ("text", "country"),
    [("us_ca", "US"), ("US-XX", "US"), (" DE-ZZ ", "DE"), ("ZZ-BY", None), ("EMEA", None), ("", None)],
)
def test_a_code_names_its_country(text: str, country: str | None) -> None:
    """Also where its part is not known."""
    assert country_in(text) == country


@pytest.mark.parametrize(
    ("fields", "place", "attributes"),
    [
        ({"State": "California", "Country": "United States"}, ("US", "US-CA"), {}),
        ({"address[state]": "CA", "address[country]": "USA"}, ("US", "US-CA"), {}),
        ({"region": "US-CA"}, ("US", "US-CA"), {}),
        ({"Bundesland": "Bayern", "Land": "Deutschland"}, ("DE", None), {"Bundesland": "Bayern"}),
        ({"region": "DE-ZZ"}, ("DE", None), {"region": "DE-ZZ"}),
        ({"region": "US-CA", "Land": "Deutschland"}, ("DE", None), {"region": "US-CA"}),
        ({"state": "PR", "Country": "USA"}, ("US", "US-PR"), {}),
        ({"region": "EMEA"}, (None, None), {"region": "EMEA"}),
        ({"state": "xYz123token"}, (None, None), {"state": "xYz123token"}),
        ({"state": "CA"}, (None, None), {"state": "CA"}),
    ],
)
def test_a_forms_state_field_is_read_beside_its_country(
    fields: dict[str, str], place: tuple[str | None, str | None], attributes: dict[str, str]
) -> None:
    """In any order of the fields; what is no region stays an attribute under its own name."""
    submission = post({"email": "a@b.example", **fields}).one()
    assert (submission.person.country, submission.person.region) == place
    assert submission.attributes == attributes

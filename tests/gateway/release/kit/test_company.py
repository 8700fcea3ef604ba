"""The released company: the lead's own word, gaps filled from the golden record, and what each reader may have."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.enrichment import HUMAN
from gateway.handover import golden
from gateway.lead import Company, Lead
from gateway.lookup import Lookup
from gateway.policies.loading import load_merge
from gateway.release.kit.body import Message, render
from gateway.release.kit.company import WHO_ASKED, GoldenField
from tests.gateway.release.values import NOW, golden_field, lead, message, observation, rulings


def data(made: Message) -> dict[str, Any]:
    """Render and read back."""
    found: dict[str, Any] = json.loads(render(made))["data"]
    return found


def withheld(made: Message) -> dict[str, str]:
    """Say what was left out, and why."""
    return {each["field"]: each["why"] for each in data(made)["withheld"]}


def said(**fields: str) -> Lead:
    """A lead that says this of its company, and nothing else."""
    made = lead()
    return replace(made, submission=replace(made.submission, company=Company(**fields)))


def test_company_fields_carry_their_provenance() -> None:
    """What connectors add keeps its shape, nested and repeated, with where it is from."""
    found = data(
        message(
            golden=(
                golden_field("company.legal_name", "Muster Holding GmbH"),
                golden_field("company.employees.range", {"min": 50, "max": 200}),
                golden_field(
                    "company.technologies",
                    {"slug": "m365", "name": "Microsoft 365", "category": "mail"},
                    {"slug": "spf", "name": "SPF", "category": "mail"},
                ),
            )
        )
    )
    assert found["company"]["legal_name"] == "Muster Holding GmbH"
    assert found["company"]["domain"] == "muster.example"
    assert found["company"]["employees"] == {"range": {"min": 50, "max": 200}}
    assert [each["slug"] for each in found["company"]["technologies"]] == ["m365", "spf"]
    assert found["provenance"]["company.legal_name"] == {
        "source": "static_csv@1",
        "method": "file",
        "licence": "own-data",
        "confidence": 0.9,
        "observed_at": "2026-11-20T09:30:00Z",
    }
    assert found["provenance"]["company.domain"]["source"] == "lead"
    assert len(found["provenance"]["company.technologies"]) == 2


def test_what_the_lead_says_is_never_overwritten() -> None:
    """A vendor's name, domain or country stays out, whatever the golden record says; gaps are filled."""
    fields = (
        golden_field("company.name", "Muster Holding GmbH"),
        golden_field("company.domain", "other.example", redistributable=False),
        golden_field("company.country", "DE"),
    )
    found = data(message(golden=fields, own=False))
    assert (found["company"]["name"], found["company"]["domain"]) == ("Muster GmbH", "muster.example")
    assert (found["company"]["country"], found["provenance"]["company.name"]["source"]) == ("DE", WHO_ASKED)
    assert "company.domain" not in withheld(message(golden=fields, own=False))


@pytest.mark.parametrize("nothing", ["n/a", "-", "keine", "  "])
def test_a_field_that_says_nothing_is_a_gap(nothing: str) -> None:
    """`n/a` is no website: a connector's takes its place, and without one it stays as it was written."""
    found = data(message(said(website=nothing), golden=(golden_field("company.website", "https://muster.example"),)))
    assert found["company"]["website"] == "https://muster.example"
    assert data(message(said(website=nothing)))["company"]["website"] == nothing


def test_what_is_made_of_several_names_them_all() -> None:
    """A range that sources have in common has each of them as origin, and goes where all of them may."""
    origins = (
        observation("company.employees.range", {"min": 1, "max": 50}),
        observation("company.employees.range", {"min": 11, "max": 90}, source="vendor@1", redistributable=False),
    )
    field = GoldenField(name="company.employees.range", value={"min": 11, "max": 50}, origins=origins)
    found = data(message(golden=(field,)))
    assert found["company"]["employees"]["range"] == {"min": 11, "max": 50}
    assert [each["source"] for each in found["provenance"]["company.employees.range"]] == ["static_csv@1", "vendor@1"]
    assert withheld(message(golden=(field,), own=False))["company.employees.range"] == "not_redistributable"


def test_a_field_that_is_gone_from_the_schema_is_left_out() -> None:
    """A golden record of an earlier version does not stop a delivery."""
    field = GoldenField(name="company.fax", value="x", origins=(observation("company.fax", "x"),))
    assert "fax" not in data(message(golden=(field,)))["company"]


def test_what_may_not_be_passed_on_stays_with_our_own_processors() -> None:
    """A licence without redistribution bars other controllers; personal fields of vendors are not released."""
    fields = (
        golden_field("company.legal_name", "MUS", redistributable=False),
        golden_field("person.job_title", "CIO"),
    )
    assert data(message(golden=fields))["company"]["legal_name"] == "MUS"
    found = withheld(message(golden=fields, own=False))
    assert (found["company.legal_name"], found["person.job_title"]) == ("not_redistributable", "personal")


def test_purposes_of_each_value_meet_those_of_the_destination() -> None:
    """Of several values each goes where its own terms let it."""
    tools = observation("company.tags", "tools", purposes=frozenset({"marketing"}))
    steel = observation("company.tags", "steel", purposes=frozenset({"inquiry_response"}))
    field = GoldenField(name="company.tags", value=("steel", "tools"), origins=(steel, tools))
    held = message(golden=(field,), made=rulings())
    assert data(held)["company"]["tags"] == ["steel"]
    assert withheld(held)["company.tags"] == "purpose"


def test_the_golden_record_of_a_lead_is_what_connectors_add() -> None:
    """What the lead says is not in it, what is gone from the schema neither; a conflict changes nothing."""
    seen = (
        observation("company.name", "Other GmbH", source="gleif@1.0.0"),
        observation("company.fax", "x"),
        observation("company.industry", "tools", source="vendor@1.0.0"),
        observation("company.industry", "machines", source="companies_house@1.0.0", confidence=0.1),
    )
    found = golden(lead(lookups=(Lookup(at=NOW, observations=seen),)), load_merge(), NOW)
    assert [(each.name, each.value) for each in found] == [("company.industry", "machines")]
    assert WHO_ASKED == HUMAN


def test_what_may_not_be_kept_any_longer_is_not_released() -> None:
    """At the end of its retention an observation has no part in the record, also before housekeeping comes by."""
    over = observation("company.industry", "tools", source="a@1.0.0", keep_until=NOW)
    left = observation(
        "company.industry", "machines", source="b@1.0.0", confidence=0.1, keep_until=NOW + timedelta(days=1)
    )
    given_ = lead(lookups=(Lookup(at=NOW, observations=(over, left)),))
    assert [each.value for each in golden(given_, load_merge(), NOW)] == ["machines"]
    assert golden(given_, load_merge(), NOW + timedelta(days=1)) == ()
    field = golden(given_, load_merge(), NOW)[0]
    marketing = replace(left, purposes=frozenset({"marketing"}))
    barred = replace(field, origins=(marketing,))
    assert withheld(message(golden=(barred,)))["company.industry"] == "purpose"

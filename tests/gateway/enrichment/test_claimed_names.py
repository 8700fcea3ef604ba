"""A company's own site may say whose name it likes: what a register makes of such a name is worth little."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest

from gateway.enrichment import Enriched, Goal
from gateway.enrichment.identity import CLAIMED, WEAK, Why
from gateway.enrichment.words import told
from tests.gateway.enrichment.doubles import World, installed, question

PROVIDES: Final = ["company.website", "company.name", "company.country", "company.vat_id", "company.industry"]
TERMS: Final = installed("x").manifest.compliance.model_dump() | {"redistribution": True}
SITE: Final = installed("site", visits_site=True, provides=PROVIDES, compliance=TERMS)
VENDOR: Final = installed("vendor", provides=PROVIDES, compliance=TERMS)
BY_NAME: Final = {
    "requires": [["company.name", "company.country"]],
    "sends": ["company.name", "company.country"],
    "provides": PROVIDES,
    "confidence": {"default": 1.0},
}
BORROWED: Final = {"website": "small.example", "name": "Acme Industries GmbH", "country": "DE"}
RECORD: Final = {"name": "Acme Industries GmbH", "country": "DE", "industry": "machinery"}
DOMAIN: Final = {"company.domain": "small.example"}


async def asked(
    facts: Mapping[str, str],
    vendor: Mapping[str, Any] | int = 404,
    site: Mapping[str, Any] = BORROWED,
    record: Mapping[str, Any] = RECORD,
) -> Enriched:
    """What comes of asking the company's own site and a vendor, and then two registers by the name that is known."""
    script: dict[str, Sequence[Any]] = {
        "site.example": [site],
        "vendor.example": [vendor],
        "register.example": [record],
        "second.example": [record],
    }
    registers = [[installed("register", **BY_NAME)], [installed("second", **BY_NAME)]]
    world = World(script, [[SITE, VENDOR], *registers], goal=Goal(required=frozenset({"company.industry"})))
    return await world.engine.enrich(question(facts={**DOMAIN, **facts}))


def reason(found: Enriched) -> tuple[Why, float]:
    """What the first register's answer was accepted for, and how much it counts."""
    (call,) = (call for call in found.calls if call.connector == "register@1.0.0")
    assert call.identity is not None
    return call.identity.why, call.identity.factor


async def test_a_site_cannot_borrow_a_record() -> None:
    """It is taken with a reason of its own and below the goal, so the next register is asked as well."""
    found = await asked({})
    assert reason(found) == (Why.CLAIMED_NAME, CLAIMED)
    taken = [each.confidence for each in found.observations if each.source == "register@1.0.0"]
    assert max(taken) == CLAIMED < Goal().confidence
    assert found.marks["second"] == "match"
    (call,) = (call for call in found.calls if call.connector == "register@1.0.0")
    assert told(call.asked()).endswith(
        "Nobody but the company's own site says that it has that name, so little is made of it."
    )


@pytest.mark.parametrize(
    ("facts", "vendor"),
    [
        ({"company.name": "ACME Industries"}, 404),
        ({"company.name": "Acme Industries GmbH", "company.country": "DE"}, 404),
        ({}, {"website": "small.example", "name": "Acme Industries"}),
    ],
)
async def test_a_name_that_somebody_else_says_counts_as_before(
    facts: Mapping[str, str], vendor: Mapping[str, Any] | int
) -> None:
    """The lead, or a vendor that names the company by its domain; the next register is not needed then."""
    found = await asked(facts, vendor)
    assert reason(found) == (Why.SAME_NAME, WEAK)
    assert found.marks["second"] == "goal_met"
    assert "own site" not in "".join(told(call.asked()) for call in found.calls)


async def test_a_lead_that_says_another_name_vouches_for_nothing() -> None:
    """What the register says of the site's name is not what the lead says."""
    found = await asked({"company.name": "Small Workshop"})
    assert reason(found) == (Why.CLAIMED_NAME, CLAIMED)


async def test_a_number_on_the_site_proves_the_record() -> None:
    """The register has the same VAT number: it is the company, whoever says the name."""
    number = {"vat_id": "DE136695976"}
    found = await asked({}, site=BORROWED | number, record=RECORD | number)
    assert reason(found) == (Why.SAME_NUMBER, 1.0)

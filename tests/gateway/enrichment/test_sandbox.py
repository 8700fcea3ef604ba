"""The whole way over sockets: engine, connector, client and the sandbox's vendor."""

import pytest

from gateway.enrichment import Enriched
from gateway.sandbox.vendors import KEY, PeopleDataLabs, Scripted, Vendors
from gateway.sandbox.vendors.people_data_labs import ACME, NOT_FOUND
from tests.gateway.enrichment import sandbox

pytestmark = pytest.mark.integration


async def asked(vendors: Vendors, domain: str, *, key: str = KEY, seconds: float = 10.0) -> Enriched:
    """One question about a domain."""
    sections = {"people_data_labs": {"api_key": key}}
    return await sandbox.asked(vendors, sections, {"company.domain": domain}, seconds=seconds)


@pytest.mark.parametrize(
    ("domain", "outcome", "calls", "credits"),
    [
        ("acme.example", "match", 1, 1),
        ("nobody.example", "no_match", 1, 0),
        ("broke.example", "quota_exhausted", 1, 0),
        ("busy.example", "match", 2, 1),
        ("flaky.example", "match", 2, 1),
        ("down.example", "vendor_error", 3, 0),
        ("garbage.example", "vendor_error", 1, 0),
    ],
)
async def test_vendor_replies_become_outcomes(domain: str, outcome: str, calls: int, credits: int) -> None:  # noqa: A002 - what the vendor calls it
    """Each scripted company ends as it should, with as many calls as it takes and the vendor's own bill."""
    async with Vendors() as vendors:
        found = await asked(vendors, domain)
        assert list(found.marks.values()) == [outcome]
        assert (vendors.calls, int(vendors[PeopleDataLabs].spent)) == (calls, credits)


async def test_record_arrives_with_provenance() -> None:
    """The company's fields come back with source, confidence and terms, and only the domain was sent."""
    async with Vendors() as vendors:
        found = await asked(vendors, "acme.example")
        sent = vendors[PeopleDataLabs].queries[0]
    values = {seen.field: seen.value for seen in found.observations}
    assert values["company.name"] == "Acme Industries"
    assert "company.linkedin_url" not in values, "the vendor's placeholder is no value"
    assert {seen.confidence for seen in found.observations} == {0.9}
    assert all(seen.source and seen.licence and seen.purposes for seen in found.observations)
    assert sent["website"] == "acme.example"
    assert set(sent) == {"website", "min_likelihood", "data_include"}


async def test_wrong_key_is_told_apart() -> None:
    """A key that the vendor does not know ends as unauthorised, once."""
    async with Vendors() as vendors:
        found = await asked(vendors, "acme.example", key="another-key")
        assert (list(found.marks.values()), vendors.calls) == (["unauthorised"], 1)


async def test_slow_vendor_ends_at_the_deadline_and_counts_as_charged() -> None:
    """A paid call that was sent and not answered in time counts as spent and is not repeated."""
    async with Vendors() as vendors:
        found = await asked(vendors, "slow.example", seconds=1.0)
    assert (list(found.marks.values()), found.costs, len(vendors[PeopleDataLabs].queries)) == (
        ["timeout"],
        {"USD": 100_000},
        1,
    )


async def test_script_is_followed_in_order() -> None:
    """An own script gives each reply as often as it says, the last one for ever."""
    script = {"x.example": (Scripted(status=503, times=2), Scripted(body={**ACME, "website": "x.example"}), NOT_FOUND)}
    async with Vendors(PeopleDataLabs(script=script)) as vendors:
        for outcome in ("match", "no_match", "no_match"):
            assert list((await asked(vendors, "x.example")).marks.values()) == [outcome]
        assert dict(vendors.statuses) == {503: 2, 200: 1, 404: 2}


async def test_a_record_of_another_company_is_no_match() -> None:
    """A vendor that answers with somebody else's record is told apart, and nothing of it is taken over."""
    async with Vendors(PeopleDataLabs(script={"x.example": (Scripted(body=ACME),)})) as vendors:
        found = await asked(vendors, "x.example")
    assert (list(found.marks.values()), found.observations) == (["mismatch"], ())
    assert [each.why for each in found.rejected] == ["other_domain"]
    assert "company.name" in {each.field for each in found.rejected[0].observations}

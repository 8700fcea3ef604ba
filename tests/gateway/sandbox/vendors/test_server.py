"""The one server of the sandbox's vendors: who answers under which name, and what every vendor shares."""

from decimal import Decimal

import pytest

from gateway.sandbox.vendors import (
    VENDORS,
    Clearbit,
    Mailboxes,
    OwnService,
    PeopleDataLabs,
    Scripted,
    Vendor,
    Vendors,
)
from gateway.sandbox.vendors.vendor import Limit
from tests.gateway.sandbox.vendors.by_hand import call

ADA = {"to_email": "ada@acme.example"}
ONE = {"website": "acme.example"}


@pytest.mark.integration
async def test_a_name_reaches_its_vendor_alone() -> None:
    """By a vendor's name only its own paths are there; by any other name all of them are."""
    heard: list[tuple[str, str, int]] = []
    async with Vendors(on_reply=lambda *told: heard.append(told)) as vendors:
        for host in ("api.peopledatalabs.com", "API.peopledatalabs.com:443", "", "checks.company.example"):
            assert (await call(vendors, "/v5/company/enrich", host=host, params=ONE)).status_code == 401
        assert (await call(vendors, "/v2/validate", host="api.peopledatalabs.com")).status_code == 404
        assert (await call(vendors, "/v5/company/enrich", host="api.zerobounce.net")).status_code == 404
        assert (await call(vendors, "/v1/check_email", host="checks.company.example", body=ADA)).status_code == 400
        assert (vendors.calls, vendors[PeopleDataLabs].statuses[401], vendors[Mailboxes].statuses[400]) == (5, 4, 1)
    assert heard == [("PeopleDataLabs", "acme.example", 401)] * 4 + [("Mailboxes", "", 400)]


@pytest.mark.integration
async def test_an_own_vendor_takes_the_place_of_its_class() -> None:
    """And of no other."""
    own = PeopleDataLabs(script={"acme.example": (Scripted(status=503),)}, key="another")
    async with Vendors(own) as vendors:
        assert [type(each) for each in vendors.vendors if isinstance(each, PeopleDataLabs)] == [PeopleDataLabs]
        assert {type(each) for each in vendors.vendors} == set(VENDORS)
        assert vendors[PeopleDataLabs] is own
        sent = await call(vendors, "/v5/company/enrich", params=ONE, headers={"x-api-key": "another"})
    assert (sent.status_code, own.asked) == (503, ["acme.example"])


async def test_what_is_not_here_is_an_error() -> None:
    """An address before it runs, and a vendor that is not among them."""
    with pytest.raises(RuntimeError, match="not running"):
        _ = Vendors().address
    with pytest.raises(KeyError, match="Limit"):
        _ = Vendors()[Limit]


@pytest.mark.parametrize("kind", VENDORS)
def test_every_vendor_has_names_routes_and_an_empty_bill(kind: type[Vendor]) -> None:
    """What the server and the demo rely on."""
    made = kind()
    assert bool(made.hosts) is (kind not in (Clearbit, OwnService)), "an own service is called as its operator likes"
    assert made.routes
    assert (made.spent, dict(made.statuses)) == (Decimal(0), {})


def test_a_limit_lets_so_many_through_and_then_none() -> None:
    """Until its window ends."""
    limit = Limit(2, 60.0)
    assert (limit.left, limit.remaining) == (0.0, 2)
    assert [limit.take() for _ in range(3)] == [True, True, False]
    assert limit.remaining == 0
    assert 59 < limit.left <= 60
    again = Limit(1, 0.0)
    assert [again.take() for _ in range(3)] == [True, True, True]

"""The sandbox's official sources, asked by hand: limits, headers and traps that no well-behaved connector meets."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gateway.sandbox.vendors import CompaniesHouse, Gleif, Vendors, Wikidata
from gateway.sandbox.vendors.vendor import Limit, Scripted
from tests.gateway.sandbox.vendors.by_hand import call

pytestmark = pytest.mark.integration

BASIC = {"Authorization": "Basic c2FuZGJveC1rZXk6"}
NAMED = {"User-Agent": "Example Machines Ltd admin@example.com"}
SITE = "SELECT * WHERE { VALUES ?site { <https://%s> } VALUES ?prop { wd:P17 } }"


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    """The servers."""
    async with Vendors(throttle=timedelta(seconds=2)) as running:
        yield running


async def test_the_lei_index_counts_sixty_a_minute(vendors: Vendors) -> None:
    """Then 429 in JSON:API with Retry-After, for searches and records alike."""
    vendors[Gleif].limit = Limit(1, 60.0)
    one = await call(vendors, "/api/v1/lei-records/LEIACMEINDUSTR000188", host="api.gleif.org")
    assert one.headers["content-type"] == "application/vnd.api+json"
    assert one.json()["data"]["id"] == "LEIACMEINDUSTR000188"
    for path in ("/api/v1/lei-records", "/api/v1/lei-records/LEIACMEINDUSTR000188"):
        more = await call(vendors, path, host="api.gleif.org")
        assert (more.status_code, more.headers["retry-after"]) == (429, "2")
        assert more.json()["errors"][0]["status"] == "429"


async def test_the_lei_index_gives_pages(vendors: Vendors) -> None:
    """No more records than a page holds, with the number of all; a size that is none is a bad request."""
    asked = {"filter[entity.legalAddress.country]": "DE", "page[size]": "2"}
    page = (await call(vendors, "/api/v1/lei-records", host="api.gleif.org", params=asked)).json()
    assert (len(page["data"]), page["meta"]["pagination"]["total"] > 2) == (2, True)
    wrong = await call(vendors, "/api/v1/lei-records", host="api.gleif.org", params={"page[size]": "all"})
    assert wrong.status_code == 400
    assert (await call(vendors, "/api/v1/lei-records/NOBODY", host="api.gleif.org")).status_code == 404


async def test_the_sec_keeps_out_who_is_too_fast(vendors: Vendors) -> None:
    """Ten calls in a second pass; from the eleventh on it is a page with 403, for as long as the throttle."""
    path, host = "/submissions/CIK0001999001.json", "data.sec.gov"
    sent = await asyncio.gather(*(call(vendors, path, host=host, headers=NAMED) for _ in range(12)))
    assert sorted(each.status_code for each in sent) == [200] * 10 + [403] * 2
    page = next(each for each in sent if each.status_code == 403)
    assert (page.headers["content-type"].partition(";")[0], "retry-after" in page.headers) == ("text/html", False)
    assert "Request Rate Threshold Exceeded" in page.text
    await asyncio.sleep(1.1)
    assert (await call(vendors, path, host=host, headers=NAMED)).status_code == 403


async def test_the_sec_refuses_strangers(vendors: Vendors) -> None:
    """Without an address in the User-Agent nothing is told, on either host."""
    for path, host in (("/files/company_tickers.json", "www.sec.gov"), ("/submissions/CIK1.json", "data.sec.gov")):
        sent = await call(vendors, path, host=host)
        assert (sent.status_code, "Undeclared Automated Tool" in sent.text) == (403, True)
    missing = await call(vendors, "/submissions/CIK0000000001.json", host="data.sec.gov", headers=NAMED)
    assert (missing.status_code, missing.headers["content-type"].partition(";")[0]) == (404, "application/xml")


async def test_wikidata_reads_only_whole_queries(vendors: Vendors) -> None:
    """What breaks out of its place is a malformed query, and thirty mistakes are a minute's worth."""
    for query in (
        "",
        "SELECT",
        SITE % "acme.example> } #",
        SITE % "a.example> <https://b.example",
        SITE[:-1] % "a.example",
    ):
        sent = await call(vendors, "/sparql", host="query.wikidata.org", params={"query": query}, headers=NAMED)
        assert (sent.status_code, "MalformedQueryException" in sent.text) == (400, True)
    asked = {"query": SITE % "acme.example"}
    good = await call(vendors, "/sparql", host="query.wikidata.org", params=asked, headers=NAMED)
    assert good.headers["content-type"] == "application/sparql-results+json"
    assert good.json()["results"]["bindings"][0]["country"] == {"type": "literal", "value": "DE"}
    strange = await call(vendors, "/sparql", host="query.wikidata.org", params=asked, headers={"User-Agent": "curl"})
    assert strange.status_code == 403
    for _ in range(25):
        await call(vendors, "/sparql", host="query.wikidata.org", params={"query": "x"}, headers=NAMED)
    late = await call(vendors, "/sparql", host="query.wikidata.org", params=asked, headers=NAMED)
    assert (late.status_code, late.headers["retry-after"]) == (429, "2")


async def test_wikidata_answers_five_at_a_time() -> None:
    """The sixth that is open at once is one too many."""
    own = Wikidata(script={"slow.example": (Scripted(body={}, wait=0.3),)})
    async with Vendors(own) as vendors:
        asked = {"query": SITE % "slow.example"}
        calls = [call(vendors, "/sparql", host="query.wikidata.org", params=asked, headers=NAMED) for _ in range(6)]
        statuses = [each.status_code for each in await asyncio.gather(*calls)]
    assert sorted(statuses) == [200] * 5 + [429]
    assert own.most_at_once == 6


async def test_companies_house_tells_its_window(vendors: Vendors) -> None:
    """Every reply says what is left and until when; after the last call it is 429 without anything else."""
    vendors[CompaniesHouse].limit = Limit(2, 300.0)
    host = "api.company-information.service.gov.uk"
    sent = [await call(vendors, "/company/09876543", host=host, headers=BASIC) for _ in range(3)]
    assert [each.status_code for each in sent] == [200, 200, 429]
    assert [each.headers["x-ratelimit-remain"] for each in sent] == ["1", "0", "0"]
    assert {each.headers["x-ratelimit-window"] for each in sent} == {"5m"}
    assert int(sent[2].headers["x-ratelimit-reset"]) > 1_700_000_000
    assert (sent[2].content, "retry-after" in sent[2].headers) == (b"", False)


async def test_companies_house_shows_no_officers(vendors: Vendors) -> None:
    """Not even to those who ask; and a profile that is not there is told in the vendor's form."""
    host = "api.company-information.service.gov.uk"
    assert (await call(vendors, "/company/09876543/officers", host=host, headers=BASIC)).status_code == 404
    missing = await call(vendors, "/company/00000000", host=host, headers=BASIC)
    assert (missing.status_code, missing.json()["errors"][0]["error"]) == (404, "company-profile-not-found")


VIES = "/taxation_customs/vies/rest-api"


async def test_vies_writes_its_dates_in_two_ways(vendors: Vendors) -> None:
    """The live service with milliseconds, the test service a day with a zone; a proof for whom names a number."""
    live = {"countryCode": "FR", "vatNumber": "60815004395"}
    one = (await call(vendors, f"{VIES}/check-vat-number", host="ec.europa.eu", body=live)).json()
    assert (one["valid"], one["requestDate"][-1], one["requestIdentifier"]) == (True, "Z", "")
    named = {**live, "requesterMemberStateCode": "DE", "requesterNumber": "111111125"}
    proved = (await call(vendors, f"{VIES}/check-vat-number", host="ec.europa.eu", body=named)).json()
    assert proved["requestIdentifier"]
    tested = {"countryCode": "FR", "vatNumber": "100"}
    other = (await call(vendors, f"{VIES}/check-vat-test-service", host="ec.europa.eu", body=tested)).json()
    assert (other["valid"], other["requestDate"][10:]) == (True, "+01:00")


@pytest.mark.parametrize(
    "body",
    [{"countryCode": "GR", "vatNumber": "094259216"}, {"countryCode": "FR", "vatNumber": "FR60815004395"}, [], {}],
)
async def test_vies_takes_no_number_with_its_prefix_and_no_greece_by_iso(vendors: Vendors, body: object) -> None:
    """An error in the body, which says nothing about the number."""
    sent = await call(vendors, f"{VIES}/check-vat-number", host="ec.europa.eu", body=body)
    assert sent.json() == {"actionSucceed": False, "errorWrappers": [{"error": "INVALID_INPUT"}]}
    assert "valid" not in sent.json()


async def test_registries_have_paths_of_their_own(vendors: Vendors) -> None:
    """Without the path in front even a registered name is a page that was not found."""
    right = await call(vendors, "/example/v1/domain/acme.example", host="rdap.verisign.com")
    assert (right.json()["ldhName"], right.headers["content-type"]) == ("ACME.EXAMPLE", "application/rdap+json")
    wrong = await call(vendors, "/domain/acme.example", host="rdap.verisign.com")
    assert (wrong.status_code, wrong.headers["content-type"].partition(";")[0]) == (404, "text/html")
    file = await call(vendors, "/rdap/dns.json", host="data.iana.org")
    assert file.json()["services"][0] == [["example"], ["https://rdap.verisign.com/example/v1/"]]

"""VIES: how numbers are written, what is told of whom, and the settings."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.firmographic import discover
from connectors.kit import Answer, LookupOutcome
from connectors.kit.cases import Case, run
from connectors.kit.fakes import NOW, reply
from connectors.kit.fixtures import case_of

Plugin = discover()["vies"]


def case(folder: Path, settings: Mapping[str, object]) -> Case:
    """The connector with settings of one's own."""
    return Case(plugin=Plugin, settings=settings, fixtures=case_of(Plugin, folder).fixtures)


def told(**more: object) -> bytes:
    """The answer about a registered number."""
    return json.dumps({"countryCode": "FR", "vatNumber": "1", "valid": True, "name": "X SARL", **more}).encode()


async def answer(folder: Path, body: bytes) -> Answer:
    """What comes of an answer of the vendor's."""
    facts = {"company.vat_id": "FR60815004395"}
    return (await run(case(folder, {}), facts, steps=(reply(200, body),))).answer


@pytest.mark.parametrize(
    ("vat_id", "country", "code", "number"),
    [
        ("FR60815004395", "", "FR", "60815004395"),
        ("60815004395", "FR", "FR", "60815004395"),
        ("GR 094 259 216", "", "EL", "094259216"),
        ("094259216", "Greece", "EL", "094259216"),
        ("el-094259216", "DE", "EL", "094259216"),
        ("ie6433435f", "", "IE", "6433435F"),
        ("ATU13585627", "", "AT", "U13585627"),
        ("XI980780684", "GB", "XI", "980780684"),
    ],
)
async def test_numbers_go_without_their_prefix(
    tmp_path: Path, vat_id: str, country: str, code: str, number: str
) -> None:
    """Greece is EL and Northern Ireland XI, however the lead writes it."""
    facts = {"company.vat_id": vat_id, "company.country": country}
    ended = await run(case(tmp_path, {}), facts, steps=(reply(200, told()),))
    assert json.loads(ended.http.sent[0].body or b"") == {"countryCode": code, "vatNumber": number}


@pytest.mark.parametrize("vat_id", ["GB980780684", "CHE123456788MWST", "US123", "none", "DE", "DE1", "123456789"])
async def test_what_is_no_number_of_the_union_is_not_asked_about(tmp_path: Path, vat_id: str) -> None:
    """Neither a third country's, nor none, nor one of nobody knows where."""
    ended = await run(case(tmp_path, {}), {"company.vat_id": vat_id})
    assert (ended.answer.outcome, ended.http.sent) == (LookupOutcome.NOT_APPLICABLE, [])


async def test_our_own_number_that_cannot_be_read_stops_the_check(tmp_path: Path) -> None:
    """The operator would wait for consultation numbers that never come."""
    ended = await run(case(tmp_path, {"requester": "nonsense"}), {"company.vat_id": "FR60815004395"})
    assert (ended.answer.outcome, ended.answer.reason) == (LookupOutcome.INVALID_REQUEST, "requester_unreadable")
    assert ended.http.sent == []


async def test_the_test_service_has_an_address_of_its_own(tmp_path: Path) -> None:
    """And numbers that are nobody's."""
    ended = await run(case(tmp_path, {"test_service": True}), {"company.vat_id": "DE100"}, steps=(reply(200, told()),))
    assert ended.http.sent[0].url == "https://ec.europa.eu/taxation_customs/vies/rest-api/check-vat-test-service"
    live = await run(case(tmp_path, {}), {"company.vat_id": "DE100"}, steps=(reply(200, told()),))
    assert json.loads(live.http.sent[0].body or b"") == {"countryCode": "DE", "vatNumber": "100"}
    assert live.http.sent[0].url.endswith("/check-vat-number")


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("2026-02-19T12:25:12.544Z", datetime(2026, 2, 19, 12, 25, 12, 544000, tzinfo=UTC)),
        ("2026-02-19+02:00", datetime(2026, 2, 18, 22, tzinfo=UTC)),
        ("2026-02-19", datetime(2026, 2, 19, tzinfo=UTC)),
        ("2026-02-19T12:25:12", datetime(2026, 2, 19, 12, 25, 12, tzinfo=UTC)),
        ("2099-01-01+00:00", NOW),
        ("yesterday", NOW),
        ("", NOW),
        (None, NOW),
        (20260219, NOW),
    ],
)
async def test_both_forms_of_the_date_are_read(tmp_path: Path, written: object, seen: datetime) -> None:
    """A time with milliseconds, or a day with a zone; what is neither, or to come, is the time of the call."""
    found = await answer(tmp_path, told(requestDate=written))
    assert {each.observed_at for each in found.observations} == {seen}


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("ACME SARL", True),
        ("SAS ACME", True),
        ("ACME SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ", True),
        ("DUPONT JEAN", False),
        ("EIRL DUPONT", False),
        ("Max Muster e.K.", False),
        ("---", False),
        ("", False),
        (None, False),
        (7, False),
    ],
)
async def test_a_name_is_taken_where_it_is_a_companys(tmp_path: Path, name: object, taken: bool) -> None:  # noqa: FBT001 - what is expected
    """Sole traders are registered under their own names, which are nobody's business here."""
    found = await answer(tmp_path, told(name=name, address="1 RUE X\n75008 PARIS"))
    fields = {each.field for each in found.observations}
    assert ("company.legal_name" in fields) is taken
    assert ("company.headquarters" in fields) is taken
    assert {"company.vat_id", "company.identifiers"} <= fields


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("1 RUE X\n75008 PARIS", {"street": "1 RUE X", "postal_code": "75008", "locality": "PARIS"}),
        ("VIA ROMA 1 \n41100 MODENA MO\n", {"street": "VIA ROMA 1", "postal_code": "41100", "locality": "MODENA MO"}),
        ("UL. DLUGA 1\n61-569 POZNAN", {"street": "UL. DLUGA 1", "postal_code": "61-569", "locality": "POZNAN"}),
        ("GATAN 1\n111 53 STOCKHOLM", {"street": "GATAN 1", "postal_code": "111 53", "locality": "STOCKHOLM"}),
        ("WEG 1\n1101CM AMSTERDAM", {"street": "WEG 1", "postal_code": "1101CM", "locality": "AMSTERDAM"}),
        ("L-1855 LUXEMBOURG", {"postal_code": "1855", "locality": "LUXEMBOURG"}),
        ("1 ROAD\nDUBLIN 2", {"street": "1 ROAD, DUBLIN 2"}),
        ("RUA 1\n1000-001 LISBOA", {"street": "RUA 1", "postal_code": "1000-001", "locality": "LISBOA"}),
    ],
)
async def test_addresses_are_read_as_far_as_they_are_plain(
    tmp_path: Path, address: str, place: Mapping[str, str]
) -> None:
    """A last line with a code and a town; another one stays in the street."""
    found = await answer(tmp_path, told(address=address))
    (seen,) = [each.value for each in found.observations if each.field == "company.headquarters"]
    assert seen == {**place, "country": "FR", "kind": "legal"}


@pytest.mark.parametrize("address", ["---", "", None, "\n\n", 5])
async def test_no_address_is_no_place(tmp_path: Path, address: object) -> None:
    """Most states that tell a name tell where; those that do not write dashes."""
    found = await answer(tmp_path, told(address=address))
    assert "company.legal_name" in {each.field for each in found.observations}
    assert ("company.headquarters" in {each.field for each in found.observations}) is (address == 5)

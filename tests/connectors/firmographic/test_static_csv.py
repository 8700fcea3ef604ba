"""The operator's own CSV file: header map, shapes of cells, changes of the file, and what is wrong with it."""

import os
from pathlib import Path

import pytest

from connectors.errors import BadSettings
from connectors.firmographic.static_csv import Plugin
from connectors.kit import Answer, Context, LookupOutcome, NoSite, OwnSite, Query, VendorHttp, ask, read_settings
from connectors.kit.cases import run
from connectors.kit.fakes import NOW, FixedDeadline, ScriptedHttp, ZoneDns, reply
from connectors.kit.fixtures import case_of
from connectors.kit.settings import HeldSecrets

TEXT = """\
Domain,Company,Headcount,Band,Public,Note
acme.example,Acme Industries,"1,200",1001-5000,yes,our best customer
www.Bücher.example,Bücher GmbH,many,10001+,maybe,
acme.example,Acme again,9,,,second row
bare.example,,,,,
"""
COLUMNS = {
    "Company": "company.name",
    "Headcount": "company.employees.count",
    "Band": "company.employees.range",
    "Public": "company.mail.accepts",
}


def written(folder: Path, text: str | bytes = TEXT) -> Path:
    """Writes the file."""
    file = folder / "companies.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def settings(file: Path, **more: object) -> dict[str, object]:
    """The connector's settings for a file."""
    return {"path": str(file), "domain_column": "Domain", "columns": COLUMNS, **more}


async def asked(connector: Plugin, domain: str = "acme.example") -> Answer:
    """Asks a connector that lives on."""
    deadline = FixedDeadline()
    http = VendorHttp(
        manifest=Plugin.manifest, http=ScriptedHttp((reply(),)), secrets=HeldSecrets({}), deadline=deadline
    )
    site = OwnSite(manifest=Plugin.manifest, query={}, site=NoSite(), deadline=deadline)
    context = Context(now=NOW, http=http, dns=ZoneDns(), site=site, deadline=deadline)
    return await ask(connector, Query.project(Plugin.manifest, {"company.domain": domain}), context)


def made(file: Path, **more: object) -> Plugin:
    """A connector over a file."""
    return Plugin(read_settings(Plugin.manifest, settings(file, **more)).plain)


def name_in(answer: Answer) -> object:
    """The company name that was observed."""
    return next((seen.value for seen in answer.observations if seen.field == "company.name"), None)


async def test_a_heading_is_found_whatever_its_case(tmp_path: Path) -> None:
    """The name of a variable has no case; of two headings that differ in case alone none is guessed."""
    file = written(tmp_path)
    assert name_in(await asked(made(file, columns={"COMPANY": "company.name"}))) == "Acme Industries"
    written(tmp_path, TEXT.replace("Note", "company"))
    assert name_in(await asked(made(file, columns={"Company": "company.name"}))) == "Acme Industries"
    assert (await asked(made(file, columns={"COMPANY": "company.name"}))).reason == "column_missing"


async def test_changed_file_is_read_again(tmp_path: Path) -> None:
    """A new version of the file is noticed at the next question; an unchanged one is not read again."""
    file = written(tmp_path)
    connector = made(file)
    assert name_in(await asked(connector)) == "Acme Industries"
    first = connector._table
    await asked(connector)
    assert connector._table is first
    written(tmp_path, TEXT.replace("Acme Industries", "Acme SE"))
    os.utime(file, ns=(1, 1))
    assert name_in(await asked(connector)) == "Acme SE"


async def test_broken_update_keeps_the_last_good_table(tmp_path: Path) -> None:
    """While a new version cannot be read, or the file is away, the last good one answers; then the new one does."""
    file = written(tmp_path)
    connector = made(file)
    await asked(connector)
    written(tmp_path, b"Domain,Company\n\xff\xfe,x\n")
    assert name_in(await asked(connector)) == "Acme Industries"
    file.unlink()
    assert name_in(await asked(connector)) == "Acme Industries"
    written(tmp_path, TEXT.replace("Acme Industries", "Acme back"))
    assert name_in(await asked(connector)) == "Acme back"


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        (None, LookupOutcome.VENDOR_ERROR, "file_unreadable"),
        (b"\xff\xfe\x00", LookupOutcome.VENDOR_ERROR, "file_unreadable"),
        (b"Firma,Mitarbeiter\nx,1\n", LookupOutcome.INVALID_REQUEST, "domain_column_missing"),
        (b"", LookupOutcome.INVALID_REQUEST, "domain_column_missing"),
        (b"Domain,Company\nacme.example,x\n", LookupOutcome.INVALID_REQUEST, "column_missing"),
    ],
)
async def test_file_that_never_was_good_is_no_miss(
    text: bytes | None, outcome: LookupOutcome, reason: str, tmp_path: Path
) -> None:
    """A file that is away, in another encoding or without its columns is an error, never "no match"."""
    file = tmp_path / "companies.csv"
    if text is not None:
        file.write_bytes(text)
    answer = await asked(made(file))
    assert (answer.outcome, answer.reason) == (outcome, reason)


async def test_field_outside_the_schema_is_refused(tmp_path: Path) -> None:
    """A column mapped to a field that is not provided makes the file unusable, with a reason."""
    connector = made(written(tmp_path), columns={"Company": "person.full_name"})
    assert (await asked(connector)).reason == "field_unknown"


async def test_delimiter_and_byte_order_mark(tmp_path: Path) -> None:
    """Spreadsheet exports with semicolons and a byte order mark are read."""
    text = "\ufeffDomain;Company\nacme.example;Acme\n"
    connector = made(written(tmp_path, text), columns={"Company": "company.name"}, delimiter=";")
    assert name_in(await asked(connector)) == "Acme"


def test_path_is_needed() -> None:
    """Without a path the start says which setting is missing."""
    with pytest.raises(BadSettings, match="Setting path of connector static_csv: it is needed"):
        read_settings(Plugin.manifest, {"columns": COLUMNS})


@pytest.mark.parametrize(
    ("row", "asked_for", "found"),
    [
        ("ACME.example", "acme.example", True),
        ("https://www.acme.example:443/a/b?c", "acme.example", True),
        ("acme.example.", "acme.example", True),
        ("bücher.example", "xn--bcher-kva.example", True),
        ("straße.example", "xn--strae-oqa.example", True),
        ("straße.example", "strasse.example", False),
    ],
)
async def test_domains_meet_in_one_form(tmp_path: Path, row: str, asked_for: str, found: bool) -> None:  # noqa: FBT001 - a column
    """Rows and questions are compared as every domain is: ß is no ss (IDNA 2008), and of another company."""
    connector = made(written(tmp_path, f"Domain,Company\n{row},Acme\n"), columns={"Company": "company.name"})
    answer = await asked(connector, asked_for)
    assert answer.outcome is (LookupOutcome.MATCH if found else LookupOutcome.NO_MATCH)


async def test_case_runs_through_the_kit(tmp_path: Path) -> None:
    """The file is the only thing that is asked: no call and no look-up is made."""
    ended = await run(case_of(Plugin, tmp_path), {"company.domain": "acme.example"})
    assert (ended.answer.outcome, ended.http.sent, ended.dns.asked) == (LookupOutcome.MATCH, [], [])

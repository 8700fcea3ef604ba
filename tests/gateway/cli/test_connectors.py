"""`leadgate connectors`, typed: what is installed, certified, in the register, and asked by hand."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from connectors.discovery import discover
from gateway.sandbox.vendors import KEY
from tests.gateway.cli.programs import environment, started, typed

pytestmark = pytest.mark.integration

VENDOR = "people_data_labs"


def told(*words: str, folder: Path, **settings: str) -> Any:  # noqa: ANN401 - JSON types
    """The JSON that a command prints."""
    done = typed("connectors", *words, "--json", folder=folder, env=environment(folder, **settings))
    return json.loads(done.stdout)


def unanswered(*words: str, folder: Path, **settings: str) -> Any:  # noqa: ANN401 - as above
    """The JSON of a question by hand that ends with 1."""
    done = typed("connectors", "try", *words, "--json", folder=folder, env=environment(folder, **settings), check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return json.loads(done.stdout)


def failed(*words: str, folder: Path, **settings: str) -> str:
    """What a command that ends with 1 says on standard error."""
    done = typed("connectors", *words, folder=folder, env=environment(folder, **settings), check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return " ".join(done.stderr.split())


def test_certify_tells_what_holds(tmp_path: Path) -> None:
    """A connector that passes is told with the number of its checks."""
    (row,) = told("certify", "static_csv", folder=tmp_path)
    assert (row["id"], row["certified"], row["checks"], row["wrong"]) == ("static_csv", True, 21, [])


def test_certify_says_what_is_wrong_and_ends_with_1(tmp_path: Path) -> None:
    """A connector of the operator's own with a wrong fixture is named, with the check and the reason."""
    folder = tmp_path / "own"
    folder.mkdir()
    built_in = Path(__file__).parents[3] / "connectors" / "firmographic"
    for end in (".yaml", ".fixtures.yaml"):
        text = (built_in / f"{VENDOR}{end}").read_text(encoding="utf-8").replace(f"id: {VENDOR}", "id: mine")
        text = text.replace("[Acme Industries]", "[Somebody Else]").replace(f"{VENDOR}.fixtures", "mine.fixtures")
        (folder / f"mine{end}").write_text(text, encoding="utf-8")
    said = failed("certify", "mine", folder=tmp_path, connectors_folder=str(folder))
    assert said == "mine: fixtures: record differs in company.name"


def test_a_folder_of_connectors_holds_what_is_read_from_it(tmp_path: Path) -> None:
    """A folder that is not there, and a file that would be passed over, are named."""
    assert "there is no such folder" in failed("list", folder=tmp_path, connectors_folder=str(tmp_path / "none"))
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "mine.yml").touch()
    said = failed("list", folder=tmp_path, connectors_folder=str(folder))
    assert "mine.yml" in said
    assert "end in .yaml" in said


def test_nobody_is_checked_whom_the_settings_do_not_name(tmp_path: Path) -> None:
    """Without settings no vendor hears of this gateway."""
    assert told("check", folder=tmp_path) == []


def test_the_list_shows_what_a_call_costs_by_the_own_contract(tmp_path: Path) -> None:
    """The price of the settings; the manifest's where a connector is not set up, or lacks its key."""
    own = {"connectors__hunter__api_key": "k", "connectors__hunter__price": "0.01", "connectors__apollo__price": "9"}
    rows = {row["id"]: row for row in told("list", folder=tmp_path, **own)}
    assert rows["hunter"]["price"] == "0.01 USD"
    assert rows["apollo"]["price"] == "0.025 USD"
    assert rows["gleif"]["price"] == "free"


def test_the_list_shows_the_stage_that_a_connector_is_asked_in(tmp_path: Path) -> None:
    """Without stages in the settings that of the order that is asked in then; nobody stands in one who is not asked."""
    key = {"connectors__hunter__api_key": "k", "connectors__gleif": "{}", "connectors__zerobounce__api_key": "k"}
    rows = {row["id"]: row["stage"] for row in told("list", folder=tmp_path, **key)}
    named = ("dns_footprint", "gleif", "hunter", "vies", "zerobounce")
    assert [rows[name] for name in named] == [1, 2, 3, None, None]
    own = {**key, "enrichment__stages": '[["hunter", "gleif"], ["dns_footprint"]]'}
    rows = {row["id"]: row["stage"] for row in told("list", folder=tmp_path, **own)}
    assert [rows[name] for name in named] == [2, 1, 1, None, None]


@pytest.mark.parametrize(
    ("stages", "wrong"),
    [
        ('[["hunterr"], ["gleif"]]', "The enrichment stages name hunterr, but no such connector is installed."),
        ('[["gleif"], ["gleif"]]', "The enrichment stages name gleif more than once."),
    ],
)
def test_the_list_says_what_is_wrong_with_the_stages(tmp_path: Path, stages: str, wrong: str) -> None:
    """What the gateway would not start with; the list is shown all the same, and alone where all is well."""
    done = typed("connectors", "list", folder=tmp_path, env=environment(tmp_path, enrichment__stages=stages))
    assert wrong in " ".join(done.stderr.split())
    assert "gleif" in done.stdout
    well = typed("connectors", "list", folder=tmp_path, env=environment(tmp_path, enrichment__stages='[["gleif"]]'))
    assert well.stderr == ""


def test_a_question_that_gets_no_answer_ends_with_1(tmp_path: Path) -> None:
    """What it lacks is told as any outcome is; that a source does not know the company is an answer."""
    file = tmp_path / "companies.csv"
    file.write_text("domain,Head count\nacme.example,312\n", encoding="utf-8")
    own = {"path": str(file), "columns__head count": "company.employees.count"}
    given = {f"connectors__static_csv__{name}": value for name, value in own.items()}
    lacking = unanswered("static_csv", "--country", "DE", folder=tmp_path, **given)
    assert (lacking["outcome"], lacking["attempts"]) == ("not_applicable", 0)
    unknown = told("try", "static_csv", "--domain", "other.example", folder=tmp_path, **given)
    assert unknown["outcome"] == "no_match"


@pytest.mark.parametrize(
    "columns",
    [
        {"columns": '{"Head count": "company.employees.count"}'},
        {"columns__head count": "company.employees.count"},
    ],
)
def test_a_file_of_ones_own_is_set_up_by_variables_alone(tmp_path: Path, columns: dict[str, str]) -> None:
    """Which column is which field: as JSON, or in a variable for each."""
    file = tmp_path / "companies.csv"
    file.write_text("domain,Head count\nacme.example,312\n", encoding="utf-8")
    given = {f"connectors__static_csv__{name}": value for name, value in {"path": str(file), **columns}.items()}
    found = told("try", "static_csv", "--domain", "acme.example", folder=tmp_path, **given)
    assert [(each["field"], each["value"]) for each in found["observations"]] == [("company.employees.count", 312)]
    assert found["attempts"] == 0


@pytest.mark.parametrize("columns", ["Headcount=company.name", '["Headcount"]', '{"Headcount": 1}', "{"])
def test_what_is_no_table_is_told_how_to_be_written(tmp_path: Path, columns: str) -> None:
    """Nothing of the value is shown."""
    given = {"connectors__static_csv__path": "companies.csv", "connectors__static_csv__columns": columns}
    said = failed("try", "static_csv", "--domain", "acme.example", folder=tmp_path, **given)
    assert "Setting columns of connector static_csv: it must be a table of text to text, in a variable as JSON" in said
    assert "Headcount" not in said


def test_certify_wants_names_or_all(tmp_path: Path) -> None:
    """Nothing named, or names beside --all, is a question back; an unknown name is named."""
    assert "say --all" in failed("certify", folder=tmp_path)
    assert "say --all" in failed("certify", VENDOR, "--all", folder=tmp_path)
    assert "There is no connector nobody here" in failed("certify", "nobody", folder=tmp_path)


def test_register_holds_who_is_set_up_and_what_is_open(tmp_path: Path) -> None:
    """A vendor without a declared tool is open; with one, the tool stands there in words."""
    key = {"connectors__people_data_labs__api_key": "k"}
    rows = {row["vendor"]: row for row in told("register", folder=tmp_path, **key)}
    assert rows["People Data Labs, Inc."]["open"] == ["no transfer tool is declared"]
    declared = told("register", folder=tmp_path, **key, connectors__people_data_labs__transfer="dpf")
    row = next(row for row in declared if row["vendor"] == "People Data Labs, Inc.")
    assert row["transfer"] == "EU-US Data Privacy Framework (Art. 45)"
    assert (row["open"], row["country"], row["retention"]) == ([], "US", "365 days")
    assert "company.domain" in row["sends"]
    assert "zerobounce" not in {row["connector"].partition("@")[0] for row in declared}


def test_register_is_written_for_people_and_for_tables(tmp_path: Path) -> None:
    """All installed sources as Markdown and as CSV, the same ones."""
    page = typed("connectors", "register", "--all", "--form", "markdown", folder=tmp_path).stdout
    table = list(
        csv.DictReader(io.StringIO(typed("connectors", "register", "--all", "--form", "csv", folder=tmp_path).stdout))
    )
    assert page.startswith("# Register of processors and transfers\n")
    assert page.count("\n## ") == len(table) >= 5
    assert {row["personal data"] for row in table} == {"yes", "no"}


def test_trying_a_paid_vendor_wants_a_word(tmp_path: Path) -> None:
    """Before money is spent by hand, the price is told."""
    key = {"connectors__people_data_labs__api_key": "k"}
    said = failed("try", VENDOR, "--domain", "acme.example", folder=tmp_path, **key)
    assert "may cost 0.10 USD" in said


def test_every_vendor_with_a_free_call_is_checked_by_it(tmp_path: Path) -> None:
    """With the key, and the contact that some demand, all work; with a wrong key, who takes one says so."""
    checked = {name: plugin.manifest for name, plugin in discover().items() if plugin.manifest.check is not None}
    own: dict[str, str] = {}
    for name, manifest in checked.items():
        given = {
            key: KEY if setting.secret else "ops@example.com"
            for key, setting in manifest.spec.items()
            if setting.required
        }
        own |= {f"connectors__{name}__{key}": value for key, value in given.items()}
    keyed = {name for name, manifest in checked.items() if manifest.secrets}
    with started(["sandbox", "vendors"], folder=tmp_path) as server:
        place = server.find(r"http://([0-9.]+:\d+)")
        rows = told("check", *checked, "--sandbox-vendors", place, folder=tmp_path, **own)
        wrong = {name: "wrong" if value == KEY else value for name, value in own.items()}
        env = environment(tmp_path, **wrong)
        again = typed(
            "connectors", "check", *keyed, "--sandbox-vendors", place, "--json", folder=tmp_path, env=env, check=False
        )
    assert {row["id"]: (row["works"], row["says"]) for row in rows} == dict.fromkeys(checked, (True, ""))
    assert len(checked) >= 10
    assert again.returncode == 1
    assert {row["id"] for row in json.loads(again.stdout) if row["works"] is False} == keyed


def test_a_question_is_asked_of_the_sandbox_by_hand(tmp_path: Path) -> None:
    """The sandbox's vendor knows the company, and what it said is shown with how sure it is."""
    key = {"connectors__people_data_labs__api_key": KEY}
    with started(["sandbox", "vendors"], folder=tmp_path) as server:
        place = server.find(r"http://([0-9.]+:\d+)")
        found = told("try", VENDOR, "--domain", "acme.example", "--sandbox-vendors", place, folder=tmp_path, **key)
        assert (found["outcome"], found["cost"], found["attempts"]) == ("match", "0.10 USD", 1)
        names = [each for each in found["observations"] if each["field"] == "company.name"]
        assert names == [{"field": "company.name", "value": "Acme Industries", "confidence": 0.9, "method": "vendor"}]
        bad = {"connectors__people_data_labs__api_key": "wrong"}
        again = unanswered(VENDOR, "--domain", "acme.example", "--sandbox-vendors", place, folder=tmp_path, **bad)
        assert again["outcome"] == "unauthorised"
        person = {"connectors__hunter_person__api_key": KEY}
        asked = ("try", "hunter_person", "--email", "ada@acme.example", "--pay", "--sandbox-vendors", place)
        assert told(*asked, folder=tmp_path, **person)["attempts"] == 1
        shown = [line.partition(" ")[2] for line in server.said.splitlines() if "was asked" in line]
    company = "PeopleDataLabs was asked about acme.example: "
    assert shown == [f"{company}200", f"{company}401", "Hunter was asked: 200"], "nobody's address is shown"

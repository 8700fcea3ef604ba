"""`leadgate registers`, typed on a gateway in a new directory."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.cli.programs import typed
from tests.gateway.cli.test_commands import count_entries
from tests.gateway.verification.registers.making import download

pytestmark = pytest.mark.integration

TODAY = datetime.now(UTC).date()
WEEK_AGO = str(TODAY - timedelta(days=7))
LONG_AGO = str(TODAY - timedelta(days=60))


@pytest.fixture
def founded(tmp_path: Path) -> Path:
    """A folder with a gateway in it."""
    typed("sources", "add", "web", "--kind", "api", folder=tmp_path)
    return tmp_path


def told(*words: str, folder: Path) -> Any:  # noqa: ANN401 - JSON types
    """The JSON that a command prints."""
    return json.loads(typed(*words, "--json", folder=folder).stdout)


def failed(*words: str, folder: Path) -> str:
    """What a command that ends with 1 says on standard error."""
    done = typed(*words, folder=folder, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return " ".join(done.stderr.split())


def test_a_register_is_imported_listed_asked_and_removed(founded: Path) -> None:
    """From the download to an answer, and back to not checked."""
    path = download(founded, ["212,5550123", "212,5550124"])
    done = told("registers", "import", "us_dnc", str(path), "--date", WEEK_AGO, folder=founded)
    assert done == {
        "file": f"us_dnc-{WEEK_AGO}.register",
        "lines": 2,
        "records": 2,
        "listed": 2,
        "areas": ["212"],
        "unread": 0,
        "first_unread": [],
    }
    (row,) = told("registers", "list", "--check", folder=founded)
    assert (row["file"], row["state"], row["records"], row["areas"]) == (done["file"], "current", 2, 1)
    asked = told("registers", "check", "(212) 555-0123", "--region", "US", folder=founded)
    assert asked == [{"register": "us_dnc", "date": WEEK_AGO, "state": "listed"}]
    assert "not_listed" in typed("registers", "check", "+12125550125", folder=founded).stdout
    assert "No register here" in typed("registers", "check", "+4930901820", folder=founded).stdout
    assert told("registers", "remove", done["file"], folder=founded) == {"file": done["file"]}
    assert told("registers", "check", "+12125550123", folder=founded)[0]["state"] == "not_checked"
    assert "could be read" in failed("registers", "check", "+1 212 555 01234", folder=founded)
    for event in ("register.imported", "register.removed"):
        assert asyncio.run(count_entries(founded, event)) == 1


def test_lines_that_cannot_be_read_are_named_by_number(founded: Path) -> None:
    """Everything else is imported, and the command fails so that nobody overlooks it; no line is shown."""
    path = download(founded, ["212,5550123", "secret name", "212,5550124", "1"])
    done = typed("registers", "import", "us_dnc", str(path), "--date", WEEK_AGO, folder=founded, check=False)
    assert done.returncode == 1
    assert "the first of 2: 2, 4." in done.stderr
    assert "secret" not in done.stdout + done.stderr
    (row,) = told("registers", "list", folder=founded)
    assert (row["records"], row["why"]) == (2, "2 lines could not be read: numbers not in it are not_checked")
    states = [told("registers", "check", f"+121255501{end}", folder=founded)[0]["state"] for end in (23, 25)]
    assert states == ["listed", "not_checked"]


def test_an_old_file_is_called_stale(founded: Path) -> None:
    """Its age is seen in the list, and in the answer on who is not in it."""
    path = download(founded, ["0207 3787244"])
    told("registers", "import", "uk_tps", str(path), "--date", LONG_AGO, folder=founded)
    assert told("registers", "list", folder=founded)[0]["state"] == "stale"
    states = [each["state"] for each in told("registers", "check", "+442079460000", folder=founded)]
    assert states == ["stale", "not_checked"]


def test_a_damaged_file_says_so_in_the_list(founded: Path) -> None:
    """With the reason, and without failing: the other files are shown too."""
    path = download(founded, ["0412345678,Y"])
    name = told("registers", "import", "au_dncr", str(path), "--date", WEEK_AGO, folder=founded)["file"]
    file = founded / "leadgate-data" / "registers" / name
    file.write_bytes(file.read_bytes()[:-1])
    (row,) = told("registers", "list", folder=founded)
    assert row["state"] == "unusable"
    assert "cut short" in row["why"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("us_dnc", "--date", str(TODAY + timedelta(days=3))), "lies ahead"),
        (("us_dnc", "--date", "1.10.2026"), "written like 2026-10-01"),
        (("us_dnc", "--date", "20261001"), "written like 2026-10-01"),
        (("robinson", "--date", WEEK_AGO), "one of us_dnc, uk_tps, uk_ctps, au_dncr"),
        (("us_dnc", "--date", WEEK_AGO, "--answer", "listed"), "Only a list of au_dncr"),
        (("au_dncr", "--date", WEEK_AGO, "--answer", "maybe"), "one of listed, not_listed"),
        (("au_dncr", "--date", WEEK_AGO), "No line"),
    ],
)
def test_what_cannot_be_imported_is_refused(founded: Path, words: tuple[str, ...], says: str) -> None:
    """With what is wrong and what would be right, and nothing is left behind."""
    path = download(founded, ["0412345678"])
    assert says in failed("registers", "import", words[0], str(path), *words[1:], folder=founded)
    assert told("registers", "list", folder=founded) == []


def test_where_there_is_no_gateway_none_is_begun(tmp_path: Path) -> None:
    """Looking makes no key store."""
    for words in (("list",), ("check", "+12125550123"), ("remove", "x")):
        assert "There is no key store" in failed("registers", *words, folder=tmp_path)
    assert not (tmp_path / "leadgate-data").exists()


def test_a_number_checked_by_hand_is_looked_up_too(founded: Path) -> None:
    """`verify phone` says what the gateway's own verdict would: listed, and why; the page says it as well."""
    told("registers", "import", "us_dnc", str(download(founded, ["212,5550123"])), "--date", WEEK_AGO, folder=founded)
    words = ("verify", "phone", "+12125550123", "+12125550124", "+4930901820")
    listed, other, abroad = told(*words, folder=founded)
    assert listed["evidence"]["registers"] == [f"us_dnc@{WEEK_AGO}: listed"]
    assert "phone_do_not_call" in [each["code"] for each in listed["reasons"]]
    assert other["evidence"]["registers"] == [f"us_dnc@{WEEK_AGO}: not_listed"]
    assert abroad["evidence"]["registers"] == []
    page = " ".join(typed(*words[:3], folder=founded).stdout.split())
    assert f"Do-not-call registers: us_dnc@{WEEK_AGO}: listed" in page


def test_without_a_gateway_no_register_is_checked_by_hand(
    founded: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No directory, and files whose keys are gone: both say that nothing was checked, and neither makes a directory."""
    bare = tmp_path_factory.mktemp("bare")
    words = ("verify", "phone", "+442079460958")
    assert told(*words, folder=bare)[0]["evidence"]["registers"] == ["uk_tps: not_checked", "uk_ctps: not_checked"]
    assert "Do-not-call registers: uk_tps: not_checked" in " ".join(typed(*words, folder=bare).stdout.split())
    assert not (bare / "leadgate-data").exists()
    told("registers", "import", "us_dnc", str(download(founded, ["212,5550123"])), "--date", WEEK_AGO, folder=founded)
    (founded / "leadgate-data" / "keys").rename(founded / "elsewhere")
    (found,) = told("verify", "phone", "+12125550123", folder=founded)
    assert found["evidence"]["registers"] == ["us_dnc: not_checked"]
    assert not (founded / "leadgate-data" / "keys").exists()

"""The demo: its world runs once, and every expectation of its table is shown to matter."""

import asyncio
import json
import resource
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from gateway.cli import app
from gateway.cli import demo as command
from gateway.errors import SetupError
from gateway.sandbox.demo import run
from gateway.sandbox.demo_table import Result, Table, deviations, load_table
from gateway.sandbox.loopback import SandboxSettings
from tests.gateway.cli.conftest import alone

__all__ = ["alone"]  # a fixture that every test here uses, unnamed

TABLE = load_table()
OTHER: dict[str, dict[Any, Any]] = {
    "status": {"released": "held", "held": "rejected", "rejected": "quarantined", "quarantined": "released"},
    "delivered": {True: False, False: True},
    "may_email": {"allowed": "held", "held": "denied", None: "allowed"},
}
LEADGATE = (sys.executable, "-c", "from gateway.cli import main; main()")


def flips() -> Iterator[Any]:
    """Every expectation turned into another, one at a time: the case, the field, and the table."""
    for index, case in enumerate(TABLE.cases):
        for field in type(case.expect).model_fields:
            now = getattr(case.expect, field)
            new = OTHER[field][now] if field in OTHER else (*now, "other") if isinstance(now, tuple) else f"{now} other"
            cases = list(TABLE.cases)
            cases[index] = case.model_copy(update={"expect": case.expect.model_copy(update={field: new})})
            yield pytest.param(TABLE.model_copy(update={"cases": tuple(cases)}), case.case, id=f"{case.case}-{field}")
    for index, case in enumerate(TABLE.cases):
        cases = [*TABLE.cases[:index], *TABLE.cases[index + 1 :]]
        yield pytest.param(TABLE.model_copy(update={"cases": tuple(cases)}), case.case, id=f"{case.case}-forgotten")
    more = TABLE.cases[0].model_copy(update={"case": "invented"})
    yield pytest.param(TABLE.model_copy(update={"cases": (*TABLE.cases, more)}), "invented", id="invented")
    yield pytest.param(TABLE.model_copy(update={"delivered": TABLE.delivered + 1}), "delivered", id="one-too-few")
    yield pytest.param(TABLE.model_copy(update={"delivered": TABLE.delivered - 1}), "delivered", id="one-too-many")


class Ran:
    """One run of the whole demo, as a person types it: its folder, what it printed, how busy it was."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "kept"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        words = [*LEADGATE, "demo", "--json", "--keep", str(self.folder)]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=280, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        # Its own seconds: on a machine that is busy with other tests, the wall's say nothing.
        self.busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.code, self.printed, self.complained = done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run the demo once, in a process of its own."""
    return Ran(tmp_path_factory.mktemp("demo"))


class Silent:
    """A watcher that only counts; `gateway.sandbox.demo.Watcher`."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: self.told.append(name)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Run the demo's world once, in this process."""
    watcher = Silent()
    found = asyncio.run(run(tmp_path_factory.mktemp("world"), TABLE, watcher))
    assert {"ready", "act", "sent", "moved", "rested", "received", "proved"} == set(watcher.told)
    return found


@pytest.mark.integration
def test_the_demo_prints_exactly_its_result(ran: Ran) -> None:
    """One JSON object with a lead per case, what was delivered, and the proof; exit code 0; under 20 seconds."""
    printed = json.loads(ran.printed)
    assert ran.code == 0, ran.complained
    assert printed == {
        "leads": [
            {"case": case.case, "status": case.expect.status, "reasons": list(case.expect.reasons)}
            for case in TABLE.cases
        ],
        "delivered": TABLE.delivered,
        "audit": {"size": printed["audit"]["size"], "verified": True},
    }
    assert printed["audit"]["size"] > len(TABLE.cases)
    assert ran.complained == ""
    assert ran.busy < 20


@pytest.mark.integration
def test_what_the_demo_keeps_is_its_owners(ran: Ran) -> None:
    """As with a real log: whoever else is on the machine reads nothing."""
    kept = [file for file in ran.folder.iterdir() if file.is_file()]
    assert {"audit.zip", "inbox.jsonl", "report.html"} <= {file.name for file in kept}
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept} == {0o600}


@pytest.mark.integration
def test_what_is_kept_can_be_looked_at(ran: Ran) -> None:
    """The log proves itself, the report is HTML, and the inbox holds each message with its permit."""
    done = subprocess.run(
        [sys.executable, "-m", "audit", "verify", str(ran.folder / "audit.zip")],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert (ran.folder / "report.html").read_text(encoding="utf-8").startswith("<!")
    messages = [json.loads(line) for line in (ran.folder / "inbox.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(messages) == TABLE.delivered
    assert {message["signature"] for message in messages} == {"holds"}
    said = [message["body"]["data"]["permit"]["may_email"]["status"] for message in messages]
    assert sorted(said) == sorted(case.expect.may_email for case in TABLE.cases if case.expect.may_email)
    assert (ran.folder / "data/leadgate.db").stat().st_size > 0


@pytest.mark.integration
def test_everything_comes_as_the_table_expects(result: Result) -> None:
    """The table that comes along holds, in this process too."""
    assert deviations(TABLE, result) == []


@pytest.mark.integration
@pytest.mark.parametrize(("table", "named"), [*flips()])
def test_a_flipped_expectation_ends_with_one(
    table: Table, named: str, result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever expectation is turned, the command ends with 1 and names the case."""
    monkeypatch.setattr(command, "_run", lambda *_: result)
    file = tmp_path / "table.yaml"
    file.write_text(yaml.safe_dump(table.model_dump(mode="json")), encoding="utf-8")
    done = CliRunner().invoke(app, ["demo", "--json", "--table", str(file)])
    assert done.exit_code == 1
    assert f"Not as expected: {named}" in done.stderr
    assert json.loads(done.stdout) == result.to_json()


@pytest.mark.integration
def test_an_unproved_log_ends_with_one(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that the verifier does not prove is never passed over."""
    broken = replace(result, proof=replace(result.proof, verified=False, says="a leaf was changed"))
    monkeypatch.setattr(command, "_run", lambda *_: broken)
    done = CliRunner().invoke(app, ["demo", "--json"])
    assert done.exit_code == 1
    assert "the exported log is not proved" in done.stderr
    assert json.loads(done.stdout)["audit"]["verified"] is False


@pytest.mark.integration
def test_the_story_fits_a_page(tmp_path: Path) -> None:
    """For people: every case with its path, the acceptance, the inbox, the proof and what comes next; 100 columns."""
    done = subprocess.run([*LEADGATE, "demo"], cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stdout.split())
    for case in TABLE.cases:
        assert case.title in told
    for words in ("accepted here by the demo", "may_email held", "everything is proved", "Where to look next"):
        assert words in told
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "\x1b[" not in done.stdout


def test_settings_from_outside_do_not_reach_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database named in the environment, or a vendor's key in leadgate.toml, stays outside."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADGATE_DATABASE_URL", "postgresql://production/leads")
    monkeypatch.setenv("LEADGATE_LIMITS__BATCH_ITEMS", "7")
    (tmp_path / "leadgate.toml").write_text('country = "FR"\n[connectors.people_data_labs]\napi_key = "live"\n')
    settings = SandboxSettings(data_dir=tmp_path)
    assert settings.url.startswith("sqlite:")
    assert settings.country is None
    assert settings.connectors == {}
    assert settings.limits.batch_items == 1000


@pytest.mark.parametrize("text", ["cases: [", "version: 2", "version: 1\ncases: []\ndelivered: 0\nmore: 1"])
def test_a_table_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    """A table with a slip stops the demo before anything starts, by its name."""
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match=r"mine\.yaml"):
        load_table(file)


def test_a_folder_in_use_is_not_overwritten(tmp_path: Path) -> None:
    """What is kept goes to a new folder, never over something."""
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(app, ["demo", "--keep", str(tmp_path)])
    assert done.exit_code == 1
    assert "name a new folder" in done.stderr

"""The commands, typed one after another on a gateway in a new directory."""

import ast
import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from audit.command import NO_FILE
from audit.types import by_name
from consent.suppression import SuppressionKind
from gateway.cli.acts import ACTS
from gateway.settings import load
from gateway.storage.engine.tables import dead_letters
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.tables import deliveries
from gateway.storage.log.tables import audit_entries
from gateway.storage.migrations.migrate import current
from gateway.wiring import connect
from tests.gateway.cli.programs import environment, typed
from tests.house import pages
from tests.house.tree import ROOT
from tests.support.stores import Store

integration = pytest.mark.integration


def told(*words: str, folder: Path) -> Any:  # noqa: ANN401 - JSON types
    """The JSON that a command prints."""
    return json.loads(typed(*words, "--json", folder=folder).stdout)


def failed(*words: str, folder: Path) -> str:
    """What a command that ends with 1 says on standard error; nothing is on standard output."""
    done = typed(*words, folder=folder, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


def test_the_registry_is_closed() -> None:
    """Every act that a command asks for is registered, and every registered act is asked for."""
    asked = {
        call.args[0].value
        for path in (ROOT / "gateway/cli").glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "perform"
        and isinstance(call.args[0], ast.Constant)
    }
    assert asked == set(ACTS)


def test_every_command_that_prints_facts_prints_json() -> None:
    """`--json` stands at every command but those that run until they are stopped."""
    running = {
        ("serve",),
        ("worker",),
        ("sequencer",),
        ("sandbox", "dns"),
        ("sandbox", "inbox"),
        ("sandbox", "vendors"),
    }
    for words, one in pages.leaves(pages.root()):
        has = any("--json" in option.opts for option in pages.options(one))
        assert has is (words not in running), words


def test_every_option_and_argument_is_explained() -> None:
    """Help without words helps nobody."""
    silent = [
        (words, one.name)
        for words, command in pages.leaves(pages.root())
        for one in (*pages.options(command), *pages.arguments(command))
        if not one.help or not command.help
    ]
    assert silent == []


@integration
def test_setting_up(tmp_path: Path) -> None:
    """Sources, notices, keys, destinations and packs, each listed as it was made."""
    settings = tmp_path / "form.yaml"
    settings.write_text("kind: form\norigins: [https://www.example.com]\n", encoding="utf-8")
    made = told(
        *("sources", "add", "website", "--purpose", "inquiry_response,marketing", "--notice", "news"),
        *("--settings", str(settings)),
        folder=tmp_path,
    )
    assert made["kind"] == "form"
    assert made["purposes"] == ["inquiry_response", "marketing"]
    assert made.pop("missing_notices") == ["news"]
    assert told("sources", "list", folder=tmp_path) == [made]
    text = tmp_path / "notice.html"
    text.write_text("We write to you.", encoding="utf-8")
    assert told("notices", "add", str(text), "--id", "news", folder=tmp_path)["version"] == 1
    text.write_text("We write to you, rarely.", encoding="utf-8")
    assert told("notices", "add", str(text), "--id", "news", folder=tmp_path)["version"] == 2
    key = typed("keys", "create", "--source", "website", "--scope", "leads:write", folder=tmp_path)
    assert key.stdout.startswith("lg_")
    assert len(key.stdout.split()) == 1
    secret = typed(
        *("destinations", "add", "crm", "--url", "https://crm.example/hook", "--secret", "new", "--country", "DE"),
        folder=tmp_path,
    )
    assert secret.stdout.startswith("whsec_")
    assert len(secret.stdout.split()) == 1
    for reason in ("Eve Adams left", "gone"):
        why = failed("destinations", "disable", "crm", "--reason", reason, folder=tmp_path)
        assert "one of by_hand, moved, maintenance, contract_ended, incident" in why
        assert "Eve" not in why
    assert told("destinations", "disable", "crm", "--reason", "moved", folder=tmp_path)["name"] == "crm"
    [listed] = told("destinations", "list", folder=tmp_path)
    assert (listed["name"], listed["disabled_reason"]) == ("crm", "moved")
    assert "crm.example" not in json.dumps(listed)
    assert told("policy", "accept", "de", "--as", "A. Tester", folder=tmp_path)
    assert told("policy", "accept", "de", "--as", "A. Tester", folder=tmp_path) == []
    packs = {pack["pack"]: pack for pack in told("policy", "list", folder=tmp_path)}
    assert all(rule["accepted"] for rule in packs["de"]["rules"])
    assert not all(rule["accepted"] for rule in packs["uk"]["rules"])


@integration
def test_suppressing(tmp_path: Path) -> None:
    """What was added or imported is found in any spelling; a bad line is named by its number and stops no other."""
    assert told("suppressions", "add", "ada@acme.example", folder=tmp_path) == {"in_flight": []}
    assert len(told("suppressions", "check", "ADA@Acme.example", folder=tmp_path)) == 1
    assert told("suppressions", "check", "bob@acme.example", folder=tmp_path) == []
    [entry] = told("suppressions", "check", "ada@acme.example", "--kind", "email", folder=tmp_path)
    assert entry["kind"] == "email_canonical"
    assert told("suppressions", "check", "ada@acme.example", "--kind", "email_canonical", folder=tmp_path) == [entry]
    for kind in SuppressionKind:
        value = {"domain": "gone.example", "phone_e164": "+4930901821"}.get(kind, "exact@acme.example")
        told("suppressions", "add", value, "--kind", kind.value, folder=tmp_path)
        assert kind.value in [
            row["kind"] for row in told("suppressions", "check", value, "--kind", kind.value, folder=tmp_path)
        ]
    for value in (
        "0049 30 901821",
        "Tel. +49 30 901821",
        "(+49) 30 901821",
        "tel:+49-30-901821",
    ):  # is taken for a number, not a domain
        assert told("suppressions", "check", value, folder=tmp_path) != []
    lifted = ("suppressions", "lift", "Ada@acme.example", "--reason", "by_mistake")
    assert told(*lifted, "--entry", entry["id"], folder=tmp_path) == [entry]
    assert told("suppressions", "check", "ada@acme.example", folder=tmp_path) == []
    assert "No entry stands" in failed(*lifted, folder=tmp_path)
    assert "whole-provider" in failed("suppressions", "add", "gmail.com", folder=tmp_path)
    assert told("suppressions", "add", "gmail.com", "--whole-provider", folder=tmp_path) == {"in_flight": []}
    strange = failed("suppressions", "add", "x@acme.example", "--kind", "mail", folder=tmp_path)
    assert "email_exact, email_canonical, domain, phone_e164, or email or phone for short" in strange
    why = failed("suppressions", "add", "eve@acme.example", "--reason", "Eve Adams rang", folder=tmp_path)
    assert "one word" in why
    assert "Eve" not in why
    file = tmp_path / "list.csv"
    file.write_text(
        "kind,value\nemail,bob@acme.example\nphone,12\n\n,+49 30 901820\ndomain,dead.example\n"
        ",nobody at acme\nemail,a b@acme.example\nphone,+1\ndomain,ada@acme.example\n",
        encoding="utf-8",
    )
    done = typed("suppressions", "import", str(file), "--json", folder=tmp_path, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["added"] == 3
    assert [each["line"] for each in json.loads(done.stdout)["refused"]] == [3, 7, 8, 9, 10]
    assert "bob" not in done.stderr
    for value in ("bob@acme.example", "+49 (0)30 901820", "dead.example", "eve@mail.dead.example", "www.dead.example"):
        assert len(told("suppressions", "check", value, folder=tmp_path)) == 1, value


@integration
def test_looking_at_leads_that_are_not_there(tmp_path: Path) -> None:
    """Lists are bare arrays, empty too; an unknown lead is an error that says so."""
    assert "no way in for a source of the kind list" in failed("sources", "add", "x", "--kind", "list", folder=tmp_path)
    typed("sources", "add", "website", folder=tmp_path)
    assert told("leads", "list", folder=tmp_path) == []
    assert told("work", "dead", folder=tmp_path) == []
    unknown = "ld_01m831d0sxe008mzzj8zeza8zf"
    assert "no such lead" in failed("leads", "show", unknown, folder=tmp_path)
    assert "no such lead" in failed("consent", "explain", unknown, folder=tmp_path)
    assert "identifier" in failed("leads", "show", "nonsense", folder=tmp_path)
    resolve = ("leads", "resolve", unknown, "consent_needed", "--note", "seen", "--fact", "nonsense")
    assert "NAME=VALUE" in failed(*resolve, folder=tmp_path)


async def give_up(folder: Path) -> None:
    """Leave a job and a delivery behind that were given up, as engine and outbox do."""
    gateway = await connect(load(data_dir=folder / "leadgate-data"))
    now = datetime.now(UTC)
    letter = {"id": "dl_1", "name": "advance", "ids": ["ld_1"], "attempts": 5, "error": "KeyError", "at": now}
    delivery = {
        "id": "dv_1",
        "lead_id": "ld_2",
        "subject_id": "sb_1",
        "destination": "crm",
        "kind": "lead.created",
        "revision": 4,
        "status": "dead",
        "reason": "http_400",
        "decided_by": bytes(16),
        "attempts": 8,
        "next_at": now,
        "created_at": now,
        "ended_at": now + timedelta(seconds=1),
    }
    try:
        await gateway.office.database.write(Unit().insert(dead_letters, letter).insert(deliveries, delivery))
    finally:
        await gateway.close()


async def count_entries(folder: Path, name: str) -> int:
    """How many entries of a type the log holds."""
    gateway = await connect(load(data_dir=folder / "leadgate-data"))
    query = select(func.count()).where(audit_entries.c.type == by_name(name).number)
    try:
        return await gateway.office.database.read(lambda connection: connection.execute(query).scalar_one())
    finally:
        await gateway.close()


@integration
def test_trying_again_what_was_given_up(tmp_path: Path) -> None:
    """A dead letter and a dead delivery are listed, replayed once, gone from the list, and in the log."""
    asyncio.run(give_up(tmp_path))
    rows = told("work", "dead", folder=tmp_path)
    assert [(row["id"], row["about"], row["attempts"], row["why"]) for row in rows] == [
        ("dv_1", ["ld_2"], 8, "http_400"),
        ("dl_1", ["ld_1"], 5, "KeyError"),
    ]
    for ident in ("dl_1", "dv_1"):
        assert told("work", "replay", ident, folder=tmp_path) == {"id": ident}
    assert told("work", "dead", folder=tmp_path) == []
    assert "before" in failed("work", "replay", "dl_1", folder=tmp_path)
    assert "it is pending" in failed("work", "replay", "dv_1", folder=tmp_path)
    assert "No such dead letter" in failed("work", "replay", "dl_2", folder=tmp_path)
    assert "no such delivery" in failed("work", "replay", "dv_2", folder=tmp_path)
    assert asyncio.run(count_entries(tmp_path, "work.replayed")) == 2


@integration
def test_exporting_without_a_server(tmp_path: Path) -> None:
    """On SQLite the command signs what waits itself; the file is proved by the public verifier."""
    typed("sources", "add", "website", folder=tmp_path)
    out = tmp_path / "log.zip"
    made = told("audit", "export", "--out", str(out), "--open", "--purpose", "a test", folder=tmp_path)
    assert made["counts"]["in_scope"] >= 2
    proved = typed("audit", "verify", str(out), "--json", folder=tmp_path)
    assert json.loads(proved.stdout)["verified"] is True
    assert told("audit", "check", folder=tmp_path) == []
    with closing(sqlite3.connect(tmp_path / "leadgate-data" / "leadgate.db")) as store, store:
        store.execute("UPDATE audit_entries SET type = 601 WHERE type = 502")
    checked = typed("audit", "check", "--json", folder=tmp_path, check=False)
    assert checked.returncode != 0
    assert "1 column was edited" in checked.stderr
    assert [(each["table"], each["column"]) for each in json.loads(checked.stdout)] == [("audit_entries", "type")]
    late = datetime.now(UTC).isoformat()
    assert told("audit", "export", "--out", str(tmp_path / "late.zip"), "--from", late, folder=tmp_path)["edited"] == []
    again = typed("audit", "export", "--out", str(tmp_path / "edited.zip"), folder=tmp_path)
    assert "leadgate audit check" in again.stderr
    assert "proved" in typed("audit", "verify", str(tmp_path / "edited.zip"), folder=tmp_path).stdout
    before = out.read_bytes()
    assert "--force" in failed("audit", "export", "--out", str(out), folder=tmp_path)
    assert out.read_bytes() == before
    typed("audit", "export", "--out", str(out), "--force", folder=tmp_path)
    assert out.read_bytes() != before
    out.write_bytes(before[:-1] + b"?")
    assert typed("audit", "verify", str(out), folder=tmp_path, check=False).returncode == 1
    assert typed("audit", "verify", "missing.zip", folder=tmp_path, check=False).returncode == NO_FILE
    assert "purpose" in failed("audit", "export", "--out", "x.zip", "--open", folder=tmp_path)
    assert "offset" in failed("audit", "export", "--out", "x.zip", "--from", "2026-05-01T00:00:00", folder=tmp_path)
    assert "time" in failed("audit", "export", "--out", "x.zip", "--from", "yesterday", folder=tmp_path)
    assert "Nothing is known" in failed(
        "audit", "export", "--out", "x.zip", "--subject", "a@acme.example", folder=tmp_path
    )


@integration
def test_a_gateway_is_not_made_by_looking(tmp_path: Path) -> None:
    """A command that only looks, in the wrong directory, says so and makes nothing."""
    assert "LEADGATE_DATA_DIR" in failed("leads", "list", folder=tmp_path)
    assert not (tmp_path / "leadgate-data").exists()


@integration
@pytest.mark.postgres
@pytest.mark.parametrize("migrated", [True, False])
def test_a_gateway_is_not_made_by_looking_into_a_database(
    tmp_path: Path, postgres_store: Store, *, migrated: bool
) -> None:
    """On PostgreSQL a look at tables without a gateway, or at no tables, makes neither tables nor keys."""
    schema = str(postgres_store.schema) if migrated else f"{postgres_store.schema}_empty"
    env = environment(tmp_path, database_url=postgres_store.url, database_schema=schema)
    for words in (("leads", "list"), ("work", "dead"), ("audit", "export", "--out", "x.zip")):
        done = typed(*words, folder=tmp_path, env=env, check=False)
        assert done.returncode == 1, done.stdout
        assert "no gateway in this database" in " ".join(done.stderr.split())
    assert not (tmp_path / "leadgate-data").exists()
    found = asyncio.run(current(postgres_store.url, schema=schema))
    assert (found is not None) is migrated
    if migrated:
        typed("sources", "add", "website", folder=tmp_path, env=env)
        assert json.loads(typed("leads", "list", "--json", folder=tmp_path, env=env).stdout) == []


@integration
def test_upgrading(tmp_path: Path) -> None:
    """The schema is made, and made again it is the same."""
    first = told("db", "upgrade", folder=tmp_path)
    assert told("db", "upgrade", folder=tmp_path) == first


def test_verifying_needs_no_gateway(tmp_path: Path) -> None:
    """An array with one verdict per value, in order; nothing is written anywhere."""
    assert "like DE" in failed("verify", "phone", "123", "--region", "ZZ", folder=tmp_path)
    found = told("verify", "phone", "+49 30 901820", "030 901820", "nonsense", "--region", "de", folder=tmp_path)
    assert [each["value"] for each in found] == ["+49 30 901820", "030 901820", "nonsense"]
    assert [each["verdict"] for each in found] == ["valid", "valid", "invalid"]
    emails = told("verify", "email", "ada@acme.example", "ada@", "--level", "syntax", folder=tmp_path)
    assert [each["verdict"] for each in emails] == ["deliverable", "undeliverable"]
    assert {each["level"] for each in emails} == {"syntax"}
    assert "A level is one of" in failed("verify", "email", "ada@acme.example", "--level", "numbering", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_plugged_in(tmp_path: Path) -> None:
    """Every plug-in of every folder is listed, configured or not."""
    names = {(each["plugin"], each["name"]) for each in told("plugins", folder=tmp_path)}
    assert {("way in", "form"), ("way out", "webhook"), ("connector", "dns_footprint")} <= names
    listed = {each["id"]: each for each in told("connectors", "list", folder=tmp_path)}
    assert listed["dns_footprint"]["configured"] is True
    assert listed["people_data_labs"]["configured"] is False
    assert listed["people_data_labs"]["needs"] == ["api_key"]


def test_errors_say_what_to_do_and_show_no_traceback(tmp_path: Path) -> None:
    """A missing file, a bad setting, a typing slip: one line on standard error, exit code 1 or 2."""
    assert "missing.html" in failed("notices", "add", "missing.html", "--id", "x", folder=tmp_path)
    (tmp_path / "bad.yaml").write_text("a: [", encoding="utf-8")
    assert "neither JSON nor YAML" in failed("sources", "add", "x", "--settings", "bad.yaml", folder=tmp_path)
    (tmp_path / "leadgate.toml").write_text('log_level = "loud"\n', encoding="utf-8")
    assert "log_level" in failed("sources", "list", folder=tmp_path)
    assert typed("nonsense", folder=tmp_path, check=False).returncode == 2
    assert typed("keys", "create", folder=tmp_path, check=False).returncode == 2


def test_a_surprise_names_its_class_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that nobody expected shows no value; `--debug` shows where it was."""

    def broken(*_: object, **__: object) -> None:
        raise KeyError("ada@acme.example")

    monkeypatch.setattr("gateway.cli.sources.perform", broken)
    said = failed("sources", "list", folder=tmp_path)
    assert "KeyError" in said
    assert "--debug" in said
    assert "ada" not in said
    with pytest.raises(AssertionError):
        typed("--debug", "sources", "list", folder=tmp_path)

"""What commands say to people: slips are named with what to do, and nothing that is copied breaks in two."""

import asyncio
import io
import json
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from gateway.cli import demo, output
from gateway.cli.connectors import list_
from gateway.cli.leads import print_explained
from gateway.cli.work import print_dead
from gateway.desk.leads import Filter
from gateway.desk.office import LOCAL
from gateway.sandbox.demo_table import CaseOutcome, load_table
from tests.gateway.cli.programs import environment, typed
from tests.gateway.cli.test_commands import failed, told
from tests.support.gateway import body_of, lead, running_gateway

LEAD = "ld_01m831d0sxe008mzzj8zeza8zf"


@pytest.mark.integration
def test_a_slip_is_told_with_what_to_do(tmp_path: Path) -> None:
    """Each refusal names the thing that was meant, and where to look or what to type instead."""
    typed("sources", "add", "website", folder=tmp_path)
    for words, says in (
        (("sources", "add", "Web Site"), "/key: lower case letters, digits, - and _ are needed"),
        (("keys", "create", "--source", "website", "--scope", "leads:change"), "leads:change is no scope; scopes are"),
        (("keys", "create", "--source", "website", "--scope", "operate"), "operator and admin may"),
        (("keys", "create", "--source", "website", "--scope", ","), "Nothing is no scope"),
        (("keys", "revoke", "none"), "`leadgate keys list`"),
        (("destinations", "disable", "none"), "`leadgate destinations list`"),
        (("destinations", "add", "crm"), "like https://crm.example/hooks/leads. A webhook is signed: --secret new"),
        (("destinations", "add", "crm", "--url", "https://x.example", "--secret", "abc"), "`new` makes one"),
        (("policy", "accept", "de", "--as", " "), "say who"),
        (("leads", "list", "--status", "releasd"), "no status of this name: it is one of received, verified"),
        (("leads", "list", "--stage", "inqury"), "no stage of this name: it is one of prospect"),
        (("suppressions", "add", "nonsense"), "Nobody can be reached by this: write a domain like example.com"),
        (("suppressions", "add", "a@acme.example", "--channel", "fax"), "no channel of this name"),
        (("audit", "export", "--out", "none/log.zip"), "There is no folder"),
        (("audit", "export", "--out", "log.zip", "--type", "lead.taken"), "The types are log.batch, log.recovered"),
    ):
        assert says in failed(*words, folder=tmp_path), words
    assert not list(tmp_path.glob("*.zip*"))
    assert all(not rule["accepted"] for rule in _permits(told("policy", "list", folder=tmp_path)))


def _permits(packs: list[dict[str, list[dict[str, object]]]]) -> list[dict[str, object]]:
    return [rule for pack in packs for rule in pack["rules"] if rule["kind"] == "permit"]


@pytest.mark.integration
def test_a_file_that_cannot_be_written_is_called_as_it_was_asked_for(tmp_path: Path) -> None:
    """The name under which the export is begun says nothing to anybody."""
    typed("sources", "add", "website", folder=tmp_path)
    (tmp_path / "taken").mkdir()
    said = failed("audit", "export", "--out", "taken", "--force", folder=tmp_path)
    assert f"{tmp_path / 'taken'} cannot be written: Is a directory" in said


@pytest.mark.integration
def test_lost_keys_are_no_empty_directory(tmp_path: Path) -> None:
    """Where the database is and the keys are not, nobody is sent to begin anew."""
    typed("sources", "add", "website", folder=tmp_path)
    (tmp_path / "leadgate-data/keys").rename(tmp_path / "lost")
    said = failed("leads", "list", folder=tmp_path)
    assert "restore it from its own backup" in said
    assert "leadgate sources add" not in said


@pytest.mark.integration
def test_a_form_is_told_its_address_and_a_program_to_make_a_key(tmp_path: Path) -> None:
    """What comes next depends on who posts; a notice that nobody stored is named."""
    env = environment(tmp_path, public_url="https://leads.example/")
    form = typed("sources", "add", "website", "--kind", "form", "--notice", "news", folder=tmp_path, env=env)
    assert "https://leads.example/f/website" in form.stderr
    assert "leadgate notices add FILE --id news" in form.stderr
    assert "keys create" not in form.stderr
    (tmp_path / "news.html").write_text("We write to you.", encoding="utf-8")
    typed("notices", "add", "news.html", "--id", "news", folder=tmp_path, env=env)
    again = typed("sources", "add", "website", "--kind", "form", "--notice", "news", folder=tmp_path, env=env)
    assert "notices add" not in again.stderr
    program = typed("sources", "add", "shop", folder=tmp_path, env=env)
    assert "leadgate keys create --source shop" in program.stderr
    listed = {each["key"]: each["address"] for each in told("sources", "list", folder=tmp_path)}
    assert listed["shop"] is None
    assert listed["website"].endswith("/f/website")


@pytest.mark.integration
def test_a_site_is_added_to_a_form_without_its_file(tmp_path: Path) -> None:
    """The other settings stay as they were; what is no origin, and a form that is not there, is said so."""
    (tmp_path / "website.json").write_text('{"kind": "form", "redirects": ["https://a.example/thanks"]}')
    typed("sources", "add", "website", "--settings", "website.json", folder=tmp_path)
    done = typed("sources", "allow", "website", "https://a.example", folder=tmp_path)
    assert "expected from https://a.example" in done.stderr
    assert told("sources", "allow", "website", "https://b.example", folder=tmp_path)["origins"] == [
        "https://a.example",
        "https://b.example",
    ]
    assert "an origin like" in failed("sources", "allow", "website", "https://b.example/page", folder=tmp_path)
    assert "no source with this key" in failed("sources", "allow", "shop", "https://b.example", folder=tmp_path)


@pytest.mark.integration
def test_keys_are_listed_and_never_shown(tmp_path: Path) -> None:
    """Whose they are, what they may do, and since when one is revoked."""
    typed("sources", "add", "website", folder=tmp_path)
    made = told("keys", "create", "--source", "website", "--scope", "leads:write", folder=tmp_path)
    told("keys", "create", "--role", "operator", "--scope", "operate,leads:read", folder=tmp_path)
    told("keys", "revoke", made["id"], folder=tmp_path)
    first, second = told("keys", "list", folder=tmp_path)
    assert (first["id"], first["source"], first["scopes"]) == (made["id"], "website", ["leads:write"])
    assert first["revoked_at"] > first["created_at"]
    assert (second["role"], second["revoked_at"]) == ("operator", None)
    assert made["key"].rpartition("_")[2] not in json.dumps([first, second])


def test_the_version_is_told(tmp_path: Path) -> None:
    """For whoever asks for help, and without any gateway."""
    assert typed("--version", folder=tmp_path).stdout == "leadgate 0.1.0\n"


def terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """Have commands print to a terminal so many columns wide."""
    monkeypatch.setattr(output, "console", lambda: Console(width=width, force_terminal=True, color_system=None))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_an_id_stays_whole_and_every_column_is_there(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A terminal may be narrow; what is copied out of it is not cut, and no column is dropped."""
    terminal(monkeypatch, width)
    row = {"id": LEAD, "scopes": ["leads:read", "leads:write"], "at": "2026-11-23T03:21:20.854Z", "gone": None}
    output.print_rows([row] * 2, {"id": "lead", "scopes": "may", "at": "since", "gone": "revoked"}, empty="")
    said = capsys.readouterr().out
    assert said.count(LEAD) == 2
    assert said.splitlines()[0].split() == ["lead", "may", "since", "revoked"]
    assert "854" not in said
    assert max(map(len, said.splitlines())) <= width


def test_vendors_are_listed_on_a_terminal_of_eighty_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ids and prices are whole, and what a vendor does is wrapped between words."""
    terminal(monkeypatch, 80)
    list_(as_json=True)
    rows = json.loads(capsys.readouterr().out)
    list_()
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split("  ")[0] == "connector"
    assert max(map(len, lines)) <= 80
    begun = [line.split("  ") for line in lines if not line.startswith(" ")]
    assert [cells[0] for cells in begun] == [row["id"] for row in rows]
    assert all(row["price"] in map(str.strip, cells) for row, cells in zip(rows, begun, strict=True))
    said = set(" ".join(lines).split())
    assert all(word in said for row in rows for word in row["does"].split())


def test_a_table_that_is_piped_has_a_line_for_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever reads it finds all of a row in one line, however long."""
    list_(as_json=True)
    rows = json.loads(capsys.readouterr().out)
    list_()
    _, *lines = capsys.readouterr().out.splitlines()
    assert all(row["does"] in line and row["price"] in line for row, line in zip(rows, lines, strict=True))


def test_what_was_given_up_fits_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At eighty columns no word is broken, and every id is whole; of a job about many leads it shows some."""
    terminal(monkeypatch, 80)
    row = {"attempts": 8, "why": "http_500", "at": "2026-11-23T03:21:20.854Z"}
    delivery = {"id": LEAD.replace("ld_", "dv_"), "what": "lead.created to rx", "about": [LEAD], **row}
    job = {"id": LEAD.replace("ld_", "dl_"), "what": "advance", "about": [LEAD] * 9, **row}
    print_dead([delivery, job])
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 80
    assert all(word in said.split() for word in ("lead.created", "http_500", "2026-11-23", delivery["id"], job["id"]))
    assert said.count(LEAD) == 4
    assert "and 6 more" in said


def test_a_hold_is_explained_with_the_command_that_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    """On the command line, no HTTP call to translate by hand."""
    call = "POST /v1/leads/{id}/holds/transfer_unclear:resolve"
    says = ["It waits.", f"To end this: {call} (it needs recipient_country, transfer_tool)."]
    other = ["To end this: POST /v1/consents (it needs consent_status)."]
    held = {"recipient": "crm", "purpose": "marketing", "channel": "email", "outcome": "HOLD", "reason": "x"}
    print_explained(LEAD, [{**held, "says": says}, {**held, "says": other}])
    said = " ".join(capsys.readouterr().out.split())
    facts = "--fact recipient_country=… --fact transfer_tool=…"
    assert f"leadgate leads resolve {LEAD} transfer_unclear {facts} --note …" in said
    assert "{id}" not in said
    assert "POST /v1/consents" in said


@pytest.mark.integration
async def test_the_command_that_it_names_ends_the_hold(tmp_path: Path) -> None:
    """What `leads show` says of a lead that waits is typed, and the lead goes on."""
    async with running_gateway(tmp_path) as world:
        client = world.client_of(world.keys["web"])
        sent = lead(person={"email": "ada@timeout.example"})
        made = body_of(await client.post("/v1/leads", json=sent, headers={"Prefer": "wait=10"}))
        assert made["status"] == "held"
    show = partial(typed, "leads", "show", made["id"], folder=tmp_path, env=_at(tmp_path))
    told = " ".join((await asyncio.to_thread(show)).stdout.split())
    command = f"leadgate leads resolve {made['id']} {made['reason']} --note …"
    assert command in told
    assert "dns_timeout: " in told
    assert "May be relied on until" not in told
    whole = " ".join((await asyncio.to_thread(show, "--verdicts")).stdout.split())
    assert "Ask again: after 15 minutes" in whole
    assert "May be relied on until" in whole
    assert "timeout.example" not in whole
    assert "company: unknown" in whole
    assert "Passed over: email (name_servers_unknown)" in whole
    steps = json.loads((await asyncio.to_thread(show, "--json")).stdout)["timeline"]
    assert [step["verdicts"] for step in steps if "verdicts" in step] == [{"email": "unknown", "company": "unknown"}]
    words = command.replace("…", "seen").split()[1:]
    ended = await asyncio.to_thread(typed, *words, "--json", folder=tmp_path, env=_at(tmp_path))
    assert json.loads(ended.stdout)["status"] != "held"


@pytest.mark.integration
@pytest.mark.parametrize("site", ["https://staging.acme.example", None])
async def test_a_lead_tells_which_site_its_form_post_came_from(tmp_path: Path, site: str | None) -> None:
    """Where a site was forgotten in the form's list, `leads show` names it; a post that named none shows none."""
    headers = {} if site is None else {"Origin": site}
    async with running_gateway(tmp_path, destination=False) as world:
        await world.add_source("contact", "form", origins=["https://www.acme.example"])
        await world.client.post("/f/contact", data={"email": "ada@acme.example"}, headers=headers)
        (row,) = await world.gateway.desks.leads.list(LOCAL, Filter())
    shown = await asyncio.to_thread(typed, "leads", "show", row["id"], folder=tmp_path, env=_at(tmp_path))
    assert (f"sent from {site}" in shown.stdout) == ("sent from" in shown.stdout) == (site is not None)
    assert ("origin_not_listed" in shown.stdout) == (site is not None)


@pytest.mark.integration
async def test_evidence_that_ends_nothing_is_no_success(tmp_path: Path) -> None:
    """A lapsed assessment: the command fails, says why and what would do; a valid one says what it changed."""
    async with running_gateway(tmp_path) as world:
        client = world.client_of(world.keys["web"])
        sent = lead(person={"email": "ada@acme.example", "country": "DE"})
        made = body_of(await client.post("/v1/leads", json=sent, headers={"Prefer": "wait=10"}))
        assert made["status"] == "released"
    words = ["leads", "resolve", made["id"], "assessment_missing", "--note", "assessed", "--fact", "lia_id=lia-7"]
    resolve = partial(typed, *words, folder=tmp_path, env=_at(tmp_path))
    lapsed = await asyncio.to_thread(resolve, "--fact", "lia_valid_until=2020-01-01T00:00:00Z", check=False)
    assert lapsed.returncode != 0
    told = " ".join(lapsed.stderr.split())
    assert "This time is over" in told
    assert "held as before" in told
    valid = await asyncio.to_thread(resolve, "--fact", "lia_valid_until=2100-01-01T00:00:00Z")
    assert "crm, marketing by post: HOLD (assessment_missing) -> ALLOW" in valid.stderr


def _at(folder: Path) -> dict[str, str]:
    return {**environment(folder), "LEADGATE_DATA_DIR": str(folder / "data")}


@pytest.mark.parametrize("width", [50, 80, 91, 100, 140])
def test_the_demo_fits_the_terminal(width: int, tmp_path: Path) -> None:
    """Wide or narrow, each path stands whole, and nothing runs over the edge."""
    page = io.StringIO()
    story = demo._Story(Console(file=page, width=width, highlight=False))
    steps = ("received", "verified", "enriched", "decided", "released")
    for number, case in enumerate(load_table().cases, 1):
        story.sent(number, case)
        outcome = CaseOutcome(case=case.case, status="released", reasons=(), steps=steps, says=("It may. " * 30,))
        story.rested(number, case, outcome)
    demo._next(Console(file=page, width=width, highlight=False), tmp_path / "kept")
    lines = page.getvalue().splitlines()
    if width >= 80:
        assert sum("received > verified > enriched > decided > released" in line for line in lines) == 9
    story_lines = lines[: lines.index("Where to look next")]
    assert max(map(len, story_lines)) <= width
    assert {"the log, as an auditor reads it", "a gateway of your own"} <= {
        line.strip() for line in lines
    } or width > 100

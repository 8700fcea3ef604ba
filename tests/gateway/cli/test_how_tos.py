"""The how-to pages for whoever runs a gateway, typed: what they say is done, and comes out as they say."""

import configparser
import csv
import io
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import jwt
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as families
from standardwebhooks.webhooks import Webhook

from gateway.settings import load
from tests.gateway.cli.programs import environment, run, shell_blocks, started, type_in, typed
from tests.gateway.cli.receiver import Receiver, listening
from tests.house.tree import ROOT

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

HOW_TO = ROOT / "docs/how-to"
FIRST = "import json, sys; found = json.load(sys.stdin); print((found if isinstance(found, list) else found['items'])"
SPAM = {"name": "Bob", "email": "bob@acme.example", "_gotcha": "1", "message": "http://a.de http://b.de " * 3}


def first(command: str) -> str:
    """The id of the first thing that a command lists."""
    return f'"$({command} | python -c "{FIRST}[0][\'id\'])")"'


def fences(page: str, language: str) -> list[str]:
    """The blocks of one language on a page."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A server that is running, with a form `website` and a receiver that nothing is sent to yet."""

    folder: Path
    env: dict[str, str]
    url: str
    receiver: Receiver

    def post(self, **fields: str) -> None:
        """Post the form as a browser without scripts does."""
        with urlopen(Request(f"{self.url}/f/website", urlencode(fields).encode())) as answer:  # noqa: S310 - loopback
            assert answer.status == 202

    def get(self, path: str) -> str:
        """Read an address that needs no key."""
        with urlopen(f"{self.url}{path}") as answer:  # noqa: S310 - loopback
            return str(answer.read().decode())

    def do(self, *words: str) -> str:
        """Run a command that is handed to the server."""
        return typed(*words, folder=self.folder, env=self.env).stdout

    def listed(self, *words: str) -> list[dict[str, Any]]:
        """What a command lists."""
        rows: list[dict[str, Any]] = json.loads(self.do(*words, "--json"))
        return rows

    def until(self, *words: str, count: int) -> list[dict[str, Any]]:
        """Wait until a command lists so many."""
        ends = time.monotonic() + 60
        while len(rows := self.listed(*words)) < count:
            assert time.monotonic() < ends, rows
            time.sleep(0.1)
        return rows

    def type_in(self, blocks: list[str], **places: str) -> subprocess.CompletedProcess[str]:
        """Type blocks of a page, with what stands there in place of the page's own."""
        script = "\n".join(blocks).replace("http://127.0.0.1:8080", self.url)
        for old, new in places.items():
            assert PLACES[old] in script
            script = script.replace(PLACES[old], new)
        return type_in(script, folder=self.folder, env=self.env)


PLACES = {"lead": '"ld_…"', "post": '"qr_…"', "delivery": '"dv_…"', "crm": "https://crm.example.com/hooks/leads"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A form's gateway, with rules accepted."""
    if shutil.which("curl") is None:
        pytest.skip("the pages ask with curl, which is not installed")
    with ExitStack() as stack:
        dns = stack.enter_context(started(["sandbox", "dns"], folder=tmp_path))
        env = environment(tmp_path, dns_servers=dns.find(r"answers on (\S+)"), country="DE")
        receiver = stack.enter_context(listening())
        typed("sources", "add", "website", "--kind", "form", folder=tmp_path, env=env)
        typed("policy", "accept", "all", "--as", "A. Tester", folder=tmp_path, env=env)
        server = stack.enter_context(started(["serve", "--port", "0"], folder=tmp_path, env=env))
        yield Site(folder=tmp_path, env=env, url=server.find(r"listens on (\S+)"), receiver=receiver)
        assert server.stop() == 0, server.said


def test_what_waits_is_seen_to(site: Site) -> None:
    """A held lead goes on, a post in quarantine becomes a lead, and a delivery is tried again."""
    site.do("destinations", "add", "inside", "--url", "https://10.0.0.1/leads", "--secret", "new", "--country", "DE")
    site.post(email="ada@timeout.example", country="DE")
    site.post(email="ada@acme.example", country="DE")
    site.post(**SPAM)
    site.until("leads", "list", "--status", "held", count=1)
    [dead] = site.until("work", "dead", count=1)
    assert dead["why"] == "address_refused"
    done = site.type_in(
        shell_blocks("how-to/see-to-what-waits.md"),
        lead=first("leadgate leads list --status held --json"),
        post=first(f'curl -sS -H "Authorization: Bearer $OPERATOR" {site.url}/v1/quarantine'),
        delivery=f'"{dead["id"]}"',
    )
    assert "email_unknown" in done.stdout
    assert '"honeypot_filled"' in done.stdout
    assert "_gotcha=1" in done.stdout
    leads = site.until("leads", "list", count=3)
    assert [each for each in leads if each["status"] == "held"] == []
    again = {each["id"]: each["attempts"] for each in site.until("work", "dead", count=3)}
    assert again[dead["id"]] == 2


def test_leads_are_written_to_a_file(site: Site) -> None:
    """The page's destination gets a CSV file of the day, with the form's own fields in their column."""
    (first_block, reading) = shell_blocks("how-to/write-leads-to-files.md")
    site.type_in([first_block])
    site.post(email="ada@acme.example", country="DE", message="Please call me.", team_size="20")
    site.until("leads", "list", "--status", "released", count=1)
    [line] = csv.DictReader(io.StringIO(site.type_in([reading]).stdout, newline=""))
    assert (line["type"], line["contact_email"]) == ("lead.created", "ada@acme.example")
    assert json.loads(line["attributes"]) == {"team_size": "20"}


def test_a_key_and_a_secret_are_replaced_without_a_gap(site: Site) -> None:
    """The old key ends when the page ends it; between the two changes a message is signed by both secrets."""
    crm = ("destinations", "add", "crm", "--url", site.receiver.url, "--country", "DE", "--allow-private")
    old = site.do(*crm, "--secret", "new").strip()
    (site.folder / "old.txt").write_text(old, encoding="utf-8")
    key = site.do("keys", "create", "--source", "website", "--scope", "leads:write").strip()
    keys, secrets = (
        shell_blocks("how-to/change-keys-and-secrets.md")[:2],
        shell_blocks("how-to/change-keys-and-secrets.md")[2:],
    )
    site.type_in([f'OLD="{key.split("_")[1]}"', *keys])
    first_key, second_key = site.listed("keys", "list")
    assert first_key["revoked_at"] is not None
    assert (second_key["source"], second_key["revoked_at"]) == ("website", None)
    private = f"{site.receiver.url} --allow-private"
    site.type_in(secrets[:1], crm=private)
    new = (site.folder / "new.txt").read_text(encoding="utf-8").strip()
    site.post(email="ada@acme.example", country="DE")
    site.until("leads", "list", "--status", "released", count=1)
    site.type_in(secrets[1:], crm=private)
    site.post(email="bob@brightpath.example", country="DE")
    site.until("leads", "list", "--status", "released", count=2)
    (both, first_body), (one, second_body) = [(headers, body) for headers, body in site.receiver.received]
    Webhook(old).verify(first_body, both)
    Webhook(new).verify(first_body, both)
    Webhook(new).verify(second_body, one)
    assert len(one["webhook-signature"].split(" ")) == 1


def test_a_receiver_checks_its_permit_with_any_jwt_library(site: Site) -> None:
    """The page's own lines take the key from the gateway, accept what came, and refuse all that is not just that."""
    site.do(
        "destinations",
        "add",
        "crm",
        "--url",
        site.receiver.url,
        "--country",
        "DE",
        "--allow-private",
        "--secret",
        "new",
    )
    site.post(email="ada@acme.example", country="DE")
    site.until("leads", "list", "--status", "released", count=1)
    [(headers, body)] = site.receiver.received
    _signature, code = fences("receive-webhooks.md", "python")
    assert "https://leads.example.com" in code
    page: dict[str, Any] = {}
    exec(code.replace("https://leads.example.com", site.url), page)  # noqa: S102 - our own page
    claims = page["permit"](headers, body, "crm")
    assert claims["channels"]["email"]["purposes"]["inquiry_response"] == "allowed"
    assert json.loads(body)["data"]["permit"]["may_email"]["status"] == claims["channels"]["email"]["may"]
    with pytest.raises(ValueError, match="another message"):
        page["permit"](headers, body + b" ", "crm")
    with pytest.raises(jwt.InvalidAudienceError):
        page["permit"](headers, body, "other")
    head, said, signature = headers["leadgate-permit"].split(".")
    forged = {**headers, "leadgate-permit": f"{head}.{said}.{signature[:-4]}AAAA"}
    with pytest.raises(jwt.InvalidSignatureError):
        page["permit"](forged, body, "crm")


def test_the_log_is_handed_over(site: Site) -> None:
    """All sealed, a month, one person opened; each proves itself, and the person's file tells of nobody else."""
    typed("destinations", "add", "files", "--kind", "file", "--country", "DE", folder=site.folder, env=site.env)
    site.post(email="ada.brandt@acme.example", country="DE")
    site.post(email="bob@brightpath.example", country="DE")
    ada, bob = (each["id"] for each in site.until("leads", "list", "--status", "released", count=2))
    done = site.type_in(shell_blocks("how-to/hand-over-the-log.md"))
    assert "person.zip: proved" in done.stdout
    assert re.search(r"^leadgate\.local/audit/\w+\n\d+\n", done.stdout, re.MULTILINE)
    report = (site.folder / "person/report.html").read_text(encoding="utf-8")
    assert ada in report
    assert bob not in report
    assert "access request 2026-17" in report
    key = site.get("/.well-known/leadgate-log-key").strip()
    assert key in done.stdout
    assert "proved" in site.do("audit", "verify", "all.zip", "--key", key)
    for name in ("all.zip", "march.zip"):
        site.do("audit", "verify", name)
    assert "ada.brandt" not in (site.folder / "person/events.jsonl").read_text(encoding="utf-8")


def test_a_gateway_comes_back_from_its_backup(tmp_path: Path) -> None:
    """Copied, lost, put back: the same leads, the same log, and it goes on signing."""
    env = environment(tmp_path, country="DE")
    make, restore, look = shell_blocks("how-to/back-up.md")
    typed("sources", "add", "website", folder=tmp_path, env=env)
    typed("audit", "export", "--out", "before.zip", folder=tmp_path, env=env)
    backup = str(tmp_path / "backup")
    type_in(make.replace("/backup", backup), folder=tmp_path, env=env)
    (tmp_path / "leadgate-data").rename(tmp_path / "lost")
    assert "leadgate serve\n" in restore
    restore = restore.replace("/backup", backup).replace("leadgate serve\n", "")
    look = look.replace("/srv/restored", str(tmp_path))
    done = type_in(restore + look, folder=tmp_path, env=env)
    assert "restored.zip: proved" in done.stdout
    one, two = (json.loads(_log(tmp_path, name, env)) for name in ("before.zip", "restored.zip"))
    assert one["log_key"] == two["log_key"]
    assert two["tree_size"] > one["tree_size"]


def _log(folder: Path, name: str, env: dict[str, str]) -> str:
    return typed("audit", "verify", name, "--json", folder=folder, env=env).stdout


def test_a_database_older_than_the_memory_is_not_signed(tmp_path: Path) -> None:
    """The page says so: what belongs together is put back together, or nothing leaves."""
    env = environment(tmp_path, country="DE")
    data = tmp_path / "leadgate-data"
    typed("sources", "add", "website", folder=tmp_path, env=env)
    typed("audit", "export", "--out", "one.zip", folder=tmp_path, env=env)
    shutil.copytree(data, tmp_path / "older")
    typed("audit", "export", "--out", "two.zip", folder=tmp_path, env=env)
    for file in data.glob("leadgate.db*"):
        file.unlink()
    for file in (tmp_path / "older").glob("leadgate.db*"):
        shutil.copy(file, data)
    with started(["serve", "--port", "0"], folder=tmp_path, env=env) as server:
        server.find(r"(leaves were signed, the store holds)")


def test_the_monitoring_page_names_what_there_is(site: Site) -> None:
    """Every metric of every alarm is one that the gateway gives, and readiness is read as the page reads it."""
    site.post(email="ada@acme.example", country="DE")
    site.until("leads", "list", "--status", "held", count=1)
    done = site.type_in(shell_blocks("how-to/monitor.md"))
    assert {each["name"] for each in json.loads(done.stdout)["checks"]} >= {"database", "keys", "sequencer"}
    given = {sample.name for family in families(site.get("/metrics")) for sample in family.samples}
    declared = set(re.findall(r"^# TYPE (\w+)", site.get("/metrics"), re.MULTILINE))
    _, alarms = (yaml.safe_load(each) for each in fences("monitor.md", "yaml"))
    wanted = {name for rule in alarms["groups"][0]["rules"] for name in re.findall(r"leadgate_\w+", rule["expr"])}
    assert wanted
    assert wanted <= given | declared


def test_the_crm_recipes_can_be_added_as_the_page_says(tmp_path: Path) -> None:
    """Each map file and its command, letter by letter."""
    typed("sources", "add", "website", folder=tmp_path)
    maps, commands = fences("map-to-a-crm.md", "yaml"), shell_blocks("how-to/map-to-a-crm.md")
    assert len(commands) == 2
    for command, content in zip(commands, maps, strict=False):
        name = re.search(r"--map (\S+)", command)
        assert name is not None
        (tmp_path / name[1]).write_text(content, encoding="utf-8")
        type_in(command, folder=tmp_path, env=environment(tmp_path))
    (tmp_path / "own.yaml").write_text(maps[2], encoding="utf-8")
    own = ("destinations", "add", "own", "--map", "own.yaml", "--url", "https://crm.example.com/x", "--secret", "new")
    typed(*own, folder=tmp_path)
    rows = json.loads(typed("destinations", "list", "--json", folder=tmp_path).stdout)
    assert [each["name"] for each in rows] == ["hubspot", "own", "salesforce"]


def test_a_form_is_connected_as_the_page_says(tmp_path: Path) -> None:
    """The notice, the settings file and the command: a tick of that box is consent to marketing."""
    (tmp_path / "newsletter.html").write_text("Yes, write to me.", encoding="utf-8")
    (tmp_path / "website.json").write_text(fences("connect-a-form.md", "json")[0], encoding="utf-8")
    done = type_in("\n".join(shell_blocks("how-to/connect-a-form.md")), folder=tmp_path, env=environment(tmp_path))
    assert "No leads here." in done.stdout
    assert "Nobody has stored" not in done.stderr
    [source] = json.loads(typed("sources", "list", "--json", folder=tmp_path).stdout)
    assert (source["purposes"], source["consent_boxes"]) == (["inquiry_response", "marketing"], ["newsletter"])


def test_the_unit_of_the_page_starts_a_gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where systemd is installed it accepts it; its command exists, and its settings file is read."""
    [unit] = fences("run-as-a-service.md", "ini")
    read = configparser.RawConfigParser(strict=False, allow_no_value=True)
    read.optionxform = str  # type: ignore[assignment, method-assign]  # systemd's names have capitals
    read.read_string(unit)
    service = read["Service"]
    program, *words = service["ExecStart"].split()
    assert program == "/opt/leadgate/bin/leadgate"
    run(*words, "--help", folder=tmp_path)
    [settings] = fences("run-as-a-service.md", "toml")
    (tmp_path / "leadgate.toml").write_text(settings, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("LEADGATE_")]:
        monkeypatch.delenv(name)
    name = service["LoadCredential"].partition(":")[0]
    (tmp_path / name).write_text("a key", encoding="utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    loaded = load()
    assert loaded.connectors == {"people_data_labs": {"api_key": "a key"}}
    assert str(loaded.data_dir).startswith(service["WorkingDirectory"])
    assert [str(each) for each in loaded.proxies] == ["127.0.0.1/32", "::1/128"]
    if shutil.which("systemd-analyze"):
        file = tmp_path / "leadgate.service"
        file.write_text(unit.replace(program, "/bin/true").replace("User=leadgate\n", ""), encoding="utf-8")
        done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
        assert "leadgate.service" not in done.stdout + done.stderr

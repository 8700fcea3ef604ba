"""The gateway as a process: a lead posted with curl arrives once and signed, commands hand over, and it ends well."""

import base64
import http.client
import json
import os
import shutil
import signal
import stat
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from standardwebhooks.webhooks import Webhook

from tests.gateway.cli.programs import Server, environment, run, started, typed
from tests.gateway.cli.receiver import Receiver, listening
from tests.support import stores

pytestmark = pytest.mark.integration

LEAD = {
    "person": {"email": "ada.brandt@acme.example", "full_name": "Ada Brandt", "country": "DE"},
    "inquiry": {"kind": "demo", "message": "Please call me about pricing."},
}


@pytest.fixture
def env(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a gateway whose names come from `leadgate sandbox dns`."""
    with started(["sandbox", "dns"], folder=tmp_path) as dns:
        address = dns.find(r"answers on (\S+)")
        yield environment(tmp_path, dns_servers=address, country="DE")
        assert dns.stop() == 0


def post(url: str, key: str, lead: object, *headers: str) -> tuple[int, dict[str, object]]:
    """Post a lead with curl, or where it is missing with the standard library."""
    given = ["Content-Type: application/json", f"Authorization: Bearer {key}", *headers]
    body = json.dumps(lead)
    if shutil.which("curl"):
        words = [word for header in given for word in ("-H", header)]
        done = subprocess.run(
            ["curl", "-sS", "-w", "\n%{http_code}", *words, "-d", body, f"{url}/v1/leads"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        text, _, status = done.stdout.rpartition("\n")
        return int(status), json.loads(text)
    host = url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("POST", "/v1/leads", body, dict(header.split(": ", 1) for header in given))
    reply = connection.getresponse()
    return reply.status, json.load(reply)


def arrived(receiver: Receiver, count: int) -> list[tuple[dict[str, str], bytes]]:
    """Wait for messages."""
    until = time.monotonic() + 60
    while len(receiver.received) < count and time.monotonic() < until:
        time.sleep(0.05)
    return receiver.received


def set_up(
    folder: Path, env: dict[str, str], receiver: Receiver, run: Callable[..., CompletedProcess[str]] = typed
) -> tuple[str, str]:
    """Do what the tutorial does; returns the API key and the signing secret."""
    run("sources", "add", "website", "--kind", "api", folder=folder, env=env)
    key = run(
        *("keys", "create", "--source", "website", "--scope", "leads:write,leads:read"), folder=folder, env=env
    ).stdout.strip()
    secret = run(
        *("destinations", "add", "crm", "--url", receiver.url, "--secret", "new", "--country", "DE"),
        "--allow-private",
        folder=folder,
        env=env,
    ).stdout.strip()
    run("policy", "accept", "all", "--as", "A. Tester", folder=folder, env=env)
    return key, secret


def listed(folder: Path, env: dict[str, str]) -> list[dict[str, object]]:
    """The leads, as the command lists them."""
    rows: list[dict[str, object]] = json.loads(typed("leads", "list", "--json", folder=folder, env=env).stdout)
    return rows


def serving(server: Server) -> str:
    """The URL that a server listens on."""
    return server.find(r"listens on (\S+)")


def permit_of(headers: dict[str, str]) -> dict[str, object]:
    """The claims of the permit that came with a message."""
    payload = headers["leadgate-permit"].split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def unwell(url: str, name: str) -> str | None:
    """What readiness says of a check; None where all is well."""
    with urllib.request.urlopen(f"{url}/health/ready", timeout=30) as answer:  # noqa: S310 - loopback
        (found,) = [each["detail"] for each in json.load(answer)["checks"] if each["name"] == name]
    return None if found is None else str(found)


def test_a_lead_posted_with_curl_is_delivered_once_and_signed(tmp_path: Path, env: dict[str, str]) -> None:
    """In a new directory, with commands alone: one delivery, whose signature the public package accepts."""
    with listening() as receiver:
        key, secret = set_up(tmp_path, env, receiver, run)
        with started(["serve", "--port", "0"], folder=tmp_path, env=env) as server:
            url = serving(server)
            status, answer = post(url, key, LEAD, "Idempotency-Key: first", "Prefer: wait=20")
            assert status == 200, answer
            assert answer["status"] == "released"
            assert post(url, key, LEAD, "Idempotency-Key: first")[1]["id"] == answer["id"]
            time.sleep(0.5)
            [(headers, body)] = arrived(receiver, 1)
            assert server.stop() == 0, server.said
    told = Webhook(secret).verify(body, headers)
    assert told["type"] == "lead.created"
    assert told["data"]["lead"]["id"] == answer["id"]
    assert told["data"]["contact"]["email"] == LEAD["person"]["email"]
    assert permit_of(headers)["iss"] == url
    assert "ada.brandt" not in server.said.lower()


def test_what_was_accepted_is_delivered_after_a_kill(tmp_path: Path, env: dict[str, str]) -> None:
    """SIGKILL right after the 202 loses nothing; the next start takes over the stale socket and delivers once."""
    with listening() as receiver:
        key, _ = set_up(tmp_path, env, receiver)
        with started(["serve", "--port", "0"], folder=tmp_path, env=env) as server:
            status, answer = post(serving(server), key, LEAD)
            server.stop(signal.SIGKILL)
        assert status == 202
        with started(["serve", "--port", "0"], folder=tmp_path, env=env) as server:
            serving(server)
            messages = arrived(receiver, 1)
            assert [lead["id"] for lead in listed(tmp_path, env)] == [answer["id"]]
            assert server.stop() == 0
    assert len({headers["webhook-id"] for headers, _ in messages}) == 1


def test_a_command_hands_its_work_to_the_server(tmp_path: Path, env: dict[str, str]) -> None:
    """While the server runs, commands act through its socket, which is open to its owner alone, and it logs the act."""
    with started(["serve", "--port", "0"], folder=tmp_path, env=env) as server:
        url = serving(server)
        sock = tmp_path / "leadgate-data/leadgate.sock"
        mode = sock.stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600
        typed("sources", "add", "website", "--kind", "api", folder=tmp_path, env=env)
        form = typed("sources", "add", "contact", "--kind", "form", folder=tmp_path, env=env)
        assert f"{url}/f/contact " in form.stderr
        made = run("keys", "create", "--source", "website", "--scope", "leads:write", folder=tmp_path, env=env)
        assert made.stdout.startswith("lg_")
        assert made.stdout.count("\n") == 1
        assert post(url, made.stdout.strip(), LEAD)[0] == 202
        revoked = made.stdout.split("_")[1]
        typed("keys", "revoke", revoked, folder=tmp_path, env=env)
        assert post(url, made.stdout.strip(), LEAD)[0] == 401
        refused = typed(
            "keys", "create", "--source", "nobody", "--scope", "leads:write", folder=tmp_path, env=env, check=False
        )
        assert refused.returncode == 1
        assert "leadgate sources add" in refused.stderr
        typed("audit", "export", "--out", "log.zip", "--open", "--purpose", "a test", folder=tmp_path, env=env)
        proved = typed("audit", "verify", "log.zip", folder=tmp_path, env=env)
        assert "log.zip: proved" in proved.stdout
        address = LEAD["person"]["email"]
        one = ("audit", "export", "--out", "one.zip", "--subject", address, "--type", "lead.received", "--json")
        assert json.loads(typed(*one, folder=tmp_path, env=env).stdout)["counts"]["in_scope"] == 1
        assert server.stop() == 0
        assert not sock.exists()


def test_a_hold_ends_when_what_it_waits_for_is_set_up(tmp_path: Path, env: dict[str, str]) -> None:
    """A lead that came before the destination and before the acceptance waits, and goes on after each by itself."""
    with listening() as receiver, started(["serve", "--port", "0"], folder=tmp_path, env=env) as server:
        url = serving(server)
        typed("sources", "add", "website", folder=tmp_path, env=env)
        scopes = ("--source", "website", "--scope", "leads:write")
        key = typed("keys", "create", *scopes, folder=tmp_path, env=env).stdout.strip()
        answer = post(url, key, LEAD, "Prefer: wait=20")[1]
        assert (answer["status"], answer["reason"]) == ("held", "no_destination")
        add = (
            "destinations",
            "add",
            "crm",
            "--url",
            receiver.url,
            "--secret",
            "new",
            "--country",
            "DE",
            "--allow-private",
        )
        typed(*add, folder=tmp_path, env=env)
        until = time.monotonic() + 30
        while (reason := listed(tmp_path, env)[0]["reason"]) == "no_destination" and time.monotonic() < until:
            time.sleep(0.1)
        assert reason == "policy_not_accepted"
        typed("policy", "accept", "all", "--as", "A. Tester", folder=tmp_path, env=env)
        assert len(arrived(receiver, 1)) == 1


def test_a_second_server_says_what_to_do(tmp_path: Path, env: dict[str, str]) -> None:
    """Two servers never share one data directory, nor two one port."""
    with started(["serve", "--port", "0"], folder=tmp_path, env=env) as server:
        url = serving(server)
        second = typed("serve", "--port", "0", folder=tmp_path, env=env, check=False)
        assert second.returncode == 1
        assert "another DATA_DIR" in second.stderr
        elsewhere = {**env, "LEADGATE_DATA_DIR": str(tmp_path / "other")}
        taken = typed("serve", "--port", url.rpartition(":")[2], folder=tmp_path, env=elsewhere, check=False)
        assert taken.returncode == 1
        assert "another --port" in taken.stderr
        assert "Traceback" not in second.stderr + taken.stderr


def test_a_server_that_outsiders_reach_wants_its_public_address(tmp_path: Path, env: dict[str, str]) -> None:
    """At the start and in readiness, once each; not where it is set."""
    words = ("serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - what is tested
    with started(words, folder=tmp_path, env=env) as server:
        port = serving(server).rpartition(":")[2]
        assert server.said.count("LEADGATE_PUBLIC_URL") == 1
        assert "LEADGATE_PUBLIC_URL" in str(unwell(f"http://127.0.0.1:{port}", "public_url"))
    named = {**env, "LEADGATE_PUBLIC_URL": "https://leads.example"}
    with started(words, folder=tmp_path, env=named) as server:
        serving(server)
        assert "LEADGATE_PUBLIC_URL" not in server.said


@pytest.mark.parametrize("role", ["worker", "sequencer"])
def test_roles_of_their_own_need_postgresql(tmp_path: Path, role: str) -> None:
    """On SQLite the one process has them; the command says so instead of waiting for a lock."""
    done = typed(role, folder=tmp_path, check=False)
    assert done.returncode == 1
    assert "LEADGATE_DATABASE_URL" in done.stderr
    assert not (tmp_path / "leadgate-data").exists()


@pytest.mark.postgres
def test_on_postgresql_the_roles_are_processes(
    tmp_path: Path, env: dict[str, str], postgres_store: stores.Store
) -> None:
    """A server, two workers and a sequencer share one database; a killed worker's leads go to the other one."""
    shared = {
        **env,
        "LEADGATE_DATABASE_URL": postgres_store.url,
        "LEADGATE_DATABASE_SCHEMA": str(postgres_store.schema),
    }
    with listening() as receiver, ExitStack() as stack:
        key, secret = set_up(tmp_path, shared, receiver)

        def start(*words: str) -> Server:
            return stack.enter_context(started(words, folder=tmp_path, env=shared))

        serve, first, second, sequencer = (
            start("serve", "--port", "0"),
            start("worker"),
            start("worker"),
            start("sequencer"),
        )
        url = serving(serve)
        assert "`leadgate worker` carries them on" in serve.said
        first.find("(works)")
        second.find("(works)")
        until = time.monotonic() + 30
        while any(silent := [unwell(url, name) for name in ("workers", "sequencers")]) and time.monotonic() < until:
            time.sleep(0.2)
        assert silent == [None, None]
        assert "LEADGATE_PUBLIC_URL" in str(unwell(url, "public_url"))
        assert "LEADGATE_PUBLIC_URL" in first.said
        taken = [post(url, key, LEAD)[1]["id"] for _ in range(3)]
        first.stop(signal.SIGKILL)
        taken += [post(url, key, LEAD)[1]["id"] for _ in range(3)]
        arrived(receiver, 6)
        until = time.monotonic() + 60
        while any(lead["status"] != "released" for lead in listed(tmp_path, shared)) and time.monotonic() < until:
            time.sleep(0.2)
        assert {lead["id"]: lead["status"] for lead in listed(tmp_path, shared)} == dict.fromkeys(taken, "released")
        typed("audit", "export", "--out", "log.zip", folder=tmp_path, env=shared)
        assert "proved" in typed("audit", "verify", "log.zip", folder=tmp_path, env=shared).stdout
        assert [each.stop() for each in (second, sequencer, serve)] == [0, 0, 0], serve.said
    told = [Webhook(secret).verify(body, headers)["data"]["lead"]["id"] for headers, body in receiver.received]
    assert set(told) == set(taken)
    assert len({headers["webhook-id"] for headers, _ in receiver.received}) == len(taken)


def test_logs_are_json_lines_without_persons(tmp_path: Path, env: dict[str, str]) -> None:
    """Where no terminal listens every log line is JSON, and what a person typed stands in none."""
    with listening() as receiver:
        key, _ = set_up(tmp_path, env, receiver)
        with started(["serve", "--port", "0"], folder=tmp_path, env=env) as server:
            post(serving(server), key, LEAD, "Prefer: wait=20")
            server.stop()
    lines = [line for line in server.said.splitlines() if not line.startswith("Leadgate ")]
    events = [json.loads(line)["event"] for line in lines]
    assert "delivery.ended" in events
    for canary in ("ada", "brandt", "pricing"):
        assert canary not in server.said.lower()


def test_the_data_directory_may_have_a_long_name(tmp_path: Path, env: dict[str, str]) -> None:
    """A Unix socket's path is short; the directory's need not be."""
    deep = tmp_path / ("long-" * 20) / ("name-" * 20)
    long = {**env, "LEADGATE_DATA_DIR": str(deep)}
    if not os.path.isdir("/proc/self/fd"):  # noqa: PTH112 - a question to the system, not about a path of ours
        pytest.skip("this system has no way around the limit of a socket's path")
    with started(["serve", "--port", "0"], folder=tmp_path, env=long) as server:
        serving(server)
        typed("sources", "add", "website", "--kind", "api", folder=tmp_path, env=long)
        assert server.stop() == 0

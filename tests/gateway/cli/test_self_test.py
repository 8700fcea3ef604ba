"""`leadgate verify self-test`, typed, without a gateway and on one."""

import json
from pathlib import Path

import pytest

from tests.gateway.cli.programs import environment, started, typed

IDENTITY = {
    "LEADGATE_SMTP__HELO": "probe.acme.example",
    "LEADGATE_SMTP__MAIL_FROM": "probe@acme.example",
    "LEADGATE_SMTP__ADDRESS": "10.0.0.7",
}


@pytest.mark.integration
def test_the_command_says_what_to_mend(tmp_path: Path) -> None:
    """It fails where probing would not start: first for want of a name, then with each check and what to do."""
    env = environment(tmp_path)
    bare = typed("verify", "self-test", folder=tmp_path, env=env, check=False)
    assert bare.returncode == 1
    assert "LEADGATE_SMTP__HELO" in bare.stderr
    env |= IDENTITY
    done = typed("verify", "self-test", "--json", folder=tmp_path, env=env, check=False)
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert (found["ready"], found["on"], found["paused"]) == (False, False, [])
    assert found["checks"][0]["name"] == "address"
    assert found["checks"][0]["state"] == "failed"
    shown = typed("verify", "self-test", folder=tmp_path, env=env, check=False)
    assert shown.returncode == 1
    assert "10.0.0.7 is not public" in " ".join(shown.stdout.split())
    assert not (tmp_path / "leadgate-data").exists()


@pytest.mark.integration
def test_mailboxes_are_asked_by_the_gateway_where_there_is_one(tmp_path: Path) -> None:
    """`--level smtp` by hand says why its mail servers are not asked, where no server runs."""
    env = environment(tmp_path) | IDENTITY | {"LEADGATE_SMTP__PROBE": "true"}
    typed("sources", "add", "web", "--kind", "api", folder=tmp_path, env=env)
    with started(["sandbox", "dns", "--port", "0"], folder=tmp_path) as dns:
        env["LEADGATE_DNS_SERVERS"] = dns.find(r"answers on (\S+)")
        done = typed("verify", "email", "ada@acme.example", "--level", "smtp", "--json", folder=tmp_path, env=env)
    (found,) = json.loads(done.stdout)
    assert (found["verdict"], found["reasons"][-1]["code"]) == ("unknown", "smtp_self_test_failed")


@pytest.mark.integration
def test_a_pause_is_lifted_on_a_gateway_alone(tmp_path: Path) -> None:
    """Where there is none nothing is remembered; where there is one its own memory is asked."""
    env = environment(tmp_path) | IDENTITY
    none = typed("verify", "self-test", "--resume", "outlook.com", folder=tmp_path, env=env, check=False)
    assert none.returncode == 1
    assert "There is no gateway" in none.stderr
    typed("sources", "add", "web", "--kind", "api", folder=tmp_path, env=env)
    unknown = typed("verify", "self-test", "--resume", "outlook.com", folder=tmp_path, env=env, check=False)
    assert unknown.returncode == 1
    assert "is not paused" in " ".join(unknown.stderr.split())
    found = typed("verify", "self-test", "--json", folder=tmp_path, env=env, check=False)
    assert found.returncode == 1
    assert json.loads(found.stdout)["paused"] == []

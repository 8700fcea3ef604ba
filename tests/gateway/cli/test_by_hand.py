"""Trying things by hand: docs/how-to/try-things-by-hand.md, typed, from a form to a vendor's answer in the inbox."""

import json
import os
import re
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.gateway.cli.programs import environment, run, shell_blocks, started, type_in, typed
from tests.support.postgres import free_port

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

UNTIL_RELEASED = "\nuntil leadgate leads list --status released --json | grep -q '\"released\"'; do sleep 0.1; done\n"
SANDBOXES = {"dns": "5300", "inbox": "9000", "vendors": "7000"}


def test_the_page_does_what_it_says(tmp_path: Path) -> None:
    """Three sandboxes, a form, a lead with a vendor's answer at the inbox; and the log is proved."""
    if shutil.which("curl") is None:
        pytest.skip("the page posts with curl, which is not installed")
    blocks = shell_blocks("how-to/try-things-by-hand.md")
    ports = {port: str(free_port()) for port in (*SANDBOXES.values(), "8080")}
    for name, port in SANDBOXES.items():
        assert f"leadgate sandbox {name} --port {port}\n" in blocks
    typing = [block for block in blocks if "leadgate sandbox" not in block and "leadgate demo" not in block]
    script = "\n".join(typing)
    for port, free in ports.items():
        script = script.replace(f":{port}", f":{free}")
    script = script.replace("leadgate serve ", f"leadgate serve --port {ports['8080']} ")
    assert 'INBOX_SECRET="whsec_…"' in script
    with ExitStack() as stack:
        dns, box, vendor = (
            stack.enter_context(started(["sandbox", name, "--port", ports[port]], folder=tmp_path))
            for name, port in SANDBOXES.items()
        )
        dns.find(r"answers on (\S+)")
        vendor.find(r"answers on (\S+)")
        script = script.replace("whsec_…", box.find(r"secret: (\S+)"))
        script += UNTIL_RELEASED
        script += "leadgate audit export --out log.zip\npython -m audit verify log.zip\nkill %1\nwait\n"
        given = {name: value for name, value in os.environ.items() if not name.startswith("LEADGATE_")}
        done = type_in(script, folder=tmp_path, env=given)
        assert vendor.find(r"(acme\.example: 200)")
        box.find(r'("type": "lead.created"\n})')
        shown = box.said
    assert "log.zip: proved" in done.stdout
    verdicts = json.loads(done.stdout[done.stdout.index("[\n") : done.stdout.index("\n]") + 2])
    assert [each["verdict"] for each in verdicts] == ["deliverable", "undeliverable", "unknown"]
    assert '"sandbox"' in done.stdout
    assert "Warning: The sandbox at" in (tmp_path / "serve.log").read_text(encoding="utf-8")
    assert shown.count("signature holds") == 1
    assert re.search(r'"name": "Acme Industries"', shown)


@pytest.mark.parametrize(
    ("place", "changes", "says"),
    [
        ("192.0.2.1:7000", {}, "an address of this machine"),
        ("127.0.0.1:7000", {"public_url": "https://leads.company.com"}, "LEADGATE_PUBLIC_URL"),
        ("127.0.0.1:7000", {"database_url": "postgresql://somebody@127.0.0.1:1/leadgate"}, "on PostgreSQL"),
    ],
)
def test_the_detour_is_refused_before_anything_is_made(
    tmp_path: Path, place: str, changes: dict[str, str], says: str
) -> None:
    """A slip stops the start with what to do, and makes no data directory."""
    env = environment(tmp_path, **changes)
    done = typed("serve", "--port", "0", "--sandbox-vendors", place, folder=tmp_path, env=env, check=False)
    assert done.returncode == 1
    assert says in " ".join(done.stderr.split())
    assert not (tmp_path / "leadgate-data").exists()


def test_the_detour_is_no_setting(tmp_path: Path) -> None:
    """No variable leads to it: only somebody who types it gets it."""
    env = {**environment(tmp_path), "LEADGATE_SANDBOX_VENDORS": "127.0.0.1:7000"}
    done = run("serve", "--port", "0", folder=tmp_path, env=env, check=False)
    assert done.returncode == 1
    assert "no such setting: LEADGATE_SANDBOX_VENDORS" in " ".join(done.stderr.split())

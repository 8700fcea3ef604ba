"""The tutorial, typed: every command of docs/tutorial/first-lead.md runs and does what the page says."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.gateway.cli.programs import shell_blocks, started, type_in
from tests.support.postgres import free_port

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

LEAD = 'LEAD="$(leadgate leads list --json | python -c "import json, sys; print(json.load(sys.stdin)[0][\'id\'])")"'


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    """Three terminals, as the page has them: two sandboxes, and one where all the rest is typed in order."""
    if shutil.which("curl") is None:
        pytest.skip("the tutorial posts with curl, which is not installed")
    blocks = shell_blocks("tutorial/first-lead.md")
    ports = {port: str(free_port()) for port in ("5300", "9000", "8080")}
    assert all(any(port in block for block in blocks) for port in ports)
    assert "sandbox dns --port 5300" in blocks[0]
    assert "sandbox inbox --port 9000" in blocks[1]
    dns, inbox = (["sandbox", name, "--port", ports[port]] for name, port in (("dns", "5300"), ("inbox", "9000")))
    with started(dns, folder=tmp_path) as names, started(inbox, folder=tmp_path) as box:
        names.find(r"answers on (\S+)")
        secret = box.find(r"secret: (\S+)")
        script = "\n".join(blocks[2:])
        for port, free in ports.items():
            script = script.replace(f":{port}", f":{free}")
        script = script.replace("leadgate serve >", f"leadgate serve --port {ports['8080']} >")
        script = script.replace("rm -r", "cp log/report.html report.txt\nrm -r")
        assert 'INBOX_SECRET="whsec_…"' in script
        assert 'LEAD="ld_…"' in script
        script = script.replace("whsec_…", secret).replace('LEAD="ld_…"', LEAD)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LEADGATE_")}
        done = type_in(script, folder=tmp_path, env=environment)
        shown = box.said
    report = (tmp_path / "report.txt").read_text(encoding="utf-8")
    assert '"status": "released"' in done.stdout
    assert re.search('"status":"(ready|warning)"', done.stdout)
    assert "log.zip: proved" in done.stdout
    assert "What happened" in done.stdout
    assert "may_email" not in done.stderr
    assert shown.count("signature holds") == 1
    message, _ = json.JSONDecoder().raw_decode(shown, shown.index("\n{") + 1)
    assert "may_email held" in shown.splitlines()[-1]
    assert message["data"]["permit"]["may_email"]["status"] == "held"
    assert message["data"]["permit"]["purposes"]["inquiry_response"]["email"]["status"] == "allowed"
    assert "The lead was released" in report
    assert not [each for each in tmp_path.iterdir() if each.name != "bin" and each.suffix != ".txt"]

"""docs/how-to/verify-contact-points.md, typed: what it says is done, offline, against a sandbox of names."""

import json
import re
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from gateway.policies.loading import parse_verification, shipped_verification
from gateway.verification.reasons import ReasonCode
from tests.gateway.cli.programs import environment, shell_blocks, started, type_in
from tests.house.tree import ROOT
from tests.support.postgres import free_port

PAGE = "how-to/verify-contact-points.md"
TEXT = (ROOT / "docs" / PAGE).read_text(encoding="utf-8")


def fence(language: str) -> str:
    """The one block of a language on the page."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    return str(block)


@pytest.mark.integration
@pytest.mark.timeout(300)
def test_the_page_does_what_it_says(tmp_path: Path) -> None:
    """Explanations, a list, JSON, both calls over HTTP, and a policy of one's own: all of it is typed."""
    dns, http = free_port(), free_port()
    env = environment(tmp_path, dns_servers=f"127.0.0.1:{dns}")
    with ExitStack() as stack:
        names = stack.enter_context(started(["sandbox", "dns", "--port", str(dns)], folder=tmp_path))
        names.find(r"answers on (\S+)")
        serve = stack.enter_context(started(["serve", "--port", str(http)], folder=tmp_path, env=env))
        serve.find(rf"(http://127\.0\.0\.1:{http})")
        script = "set -x\n" + "".join(shell_blocks(PAGE)).replace(":8080", f":{http}")
        said = type_in(script, folder=tmp_path, env=env).stdout
    flat = " ".join(said.split())
    assert "info@gmail.com: " in said
    assert "Region: DE (told by whoever asked)" in flat
    assert re.search(r"^deliverable +60 lists +ada@acme\.example ", said, re.MULTILINE)
    assert [each["verdict"] for each in json.loads(said[said.index("\n[\n") : said.index("\n]\n") + 2])] == [
        "deliverable",
        "undeliverable",
    ]
    one = re.search(r'\{"value":"ada@acme\.example".*?"level":"(\w+)"', said)
    assert one is not None
    assert one[1] == "lists"
    assert '"national":"030 901820"' in said
    assert said.count("retry after 15, 60, 240 minutes, then hold") == 2


def test_the_example_of_a_policy_is_one() -> None:
    """Its lines take the place of the shipped ones, and do what the page says of them."""
    data = yaml.safe_load(shipped_verification())
    data["email"] |= yaml.safe_load(fence("yaml"))
    policy = parse_verification(yaml.safe_dump(data))
    assert policy.denied == {"competitor.example"}
    assert policy.weights.accepted == {ReasonCode.CATCH_ALL_DOMAIN}


def test_the_example_in_python_runs() -> None:
    """What the page asserts of a vendor's answer holds."""
    exec(fence("python"), {})  # noqa: S102 - the page's own block

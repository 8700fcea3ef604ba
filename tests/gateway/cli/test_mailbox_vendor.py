"""A vendor's mailbox check by hand: docs/how-to/use-a-mailbox-vendor.md, typed, against the sandbox's vendors."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.cli.programs import environment, shell_blocks, started, type_in, typed
from tests.support.postgres import free_port

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

PORTS = {"dns": "5300", "vendors": "7000"}


@pytest.fixture(scope="module")
def sandboxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The ports of the sandbox's DNS and vendors, which run."""
    folder = tmp_path_factory.mktemp("sandboxes")
    taken = {name: str(free_port()) for name in PORTS}
    with ExitStack() as stack:
        for name, port in taken.items():
            server = stack.enter_context(started(["sandbox", name, "--port", port], folder=folder))
            server.find(r"answers on (\S+)")
        yield taken


def told(stdout: str) -> list[dict[str, Any]]:
    """The JSON documents of several commands, one after another."""
    decoder, found, place = json.JSONDecoder(), [], 0
    while (start := stdout.find("[", place)) >= 0:
        items, place = decoder.raw_decode(stdout, start)
        found += items
    return found


def test_the_page_does_what_it_says(tmp_path: Path, sandboxes: Mapping[str, str]) -> None:
    """Both vendors answer about addresses typed by hand, and each verdict is at level vendor where one came."""
    blocks = [block for block in shell_blocks("how-to/use-a-mailbox-vendor.md") if "leadgate sandbox" not in block]
    script = "\n".join(blocks)
    for name, port in PORTS.items():
        assert f":{port}" in script
        script = script.replace(f":{port}", f":{sandboxes[name]}")
    done = type_in(script, folder=tmp_path, env=environment(tmp_path))
    found = [(each["value"], each["verdict"], each["level"], each["reasons"][-1]["code"]) for each in told(done.stdout)]
    assert found == [
        ("ada@acme.example", "deliverable", "vendor", "vendor_accepted"),
        ("missing@acme.example", "undeliverable", "vendor", "vendor_not_found"),
        ("greylisted@acme.example", "unknown", "dns", "vendor_undecided"),
        ("ada@acme.example", "deliverable", "vendor", "vendor_accepted"),
        ("missing@acme.example", "risky", "vendor", "vendor_doubt"),
    ]
    assert not (tmp_path / "leadgate-data").exists()


@pytest.mark.parametrize(
    ("address", "code", "word"),
    [
        ("broke@acme.example", "vendor_undecided", "unauthorised"),
        ("anybody@acme.example", "vendor_catch_all", "catch-all"),
        ("full@acme.example", "vendor_mailbox_full", "invalid/mailbox_quota_exceeded"),
        ("busy@acme.example", "vendor_undecided", "throttled"),
        ("flaky@acme.example", "vendor_accepted", "valid"),
        ("nobody@no-such-company.example", "domain_not_found", None),
    ],
)
def test_what_the_vendor_answers(
    tmp_path: Path, sandboxes: Mapping[str, str], address: str, code: str, word: str | None
) -> None:
    """An error is not taken for an answer, and a domain that takes no mail is not asked about."""
    env = environment(
        tmp_path,
        dns_servers=f"127.0.0.1:{sandboxes['dns']}",
        mailbox_vendor="zerobounce",
        connectors__zerobounce__api_key="sandbox-key",
    )
    place = f"127.0.0.1:{sandboxes['vendors']}"
    words = ("verify", "email", address, "--level", "vendor", "--sandbox-vendors", place, "--json")
    (found,) = json.loads(typed(*words, folder=tmp_path, env=env).stdout)
    assert code in [reason["code"] for reason in found["reasons"]]
    assert found["evidence"]["mailbox_outcome"] == word


def test_without_a_vendor_the_verdict_says_so(tmp_path: Path, sandboxes: Mapping[str, str]) -> None:
    """A level that nobody is set up for is no check that failed."""
    env = environment(tmp_path, dns_servers=f"127.0.0.1:{sandboxes['dns']}")
    done = typed("verify", "email", "ada@acme.example", "--level", "vendor", "--json", folder=tmp_path, env=env)
    (found,) = json.loads(done.stdout)
    assert "vendor_check_off" in [reason["code"] for reason in found["reasons"]]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"mailbox_vendor": "nobody"}, "LEADGATE_MAILBOX_VENDOR names nobody, but no such connector is installed."),
        ({"mailbox_vendor": "zerobounce"}, "LEADGATE_MAILBOX_VENDOR names zerobounce, which has no settings"),
        ({"mailbox_vendor": "dns_footprint"}, "which is no check of mailboxes"),
    ],
)
def test_a_vendor_that_cannot_be_asked_stops_the_command(tmp_path: Path, settings: dict[str, str], says: str) -> None:
    """By name, with what to do; nobody is looked up first."""
    env = environment(tmp_path, dns_servers="127.0.0.1:1", **settings)
    done = typed("verify", "email", "ada@acme.example", "--level", "vendor", folder=tmp_path, env=env, check=False)
    assert done.returncode == 1
    assert says in " ".join(done.stderr.split())

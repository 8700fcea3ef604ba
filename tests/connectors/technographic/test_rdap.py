"""RDAP: the file of servers that is kept, and which servers may be asked."""

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from connectors.errors import CallError, Unreachable
from connectors.kit import LookupOutcome, Reply, Request
from connectors.kit.fakes import reply
from connectors.kit.fixtures import case_of
from connectors.technographic import discover
from tests.connectors.asking import Asking

Plugin = discover()["rdap"]
DAY = timedelta(days=1)


class Registries:
    """IANA and the registries; the file may fail, or name others."""

    def __init__(self, **servers: str) -> None:
        self.servers = servers
        self.failure: Reply | CallError | None = None
        self.files = 0
        self.asked: list[str] = []

    def __call__(self, request: Request) -> Reply:
        if urlsplit(request.url).hostname == "data.iana.org":
            self.files += 1
            if isinstance(self.failure, CallError):
                raise self.failure
            services = [[[ending], [base]] for ending, base in self.servers.items()]
            return self.failure or reply(200, json.dumps({"services": services}).encode())
        self.asked.append(request.url)
        name = request.url.rpartition("/")[2]
        body = {"objectClassName": "domain", "ldhName": name, "secureDNS": {"delegationSigned": True}}
        return reply(200, json.dumps(body).encode(), content_type="application/rdap+json")


async def test_the_file_is_read_once_a_day(tmp_path: Path) -> None:
    """And a registry that has moved to another of the listed hosts is asked there from then on."""
    vendor = Registries(test="https://rdap.nic.fr/")
    one = Asking(case_of(Plugin, tmp_path), vendor)
    for after in (timedelta(0), timedelta(hours=23), DAY):
        assert (await one(after, domain="acme.test")).outcome is LookupOutcome.MATCH
        vendor.servers = {"test": "https://rdap.nominet.uk/test"}
    assert vendor.files == 2
    assert vendor.asked[-1] == "https://rdap.nominet.uk/test/domain/acme.test"


@pytest.mark.parametrize("failure", [Unreachable("connection_failed"), reply(500, b""), reply(200, b'{"services": 3}')])
async def test_an_old_file_never_says_that_there_is_no_server(tmp_path: Path, failure: Reply | CallError) -> None:
    """An ending may have got one since; those that are in it are asked as before."""
    vendor = Registries(test="https://rdap.nic.fr/")
    one = Asking(case_of(Plugin, tmp_path), vendor)
    await one(domain="acme.test")
    vendor.failure = failure
    ended = (await one(DAY, domain="acme.example")).outcome
    assert ended in {LookupOutcome.UNREACHABLE, LookupOutcome.VENDOR_ERROR}
    assert (await one(DAY, domain="acme.test")).outcome is LookupOutcome.MATCH
    vendor.failure = None
    assert (await one(DAY + timedelta(minutes=1), domain="acme.example")).outcome is LookupOutcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    "base",
    [
        "https://rdap.nic.fr.evil.test/",
        "https://evil.test/rdap.nic.fr/",
        "https://rdap.nic.fr@evil.test/",
        "https://127.0.0.1/",
        "https://localhost/",
    ],
)
async def test_a_server_that_is_not_listed_is_never_asked(tmp_path: Path, base: str) -> None:
    """Whatever the file says: the hosts of the manifest are all there are."""
    vendor = Registries(test=base)
    answer = await Asking(case_of(Plugin, tmp_path), vendor)(domain="acme.test")
    assert (answer.outcome, answer.reason) == (LookupOutcome.NOT_APPLICABLE, "server_not_in_manifest")
    assert vendor.asked == []


@pytest.mark.parametrize("base", ["https://rdap.nic.fr:8443/", "https://ada@rdap.nic.fr/", "https://rdap.nic.fr/?a=b"])
async def test_a_listed_server_is_asked_in_no_odd_way(tmp_path: Path, base: str) -> None:
    """Another port, a user or a query in the file are refused before anything leaves."""
    vendor = Registries(test=base)
    answer = await Asking(case_of(Plugin, tmp_path), vendor)(domain="acme.test")
    assert answer.outcome is LookupOutcome.REFUSED
    assert vendor.asked == []


def test_the_large_endings_are_listed() -> None:
    """The servers of .com, .org, .uk, .fr and hundreds of others are; those whose terms forbid it are not."""
    hosts = set(Plugin.manifest.hosts)
    wanted = {"rdap.verisign.com", "rdap.publicinterestregistry.org", "rdap.nominet.uk", "rdap.nic.fr", "rdap.sidn.nl"}
    assert wanted | {"pubapi.registry.google", "rdap.identitydigital.services", "rdap.centralnic.com"} <= hosts
    assert not hosts & {"rdap.norid.no", "rdap.nic.cz"}
    assert len(hosts) > 300

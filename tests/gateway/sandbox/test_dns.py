"""The sandbox's name server, asked by another implementation: dnspython's own resolver functions."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from gateway.errors import SetupError
from gateway.sandbox.dns import DnsServer
from gateway.sandbox.zone import load_zone, parse_zone
from tests.support import zones

pytestmark = pytest.mark.integration


@pytest.fixture
async def server() -> AsyncIterator[DnsServer]:
    """The shipped zone on a free port."""
    async with DnsServer(zones.shipped()) as running:
        yield running


async def ask(server: DnsServer, name: str, rtype: str, *, patience: float = 2) -> dns.message.Message:
    """Ask over UDP, once."""
    host, port = server.address.rsplit(":", 1)
    return await dns.asyncquery.udp(dns.message.make_query(name, rtype), host, port=int(port), timeout=patience)


def texts(reply: dns.message.Message) -> list[str]:
    """The answers' data, sorted."""
    return sorted(item.to_text() for rrset in reply.answer for item in rrset)


async def test_records_come_as_written(server: DnsServer) -> None:
    """MX, TXT and CNAME come back as the zone file says, with its TTL."""
    reply = await ask(server, "acme.example", "MX")
    assert texts(reply) == ["1 aspmx.l.google.com.", "10 alt2.aspmx.l.google.com.", "5 alt1.aspmx.l.google.com."]
    assert reply.answer[0].ttl == 300
    assert reply.flags & dns.flags.AA
    assert any("v=spf1" in text for text in texts(await ask(server, "acme.example", "TXT")))


async def test_case_does_not_matter(server: DnsServer) -> None:
    """Names are compared without regard to case (RFC 4343)."""
    assert texts(await ask(server, "ACME.Example", "A")) == ["192.31.196.1"]


async def test_an_alias_is_followed(server: DnsServer) -> None:
    """An A question at an alias brings the CNAME and the address at its end."""
    reply = await ask(server, "www.acme.example", "A")
    assert texts(reply) == ["192.31.196.1", "acme.example.cdn.cloudflare.net."]
    assert texts(await ask(server, "www.acme.example", "CNAME")) == ["acme.example.cdn.cloudflare.net."]


@pytest.mark.parametrize(
    ("name", "rtype", "rcode"),
    [
        ("dead.example", "MX", dns.rcode.NXDOMAIN),
        ("never-heard-of.example", "A", dns.rcode.NXDOMAIN),
        ("gmial.com", "MX", dns.rcode.NXDOMAIN),
        ("nodata.example", "A", dns.rcode.NOERROR),
        ("acme.example", "AAAA", dns.rcode.NOERROR),
        ("example", "A", dns.rcode.NOERROR),
        ("servfail.example", "MX", dns.rcode.SERVFAIL),
        ("refused.example", "MX", dns.rcode.REFUSED),
    ],
)
async def test_no_answer_says_why(server: DnsServer, name: str, rtype: str, rcode: dns.rcode.Rcode) -> None:
    """Each way of having nothing to say is its own response code; a name above others exists (RFC 8020)."""
    reply = await ask(server, name, rtype)
    assert reply.rcode() == rcode
    assert not reply.answer
    denied = rcode in {dns.rcode.NXDOMAIN, dns.rcode.NOERROR}
    assert bool(reply.authority) is denied


async def test_null_mx(server: DnsServer) -> None:
    """A Null MX is one MX record that names the root (RFC 7505)."""
    assert texts(await ask(server, "null-mx.example", "MX")) == ["0 ."]


async def test_control_names_are_answered(server: DnsServer) -> None:
    """The root has name servers and the default control names have addresses: the server is honest."""
    assert texts(await ask(server, ".", "NS"))
    assert texts(await ask(server, "iana.org", "A"))
    assert texts(await ask(server, "wikipedia.org", "A"))


async def test_a_liar_denies_everything(server: DnsServer) -> None:
    """While it lies, even the root and the control names do not exist."""
    server.lying = True
    for name, rtype in ((".", "NS"), ("iana.org", "A"), ("acme.example", "MX")):
        assert (await ask(server, name, rtype)).rcode() == dns.rcode.NXDOMAIN
    server.lying = False
    assert texts(await ask(server, "iana.org", "A"))


async def test_a_dropped_question_gets_nothing(server: DnsServer) -> None:
    """A dropped question runs into the asker's deadline."""
    with pytest.raises(dns.exception.Timeout):
        await ask(server, "timeout.example", "MX", patience=1)
    assert server.responder.asked["timeout.example", "MX"] == 1


async def test_a_late_answer_is_whole(server: DnsServer) -> None:
    """A delayed answer comes late, and others do not wait for it."""
    loop = asyncio.get_running_loop()
    start, answered = loop.time(), list[str]()

    async def noted(name: str) -> dns.message.Message:
        found = await ask(server, name, "MX")
        answered.append(name)
        return found

    late, _ = await asyncio.gather(noted("slow.example"), noted("acme.example"))
    assert answered == ["acme.example", "slow.example"]
    assert texts(late) == ["10 mx.slow.example."]
    assert loop.time() - start >= 0.3


async def test_a_truncated_answer_is_whole_over_tcp(server: DnsServer) -> None:
    """Over UDP the answer is cut (TC), over TCP on the same port it is whole."""
    query = dns.message.make_query("truncated.example", "MX")
    host, port = server.address.rsplit(":", 1)
    cut = await dns.asyncquery.udp(query, host, port=int(port), timeout=30)
    assert cut.flags & dns.flags.TC
    assert not cut.answer
    whole = await dns.asyncquery.tcp(query, host, port=int(port), timeout=30)
    assert texts(whole) == ["10 mx1.truncated.example.", "20 mx2.truncated.example."]


async def test_a_script_goes_step_by_step(server: DnsServer) -> None:
    """A list of faults is used up one per question; the last one stays."""
    first = await ask(server, "flaky.example", "MX")
    assert first.rcode() == dns.rcode.SERVFAIL
    for _ in range(2):
        assert texts(await ask(server, "flaky.example", "MX")) == ["10 mx.flaky.example."]


async def test_noise_is_ignored(server: DnsServer) -> None:
    """Bytes that are no question get no answer and do no harm."""
    host, port = server.address.rsplit(":", 1)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=(host, int(port))
    )
    for noise in (b"", b"\x00", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 600):
        transport.sendto(noise)
    transport.close()
    assert texts(await ask(server, "acme.example", "A")) == ["192.31.196.1"]


async def test_a_taken_port_is_a_clear_error(server: DnsServer) -> None:
    """A port that is in use stops the start with an error that says what to do."""
    port = int(server.address.rsplit(":", 1)[1])
    with pytest.raises(SetupError, match="--port"):
        await DnsServer(zones.shipped(), port=port).start()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("names: {}", "version"),
        ("{version: 1, names: {a.example: {MXX: '1 b.'}}}", "MXX"),
        ("{version: 1, names: {a.example: {MX: 'ten b.'}}}", "a.example"),
        ("{version: 1, names: {a.example: {fault: explode}}}", "fault"),
        ("{version: 1, names: {a..example: {}}}", "a..example"),
        ("version: [", "YAML"),
    ],
)
def test_a_bad_zone_file_is_named(text: str, part: str) -> None:
    """A zone file that cannot be used is refused with the place of the fault."""
    with pytest.raises(SetupError, match=part):
        parse_zone(text)


def test_a_missing_zone_file_is_named(tmp_path: Path) -> None:
    """A zone file that is not there is refused by name."""
    with pytest.raises(SetupError, match=r"zone\.yaml"):
        load_zone(tmp_path / "zone.yaml")

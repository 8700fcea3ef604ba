"""What a hostile or broken name server sends, and the declared outcome of each: never proof against the domain."""

import struct
import time
from datetime import datetime
from functools import cache

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import pytest

from gateway.verification.answers import MailOutcome
from gateway.verification.probes.client import DnsClient, DnsOptions
from gateway.verification.probes.controls import IMPOSSIBLE, Controls, Trust
from gateway.verification.probes.dns import MailResolver, _usable
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.hostile import Bytes, hostile_server

pytestmark = pytest.mark.integration

MX = 15


@cache
def record(line: str) -> dns.rrset.RRset:
    """A record of a zone file line."""
    name, ttl, group, rtype, data = line.split(" ", 4)
    return dns.rrset.from_text(name, int(ttl), group, rtype, data)


def response(query: dns.message.Message, *lines: str, tc: bool = False) -> dns.message.Message:
    """A reply with records given as zone file lines."""
    reply = dns.message.make_response(query, recursion_available=True)
    reply.answer += [record(line) for line in lines]
    if tc:
        reply.flags |= dns.flags.TC
    return reply


def answer(*lines: str) -> Bytes:
    """Answer every question with these records, as they are."""
    return lambda query, tcp: framed(response(query, *lines).to_wire(), tcp=tcp)


def framed(wire: bytes, *, tcp: bool) -> bytes:
    """A message as it travels: with its length before it, over TCP."""
    return struct.pack("!H", len(wire)) + wire if tcp else wire


def by_tcp(*lines: str) -> Bytes:
    """Say over UDP that there is more, and answer over TCP."""

    def make(query: dns.message.Message, tcp: bool) -> bytes:  # noqa: FBT001 - the type's
        reply = response(query, *lines) if tcp else response(query, tc=True)
        return framed(reply.to_wire(max_size=65_535), tcp=tcp)

    return make


def mx(query: dns.message.Message, host: bytes, *, count: int = 1) -> bytes:
    """An MX answer whose host is written as given, byte by byte."""
    wire = bytearray(dns.message.make_response(query).to_wire())
    struct.pack_into("!H", wire, 6, count)
    record = b"\xc0\x0c" + struct.pack("!HHIH", MX, 1, 300, 2 + len(host)) + b"\0\x0a" + host
    # The EDNS option that a response ends with stays behind the answer.
    plain = dns.message.make_response(query)
    plain.use_edns(edns=False)
    end = len(plain.to_wire())
    return bytes(wire[:end]) + record * count + bytes(wire[end:])


def label(*labels: bytes) -> bytes:
    """A name of these labels."""
    return b"".join(bytes([len(each)]) + each for each in labels) + b"\0"


def typed(rtype: str, **makes: Bytes) -> Bytes:
    """Answer a type in its own way, and others as `other` does."""
    return lambda query, tcp: (
        makes["asked"](query, tcp)
        if dns.rdatatype.to_text(query.question[0].rdtype) == rtype
        else makes["other"](query, tcp)
    )


def elsewhere(query: dns.message.Message, tcp: bool) -> bytes:  # noqa: FBT001 - the type's
    """The right id, for a question that nobody asked."""
    other = dns.message.make_query("other.example", "MX", id=query.id)
    return framed(response(other, "other.example. 300 IN MX 10 mx.other.example.").to_wire(), tcp=tcp)


class Honest(Controls):
    """Control names that were just asked, and stood the test: this file is not about them."""

    async def check(self, now: datetime) -> Trust:
        return Trust(failing=(), checked_at=now)


def _id(query: dns.message.Message) -> bytes:
    return struct.pack("!H", query.id)


NAME = "bad.example"
HOST = label(b"mx", b"mail", b"example")
HUNDRED = [f"{NAME}. 300 IN MX {number} mx{number}.mail.example." for number in range(100)]
KILOBYTES = " ".join(f'"{"x" * 250}"' for _ in range(16))
LOOP = (f"{NAME}. 300 IN CNAME b.example.", f"b.example. 300 IN CNAME {NAME}.")
CASES: dict[str, tuple[Bytes, MailOutcome]] = {
    "cut off in mid-record": (
        lambda query, _: mx(query, label(b"mx", b"mail", b"example"))[:-16],
        MailOutcome.MALFORMED,
    ),
    "nothing but an id": (lambda query, _: _id(query), MailOutcome.MALFORMED),
    "an empty datagram": (lambda _query, _tcp: b"", MailOutcome.TIMEOUT),
    "another id": (
        lambda query, _: b"\0\0" + response(query, f"{NAME}. 300 IN MX 10 mx.mail.example.").to_wire()[2:],
        MailOutcome.TIMEOUT,
    ),
    "an answer to another question": (elsewhere, MailOutcome.TIMEOUT),
    "records of another name": (answer("other.example. 300 IN MX 10 mx.mail.example."), MailOutcome.MALFORMED),
    "an alias beside records of a third name": (
        answer(f"{NAME}. 300 IN CNAME b.example.", "c.example. 300 IN MX 10 mx.mail.example."),
        MailOutcome.NODATA,
    ),
    "an alias to a name with an MX": (
        answer(f"{NAME}. 300 IN CNAME b.example.", "b.example. 300 IN MX 10 mx.mail.example."),
        MailOutcome.MX,
    ),
    "aliases in a circle": (answer(*LOOP), MailOutcome.MALFORMED),
    "an alias to itself": (answer(f"{NAME}. 300 IN CNAME {NAME}."), MailOutcome.MALFORMED),
    "a pointer to itself": (lambda query, _: mx(query, b"\xc0" + bytes([len(query.to_wire())])), MailOutcome.MALFORMED),
    "a hundred hosts": (by_tcp(*HUNDRED), MailOutcome.MX),
    "64 kB of hosts": (
        by_tcp(*(f"{NAME}. 300 IN MX 1 mx{number:05}.{'x' * 60}.example." for number in range(740))),
        MailOutcome.MX,
    ),
    "more to come by TCP, where nobody answers": (
        lambda query, tcp: None if tcp else response(query, tc=True).to_wire(),
        MailOutcome.UNREACHABLE,
    ),
    "64 kB promised by TCP, and not sent": (
        lambda query, tcp: b"\xff\xff" + bytes(10) if tcp else response(query, tc=True).to_wire(),
        MailOutcome.TIMEOUT,
    ),
    "hosts that are no names": (
        lambda query, _: mx(query, label(b"\xff\xfe\0 ", b"<script>")),
        MailOutcome.MX_UNUSABLE,
    ),
    "a dot within a label": (lambda query, _: mx(query, label(b"mx.mail", b"example")), MailOutcome.MX_UNUSABLE),
    "an address for a host": (answer(f"{NAME}. 300 IN MX 10 192.0.2.1."), MailOutcome.MX_UNUSABLE),
    "a code that is none": (
        lambda query, _: _id(query) + b"\x81\x8f" + query.to_wire()[4:],
        MailOutcome.SERVFAIL,
    ),
    "no MX, and silence about addresses": (
        typed("MX", asked=answer(), other=lambda _query, _tcp: None),
        MailOutcome.TIMEOUT,
    ),
    "4 kB of text where SPF stands": (
        typed(
            "TXT",
            asked=by_tcp(f"{NAME}. 300 IN TXT {KILOBYTES}"),
            other=typed("A", asked=answer(f"{NAME}. 300 IN A 192.31.196.1"), other=answer()),
        ),
        MailOutcome.IMPLICIT_MX,
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_each_has_its_outcome(case: str) -> None:
    """It ends as declared, soon, for little work; and the same client reads a good answer at the same time."""
    make, outcome = CASES[case]
    good = answer("good.example. 300 IN MX 10 mx.good.example.")
    async with hostile_server({NAME: make, "good.example": good}) as address:
        options = DnsOptions(servers=(address,), deadline=1.0, attempt=0.5, tries=2)
        resolver = MailResolver(DnsClient(options), Honest(options), deadline=1.0)
        make(dns.message.make_query(NAME, "MX"), True)  # noqa: FBT003 - so that its records are read before
        begun = time.process_time()
        bad = await resolver.mail(NAME, now=NOW)
        assert time.process_time() - begun < 0.2
        assert bad.outcome is outcome
        assert len(bad.mx) <= 32
        assert (await resolver.mail("good.example", now=NOW)).outcome is MailOutcome.MX
        await resolver.close()


@pytest.mark.parametrize(
    ("texts", "rejects"),
    [
        (None, None),
        (("v=spf1 -all",), True),
        (("v=spf1 -all exp=explain.bad.example",), True),
        (("V=SPF1  exp=explain.bad.example -ALL mx",), True),
        (("v=spf1 mx -all",), False),
        (("v=spf10 -all", "v=spf1 ~all"), False),
        (("",), False),
    ],
)
async def test_silence_about_spf_leaves_the_domain_its_implicit_mx(
    texts: tuple[str, ...] | None,
    *,
    rejects: bool | None,
) -> None:
    """A hint that does not come in time is unknown, and costs no other fact; it is not waited for any longer."""
    lines = [f'{NAME}. 300 IN TXT "{each}"' for each in texts or ()]
    silent: Bytes = lambda _query, _tcp: None  # noqa: E731 - as short as the table's
    others = typed("A", asked=answer(f"{NAME}. 300 IN A 192.31.196.1"), other=answer())
    make = typed("TXT", asked=silent if texts is None else answer(*lines), other=others)
    async with hostile_server({NAME: make}) as address:
        options = DnsOptions(servers=(address,), deadline=0.5, attempt=0.3, tries=2)
        resolver = MailResolver(DnsClient(options), Honest(options), deadline=0.5)
        begun = time.monotonic()
        found = await resolver.mail(NAME, now=NOW)
        assert time.monotonic() - begun < 5
        assert (found.outcome, found.spf_reject_all) == (MailOutcome.IMPLICIT_MX, rejects)
        assert found.ttl == (60 if texts is None else 300)
        await resolver.close()


async def test_the_preferred_hosts_are_kept() -> None:
    """Of a hundred hosts the 32 that are to be tried first."""
    async with hostile_server({NAME: by_tcp(*reversed(HUNDRED))}) as address:
        options = DnsOptions(servers=(address,))
        resolver = MailResolver(DnsClient(options), Honest(options))
        found = await resolver.mail(NAME, now=NOW)
        assert [each.preference for each in found.mx] == list(range(32))
        await resolver.close()


async def test_an_echo_proves_nothing() -> None:
    """c-ares takes a question that comes back for an empty answer; the control names show that it is none."""

    def echo(query: dns.message.Message, tcp: bool) -> bytes:  # noqa: FBT001 - the type's
        return framed(query.to_wire(), tcp=tcp)

    names = ("", ".", NAME, "iana.org", "wikipedia.org", IMPOSSIBLE)
    async with hostile_server(dict.fromkeys(names, echo)) as address:
        resolver = MailResolver.over(DnsOptions(servers=(address,)), controls=("iana.org", "wikipedia.org"))
        assert (await resolver.mail(NAME, now=NOW)).outcome is MailOutcome.UNTRUSTED
        await resolver.close()


def test_a_host_name_is_told_from_what_is_none() -> None:
    """Labels of letters, digits, hyphens and underscores, two at least, 253 characters in all, and no address."""
    good = ("mx.example.org", "a.b", "mx_1.example.org", "xn--bcher-kva.org", "1.mail.org", f"{'x' * 63}.org")
    bad = ("", "org", ".org", "mx..org", "192.31.196.1", f"{'x' * 64}.org", "mx.org.", "m x.org")
    long = ".".join(["x" * 60] * 5)
    assert [name for name in good if not _usable(name)] == []
    assert [name for name in (*bad, long, "mx\\.mail.org", "mx.localhost", "\u00e9.org") if _usable(name)] == []

"""SPF as far as our own set-up needs it."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.verification.probes.client import DnsStatus
from gateway.verification.probes.smtp.spf import Spf, authorised
from tests.gateway.verification.probes.worlds import TableDns
from tests.support.cost import cpu_seconds

US = "192.0.2.10"
TERMS = ("all", "-", "ip4", "ip6", "a", "mx", "include:loop.example", "redirect=", "exp=", "ptr", "exists", "1.2.3.4")
HERE = {("us.example", "A"): [US], ("mx.us.example", "A"): [US], ("us.example", "MX"): ["10 mx.us.example"]}
CASES: list[tuple[str, Spf]] = [
    ("v=spf1 ip4:192.0.2.10 -all", Spf.PASS),
    ("v=spf1 ip4:192.0.2.0/24 -all", Spf.PASS),
    ("V=SPF1 IP4:192.0.2.0/28 -ALL", Spf.PASS),
    ("v=spf1 ip4:192.0.2.0/30 -all", Spf.FAIL),
    ("v=spf1 ip6:2001:db8::/32 ~all", Spf.SOFTFAIL),
    ("v=spf1 -ip4:192.0.2.10 +all", Spf.FAIL),
    ("v=spf1 a -all", Spf.PASS),
    ("v=spf1 a:mx.us.example -all", Spf.PASS),
    ("v=spf1 a:far.example/24 -all", Spf.PASS),
    ("v=spf1 a:far.example/28//64 -all", Spf.FAIL),
    ("v=spf1 mx -all", Spf.PASS),
    ("v=spf1 mx:none.example ?all", Spf.NEUTRAL),
    ("v=spf1 include:ours.example -all", Spf.PASS),
    ("v=spf1 include:theirs.example -all", Spf.FAIL),
    ("v=spf1 include:none.example -all", Spf.PERMERROR),
    ("v=spf1 redirect=ours.example", Spf.PASS),
    ("v=spf1 redirect=theirs.example", Spf.FAIL),
    ("v=spf1 redirect=none.example", Spf.PERMERROR),
    ("v=spf1 exp=why.example a -all", Spf.PASS),
    ("v=spf1", Spf.NEUTRAL),
    ("v=spf1 ptr a -all", Spf.PASS),
    ("v=spf1 ptr -all", Spf.UNKNOWN),
    ("v=spf1 -exists:%{i}.list.example a -all", Spf.UNKNOWN),
    ("v=spf1 include:%{d}.example -all", Spf.UNKNOWN),
    ("v=spf1 ip4:not-an-address -all", Spf.PERMERROR),
    ("v=spf1 ip4:192.0.2.0/99 -all", Spf.PERMERROR),
    ("v=spf1 nonsense -all", Spf.PERMERROR),
    ("v=spf1 !!! -all", Spf.PERMERROR),
    ("v=spf1 include:loop.example -all", Spf.PERMERROR),
    ("v=spf1 a:n1.example a:n2.example a:n3.example -all", Spf.PERMERROR),
    ("v=spf1 include:slow.example -all", Spf.TEMPERROR),
    ("v=spf10 a -all", Spf.NONE),
    ("a note that is no policy", Spf.NONE),
]


def dns(*texts: str, more: Mapping[tuple[str, str], Sequence[str] | DnsStatus] | None = None) -> TableDns:
    """A DNS in which us.example has these texts."""
    return TableDns(
        HERE
        | {
            ("us.example", "TXT"): list(texts),
            ("far.example", "A"): ["192.0.2.77"],
            ("ours.example", "TXT"): ["v=spf1 ip4:192.0.2.10 -all"],
            ("theirs.example", "TXT"): ["v=spf1 ip4:198.51.100.1 -all"],
            ("loop.example", "TXT"): ["v=spf1 include:loop.example -all"],
            ("slow.example", "TXT"): DnsStatus.TIMEOUT,
        }
        | dict(more or {})
    )


@pytest.mark.parametrize(("record", "expected"), CASES)
async def test_a_record_is_evaluated(record: str, expected: Spf) -> None:
    """Each mechanism and modifier, and what cannot be told is not guessed (RFC 7208)."""
    assert await authorised(dns("another note", record), "us.example", ip_address(US)) is expected


async def test_two_records_are_an_error_and_none_is_none() -> None:
    """RFC 7208, 4.5."""
    both = dns("v=spf1 a -all", "v=spf1 mx -all")
    assert await authorised(both, "us.example", ip_address(US)) is Spf.PERMERROR
    assert await authorised(dns(), "nobody.example", ip_address(US)) is Spf.NONE
    gone = dns(more={("us.example", "TXT"): DnsStatus.SERVFAIL})
    assert await authorised(gone, "us.example", ip_address(US)) is Spf.TEMPERROR


async def test_addresses_of_the_other_family_use_their_own_prefix() -> None:
    """An `a` with two prefixes reads the second one for IPv6."""
    table = {("far.example", "AAAA"): ["2001:db8::77"]}
    asked = dns("v=spf1 a:far.example/32//64 -all", more=table)
    assert await authorised(asked, "us.example", ip_address("2001:db8::1")) is Spf.PASS
    assert await authorised(asked, "us.example", ip_address("2001:db8:0:1::1")) is Spf.FAIL


async def test_no_host_is_asked_behind_the_one_that_matches() -> None:
    """RFC 7208, 5.4: three dead backups behind our own MX are no error, for they are never asked."""
    names = ("mx.us.example", "dead1.example", "dead2.example", "dead3.example")
    hosts = [f"{10 * place} {name}" for place, name in enumerate(names, start=1)]
    asked = dns("v=spf1 mx -all", more={("us.example", "MX"): hosts})
    assert await authorised(asked, "us.example", ip_address(US)) is Spf.PASS
    assert [name for name, rtype in asked.asked if rtype == "A"] == ["mx.us.example"]


async def test_ten_lookups_and_no_more() -> None:
    """RFC 7208, 4.6.4: the eleventh term that asks DNS is an error, however it would end."""
    hosts = {(f"h{number}.example", "A"): ["198.51.100.9"] for number in range(11)}
    for count, expected in ((9, Spf.PASS), (10, Spf.PERMERROR)):
        terms = " ".join(f"a:h{number}.example" for number in range(count))
        asked = dns(f"v=spf1 {terms} a -all", more=hosts)
        assert await authorised(asked, "us.example", ip_address(US)) is expected
        assert len(asked.asked) <= 11


@given(
    st.one_of(st.text(max_size=80), st.lists(st.sampled_from([*TERMS, " ", ":", "/", "%"]), max_size=30).map("".join))
)
def test_any_text_is_read(text: str) -> None:
    """Whatever a record says, the evaluation ends in a result, with ten look-ups at most besides its own record."""
    asked = dns(f"v=spf1 {text}")
    assert asyncio.run(authorised(asked, "us.example", ip_address(US))) in Spf
    assert len([name for name, rtype in asked.asked if rtype == "TXT"]) <= 11


def test_a_huge_record_costs_little() -> None:
    """100 kB of hostile text: under 0.2 s."""
    for text in ("a" * 100_000, "ip4:" * 25_000, "ip4:1.2.3.4 " * 8000, "+" * 100_000, "a:b/" * 25_000, "x=" * 50_000):
        asked = partial(authorised, dns(f"v=spf1 {text}"), "us.example", ip_address(US))
        assert cpu_seconds(lambda: asyncio.run(asked()), enough=0.2) < 0.2  # noqa: B023 - called at once

"""The mail resolver against the sandbox's name server: every fault ends as its own outcome."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.errors import SetupError
from gateway.sandbox.dns import DnsServer
from gateway.verification.answers import MailOutcome
from gateway.verification.probes.cache import CacheOptions
from gateway.verification.probes.client import DnsClient, DnsOptions, DnsStatus
from gateway.verification.probes.controls import Controls
from gateway.verification.probes.dns import MailResolver
from gateway.verification.probes.lists import Lists
from gateway.verification.probes.verify import ContactVerifier
from tests.gateway.verification.fakes import NOW
from tests.support import zones
from tests.support.waiting import until

pytestmark = pytest.mark.integration

CONTROLS = ("iana.org", "wikipedia.org")


def options(server: DnsServer, *, deadline: float = 5.0) -> DnsOptions:
    """Options that ask this server alone."""
    return DnsOptions(servers=(server.address,), deadline=deadline, attempt=2.0, tries=4)


def resolver_for(server: DnsServer, *, cache: CacheOptions | None = None, deadline: float = 5.0) -> MailResolver:
    """A resolver that asks this server alone, with a cache of its own."""
    asked, cache = options(server, deadline=deadline), cache or CacheOptions()
    return MailResolver(DnsClient(asked), Controls(asked, names=CONTROLS), deadline=deadline, cache=cache)


@pytest.fixture
async def server() -> AsyncIterator[DnsServer]:
    """The shipped zone on a free port."""
    async with DnsServer(zones.shipped()) as running:
        yield running


@pytest.fixture
async def resolver(server: DnsServer) -> AsyncIterator[MailResolver]:
    """A resolver over the shipped zone."""
    made = resolver_for(server)
    yield made
    await made.close()


@pytest.fixture
async def hasty(server: DnsServer) -> AsyncIterator[MailResolver]:
    """The same, for questions that nobody answers: it gives them up soon."""
    made = resolver_for(server, deadline=0.5)
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("domain", "outcome"),
    [
        ("acme.example", MailOutcome.MX),
        ("nordwind-logistik.example", MailOutcome.MX),
        ("truncated.example", MailOutcome.MX),
        ("slow.example", MailOutcome.MX),
        ("www.acme.example", MailOutcome.IMPLICIT_MX),
        ("small.example", MailOutcome.IMPLICIT_MX),
        ("v6only.example", MailOutcome.IMPLICIT_MX),
        ("spf-reject.example", MailOutcome.IMPLICIT_MX),
        ("null-mx.example", MailOutcome.NULL_MX),
        ("dead.example", MailOutcome.NXDOMAIN),
        ("gmial.com", MailOutcome.NXDOMAIN),
        ("nodata.example", MailOutcome.NODATA),
        ("private.example", MailOutcome.NOT_PUBLIC),
        ("mx-localhost.example", MailOutcome.MX_UNUSABLE),
        ("servfail.example", MailOutcome.SERVFAIL),
        ("refused.example", MailOutcome.REFUSED),
        ("garbage.example", MailOutcome.MALFORMED),
    ],
)
async def test_each_fault_is_told_apart(resolver: MailResolver, domain: str, outcome: MailOutcome) -> None:
    """Every way for a domain to answer, or not to, ends as its own outcome."""
    assert (await resolver.mail(domain, now=NOW)).outcome is outcome


@pytest.mark.parametrize("name", ["\ufffd.example", "a..b", "x" * 64 + ".example", "x" * 300])
async def test_a_name_that_cannot_be_asked_is_malformed(name: str) -> None:
    """A name out of somebody else's record, as that of a mail server, may be anything: nothing raises."""
    client = DnsClient(DnsOptions(servers=("127.0.0.1:9",), deadline=1))
    assert (await client.query(name, "A")).status is DnsStatus.MALFORMED
    await client.close()


async def test_no_answer_is_an_outcome_too(hasty: MailResolver) -> None:
    """A question that is never answered ends at the deadline."""
    assert (await hasty.mail("timeout.example", now=NOW)).outcome is MailOutcome.TIMEOUT


async def test_mx_hosts_come_by_preference(resolver: MailResolver) -> None:
    """Mail exchangers are sorted by preference, in lower case, without the last dot."""
    found = await resolver.mail("acme.example", now=NOW)
    assert [(each.preference, each.host) for each in found.mx] == [
        (1, "aspmx.l.google.com"),
        (5, "alt1.aspmx.l.google.com"),
        (10, "alt2.aspmx.l.google.com"),
    ]


async def test_spf_is_a_hint_only_without_an_mx(server: DnsServer, resolver: MailResolver) -> None:
    """`v=spf1 -all` is asked for only when there is no MX, and told as a fact."""
    assert (await resolver.mail("spf-reject.example", now=NOW)).spf_reject_all is True
    assert (await resolver.mail("small.example", now=NOW)).spf_reject_all is False
    assert (await resolver.mail("acme.example", now=NOW)).spf_reject_all is None
    assert server.responder.asked["acme.example", "TXT"] == 0


async def test_one_bad_domain_does_not_harm_another(resolver: MailResolver) -> None:
    """Good domains get their answer while bad ones time out, fail and send garbage beside them."""
    bad = ["timeout.example", "servfail.example", "garbage.example", "refused.example"]
    good = ["acme.example", "brightpath.example", "atelier-lumiere.example", "small.example"]
    found = await asyncio.gather(*(resolver.mail(domain, now=NOW) for domain in [*bad, *good]))
    assert all(answer.outcome.transient for answer in found[: len(bad)])
    assert all(answer.outcome.receives for answer in found[len(bad) :])


async def test_questions_at_the_same_time_are_asked_once(server: DnsServer, resolver: MailResolver) -> None:
    """Fifty callers that want the same domain at once share one question."""
    found = await asyncio.gather(*(resolver.mail("slow.example", now=NOW) for _ in range(50)))
    assert {answer.outcome for answer in found} == {MailOutcome.MX}
    assert server.responder.asked["slow.example", "MX"] == 1


async def test_a_caller_that_leaves_takes_nobody_along(server: DnsServer, resolver: MailResolver) -> None:
    """When the one that asks is cancelled, those that wait for it still get their answer."""
    first = asyncio.create_task(resolver.mail("slow.example", now=NOW))
    others = [asyncio.create_task(resolver.mail("slow.example", now=NOW)) for _ in range(3)]
    await until(lambda: server.responder.asked["slow.example", "MX"] == 1)
    others.pop().cancel()
    first.cancel()
    assert [(await other).outcome for other in others] == [MailOutcome.MX, MailOutcome.MX]
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_answers_are_kept_for_their_ttl(server: DnsServer) -> None:
    """An answer is kept for its TTL, within floor and ceiling; a denial for its own time."""
    resolver = resolver_for(server, cache=CacheOptions(floor=60, ceiling=200, negative=100))
    kept = await resolver.mail("acme.example", now=NOW)
    assert kept.ttl == 200
    await resolver.mail("dead.example", now=NOW)
    await server.stop()
    assert (await resolver.mail("acme.example", now=NOW + timedelta(seconds=199))).outcome is MailOutcome.MX
    assert (await resolver.mail("dead.example", now=NOW + timedelta(seconds=99))).outcome is MailOutcome.NXDOMAIN
    resolver._client.renew()
    late = NOW + timedelta(seconds=201)
    assert (await resolver.mail("acme.example", now=late)).outcome is MailOutcome.UNREACHABLE
    assert (await resolver.mail("dead.example", now=late)).outcome is MailOutcome.UNREACHABLE
    await resolver.close()


async def test_a_transient_failure_is_not_kept(resolver: MailResolver) -> None:
    """After a failure the next question is asked anew, and gets the answer that is there by then."""
    assert (await resolver.mail("flaky.example", now=NOW)).outcome is MailOutcome.SERVFAIL
    assert (await resolver.mail("flaky.example", now=NOW)).outcome is MailOutcome.MX


async def test_the_cache_is_bounded(server: DnsServer) -> None:
    """No more than `size` domains are kept; the one not used for the longest time goes."""
    resolver = resolver_for(server, cache=CacheOptions(size=2))
    for domain in ("acme.example", "small.example", "acme.example", "brightpath.example"):
        await resolver.mail(domain, now=NOW)
    assert list(resolver._cache) == ["acme.example", "brightpath.example"]
    await resolver.close()


async def test_control_names_are_asked_once_per_interval(server: DnsServer, resolver: MailResolver) -> None:
    """Many denials at once check the control names once; five minutes later they are checked again."""
    dead = [f"nothing-{n}.example" for n in range(20)]
    await asyncio.gather(*(resolver.mail(domain, now=NOW) for domain in dead))
    assert server.responder.asked["iana.org", "A"] == 1
    await resolver.mail("nothing.example", now=NOW + timedelta(minutes=4, seconds=59))
    assert server.responder.asked["iana.org", "A"] == 1
    await resolver.mail("nobody.example", now=NOW + timedelta(minutes=5))
    assert server.responder.asked["iana.org", "A"] == 2


async def test_a_stopped_server_proves_nothing(server: DnsServer, resolver: MailResolver) -> None:
    """While the server is gone every domain is unreachable, none is dead; when it is back, work goes on."""
    port = int(server.address.rsplit(":", 1)[1])
    await server.stop()
    for domain in ("acme.example", "dead.example"):
        assert (await resolver.mail(domain, now=NOW)).outcome.transient
    async with DnsServer(zones.shipped(), port=port):
        assert (await resolver.mail("acme.example", now=NOW)).outcome is MailOutcome.MX
        assert (await resolver.mail("dead.example", now=NOW)).outcome is MailOutcome.NXDOMAIN


async def test_only_addresses_that_count_make_an_implicit_mx(server: DnsServer) -> None:
    """Which addresses count is given from outside."""
    asked = options(server)
    resolver = MailResolver(DnsClient(asked), Controls(asked, names=CONTROLS), accept=lambda each: each.is_private)
    assert (await resolver.mail("private.example", now=NOW)).outcome is MailOutcome.IMPLICIT_MX
    assert (await resolver.mail("small.example", now=NOW)).outcome is MailOutcome.NOT_PUBLIC
    await resolver.close()


async def test_the_channel_is_exchanged_under_load(server: DnsServer) -> None:
    """A client that exchanges its channel every few questions answers all of them, and closes the old ones."""
    client = DnsClient(replace(options(server), renew_after=3))
    names = ["slow.example", "acme.example", "small.example", "dead.example"] * 5
    found = await asyncio.gather(*(client.query(name, "MX") for name in names))
    statuses = [DnsStatus.OK, DnsStatus.OK, DnsStatus.NODATA, DnsStatus.NXDOMAIN]
    assert [answer.status for answer in found] == statuses * 5
    assert len(client._retired) > 1
    assert all(line._closed for line in client._retired)
    await client.close()


async def test_an_idle_channel_is_closed_when_it_is_exchanged(server: DnsServer) -> None:
    """Nobody is under way on the old channel, so nobody else would ever close it."""
    client = DnsClient(replace(options(server), renew_after=1))
    channels = set()
    for _ in range(5):
        await client.query("acme.example", "MX")
        assert client._line is not None
        channels.add(client._line)
    await client.close()
    assert len(channels) == 5
    assert all(line._closed for line in channels)


async def test_an_old_channel_is_exchanged(server: DnsServer) -> None:
    """After its time a new channel is made, which reads the system's servers anew; what is under way ends well."""
    client = DnsClient(replace(options(server), renew_every=0.0))
    slow = asyncio.create_task(client.query("slow.example", "MX"))
    await until(lambda: server.responder.asked["slow.example", "MX"] == 1)
    first = client._line
    assert (await client.query("acme.example", "MX")).status is DnsStatus.OK
    assert client._line is not first
    assert (await slow).status is DnsStatus.OK
    await client.close()


async def test_questions_are_read_in_the_loop(server: DnsServer) -> None:
    """c-ares gets no thread of its own: it would have every answer wait for Python's lock."""
    client = DnsClient(options(server))
    before = threading.active_count()
    await client.query("acme.example", "MX")
    assert client._line is not None
    assert not client._line._event_thread
    assert threading.active_count() == before
    await client.close()


async def test_other_records_are_read_too(server: DnsServer) -> None:
    """TXT, CNAME, NS and addresses come as plain values, for whoever looks at a domain's footprint."""
    client = DnsClient(options(server))
    txt = await client.query("nordwind-logistik.example", "TXT")
    assert "MS=ms00000001" in {each.value for each in txt.records}
    cname = await client.query("www.acme.example", "CNAME")
    assert [each.value for each in cname.records] == ["acme.example.cdn.cloudflare.net"]
    assert (await client.query(".", "NS")).status is DnsStatus.OK
    assert [each.value for each in (await client.query("v6only.example", "AAAA")).records] == ["2620:4f:8000::1"]
    await client.close()
    hasty = DnsClient(options(server, deadline=0.5))
    assert (await hasty.query("timeout.example", "TXT")).status is DnsStatus.TIMEOUT
    await hasty.close()


async def test_bad_servers_stop_the_start() -> None:
    """A server that is no address is refused with the name of the setting."""
    with pytest.raises(SetupError, match="DNS_SERVERS"):
        await DnsClient(DnsOptions(servers=("dns.acme.example:53",))).query("acme.example", "MX")


@pytest.mark.parametrize(
    ("value", "verdict", "code", "suggestion"),
    [
        ("jane@acme.example", "deliverable", "mx_found", None),
        ("jane@müller-brunnen.example", "deliverable", "mx_found", None),
        ("jane@mailinator.com", "risky", "disposable_domain", None),
        ("jane@duck.com", "deliverable", "privacy_relay_domain", None),
        ("jane@gmial.com", "undeliverable", "domain_not_found", "jane@gmail.com"),
        ("jane@dead.example", "undeliverable", "domain_not_found", None),
        ("jane@spf-reject.example", "risky", "spf_reject_all", None),
        ("info@acme.example", "deliverable", "role_address", None),
    ],
)
async def test_the_whole_way(
    resolver: MailResolver, value: str, verdict: str, code: str, suggestion: str | None
) -> None:
    """From the typed address over the installed lists and a real question to the verdict."""
    found = await ContactVerifier(resolver, Lists.installed()).email(value, now=NOW)
    assert (found.verdict.value, found.suggestion) == (verdict, suggestion)
    assert code in found.reasons


async def test_nobody_answers_all_the_way(hasty: MailResolver) -> None:
    """A question that is never answered makes the verdict unknown."""
    found = await ContactVerifier(hasty, Lists.installed()).email("jane@timeout.example", now=NOW)
    assert (found.verdict.value, found.suggestion) == ("unknown", None)
    assert "dns_timeout" in found.reasons


async def test_no_verdict_turns_bad_when_the_server_goes(server: DnsServer, resolver: MailResolver) -> None:
    """A server that stops in the middle of a batch makes verdicts unknown, never undeliverable."""
    verifier = ContactVerifier(resolver, Lists.installed(), concurrency=2)
    # All of them can take mail, so that any `undeliverable` would be made up.
    names = ["acme.example", "slow.example", "gmail.com", "small.example", "brightpath.example", "web.de"]
    running = asyncio.create_task(verifier.emails([f"jane@{name}" for name in names], now=NOW))
    while not server.responder.asked["slow.example", "MX"]:  # noqa: ASYNC110 - the server counts, it does not signal
        await asyncio.sleep(0)
    await server.stop()
    found = {name: each.verdict.value for name, each in zip(names, await running, strict=True)}
    assert found["acme.example"] == "deliverable"
    assert found["slow.example"] == "unknown"
    assert set(found.values()) == {"deliverable", "unknown"}

"""A resolver that lies: what it denied is not believed, kept or repeated, and it costs little while it goes on."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gateway.sandbox.dns import DnsServer
from gateway.sandbox.zone import parse_zone
from gateway.verification.answers import MailOutcome
from gateway.verification.probes.client import DnsClient
from gateway.verification.probes.controls import IMPOSSIBLE, Controls
from gateway.verification.probes.dns import MailResolver
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.test_resolver import CONTROLS, options, resolver_for
from tests.support import zones

pytestmark = pytest.mark.integration


@pytest.fixture
async def server() -> AsyncIterator[DnsServer]:
    """The shipped zone on a free port."""
    async with DnsServer(zones.shipped()) as running:
        yield running


async def test_a_liar_is_not_believed(server: DnsServer) -> None:
    """From a resolver that denies everything, no domain is dead; once it is honest again, the truth comes."""
    resolver = resolver_for(server)
    server.lying = True
    for domain in ("acme.example", "dead.example"):
        assert (await resolver.mail(domain, now=NOW)).outcome is MailOutcome.UNTRUSTED
    trust = resolver.trust
    assert trust is not None
    assert trust.failing == (".", *CONTROLS)
    server.lying = False
    # While the last finding is fresh, its word stands; then the control names are asked again.
    soon, later = NOW + timedelta(seconds=10), NOW + timedelta(seconds=31)
    assert (await resolver.mail("dead.example", now=soon)).outcome is MailOutcome.UNTRUSTED
    assert (await resolver.mail("acme.example", now=later)).outcome is MailOutcome.MX
    assert (await resolver.mail("dead.example", now=later)).outcome is MailOutcome.NXDOMAIN
    await resolver.close()


async def test_what_a_liar_said_before_it_was_caught_is_forgotten(server: DnsServer) -> None:
    """Denials kept since the last good check go when the resolver is caught; positive answers stay."""
    resolver = resolver_for(server)
    assert (await resolver.mail("dead.example", now=NOW)).outcome is MailOutcome.NXDOMAIN
    assert (await resolver.mail("brightpath.example", now=NOW)).outcome is MailOutcome.MX
    server.lying = True
    # Believed: the control names were honest a minute ago.
    lied = await resolver.mail("acme.example", now=NOW + timedelta(minutes=1))
    assert lied.outcome is MailOutcome.NXDOMAIN
    trust = await resolver.check_controls(NOW + timedelta(minutes=2))
    assert not trust.honest
    server.lying = False
    await resolver.check_controls(NOW + timedelta(minutes=3))
    found = await resolver.mail("acme.example", now=NOW + timedelta(minutes=3))
    assert found.outcome is MailOutcome.MX
    assert "brightpath.example" in resolver._cache
    await resolver.close()


async def test_a_liar_is_dealt_with_once_a_check(server: DnsServer) -> None:
    """However many denials it tells, the cache is searched and the channel exchanged once per check, not per denial."""

    class Counting(DnsClient):
        renewed = 0

        def renew(self) -> None:
            self.renewed += 1
            super().renew()

    asked = options(server)
    client = Counting(asked)
    resolver = MailResolver(client, Controls(asked, names=CONTROLS))
    server.lying = True
    for domain in ("acme.example", "brightpath.example", "small.example", "dead.example"):
        assert (await resolver.mail(domain, now=NOW)).outcome is MailOutcome.UNTRUSTED
    assert client.renewed == 1
    server.lying = False
    # What c-ares has kept of the lies is not believed when the resolver is honest again.
    later = NOW + timedelta(seconds=31)
    outcomes = [(await resolver.mail(each, now=later)).outcome for each in ("brightpath.example", "dead.example")]
    assert outcomes == [MailOutcome.MX, MailOutcome.NXDOMAIN]
    assert client.renewed <= 3
    await resolver.close()


async def test_a_denial_from_before_the_first_honest_check_is_not_believed(server: DnsServer) -> None:
    """A question that the liar answered stays unbelieved, also when somebody else finds the resolver honest again."""
    resolver = resolver_for(server)
    server.lying = True
    assert (await resolver.check_controls(NOW)).honest is False
    server.lying = False
    await resolver.check_controls(NOW + timedelta(seconds=40))
    before, after = NOW + timedelta(seconds=39), NOW + timedelta(seconds=40)
    assert (await resolver.mail("dead.example", now=before)).outcome is MailOutcome.UNTRUSTED
    assert (await resolver.mail("dead.example", now=after)).outcome is MailOutcome.NXDOMAIN
    await resolver.close()


async def test_a_resolver_that_sells_its_negatives_is_caught() -> None:
    """One that answers for a name that cannot exist proves no implicit MX; an MX it names still counts."""
    zone = parse_zone(
        f"""
        version: 1
        names:
          .: {{NS: a.root-servers.net.}}
          iana.org: {{A: 192.31.196.1}}
          wikipedia.org: {{A: 192.31.196.1}}
          {IMPOSSIBLE}: {{A: 192.31.196.9}}
          typo.example: {{A: 192.31.196.9}}
          acme.example: {{MX: 10 mx.acme.example.}}
        """
    )
    async with DnsServer(zone) as server:
        resolver = resolver_for(server)
        assert (await resolver.mail("typo.example", now=NOW)).outcome is MailOutcome.UNTRUSTED
        assert (await resolver.mail("acme.example", now=NOW)).outcome is MailOutcome.MX
        trust = resolver.trust
        assert trust is not None
        assert trust.failing == (IMPOSSIBLE,)
        await resolver.close()

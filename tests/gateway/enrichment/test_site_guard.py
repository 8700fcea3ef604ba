"""The guard of visits: whatever a lead names, and wherever its site leads, nobody inside is connected to.

Under the guard lies a trap: it takes every connection to an address that is not public, at whatever port, to a listener
on loopback. A guard that lets one through is seen there.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import httpcore
import pytest

from connectors.errors import CallError, HostRefused, Unreachable
from gateway.enrichment import LeadSite
from gateway.http import HttpClient
from gateway.sandbox.sites import Host, Served, Sites
from tests.gateway.http.servers import Listener, Names, http_reply, listening, private

pytestmark = pytest.mark.integration

PUBLIC = "93.184.216.34"
NAMES = {
    "acme.com": [PUBLIC],
    "mapped.com": ["::ffff:127.0.0.1"],
    "nat64.com": ["64:ff9b::7f00:1"],
    "local-nat64.com": ["64:ff9b:1::7f00:1"],
    "sixtofour.com": ["2002:7f00:1::"],
    "teredo.com": ["2001:0:7f00:1::80ff:fffe"],
    "compatible.com": ["::127.0.0.1"],
    "cgnat.com": ["100.64.0.1"],
    "alibaba.com": ["100.100.100.200"],
    "metadata.com": ["169.254.169.254"],
    "azure.com": ["168.63.129.16"],
    "loopback.com": ["127.0.0.1"],
    "loopback6.com": ["::1"],
    "zero.com": ["0.0.0.0"],  # noqa: S104 - an address to refuse
    "private.com": ["10.0.0.1"],
    "unique.com": ["fd00::1"],
    "site-local.com": ["fec0::1"],
    "multicast.com": ["ff02::1"],
    "mixed.com": [PUBLIC, "127.0.0.1"],
    "mixed-the-other-way.com": ["10.0.0.1", PUBLIC],
    "mixed-families.com": [PUBLIC, "::1"],
}


@dataclass
class Trap(httpcore.AsyncNetworkBackend):
    """A network without an outside: public addresses refuse the connection, all others lead to a listener."""

    listener: Listener
    targets: list[str] = field(default_factory=list)
    wire: httpcore.AnyIOBackend = field(default_factory=httpcore.AnyIOBackend)

    async def connect_tcp(self, host: str, port: int, *more: Any, **named: Any) -> httpcore.AsyncNetworkStream:  # noqa: ANN401 - httpcore's signature
        self.targets.append(host)
        if host == PUBLIC:
            raise httpcore.ConnectError
        ip_address(host)  # a name that got through to the network raises here
        return await self.wire.connect_tcp("127.0.0.1", self.listener.port)


@dataclass(kw_only=True)
class Guarded:
    """A visitor over the trap, and what it has asked for."""

    site: LeadSite
    client: HttpClient
    names: Names
    trap: Trap
    sites: Sites

    async def refused(self, url: str) -> str:
        """Why a page was refused."""
        with pytest.raises(HostRefused) as refused:
            await self.site.fetch(url, seconds=5.0, max_bytes=1000)
        assert not any(part in str(refused.value) for part in ("127", "acme", "10.0"))
        return refused.value.reason

    @property
    def inside(self) -> int:
        """Connections to what is not public."""
        return self.trap.listener.connects


class Still:
    """A clock that stands."""

    def now(self) -> datetime:
        return datetime(2026, 3, 2, tzinfo=UTC)


@contextlib.asynccontextmanager
async def guarded(
    hosts: dict[str, Host] | None = None, names: dict[str, list[list[str]]] | None = None
) -> AsyncIterator[Guarded]:
    """A visitor whose network is the trap, but for the sandbox's hosts."""
    resolver = Names(names if names is not None else {name: [answer] for name, answer in NAMES.items()})
    async with (
        listening(http_reply(b"secret", headers="Content-Type: text/html\r\n")) as listener,
        Sites(hosts or {"acme.example": Host(pages={"/": Served(body="hello")})}) as sites,
        HttpClient(resolver=resolver, addresses=sites.addresses) as client,
    ):
        trap = Trap(listener)
        for pool in (client._public, client._private, client._inside):
            # What the sandbox stands in for keeps its own way to loopback.
            pool._backend._tcp = Split(trap, sites)  # type: ignore[assignment] # the fake network takes the real one's place
        yield Guarded(
            site=LeadSite(client=client, clock=Still()), client=client, names=resolver, trap=trap, sites=sites
        )


@dataclass
class Split(httpcore.AsyncNetworkBackend):
    """Lets through to the sandbox's own ports, and traps the rest."""

    trap: Trap
    sites: Sites

    async def connect_tcp(self, host: str, port: int, *more: Any, **named: Any) -> httpcore.AsyncNetworkStream:  # noqa: ANN401 - httpcore's signature
        if (host, port) in self.sites.addresses.values():
            return await self.trap.wire.connect_tcp(host, port, *more, **named)
        return await self.trap.connect_tcp(host, port)


LITERALS = [
    "localhost",
    "localhost.",
    "LOCALHOST",
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0X7F.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.",
    "0.0.0.0",  # noqa: S104 - a host to refuse
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::80ff:fffe]",
    "[fe80::1%25eth0]",
    "100.64.0.1",
    "169.254.169.254",
    "10.0.0.1",
    PUBLIC,
    f"{PUBLIC}.",
    "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460",
    "\uff11\uff12\uff17.0.0.1",
    "127\u30020\uff0e0\uff611",
    "\u0661\u0662\u0667.\u0660.\u0660.\u0661",
    "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
    "loc\u00adalhost",
    "%31%32%37.0.0.1",
    "127.0.0.1%00.acme.com",
    "127.0.0.1#.acme.com",
    "127.0.0.1?.acme.com",
    "127.0.0.1\\.acme.com",
    "printer",
    "printer.",
    "db.local",
    "db.local.",
    "db.internal",
    "metadata.google.internal",
    "router.home.arpa",
    "foo.localhost",
    "acme..com",
    ".acme.com",
    "-",
    "",
]


@pytest.mark.parametrize("scheme", ["https", "http"])
async def test_no_spelling_of_an_inner_host_is_connected_to(scheme: str) -> None:
    """Literals in every notation, local names, and signs that a parser could read otherwise: none even looked up."""
    async with guarded() as world:
        for host in LITERALS:
            await world.refused(f"{scheme}://{host}/")
    assert (world.inside, world.trap.targets, world.names.asked, world.sites.connections) == (0, [], [], 0)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "acme.com"])
async def test_no_answer_that_is_not_public_is_connected_to(name: str) -> None:
    """Every address inside another form, and every mixed answer, is refused; the name is asked for once."""
    async with guarded() as world:
        assert await world.refused(f"https://{name}/") in ("address_not_public", "address_forbidden")
        assert (world.inside, world.trap.targets, world.names.asked) == (0, [], [name])


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.com:8443/",
        "https://acme.com:22/",
        "http://acme.com:6379/",
        "http://acme.com:0/",
        "https://acme.com:65536/",
        "https://user@acme.com/",
        "https://user:password@acme.com/",
        "https://acme.com@127.0.0.1/",
        "https://127.0.0.1\\@acme.com/",
        "https://127.0.0.1:80@acme.com/",
        "ftp://acme.com/",
        "file:///etc/passwd",
        "gopher://acme.com/",
        "data:text/html,hello",
        "//acme.com/",
        "acme.com",
        "https:acme.com",
        "https:///acme.com/",
        "https://acme.com/" + "a" * 2000,
    ],
)
async def test_no_other_port_scheme_or_user_is_asked(url: str) -> None:
    """Ports beside 80 and 443, user information and every scheme but the web's are refused before any look-up."""
    async with guarded() as world:
        await world.refused(url)
        assert (world.inside, world.trap.targets, world.names.asked) == (0, [], [])


REDIRECTS = [
    ("https://loopback.com/", "address_not_public"),
    ("https://private.com/", "address_not_public"),
    ("https://cgnat.com/", "address_not_public"),
    ("https://mixed.com/", "address_not_public"),
    ("https://nat64.com/", "address_forbidden"),
    ("https://metadata.com/latest/meta-data/", "address_forbidden"),
    ("https://127.0.0.1/", "host_is_an_address"),
    ("https://127.0.0.1:8080/", "port_not_allowed"),
    ("https://2130706433/", "host_is_an_address"),
    ("https://[::1]/", "host_is_an_address"),
    (f"https://{PUBLIC}/", "host_is_an_address"),
    ("//127.0.0.1/", "host_is_an_address"),
    ("//0x7f.1/", "host_is_an_address"),
    ("https://localhost/", "host_is_local"),
    ("https://db.local/", "host_is_local"),
    ("https://acme.com:8443/", "port_not_allowed"),
    ("https://user@acme.com/", "userinfo_in_url"),
    ("http://acme.com/", "redirect_to_http"),
    ("http://127.0.0.1/", "redirect_to_http"),
    ("ftp://acme.com/", "scheme_not_allowed"),
    ("file:///etc/passwd", "scheme_not_allowed"),
    ("javascript:alert(1)", "scheme_not_allowed"),
    ("https://acme.com:port/", "redirect_unreadable"),
    ("https://[::1/", "redirect_unreadable"),
]


@pytest.mark.parametrize(("location", "reason"), REDIRECTS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_leads_inside(status: int, location: str, reason: str) -> None:
    """Each hop is checked as the first was, whatever kind of redirect it is, and also behind another hop."""
    away = Served(status=status, headers=(("Location", location),))
    on = Served(status=status, headers=(("Location", "/on"),))
    async with guarded({"acme.example": Host(pages={"/": on, "/on": away})}) as world:
        assert await world.refused("https://acme.example/") == reason
        assert (world.inside, world.trap.targets) == (0, [])
        assert [visit.path for visit in world.sites.visits] == ["/robots.txt", "/", "/on"]


async def test_robots_file_leads_nobody_inside() -> None:
    """robots.txt is fetched by the same rules: one that redirects inside forbids the site."""
    for location, _reason in REDIRECTS:
        hosts = {"acme.example": Host(pages={"/robots.txt": Served(status=302, headers=(("Location", location),))})}
        async with guarded(hosts) as world:
            assert await world.refused("https://acme.example/") == "robots_unavailable"
            assert (world.inside, world.trap.targets) == (0, [])
            assert [visit.path for visit in world.sites.visits] == ["/robots.txt"]


async def test_rebinding_finds_the_second_answer_refused() -> None:
    """A name that turns private is asked anew for every connection, and each answer is checked by itself."""
    names = {"acme.com": [[PUBLIC], ["127.0.0.1"]]}
    async with guarded(names=names) as world:
        assert await world.refused("https://acme.com/") == "address_not_public"  # over http, as https refused
        assert (world.inside, world.trap.targets, world.names.asked) == (0, [PUBLIC], ["acme.com", "acme.com"])


async def test_nobody_at_the_address_is_unreachable() -> None:
    """A public name where nobody listens over https or http is no refusal; both were tried at the checked address."""
    async with guarded() as world:
        with pytest.raises(Unreachable):
            await world.site.fetch("https://acme.com/", seconds=5.0, max_bytes=1000)
        assert (world.inside, world.trap.targets) == (0, [PUBLIC, PUBLIC])


async def test_the_sandboxs_map_does_connect() -> None:
    """The control: by the address map the same visitor reaches loopback, and only the hosts that the map names."""
    async with guarded() as world:
        page = await world.site.fetch("https://acme.example/", seconds=5.0, max_bytes=1000)
        assert (page.status, page.body, len(world.sites.visits)) == (200, b"hello", 2)
        assert await world.refused("https://www.acme.example/") == "host_is_local"
        assert world.inside == 0


async def test_the_trap_catches_what_gets_through() -> None:
    """The other control: without the guard's rules a connection inside is made, and the trap sees it."""
    async with guarded() as world:
        reply = await world.client.send(private("http://loopback.com/"))
        assert (reply.body, world.inside, world.trap.targets) == (b"secret", 1, ["127.0.0.1"])


async def test_no_error_tells_where_it_was() -> None:
    """What a visit raises holds a code and nothing of the URL."""
    async with guarded() as world:
        errors: list[CallError] = []
        for url in ("https://nobody-knows.com/x?email=jo", "https://private.com/jo", "https://jo:pw@acme.com/"):
            with pytest.raises(CallError) as error:
                await world.site.fetch(url, seconds=5.0, max_bytes=1000)
            errors.append(error.value)
    assert not any(word in repr((each, each.args)) for each in errors for word in ("jo", "nobody", "private"))

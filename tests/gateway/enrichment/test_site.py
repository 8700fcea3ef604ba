"""Visits over real loopback sockets: what sites do, and what comes of it."""

import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

from connectors.errors import CallBroken, CallError, HostRefused, TimedOut, Unreachable
from connectors.kit import Page
from gateway.enrichment import LeadSite
from gateway.enrichment.site import user_agent
from gateway.http import HttpClient
from gateway.sandbox.sites import Host, Served, Sites
from tests.gateway.enrichment.doubles import Time
from tests.gateway.http.servers import Names, http_reply, listening

pytestmark = pytest.mark.integration

CAP = 512 * 1024


@dataclass(kw_only=True)
class Visitor:
    """A visitor of loopback sites."""

    site: LeadSite
    sites: Sites
    time: Time

    async def fetch(self, url: str, *, seconds: float = 10.0) -> Page:
        """Fetches a page."""
        return await self.site.fetch(url, seconds=seconds, max_bytes=CAP)

    @property
    def seen(self) -> list[str]:
        """What the sites were asked for."""
        return [f"{visit.scheme}://{visit.host}{visit.path}" for visit in self.sites.visits]


@contextlib.asynccontextmanager
async def visitor(hosts: Mapping[str, Host] | None = None, contact: str = "") -> AsyncIterator[Visitor]:
    """A visitor of these sites, or of the sandbox's."""
    clock = Time()
    async with Sites(hosts) as sites, HttpClient(addresses=sites.addresses, resolver=Names({})) as client:
        yield Visitor(site=LeadSite(client=client, clock=clock, contact=contact), sites=sites, time=clock)


def host(**pages: Served) -> dict[str, Host]:
    """A site at acme.example: its front page is `front`, other pages have their own names."""
    return {"acme.example": Host(pages={"/" if name == "front" else f"/{name}": page for name, page in pages.items()})}


@pytest.mark.parametrize(
    ("name", "status", "url", "hops", "size", "cut"),
    [
        ("acme.example", 200, "https://www.acme.example/", 1, 1638, False),
        ("nordwind-logistik.example", 200, "https://nordwind-logistik.example/", 0, 563, False),
        ("atelier-lumiere.example", 200, "http://atelier-lumiere.example/", 0, 111, False),
        ("goldengate-robotics.example", 200, "https://goldengate-robotics.example/", 0, 707, False),
        ("huge.example", 200, "https://huge.example/", 0, CAP, True),
        ("bomb.example", 200, "https://bomb.example/", 0, CAP, True),
        ("sold.example", 200, "https://huge.example/", 1, CAP, True),
        ("gone.example", 410, "https://gone.example/", 0, 0, False),
        ("lawyers.example", 451, "https://lawyers.example/", 0, 0, False),
        ("busy.example", 429, "https://busy.example/", 0, 0, False),
        ("download.example", 200, "https://download.example/", 0, 0, False),
    ],
)
async def test_page_of_a_site(name: str, status: int, url: str, hops: int, size: int, cut: bool) -> None:  # noqa: FBT001 - a row of the table
    """A page comes with its status, where it was found, and at most half a megabyte of an HTML body."""
    async with visitor() as world:
        page = await world.fetch(f"https://{name}/")
    assert (page.status, page.url, page.hops, len(page.body), page.cut) == (status, url, hops, size, cut)
    assert page.host == url.split("/")[2]


@pytest.mark.parametrize(
    ("name", "error", "reason"),
    [
        ("keepout.example", HostRefused, "robots"),
        ("norobots.example", HostRefused, "robots_unavailable"),
        ("loop.example", HostRefused, "too_many_redirects"),
        ("literal.example", HostRefused, "host_is_an_address"),
        ("downgrade.example", HostRefused, "redirect_to_http"),
        ("slow.example", TimedOut, "time_is_up"),
        ("drip.example", TimedOut, "time_is_up"),
        ("garbled.example", CallBroken, "content_coding_unknown"),
        ("broken.example", CallBroken, "RemoteProtocolError"),
        ("inside.example", Unreachable, "name_not_resolved"),
        ("nobody.example", HostRefused, "host_is_local"),
    ],
)
async def test_site_that_gives_no_page(name: str, error: type[CallError], reason: str) -> None:
    """Every way to give no page is an error with a reason of ours, within the time there is."""
    async with visitor() as world:
        begun = time.monotonic()
        with pytest.raises(error) as ended:
            await world.fetch(f"https://{name}/", seconds=1.0)
    assert ended.value.reason == reason
    assert time.monotonic() - begun < 5


async def test_no_value_of_a_cookie_is_kept_or_sent_back() -> None:
    """Cookies come as names, each once; the next page is asked for without any, and without authorisation."""
    cookies = (("Set-Cookie", "sid=s3cret; Secure"), ("Set-Cookie", "sid=other"), ("Set-Cookie", "hubspotutk=a=b, c"))
    async with visitor(host(front=Served(headers=cookies), more=Served())) as world:
        page = await world.fetch("https://acme.example/")
        await world.fetch("https://acme.example/more")
        sent = {name for visit in world.sites.visits for name in visit.headers}
    assert page.cookies == ("sid", "hubspotutk")
    assert "set-cookie" not in page.headers
    assert sent == {"host", "user-agent", "accept", "accept-encoding"}


async def test_headers_keep_their_values_apart() -> None:
    """A header that comes twice has two values, in order; names are in lower case."""
    headers = (("Via", "1.1 one"), ("X-Powered-By", "PHP"), ("via", "1.1 two, 1.1 three"))
    async with visitor(host(front=Served(headers=headers))) as world:
        page = await world.fetch("https://acme.example/")
    assert page.headers["via"] == ("1.1 one", "1.1 two, 1.1 three")
    assert page.headers["x-powered-by"] == ("PHP",)


async def test_what_may_hold_people_is_not_shown() -> None:
    """A page's repr holds neither its URL nor its headers, cookies or body."""
    front = Served(body="Jo Doe", headers=(("X-Owner", "Jo Doe"), ("Set-Cookie", "jo=1")))
    async with visitor({"jo-doe.example": Host(pages={"/": front})}) as world:
        page = await world.fetch("https://jo-doe.example/")
    assert page.body == b"Jo Doe"
    assert "jo" not in repr(page).lower()


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        ("https://leads.example.com", "Leadgate/0.1 (+https://leads.example.com)"),
        ("data@example.com", "Leadgate/0.1 (+data@example.com)"),
        ("http://127.0.0.1:8080", "Leadgate/0.1"),
        ("http://[::1]:8080", "Leadgate/0.1"),
        ("", "Leadgate/0.1"),
    ],
)
async def test_site_learns_who_asks(contact: str, agent: str) -> None:
    """The User-Agent names us and whom to turn to, for pages and for robots.txt; this machine is nobody's contact."""
    assert user_agent(contact) == agent
    async with visitor(host(front=Served()), contact) as world:
        await world.fetch("https://acme.example/")
    assert {visit.headers["user-agent"] for visit in world.sites.visits} == {agent}


async def test_robots_file_is_asked_for_once_a_day() -> None:
    """Several pages of one origin cost one robots.txt; another origin, and another day, cost their own."""
    hosts = {**host(front=Served(), more=Served()), "www.acme.example": Host(pages={"/": Served()})}
    async with visitor(hosts) as world:
        for url in ("https://acme.example/", "https://acme.example/more", "https://www.acme.example/"):
            await world.fetch(url)
        world.time.moment += timedelta(hours=23)
        await world.fetch("https://acme.example/")
        assert [url for url in world.seen if url.endswith("robots.txt")] == [
            "https://acme.example/robots.txt",
            "https://www.acme.example/robots.txt",
        ]
        world.time.moment += timedelta(hours=2)
        await world.fetch("https://acme.example/")
        assert world.seen[-2:] == ["https://acme.example/robots.txt", "https://acme.example/"]


async def test_every_hop_keeps_to_robots() -> None:
    """A page that its own host forbids is not fetched either when another host redirects to it."""
    away = Served(status=301, headers=(("Location", "https://keepout.example/"),))
    keepout = Host(pages={"/robots.txt": Served(type="text/plain", body="User-agent: *\nDisallow: /"), "/": Served()})
    async with visitor({**host(front=away), "keepout.example": keepout}) as world:
        with pytest.raises(HostRefused, match=r"^robots$"):
            await world.fetch("https://acme.example/")
        assert "https://keepout.example/" not in world.seen


async def test_http_is_asked_where_https_is_not_there() -> None:
    """A closed https port leads to http, its robots.txt included; an answer over https, whatever it is, does not."""
    plain = {"acme.example": Host(over=("http",), pages={"/": Served(body="plain")})}
    async with visitor(plain) as world:
        assert (await world.fetch("https://acme.example/")).body == b"plain"
        assert world.seen == ["http://acme.example/robots.txt", "http://acme.example/"]
    async with visitor(host(front=Served(status=500))) as world:
        assert (await world.fetch("https://acme.example/")).status == 500
        assert {visit.scheme for visit in world.sites.visits} == {"https"}
    async with visitor({"acme.example": Host(over=())}) as world:
        with pytest.raises(Unreachable):
            await world.fetch("https://acme.example/")


async def test_https_may_follow_http_and_not_the_other_way() -> None:
    """A site over http that leads to https is followed; from there nothing leads back."""
    up = Served(status=301, headers=(("Location", "https://www.acme.example/"),))
    hosts = {
        "acme.example": Host(over=("http",), pages={"/": up}),
        "www.acme.example": Host(over=("https",), pages={"/": Served(body="safe")}),
    }
    async with visitor(hosts) as world:
        page = await world.fetch("https://acme.example/")
    assert (page.body, page.url, page.hops) == (b"safe", "https://www.acme.example/", 1)


async def test_five_redirects_are_followed_and_a_sixth_is_not() -> None:
    """The limit is that of RFC 9309; what a redirect says in its body is not read."""

    def chain(length: int) -> dict[str, Host]:
        hops = {
            f"/{n or ''}": Served(status=302, headers=(("Location", f"/{n + 1}"),), fill=1 << 20) for n in range(length)
        }
        return {"acme.example": Host(pages={**hops, f"/{length}": Served(body="there")})}

    async with visitor(chain(5)) as world:
        page = await world.fetch("https://acme.example/")
        assert (page.body, page.hops, page.url) == (b"there", 5, "https://acme.example/5")
    async with visitor(chain(6)) as world:
        with pytest.raises(HostRefused, match="too_many_redirects"):
            await world.fetch("https://acme.example/")


async def test_time_is_shared_by_all_hops() -> None:
    """A chain of slow hops ends with the time of the whole visit."""
    hops = {f"/{n or ''}": Served(status=302, headers=(("Location", f"/{n + 1}"),), wait=0.3) for n in range(6)}
    async with visitor({"acme.example": Host(pages=hops)}) as world:
        begun = time.monotonic()
        with pytest.raises(TimedOut):
            await world.fetch("https://acme.example/", seconds=0.7)
        assert len(world.sites.visits) < 6
    assert time.monotonic() - begun < 5


async def test_proxy_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable puts another server between the check and the site."""
    async with listening(http_reply(b"proxy")) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with visitor(host(front=Served(body="site"))) as world:
            assert (await world.fetch("https://acme.example/")).body == b"site"
        assert proxy.connects == 0


@pytest.mark.parametrize("kind", ["text/html", "Text/HTML; charset=utf-8", "application/xhtml+xml"])
async def test_page_is_read_by_its_type(kind: str) -> None:
    """HTML in either form is read; the media type comes in lower case and without parameters."""
    async with visitor(host(front=Served(type=kind, body="hello"))) as world:
        page = await world.fetch("https://acme.example/")
    assert (page.body, page.content_type) == (b"hello", kind.partition(";")[0].lower())


@pytest.mark.parametrize("kind", ["", "text/plain", "application/json", "image/svg+xml", "video/mp4"])
async def test_other_types_are_not_read(kind: str) -> None:
    """What is no page has its headers and no body, and of a long download nothing is read."""
    async with visitor(host(front=Served(type=kind, fill=1 << 20))) as world:
        page = await world.fetch("https://acme.example/")
    assert (page.status, page.body, page.content_type) == (200, b"", kind)

"""Which pages a connector may fetch: the company's own, three of them, within the question's time."""

from collections.abc import Mapping

import pytest

from connectors.errors import HostRefused, TimedOut, Unreachable
from connectors.kit import NoSite, OwnSite
from connectors.kit.fakes import FixedDeadline, ScriptedSite, page
from connectors.kit.site import MOST_BYTES, MOST_PAGES, MOST_TRIES
from tests.connectors.kit.test_manifest import manifest

ACME = {"domain": "acme.example"}
VISITS = {"hosts": [], "auth": {}, "spec": {}, "visits_site": True, "sends": ["company.domain", "company.website"]}


def own(site: ScriptedSite, query: Mapping[str, str] = ACME, *, seconds: float = 5.0) -> OwnSite:
    """A guarded site; the question's `domain` and `website` name it."""
    facts = {f"company.{name}": value for name, value in query.items()}
    return OwnSite(manifest=manifest(**VISITS), query=facts, site=site, deadline=FixedDeadline(seconds))


@pytest.mark.parametrize(
    ("query", "url"),
    [
        ({"domain": "acme.example"}, "https://acme.example/"),
        ({"domain": "acme.example"}, "http://www.acme.example/impressum?lang=de"),
        ({"domain": "Acme.Example."}, "https://de.shop.acme.example:443/"),
        ({"domain": "www.acme.example"}, "https://acme.example/"),
        ({"website": "https://www.acme.example/about"}, "https://acme.example/"),
        ({"website": "b\u00fccher.example"}, "https://www.xn--bcher-kva.example/"),
        ({"domain": "acme.example", "website": "acme-group.example"}, "https://acme-group.example/"),
    ],
)
async def test_own_pages_are_fetched(query: dict[str, str], url: str) -> None:
    """The domain, the website's host and names below them are the company's, with or without www."""
    site = ScriptedSite({url: page(b"hello", url=url)})
    assert (await own(site, query).fetch(url)).body == b"hello"
    assert site.fetched == [url]


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/",
        "https://notacme.example/",
        "https://acme.example.other.example/",
        "https://example/",
        "https://acme.example:8443/",
        "https://acme.example:80/",
        "http://acme.example:443/",
        "ftp://acme.example/",
        "//acme.example/",
        "/",
        "",
        "https://acme.example@other.example/",
        "https://jo@acme.example/",
        "https://other.example\\@acme.example/",
        "https://other.example#@acme.example/",
        "https://[::1/",
        "https://acme.example:port/",
        "https://acme.example/ x",
        "https://acme.example/\n",
        "https://127.0.0.1/",
    ],
)
async def test_no_other_page_is_fetched(url: str) -> None:
    """Another host, port or scheme, user information and signs that do not belong are refused; nothing is asked."""
    site = ScriptedSite()
    with pytest.raises(HostRefused):
        await own(site).fetch(url)
    assert not own(site).is_own(url)
    assert site.fetched == []


@pytest.mark.parametrize("named", ["127.0.0.1", "localhost", "2130706433", "[::1]", "http://10.0.0.1/", "com", "", "@"])
async def test_what_names_no_site_opens_none(named: str) -> None:
    """A domain that is no name makes nothing the company's."""
    for url in ("https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://acme.com/", f"https://{named}/"):
        with pytest.raises(HostRefused):
            await own(ScriptedSite(), {"domain": named}).fetch(url)


async def test_redirect_makes_its_host_the_companys() -> None:
    """A later page may be where a redirect has led, with or without www, and not below or beside it."""
    site = ScriptedSite(otherwise=page(url="https://www.acme.test-company.com/de/"))
    visit = own(site)
    assert not visit.is_own("https://www.acme.test-company.com/impressum")
    await visit.fetch("https://acme.example/")
    assert visit.is_own("https://www.acme.test-company.com/impressum")
    assert visit.is_own("https://acme.test-company.com/impressum")
    assert not visit.is_own("https://x.acme.test-company.com/")
    assert not visit.is_own("https://test-company.com/")
    assert visit.is_own("https://acme.example/impressum")


async def test_three_pages_are_the_most() -> None:
    """The fourth page is refused, whatever became of the others; refused URLs do not count."""
    site = ScriptedSite({"https://acme.example/2": HostRefused("robots")})
    visit = own(site)
    for number in range(MOST_PAGES):
        with pytest.raises(HostRefused):
            await visit.fetch("https://other.example/")
        if number == 2:
            with pytest.raises(HostRefused, match="robots"):
                await visit.fetch("https://acme.example/2")
        else:
            await visit.fetch("https://acme.example/")
    with pytest.raises(HostRefused, match="too_many_pages"):
        await visit.fetch("https://acme.example/")
    assert len(site.fetched) == MOST_PAGES


async def test_where_nobody_answers_is_no_page() -> None:
    """A URL that could not be reached leaves its page for another one, but six URLs are the most."""
    site = ScriptedSite(otherwise=Unreachable("connection_failed"))
    visit = own(site)
    for _ in range(MOST_TRIES):
        with pytest.raises(Unreachable):
            await visit.fetch("https://acme.example/")
    with pytest.raises(HostRefused, match="too_many_pages"):
        await visit.fetch("https://acme.example/")
    assert len(site.fetched) == MOST_TRIES


async def test_time_and_size_are_bounded() -> None:
    """Without time nothing is asked; of a long page its beginning comes, and it says so."""
    site = ScriptedSite(otherwise=page(b"x" * (MOST_BYTES + 1)))
    with pytest.raises(TimedOut):
        await own(site, seconds=0).fetch("https://acme.example/")
    assert site.fetched == []
    found = await own(site).fetch("https://acme.example/")
    assert (len(found.body), found.cut) == (MOST_BYTES, True)


async def test_connector_that_does_not_say_so_visits_nobody() -> None:
    """Without `visits_site` no page is the company's."""
    plain = manifest(sends=["company.domain"])
    site = OwnSite(manifest=plain, query={"company.domain": "acme.example"}, site=NoSite(), deadline=FixedDeadline(5.0))
    with pytest.raises(HostRefused, match="not_the_companys_site"):
        await site.fetch("https://acme.example/")
    with pytest.raises(HostRefused, match="no_site_is_visited"):
        await NoSite().fetch("https://acme.example/", seconds=1.0, max_bytes=1)


def test_what_may_hold_people_is_not_shown() -> None:
    """A page's repr holds neither URL, headers nor body; a guarded site shows no host."""
    shown = repr(
        (page(b"jo doe", url="https://jo-doe.example/", headers={"x": "jo"}), own(ScriptedSite(), {"domain": "jo.de"}))
    )
    assert "jo" not in shown


def test_manifest_of_a_visit() -> None:
    """A visit needs no hosts, counts as calling out, wants a rate window and the field that names the site."""
    made = manifest(**VISITS)
    assert (made.visits_site, made.calls_out, made.calls_hosts) == (True, True, False)
    assert not manifest().visits_site
    with pytest.raises(ValueError, match="needs a rate window"):
        manifest(**VISITS, rate={})
    with pytest.raises(ValueError, match=r"needs company\.domain or company\.website"):
        manifest(**{**VISITS, "sends": ["company.name"], "requires": [["company.name"]]})

"""The website connector: what it takes from a company's own pages, what it never takes, and how visits end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.errors import BadSettings, CallError, HostRefused, TimedOut, Unreachable
from connectors.firmographic.website import PROVED, WEAK, Plugin
from connectors.kit import Answer, Context, HeldSecrets, LookupOutcome, OwnSite, Query, VendorHttp, ask
from connectors.kit.cases import Case, Run, run
from connectors.kit.fakes import NOW, Pages, ScriptedHttp, ScriptedSite, ZoneDns, page
from connectors.kit.fixtures import case_of
from connectors.kit.schema import Value
from gateway.sandbox.sites import load_sites

FACTS = {"company.domain": "acme.example"}
FRONT, IMPRINT = "https://acme.example/", "https://www.acme.example/impressum"


def sandbox(host: str, path: str = "/", url: str | None = None) -> Pages:
    """A page of the sandbox, as it is found under a URL."""
    served = load_sites()[host].pages[path]
    found = url or f"https://{host}{path}"
    named = page(
        served.body.encode(served.charset),
        url=f"https://{host}{path}",
        headers={"content-type": served.type},
        content_type=served.type.partition(";")[0],
    )
    return {found: named}


ACME: Pages = {**sandbox("www.acme.example", url=FRONT), **sandbox("www.acme.example", "/impressum")}
NORDWIND: Pages = {
    **sandbox("nordwind-logistik.example"),
    **sandbox("nordwind-logistik.example", "/impressum.html"),
}
LUMIERE: Pages = {**sandbox("atelier-lumiere.example"), **sandbox("atelier-lumiere.example", "/mentions-legales")}


def number(scheme: str, value: str, jurisdiction: str = "") -> dict[str, str]:
    """An identifier."""
    return {"scheme": scheme, "value": value, **({"jurisdiction": jurisdiction} if jurisdiction else {})}


async def visited(folder: Path, pages: Pages, facts: Mapping[str, str] = FACTS) -> Run:
    """What a visit to a site led to."""
    return await run(case_of(Plugin, folder), facts, site=ScriptedSite(pages))


def of(answer: Answer, field: str) -> list[Value]:
    """The values of a field."""
    return [seen.value for seen in answer.observations if seen.field == field]


async def test_front_page_then_legal_page_and_no_more(tmp_path: Path) -> None:
    """Two pages are fetched; the legal page is where the redirect of the front page has led."""
    ended = await visited(tmp_path, ACME)
    assert ended.site.fetched == [FRONT, IMPRINT]


async def test_how_sure_each_value_is(tmp_path: Path) -> None:
    """Check digits speak louder than JSON-LD and a label alone, and a site's name the least."""
    answer = (await visited(tmp_path, ACME)).answer
    sure = {(seen.method, seen.field, str(seen.value)): seen.confidence for seen in answer.observations}
    assert sure["imprint", "company.vat_id", "DE136695976"] == PROVED == 0.95
    assert {number for (method, *_), number in sure.items() if method == "json_ld"} == {0.85}
    assert {number for (method, _, text), number in sure.items() if "HRB" in text} == {0.85}
    weak = (await visited(tmp_path, sandbox("brightpath.example"), {"company.domain": "brightpath.example"})).answer
    assert [seen.confidence for seen in weak.observations if seen.method == "opengraph"] == [WEAK] == [0.5]


async def test_nobody_is_brought_in(tmp_path: Path) -> None:
    """The pages of the sandbox name directors, founders, mobile phones and personal addresses; no observation does."""
    for facts, pages in ((FACTS, ACME), ({"company.domain": "nordwind-logistik.example"}, NORDWIND)):
        answer = (await visited(tmp_path, pages, facts)).answer
        told = repr([seen.value for seen in answer.observations]).lower()
        assert not any(word in told for word in ("erika", "beispiel", "15112345678", "camille", "sam example"))


@pytest.mark.parametrize(
    ("pages", "facts", "fetched"),
    [
        (
            {FRONT: Unreachable("x"), "https://www.acme.example/": page(b"")},
            FACTS,
            [FRONT, "https://www.acme.example/"],
        ),
        ({FRONT: page(b"")}, {"company.domain": "acme.example", "company.website": "other.example"}, [FRONT]),
        (
            {"https://www.acme.example/": Unreachable("x"), FRONT: Unreachable("x")},
            {"company.domain": "acme.example", "company.website": "https://shop.other.example/de"},
            [FRONT, "https://www.acme.example/", "https://shop.other.example/"],
        ),
    ],
)
async def test_where_the_front_page_is_looked_for(
    pages: Pages, facts: Mapping[str, str], fetched: list[str], tmp_path: Path
) -> None:
    """At the domain, then at its www, then at the website that the lead named; each only where nobody answered."""
    assert (await visited(tmp_path, pages, facts)).site.fetched == fetched


async def test_site_that_is_nowhere_is_unreachable(tmp_path: Path) -> None:
    """When nobody answers anywhere the outcome says so, and is not kept."""
    site = ScriptedSite(otherwise=Unreachable("connection_failed"))
    answer = (await run(case_of(Plugin, tmp_path), FACTS, site=site)).answer
    assert (answer.outcome, answer.reason) == (LookupOutcome.UNREACHABLE, "connection_failed")


@pytest.mark.parametrize("named", ["localhost", "127.0.0.1", "http://[::1]/", "0x7f.1 ", "intranet"])
async def test_what_names_no_site_is_refused(named: str, tmp_path: Path) -> None:
    """An address or a local name in place of a website is asked nowhere."""
    ended = await visited(tmp_path, {}, {"company.website": named})
    assert (ended.answer.outcome, ended.site.fetched) == (LookupOutcome.REFUSED, [])


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, LookupOutcome.REFUSED),
        (403, LookupOutcome.REFUSED),
        (404, LookupOutcome.NO_MATCH),
        (410, LookupOutcome.NO_MATCH),
        (429, LookupOutcome.THROTTLED),
        (451, LookupOutcome.REFUSED),
        (503, LookupOutcome.VENDOR_ERROR),
    ],
)
async def test_what_a_status_of_the_front_page_means(status: int, outcome: LookupOutcome, tmp_path: Path) -> None:
    """A site is no vendor: its 401 asks for no key of ours, and its 451 is no objection of the person."""
    assert (await visited(tmp_path, {FRONT: page(status=status)})).answer.outcome is outcome


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        (page(status=404, url=IMPRINT), LookupOutcome.MATCH),
        (page(status=503, url=IMPRINT), LookupOutcome.PARTIAL),
        (HostRefused("robots"), LookupOutcome.MATCH),
        (TimedOut("time_is_up", sent=True), LookupOutcome.PARTIAL),
        (Unreachable("connection_failed"), LookupOutcome.PARTIAL),
    ],
)
async def test_legal_page_that_cannot_be_had(step: CallError, outcome: LookupOutcome, tmp_path: Path) -> None:
    """What may come later makes the answer partial, so that it is not kept; what is not there does not."""
    assert (await visited(tmp_path, {**ACME, IMPRINT: step})).answer.outcome is outcome


async def test_failed_legal_page_of_a_silent_site_is_no_miss(tmp_path: Path) -> None:
    """A front page that says nothing, and a legal page that is late, end as late, not as nothing."""
    front = page(b'<a href="/impressum">Impressum</a>')
    pages: Pages = {FRONT: front, "https://acme.example/impressum": TimedOut("time_is_up", sent=True)}
    assert (await visited(tmp_path, pages)).answer.outcome is LookupOutcome.TIMEOUT


async def test_second_legal_page_is_read_when_the_first_holds_no_number(tmp_path: Path) -> None:
    """Of several legal pages the likeliest is read first, the next only if need be, and never a fourth page."""
    links = b'<a href="/legal">Legal</a> <a href="/imprint">Imprint</a> <a href="/legal-notice">Legal notice</a>'
    number = b"<p>VAT no. DE136695976"
    pages: Pages = {
        FRONT: page(links),
        "https://acme.example/imprint": page(b"<p>See below", url="https://acme.example/imprint"),
        "https://acme.example/legal-notice": page(number, url="https://acme.example/legal-notice"),
        "https://acme.example/legal": page(number, url="https://acme.example/legal"),
    }
    ended = await visited(tmp_path, pages)
    assert ended.site.fetched == [FRONT, "https://acme.example/imprint", "https://acme.example/legal-notice"]
    assert of(ended.answer, "company.vat_id") == ["DE136695976"]


async def test_link_over_http_is_followed_over_https(tmp_path: Path) -> None:
    """Old links of a site that is on https do not lead back to http; the page itself is not fetched twice."""
    front = page(b'<a href="http://acme.example/impressum#top">Impressum</a> <a href="#legal">Legal notice</a>')
    ended = await visited(tmp_path, {FRONT: front})
    assert ended.site.fetched == [FRONT, "https://acme.example/impressum"]


async def test_links_that_are_none_do_no_harm(tmp_path: Path) -> None:
    """A link that no parser reads is passed over, and the next one followed."""
    front = page(b'<a href="https://[::1/x">Impressum</a> <a href="//[">Imprint</a> <a href="/impressum">Impressum</a>')
    ended = await visited(tmp_path, {FRONT: front})
    assert ended.site.fetched == [FRONT, "https://acme.example/impressum"]


@dataclass
class Ending:
    """A deadline that is looked at so many times before it has passed."""

    looks: int

    def remaining(self) -> float:
        """Seconds left."""
        self.looks -= 1
        return 1.0 if self.looks >= 0 else 0.0


@pytest.mark.parametrize(
    ("looks", "outcome"), [(1, LookupOutcome.TIMEOUT), (3, LookupOutcome.PARTIAL), (99, LookupOutcome.MATCH)]
)
async def test_what_time_cut_short_is_not_whole(looks: int, outcome: LookupOutcome, tmp_path: Path) -> None:
    """A page that was not read to its end for want of time is no miss, and what was read of it no whole match."""
    case, deadline = case_of(Plugin, tmp_path), Ending(looks)
    pages = ScriptedSite({FRONT: page(b"<p>VAT no. DE136695976")})
    query = Query.project(case.manifest, FACTS)
    site = OwnSite(manifest=case.manifest, query=query, site=pages, deadline=deadline)
    http = VendorHttp(manifest=case.manifest, http=ScriptedHttp(()), secrets=HeldSecrets({}), deadline=deadline)
    context = Context(now=NOW, http=http, dns=ZoneDns(), site=site, deadline=deadline)
    assert (await ask(case.connector(), query, context)).outcome is outcome


async def test_two_companies_on_the_pages_are_none(tmp_path: Path) -> None:
    """When footer and imprint name different numbers of one kind, neither is taken."""
    front = page(b'<p>VAT no. DE136695976</p><a href="/impressum">Impressum</a>')
    legal = page(b"<p>USt-IdNr. DE129273398, Amtsgericht Hamburg HRB 1", url="https://acme.example/impressum")
    answer = (await visited(tmp_path, {FRONT: front, "https://acme.example/impressum": legal})).answer
    assert of(answer, "company.vat_id") == []
    assert of(answer, "company.identifiers") == [number("register", "HRB 1", "DE, Amtsgericht Hamburg")]


async def test_moved_site_says_where_it_is(tmp_path: Path) -> None:
    """A redirect to another domain shows in `company.domain`, by which an answer about another company is told."""
    body = (
        b'<script type="application/ld+json">{"@type": "Organization", "name": "Buyer", "url": "https://buyer.example"}'
    )
    answer = (await visited(tmp_path, {FRONT: page(body + b"</script>", url="https://buyer.example/acme")})).answer
    assert (of(answer, "company.domain"), of(answer, "company.name")) == (["buyer.example"], ["Buyer"])


async def test_other_organisations_on_the_page_are_not_the_company(tmp_path: Path) -> None:
    """One that names another domain, and one that is a client, a sponsor or an author, is nobody's employer here."""
    nodes = [
        {"@type": "Organization", "name": "Client", "url": "https://client.example"},
        {"@type": "Article", "author": {"@type": "Organization", "name": "Author"}, "sponsor": {"name": "Sponsor"}},
        {"@type": "Product", "brand": {"@type": "Organization", "name": "Brand"}},
    ]
    body = f'<script type="application/ld+json">{json.dumps(nodes)}</script>'.encode()
    answer = (await visited(tmp_path, {FRONT: page(body)})).answer
    assert answer.outcome is LookupOutcome.NO_MATCH


@pytest.mark.parametrize(
    ("metas", "names"),
    [
        ('<meta property="og:site_name" content="Acme &amp; Co">', ["Acme & Co"]),
        ('<meta property="og:site_name" content="Acme"><meta property="og:site_name" content="Other">', ["Acme"]),
        ('<meta property="og:site_name" content="Jo Doe"><meta property="og:type" content="profile">', []),
        ('<meta property="og:site_name" content="Dr. Jo Doe">', []),
        ('<meta property="og:site_name" content="jo@acme.example">', []),
        ('<meta property="og:site_name" content="">', []),
        ('<meta property="og:title" content="Acme">', []),
    ],
)
async def test_name_of_the_site(metas: str, names: list[str], tmp_path: Path) -> None:
    """OpenGraph's site name is a weak name, unless it is a person's."""
    assert of((await visited(tmp_path, {FRONT: page(metas.encode())})).answer, "company.name") == names


SET = {
    "technologies": {
        "Acme Widget": {"cats": [1], "scriptSrc": "cdn\\.acme-widget\\.example/w\\.js"},
        "HubSpot": {"cats": [1], "scriptSrc": "js\\.hs-scripts\\.com"},
        "Bomb": {"cats": [1], "html": "(a+)+$"},
    },
    "categories": {"1": {"name": "Widgets"}},
}


async def test_fingerprints_of_ones_own_add_what_our_rules_do_not_know(tmp_path: Path) -> None:
    """A file in the Wappalyzer format is read at the start, and finds beside our rules, within its time."""
    file = tmp_path / "set.json"
    file.write_text(json.dumps(SET), encoding="utf-8")
    body = (
        b'<html><script src="https://cdn.acme-widget.example/w.js"></script>'
        b'<script src="https://js.hs-scripts.com/1.js"></script>' + b"a" * 5000 + b"!"
    )
    case = Case(plugin=Plugin, settings={"fingerprints": str(file)}, fixtures=())
    ended = await run(case, FACTS, site=ScriptedSite({FRONT: page(body, url=FRONT)}))
    found = [seen.value for seen in ended.answer.observations if seen.field == "company.technologies"]
    slugs = [value["slug"] for value in found if isinstance(value, Mapping)]
    assert slugs.count("hubspot") == 1, "ours stands, theirs of the same product is left out"
    assert "acme-widget" in slugs
    assert "bomb" not in slugs


@pytest.mark.parametrize(("text", "words"), [(None, "No such file"), ("[", "not JSON"), ("{}", "no technologies")])
def test_wrong_fingerprints_stop_the_start(text: str | None, words: str, tmp_path: Path) -> None:
    """The setting is named, and what is wrong with its file."""
    file = tmp_path / "set.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(BadSettings, match=f"fingerprints of connector website: .*{words}"):
        Plugin({"fingerprints": str(file)})

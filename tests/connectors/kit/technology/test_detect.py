"""Detection: each kind of sign, whole labels only, any order, and never longer than the time allows."""

import itertools
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.schema import check_value
from connectors.kit.technology.detect import CONFIDENCE, MENTIONED, Detector, Signals, detector
from connectors.kit.technology.rules import HOSTS, Rule, rules
from tests.connectors.kit.technology.clocks import forever

PAGE = "https://acme.example/docs"
LABELS = st.text("abcxyz09-", min_size=1, max_size=8).map(lambda text: f"a{text}z")
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)


def rule(record: str, *match: str, slug: str = "acme", at: tuple[str, ...] = ()) -> Rule:
    """A rule about a product of Acme."""
    whole = {"slug": slug, "name": slug.title(), "category": "chat", "record": record, "match": match, "page": PAGE}
    return Rule.model_validate({**whole, "at": at})


def found(chosen: Rule, signals: Signals) -> list[tuple[str, float]]:
    """The version and the confidence of what one rule finds; empty when it finds nothing."""
    detected = Detector([chosen]).detect(signals, forever)
    assert detected.whole
    return [(each.version, each.confidence) for each in detected.found]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("zoho.com", True),
        ("mx.zoho.com", True),
        ("a.b.zoho.com", True),
        ("notzoho.com", False),
        ("zoho.com.evil.example", False),
        ("com", False),
        ("", False),
        (".", False),
        ("zoho.com.", False),
    ],
)
@pytest.mark.parametrize("record", ["mx", "spf", "cname", "ns", "dmarc"])
def test_a_suffix_matches_whole_labels(record: str, text: str, fits: bool) -> None:  # noqa: FBT001 - a table's column
    """A rule for `zoho.com` is not a rule for `notzoho.com`, in whatever record."""
    chosen = rule(record, "zoho.com")
    assert bool(found(chosen, Signals(dns={chosen.record: (text,)}))) is fits


def test_a_first_label_may_vary_behind_its_hyphen() -> None:
    """`awsdns-*.com` is any number, and neither another word nor another ending."""
    chosen = rule("ns", "awsdns-*.com")
    for host, fits in {
        "ns-1.awsdns-64.com": True,
        "awsdns-64.com": True,
        "awsdns.com": False,
        "xawsdns-64.com": False,
        "awsdns-64.com.example": False,
        "awsdns-64.net": False,
    }.items():
        assert bool(found(chosen, Signals(dns={"ns": (host,)}))) is fits, host


@given(NAMES, NAMES)
def test_only_a_host_at_or_below_the_rule_fits(text: str, host: str) -> None:
    """Whatever the names are, a fit means equal, or ending in a dot and the rule's text."""
    text = f"{text}.example"
    host = f"{host}.example"
    fits = host == text or host.endswith(f".{text}")
    assert bool(found(rule("mx", text), Signals(dns={"mx": (host,)}))) is fits
    assert bool(found(rule("script", text), Signals(scripts=(f"https://{host}/x.js",)))) is fits


@pytest.mark.parametrize("text", ["MS=ms12345678", "ms=MS1", "Ms=mS1"])
def test_a_token_is_a_beginning_in_any_case(text: str) -> None:
    """TXT tokens are matched without regard to case, and only where the record begins."""
    assert found(rule("txt", "ms=ms"), Signals(dns={"txt": (text,)})) == [("", CONFIDENCE["txt"])]
    assert found(rule("txt", "ms=ms"), Signals(dns={"txt": (f"x{text}", f'"{text}"')})) == []


@pytest.mark.parametrize(
    ("match", "name", "value", "version"),
    [
        ("x-acme", "X-ACME", "anything", ""),
        ("x-acme", "x-acme", "7", ""),
        ("server: acme", "Server", "Acme/2.4.1 (Unix)", "2.4.1"),
        ("server: acme", "SERVER", " acme", ""),
        ("server: acme", "server", "acme v3", "3"),
        ("server: acme", "server", "acme-9f8e", ""),
        ("server: acme", "server", "acme 1a2b", ""),
        ("server: acme", "server", "my acme", None),
        ("server: acme", "x-server", "acme", None),
    ],
)
def test_headers(match: str, name: str, value: str, version: str | None) -> None:
    """Names are equal in any case, values by their beginning, and a version is what follows as one."""
    expected = [] if version is None else [(version, CONFIDENCE["header"])]
    assert found(rule("header", match), Signals(headers=((name, value),))) == expected


@pytest.mark.parametrize(
    ("match", "name", "fits"),
    [
        ("_dd_s", "_dd_s", True),
        ("_dd_s", "_dd_s2", False),
        ("_dd_s", "_DD_S", False),
        ("_sp_id.*", "_sp_id.1fff", True),
        ("_sp_id.*", "_sp_id", False),
        ("ph_*_posthog", "ph_phc_x_posthog", True),
        ("ph_*_posthog", "ph_posthog", False),
        ("ph_*_posthog", "ph__posthog", True),
    ],
)
def test_cookies(match: str, name: str, fits: bool) -> None:  # noqa: FBT001 - a table's column
    """Names of cookies are equal and keep their case; a star stands for what varies, without eating the ends."""
    assert bool(found(rule("cookie", match), Signals(cookies=(name,)))) is fits


@pytest.mark.parametrize(
    ("content", "version"),
    [
        ("Drupal 10 (https://www.drupal.org)", "10"),
        ("drupal 7.98", "7.98"),
        ("Drupal next", ""),
        ("My Drupal 10", None),
    ],
)
def test_generators(content: str, version: str | None) -> None:
    """A generator is a meta of that name; its content begins with the product, and then a version may follow."""
    expected = [] if version is None else [(version, CONFIDENCE["generator"])]
    assert found(rule("generator", "drupal "), Signals(metas=(("generator", content),))) == expected
    assert found(rule("generator", "drupal "), Signals(metas=(("description", content),))) == []


def test_addresses_are_matched_by_host_and_beginning_of_the_path() -> None:
    """A path in the rule is where the address's path begins; without one every path fits."""
    chosen = rule("script", "www.acme.example/gtm.js", "cdn.acme.example")
    for address, fits in {
        "https://www.acme.example/gtm.js?id=1": True,
        "//www.acme.example/gtm.js": True,
        "https://www.acme.example/gtag/js": False,
        "https://www.acme.example/x/gtm.js": False,
        "https://cdn.acme.example": True,
        "https://evil.example/cdn.acme.example/gtm.js": False,
        "https://evil.example?cdn.acme.example": False,
        "https://cdn.acme.example@evil.example/": False,
    }.items():
        assert bool(found(chosen, Signals(scripts=(address,)))) is fits, address


def test_what_a_script_mentions_is_less_sure_than_what_the_page_loads() -> None:
    """Both are found; the surer sign wins, whichever comes first."""
    chosen = rule("script", "cdn.acme.example")
    mentioned = Signals(mentioned=("//cdn.acme.example/a.js",))
    both = Signals(mentioned=("//cdn.acme.example/a.js",), scripts=("//cdn.acme.example/b.js",))
    assert found(chosen, mentioned) == [("", MENTIONED)]
    assert found(chosen, both) == [("", CONFIDENCE["script"])]


def test_links_and_files_are_not_scripts() -> None:
    """Each record has its own addresses."""
    address = ("https://acme.example/x",)
    for record in ("script", "link", "file"):
        chosen = rule(record, "acme.example")
        seen = {
            "scripts": found(chosen, Signals(scripts=address)),
            "mentioned": found(chosen, Signals(mentioned=address)),
            "links": found(chosen, Signals(links=address)),
            "files": found(chosen, Signals(files=address)),
        }
        expected = {"script": {"scripts", "mentioned"}, "link": {"links"}, "file": {"files"}}[record]
        assert {name for name, fits in seen.items() if fits} == expected


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://shop.example/wp-content/plugins/acme/a.js", True),
        ("https://www.shop.example/blog/wp-content/plugins/acme/a.css", True),
        ("https://cdn.shop.example/wp-content/plugins/acme/", True),
        ("https://shop.example/wp-content/plugins/acme-pro/a.js", False),
        ("https://shop.example/wp-content/acme/plugins/a.js", False),
        ("https://other.example/wp-content/plugins/acme/a.js", False),
        ("https://notshop.example/wp-content/plugins/acme/a.js", False),
        ("https://shop.example/?x=wp-content/plugins/acme/", False),
    ],
)
def test_paths_are_whole_segments_of_the_sites_own_files(address: str, fits: bool) -> None:  # noqa: FBT001 - as above
    """A file of another site says nothing about this one; a longer name is another plug-in."""
    chosen = rule("path", "wp-content/plugins/acme")
    assert bool(found(chosen, Signals(site="www.shop.example", scripts=(address,)))) is fits
    assert bool(found(chosen, Signals(site="shop.example", files=(address,)))) is fits
    assert found(chosen, Signals(files=(address,))) == []


def test_html_is_literal() -> None:
    """A text stands in the page as it is, or not."""
    chosen = rule("html", "acme.com/pd.js")
    assert found(chosen, Signals(html="<script>… + '.acme.com/pd.js'")) == [("", CONFIDENCE["html"])]
    assert found(chosen, Signals(html="<script>acme.com/pd-js ACME.COM/PD.JS")) == []


QUOTED = "//cdn.acme.com/pd.js"


@pytest.mark.parametrize(
    "html",
    [
        f"<SCRIPT async SRC='{QUOTED}'></SCRIPT>",
        f"<script type=text/plain data-src='{QUOTED}'></script>",
        f"<script>load('{QUOTED}')</script>",
        f"<script>if (a</b/) load('{QUOTED}')",
        f"<style>@import '{QUOTED}';</style>",
        f"<noscript><img src='{QUOTED}'></noscript>",
        f"<acme-widget-with-a-name-of-some-length data-from='{QUOTED}'>",
        f"<template shadowrootmode=open><script src='{QUOTED}'></script></template>",
        f"<template><p></template><div data-acme='{QUOTED}'>",
        f"<p>{QUOTED}</p><!-- {QUOTED} --><div data-acme='{QUOTED}'>",
    ],
)
def test_html_counts_in_tags_scripts_and_styles(html: str) -> None:
    """Wherever a vendor's snippet stands that a browser runs or loads, also with the same text elsewhere."""
    assert found(rule("html", "acme.com/pd.js"), Signals(html=html))


@pytest.mark.parametrize(
    "html",
    [
        f"<p>Put {QUOTED} in your page.</p>",
        f"<pre><code>&lt;script src='{QUOTED}'&gt;</code></pre>",
        f"<!-- {QUOTED} -->",
        f"<!-- <script src='{QUOTED}'></script> -->",
        f"<!-- without end <script src='{QUOTED}'>",
        f"<title>{QUOTED}</title>",
        f"<textarea><script src='{QUOTED}'></script></textarea>",
        f"<xmp><script src='{QUOTED}'></script></xmp>",
        f"<template><script src='{QUOTED}'></script></template>",
        f"<noscript>{QUOTED}</noscript>",
        f"<a href='{QUOTED}'>the file</a>",
        f"<meta name=description content='How to use {QUOTED}'>",
        f"<input value='{QUOTED}'>",
        f'<script type="application/ld+json">{{"articleBody": "{QUOTED}"}}</script>',
        f"<script type='text/x-template'><i>{QUOTED}</i></script>",
        f"</p {QUOTED}>",
        f"<!doctype {QUOTED}>",
        f"<div title='{QUOTED}",
    ],
)
def test_html_that_a_page_only_tells_does_not_count(html: str) -> None:
    """An article that quotes a snippet, a comment, a link or a template is no use of the product."""
    assert found(rule("html", "acme.com/pd.js"), Signals(html=html)) == []


def test_a_comment_counts_by_its_beginning() -> None:
    """Products sign pages so; a comment about one, or a text that quotes it, says nothing."""
    chosen = rule("html", "<!-- Made with Acme ")
    assert found(chosen, Signals(html="<p>Made<!-- Made with Acme 7 -->")) == [("", CONFIDENCE["html"])]
    for html in (
        "<!-- x <!-- Made with Acme 7 -->",
        "<script>'<!-- Made with Acme '</script>",
        "<b>&lt;!-- Made with Acme",
    ):
        assert found(chosen, Signals(html=html)) == [], html


def test_when_the_time_ends_between_the_parts_of_a_page_it_is_not_whole() -> None:
    """What a text is searched in may be long."""
    left = iter([1.0, *[0.0] * 10_000])
    page = Signals(html=f"{QUOTED}{'<p>' * 1_000}<script>{QUOTED}</script>")
    detected = Detector([rule("html", "acme.com/pd.js")]).detect(page, lambda: next(left))
    assert (detected.found, detected.whole) == ((), False)


SIGNS = st.sampled_from(
    [
        ("dns", "aspmx.l.google.com"),
        ("scripts", "https://js.stripe.com/v3"),
        ("scripts", "//cdn.segment.com/a.js"),
        ("mentioned", "//js.stripe.com/v3"),
        ("cookies", "hubspotutk"),
        ("links", "https://jobs.lever.co/acme"),
        ("files", "https://cdn.sanity.io/a.png"),
    ]
)


@given(st.lists(SIGNS, max_size=8), st.randoms(use_true_random=False))
def test_order_and_repeats_make_no_difference(signs: list[tuple[str, str]], chance: Random) -> None:
    """The same signs in any order, and twice, find the same."""

    def detect(chosen: list[tuple[str, str]]) -> object:
        def of(kind: str) -> tuple[str, ...]:
            return tuple(text for name, text in chosen if name == kind)

        signals = Signals(
            dns={"mx": of("dns")},
            scripts=of("scripts"),
            mentioned=of("mentioned"),
            cookies=of("cookies"),
            links=of("links"),
            files=of("files"),
        )
        return detector().detect(signals, forever)

    shuffled = signs * 2
    chance.shuffle(shuffled)
    assert detect(shuffled) == detect(signs)


def test_versions_do_not_depend_on_which_is_seen_first() -> None:
    """Of two versions the higher one is told, as numbers."""
    headers = [("x-generator", "Drupal 9"), ("x-generator", "Drupal 10"), ("x-generator", "Drupal next")]
    chosen = rule("header", "x-generator: drupal ")
    for order in itertools.permutations(headers):
        assert found(chosen, Signals(headers=order)) == [("10", CONFIDENCE["header"])]


def test_without_time_nothing_is_looked_at() -> None:
    """No time left means an answer that says it is not whole."""
    detected = detector().detect(Signals(scripts=("https://js.stripe.com/v3",)), lambda: 0.0)
    assert (detected.found, detected.whole) == ((), False)


def test_when_the_time_ends_on_the_way_what_was_found_is_kept() -> None:
    """The cheap signs come first, so they are there."""
    left = iter([1.0, *[0.0] * 10_000])
    scripts = [f"https://n{number}.example/" for number in range(1_000)]
    signals = Signals(dns={"mx": ("aspmx.l.google.com",)}, scripts=scripts, cookies=("hubspotutk",))
    detected = detector().detect(signals, lambda: next(left))
    assert {each.rule for each in detected.found} == {"mx:google-workspace", "cookie:hubspot"}
    assert not detected.whole


def test_our_rules_find_what_they_say() -> None:
    """Every text of every rule is found by its own rule, and the value fits the schema."""
    for each in rules():
        for text in each.match:
            detected = detector().detect(_sign(each, text), forever)
            by_id = {one.rule: one for one in detected.found}
            assert each.id in by_id, (each.id, text)
            check_value("company.technologies", by_id[each.id].value())


def _sign(each: Rule, text: str) -> Signals:
    """What shows one text of one rule."""
    name, _, value = text.partition(": ")
    address = f"https://{text}/a.png"
    if each.record in HOSTS or each.record == "txt":
        return Signals(dns={each.record: (text.replace("-*", "-1"),)})
    signs = {
        "header": Signals(headers=((name, f"{value or 'yes'}1"),)),
        "meta": Signals(metas=((name, f"{value or 'yes'}1"),)),
        "generator": Signals(metas=(("generator", f"{text}1"),)),
        "cookie": Signals(cookies=(text.replace("*", "x"),)),
        "script": Signals(scripts=(f"https://{text}",)),
        "link": Signals(links=(f"https://{text}",)),
        "file": Signals(files=(address,)),
        "path": Signals(site="acme.example", files=(f"https://acme.example/{text}/a.css",)),
        "html": Signals(html=text if text.startswith("<!--") else f"<script src='{text}'>"),
    }
    return signs[each.record]

"""Reading a page: what is taken from its tags, and that no page makes it raise or last."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.technology import detector, read, visible_text
from connectors.kit.technology.detect import Detector
from connectors.kit.technology.markup import ATTRIBUTES, Tag, attributes, tokens
from connectors.kit.technology.page import LONGEST_BODY, MOST_KEPT, Page, cookie_names
from tests.connectors.kit.technology.clocks import forever, within
from tests.connectors.kit.technology.hostile import PAGES

URL = "https://www.acme.example/de/start"
BUDGET = 0.05
"""Seconds that a hostile page is given."""
LATE = 0.05
"""Seconds of work that may come between two looks at the clock: no step is longer, whatever stands in the page."""


def page(html: str | bytes, *headers: tuple[str, str], url: str = URL) -> Page:
    """A page that is read without hurry."""
    body = html.encode() if isinstance(html, str) else html
    return read(body, url=url, headers=headers, remaining=forever)


def scripts(html: str) -> tuple[str, ...]:
    """The addresses of scripts."""
    return tuple(page(html).signals.scripts)


@pytest.mark.parametrize(
    ("html", "address"),
    [
        ("<script src='//cdn.example/a.js'></script>", "//cdn.example/a.js"),
        ('<SCRIPT SRC="https://cdn.example/a.js">', "https://cdn.example/a.js"),
        ("<script async src=a.js type=module></script>", "https://www.acme.example/de/a.js"),
        ("<script\n\tsrc = '/a.js'\n></script>", "https://www.acme.example/a.js"),
        ("<script/src=/a.js></script>", "https://www.acme.example/a.js"),
        ("<script src=/a.js/>", "https://www.acme.example/a.js/"),
        ("<script data-a='>' src=/a.js>", "https://www.acme.example/a.js"),
        ("<script src=/a.js src=/b.js>", "https://www.acme.example/a.js"),
        ("<script type='text/plain' data-src='/a.js'></script>", "https://www.acme.example/a.js"),
        ("<script src='/a.js?x=1&amp;y=2'></script>", "https://www.acme.example/a.js?x=1&y=2"),
        ("<base href='https://cdn.example/x/'><base href='/y/'><script src=a.js>", "https://cdn.example/x/a.js"),
        ("<noscript><script src=/a.js></script></noscript>", "https://www.acme.example/a.js"),
    ],
)
def test_script_addresses(html: str, address: str) -> None:
    """Any case, quotes and blanks; relative to the base; also held back by a consent banner."""
    assert scripts(html) == (address,)


@pytest.mark.parametrize(
    "html",
    [
        "<!-- <script src=/a.js></script> -->",
        "<script>'<script src=/a.js>'</script>",
        "<title><script src=/a.js></script></title>",
        "<textarea><script src=/a.js></script></textarea>",
        "<style><script src=/a.js></script></style>",
        "<script src=/a.js",
        "<script src='/a.js>",
        "<scripts src=/a.js>",
        "< script src=/a.js>",
        "<p title='<script src=/a.js>'>",
        "<script src=''></script>",
        "<script src='javascript:1'></script>",
        "&lt;script src=/a.js&gt;",
    ],
)
def test_what_is_no_script(html: str) -> None:
    """Comments, texts, attributes and unfinished tags hold no elements."""
    assert scripts(html) == ()


def test_what_stands_in_a_template_is_not_loaded() -> None:
    """Up to the end of the outermost one; a shadow tree is part of the page, and a stray end ends nothing."""
    inert = "<template><template><script src=/a.js></script></template><script src=/b.js></script></template>"
    assert scripts(f"</template>{inert}<script src=/c.js></script>") == ("https://www.acme.example/c.js",)
    assert scripts("<template shadowrootmode=open><script src=/a.js></script></template>") == (
        "https://www.acme.example/a.js",
    )
    assert scripts("<template><script src=/a.js></script>") == ()


def test_what_a_page_holds() -> None:
    """Title, language, metas, links with their texts, files, frames, and JSON-LD as it stands there."""
    read_page = page(
        """<!doctype html><html LANG=de><head><title> Acme &amp; Co
        KG </title><meta name=Generator content="Acme CMS 2"><meta property="og:site_name" content="Acme">
        <link rel="Stylesheet preload" href=/a.css><script type="application/ld+json">{"name": "A &amp; B"}</script>
        </head><body><a href="/impressum" rel=nofollow><b>Im</b>pressum &raquo;</a><img src=/b.png data-src=/c.png>
        <iframe src="https://player.example/v"></iframe><form action=https://forms.example/f></form></body>"""
    )
    assert (read_page.title, read_page.language, read_page.whole) == ("Acme & Co KG", "de", True)
    assert list(read_page.signals.metas) == [("generator", "Acme CMS 2"), ("og:site_name", "Acme")]
    assert [(link.href, link.rel, link.text) for link in read_page.links] == [
        ("https://www.acme.example/a.css", "stylesheet preload", ""),
        ("https://www.acme.example/impressum", "nofollow", "Impressum »"),
    ]
    assert read_page.json_ld == ('{"name": "A &amp; B"}',)
    assert list(read_page.signals.files) == ["https://www.acme.example/a.css", "https://www.acme.example/b.png"]
    assert {"https://player.example/v", "https://forms.example/f"} <= set(read_page.signals.links)


def test_addresses_in_scripts_are_mentioned_and_those_in_data_are_not() -> None:
    """Snippets build their scripts; data only holds what somebody wrote."""
    html = """<script>(function(){s.src='https://cdn.example/a.js?id=1';t='\\/\\/static.example\\/b.js';})()</script>
    <script type="application/json">{"x": "https://data.example/"}</script>"""
    assert list(page(html).signals.mentioned) == ["//cdn.example/a.js", "//static.example/b.js"]


def test_headers_and_cookies() -> None:
    """Names in any case, one line each; of a cookie only its name is kept."""
    headers = (("Set-Cookie", "a=secret; Path=/"), ("set-cookie", " b = c"), ("SERVER", "Acme"), ("Set-Cookie", "=x"))
    signals = page("", *headers).signals
    assert list(signals.cookies) == ["a", "b"]
    assert ("server", "Acme") in signals.headers
    assert cookie_names([("x", "a=b")]) == ()
    assert "secret" not in repr(signals)


def test_the_same_page_in_other_bytes() -> None:
    """UTF-16 with its mark, and bytes that are no text, are read as well."""
    assert scripts("<script src=/ü.js>") == tuple(page("<script src=/ü.js>".encode("utf-16")).signals.scripts)
    assert list(page(b"\xff\xfe<\0s\0c\0r\0i\0p\0t\0 \0s\0r\0c\0=\0x\0>\0").signals.scripts)
    assert list(page(b"<scr\0ipt src=/a.js><script src=/b\0.js>\xff\xff").signals.scripts)


def test_only_the_beginning_of_a_long_page_is_read() -> None:
    """What stands behind the limit does not exist, and the page says that it is not whole."""
    long = page(b"<script src=/a.js></script>" + b" " * LONGEST_BODY + b"<script src=/b.js></script>")
    assert (list(long.signals.scripts), long.whole) == (["https://www.acme.example/a.js"], False)


def test_no_more_is_kept_than_the_limit() -> None:
    """Beyond so many values of a kind the page is not whole."""
    many = page("".join(f"<a href=/{number}></a>" for number in range(MOST_KEPT + 1)))
    assert (len(many.links), many.whole) == (MOST_KEPT, False)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_hostile_page_ends_in_its_time(name: str) -> None:
    """Reading, detecting and the visible text together end within the budget, with what was found so far."""
    body = PAGES[name]()
    detector()
    begun = time.thread_time()
    remaining = within(BUDGET)
    read_page = read(body, url=URL, headers=[("content-type", "text/html")], remaining=remaining)
    detected = detector().detect(read_page.signals, remaining)
    visible_text(read_page.html, remaining)
    assert time.thread_time() - begun < BUDGET + LATE
    assert not (read_page.whole and len(body) > LONGEST_BODY)
    assert detected.whole or remaining() <= 0


def test_headers_without_end_are_bounded() -> None:
    """Millions of header lines and values of megabytes are cut."""
    headers = [("x" * 10, "y" * 10_000_000), *[("set-cookie", f"c{number}=1") for number in range(50_000)]]
    signals = read(b"", url=URL, headers=headers, remaining=within(BUDGET)).signals
    assert len(signals.headers) == len(signals.cookies) == MOST_KEPT
    assert max(len(value) for _, value in signals.headers) < 1_000


def test_without_time_a_page_is_empty_and_not_whole() -> None:
    """Nothing is read when no time is left."""
    read_page = read(b"<script src=/a.js></script>", url=URL, remaining=lambda: 0.0)
    assert (list(read_page.signals.scripts), read_page.whole) == ([], False)


FRAGMENTS = st.sampled_from(
    [
        "<",
        ">",
        "/",
        "script",
        " src=",
        "'",
        '"',
        "<a href=",
        "<!--",
        "-->",
        "</script",
        "<title>",
        "&amp;",
        "=",
        "\0",
        "é",
    ]
)


@given(st.lists(FRAGMENTS | st.text(max_size=8), max_size=40).map("".join))
def test_any_html_is_read_whole_and_in_order(html: str) -> None:
    """Tags and texts never overlap or run backwards, and reading, detecting and showing never raise."""
    texts = [token for token in tokens(html) if isinstance(token, str)]
    place = 0
    for text in texts:
        place = html.index(text, place) + len(text)
    tags = [token for token in tokens(html) if isinstance(token, Tag)]
    assert all(len(attributes(tag)) <= ATTRIBUTES for tag in tags)
    read_page = page(html)
    assert read_page.whole
    assert Detector([]).detect(read_page.signals, forever).found == ()
    assert detector().detect(read_page.signals, forever).whole
    assert visible_text(html, forever) == visible_text(html, forever).strip()


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_are_read(body: bytes, url: str) -> None:
    """Bytes of any kind, from an address of any kind."""
    assert read(body, url=url, remaining=forever).whole


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Acme&nbsp;GmbH<br>Musterstra&szlig;e  1</p><p>12345\nBerlin", "Acme GmbH\nMusterstraße 1\n12345 Berlin"),
        ("<b>USt-</b><i>IdNr.</i>: <span>DE</span>123", "USt-IdNr.: DE123"),
        ("<script>x</script><style>y</style><title>z</title>a<!-- b -->c", "ac"),
        ("<textarea>in it</textarea>", "in it"),
        ("1 < 2 &lt; 3", "1 < 2 < 3"),
        ("", ""),
    ],
)
def test_visible_text(html: str, text: str) -> None:
    """Blocks are lines, inline elements are not, references are resolved, scripts and comments are not shown."""
    assert visible_text(html, forever) == text

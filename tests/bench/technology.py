"""The technology row: a page of 300 KB against 300 rules, beside a plain search for every rule's text."""

import time
from collections.abc import Callable, Iterator
from itertools import islice
from statistics import median
from typing import Final

from connectors.kit.technology import Detector, Rule, read, rules
from tests.bench.table import Row

BUDGET: Final = 0.1
"""Seconds for one page with all rules."""
FLOOR: Final = 0.8
"""Of a plain search, which finds texts anywhere and tells no host from the middle of a word."""
COUNT: Final = 300
"""Rules: our own, and made ones up to this number."""
SIZE: Final = 300 * 1024
URL: Final = "https://www.acme.example/"
HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("server", "cloudflare"),
    ("cf-ray", "230b030023ae2822-FRA"),
    ("set-cookie", "hubspotutk=x; Path=/"),
)
_SECONDS: Final = 60.0


def filled() -> tuple[Rule, ...]:
    """Our own rules, filled up with made ones of every kind that a page shows."""
    return (*rules(), *islice(_made(), max(0, COUNT - len(rules()))))


def _made() -> Iterator[Rule]:
    kinds = ("script", "link", "file", "path", "cookie", "header", "generator", "html")
    number = 0
    while True:
        record = kinds[number % len(kinds)]
        texts = {
            "path": f"made-{number}/files",
            "cookie": f"made_{number}",
            "header": f"x-made-{number}",
            "generator": f"made product {number} ",
            "html": f"<!-- Made product {number} -->",
        }
        yield Rule.model_validate(
            {
                "slug": f"made-{number}",
                "name": f"Made product {number}",
                "category": "analytics",
                "record": record,
                "match": [texts.get(record, f"n{number}.made.example")],
                "page": "https://made.example/docs",
            }
        )
        number += 1


def page() -> bytes:
    """A page as companies have them: a head full of scripts, long text, many links, inline snippets, data."""
    head = "".join(
        f'<script async src="https://n{number}.cdn.example/lib/{number}.min.js"></script>\n'
        f'<link rel="preload" as="style" href="/assets/theme/{number}.css?v={number}">\n'
        f'<meta property="og:image:{number}" content="https://images.example/{number}.jpg">\n'
        for number in range(60)
    )
    snippet = (
        "<script>(function(w,d,s,l,i){w[l]=w[l]||[];var f=d.getElementsByTagName(s)[0],j=d.createElement(s);"
        "j.async=true;j.src='https://www.googletagmanager.com/gtm.js?id='+i;f.parentNode.insertBefore(j,f);"
        "})(window,document,'script','dataLayer','GTM-XXXX');</script>\n"
    )
    block = (
        '<div class="row"><h2 class="title">Our services</h2><p>We plan, build and run what our customers need, '
        'from the first sketch to the <b>last</b> screw. <a href="/services/%d" class="button">Learn more</a></p>'
        '<img loading="lazy" src="/media/%d/picture.jpg" alt="A picture"><ul><li>One</li><li>Two</li></ul></div>\n'
    )
    begin = f"<!doctype html><html lang=en><head><title>Acme</title>{head}{snippet * 5}</head><body>"
    text = begin + "".join(block % (number, number) for number in range(SIZE // len(block) + 1))
    return text[: SIZE - 14].encode() + b"</body></html>"


def ours(detector: Detector, body: bytes) -> int:
    """Read the page and detect; how many were found."""
    read_page = read(body, url=URL, headers=HEADERS, remaining=_always)
    return len(detector.detect(read_page.signals, _always).found)


def plain(texts: tuple[str, ...], body: bytes) -> int:
    """Search the page, in lower case, for each text anywhere; how many stand in it."""
    html = body.decode("utf-8", "replace").lower()
    return sum(text in html for text in texts)


def measure(*, rounds: int) -> list[Row]:
    """Take turns, after one turn each that does not count; CPU time is what counts.

    Raises:
        RuntimeError: a page of this kind shows what it holds, or the comparison means nothing.
    """
    chosen, body = filled(), page()
    detector = Detector(chosen)
    texts = tuple(text.lower() for rule in chosen for text in rule.match)
    if ours(detector, body) < 3 or plain(texts, body) < 1:
        raise RuntimeError("the page does not show what it holds")
    pairs = [(_seconds(lambda: ours(detector, body)), _seconds(lambda: plain(texts, body))) for _ in range(rounds)]
    mine, theirs = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    return [
        Row(
            what=f"a page of {len(body) // 1024} KB against {len(chosen)} rules",
            beside=f"a search for {len(texts)} texts anywhere ({theirs * 1000:.0f} ms)",
            seen=f"{mine * 1000:.0f} ms a page, read and matched by tags, hosts and paths",
            ratio=median(theirs / mine for mine, theirs in pairs),
            floor=FLOOR,
            figure=BUDGET / mine,
            budget=1.0,
        )
    ]


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _always() -> float:
    return _SECONDS

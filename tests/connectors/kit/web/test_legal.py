"""Links to the page where a company says who it is, and the plain forms of texts and hosts."""

import time

import pytest

from connectors.kit.web import legal_links, plain, registrable


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Impressum", "/x"),
        ("Imprint", "/x"),
        ("Legal notice", "/x"),
        ("Legal Notices", "/x"),
        ("Mentions l\u00e9gales", "/x"),
        ("Informations l\u00e9gales", "/x"),
        ("Aviso legal", "/x"),
        ("Informaci\u00f3n legal", "/x"),
        ("Note legali", "/x"),
        ("Dati societari", "/x"),
        ("Colofon", "/x"),
        ("Informa\u00e7\u00e3o legal", "/x"),
        ("Nota prawna", "/x"),
        ("Dane firmy", "/x"),
        ("Anbieterkennzeichnung", "/x"),
        ("Datenschutz & Impressum", "/x"),
        ("", "/impressum.html"),
        ("\u00a7", "/de/service/impressum/"),
        ("Info", "/mentions-legales"),
        ("Legal", "/x"),
        ("", "/legal"),
    ],
)
def test_legal_pages_are_found(text: str, path: str) -> None:
    """By the words of eight languages, in the text of the link or in its address."""
    url = f"https://acme.example{path}"
    assert legal_links([("https://acme.example/", "Home"), (url, text)]) == (url,)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Privacy", "/privacy"),
        ("Legal services for startups", "/services"),
        ("Impressive work", "/impressive"),
        ("Contact", "/contact"),
        ("Company", "/company"),
        ("", "/blog/legal-tech"),
        ("Impressum " * 20, "/x"),
    ],
)
def test_other_links_are_not(text: str, path: str) -> None:
    """Words that merely begin alike, and pages about the law, are no legal pages."""
    assert legal_links([(f"https://acme.example{path}", text)]) == ()


def test_the_likeliest_comes_first() -> None:
    """A page that is called so before one that holds the word; of equals the first on the page; none twice."""
    links = [
        ("https://a.example/1", "Legal"),
        ("https://a.example/2", "Our imprint"),
        ("https://a.example/3", "Imprint"),
        ("https://a.example/4", "Impressum"),
        ("https://a.example/3", "more"),
    ]
    assert legal_links(links) == tuple(f"https://a.example/{number}" for number in (3, 4, 2, 1))


def test_many_links_cost_little() -> None:
    """Thousands of long links are looked through in a moment."""
    begun = time.monotonic()
    legal_links((f"https://a.example/{'legal-' * 300}{number}", "legal " * 100) for number in range(4000))
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    ("text", "longest", "found"),
    [
        (" Acme\n&amp;\tCo ", 20, "Acme & Co"),
        ("<p>Acme</p>", 20, "Acme"),
        ("a < b > c", 20, "a < b > c"),
        ("Ac\u00admme\u200b", 20, "Acmme"),
        ("&#65;&#x42;", 20, "AB"),
        ("&#99999999999;", 20, "&#99999999999;"),
        ("Acme", 3, None),
        ("  ", 3, None),
        ("x" * 10_000, 100, None),
        ("Ac\x00me", 20, None),
    ],
)
def test_plain(text: str, longest: int, found: str | None) -> None:
    """Without markup, references and invisible signs; nothing that is empty, too long or no text."""
    assert plain(text, longest) == found


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("https://www.acme.co.uk/x", "acme.co.uk"),
        ("shop.acme.example", "acme.example"),
        ("https://acme.github.io", "acme.github.io"),
        ("co.uk", None),
        ("localhost", None),
        (None, None),
        ("", None),
    ],
)
def test_registrable(raw: object, found: str | None) -> None:
    """The registered domain by the public suffix list."""
    assert registrable(raw) == found

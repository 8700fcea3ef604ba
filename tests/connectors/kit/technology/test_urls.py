"""Addresses as browsers read them: hosts with ports and user information, other scripts' letters, and bases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.technology import urls

BASE = "https://www.acme.example/de/start"


@pytest.mark.parametrize(
    ("address", "host", "path"),
    [
        ("https://cdn.example/a.js", "cdn.example", "/a.js"),
        ("//cdn.example/a.js?x=/b#c", "cdn.example", "/a.js"),
        ("HTTPS://CDN.Example", "cdn.example", ""),
        ("https://user:secret@cdn.example:8443/a", "cdn.example", "/a"),
        ("https://a@b@cdn.example/", "cdn.example", "/"),
        ("https://cdn.example:443", "cdn.example", ""),
        ("https://cdn.example./a", "cdn.example", "/a"),
        ("https:\\\\cdn.example\\a\\b", "cdn.example", "/a/b"),
        ("https:////cdn.example/a", "cdn.example", "/a"),
        ("https://Bücher.example/a", "xn--bcher-kva.example", "/a"),
        ("https://ｃｄｎ.example/a", "cdn.example", "/a"),
        ("https://cdn。example/", "cdn.example", "/"),
        ("https://cdn.example?x", "cdn.example", ""),
        ("https://cdn.example#x", "cdn.example", ""),
        ("https://cdn\0.example/", "", "/"),
        ("https://cdn%2eexample/", "", "/"),
        ("https://a..b/", "", "/"),
        ("https://[::1]/", "", "/"),
        ("https:///", "", ""),
        ("/a.js", "", ""),
        ("data:text/javascript,alert(1)", "", ""),
        ("javascript://cdn.example/%0aalert(1)", "", ""),
        ("", "", ""),
    ],
)
def test_split(address: str, host: str, path: str) -> None:
    """The host in ASCII and lower case, and the path; an empty host when there is none to trust."""
    assert urls.split(address) == (host, path)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("//cdn.example/a.js", "//cdn.example/a.js"),
        (" https://cdn.example/a.js\n", "https://cdn.example/a.js"),
        ("ht\ntps://cdn.exa\tmple/a.js", "https://cdn.example/a.js"),
        ("a.js", "https://www.acme.example/de/a.js"),
        ("/a.js", "https://www.acme.example/a.js"),
        ("../a.js", "https://www.acme.example/a.js"),
        ("?x=1", "https://www.acme.example/de/start?x=1"),
        ("#top", None),
        ("", None),
        ("mailto:info@acme.example", None),
        ("javascript:void(0)", None),
        ("data:,x", None),
        ("x" * (urls.LONGEST + 1), None),
        ("//[bad", "//[bad"),
    ],
)
def test_absolute(text: str, address: str | None) -> None:
    """Relative addresses take the base; what is no http address is none."""
    assert urls.Base(BASE).absolute(text) == address


@pytest.mark.parametrize(
    ("host", "site", "fits"),
    [
        ("acme.example", "www.acme.example", True),
        ("www.acme.example", "acme.example", True),
        ("cdn.acme.example", "www.acme.example", True),
        ("notacme.example", "acme.example", False),
        ("acme.example.evil.example", "acme.example", False),
        ("", "acme.example", False),
    ],
)
def test_within(host: str, site: str, fits: bool) -> None:  # noqa: FBT001 - a table's column
    """A site's own hosts are its name and what lies below it."""
    assert urls.within(host, site) is fits


@pytest.mark.parametrize("url", ["", "acme.example", "ftp://acme.example/", "https://", "http://[bad/"])
def test_a_page_without_an_address_belongs_to_nobody(url: str) -> None:
    """A wrong address of the page never makes relative files somebody's."""
    assert urls.page_address(url) == "https://page.invalid/"


@given(st.text(max_size=200), st.text(max_size=80))
def test_nothing_raises_and_hosts_are_hosts(text: str, base: str) -> None:
    """Whatever is written, a host comes out as letters, digits, hyphens, underscores and dots, or empty."""
    address = urls.Base(urls.page_address(base)).absolute(text)
    for each in (text, f"//{text}", f"https://{text}/", address or ""):
        host, path = urls.split(each)
        assert host == host.lower()
        assert all(letter.isascii() and (letter.isalnum() or letter in "-_.") for letter in host)
        assert isinstance(path, str)

"""Character references of a page that are made to fail."""

import pytest

from connectors.kit.technology import read, visible_text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("reference", ["&#" + "9" * 5000 + ";", "&#" + "9" * 5000, "&#x" + "f" * 5000 + ";"])
def test_numbers_of_no_character_are_left_out(reference: str, encoding: str) -> None:
    """Numbers that Python refuses to read as one are gone wherever they stand; ordinary references are read."""
    html = (
        f'<title>{reference} a</title><p>b{reference} &#8217;&#x2019;&amp;</p><a href="/{reference}c">d{reference}</a>'
    )
    page = read(html.encode(encoding), url="https://acme.example/", remaining=lambda: 10.0)
    assert visible_text(page.html, lambda: 10.0) == "b \u2019\u2019&\nd"
    assert (page.title, page.links[0].href, page.links[0].text) == ("a", "https://acme.example/c", "d")

"""Encodings: what a page declares, in which order it counts, and that every byte is read as something."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.technology.charset import LABELS, decode

WORD = "Prüfung €"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (WORD.encode(), "text/html; charset=UTF-8"),
        (WORD.encode(), ""),
        (WORD.encode("cp1252"), "text/html; charset=ISO-8859-1"),
        (WORD.encode("cp1252"), "text/html;charset='latin1'"),
        (WORD.encode("cp1252"), ""),
        (WORD.encode("iso8859_15"), "text/html; charset=iso-8859-15"),
        (WORD.encode("utf-16-be"), "text/html; charset=utf-16be"),
        (codecs.BOM_UTF8 + WORD.encode(), "text/html; charset=windows-1252"),
        (codecs.BOM_UTF16_LE + WORD.encode("utf-16-le"), "text/html; charset=utf-8"),
        (codecs.BOM_UTF16_BE + WORD.encode("utf-16-be"), ""),
    ],
)
def test_header_and_mark(body: bytes, content_type: str) -> None:
    """The byte order mark comes first, then the header; without either it is UTF-8 if it can be."""
    assert decode(body, content_type) == WORD


@pytest.mark.parametrize(
    "meta",
    [
        '<META CHARSET="windows-1251">',
        "<meta charset=windows-1251>",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
        "<html><head><title>x</title><meta name=a><meta charset = 'cp1251'>",
    ],
)
def test_meta_near_the_beginning(meta: str) -> None:
    """A meta declares the encoding when nothing else does."""
    assert decode((meta + "Привет").encode("cp1251")).endswith("Привет")
    assert decode((meta + "Привет").encode(), "text/html; charset=utf-8").endswith("Привет")


def test_a_meta_beyond_the_beginning_does_not_count() -> None:
    """It stands within the first 1,024 bytes, or browsers do not see it."""
    late = b" " * 2_000 + b"<meta charset=windows-1251>\xcf\xf0"
    assert decode(late).endswith("Ïð")


def test_a_meta_cannot_say_utf_16() -> None:
    """Whoever could read it is not reading UTF-16."""
    assert decode(b"<meta charset=utf-16>abc") == "<meta charset=utf-16>abc"


@pytest.mark.parametrize("label", ["idna", "punycode", "unicode_escape", "utf-7", "rot13", "hex", "zlib", "nonsense"])
def test_only_encodings_of_the_web_are_known(label: str) -> None:
    """A page cannot name a codec that is costly, executes something or is none."""
    assert decode("grüße".encode(), f"text/html; charset={label}") == "grüße"
    assert label not in LABELS


def test_every_known_label_can_be_read_with() -> None:
    """The table names codecs that exist, and none of them raises."""
    for label in LABELS:
        assert isinstance(decode(bytes(range(256)) * 2, f"text/html; charset={label}"), str)


def test_a_cut_page_is_still_utf_8() -> None:
    """A page that was cut within a character is not taken for another encoding."""
    assert decode("Größe €".encode()[:-1]) == "Größe "


@given(st.binary(max_size=400), st.text(max_size=40))
def test_nothing_raises(body: bytes, content_type: str) -> None:
    """Whatever comes, it is text."""
    assert isinstance(decode(body, content_type), str)
    assert isinstance(decode(body, f"text/html; charset={content_type}"), str)

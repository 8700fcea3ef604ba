"""Form bodies are read whole, whatever their encoding, and broken ones are refused without an echo."""

import json

import pytest

from gateway.errors import Malformed, TooLarge
from gateway.intake.kit.bodies import JSON, URLENCODED, Pair, read_pairs

BOUNDARY = "multipart/form-data; boundary=xx"


def pairs(body: bytes, content_type: str = URLENCODED) -> list[tuple[str, str]]:
    """Read a body as plain tuples."""
    return [(pair.name, pair.value) for pair in read_pairs(body, content_type, max_fields=50)]


def multipart(*parts: bytes) -> bytes:
    """Write parts as a browser does."""
    return b"".join(b"--xx\r\n" + part + b"\r\n" for part in parts) + b"--xx--\r\n"


def test_urlencoded_is_read_as_browsers_write_it() -> None:
    """Plus is a space, a percent sign that encodes nothing stands for itself, order and repeats stay."""
    assert pairs(b"a=1+2&b=%C3%A4&a=100%&c&=x") == [("a", "1 2"), ("b", "ä"), ("a", "100%"), ("c", ""), ("", "x")]


def test_an_old_page_in_latin_1_is_read() -> None:
    """What is no UTF-8 is Windows-1252."""
    assert pairs(b"name=M%FCller&price=5+%80") == [("name", "Müller"), ("price", "5 €")]


def test_what_no_store_can_hold_is_replaced() -> None:
    """NUL and lone surrogates become the replacement character."""
    assert pairs(b"a=x%00y") == [("a", "x\ufffdy")]
    assert pairs(b'{"a": "\\ud800x"}', JSON) == [("a", "\ufffdx")]


def test_multipart_is_read_and_files_are_only_named() -> None:
    """A file's name stays, its bytes do not."""
    body = multipart(
        b'Content-Disposition: form-data; name="your-name"\r\n\r\nJ\xc3\xa4nner',
        b'Content-Disposition: form-data; name="cv"; filename="cv.pdf"\r\nContent-Type: application/pdf\r\n\r\nSECRET',
    )
    read = read_pairs(body, BOUNDARY, max_fields=5)
    assert read == (
        Pair(name="your-name", value="Jänner"),
        Pair(name="cv", value="cv.pdf", is_file=True),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--xx\r\n",
        multipart(b'Content-Disposition: form-data; name="a"\r\n\r\n1')[:-8],
        b"--yy\r\nbroken",
        multipart(b"Content-Type: text/plain\r\n\r\nno name"),
        b"--xx\r\nContent Disposition: x\r\n\r\n",
    ],
)
def test_a_broken_multipart_body_is_refused(body: bytes) -> None:
    """Half a form is no form."""
    with pytest.raises(Malformed):
        pairs(body, BOUNDARY)


def test_multipart_without_a_boundary_is_refused() -> None:
    """Nothing tells where the parts begin."""
    with pytest.raises(Malformed):
        pairs(multipart(), "multipart/form-data")


def test_json_is_flattened_and_no_repeat_is_lost() -> None:
    """Nested names get dots, lists repeat their name, name-value objects are fields, numbers stay as written."""
    body = b"""{"a": {"b": 1.50, "c": [true, null]}, "a": "x", "big": 12345678901234567890123,
               "fields": [{"name": "email", "value": "a@b.example", "label": "E-Mail"}], "m": [[1], [2]]}"""
    assert pairs(body, JSON) == [
        ("a.b", "1.50"),
        ("a.c", "true"),
        ("a.c", ""),
        ("a", "x"),
        ("big", "12345678901234567890123"),
        ("fields.email", "a@b.example"),
        ("fields.label", "E-Mail"),
        ("m.0", "1"),
        ("m.1", "2"),
    ]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"x"', b"{", b'{"a": NaN}', b"[" * 100_000, b'{"a":' * 20 + b"1" + b"}" * 20]
)
def test_json_that_is_no_form_is_refused(body: bytes) -> None:
    """Only an object of moderate depth is a form."""
    with pytest.raises(Malformed):
        pairs(body, JSON)


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/xml", "ü", ";", "multipart"])
def test_another_content_type_is_refused(content_type: str) -> None:
    """The answer says which ones are taken."""
    with pytest.raises(Malformed, match="urlencoded"):
        pairs(b"a=1", content_type)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"a=1&" * 51, URLENCODED), (json.dumps({"a": list(range(51))}).encode(), JSON)],
)
def test_too_many_fields_are_refused(body: bytes, content_type: str) -> None:
    """The limit is on what was sent, not on different names."""
    with pytest.raises(TooLarge, match="50"):
        pairs(body, content_type)


def test_a_byte_order_mark_before_json_is_no_fault() -> None:
    """Some programs write one."""
    assert read_pairs(b'\xef\xbb\xbf{"email": "a@b.example"}', JSON, max_fields=5)[0].name == "email"

"""What a body of JSON may be sent as: UTF-8 without a content coding; what is anything else is named."""

import re
from typing import Final

from gateway.errors import Malformed, Unsupported

_BOM: Final = b"\xef\xbb\xbf"
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\";\s]*)", re.IGNORECASE)
_CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")


def check_json(content_type: str) -> None:
    """Check that a content type is that of JSON in UTF-8.

    Raises:
        Malformed: it is no JSON.
        Unsupported: it is JSON in another charset.
    """
    media = content_type.partition(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        raise Malformed("JSON is needed here: send Content-Type: application/json.")
    if (named := _CHARSET.search(content_type)) is not None and named[1].lower() not in _CHARSETS:
        raise Unsupported("JSON is UTF-8 (RFC 8259 section 8.1): send it so, without another charset.")


def check_coding(content_encoding: str | None) -> None:
    """Check that a body is sent as it is; raise Unsupported for one that is compressed."""
    if content_encoding is not None and content_encoding.strip().lower() not in {"", "identity"}:
        raise Unsupported("A body is taken as it is: send it without Content-Encoding.")


def without_bom(body: bytes) -> bytes:
    """The body without the byte order mark that some programs write before UTF-8."""
    return body.removeprefix(_BOM)


def no_json(body: bytes, where: str | None = None) -> str:
    """Say why a body is no JSON; `where` is the place it breaks at, if that is known."""
    if body.startswith(_WIDE) or b"\0" in body[:4]:
        return "The body is UTF-16 or UTF-32; JSON is UTF-8 (RFC 8259 section 8.1): send it so."
    return "The body is no valid JSON." if where is None else f"The body is no valid JSON: see {where}."

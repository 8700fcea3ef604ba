"""A browser's form body, urlencoded, multipart or JSON, as a flat list of names and values in their order.

Every text is given as it came, decoded as UTF-8 and, where it is none, as Windows-1252, which is what old pages
send (WHATWG Encoding: the label latin1). What no store can hold, NUL and lone surrogates, becomes U+FFFD. The
errors of this module hold no byte of the body.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, MultipartState, parse_options_header

from gateway.errors import Malformed, TooLarge

URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
JSON: Final = "application/json"
NAME: Final = 200
"""Most characters of a field's name; what a longer one carries is kept under its first 200."""
_DEPTH: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One field as it was sent; for a file only its name is here, its bytes are never kept."""

    name: str = field(repr=False)
    value: str = field(repr=False)
    is_file: bool = False


def read_pairs(body: bytes, content_type: str, *, max_fields: int) -> tuple[Pair, ...]:
    """Read a form body.

    Raises:
        Malformed: the body is not what its content type says, or the type is none a form has.
        TooLarge: it has more than `max_fields` fields.
    """
    media, options = parse_options_header(content_type if content_type.isascii() else "")
    reader = _READERS.get(media.decode("latin-1").strip())
    if reader is None:
        raise Malformed(f"A form is needed here: {URLENCODED}, {MULTIPART} or {JSON}.")
    pairs: list[Pair] = []
    for pair in reader(body, options):
        if len(pairs) >= max_fields:
            raise TooLarge(f"At most {max_fields} fields are taken in one form.")
        pairs.append(pair)
    return tuple(pairs)


def clean(text: str) -> str:
    """Take out what no store can hold, and the white space around it."""
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\x00", "\ufffd").strip()


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _pair(name: str, value: str, *, is_file: bool = False) -> Pair:
    return Pair(name=clean(name)[:NAME], value=clean(value), is_file=is_file)


def _urlencoded(body: bytes, _options: dict[bytes, bytes]) -> Iterator[Pair]:
    """Read as the WHATWG URL Standard parses `application/x-www-form-urlencoded`, which never fails."""
    for part in body.split(b"&"):
        if part:
            name, _, value = part.replace(b"+", b" ").partition(b"=")
            yield _pair(_text(unquote_to_bytes(name)), _text(unquote_to_bytes(value)))


class _Parts:
    """Collects what the multipart parser calls back with; a file's bytes are dropped as they come."""

    def __init__(self) -> None:
        self.pairs: list[Pair] = []
        self._header: list[bytes] = [b"", b""]
        self._options: dict[bytes, bytes] = {}
        self._data: list[bytes] = []

    def callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._grow(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._grow(1, data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": self._take,
            "on_part_end": self._end,
        }

    def _begin(self) -> None:
        self._options = {}
        self._data = []

    def _grow(self, index: int, data: bytes) -> None:
        self._header[index] += data

    def _end_header(self) -> None:
        if self._header[0].lower() == b"content-disposition":
            self._options = dict(parse_options_header(self._header[1])[1])
        self._header = [b"", b""]

    def _take(self, data: bytes, start: int, end: int) -> None:
        if b"filename" not in self._options:
            self._data.append(data[start:end])

    def _end(self) -> None:
        if b"name" not in self._options:
            raise FormParserError
        name, file = _text(self._options[b"name"]), self._options.get(b"filename")
        value = b"".join(self._data) if file is None else file
        self.pairs.append(_pair(name, _text(value), is_file=file is not None))


def _multipart(body: bytes, options: dict[bytes, bytes]) -> Iterator[Pair]:
    """Read `multipart/form-data` (RFC 7578) up to its closing boundary."""
    parts = _Parts()
    try:
        parser = MultipartParser(options[b"boundary"], parts.callbacks())  # type: ignore[arg-type]  # its TypedDict
        parser.write(body)
    except (FormParserError, KeyError):
        parser = None
    if parser is None or parser.state != MultipartState.END:
        raise Malformed("The multipart body breaks off or has no boundary.")
    yield from parts.pairs


def _json(body: bytes, _options: dict[bytes, bytes]) -> Iterator[Pair]:
    """Read a JSON object; nested names are joined with dots, and no repeated name is lost."""
    try:
        tree = json.loads(
            _text(body).removeprefix("\ufeff"),
            object_pairs_hook=_Object,
            parse_int=str,
            parse_float=str,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError):
        raise Malformed("The body is no valid JSON.") from None
    if not isinstance(tree, _Object):
        raise Malformed("A JSON object with the form's fields is needed here.")
    yield from _flat("", tree, _DEPTH)


class _Object(list[tuple[str, Any]]):
    """A JSON object as its pairs."""


def _no_constant(_name: str) -> NoReturn:
    raise ValueError


def _flat(name: str, value: object, depth: int) -> Iterator[Pair]:
    if depth == 0:
        raise Malformed(f"At most {_DEPTH} levels of JSON are taken in a form.")
    if isinstance(value, _Object):
        for child, inner in _named(value):
            yield from _flat(f"{name}.{child}" if name else child, inner, depth - 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            place = f"{name}.{index}" if isinstance(inner, list) and not _is_field(inner) else name
            yield from _flat(place, inner, depth - 1)
    else:
        yield _pair(name, _scalar(value))


def _is_field(value: list[Any]) -> bool:
    return isinstance(value, _Object) and {"name", "value"} <= {name for name, _ in value}


def _named(pairs: _Object) -> Iterator[tuple[str, Any]]:
    """Give an object's members; `{"name": "email", "value": "…"}`, as form services send it, is one member."""
    members = dict(pairs)
    if _is_field(pairs) and len(members) == len(pairs) and isinstance(members["name"], str):
        yield members.pop("name"), members.pop("value")
        pairs = _Object((name, value) for name, value in pairs if name in members)
    yield from pairs


def _scalar(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


_READERS: Final[dict[str, Callable[[bytes, dict[bytes, bytes]], Iterator[Pair]]]] = {
    URLENCODED: _urlencoded,
    MULTIPART: _multipart,
    JSON: _json,
}

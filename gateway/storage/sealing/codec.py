"""Values to bytes and back, for what is sealed: the one place where personal values meet their serial form.

msgspec reads the frozen dataclasses as they are; a masked value is written as its text, since what comes out of here
goes straight under a key.
"""

from functools import cache
from typing import Any

import msgspec
import orjson

from gateway.lead import Personal


def _enc_hook(value: object) -> object:
    if isinstance(value, Personal):
        return value.reveal()
    raise NotImplementedError(type(value).__name__)


def _dec_hook(kind: type, value: object) -> object:
    if kind is Personal and isinstance(value, str):
        return Personal(value)
    raise NotImplementedError(kind.__name__)


_ENCODER = msgspec.json.Encoder(enc_hook=_enc_hook, decimal_format="string", order="deterministic")


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:  # noqa: ANN401 - any type expression msgspec understands
    return msgspec.json.Decoder(kind, dec_hook=_dec_hook)


def encode(value: object) -> bytes:
    """Write a value as compact JSON with sorted keys; only what is sealed at once may be passed here."""
    return _ENCODER.encode(value)


def decode(kind: Any, data: bytes) -> Any:  # noqa: ANN401 - a type expression, and a value of it
    """Read a value back as the type it was written as."""
    return _decoder(kind).decode(data)


_CLEAR_ENCODER = msgspec.json.Encoder(order="deterministic")


def clear_json(value: object) -> orjson.Fragment:
    """Write a value for a clear JSON column, without the objects in between; nothing personal may be in it.

    Raises:
        TypeError: a masked value is in it.
    """
    return orjson.Fragment(_CLEAR_ENCODER.encode(value))


@cache
def _clear_decoder(kind: Any) -> msgspec.json.Decoder[Any]:  # noqa: ANN401 - any type expression msgspec understands
    return msgspec.json.Decoder(kind, dec_hook=_dec_hook, strict=False)


def convert_text(kind: Any, text: str) -> Any:  # noqa: ANN401 - a type expression, and a value of it
    """Read the text of a clear JSON column as the type it came from, without the objects in between."""
    return _clear_decoder(kind).decode(text)


def convert(kind: Any, value: object) -> Any:  # noqa: ANN401 - a type expression, and a value of it
    """Read JSON types back as the type they came from."""
    return msgspec.convert(value, kind, dec_hook=_dec_hook, strict=False)

"""What pydantic says, as faults: a JSON pointer and what to do, never a value that was sent."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from gateway.errors import Fault

MAX_FAULTS: Final = 50
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_POSITION: Final = re.compile(r"line (\d+) column (\d+)")
_TIME: Final = "A time with its offset is needed, like 2026-01-31T09:30:00Z."
_DETAILS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "missing": "This field is needed.",
        "extra_forbidden": "This field is unknown here.",
        "string_type": "A string is needed.",
        "string_too_long": "At most {max_length} characters are allowed.",
        "string_unicode": "Valid Unicode text is needed.",
        "string_pattern_mismatch": "Characters that are not allowed here, or another form, are in this value.",
        "enum": "One of these is needed: {expected}.",
        "literal_error": "One of these is needed: {expected}.",
        "int_type": "A whole number is needed.",
        "int_from_float": "A whole number is needed.",
        "float_type": "A number is needed.",
        "bool_type": "true or false is needed.",
        "dict_type": "An object is needed.",
        "model_type": "An object is needed.",
        "model_attributes_type": "An object is needed.",
        "tuple_type": "An array is needed.",
        "list_type": "An array is needed.",
        "too_long": "At most {max_length} entries are allowed.",
        "too_short": "At least {min_length} entry is needed.",
        "timezone_aware": _TIME,
        "greater_than_equal": "A later time is needed.",
        "less_than_equal": "An earlier time is needed.",
        "finite_number": "A finite number is needed.",
    }
)


def position(error: ValidationError) -> str | None:
    """Where the body stops being JSON, as `line 1, column 2`; None when it is JSON."""
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] != "json_invalid":
        return None
    found = _POSITION.search(first["msg"])
    return f"line {found[1]}, column {found[2]}" if found else "its end"


def faults(error: ValidationError, unknown: str = "") -> tuple[Fault, ...]:
    """Turn a validation error into at most 50 faults; `unknown` says what to do with an unknown field, if anything."""
    return tuple(
        Fault(pointer=pointer(entry["loc"]), detail=_detail(entry, unknown))
        for entry in error.errors(include_url=False, include_input=False)[:MAX_FAULTS]
    )


def pointer(location: Sequence[str | int]) -> str:
    """Write a JSON pointer (RFC 6901); a name that may itself hold something personal becomes `*`."""
    parts = (str(part) for part in location if part != "[key]")
    return "".join(f"/{part if _PLAIN.fullmatch(part) else '*'}" for part in parts)


def _detail(entry: Mapping[str, Any], unknown: str) -> str:
    kind = entry["type"]
    if kind == "extra_forbidden" and unknown:
        return unknown
    if kind in {"country", "attributes", "unreachable", "channel"}:
        return str(entry["msg"])
    if kind.startswith("datetime"):
        return _TIME
    return _DETAILS.get(kind, "Another kind of value is needed.").format_map(entry.get("ctx", {}))

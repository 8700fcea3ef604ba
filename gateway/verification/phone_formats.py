"""The ways to write a number that was read, and the details of it in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import phonenumbers
from phonenumbers import PhoneNumberFormat

from gateway.verification.explain import Line
from gateway.verification.model import PhoneVerdict
from gateway.verification.numbering.details import details
from gateway.verification.numbering.library import number_of

_FORMATS: Final = {
    "international": PhoneNumberFormat.INTERNATIONAL,
    "national": PhoneNumberFormat.NATIONAL,
    "rfc3966": PhoneNumberFormat.RFC3966,
}
_ZONES: Final = 3
"""Most time zones that are named."""


def formats(verdict: PhoneVerdict) -> dict[str, str | None]:
    """The number of a verdict in each format (`international`, `national`, `rfc3966`), with its extension.

    All are None where no number could be read.
    """
    if verdict.evidence.e164 is None:
        return dict.fromkeys(_FORMATS)
    number = number_of(verdict.evidence.e164)
    number.extension = verdict.evidence.extension
    return {name: phonenumbers.format_number(number, form) for name, form in _FORMATS.items()}


def detailed(verdict: PhoneVerdict) -> dict[str, Any]:
    """The formats of a number, and what the library's tables say of it, as JSON types; see `numbering.details`."""
    return {**formats(verdict), **details(verdict).to_json()}


def detail_lines(told: Mapping[str, Any]) -> Iterator[Line]:
    """What `detailed` gave, in words; nothing about what is not known."""
    for name, field in (("International", "international"), ("National", "national"), ("Place", "place")):
        if told.get(field):
            yield Line("details", name, told[field])
    if told.get("carrier"):
        moved = "; people take numbers along there, so that it may be another one today"
        yield Line("details", "Range given to", told["carrier"] + (moved if told["original_allocation"] else ""))
    if told.get("time_zones"):
        yield Line("details", "Time zones", _some(told["time_zones"]))


def _some(zones: Sequence[str]) -> str:
    """All zones, or how many and the first: a number of no place lies in all of its country's."""
    first = ", ".join(zones[:_ZONES])
    return first if len(zones) <= _ZONES else f"{len(zones)}, among them {first}"

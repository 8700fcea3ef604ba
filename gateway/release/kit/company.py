"""The released company: what the lead says of it, gaps filled from the golden record, and where each value is from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from connectors.kit import Observation
from connectors.kit.schema import FIELDS, Value
from gateway.lead import Company

WHO_ASKED: Final = "lead"
"""The source of what the lead itself says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who will read the message: the purposes of the destination that are allowed, and whether it is ours.

    `own` is True for a processor, who acts for the controller; what may not be redistributed goes only there.
    """

    allowed: frozenset[str]
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenField:
    """One field of the golden record, as connectors have it.

    Attributes:
        name: of the schema.
        value: of a field that a company has several of, one value per origin.
        origins: the observations that it comes from; several of a single value where it was made of them all.
    """

    name: str
    value: Value | tuple[Value, ...] = field(repr=False)
    origins: tuple[Observation, ...] = field(repr=False)


def company_json(
    said: Company, golden: Iterable[GoldenField], reader: Reader, withheld: dict[str, str], *, received_at: datetime
) -> dict[str, Any]:
    """Write the company and the provenance of its fields; what a reader may not have goes into `withheld`.

    What the lead says stands: connectors fill the fields that it leaves out, or in which it says nothing (`n/a`). A
    field that the schema does not have any more is left out.
    """
    values: dict[str, Any] = said.written()
    stands = said.given()
    origin: dict[str, Any] = {
        f"company.{name}": {"source": WHO_ASKED, "observed_at": time_json(received_at)}
        for name, value in values.items()
        if value is not None
    }
    for each in golden:
        name = each.name.removeprefix("company.")
        if each.name not in FIELDS or name in stands:
            continue
        if FIELDS[each.name].many:
            _several(name, each, reader, values, origin, withheld)
        elif why := next(filter(None, (barred(seen, reader) for seen in each.origins)), None):
            withheld[each.name] = why
        else:
            values[name] = each.value
            told = [_origin(seen) for seen in each.origins]
            origin[each.name] = told[0] if len(told) == 1 else told
    return {"company": _nested(values), "provenance": origin}


def _several(
    name: str,
    golden: GoldenField,
    reader: Reader,
    values: dict[str, Any],
    origin: dict[str, Any],
    withheld: dict[str, str],
) -> None:
    """Of several values each is told by itself, or withheld."""
    for seen in golden.origins:
        why = barred(seen, reader)
        if why is not None:
            withheld[golden.name] = why
        else:
            values.setdefault(name, []).append(seen.value)
            origin.setdefault(golden.name, []).append(_origin(seen))


def barred(observation: Observation, reader: Reader) -> str | None:
    """Say why a reader may not have what was observed; None where it may."""
    if observation.personal:
        return "personal"
    if not observation.redistributable and not reader.own:
        return "not_redistributable"
    if not observation.purposes & reader.allowed:
        return "purpose"
    return None


def time_json(value: datetime | None) -> str | None:
    """Write a time as RFC 3339 in UTC; nothing stays nothing."""
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in values.items():
        *parents, last = name.split(".")
        place = made
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return made


def _origin(observation: Observation) -> dict[str, Any]:
    return {
        "source": observation.source,
        "method": observation.method,
        "licence": observation.licence,
        "confidence": observation.confidence,
        "observed_at": time_json(observation.observed_at),
    }

"""From a record to observations, by the manifest's map: JMESPath for where a value stands, the schema for its shape."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Final

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult
from pydantic import BeforeValidator, Field

from connectors.kit.calling import Expression
from connectors.kit.evaluation import Work, evaluate
from connectors.kit.reading import read
from connectors.kit.schema import FIELDS, Scalar, Value
from connectors.kit.strict import Strict

_MOST: Final = 500
"""Values that are taken of one field; a list without end is no list of facts."""


class _Mapped(Strict):
    path: Expression
    confidence: float | None = Field(default=None, ge=0, le=1)
    values: Mapping[str, Scalar | Mapping[str, Scalar]] = Field(default_factory=dict)
    method: str = Field(default="vendor", pattern=r"^[a-z_]{1,20}$")


def _from_text(raw: object) -> object:
    return {"path": raw} if isinstance(raw, str) else raw


Mapped = Annotated[_Mapped, BeforeValidator(_from_text)]
"""Where the value of one field stands in a record; a text is short for its `path`.

Attributes:
    path: JMESPath in the record. Of a field with parts it gives an object with our names, as
        `{locality: city, country: country_code}` does; of a field that there are several of, a list.
    confidence: of this field; the record's own, or the manifest's default, when left out.
    values: the vendor's words and what they mean here; when there are any, every other word is left out.
    method: how the vendor has it.
"""


@cache
def _compiled(expression: str) -> ParsedResult:
    return jmespath.compile(expression)


def search(expression: str, body: object, work: Work | None = None) -> object:
    """What stands at a JMESPath; None where there is nothing, or where the parts have other types than it needs.

    Args:
        expression: a JMESPath.
        body: what is searched.
        work: what it may take, shared with other searches; `MOST_WORK` when left out.

    Raises:
        Unreadable: it takes more.
    """
    try:
        return evaluate(_compiled(expression), body, work or Work())
    except (JMESPathError, TypeError, ValueError, OverflowError):  # the library's functions raise what Python does
        return None


def as_text(value: object) -> str:
    """A scalar as JSON writes it, for comparing with a word."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def values_of(field: str, mapped: _Mapped, record: object, work: Work) -> Iterable[Value]:
    """The values of one field in a record that have its shape, each once; placeholders are left out.

    Raises:
        Unreadable: finding them takes more than is left of the work.
    """
    raw = search(mapped.path, record, work)
    several = raw if FIELDS[field].many and isinstance(raw, list) else [raw]
    values: list[Value] = []
    for each in several[:_MOST]:
        meant = _meant(mapped, each)
        value = None if meant is None else read(field, meant)
        if value is not None and value not in values:
            values.append(value)
    return values


def _meant(mapped: _Mapped, raw: object) -> object:
    if not mapped.values:
        return raw
    return None if isinstance(raw, Mapping | list) else mapped.values.get(as_text(raw))

"""Texts with placeholders: `${company.domain}` is a field of the question, `${setting.name}` a setting without secrets.

There is no other language in it: no conditions, no calls, nothing that a value could be taken for.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from pydantic import JsonValue

from connectors.errors import HostRefused

_PLACE: Final = re.compile(r"\$\{([^{}]*)\}")
_OPENED: Final = "${"
_DOTS: Final = frozenset({".", ".."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What placeholders may stand for; kept out of the repr, for it holds the question."""

    known: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Values({', '.join(sorted(self.known))})"

    def first(self, place: str) -> str | None:
        """The first of the names in a placeholder that has a value."""
        return next((self.known[name] for name in names_in(place) if self.known.get(name)), None)


def names_in(place: str) -> tuple[str, ...]:
    """The names in one placeholder, best first."""
    return tuple(name.strip() for name in place.split(","))


def places(template: JsonValue) -> Iterator[tuple[str, ...]]:
    """The placeholders of a text, or of all texts in a JSON value, each as its names; one that never ends is `${`."""
    if isinstance(template, str):
        yield from (names_in(found) for found in _PLACE.findall(template))
        if _OPENED in _PLACE.sub("", template):
            yield (_OPENED,)
    elif isinstance(template, dict):
        for member in template.values():
            yield from places(member)
    elif isinstance(template, list):
        for member in template:
            yield from places(member)


def strange(template: JsonValue, allowed: Collection[str]) -> list[str]:
    """The names in placeholders that stand for nothing."""
    return sorted({name for place in places(template) for name in place} - set(allowed))


def fill(template: str, values: Values) -> str | None:
    """Puts values in; None when a placeholder has none."""
    if any(values.first(place) is None for place in _PLACE.findall(template)):
        return None
    return _PLACE.sub(lambda found: values.first(found[1]) or "", template)


def fill_path(template: str, values: Values) -> str:
    """Puts values into a path, percent-encoded (RFC 3986 3.3), so that none of them can become another path.

    Raises:
        HostRefused: a placeholder has no value, or one that leads elsewhere whatever is done to it.
    """

    def one(found: re.Match[str]) -> str:
        value = values.first(found[1])
        if value is None or value in _DOTS or not value.isprintable():
            raise HostRefused("value_not_for_a_path")
        return quote(value, safe="")

    return _PLACE.sub(one, template)


def fill_all(templates: Mapping[str, str], values: Values) -> dict[str, str]:
    """Puts values into each text; one whose placeholder has none is left out."""
    filled = {name: fill(template, values) for name, template in templates.items()}
    return {name: text for name, text in filled.items() if text is not None}


def fill_json(template: JsonValue, values: Values) -> JsonValue:
    """Puts values into a JSON value; members whose placeholder has none are left out, as are objects left empty."""
    if isinstance(template, str):
        return fill(template, values)
    if isinstance(template, dict):
        filled = {name: fill_json(member, values) for name, member in template.items()}
        return {name: member for name, member in filled.items() if member is not None and member != {}}
    if isinstance(template, list):
        return [made for member in template if (made := fill_json(member, values)) is not None]
    return template

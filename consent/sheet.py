"""The facts that several questions share, laid out once: each question then costs what differs in it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Self

from consent.errors import FactsError
from consent.facts import FIELDS, NAMES, Facts, View, member, view

_SORTED: Final = tuple(sorted(FIELDS))
_PLACES: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {name: (NAMES[name], place) for place, name in enumerate(_SORTED)}
)
"""Where each field stands in a view, and among the members of the canonical object."""


class Sheet:
    """Facts as the engine and the canonical bytes want them; says the same as the `Facts` it came from.

    It is a value: `changed` gives another one and leaves this one alone.
    """

    __slots__ = ("_members", "_values")

    def __init__(self, values: list[object], members: list[bytes]) -> None:
        self._values = values
        """In the order of `NAMES`; the lead's country is the engine's to set, and None."""
        self._members = members
        """The canonical member of each field, in sorted order; empty where a fact is unknown."""

    @classmethod
    def of(cls, facts: Facts) -> Self:
        """Lay facts out.

        Raises:
            FactsError: a value is not of its field's type, or a time is not aware.
        """
        values = list(view(facts, None))
        said = ((name, values[NAMES[name]]) for name in _SORTED)
        return cls(values, [b"" if value is None else member(name, value) for name, value in said])

    def __getitem__(self, name: str) -> object:
        """The value of a field, None where it is unknown."""
        return self._values[_PLACES[name][0]]

    def changed(self, **changes: object) -> Self:
        """Return a copy with other values in some fields.

        Raises:
            FactsError: there is no such field, or a value is not of its field's type.
        """
        values, members = self._values.copy(), self._members.copy()
        for name, value in changes.items():
            if name not in _PLACES:
                raise FactsError(f"fact {name}: there is no such field; `consent.facts.Facts` lists them")
            seat, place = _PLACES[name]
            values[seat] = value
            members[place] = b"" if value is None else member(name, value)
        return type(self)(values, members)

    def view(self) -> View:
        """Lay the facts out for compiled conditions, the lead's country unknown."""
        return tuple(self._values)

    def to_json(self) -> bytes:
        """Return what `Facts.to_json` returns."""
        return b"{" + b",".join(filter(None, self._members)) + b"}"

    def facts(self) -> Facts:
        """Return the facts by their names."""
        return Facts(**dict(zip(FIELDS, self._values, strict=False)))  # type: ignore[arg-type]  # names and values are those of fields


NOTHING: Final = Sheet.of(Facts())
"""A sheet on which nothing is known yet."""

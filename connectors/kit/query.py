"""The question that a connector gets: only the fields that its manifest names in `sends`."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Self

from connectors.kit.manifest import Manifest
from connectors.kit.schema import DERIVED


class Query(Mapping[str, str]):
    """A read-only view of the fields one connector may see; its repr names fields and shows no value.

    There is no way from here to the lead: fields outside `sends` are left behind when it is made.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    @classmethod
    def project(cls, manifest: Manifest, facts: Mapping[str, str]) -> Self:
        """Takes from `facts` what the manifest names in `sends` and is not blank; a hash is made here."""
        return cls({name: value for name in manifest.sends if (value := _value(name, facts)).strip()})

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Query({', '.join(sorted(self._values))})"

    def suffices(self, manifest: Manifest) -> bool:
        """Whether one of the field sets that the manifest requires is complete."""
        return any(all(name in self._values for name in group) for group in manifest.requires)


def _value(name: str, facts: Mapping[str, str]) -> str:
    origin = DERIVED.get(name)
    if origin is None:
        return facts.get(name, "")
    text = facts.get(origin, "").strip().lower()
    return hashlib.sha256(text.encode()).hexdigest() if text else ""

"""The error classes of the four packages, found in the source and then looked at as the classes they are."""

import ast
import builtins
import importlib
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.house.tree import PACKAGES, dotted, modules, parsed

ROOTS: Final = {
    "gateway": "gateway.errors.LeadgateError",
    "connectors": "connectors.errors.ConnectorError",
    "consent": "consent.errors.ConsentError",
    "audit": "audit.errors.AuditError",
}
"""The one root per package."""

_BUILTIN: Final = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A class that is an exception: where it is defined and what it is called."""

    module: str
    name: str

    @property
    def place(self) -> str:
        """The dotted name."""
        return f"{self.module}.{self.name}"

    def load(self) -> type[Exception]:
        """The class itself."""
        value = getattr(importlib.import_module(self.module), self.name)
        assert isinstance(value, type)
        assert issubclass(value, Exception)
        return value


@cache
def found() -> tuple[Found, ...]:
    """Every exception class at the top of a module, by its bases' names, until nothing is added.

    A private one (`_Stop`) is left out: it never leaves its module, which is its whole purpose.
    """
    classes = [
        (Found(module=dotted(path), name=node.name), {_last(base) for base in node.bases})
        for path in modules(*PACKAGES)
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef)
    ]
    known = set(_BUILTIN)
    while more := {one.name for one, bases in classes if bases & known} - known:
        known |= more
    return tuple(one for one, bases in classes if bases & known and not one.name.startswith("_"))


def _last(base: ast.expr) -> str:
    return base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")


def family(package: str) -> list[Found]:
    """The exceptions of one package that descend from its root, the root first."""
    root = ROOTS[package]
    module, _, name = root.rpartition(".")
    root_class = Found(module=module, name=name).load()
    return [one for one in found() if one.module.startswith(package) and issubclass(one.load(), root_class)]

"""The law packs that come with Leadgate; the only place of this package that reads files (its own)."""

from functools import cache
from importlib.resources import files

from consent.lint import lint_together
from consent.pack_reader import read_pack
from consent.rules import Pack


@cache
def shipped_packs() -> tuple[Pack, ...]:
    """Return the packs of this folder, read, linted and tested, in the order of their names.

    Raises:
        PolicyError: a shipped pack is broken; says which and where.
    """
    found = sorted((item for item in files(__package__).iterdir() if item.name.endswith(".yaml")), key=lambda x: x.name)
    packs = tuple(read_pack(item.name, item.read_text(encoding="utf-8")) for item in found)
    lint_together(packs)
    return packs

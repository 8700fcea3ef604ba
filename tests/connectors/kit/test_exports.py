"""What an author of a connector needs stands in `connectors.kit` itself, and shipped plug-ins take it from there."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from connectors import firmographic, kit, mailbox, technographic
from tests.house.tree import ROOT

FOLDERS: Final[tuple[ModuleType, ...]] = (firmographic, mailbox, technographic)
FILES: Final = [
    file for folder in FOLDERS for file in sorted(Path(folder.__path__[0]).glob("*.py")) if file.name != "__init__.py"
]
MODULES: Final = {file.stem for file in Path(kit.__path__[0]).glob("*.py")}
GUIDE: Final = (ROOT / "docs" / "how-to" / "write-a-connector.md").read_text(encoding="utf-8")


def taken(text: str) -> Iterator[tuple[str, str]]:
    """The names that Python takes from modules of the kit, each with its module; packages of the kit are no modules."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("connectors.kit."):
            module = str(node.module).removeprefix("connectors.kit.")
            if module in MODULES:
                yield from ((module, each.name) for each in node.names)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_plug_in_takes_from_the_kit_what_the_kit_gives(file: Path) -> None:
    """Whoever writes one after its example need not look where in the kit a name comes from."""
    assert [name for _, name in taken(file.read_text(encoding="utf-8")) if name in kit.__all__] == []


def test_what_several_plug_ins_need_the_kit_gives() -> None:
    """A name that two shipped plug-ins dig out of a module of the kit belongs in front."""
    dug = Counter(pair for file in FILES for pair in set(taken(file.read_text(encoding="utf-8"))))
    assert [pair for pair, times in dug.items() if times > 1] == []


def test_the_guide_needs_nothing_but_the_kit_and_the_certificate() -> None:
    """Its Python names one package for a connector, and the certificate for tests."""
    blocks = re.findall(r"^```python\n(.*?)^```$", GUIDE, flags=re.DOTALL | re.MULTILINE)
    assert {module for text in blocks for module, _ in taken(text)} <= {"certificate", "fixtures"}
    assert {"Declared", "Batched", "declare", "observe", "search", "read_domain", "Kept"} <= set(kit.__all__)

"""The rules themselves: each finds what it is made to find, and leaves innocent code alone."""

import ast
from collections.abc import Callable

import pytest

from tests.house import rules

FINDERS: list[tuple[Callable[[ast.AST], list[int] | list[tuple[int, str]]], str, str]] = [
    (rules.reveals, "lead.person.email.reveal()", "lead.person.email.hide()"),
    (rules.reveals, "list(map(Personal.reveal, emails))", "'call .reveal() nowhere'"),
    (rules.boolean_checks, "def check_it(x: int) -> bool: ...", "def check_it(x: int) -> None: ..."),
    (
        rules.boolean_checks,
        "async def _verify(x: int) -> bool | None: ...",
        "def is_good(x: int) -> bool: ...",
    ),
    (rules.boolean_checks, "def verify(x: int) -> 'bool': ...", "def verify(x: int) -> 'Proof': ..."),
    (rules.mocks, "from unittest.mock import Mock", "from unittest import TestCase"),
    (rules.mocks, "from unittest import mock", "import mockery"),
    (rules.mocks, "import unittest.mock as m", "import unittest"),
    (rules.mocks, "def test_it(mocker): ...", "def test_it(monkeypatch): ..."),
    (rules.clocks, "datetime.now(UTC)", "datetime.fromtimestamp(0, UTC)"),
    (rules.clocks, "datetime.datetime.utcnow()", "clock.now()"),
    (rules.clocks, "uuid.uuid4()", "uuid.UUID(text)"),
    (rules.clocks, "os.urandom(12)", "salts.next(12)"),
    (rules.clocks, "open('x')", "reader.open('x')"),
    (rules.dynamic_imports, "importlib.import_module(name)", "importlib.resources.files(name)"),
    (rules.dynamic_imports, "__import__(name)", "import_from(name)"),
    (rules.dynamic_imports, "from importlib.metadata import EntryPoint\npoint.load()", "self.memory.load()"),
    (rules.dynamic_imports, "import importlib.metadata\nmade(point.load)", "from gateway.settings import load\nload()"),
    (
        rules.dynamic_imports,
        "from importlib.metadata import entry_points\nmake(p.load)",
        "from importlib.metadata import version\nload()",
    ),
]


@pytest.mark.parametrize(("finder", "broken", "innocent"), FINDERS)
def test_a_rule_finds_its_offence_and_nothing_else(
    finder: Callable[[ast.AST], list[int]], broken: str, innocent: str
) -> None:
    """Each rule sees its offence once, and does not see the line beside it that only looks like one."""
    assert len(finder(ast.parse(broken))) == 1
    assert finder(ast.parse(innocent)) == []


def test_a_docstring_does_not_count_as_length() -> None:
    """A function is as long as its code: explaining it costs nothing."""
    bare = ast.parse("def f():\n    a = 1\n    return a")
    told = ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    a = 1\n    return a')
    assert [rules.length(function) for function in rules.functions(bare)] == [3]
    assert [rules.length(function) for function in rules.functions(told)] == [3]


def test_imports_are_read_as_absolute_names() -> None:
    """Relative imports are resolved against the package that holds them."""
    tree = ast.parse("import a.b\nfrom c import d\nfrom . import e\nfrom ..f import g")
    assert [module for _, module in rules.imported(tree, "p.q")] == ["a.b", "c.d", "p.q.e", "p.f.g"]

"""The house rules as functions of a syntax tree; each gives the places where its rule is broken."""

import ast
from collections.abc import Iterator
from functools import cache
from typing import Final

Functions = ast.FunctionDef | ast.AsyncFunctionDef

MOMENTS: Final = {
    "datetime": frozenset({"now", "utcnow", "today"}),
    "date": frozenset({"today"}),
    "time": frozenset({"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"}),
}
"""Calls that read a clock, by the last name before the dot."""

FRESH: Final = frozenset(
    {"uuid1", "uuid4", "uuid6", "uuid7", "uuid8", "urandom", "getrandom", "token_bytes", "token_hex"}
)
"""Calls that draw random bits, by their own name."""

_LOOKED_AT: Final = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.arg,
    ast.Attribute,
    ast.Call,
    ast.Import,
    ast.ImportFrom,
)


@cache
def walked(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Every node of a tree that a rule looks at, found in one walk: the rules are many, and so are the nodes."""
    nodes = [tree]
    for node in nodes:  # as `ast.walk` goes, in half its time
        for value in vars(node).values():
            if isinstance(value, list):
                nodes += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST):
                nodes.append(value)
    return tuple(node for node in nodes if isinstance(node, _LOOKED_AT))


def functions(tree: ast.AST) -> Iterator[Functions]:
    """Every function and method, nested ones included."""
    for node in walked(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: Functions) -> int:
    """Lines of a function from `def` to its end, its docstring not counted."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def reveals(tree: ast.AST) -> list[int]:
    """Lines where a personal value is given up: `.reveal` called, or handed on as a function."""
    return [node.lineno for node in walked(tree) if isinstance(node, ast.Attribute) and node.attr == "reveal"]


def boolean_checks(tree: ast.AST) -> list[tuple[int, str]]:
    """Functions named `verify…` or `check…` that answer with a bool, which a caller can drop unnoticed."""
    return [
        (function.lineno, function.name)
        for function in functions(tree)
        if function.name.lstrip("_").startswith(("verify", "check"))
        and _names(function.returns) & {"bool", "TypeGuard", "TypeIs"}
    ]


def _names(annotation: ast.expr | None) -> set[str]:
    if annotation is None:
        return set()
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    return {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}


def mocks(tree: ast.AST) -> list[int]:
    """Lines that import `unittest.mock` or a package built on it, or ask pytest-mock for its fixture."""
    banned = ("unittest.mock.", "mock.", "pytest_mock.")
    lines = [line for line, module in imported(tree, "") if f"{module}.".startswith(banned)]
    lines += [node.lineno for node in walked(tree) if isinstance(node, ast.arg) and node.arg == "mocker"]
    return lines


def clocks(tree: ast.AST) -> list[tuple[int, str]]:
    """Calls that read a clock or draw random bits; pure code takes both as arguments."""
    found = []
    for node in walked(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if node.attr in MOMENTS.get(owner, frozenset()) or node.attr in FRESH:
                found.append((node.lineno, f"{owner}.{node.attr}"))
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in FRESH | {"open", "input", "print"}
        ):
            found.append((node.lineno, node.func.id))
    return found


def imported(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Every import as an absolute dotted name (`from a import b` gives `a.b`), relative to `package`."""
    for node in walked(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                stem = package.split(".")
                base = ".".join([*stem[: len(stem) - node.level + 1], *([base] if base else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


_ENTRY_POINTS: Final = {"importlib.metadata", "importlib.metadata.EntryPoint", "importlib.metadata.entry_points"}


def dynamic_imports(tree: ast.AST) -> list[int]:
    """Lines that import by a name made at run time, which no import contract sees.

    In a file that knows entry points every `load` is taken for theirs, whether it is called here or handed on.
    """
    names = {"import_module", "__import__"}
    if any(module in _ENTRY_POINTS for _line, module in imported(tree, "")):
        names = names | {"load"}
    return [
        node.lineno
        for node in walked(tree)
        if (isinstance(node, ast.Attribute) and node.attr in names)
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"import_module", "__import__"})
    ]

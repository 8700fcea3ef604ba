"""The package is pure: no clock, no randomness, no input or output, no logging, no other package of Leadgate."""

import ast
from pathlib import Path

import consent
from consent import errors

ROOT = Path(consent.__file__).parent
ALLOWED = {
    "base64", "binascii", "calendar", "collections", "consent", "cryptography", "dataclasses", "datetime", "enum",
    "functools", "hashlib", "hmac", "idna", "json", "operator", "re", "types", "typing", "yaml",
}  # fmt: skip
READS_ITS_OWN_FILES = {"packs/__init__.py": {"importlib"}}
CLOCKS = {"now", "utcnow", "today"}


def _modules() -> dict[str, ast.Module]:
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOT.rglob("*.py"))
    }


def test_only_pure_libraries_are_imported() -> None:
    """Whatever is not on the short list is a decision for a reviewer; one module reads the package's own files."""
    for name, tree in _modules().items():
        found = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").partition(".")[0])
        assert found - ALLOWED == READS_ITS_OWN_FILES.get(name, set()), name


def test_nobody_asks_a_clock() -> None:
    """Times are arguments: nothing calls `datetime.now` and its kin."""
    for name, tree in _modules().items():
        called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
        calls = {function.attr for function in called if isinstance(function, ast.Attribute)}
        assert not calls & CLOCKS, name


def test_every_error_has_one_root() -> None:
    """A caller can catch `ConsentError` and nothing of this package gets past it; each class says what to do."""
    found = [each for each in vars(errors).values() if isinstance(each, type)]
    assert len(found) > 15
    for each in found:
        assert issubclass(each, errors.ConsentError)
        assert each.__name__ in (errors.__doc__ or "")
        assert each.__doc__

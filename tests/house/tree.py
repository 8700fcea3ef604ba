"""The checkout as the house rules see it: its files, its modules and their syntax trees, each read once a run."""

import ast
import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("gateway", "connectors", "consent", "audit")
"""The four packages that are shipped."""

PLUGIN_FOLDERS: Final = (
    "connectors/firmographic",
    "connectors/mailbox",
    "connectors/technographic",
    "gateway/intake",
    "gateway/release",
)
"""The folders where one file is one plug-in (design: plug-in folders)."""

_VISIBLE_DOT_FOLDERS: Final = frozenset({".ci", ".github"})
_OUTPUT_FOLDERS: Final = frozenset({"__pycache__", "leadgate-data", "dist", "build"})
_LOCAL_FILES: Final = frozenset({"leadgate.toml", ".coverage", ".git"})  # `.git` is a file in a linked work tree
_NOT_TEXT: Final = frozenset({".svg", ".png", ".pyc"})


@cache
def files() -> tuple[Path, ...]:
    """Every text file that is or may be committed, in a stable order; caches and local data left out."""
    return tuple(_walk(ROOT))


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            hidden = path.name.startswith(".") and path.name not in _VISIBLE_DOT_FOLDERS
            if not hidden and path.name not in _OUTPUT_FOLDERS and not path.name.endswith(".egg-info"):
                yield from _walk(path)
        elif path.name not in _LOCAL_FILES and path.suffix not in _NOT_TEXT:
            yield path


def name(path: Path) -> str:
    """The file's name as everybody writes it: from the checkout's root, with slashes."""
    return path.relative_to(ROOT).as_posix()


@cache
def modules(*folders: str) -> tuple[Path, ...]:
    """Every Python file under the folders (default: the four packages)."""
    chosen = folders or PACKAGES
    return tuple(path for path in files() if path.suffix == ".py" and name(path).startswith(_prefixes(chosen)))


def _prefixes(folders: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{folder.rstrip('/')}/" for folder in folders)


@cache
def documents() -> tuple[Path, ...]:
    """Every Markdown page of the checkout."""
    return tuple(path for path in files() if path.suffix == ".md")


@cache
def text(path: Path) -> str | None:
    """What stands in a file; None when it is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@cache
def parsed(path: Path) -> ast.Module:
    """The file's syntax tree.

    All trees stay to the end, some million nodes: to look through them for garbage took five times as long as to make
    them, and later tests the same again.
    """
    looking = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(text(path) or "", filename=name(path))
    finally:
        gc.freeze()
        if looking:
            gc.enable()


def dotted(path: Path) -> str:
    """The module's dotted name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def plugins() -> tuple[Path, ...]:
    """Every plug-in: in a plug-in folder, a file with a class `Plugin`, or a YAML manifest without one beside it."""
    found = {path for folder in PLUGIN_FOLDERS for path in (ROOT / folder).glob("*") if _is_plugin(path)}
    return tuple(sorted(path for path in found if path.suffix == ".py" or path.with_suffix(".py") not in found))


def _is_plugin(path: Path) -> bool:
    if path.suffix == ".yaml":
        return "api_version:" in (text(path) or "")
    return (
        path.suffix == ".py"
        and path.name != "__init__.py"
        and any(isinstance(node, ast.ClassDef) and node.name == "Plugin" for node in parsed(path).body)
    )

"""Finding plug-ins: the files of a folder and the entry points of other distributions; a bad one stops the start."""

import inspect
import re
from collections.abc import Callable, Container, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType
from typing import Any, Final

from gateway.errors import SetupError

_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")


def discover(
    folder: ModuleType,
    what: str,
    check: Callable[[type], None],
    others: Iterable[EntryPoint] | None = None,
) -> Mapping[str, Any]:
    """Find and make every plug-in, by kind.

    Args:
        folder: the plug-in package: each module in it has one class `Plugin`; its packages are no plug-ins. It
            declares `GROUP`, the entry point group of other distributions, and `API_VERSION`.
        what: what such a plug-in is called in messages, like `way in`.
        check: raises `SetupError`, saying why, where a class breaks what the folder asks besides version and kind.
        others: entry points; those of the installed distributions by default.

    Raises:
        SetupError: a plug-in cannot be used; the message names it and says why. Nothing starts with a bad one.
    """
    own = sorted(info.name for info in iter_modules(folder.__path__) if not info.ispkg)
    points = [EntryPoint(name=name, value=f"{folder.__name__}.{name}:Plugin", group=folder.GROUP) for name in own]
    points += sorted(entry_points(group=folder.GROUP) if others is None else others)
    found: dict[str, Any] = {}
    for point in points:
        try:
            plugin = _made(point, folder.API_VERSION, found, check)
        except SetupError as error:
            raise SetupError(
                f"The {what} {point.value} cannot be used: {error.detail}. Repair it or uninstall it."
            ) from error
        found[plugin.kind] = plugin
    return MappingProxyType(found)


def _made(point: EntryPoint, api_version: int, taken: Container[str], check: Callable[[type], None]) -> Any:  # noqa: ANN401 - checked by what it has
    try:
        made = point.load()
    except Exception as error:  # whatever a foreign module raises, the start stops by its name
        raise SetupError(f"it cannot be loaded ({type(error).__name__})") from error
    if not inspect.isclass(made):
        raise SetupError("it must be a class")
    version, kind = getattr(made, "api_version", None), getattr(made, "kind", None)
    if version != api_version:
        raise SetupError(f"api_version is {version!r}, this gateway needs {api_version}")
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise SetupError(f"kind is {kind!r}; it is a word like 'webhook'")
    if kind in taken:
        raise SetupError(f"the kind {kind!r} exists twice; remove one of the two")
    check(made)
    try:
        return made()
    except Exception as error:
        raise SetupError(f"it cannot be made without arguments ({type(error).__name__})") from error

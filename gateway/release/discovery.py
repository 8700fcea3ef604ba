"""Finding the ways out: the files of this folder, and entry points of other distributions."""

import inspect
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

from pydantic import BaseModel

from gateway.errors import SetupError
from gateway.release import API_VERSION, Plugin

GROUP: Final = "leadgate.release"
"""The entry point group for ways out of other distributions; an entry point names the class."""

_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")


def discover(others: Iterable[EntryPoint] | None = None) -> Mapping[str, Plugin]:
    """Find and make every way out, by kind.

    Args:
        others: entry points; those of the installed distributions by default.

    Raises:
        SetupError: a plug-in cannot be used; the message names it and says why. Nothing starts with a bad one.
    """
    names = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py") if path.stem != "discovery")
    points = [EntryPoint(name=name, value=f"gateway.release.{name}:Plugin", group=GROUP) for name in names]
    points += sorted(entry_points(group=GROUP) if others is None else others)
    plugins: dict[str, Plugin] = {}
    for point in points:
        plugin = _make(point)
        if plugin.kind in plugins:
            raise _bad(point, f"the kind {plugin.kind!r} exists twice; remove one of the two")
        plugins[plugin.kind] = plugin
    return MappingProxyType(plugins)


def _make(point: EntryPoint) -> Plugin:
    try:
        made = point.load()
    except Exception as error:  # whatever a foreign module raises, the start stops by its name
        raise _bad(point, f"it cannot be loaded ({type(error).__name__})") from error
    if not inspect.isclass(made):
        raise _bad(point, "its entry point must name a class")
    _check_class(point, made)
    try:
        plugin = made()
    except Exception as error:
        raise _bad(point, f"it cannot be made without arguments ({type(error).__name__})") from error
    return cast("Plugin", plugin)


def _check_class(point: EntryPoint, made: type) -> None:
    version, kind = getattr(made, "api_version", None), getattr(made, "kind", None)
    settings, deliver = getattr(made, "settings", None), getattr(made, "deliver", None)
    if version != API_VERSION:
        raise _bad(point, f"api_version is {version!r}, this gateway needs {API_VERSION}")
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise _bad(point, f"kind is {kind!r}; it is a word like 'webhook'")
    if not (inspect.isclass(settings) and issubclass(settings, BaseModel)):
        raise _bad(point, "settings must be a pydantic model")
    if settings.model_config.get("extra") != "forbid":
        raise _bad(point, "its settings model must forbid unknown names, or a typing slip goes unseen")
    if not inspect.iscoroutinefunction(deliver) or not callable(getattr(made, "check", None)):
        raise _bad(point, "it needs `def check` and `async def deliver`")


def _bad(point: EntryPoint, why: str) -> SetupError:
    return SetupError(f"The way out {point.value} cannot be used: {why}. Repair it or uninstall it.")

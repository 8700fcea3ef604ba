"""Finding the plug-ins of a folder and of other distributions; a bad one stops the start, by name."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType, ModuleType
from typing import cast

from connectors.errors import BadPlugin
from connectors.kit.contract import Connector, check_plugin
from connectors.kit.manifest import Kind

GROUP = "leadgate.connectors"
"""The entry point group in which another distribution names its `Plugin` classes."""


def discover(
    folder: ModuleType, kind: Kind, *, installed: Iterable[EntryPoint] | None = None
) -> Mapping[str, type[Connector]]:
    """Loads the connectors of one kind.

    Args:
        folder: the plug-in package; every module in it is a plug-in.
        kind: what their manifests must say.
        installed: entry points of other distributions; those of GROUP by default. One of another kind belongs
            to another folder and is left to it.

    Returns:
        The classes by id, sorted.

    Raises:
        BadPlugin: a plug-in cannot be imported, breaks the contract, or uses an id twice.
    """
    found: dict[str, type[Connector]] = {}
    for info in pkgutil.iter_modules(folder.__path__):
        where = f"{folder.__name__}.{info.name}"
        plugin = _load(where, partial(_class_in, where))
        if plugin.manifest.kind != kind or plugin.manifest.id != info.name:
            raise BadPlugin(where, "kind and id of the manifest must be those of its folder and file")
        found[plugin.manifest.id] = plugin
    for point in entry_points(group=GROUP) if installed is None else installed:
        where = f"entry point {point.name} ({point.value})"
        plugin = _load(where, point.load)
        if plugin.manifest.kind != kind:
            continue
        if plugin.manifest.id in found:
            raise BadPlugin(where, f"the id {plugin.manifest.id} is taken")
        found[plugin.manifest.id] = plugin
    return MappingProxyType(dict(sorted(found.items())))


def _class_in(module: str) -> object:
    return getattr(importlib.import_module(module), "Plugin", None)


def _load(where: str, load: Callable[[], object]) -> type[Connector]:
    try:
        plugin = load()
        check_plugin(plugin)
    except Exception as error:  # whatever it is, the operator needs the name of the plug-in
        raise BadPlugin(where, f"{type(error).__name__}: {error}") from error
    return cast("type[Connector]", plugin)

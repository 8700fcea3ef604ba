"""Finding the plug-ins of a folder and of other distributions; a bad one stops the start, by name."""

import importlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Final, cast

from connectors.errors import BadPlugin
from connectors.kit.contract import Connector, check_plugin
from connectors.kit.loading import declare
from connectors.kit.manifest import Kind

GROUP = "leadgate.connectors"
"""The entry point group in which another distribution names its `Plugin` classes."""
MANIFEST: Final = ".yaml"
FIXTURES: Final = ".fixtures.yaml"
"""How the files beside a plug-in end."""
_MISTAKEN: Final = frozenset({".yml", ".py", ".json", ".toml"})
"""How files end that somebody meant to be connectors."""


def discover(
    folder: ModuleType, kind: Kind, *, installed: Iterable[EntryPoint] | None = None
) -> Mapping[str, type[Connector]]:
    """Loads the connectors of one kind.

    Args:
        folder: the plug-in package; every Python file, and every manifest, in it is a plug-in.
        kind: what their manifests must say.
        installed: entry points of other distributions; those of GROUP by default. One of another kind belongs
            to another folder and is left to it.

    Returns:
        The classes by id, sorted.

    Raises:
        BadPlugin: a plug-in cannot be imported, breaks the contract, or uses an id twice.
    """
    found: dict[str, type[Connector]] = {}
    for place in folder.__path__:
        for name, plugin in _in_folder(Path(place), folder.__name__).items():
            if plugin.manifest.kind != kind:
                raise BadPlugin(f"{folder.__name__}.{name}", "the manifest's kind must be that of its folder")
            found[name] = plugin
    for point in entry_points(group=GROUP) if installed is None else installed:
        where = f"entry point {point.name} ({point.value})"
        plugin = _load(where, point.load)
        if plugin.manifest.kind != kind:
            continue
        if plugin.manifest.id in found:
            raise BadPlugin(where, f"the id {plugin.manifest.id} is taken")
        found[plugin.manifest.id] = plugin
    return MappingProxyType(dict(sorted(found.items())))


def own_manifests(folder: Path) -> Mapping[str, type[Connector]]:
    """The connectors of the operator's own folder: manifests alone, for no Python is run from there.

    Raises:
        BadPlugin: there is no such folder, a manifest is wrong, its id is not its file's name, or a file is none that
            is read from there.
    """
    if not folder.is_dir():
        raise BadPlugin(str(folder), "there is no such folder; connectors_folder names it")
    found: dict[str, type[Connector]] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix in _MISTAKEN:
            raise BadPlugin(str(file), f"only manifests are read from here, files that end in {MANIFEST}")
        if file.suffix == MANIFEST and not file.name.endswith(FIXTURES):
            found[file.stem] = _named(file.stem, str(file), partial(declare, file))
    return MappingProxyType(found)


def _in_folder(folder: Path, package: str) -> Mapping[str, type[Connector]]:
    """The plug-ins of a folder: a Python file, with or without a manifest beside it, or a manifest alone."""
    coded = {file.stem for file in folder.glob("*.py") if not file.stem.startswith("_")}
    named = {file.stem for file in folder.glob(f"*{MANIFEST}") if not file.name.endswith(FIXTURES)}
    found: dict[str, type[Connector]] = {}
    for name in sorted(coded | named):
        where = f"{package}.{name}"
        load = partial(_class_in, where) if name in coded else partial(declare, folder / f"{name}{MANIFEST}")
        found[name] = _named(name, where, load)
    return found


def _named(name: str, where: str, load: Callable[[], object]) -> type[Connector]:
    plugin = _load(where, load)
    if plugin.manifest.id != name:
        raise BadPlugin(where, "the manifest's id must be its file's name")
    return plugin


def _class_in(module: str) -> object:
    return getattr(importlib.import_module(module), "Plugin", None)


def _load(where: str, load: Callable[[], object]) -> type[Connector]:
    try:
        plugin = load()
        check_plugin(plugin)
    except BadPlugin:
        raise
    except Exception as error:  # whatever it is, the operator needs the name of the plug-in
        raise BadPlugin(where, f"{type(error).__name__}: {error}") from error
    return cast("type[Connector]", plugin)

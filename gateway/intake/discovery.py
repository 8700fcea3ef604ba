"""Finding the ways in: the files of this folder and the entry points of other distributions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module, metadata
from pkgutil import iter_modules
from types import MappingProxyType

import gateway.intake
from gateway.errors import SetupError
from gateway.intake import API_VERSION, GROUP, WayIn

Candidate = tuple[str, Callable[[], object]]
"""The name a plug-in goes by in messages, and what loads its class."""


def discover(entry_points: Iterable[metadata.EntryPoint] | None = None) -> Mapping[str, WayIn]:
    """Find every way in, by kind.

    Args:
        entry_points: those of other distributions; the installed ones of the group `leadgate.intake` by default.

    Raises:
        SetupError: a plug-in cannot be loaded, breaks the contract or takes another's kind; it is named.
    """
    foreign = metadata.entry_points(group=GROUP) if entry_points is None else entry_points
    found: dict[str, WayIn] = {}
    for name, load in (*_own(), *((point.value, point.load) for point in foreign)):
        plugin = _checked(name, load)
        if plugin.kind in found:
            raise SetupError(
                f"Way in {name!r}: its kind {plugin.kind!r} is taken by another plug-in; remove one of the two."
            )
        found[plugin.kind] = plugin
    return MappingProxyType(found)


def _own() -> Iterator[Candidate]:
    """Name the files of this folder that hold a class `Plugin`; the others are what the plug-ins share."""
    for info in iter_modules(gateway.intake.__path__):
        name = f"{gateway.intake.__name__}.{info.name}"
        try:
            module = import_module(name)
        except Exception as error:
            raise _broken(name, error) from error
        if hasattr(module, "Plugin"):
            yield name, lambda module=module: module.Plugin  # type: ignore[misc]  # bound per turn of the loop


def _checked(name: str, load: Callable[[], object]) -> WayIn:
    try:
        factory = load()
        plugin = factory() if callable(factory) else None
    except Exception as error:
        raise _broken(name, error) from error
    if not isinstance(plugin, WayIn) or not isinstance(plugin.kind, str) or not plugin.kind:
        raise SetupError(f"Way in {name!r}: a class with `api_version`, `kind` and `read` is needed.")
    if plugin.api_version != API_VERSION:
        raise SetupError(
            f"Way in {name!r}: it is written for contract {plugin.api_version!r}, this gateway has {API_VERSION}; "
            "install a matching version or remove it."
        )
    return plugin


def _broken(name: str, error: Exception) -> SetupError:
    return SetupError(f"Way in {name!r} cannot be loaded ({type(error).__name__}); repair or remove it.")

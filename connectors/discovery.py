"""All connectors, of every kind, by id."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from connectors import firmographic, mailbox, technographic
from connectors.errors import BadPlugin
from connectors.kit import Connector
from connectors.kit.discovery import own_manifests


def discover(own: Path | None = None) -> Mapping[str, type[Connector]]:
    """Loads every connector of every folder and every installed distribution.

    Args:
        own: a folder with manifests of the operator's own.

    Raises:
        BadPlugin: one of them is wrong, or two use the same id; the message names it.
    """
    found: dict[str, type[Connector]] = {}
    groups = [(folder.__name__, folder.discover()) for folder in (firmographic, mailbox, technographic)]
    if own is not None:
        groups.append((str(own), own_manifests(own)))
    for where, several in groups:
        for name, plugin in several.items():
            if name in found:
                raise BadPlugin(f"{where}.{name}", "the id is taken by another connector")
            found[name] = plugin
    return MappingProxyType(dict(sorted(found.items())))

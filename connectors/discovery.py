"""All connectors, of every kind, by id."""

from collections.abc import Mapping
from types import MappingProxyType

from connectors import firmographic, mailbox, technographic
from connectors.errors import BadPlugin
from connectors.kit import Connector


def discover() -> Mapping[str, type[Connector]]:
    """Loads every connector of every folder and every installed distribution.

    Raises:
        BadPlugin: one of them is wrong, or two kinds use the same id; the message names it.
    """
    found: dict[str, type[Connector]] = {}
    for folder in (firmographic, mailbox, technographic):
        for name, plugin in folder.discover().items():
            if name in found:
                raise BadPlugin(f"{folder.__name__}.{name}", "the id is taken by another kind")
            found[name] = plugin
    return MappingProxyType(dict(sorted(found.items())))

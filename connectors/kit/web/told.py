"""The properties of one node of JSON-LD, in plain form and never too many or too long."""

from collections.abc import Collection, Mapping
from typing import Final

from connectors.kit.web.jsonld import Graph, Node, strings
from connectors.kit.web.people import is_reachable
from connectors.kit.web.plain import plain

LONGEST_NAME: Final = 150
MOST_VALUES: Final = 20
"""Values of one property that are looked at."""


class Told:
    """The properties of a node, in plain form."""

    def __init__(self, graph: Graph, node: Node, own: Collection[str]) -> None:
        self._graph = graph
        self._node = node
        self.own = own

    def texts(self, name: str, longest: int = LONGEST_NAME) -> list[str]:
        """The texts of a property that are not too long."""
        found = (plain(text, longest) for text in list(strings(self._node.get(name)))[:MOST_VALUES])
        return [text for text in found if text is not None]

    def first(self, name: str) -> str | None:
        """The first text of a property that speaks of nobody."""
        return next((text for text in self.texts(name) if not is_reachable(text)), None)

    def nodes(self, name: str) -> list[Node]:
        """The nodes of a property, references resolved."""
        value = self._node.get(name)
        several = value[:MOST_VALUES] if isinstance(value, list) else [value]
        resolved = (self._graph.resolved(each) for each in several)
        return [each for each in resolved if isinstance(each, Mapping)]

    def raw(self, name: str) -> list[object]:
        """The values of a property as they stand."""
        value = self._node.get(name)
        return value[:MOST_VALUES] if isinstance(value, list) and value else [value]

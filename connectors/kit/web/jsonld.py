"""JSON-LD as pages hold it: read leniently, and the organisation that a site is about found in it.

Blocks hold comments, a comma too many, raw line breaks, several documents in a list or a graph, types as one word or as
several, with and without the vocabulary's address before them. What cannot be read is left out; nothing here raises.
"""

import json
import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.kit.web.plain import registrable
from connectors.kit.web.types import ORGANISATIONS, PEOPLE

MOST_BLOCKS: Final = 50
MOST_NODES: Final = 2_000
"""Nodes of all blocks that are looked at."""
_NOISE: Final = re.compile(
    r"""("(?:[^"\\]|\\.)*+(?:"|\Z)) | /\*(?:[^*]|\*(?!/))*+(?:\*/|\Z) | //[^\r\n]*+ | <!--|--> | <!\[CDATA\[|\]\]>""",
    re.VERBOSE | re.DOTALL,
)
"""A string, which stays, or what is no JSON: a comment in a script's or in a page's way."""
_COMMA: Final = re.compile(r"""("(?:[^"\\]|\\.)*+(?:"|\Z)) | ,(?=\s*+[}\]])""", re.VERBOSE | re.DOTALL)
_LEADS_ON: Final = (
    "@graph",
    "@included",
    "publisher",
    "mainEntity",
    "about",
    "isPartOf",
    "copyrightHolder",
    "provider",
)
"""Where a node leads to the site's own organisation; what it is an author, brand or sponsor of leads elsewhere."""

Node = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """What a page's blocks hold.

    Attributes:
        nodes: those that may tell of the site itself, in the order of the page.
        by_id: every node with an `@id` and something to say, for references to it.
    """

    nodes: tuple[Node, ...] = field(default=(), repr=False)
    by_id: Mapping[str, Node] = field(default_factory=dict, repr=False)

    def resolved(self, value: object) -> object:
        """The node that a bare reference means; any other value as it is."""
        if isinstance(value, Mapping) and set(value) == {"@id"} and isinstance(value["@id"], str):
            return self.by_id.get(value["@id"], value)
        return value

    def organisation(self, own: Collection[str]) -> Node | None:
        """The organisation that the site is about: one that names the site, else the first that names none.

        Args:
            own: the site's registered domains. An organisation with another domain is another one.
        """
        candidates = [node for node in self.nodes if is_organisation(node)]
        found = [(whose, node) for node in candidates if (whose := _belongs(node, own)) is not None]
        return max(found, key=lambda pair: (pair[0], len(pair[1])), default=(0, None))[1]


def read_blocks(blocks: Sequence[str]) -> Graph:
    """Reads the blocks of a page; what is no JSON even with some leniency is left out."""
    waiting = deque(read for block in blocks[:MOST_BLOCKS] for read in _read(block))
    nodes: list[Node] = []
    by_id: dict[str, Node] = {}
    looked = 0
    while waiting and looked < MOST_NODES:
        value = waiting.popleft()
        looked += 1
        if isinstance(value, list):
            waiting.extendleft(reversed(value[:MOST_NODES]))
        elif isinstance(value, dict):
            nodes.append(value)
            name = value.get("@id")
            if isinstance(name, str) and len(value) > 1:
                by_id.setdefault(name, value)
            waiting.extendleft(reversed([value[key] for key in _LEADS_ON if isinstance(value.get(key), list | dict)]))
    return Graph(nodes=tuple(nodes), by_id=by_id)


def types(node: Node) -> frozenset[str]:
    """The types of a node, without the vocabulary's address."""
    raw = node.get("@type")
    texts = raw if isinstance(raw, list) else [raw]
    return frozenset(re.split(r"[/#:]", text.strip())[-1] for text in texts if isinstance(text, str))


def is_organisation(node: Node) -> bool:
    """Whether a node is an organisation, and no person as well."""
    named = types(node)
    return bool(named & ORGANISATIONS) and not named & PEOPLE


def strings(value: object) -> Iterator[str]:
    """The texts of a property: one, several, or with their language; everything else is left out."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            yield each
        elif isinstance(each, Mapping) and isinstance(each.get("@value"), str):
            yield each["@value"]


def _belongs(node: Node, own: Collection[str]) -> int | None:
    """2: it names the site, 1: it names no site, None: it names another one."""
    named = [found for key in ("url", "@id") for text in strings(node.get(key)) if (found := registrable(text))]
    if not named:
        return 1
    return 2 if set(named) & set(own) else None


def _read(block: str) -> Iterator[object]:
    for text in (block, None):
        try:
            yield json.loads(_tidied(block) if text is None else text, strict=False, parse_constant=lambda _: None)
        except (ValueError, RecursionError):
            continue
        return


def _tidied(block: str) -> str:
    bare = _NOISE.sub(lambda found: found[1] or " ", block)
    return _COMMA.sub(lambda found: found[1] or "", bare).strip().rstrip(";")

"""The map language: how a released lead is rewritten for a receiver, read strictly and compiled once.

A map is a YAML or JSON document. Its `fields` name what the receiver wants; each value is a *node*:

- text: a JMESPath expression (jmespath.org) over the message as an unmapped webhook gets it, plus `id`, the delivery id
- `{path, default?, longest?, too_long?: cut|drop, required?, as?: epoch_ms}`: the same with rules
- `{literal: X}`: X itself; `{value: NAME}`: what the operator gave for a name under `needs`
- `{object: {name: node}}`, `{list: [node]}`, `{join: [node]}`: an object, a list, several lists as one
- `{each: {name: node}, item: {…}}`: a list with one item per name that has a value, in which the texts `$name` and
  `$value` stand for the two

What has no value (null or empty text) is left out everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from gateway.errors import Fault, Invalid

LONGEST_TEXT: Final = 32_000


class BadMap(Invalid):
    """The map cannot be used; the faults say where."""

    type = "bad-map"
    title = "The map cannot be used"

    @classmethod
    def at(cls, pointer: str, detail: str) -> Self:
        """Name one fault."""
        return cls(
            f"The map cannot be used: {pointer or '/'}: {detail}", faults=[Fault(pointer=pointer, detail=detail)]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A value that stands in the map."""

    value: Any = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A JMESPath expression with its rules; `longest` counts characters, None for no limit."""

    pointer: str
    expression: ParsedResult = field(repr=False)
    default: Any = field(default=None, repr=False)
    longest: int | None = None
    cut: bool = True
    required: bool = False
    epoch_ms: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """An object of nodes by name."""

    fields: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list of nodes; with `join` each node is itself a list, and they become one."""

    nodes: tuple["Node", ...]
    join: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """A list with one item per name that has a value."""

    fields: tuple[tuple[str, "Node"], ...]
    item: Mapping[str, Any]


Node = Literal | Path | Object | Items | Each


def compile_path(value: object, pointer: str) -> ParsedResult:
    """Compile a JMESPath expression.

    Raises:
        BadMap: it is none.
    """
    if not isinstance(value, str) or not value.strip():
        raise BadMap.at(pointer, "a JMESPath expression is needed here, like data.contact.email")
    try:
        return jmespath.compile(value)
    except JMESPathError:
        raise BadMap.at(pointer, "this is no JMESPath expression; try it on jmespath.org") from None


def compile_fields(value: object, pointer: str, values: Mapping[str, Any]) -> Object:
    """Compile the nodes of an object.

    Args:
        value: names and nodes, as read from the map.
        pointer: where it stands, as a JSON pointer.
        values: what `{value: NAME}` stands for.

    Raises:
        BadMap: a node is not of the language above.
    """
    return Object(fields=_named(value, pointer, values))


def _named(value: object, pointer: str, values: Mapping[str, Any]) -> tuple[tuple[str, Node], ...]:
    if not isinstance(value, Mapping) or not value:
        raise BadMap.at(pointer, "names with their expressions are needed here")
    return tuple((name, _node(node, _under(pointer, name), values)) for name, node in value.items())


def _node(value: object, pointer: str, values: Mapping[str, Any]) -> Node:
    if isinstance(value, str):
        return Path(pointer=pointer, expression=compile_path(value, pointer))
    if not isinstance(value, Mapping):
        raise BadMap.at(pointer, "an expression or a node like {literal: …} is needed here")
    keys = sorted(value)
    if keys == ["each", "item"]:
        return _each(value, pointer, values)
    if len(keys) != 1 or keys == ["path"]:
        return _path(value, pointer)
    return _single(keys[0], value[keys[0]], pointer, values)


def _single(key: str, value: object, pointer: str, values: Mapping[str, Any]) -> Node:
    match key:
        case "literal":
            return Literal(value=value)
        case "value":
            return Literal(value=_given(value, pointer, values))
        case "object":
            return compile_fields(value, _under(pointer, key), values)
        case "list" | "join":
            return _items(key, value, pointer, values)
    raise BadMap.at(pointer, _NODES)


def _given(name: object, pointer: str, values: Mapping[str, Any]) -> object:
    if name not in values:
        raise BadMap.at(pointer, "this value is not declared under needs")
    return values[str(name)]


def _items(key: str, value: object, pointer: str, values: Mapping[str, Any]) -> Items:
    here = _under(pointer, key)
    if not isinstance(value, list) or not value:
        raise BadMap.at(here, "a list of nodes is needed here")
    nodes = tuple(_node(node, f"{here}/{index}", values) for index, node in enumerate(value))
    if key == "join" and any(isinstance(node, Object | Literal) for node in nodes):
        raise BadMap.at(here, "join takes lists")
    return Items(nodes=nodes, join=key == "join")


def _each(value: Mapping[str, Any], pointer: str, values: Mapping[str, Any]) -> Each:
    item = value["item"]
    if not isinstance(item, Mapping) or "$value" not in item.values():
        raise BadMap.at(_under(pointer, "item"), "an object is needed in which $value stands for the value")
    return Each(fields=_named(value["each"], _under(pointer, "each"), values), item=dict(item))


_NODES: Final = "a node is one of path, literal, value, object, list, join, or each with item"
_PATH_KEYS: Final = frozenset({"path", "default", "longest", "too_long", "required", "as"})


def _path(value: Mapping[str, Any], pointer: str) -> Path:
    unknown = sorted(set(value) - _PATH_KEYS)
    if unknown or "path" not in value:
        raise BadMap.at(pointer, _NODES)
    longest, too_long = value.get("longest"), value.get("too_long", "cut")
    if longest is not None and (type(longest) is not int or not 1 <= longest <= LONGEST_TEXT):
        raise BadMap.at(_under(pointer, "longest"), f"a number of characters from 1 to {LONGEST_TEXT} is needed")
    if too_long not in {"cut", "drop"} or ("too_long" in value and longest is None):
        raise BadMap.at(_under(pointer, "too_long"), "cut or drop, beside longest")
    if type(value.get("required", False)) is not bool or value.get("as", "epoch_ms") != "epoch_ms":
        raise BadMap.at(pointer, "required is true or false; as is epoch_ms")
    return Path(
        pointer=pointer,
        expression=compile_path(value["path"], _under(pointer, "path")),
        default=value.get("default"),
        longest=longest,
        cut=too_long == "cut",
        required=value.get("required", False),
        epoch_ms="as" in value,
    )


def _under(pointer: str, name: object) -> str:
    escaped = str(name).replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{escaped}"

"""Working out a compiled map over one message."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from jmespath.exceptions import JMESPathError

from gateway.errors import Invalid
from gateway.release.kit.mapping_model import Each, Items, Literal, Node, Object, Path


class CannotMap(Invalid):
    """The message cannot be rewritten for this receiver: `detail` names the place in the map, never a value."""

    type = "cannot-map"
    title = "The message does not fit the map"


def evaluate(node: Node, message: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """Work out a node over a message; None and empty text and objects count as no value.

    Raises:
        CannotMap: a required value is missing, or an expression fails on this message.
    """
    match node:
        case Literal():
            return node.value
        case Path():
            return _path(node, message)
        case Object():
            made = ((name, evaluate(child, message)) for name, child in node.fields)
            return {name: value for name, value in made if not _empty(value)}
        case Items():
            return _items(node, message)
        case Each():
            made = ((name, evaluate(child, message)) for name, child in node.fields)
            return [_item(node.item, name, value) for name, value in made if not _empty(value)]


def _items(node: Items, message: Mapping[str, Any]) -> list[Any]:
    made = [value for child in node.nodes if not _empty(value := evaluate(child, message))]
    if not node.join:
        return made
    if not all(isinstance(part, list) for part in made):
        raise CannotMap("map:join_needs_lists")
    return [item for part in made for item in part]


def _item(item: Mapping[str, Any], name: str, value: object) -> dict[str, Any]:
    stands = {"$name": name, "$value": value}
    return {key: stands.get(part, part) if isinstance(part, str) else part for key, part in item.items()}


def _path(node: Path, message: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    try:
        found = node.expression.search(message)
    except JMESPathError:
        raise CannotMap(f"map:expression_failed:{node.pointer}") from None
    if node.epoch_ms and not _empty(found):
        found = _epoch_ms(found, node.pointer)
    if node.longest is not None and isinstance(found, str) and len(found) > node.longest:
        found = found[: node.longest] if node.cut else None
    found = node.default if _empty(found) else found
    if node.required and _empty(found):
        raise CannotMap(f"map:field_missing:{node.pointer}")
    return found


def _epoch_ms(found: object, pointer: str) -> int:
    try:
        return int(datetime.fromisoformat(str(found)).timestamp() * 1000)
    except ValueError:
        raise CannotMap(f"map:no_time:{pointer}") from None


def _empty(value: object) -> bool:
    return value is None or value in ("", {})


def encode_form(made: Mapping[str, Any]) -> bytes:
    """Write plain fields as a form, sorted by name: a ticked box is 1, an unticked one is left out (HTML, 4.10.22).

    Raises:
        CannotMap: a value is a list or an object.
    """
    pairs = []
    for name, value in made.items():
        if isinstance(value, list | dict):
            raise CannotMap(f"map:not_plain:/fields/{name}")
        if value is not False:
            pairs.append((name, "1" if value is True else str(value)))
    return urlencode(sorted(pairs)).encode("ascii")

"""A small, strict reading of YAML: maps, lists, text, whole numbers, true, false and null, nothing else.

YAML's own surprises are refused or switched off: aliases, anchors, tags, duplicate keys, several documents, and the
words that YAML 1.1 turns into something else (`NO` stays Norway, `2026-01-01` stays text).
"""

import re
from collections.abc import Iterator
from typing import Final

import yaml

from consent.errors import PackSyntaxError

Plain = None | bool | int | str | list["Plain"] | dict[str, "Plain"]

_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_DEEPEST = 24


def read_yaml(name: str, text: str) -> Plain:
    """Read one YAML document.

    Raises:
        PackSyntaxError: not YAML, or YAML beyond the strict subset; says where.
    """
    try:
        events = iter(list(yaml.parse(text, Loader=yaml.SafeLoader)))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark is not None else "somewhere"
        raise PackSyntaxError(f"pack {name}, {place}: not YAML") from error
    reader = _Reader(name, events)
    reader.skip(yaml.StreamStartEvent, yaml.DocumentStartEvent)
    value = reader.value(next(events), 0)
    reader.skip(yaml.DocumentEndEvent, yaml.StreamEndEvent)
    return value


class _Reader:
    """Walks the parser's events; a stream of them is well nested by construction."""

    def __init__(self, name: str, events: Iterator[yaml.Event]) -> None:
        self._name = name
        self._events = events

    def skip(self, *kinds: type[yaml.Event]) -> None:
        for kind in kinds:
            event = next(self._events)
            if not isinstance(event, kind):
                raise self._wrong(event, "exactly one document is expected")

    def value(self, event: yaml.Event, depth: int) -> Plain:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._wrong(event, "anchors and aliases are not read")
        if getattr(event, "tag", None) not in {None, "!"}:
            raise self._wrong(event, "tags are not read")
        if depth > _DEEPEST:
            raise self._wrong(event, "nested too deeply")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(depth)
        return self._map(depth)

    def _scalar(self, event: yaml.ScalarEvent) -> Plain:
        text = event.value
        if event.style is None:
            if text in _WORDS:
                return _WORDS[text]
            if _NUMBER.fullmatch(text):
                return int(text)
        return str(text)

    def _items(self, depth: int) -> Plain:
        found = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self.value(event, depth + 1))
        return found

    def _map(self, depth: int) -> Plain:
        found: dict[str, Plain] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self.value(event, depth + 1)
            if not isinstance(key, str):
                raise self._wrong(event, "a key is not text")
            if key in found:
                raise self._wrong(event, f"the key {key} stands twice")
            found[key] = self.value(next(self._events), depth + 1)
        return found

    def _wrong(self, event: yaml.Event, reason: str) -> PackSyntaxError:
        mark = event.start_mark
        line = mark.line + 1 if mark is not None else 0
        return PackSyntaxError(f"pack {self._name}, line {line}: {reason}")

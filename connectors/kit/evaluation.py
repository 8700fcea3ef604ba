"""Evaluates JMESPath within a bound, whatever the expression and however large the reply.

An expression can make many times as much of a reply: `[@, @][]` makes a list twice as long, and in a row twice as long
again each time; `join` writes a separator as often as a list is long. So work is counted before it is done.
"""

from itertools import chain
from typing import Any, Final

from jmespath.functions import Functions
from jmespath.parser import ParsedResult
from jmespath.visitor import Options, TreeInterpreter

from connectors.errors import Unreadable

MOST_WORK: Final = 500_000
"""Steps that one record may take; an expression takes about one for each of its parts and each value it looks at."""
TOO_MUCH: Final = "too_much_to_evaluate"
"""The reason of a reply that takes more."""
_TEXT: Final = 100
"""Characters that are copied or compared in about the time of a step."""
_DEEP: Final = frozenset({"avg", "contains", "join", "max", "min", "sort", "sum", "to_string"})
"""Functions that look at all that an argument holds."""


class Work:
    """What is left of the steps that evaluating may take."""

    __slots__ = ("_left",)

    def __init__(self, most: int = MOST_WORK) -> None:
        self._left = most

    def spend(self, steps: int) -> None:
        """Takes steps off.

        Raises:
            Unreadable: there are not so many left.
        """
        self._left -= steps
        if self._left < 0:
            raise Unreadable(TOO_MUCH)

    def weigh(self, value: object) -> None:
        """Takes off what going through a value takes, with all that it holds; one that it holds twice counts twice.

        Raises:
            Unreadable: as above.
        """
        ahead = [value]
        while ahead:
            each = ahead.pop()
            self.spend(_width(each) if isinstance(each, str) else 1)
            if isinstance(each, dict):
                ahead.extend(chain(each, each.values()))
            elif isinstance(each, list):
                ahead.extend(each)


def evaluate(expression: ParsedResult, body: object, work: Work) -> object:
    """What stands at an expression.

    Raises:
        Unreadable: it takes more than is left of the work.
        JMESPathError: a function was given what it does not take.
    """
    found: object = _Bounded(work).visit(expression.parsed, body)
    return found


class _Bounded(TreeInterpreter):
    """Counts each part that is evaluated, and each list, text or comparison that is made on the way."""

    def __init__(self, work: Work) -> None:
        super().__init__(Options(custom_functions=_BoundedFunctions(work)))
        self._work = work

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the library has it
        self._work.spend(1)
        return super().visit(node, *args, **kwargs)

    def visit_flatten(self, node: Any, value: Any) -> Any:  # noqa: ANN401 - as above
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        parts = [each if isinstance(each, list) else [each] for each in base]
        self._work.spend(sum(map(len, parts)))
        return list(chain.from_iterable(parts))

    def visit_slice(self, node: Any, value: Any) -> Any:  # noqa: ANN401 - as above
        part = super().visit_slice(node, value)
        self._work.spend(_width(part))
        return part

    def visit_comparator(self, node: Any, value: Any) -> Any:  # noqa: ANN401 - as above
        sides = [self.visit(child, value) for child in node["children"]]
        if type(sides[0]) is type(sides[1]):
            self._work.weigh(sides)
        known = [{"type": "literal", "value": side, "children": []} for side in sides]
        compared: Any = {**node, "children": known}
        return super().visit_comparator(compared, value)


class _BoundedFunctions(Functions):
    """Counts what a function goes through."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def call_function(self, function_name: str, resolved_args: Any) -> Any:  # noqa: ANN401 - as the library has it
        for each in resolved_args:
            if function_name in _DEEP:
                self._work.weigh(each)
            else:
                self._work.spend(_width(each))
        if function_name == "join" and len(resolved_args) == 2:  # noqa: PLR2004 - a separator and a list
            separator, parts = map(_width, resolved_args)
            self._work.spend(separator * parts)
        return super().call_function(function_name, resolved_args)


def _width(value: object) -> int:
    """What looking at a value takes, without what the members of it hold."""
    if isinstance(value, str):
        return 1 + len(value) // _TEXT
    return 1 + len(value) if isinstance(value, list | dict) else 1

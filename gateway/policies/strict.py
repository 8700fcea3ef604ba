"""Reading the file of a policy: strictly, with errors that say where and what to do."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from gateway.errors import SetupError

_DEEPEST: Final = 20
_FAULTS: Final = {
    **dict.fromkeys(
        ("model_type", "model_attributes_type", "dict_type"), "names with values belong here, `name: value`"
    ),
    "tuple_type": "a list belongs here, like [a, b]",
    "missing": "is missing",
    "extra_forbidden": "is no name that belongs here",
    **dict.fromkeys(("literal_error", "enum"), "is one of {expected}"),
    **dict.fromkeys(("int_type", "int_parsing"), "is a whole number"),
    "greater_than_equal": "is {ge} at least",
    "less_than_equal": "is {le} at most",
    "bool_type": "is true or false",
    "string_type": "is a word, in quotes where it looks like anything else",
}
"""What is wrong with a file, by the type of the fault."""


_NUMBERS: Final = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})
"""What YAML calls whole numbers and fractions."""
_MOST_SIGNS: Final = 1_000
"""Signs of a number: Python shows none of more than 4,300 digits."""
_MOST_TO_60: Final = 20
"""Signs of one to the base of 60, like `1:30`: reading it takes a time that grows with their square."""
_MOST_FAULTS: Final = 10
Form = TypeVar("Form", bound=BaseModel)
_Loader: Final[type] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""A safe loader: it builds plain values only. The one in C reads a hundred kilobytes in a tenth of the time."""


class _UniqueKeys(_Loader):  # type: ignore[misc]  # which of the two it is depends on the build of the library
    """A YAML loader that refuses a key given twice instead of silently taking the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - the base class's signature
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if not all(isinstance(key, Hashable) for key in keys):
            raise yaml.constructor.ConstructorError(None, None, "a name is a word", node.start_mark)
        twice = sorted(str(key) for key, times in Counter(keys).items() if times > 1)
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"the key {twice[0]} is given twice", node.start_mark)
        read: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return read

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - as above
        """Build a value; one that is written like a number or a day and is none is a fault with its place."""
        if isinstance(node, yaml.ScalarNode) and node.tag in _NUMBERS:
            most = _MOST_TO_60 if ":" in node.value else _MOST_SIGNS
            if len(node.value) > most:
                said = f"a number has {most} signs at most"
                raise yaml.constructor.ConstructorError(None, None, said, node.start_mark)
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, LookupError, AttributeError, TypeError):
            raise yaml.constructor.ConstructorError(None, None, "this is no value", node.start_mark) from None


def text_of(path: Path) -> str:
    """The text of a policy's file.

    Raises:
        SetupError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is no UTF-8: save it so"
        raise SetupError(f"The policy {path} cannot be read: {said}.") from None


def read_strictly(
    text: str, form: type[Form], *, name: str, kind: str, renamed: Callable[[Any], Sequence[str]] | None = None
) -> Form:
    """Read the text of a policy into the form of its file.

    Args:
        text: YAML.
        form: what may stand where.
        name: of the file, as it stands in the errors.
        kind: of the policy, for the errors: `verification policy`.
        renamed: what to rename in a file of an earlier version; nothing for any other.

    Raises:
        SetupError: it is not YAML, misses something, or holds something unknown.
    """
    data = _plain(text, name)
    if renamed is not None and (todo := renamed(data)):
        raise SetupError(f"{name} speaks the words of version 1: {'; '.join(todo)}.")
    try:
        return form.model_validate(data)
    except ValidationError as error:
        errors = error.errors()
        more = f"; and {len(errors) - _MOST_FAULTS} more" if len(errors) > _MOST_FAULTS else ""
        faults = "; ".join(_fault(each) for each in errors[:_MOST_FAULTS])
        raise SetupError(f"{name} is not a {kind}: {faults}{more}") from None


def _plain(text: str, name: str) -> Any:  # noqa: ANN401 - whatever YAML holds
    try:
        if _is_deep(text):
            raise SetupError(f"{name} is not YAML that a policy is written in: it is nested too deep")
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise SetupError(f"{name} is not YAML: {error}") from None
    except UnicodeEncodeError:
        raise SetupError(f"{name} is not YAML: it holds half of a sign") from None


def _is_deep(text: str) -> bool:
    """Whether things stand in each other deeper than in any policy: building them may take all of the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return True
    return False


def _fault(error: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails, whose parts are plain
    place = ".".join(map(str, error["loc"])) or "the whole file"
    told = _FAULTS.get(error["type"])
    said = error["msg"].removeprefix("Value error, ") if told is None else told.format(**error.get("ctx", {}))
    return f"{place}: {said}"

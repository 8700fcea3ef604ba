"""Reading policy files: strictly, with errors that say where and what to do."""

import re
from collections.abc import Hashable
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml
from pydantic import ValidationError

from gateway.errors import SetupError
from gateway.policies.fileform import PolicyForm, renamed
from gateway.policies.verification import VerificationPolicy, fact_reasons, frozen
from gateway.verification.address import AddressOptions
from gateway.verification.model import Deliverability, Validity
from gateway.verification.score import Weights

_DEEPEST: Final = 20
_BRACKETS: Final = re.compile(r"[\[\]{}]")
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


class _UniqueKeys(yaml.SafeLoader):
    """A YAML loader that refuses a key given twice instead of silently taking the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - the base class's signature
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"the key {twice[0]} is given twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def load_verification(path: Path | None = None) -> VerificationPolicy:
    """Read a verification policy; without a path, the one that comes with the gateway.

    Raises:
        SetupError: the file cannot be read, or is not a verification policy; it says where.
    """
    if path is None:
        return parse_verification(shipped_verification())
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is no UTF-8: save it so"
        raise SetupError(f"The policy {path} cannot be read: {said}.") from None
    return parse_verification(text, name=str(path))


def shipped_verification() -> str:
    """The text of the policy that comes with the gateway."""
    return (files("gateway.policies") / "verification.yaml").read_text(encoding="utf-8")


def parse_verification(text: str, *, name: str = "verification.yaml") -> VerificationPolicy:
    """Read the text of a verification policy; `name` stands in the errors.

    Raises:
        SetupError: it is not YAML, misses something, or holds something unknown.
    """
    if _is_deep(text):
        raise SetupError(f"{name} is not YAML that a policy is written in: it is nested too deep")
    try:
        # A SafeLoader: it builds plain values only.
        data = yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, RecursionError) as error:
        raise SetupError(f"{name} is not YAML: {str(error) or 'it is nested too deep'}") from None
    if todo := renamed(data):
        raise SetupError(f"{name} speaks the words of version 1: {'; '.join(todo)}.")
    try:
        read = PolicyForm.model_validate(data)
    except ValidationError as error:
        faults = "; ".join(_fault(each) for each in error.errors())
        raise SetupError(f"{name} is not a verification policy: {faults}") from None
    return _policy(read)


def _is_deep(text: str) -> bool:
    """Whether brackets stand in each other deeper than in any policy: the parser takes its time before it says so."""
    depth = 0
    for sign in _BRACKETS.findall(text):
        depth += 1 if sign in "[{" else -1
        if depth > _DEEPEST:
            return True
    return False


def _fault(error: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails, whose parts are plain
    place = ".".join(map(str, error["loc"])) or "the whole file"
    told = _FAULTS.get(error["type"])
    said = error["msg"].removeprefix("Value error, ") if told is None else told.format(**error.get("ctx", {}))
    return f"{place}: {said}"


def _policy(read: PolicyForm) -> VerificationPolicy:
    email, phone = read.email, read.phone
    return VerificationPolicy(
        email=MappingProxyType(
            {
                Deliverability.DELIVERABLE: email.deliverable.value(),
                Deliverability.RISKY: email.risky.value(),
                Deliverability.UNDELIVERABLE: email.undeliverable.value(),
                Deliverability.UNKNOWN: email.unknown.value(),
                None: email.missing.value(),
            }
        ),
        phone=MappingProxyType(
            {
                Validity.VALID: frozen(phone.valid.items()),
                Validity.POSSIBLE: frozen(phone.possible.items()),
                Validity.INVALID: frozen(phone.invalid.items()),
                Validity.UNKNOWN: frozen(phone.unknown.items()),
                None: frozen(phone.missing.items()),
            }
        ),
        types=MappingProxyType({kind: frozen(limits.items()) for kind, limits in phone.types.items()}),
        weights=Weights(
            points=MappingProxyType(dict(email.weights)),
            accepted=frozenset(email.accepted_doubts),
            risky=fact_reasons(email.risky_when),
        ),
        forms=AddressOptions(**dict.fromkeys(email.usual_forms, True)),
        allowed=frozenset(email.allow),
        denied=frozenset(email.deny),
    )

"""Reading policy files: strictly, with errors that say where and what to do."""

from collections.abc import Hashable
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from consent.claims import May
from gateway.errors import SetupError
from gateway.policies.verification import (
    ActionKind,
    EmailRule,
    VerificationPolicy,
    fact_reasons,
    frozen,
)
from gateway.verification.email import FACT_REASONS
from gateway.verification.model import Deliverability, PhoneType, Validity

_PHONE = Literal["call", "sms"]
_PhoneLimits = dict[_PHONE, May]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _known_fact(name: str) -> str:
    if name not in FACT_REASONS:
        raise ValueError(f"is no fact; known are {', '.join(FACT_REASONS)}")
    return name


class _EmailRule(_Strict):
    action: ActionKind
    caps: dict[Literal["email"], May] = {}
    retry_after_minutes: tuple[Annotated[int, Field(ge=1, le=10_080)], ...] = ()

    @model_validator(mode="after")
    def _retries_belong_to_holds(self) -> "_EmailRule":
        if self.retry_after_minutes and self.action is not ActionKind.HOLD:
            raise ValueError("retry_after_minutes belongs to action hold")
        return self

    def value(self) -> EmailRule:
        return EmailRule(
            action=self.action,
            caps=frozen(self.caps.items()),
            retries=tuple(timedelta(minutes=each) for each in self.retry_after_minutes),
        )


class _Email(_Strict):
    deliverable: _EmailRule
    risky: _EmailRule
    undeliverable: _EmailRule
    unknown: _EmailRule
    missing: _EmailRule
    risky_when: tuple[Annotated[str, AfterValidator(_known_fact)], ...] = ()

    @model_validator(mode="after")
    def _unknown_is_no_proof(self) -> "_Email":
        if self.unknown.action is ActionKind.REJECT:
            raise ValueError("unknown cannot be rejected: it says nothing about the address; use hold")
        return self


class _Phone(_Strict):
    valid: _PhoneLimits
    possible: _PhoneLimits
    invalid: _PhoneLimits
    unknown: _PhoneLimits
    missing: _PhoneLimits
    types: dict[PhoneType, _PhoneLimits] = {}


class _PolicyFile(_Strict):
    version: Literal[1]
    email: _Email
    phone: _Phone


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
    source = files("gateway.policies") / "verification.yaml" if path is None else path
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"The policy {source} cannot be read: {error}") from None
    return parse_verification(text, name=str(source))


def parse_verification(text: str, *, name: str = "verification.yaml") -> VerificationPolicy:
    """Read the text of a verification policy; `name` stands in the errors.

    Raises:
        SetupError: it is not YAML, misses something, or holds something unknown.
    """
    try:
        # A SafeLoader: it builds plain values only.
        read = _PolicyFile.model_validate(yaml.load(text, Loader=_UniqueKeys))  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise SetupError(f"{name} is not YAML: {error}") from None
    except ValidationError as error:
        faults = "; ".join(_fault(each) for each in error.errors())
        raise SetupError(f"{name} is not a verification policy: {faults}") from None
    return _policy(read)


def _fault(error: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails, whose parts are plain
    return f"{'.'.join(map(str, error['loc'])) or 'the whole file'}: {error['msg'].removeprefix('Value error, ')}"


def _policy(read: _PolicyFile) -> VerificationPolicy:
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
        risky=fact_reasons(email.risky_when),
    )

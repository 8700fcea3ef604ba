"""A destination as an operator names it: who gets leads, for what, where, and on what ground."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from consent.terms import Purpose, RecipientRole, TransferTool
from gateway.countries import CODES
from gateway.errors import Fault, Invalid
from gateway.release import Plugin, Target
from gateway.release.kit.mapping import LeadMap, compile_map
from gateway.release.kit.mapping_model import BadMap

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_TRANSFERS: Final = tuple(
    tool.value for tool in TransferTool if tool not in {TransferTool.NONE, TransferTool.NOT_NEEDED}
)


class Disabled(StrEnum):
    """Why nothing more is sent to a destination. The list is closed, for the reason is kept in clear."""

    BY_HAND = "by_hand"
    MOVED = "moved"
    MAINTENANCE = "maintenance"
    CONTRACT_ENDED = "contract_ended"
    INCIDENT = "incident"
    GONE = "gone"
    """It answered 410; nobody but the outbox says so."""


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("lower case letters, digits, - and _, at most 63")
    return value


def _purposes(value: tuple[str, ...]) -> tuple[str, ...]:
    known = [purpose.value for purpose in Purpose]
    if not value or any(each not in known for each in value) or len(set(value)) != len(value):
        raise ValueError(f"at least one of {', '.join(known)}, each once")
    return value


def _country(value: str | None) -> str | None:
    if value is not None and not _COUNTRY.fullmatch(value):
        raise ValueError("two capital letters, like DE (ISO 3166-1)")
    if value is not None and value not in CODES:
        raise ValueError("this is no country of ISO 3166-1, like DE or GB")
    return value


def _transfer(value: str | None) -> str | None:
    if value is not None and value not in _TRANSFERS:
        raise ValueError(f"one of {', '.join(_TRANSFERS)}")
    return value


class DestinationInput(BaseModel):
    """A destination as it is written; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Annotated[str, AfterValidator(_name)]
    kind: str
    url: str | None = Field(None, max_length=2048, repr=False)
    purposes: Annotated[tuple[str, ...], AfterValidator(_purposes)] = (Purpose.INQUIRY_RESPONSE.value,)
    role: RecipientRole = RecipientRole.PROCESSOR
    country: Annotated[str | None, AfterValidator(_country)] = None
    contract: str | None = Field(None, max_length=200)
    transfer: Annotated[str | None, AfterValidator(_transfer)] = None
    map: dict[str, Any] | None = Field(None, repr=False)
    allow_private: bool = False
    settings: dict[str, Any] = Field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A destination that its way out can serve.

    Attributes:
        name: unique; the permit's audience.
        kind: the way out.
        url: where; it may hold a credential, so it stays out of the repr.
        purposes: what it serves.
        role: processor (acts for the controller) or controller (decides for itself).
        country: where it is, ISO 3166-1 alpha-2; None is unknown and counts as a third country.
        contract: the reference of the contract with it (GDPR Art. 28).
        transfer: what carries a transfer to a third country: adequacy, dpf, scc.
        map: the map as it is written, to be stored; `rules` is it compiled.
        allow_private: addresses of the own network are allowed.
        settings: the way out's own.
    """

    name: str
    kind: str
    url: str | None = field(default=None, repr=False)
    purposes: tuple[str, ...]
    role: RecipientRole
    country: str | None = None
    contract: str | None = None
    transfer: str | None = None
    map: Mapping[str, Any] | None = field(default=None, repr=False)
    allow_private: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    rules: LeadMap | None = field(default=None, repr=False, compare=False)

    def target(self, secrets: Sequence[str] = ()) -> Target:
        """Say where its messages go; the signing secrets come from the sealed store, newest first."""
        return Target(
            name=self.name,
            url=self.url,
            secrets=tuple(secrets),
            map=self.rules,
            allow_private=self.allow_private,
            settings=self.settings,
        )


def read_destination(
    document: Mapping[str, Any], plugins: Mapping[str, Plugin], secrets: Sequence[str] = ()
) -> Destination:
    """Read a destination strictly, and let its way out look at it.

    Args:
        document: the fields of `DestinationInput`.
        plugins: the ways out by kind, from `gateway.release.kit.discovery`.
        secrets: the signing secrets, newest first; they are checked and not kept.

    Raises:
        Invalid: something cannot be used; the faults say where and what to do, and repeat no URL and no secret.
    """
    try:
        written = DestinationInput.model_validate(dict(document))
    except ValidationError as error:
        raise _invalid(error, "") from None
    plugin = plugins.get(written.kind)
    if plugin is None:
        fault = Fault(pointer="/kind", detail=f"one of {', '.join(sorted(plugins))}")
        raise Invalid(f"There is no way out of this kind: {fault.detail}.", faults=[fault])
    try:
        settings = plugin.settings.model_validate(written.settings).model_dump(mode="json")
    except ValidationError as error:
        raise _invalid(error, "/settings") from None
    made = Destination(**{**written.model_dump(), "settings": settings, "rules": _rules(written.map)})
    plugin.check(made.target(secrets))
    return made


def _rules(document: Mapping[str, Any] | None) -> LeadMap | None:
    try:
        return None if document is None else compile_map(document)
    except BadMap as error:
        faults = [Fault(pointer=f"/map{fault.pointer}", detail=fault.detail) for fault in error.faults]
        raise BadMap(error.detail, faults=faults) from None


def _invalid(error: ValidationError, under: str) -> Invalid:
    faults = [
        Fault(
            pointer=under + "".join(f"/{part}" for part in fault["loc"]),
            detail=fault["msg"].removeprefix("Value error, "),
        )
        for fault in error.errors(include_input=False, include_url=False)
    ]
    lines = "; ".join(f"{fault.pointer.removeprefix('/')}: {fault.detail}" for fault in faults)
    return Invalid(f"The destination cannot be used: {lines}.", faults=faults)

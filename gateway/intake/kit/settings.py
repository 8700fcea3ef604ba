"""What a source says of itself: its purposes, notice, field map, consent boxes, origins, redirects and caps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from consent.terms import CHANNELS_OF, Channel, Purpose, SourceKind
from gateway.errors import Fault, SetupError
from gateway.intake.kit.targets import is_target

_ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_STRICT: Final = ConfigDict(extra="forbid")


def _key(value: str) -> str:
    if not _KEY.fullmatch(value):
        raise ValueError("lower case letters, digits, - and _ are needed, at most 63, the first a letter or a digit")
    return value


def _kind(value: object) -> object:
    if value in {"list", "webhook"}:
        raise ValueError(
            f"this version has no way in for a source of the kind {value}; "
            "form (a web site posts) and api (a program posts) are there"
        )
    return value


def _target(value: str) -> str:
    if not is_target(value):
        raise ValueError("a target like person.email, company.name or attributes.budget is needed")
    return value


def _origin(value: str) -> str:
    if not _ORIGIN.fullmatch(value.lower()):
        raise ValueError("an origin like https://www.example.com is needed, without path and wildcard")
    return value.lower()


def _redirect(value: str) -> str:
    parts = urlsplit(value)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    if not secure or not parts.hostname or parts.username is not None or re.search(r"[\s\\]", value):
        raise ValueError("an absolute https URL is needed")
    return value


Name = Annotated[str, Field(min_length=1, max_length=200)]
Key = Annotated[str, AfterValidator(_key)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentBox:
    """A box of a form: which field, and what its tick means.

    `values` are what the form sends for a tick, if it is none of the usual words (`on`, `true`, `1`, `yes`,
    `ja`, `oui` ...). `notice_id` is the text beside the box; without it the form's notice counts.
    `recipients` are the destinations whose names that text gives.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    field: Name
    purpose: Purpose
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    notice_id: Name | None = None
    recipients: tuple[Name, ...] = ()
    values: tuple[Name, ...] = ()

    def __post_init__(self) -> None:
        if wrong := [channel.value for channel in self.channels if channel not in CHANNELS_OF[self.purpose]]:
            allowed = ", ".join(CHANNELS_OF[self.purpose])
            raise ValueError(f"{', '.join(wrong)} is no channel of {self.purpose.value}; {allowed} are")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """How one source's requests are read.

    `fields` maps a form's own field names to targets and goes before every synonym. `origins` are the web sites
    that an honest post comes from; of other sites, scripts get no challenge and no hints (CORS). `redirects` are the
    only places a browser is sent to; the first is the default. `honeypot` is a field that no human sees. A post that
    is faster than `min_seconds` after its challenge, has more than `max_links` links or is the `flood_after`-th
    with the same text is marked. The same content within `repeat_minutes` is one post; `per_load` are fields that
    differ each time the page is loaded, and are no content. `per_minute` and `per_day` are caps, None for no cap.
    `max_body` is in bytes. `provenance` is where its people come from; without it a form's have filled in the form,
    and of a program's nobody knows.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    key: Key
    kind: Annotated[Literal["form", "api"], BeforeValidator(_kind)]
    purposes: tuple[Purpose, ...] = (Purpose.INQUIRY_RESPONSE,)
    provenance: SourceKind | None = None
    notice_id: Name | None = None
    fields: Mapping[Name, Annotated[str, AfterValidator(_target)]] = field(default_factory=dict)
    consent: tuple[ConsentBox, ...] = ()
    origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = ()
    redirects: tuple[Annotated[str, AfterValidator(_redirect)], ...] = ()
    honeypot: Name = "_gotcha"
    per_minute: Annotated[int, Field(ge=1)] | None = None
    per_day: Annotated[int, Field(ge=1)] | None = None
    max_body: Annotated[int, Field(ge=256, le=16 * 1024 * 1024)] = 256 * 1024
    max_fields: Annotated[int, Field(ge=1, le=1000)] = 200
    min_seconds: Annotated[float, Field(ge=0, le=60)] = 2.0
    max_links: Annotated[int, Field(ge=0)] = 3
    flood_after: Annotated[int, Field(ge=2)] = 5
    repeat_minutes: Annotated[int, Field(ge=0, le=1440)] = 10
    per_load: tuple[Name, ...] = ()
    challenge_seconds: Annotated[int, Field(ge=60, le=86_400)] = 3600
    challenge_cost: Annotated[int, Field(ge=1, le=200_000)] = 5000

    @property
    def source_kind(self) -> SourceKind | None:
        """Where its people come from, as the law packs ask for it; None is unknown."""
        return SourceKind.WEB_FORM if self.provenance is None and self.kind == "form" else self.provenance


_ADAPTER: Final = TypeAdapter(SourceSettings)


def parse_settings(data: Mapping[str, Any]) -> SourceSettings:
    """Read a source's settings from JSON types.

    Raises:
        SetupError: with a fault per setting that cannot be used; it names the setting, never its value.
    """
    try:
        return _ADAPTER.validate_python(dict(data))
    except ValidationError as error:
        faults = tuple(
            Fault(
                pointer="".join(f"/{part}" for part in fault["loc"]),
                detail=fault["msg"].removeprefix("Value error, "),
            )
            for fault in error.errors(include_url=False, include_input=False)
        )
        lines = "; ".join(f"{fault.pointer or '/'}: {fault.detail}" for fault in faults)
        raise SetupError(f"The settings of this source cannot be used: {lines}", faults=faults) from None


def redirect_target(settings: SourceSettings, requested: str | None) -> str | None:
    """Where a browser may be sent after its post: the requested place if it is listed, else the first listed.

    An exact match, so that no query, fragment or look-alike host opens a way elsewhere (CWE-601).
    """
    if requested in settings.redirects:
        return requested
    return settings.redirects[0] if settings.redirects else None


def allowed_origin(settings: SourceSettings, origin: str | None) -> str | None:
    """The value for `Access-Control-Allow-Origin`, or None for a site that is not among those the form lists.

    A form that lists none has said nothing against any.
    """
    return origin if origin is not None and not is_strange(settings, origin) else None


def is_strange(settings: SourceSettings, origin: str) -> bool:
    """Say whether a form lists its sites, and this is none of them."""
    return bool(settings.origins) and origin.lower() not in settings.origins

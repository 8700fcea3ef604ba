"""The manifest: everything the gateway must know about a connector before it asks anything."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from connectors.kit.schema import FIELDS, INPUTS, is_personal
from connectors.outcome import LookupOutcome

API_VERSION = 1

Kind = Literal["firmographic", "technographic", "mailbox"]
Purpose = Literal["inquiry_response", "marketing", "enrichment", "analytics", "disclosure"]
Transfer = Literal["adequacy", "dpf", "scc", "uk_idta"]
Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Period = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=366))]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Setting(_Strict):
    """One setting of a connector. `x-secret` marks a secret, which the connector itself never sees.

    A setting of type `host` names a host of the operator's own, in lower case: calls may reach it beside the
    manifest's `hosts`, over https like them. `choices` are the only values of a text, where there are any.
    """

    type: Literal["text", "integer", "boolean", "path", "mapping", "host"] = "text"
    description: str = Field(min_length=1)
    required: bool = False
    default: str | int | bool | None = None
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    secret: bool = Field(default=False, alias="x-secret")


class Auth(_Strict):
    """How a call is authorised: the kit adds the secret to the request, the connector has no part in it.

    Attributes:
        type: `none`, a header, a query parameter (avoid: URLs end in logs), or HTTP Basic (RFC 7617) with the
            secret as user name and an empty password.
        name: of the header or parameter.
        prefix: put before the secret in a header, for instance `Bearer `.
        secret: the name of the setting that holds it.
    """

    type: Literal["none", "header", "query", "basic"] = "none"
    name: str = ""
    prefix: str = ""
    secret: str = ""


class Wait(_Strict):
    """Where a reply says how long to wait: a header or a dotted path in its JSON body.

    Attributes:
        after_header: holds seconds or an HTTP date (as Retry-After, RFC 9110 10.2.3).
        until_header: holds a point in time: epoch seconds or milliseconds, ISO 8601; or a few seconds.
        after_body: dotted path of a number of seconds in the body.
    """

    after_header: str = ""
    until_header: str = ""
    after_body: str = ""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if len([place for place in (self.after_header, self.until_header, self.after_body) if place]) != 1:
            raise ValueError("a wait names exactly one place")
        return self


class OutcomeRule(_Strict):
    """How to read one kind of reply; the first rule that fits wins, then the default table of `classify`.

    Attributes:
        status: the HTTP statuses it is about.
        where: dotted paths in the JSON body and the text each must have; the reply must be JSON then.
        outcome: what such a reply means.
        wait: further places of waiting hints beside Retry-After; the longest counts.
    """

    status: tuple[Annotated[int, Field(ge=100, le=599)], ...] = Field(min_length=1)
    where: Mapping[str, str] = Field(default_factory=dict)
    outcome: LookupOutcome
    wait: tuple[Wait, ...] = ()


class Window(_Strict):
    """At most `limit` calls in any stretch of `per`."""

    limit: int = Field(ge=1)
    per: Period


class Rate(_Strict):
    """What the vendor lets one credential do; several windows hold at once.

    Attributes:
        windows: all of them hold.
        concurrency: calls in flight.
        scope: connectors with the same scope and credential share the windows; the connector's id when empty.
    """

    windows: tuple[Window, ...] = ()
    concurrency: int = Field(default=8, ge=1, le=256)
    scope: str = ""


class Cost(_Strict):
    """What a call costs.

    Attributes:
        price: money per unit; 0 is free.
        currency: ISO 4217; needed when there is a price.
        units: units that one billed call takes.
        billed_on: `match` (the vendor charges for found records only) or `call` (for every answered call).
        header: reply header with the units charged, when the vendor sends one.
    """

    price: Decimal = Field(default=Decimal(0), ge=0)
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = ""
    units: Decimal = Field(default=Decimal(1), ge=0)
    billed_on: Literal["match", "call"] = "match"
    header: str = ""

    @property
    def per_call(self) -> Decimal:
        """The money that one billed call takes."""
        return self.price * self.units

    @property
    def free(self) -> bool:
        """Whether asking never costs money."""
        return self.per_call == 0


class Cache(_Strict):
    """How long an answer may be kept; a manifest without it forbids keeping (some vendors' terms do)."""

    match: Period
    no_match: Period


class Confidence(_Strict):
    """How sure a value is.

    Attributes:
        default: for values to which the source gives no number.
        path: dotted path of the source's own number in its reply.
        scale: that number's ends, mapped to 0 and 1.
    """

    default: float = Field(ge=0, le=1)
    path: str = ""
    scale: tuple[float, float] = (0.0, 1.0)

    def of(self, number: object) -> float:
        """Maps the source's own number to 0..1; the default when it is not a number."""
        if isinstance(number, bool) or not isinstance(number, int | float):
            return self.default
        low, high = self.scale
        return min(1.0, max(0.0, (number - low) / (high - low)))


class Compliance(_Strict):
    """Who the source is in law, for the register of processors and transfers (GDPR Art. 30, 44-49).

    Attributes:
        vendor: legal name.
        role: towards the controller; `own` is the controller's own data, `public` an openly published source.
        country: where the vendor processes, ISO 3166-1; None when nothing leaves the controller.
        transfer: the tools under which data may go there; empty when nothing leaves the controller.
        licence: SPDX id, `vendor-terms`, `own-data` or `public-facts`.
        redistribution: whether values may go to others than the controller.
        purposes: what values may be used for.
        art14_label: how the source is named to the person (GDPR Art. 14(2)(f)).
        retention: how long what it says may be kept with a lead; then it is dropped (GDPR Art. 5(1)(e)).
    """

    vendor: str = Field(min_length=1)
    role: Literal["processor", "independent_controller", "own", "public"]
    country: Country | None = None
    transfer: tuple[Transfer, ...] = ()
    licence: str = Field(min_length=1)
    redistribution: bool
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    art14_label: str = Field(min_length=1)
    retention: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=3660))] = timedelta(days=365)


class Manifest(_Strict):
    """A connector's manifest; unknown keys and contradictions are refused when the plug-in is loaded.

    Attributes:
        id: stable; appears in provenance and settings; equals the file's name.
        version: of the connector, `MAJOR.MINOR.PATCH`; a change of meaning raises it and empties its cache.
        api_version: of this contract.
        kind: the folder it belongs to.
        subject: what it is about; only `person` may send or provide personal fields, and then the ENRICH
            decision must allow it.
        hosts: the only hosts its calls may reach, exact names, https; and those in settings of type `host`.
        requires: sets of `sends` fields; one complete set suffices, else nothing is asked.
        sends: the only lead fields it ever sees.
        provides: the only fields it may answer with.
        timeout: the most seconds one call may take.
        max_bytes: the most bytes of one reply, decoded.
        spec: its settings.
    """

    id: Name
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    api_version: Literal[1]
    kind: Kind
    subject: Literal["organization", "person"]
    hosts: tuple[Host, ...] = ()
    auth: Auth = Auth()
    requires: tuple[tuple[str, ...], ...] = Field(min_length=1)
    sends: tuple[str, ...] = Field(min_length=1)
    provides: tuple[str, ...] = Field(min_length=1)
    outcomes: tuple[OutcomeRule, ...] = ()
    rate: Rate = Rate()
    cost: Cost = Cost()
    cache: Cache | None = None
    confidence: Confidence
    compliance: Compliance
    timeout: float = Field(default=10.0, gt=0, le=60)
    max_bytes: int = Field(default=1024 * 1024, ge=1024, le=16 * 1024 * 1024)
    spec: Mapping[Name, Setting] = Field(default_factory=dict)

    @property
    def source(self) -> str:
        """`id@version`, as it stands in provenance."""
        return f"{self.id}@{self.version}"

    @property
    def calls_out(self) -> bool:
        """Whether asking it makes calls."""
        return bool(self.hosts) or any(setting.type == "host" for setting in self.spec.values())

    @property
    def scope(self) -> str:
        """The name under which rate windows and breaker are shared."""
        return self.rate.scope or self.id

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for problem in (*self._field_problems(), *self._call_problems()):
            raise ValueError(problem)
        return self

    def _field_problems(self) -> list[str]:
        strange = set(self.provides) - FIELDS.keys()
        needed = {name for group in self.requires for name in group}
        problems = [f"sends names the unknown field {name}" for name in self.sends if name not in INPUTS]
        problems += [f"provides names the unknown field {name}" for name in sorted(strange)]
        problems += [f"requires {name}, which is not in sends" for name in sorted(needed - set(self.sends))]
        if not all(self.requires):
            problems.append("requires has an empty set")
        personal = any(is_personal(name) for name in (*self.sends, *self.provides))
        if personal and self.subject != "person":
            problems.append("personal fields need subject person")
        return problems

    def _call_problems(self) -> list[str]:
        problems = []
        secrets = {name for name, setting in self.spec.items() if setting.secret}
        if secrets != ({self.auth.secret} if self.auth.type != "none" else set()):
            problems.append("auth.secret and the x-secret settings must name the same")
        if self.auth.type in ("header", "query") and not re.fullmatch(r"[A-Za-z0-9_-]+", self.auth.name):
            problems.append("auth needs the name of its header or parameter")
        if self.calls_out and not self.rate.windows:
            problems.append("a connector that calls hosts needs a rate window")
        vendor = self.compliance.role in ("processor", "independent_controller")
        if vendor and not (self.compliance.transfer and self.compliance.country):
            problems.append("a vendor needs a country and a transfer tool")
        if "transfer" in self.spec:
            problems.append("the setting transfer is the kit's own: the tool that carries data to the vendor")
        if not self.cost.free and not self.cost.currency:
            problems.append("a price needs a currency")
        if self.confidence.scale[0] >= self.confidence.scale[1]:
            problems.append("confidence.scale must rise")
        return problems

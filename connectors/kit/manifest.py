"""The manifest: everything the gateway must know about a connector before it asks anything."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, StringConstraints, model_validator

from connectors.kit.calling import (
    Auth,
    Batch,
    CallSpec,
    Check,
    ErasureFeed,
    Host,
    OutcomeRule,
    Rate,
    ReplySpec,
    RequestSpec,
)
from connectors.kit.mapping import Mapped
from connectors.kit.schema import FIELDS, INPUTS, SITE_INPUTS, is_personal
from connectors.kit.strict import Strict
from connectors.kit.template import places, strange
from connectors.kit.terms import Cache, Compliance, Confidence, Cost
from connectors.outcome import LookupOutcome

API_VERSION = 1

Kind = Literal["firmographic", "technographic", "mailbox"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+\.yaml$")]


class Setting(Strict):
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


class Manifest(Strict):
    """A connector's manifest; unknown keys and contradictions are refused when the plug-in is loaded.

    Attributes:
        id: stable; appears in provenance and settings; equals the file's name.
        version: of the connector, `MAJOR.MINOR.PATCH`; a change of meaning raises it and empties its cache.
        api_version: of this contract.
        kind: the folder it belongs to.
        subject: what it is about; only `person` may send or provide personal fields, and then the ENRICH
            decision must allow it.
        summary: one sentence for people who choose.
        hosts: the only hosts its calls may reach, exact names, https; and those in settings of type `host`.
        visits_site: whether it fetches pages of the company's own site (`Context.site`).
        auth: how its calls are authorised.
        request: the call that asks; a connector whose Python asks by itself has none.
        reply: what a record looks like; goes with `request`.
        requires: sets of `sends` fields; one complete set suffices, else nothing is asked.
        sends: the only lead fields it ever sees.
        provides: the only fields it may answer with.
        outcomes: how to read its replies, before the default table.
        map: field of `provides` to where its value stands in the record.
        rate, cost, cache, batch, confidence, check, erasures, compliance: see their classes.
        timeout: the most seconds one call may take.
        max_bytes: the most bytes of one reply, decoded.
        spec: its settings.
        fixtures: the file beside the manifest that it is certified with.
    """

    id: Name
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    api_version: Literal[1]
    kind: Kind
    subject: Literal["organization", "person"]
    summary: str = ""
    hosts: tuple[Host, ...] = ()
    visits_site: bool = False
    auth: Auth = Auth()
    request: RequestSpec | None = None
    reply: ReplySpec | None = None
    requires: tuple[tuple[str, ...], ...] = Field(min_length=1)
    sends: tuple[str, ...] = Field(min_length=1)
    provides: tuple[str, ...] = Field(min_length=1)
    outcomes: tuple[OutcomeRule, ...] = ()
    map: Mapping[str, Mapped] = Field(default_factory=dict)
    rate: Rate = Rate()
    cost: Cost = Cost()
    cache: Cache | None = None
    batch: Batch | None = None
    confidence: Confidence
    check: Check | None = None
    erasures: ErasureFeed | None = None
    compliance: Compliance
    timeout: float = Field(default=10.0, gt=0, le=60)
    max_bytes: int = Field(default=1024 * 1024, ge=1024, le=16 * 1024 * 1024)
    spec: Mapping[Name, Setting] = Field(default_factory=dict)
    fixtures: FileName | None = None

    @property
    def source(self) -> str:
        """`id@version`, as it stands in provenance."""
        return f"{self.id}@{self.version}"

    @property
    def calls_out(self) -> bool:
        """Whether asking it makes calls."""
        return self.visits_site or self.calls_hosts

    @property
    def calls_hosts(self) -> bool:
        """Whether it calls hosts that its manifest or its settings name."""
        return bool(self.hosts) or any(setting.type == "host" for setting in self.spec.values())

    @property
    def scope(self) -> str:
        """The name under which rate windows, breaker and the budget of a day are shared."""
        return self.rate.scope or self.id

    def kept_for(self, outcome: LookupOutcome) -> timedelta | None:
        """How long an answer with this ending may be kept; None: not at all."""
        return None if self.cache is None else self.cache.period(outcome)

    @property
    def secrets(self) -> frozenset[str]:
        """The names of its secret settings."""
        return frozenset(name for name, setting in self.spec.items() if setting.secret)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for check in (_fields, _calls, _servers, _templates, _maps, _law):
            for problem in check(self):
                raise ValueError(problem)
        return self


def _fields(manifest: Manifest) -> Iterator[str]:
    """Fields are those of the schema, and personal ones belong to a connector about people."""
    for name in manifest.sends:
        if name not in INPUTS:
            yield f"sends names the unknown field {name}"
    for name in sorted(set(manifest.provides) - FIELDS.keys()):
        yield f"provides names the unknown field {name}"
    needed = {name for group in manifest.requires for name in group}
    for name in sorted(needed - set(manifest.sends)):
        yield f"requires {name}, which is not in sends"
    if not all(manifest.requires):
        yield "requires has an empty set"
    if manifest.visits_site and not SITE_INPUTS & set(manifest.sends):
        yield "a visit needs company.domain or company.website in sends"
    personal = any(is_personal(name) for name in (*manifest.sends, *manifest.provides))
    if personal and manifest.subject != "person":
        yield "personal fields need subject person"


def _calls(manifest: Manifest) -> Iterator[str]:
    """Calls have a rate, an authorisation that is whole, and a host."""
    auth = manifest.auth
    if manifest.secrets != ({auth.secret} if auth.type != "none" else set()):
        yield "auth.secret and the x-secret settings must name the same"
    if auth.type in ("header", "query") and not re.fullmatch(r"[A-Za-z0-9_-]+", auth.name):
        yield "auth needs the name of its header or parameter"
    if manifest.calls_out and not manifest.rate.windows:
        yield "a connector that makes calls needs a rate window"
    if (manifest.request is None) != (manifest.reply is None):
        yield "request and reply go together"
    if manifest.batch is not None and (manifest.request is None or manifest.visits_site):
        yield "a batch needs the request that it is short for, and visits nobody"
    for name, spec in _specs(manifest).items():
        named = spec.host or "".join(manifest.hosts[:1])
        if not named.startswith("${") and named not in manifest.hosts:
            yield f"{name} needs one of hosts"


def _servers(manifest: Manifest) -> Iterator[str]:
    """Hosts that count by themselves are there, and no batch: it is one call, to one of them."""
    if manifest.rate.each_host and (manifest.batch is not None or not manifest.calls_hosts):
        yield "rate.each_host needs hosts, and no batch"


def _templates(manifest: Manifest) -> Iterator[str]:
    """Placeholders stand for fields in `sends` and settings without secrets; those in a path always have a value."""
    for name, texts, allowed in _texts(manifest):
        for place in strange(texts, allowed):
            yield f"{name} has the placeholder {place}, which stands for nothing there"
    for name, spec in _specs(manifest).items():
        for names in places([spec.path, spec.host]):
            if not _always(names, manifest):
                yield f"{name} needs {' or '.join(names)} in its host or path, which may be missing"


def _specs(manifest: Manifest) -> dict[str, CallSpec]:
    """The calls that it describes, by the name under which they stand."""
    called: Mapping[str, CallSpec | None] = {
        "request": manifest.request,
        "check": manifest.check,
        "batch": manifest.batch,
        "erasures": manifest.erasures,
    }
    return {name: spec for name, spec in called.items() if spec is not None}


def _texts(manifest: Manifest) -> Iterator[tuple[str, JsonValue, frozenset[str]]]:
    """Every text with placeholders: where it stands, and which names it may hold."""
    settings = frozenset(f"setting.{name}" for name in manifest.spec if name not in manifest.secrets)
    asked = settings.union(manifest.sends)
    for name, spec in _specs(manifest).items():
        texts = spec.model_dump(mode="json", include={"host", "path", "params", "headers", "body"})
        yield name, texts, asked if name == "request" else settings
    if manifest.batch is not None:
        yield "batch.item", [dict(manifest.batch.item), manifest.batch.key], asked | {"item.key"}


def _always(names: tuple[str, ...], manifest: Manifest) -> bool:
    """Whether one of the names has a value in every question that is asked."""
    plain = {f"setting.{name}": each for name, each in manifest.spec.items() if each.type != "mapping"}
    if any(name in plain and (plain[name].required or plain[name].default not in (None, "")) for name in names):
        return True
    return all(set(group) & set(names) for group in manifest.requires)


def _maps(manifest: Manifest) -> Iterator[str]:
    """The map is about what the manifest provides, and goes with a request."""
    for name in sorted(set(manifest.map) - set(manifest.provides)):
        yield f"map has {name}, which is not in provides"
    if manifest.request is not None and not manifest.map:
        yield "a request needs a map"


def _law(manifest: Manifest) -> Iterator[str]:
    """A vendor has a country and a transfer tool, and a price a currency."""
    vendor = manifest.compliance.role in ("processor", "independent_controller")
    if vendor and not (manifest.compliance.transfer and manifest.compliance.country):
        yield "a vendor needs a country and a transfer tool"
    if "transfer" in manifest.spec:
        yield "the setting transfer is the kit's own: the tool that carries data to the vendor"
    if "price" in manifest.spec:
        yield "the setting price is the kit's own: what a unit costs by the operator's contract"
    if not manifest.cost.free and not manifest.cost.currency:
        yield "a price needs a currency"
    if manifest.erasures is not None and manifest.subject != "person":
        yield "erasures are of records about a person"

"""What calls about the deployment, the quarantine and the log take and answer."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from audit.types import all_types
from gateway.api.bodies import Strict
from gateway.api.routes import ID
from gateway.api.schemas.leads import BatchItem
from gateway.intake.kit.schema import Time


class QuarantineRow(BaseModel):
    """A request that was kept aside; its bytes stay sealed until it is opened."""

    id: str
    source: str
    reasons: list[str]
    content_type: str
    size: int
    received_at: datetime
    expires_at: datetime
    replayed_at: datetime | None
    lead_id: str | None


class QuarantinePage(BaseModel):
    """A page of the quarantine by id."""

    items: list[QuarantineRow]
    next_cursor: str | None


class Replayed(BaseModel):
    """What became of each lead of the request, in order."""

    results: list[BatchItem]


class Entry(BaseModel):
    """A leaf of the log; what it commits to is sealed."""

    index: int
    event_id: str
    type: str
    says: str
    at: datetime
    key_id: str = Field(description="which evidence key sealed it (hex)")
    leaf: str = Field(description="the 121 bytes that the tree hashes (base64)")


class EntryPage(BaseModel):
    """A page of the log by index, up to the latest signed checkpoint."""

    items: list[Entry]
    next_cursor: str | None


TYPES = tuple(each.name for each in all_types())


class ExportIn(Strict):
    """What to export. `open` discloses the content of the entries, and needs a purpose."""

    begin: Time | None = Field(None, alias="from", description="sequenced at this time or later")
    end: Time | None = Field(None, alias="to", description="sequenced before this time")
    types: Annotated[tuple[str, ...], Field(max_length=100)] = ()
    subject_id: Annotated[str, StringConstraints(pattern=f"^sb_{ID}$")] | None = None
    open: bool = False
    purpose: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        if any(name not in TYPES for name in self.types):
            raise PydanticCustomError("channel", f"Types are out of {', '.join(TYPES)}.")
        return self


class ConnectorOut(BaseModel):
    """An installed connector."""

    id: str
    version: str
    kind: str
    subject: str
    configured: bool
    transfer: str | None = Field(description="what the operator declared to carry data to the vendor; null: nothing")
    sends: list[str]
    provides: list[str]
    hosts: list[str]
    compliance: dict[str, Any]


class Connectors(BaseModel):
    """All installed connectors, by id."""

    items: list[ConnectorOut]


class DestinationOut(BaseModel):
    """A destination as it stands; its address and secrets stay sealed."""

    name: str
    version: int
    kind: str
    purposes: list[str]
    role: str
    country: str | None
    contract: str | None
    transfer: str | None
    disabled_reason: str | None


class Destinations(BaseModel):
    """All destinations, by name."""

    items: list[DestinationOut]


class RuleOut(BaseModel):
    """A rule of a law pack; a permit works once it is accepted."""

    id: str
    kind: str
    citation: str | None
    confidence: str
    says: str
    accepted: bool


class PackOut(BaseModel):
    """A law pack."""

    pack: str
    version: str
    fingerprint: str
    rules: list[RuleOut]


class Policies(BaseModel):
    """All law packs."""

    items: list[PackOut]


class Check(BaseModel):
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str | None = None


class Health(BaseModel):
    """`ready`, also with warnings, or `down`."""

    status: Literal["ready", "warning", "down"]
    checks: list[Check]


class Alive(BaseModel):
    """The process serves."""

    status: Literal["alive"]


class Gpc(BaseModel):
    """Global Privacy Control is honoured (W3C, the GPC support resource)."""

    gpc: bool
    lastUpdate: str  # noqa: N815 - the specification's name


class PublicKey(BaseModel):
    """A public key (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    alg: Literal["EdDSA"]
    use: Literal["sig"]
    kid: str = Field(description="the name that a permit's header gives it")
    x: str = Field(description="the key's 32 bytes in base64url")


class KeySet(BaseModel):
    """Public keys (RFC 7517)."""

    keys: list[PublicKey]

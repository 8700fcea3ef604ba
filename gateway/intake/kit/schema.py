"""The lead as the API takes it (`POST /v1/leads`): the one pydantic model behind validation and OpenAPI.

Unknown fields are refused here; what has no field goes under `attributes`. A bad e-mail or phone is accepted: its
verdict says why. A region that cannot be read is kept as an attribute. An empty string says nothing, as if its field
were not there. Times are RFC 3339 with an offset, countries ISO 3166-1 alpha-2, locales BCP 47.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from consent.terms import CHANNELS_OF, Channel, ConsentStatus, Mechanism, Purpose
from gateway.intake.kit.countries import CODES
from gateway.intake.kit.targets import DESTINATION, EMAIL, LINE, NOTICE, TEXT, URL
from gateway.lead import Stage

MAX_CONSENTS: Final = 50
MAX_ATTRIBUTES: Final = 200
MAX_DEPTH: Final = 5
MAX_NODES: Final = 1000
_SAFE_INTEGER: Final = 2**53


def _country(value: str) -> str:
    code = value.upper()
    if code and code not in CODES:
        raise PydanticCustomError("country", "A country code like DE is needed (ISO 3166-1 alpha-2).")
    return code


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _bounded(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Keep attributes storable as canonical JSON everywhere: bounded in depth, number and size of numbers."""
    level: list[JsonValue] = [value]
    nodes = 0
    for _ in range(MAX_DEPTH + 1):
        nodes += len(level)
        if nodes > MAX_NODES:
            raise PydanticCustomError("attributes", f"At most {MAX_NODES} values are allowed here.")
        level = [child for item in level for child in _children(item)]
        if not level:
            return value
    raise PydanticCustomError("attributes", f"At most {MAX_DEPTH} levels are allowed here.")


def _children(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, dict):
        if any(not 0 < len(name) <= LINE for name in value):
            raise PydanticCustomError("attributes", f"A name of 1 to {LINE} characters is needed.")
        return list(value.values())
    if isinstance(value, list):
        return value
    if isinstance(value, str) and len(value) > TEXT:
        raise PydanticCustomError("attributes", f"At most {TEXT} characters are allowed in one value.")
    if isinstance(value, int | float) and not -_SAFE_INTEGER <= value <= _SAFE_INTEGER:
        raise PydanticCustomError("attributes", "A number must be finite and within 2^53; send it as a string.")
    return []


def _line(limit: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, max_length=limit, pattern=r"^[^\x00-\x1f\x7f]*$")


Line = Annotated[str, _line(LINE)]
Short = Annotated[str, _line(200)]
NoticeId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=f"^({NOTICE})?$")]
DestinationName = Annotated[str, StringConstraints(strip_whitespace=True, pattern=f"^{DESTINATION}$")]
Address = Annotated[str, _line(EMAIL)]
Link = Annotated[str, _line(URL)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=TEXT, pattern=r"^[^\x00]*$")]
Country = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_country)]
Locale = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=35, pattern=r"^([A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*)?$"),
]
Time = Annotated[
    AwareDatetime,
    Field(ge=datetime(1990, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC)),
    AfterValidator(_utc),
]
ClickName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Attributes = Annotated[dict[str, JsonValue], Field(max_length=MAX_ATTRIBUTES), AfterValidator(_bounded)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, allow_inf_nan=False)


class PersonIn(_Part):
    """Who wrote. An e-mail address or a phone number is needed, valid or not."""

    given_name: Line | None = None
    family_name: Line | None = None
    full_name: Line | None = None
    email: Address | None = Field(None, examples=["ada@example.com"])
    phone: Address | None = Field(None, examples=["+49 30 901820"])
    job_title: Line | None = None
    country: Country | None = Field(None, description="ISO 3166-1 alpha-2", examples=["DE"])
    region: Line | None = Field(
        None,
        description="ISO 3166-2: the state, where it makes the law; "
        "what cannot be read as one is kept as the attribute `person.region`",
        examples=["US-CA"],
    )
    locale: Locale | None = Field(None, description="BCP 47", examples=["de-AT"])

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not (self.email or self.phone):
            raise PydanticCustomError("unreachable", "An `email` or a `phone` is needed.")
        return self


class CompanyIn(_Part):
    """Where the person works."""

    name: Line | None = None
    domain: Annotated[str, _line(253)] | None = None
    website: Link | None = None
    country: Country | None = Field(None, description="ISO 3166-1 alpha-2")
    vat_id: Annotated[str, _line(50)] | None = None


class InquiryIn(_Part):
    """What the person asked, where and when."""

    kind: Line | None = None
    message: Text | None = None
    submitted_at: Time | None = None
    page_url: Link | None = None


class CampaignIn(_Part):
    """What brought the person: UTM parameters, and click ids by the name of their parameter."""

    name: Line | None = None
    source: Line | None = None
    medium: Line | None = None
    content: Line | None = None
    term: Line | None = None
    click_ids: Annotated[dict[ClickName, Line], Field(max_length=20)] = Field(default_factory=dict)


class EvidenceIn(_Part):
    """What shows that the consent was given."""

    form_url: Link | None = None
    ip: Annotated[str, _line(64)] | None = None
    user_agent: Link | None = None
    certificate_url: Link | None = None


class ConsentIn(_Part):
    """What the sender says about one purpose and channel. Without `occurred_at` the inquiry's time counts."""

    purpose: Purpose
    channel: Channel
    status: ConsentStatus
    mechanism: Mechanism = Mechanism.OTHER
    notice_id: NoticeId | None = None
    recipients: Annotated[tuple[DestinationName, ...], Field(max_length=50)] = Field(
        (), description="the destinations whose names the consent text gave (GDPR Art. 7(1)); a refusal names none"
    )
    occurred_at: Time | None = None
    evidence: EvidenceIn | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.channel not in CHANNELS_OF[self.purpose]:
            raise PydanticCustomError("channel", "This channel does not belong to this purpose.")
        if self.recipients and self.status is ConsentStatus.REFUSED:
            raise PydanticCustomError("recipients", "A refusal stands against every recipient: it names none.")
        return self


class SignalsIn(_Part):
    """Privacy signals as the sender received them."""

    gpc: bool | None = Field(None, description="Global Privacy Control")
    gpp: Text | None = Field(None, description="IAB GPP string")
    tcf: Text | None = Field(None, description="IAB TCF string")


class LeadIn(_Part):
    """One lead. `{"person": {"email": "…"}}` is enough."""

    external_id: Short | None = None
    source: Short | None = Field(None, description="the key's own source by default")
    stage: Stage | None = Field(None, description="`inquiry` by default")
    person: PersonIn
    company: CompanyIn | None = None
    inquiry: InquiryIn | None = None
    campaign: CampaignIn | None = None
    attributes: Attributes = Field(default_factory=dict)
    consent: Annotated[tuple[ConsentIn, ...], Field(max_length=MAX_CONSENTS)] = ()
    signals: SignalsIn | None = None


class LeadsIn(_Part):
    """Many leads; each is judged by itself."""

    leads: tuple[LeadIn, ...] = Field(min_length=1, max_length=1000)


def example() -> dict[str, Any]:
    """A whole lead, for documentation and try-outs; every value is made up."""
    return {
        "external_id": "web-2026-000123",
        "person": {"full_name": "Ada Example", "email": "ada@example.com", "country": "DE", "locale": "de-DE"},
        "company": {"name": "Example GmbH", "website": "https://example.com"},
        "inquiry": {"kind": "demo", "message": "Please call me.", "submitted_at": "2026-01-31T09:30:00Z"},
        "campaign": {"source": "newsletter", "medium": "email", "click_ids": {"gclid": "made-up"}},
        "attributes": {"team_size": 12},
        "consent": [
            {
                "purpose": "marketing",
                "channel": "email",
                "status": "granted",
                "mechanism": "web_form_checkbox",
                "notice_id": "newsletter",
                "evidence": {"form_url": "https://example.com/contact", "ip": "192.0.2.7"},
            }
        ],
        "signals": {"gpc": False},
    }

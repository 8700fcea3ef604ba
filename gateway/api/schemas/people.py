"""What calls about people's wishes take and answer."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from consent.suppression import SuppressionKind
from consent.terms import CHANNELS_OF, Channel, Purpose
from gateway.api.bodies import Strict
from gateway.api.routes import ID
from gateway.api.schemas.leads import Code, ConsentEvidence, LeadRow
from gateway.intake.kit.mailbox import mailbox_in
from gateway.intake.kit.schema import ConsentIn, Country, Locale
from gateway.intake.kit.targets import EMAIL, NOTICE

Address = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=EMAIL, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Mailbox = Annotated[Address, AfterValidator(lambda written: mailbox_in(written).address)]
"""An address, also out of `Name <address>`: read as it is read where a lead comes in."""


class WhoIn(Strict):
    """Whom it is about: exactly one of these."""

    _ways: ClassVar[tuple[str, ...]] = ("lead_id", "subject_id", "email")

    lead_id: Annotated[str, StringConstraints(pattern=f"^ld_{ID}$")] | None = None
    subject_id: Annotated[str, StringConstraints(pattern=f"^sb_{ID}$")] | None = None
    email: Mailbox | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(getattr(self, way) is not None for way in self._ways) != 1:
            wanted = ", ".join(f"`{way}`" for way in self._ways)
            raise PydanticCustomError("unreachable", "Exactly one of {wanted} is needed.", {"wanted": wanted})
        return self


class ConsentsIn(WhoIn):
    """Consents, refusals or requests of one person."""

    consent: Annotated[tuple[ConsentIn, ...], Field(min_length=1, max_length=50)]


class ConsentsOut(BaseModel):
    """The ledger events that were added, in order."""

    event_ids: list[str]


class RefusalIn(WhoIn):
    """A withdrawal or an objection. Without purpose or channel it stands against every one."""

    _ways: ClassVar[tuple[str, ...]] = (*WhoIn._ways, "phone")  # noqa: SLF001 - of the class above

    phone: Address | None = Field(None, description="with its country code")
    purpose: Purpose | None = None
    channel: Channel | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.purpose and self.channel and self.channel not in CHANNELS_OF[self.purpose]:
            raise PydanticCustomError("channel", "This channel does not belong to this purpose.")
        return self


class InFlight(BaseModel):
    """An attempt that had begun before: it may have arrived, and is followed by a retraction."""

    delivery_id: str
    lead_id: str
    destination: str
    outcome: str


class Stopped(BaseModel):
    """It is in force. What had begun before and may have arrived is listed."""

    event_id: str | None = Field(description="the event that is in force; a source's key is not told")
    in_flight: list[InFlight]


class Refused(Stopped):
    """A withdrawal or objection that is in force."""

    persons: int | None = Field(
        description="how many known people it is about: all who share the contact points; a source's key is not told"
    )


class LookupIn(Strict):
    """An e-mail address or a phone number (with its country code), looked up exactly."""

    email: Mailbox | None = None
    phone: Address | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.email is None and self.phone is None:
            raise PydanticCustomError("unreachable", "An `email` or a `phone` is needed.")
        return self


class LookupOut(BaseModel):
    """The leads that are held, and whose they are."""

    subject_ids: list[str]
    leads: list[LeadRow]


class LedgerEvent(BaseModel):
    """One event of the consent ledger."""

    event_id: str
    kind: str
    occurred_at: datetime
    received_at: datetime
    actor: str
    origin: str
    purpose: Purpose | None = None
    channel: Channel | None = None
    mechanism: str | None = None
    notice: str | None = Field(None, description="`id@version` of the stored notice it rests on")
    recipients: list[str] = Field([], description="the destinations whose names the consent text gave")
    expires_at: datetime | None = None
    evidence: ConsentEvidence | None = Field(None, description="null when none came, or its key was destroyed")


class Ledger(BaseModel):
    """Everything a person said about the use of their data, oldest first."""

    subject_id: str
    items: list[LedgerEvent]


class SuppressIn(Strict):
    """An entry for the suppression list; only keyed hashes of the value are kept."""

    kind: SuppressionKind
    value: Address
    purpose: Purpose | None = None
    channel: Channel | None = None
    reason: Code = "requested"
    whole_provider: bool = Field(default=False, description="a mail provider's domain is meant, with all who are there")


class SuppressionCheckIn(Strict):
    """A contact point or domain to look for on the list."""

    kind: SuppressionKind
    value: Address


class LiftIn(Strict):
    """What to take off the list: every entry for this very value, or one of them."""

    kind: SuppressionKind
    value: Address
    id: Annotated[str, StringConstraints(pattern=f"^su_{ID}$")] | None = Field(None, description="only this entry")
    reason: Code


class SuppressionEntry(BaseModel):
    """What stands on the list; None is every purpose, every channel."""

    id: str
    kind: SuppressionKind
    purpose: Purpose | None
    channel: Channel | None
    reason: str
    created_at: datetime


class SuppressionCheck(BaseModel):
    """Whether something is on the list, and with what scope."""

    suppressed: bool
    entries: list[SuppressionEntry]


class Lifted(BaseModel):
    """What stood on the list and does no more."""

    lifted: list[SuppressionEntry]


class NoticeIn(Strict):
    """The text of a notice, as it is shown."""

    id: Annotated[str, StringConstraints(pattern=f"^{NOTICE}$")]
    lang: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$", max_length=35)] = "en"
    text: Annotated[str, StringConstraints(min_length=1, max_length=200_000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]


class NoticeOut(BaseModel):
    """A stored notice: version and hash stand as evidence beside each consent that cites it."""

    id: str
    version: int
    lang: str
    sha256: str


Value = Annotated[str, StringConstraints(max_length=EMAIL)]
"""A contact point to judge, as it was typed: whatever is wrong with it, its verdict says so."""
EmailLevel = Annotated[
    Literal["syntax", "lists", "dns", "smtp", "vendor"],
    Field(
        description="how far to check; `smtp` and `vendor` ask about the mailbox, and end as `unknown` where not set up"
    ),
]


class EmailIn(Strict):
    """One address to judge."""

    email: Value
    level: EmailLevel = "dns"


class EmailsIn(Strict):
    """Addresses to judge."""

    emails: Annotated[tuple[Value, ...], Field(min_length=1, max_length=1000)]
    level: EmailLevel = "dns"


class _National(Strict):
    """Where a national number may belong: it is read in each of these in turn, and the verdict says which it was."""

    country: Country | None = Field(None, description="the person's, ISO 3166-1 alpha-2")
    company_country: Country | None = Field(None, description="the company's, asked after the person's")
    locale: Locale | None = Field(None, description="BCP 47; its region is asked last", examples=["de-AT"])
    details: bool = Field(default=False, description="add formats, operator, time zones and place")


class PhoneIn(_National):
    """One number to judge; a national one needs the country it is written in."""

    phone: Value


class PhonesIn(_National):
    """Numbers to judge."""

    phones: Annotated[tuple[Value, ...], Field(min_length=1, max_length=1000)]

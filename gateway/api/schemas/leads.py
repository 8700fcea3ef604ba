"""What calls about leads take and answer."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from gateway.api.bodies import Strict
from gateway.api.routes import CODE, CURSOR, ID, KEY
from gateway.api.schemas.company import CompanyTold, Field_
from gateway.api.schemas.verdicts import WithVerdicts
from gateway.lead import Stage, Status

LeadId = Annotated[str, StringConstraints(pattern=f"^ld_{ID}$"), Field(examples=["ld_01k4z7m0q8e9x0v3f1n2b5c6d7"])]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]

Code = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,63}$")]
"""A word of the operator's own; free text could hold something personal."""


class Links(BaseModel):
    """Where to read more."""

    self: str
    timeline: str
    explain: str


class Accepted(BaseModel):
    """A lead that is durable; its journey goes on."""

    id: LeadId
    status: Status
    links: Links


class Checked(BaseModel):
    """What verification said of a contact point, in codes."""

    verdict: str
    level: str
    score: int
    reasons: list[str]


class OutcomeOfWait(Accepted):
    """Where the lead stands after waiting."""

    stage: Stage
    reason: str | None = Field(None, description="why it is held, rejected or retracted")
    due_at: datetime | None = Field(None, description="when a hold is looked at again")
    email: Checked | None = None
    phone: Checked | None = None


class FaultIn(BaseModel):
    """What is wrong with one lead of a batch."""

    pointer: str = Field(description="where in that lead (JSON pointer)")
    detail: str


class BatchItem(BaseModel):
    """What became of one lead of a batch: accepted with its id, or refused with its faults."""

    index: int
    id: LeadId | None = None
    status: Status | Literal["refused"]
    links: Links | None = None
    errors: list[FaultIn] | None = None


class BatchOut(BaseModel):
    """A result per lead, in order."""

    accepted: int
    refused: int
    results: list[BatchItem]


class Page(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")

    cursor: Annotated[str, StringConstraints(pattern=CURSOR)] | None = Field(None, description="the last `next_cursor`")
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class LeadQuery(Page):
    """Which leads."""

    status: Status | None = None
    stage: Stage | None = None
    source: Annotated[str, StringConstraints(pattern=KEY)] | None = None
    reason: Annotated[str, StringConstraints(pattern=CODE)] | None = None


class LeadRow(BaseModel):
    """A lead in a list; nothing personal is in it."""

    id: LeadId
    subject_id: str
    source: str
    stage: Stage
    status: Status
    reason: str | None
    received_at: datetime
    updated_at: datetime
    due_at: datetime | None


class LeadPage(BaseModel):
    """A page of leads by id."""

    items: list[LeadRow]
    next_cursor: str | None


class DecisionOut(BaseModel):
    """The newest decision for one recipient, purpose and channel."""

    recipient: str
    purpose: str
    channel: str
    outcome: str
    reason: str
    until: datetime | None = None


class DeliveryOut(BaseModel):
    """One delivery to one destination."""

    id: str
    destination: str
    kind: str
    status: str
    reason: str | None
    attempts: int
    next_at: datetime
    created_at: datetime
    ended_at: datetime | None


class SpamMark(BaseModel):
    """A sign of spam, and what it means."""

    code: str
    says: str


class SignalsOut(BaseModel):
    """What the way in noticed: whether a form's challenge was solved, and signs of spam."""

    proof: str | None = Field(description="`proved`, or `unproved` without script; null where there is no challenge")
    spam: list[SpamMark]


class LeadOut(LeadRow, WithVerdicts):
    """A lead with its verdicts, company, decisions and deliveries. Reading it is noted in the audit log."""

    external_id: str | None
    email: dict[str, Any] | None = Field(description="the verdict; see docs/reference/verdicts.md")
    phone: dict[str, Any] | None = Field(description="the verdict; see docs/reference/verdicts.md")
    caps: dict[str, str] = Field(description="channels that verification holds or denies, with why")
    signals: SignalsOut
    company: dict[str, list[Field_]] = Field(description="what is known of the company, the best source first")
    enrichment: dict[str, str] = Field(description="what came of asking each connector")
    decisions: list[DecisionOut]
    deliveries: list[DeliveryOut]
    links: Links


class ConsentEvidence(BaseModel):
    """What shows that a consent was given (GDPR Art. 7(1)); the audit entry commits to it."""

    form_url: str | None = Field(None, description="the page that the form was on")
    ip: str | None = None
    user_agent: str | None = None
    certificate_url: str | None = None
    served_at: datetime | None = Field(None, description="when the form was served, signed by the server")


class InquiryEvidence(ConsentEvidence):
    """How a form post came in, whether or not a box was ticked; the audit entry commits to it."""

    origin: str | None = Field(None, description="the web site, as the browser named it")
    notice: str | None = Field(None, description="`id@version` of the notice that was served or named with the form")


class Step(BaseModel):
    """Something that happened to a lead, and its entry in the audit log."""

    at: datetime
    what: str
    reason: str | None
    entry: str
    destination: str | None = None
    kind: str | None = None
    attempt: int | None = None
    verdicts: dict[str, Any] | None = Field(None, description="`email`, `phone`, `company`: at the step that gave them")
    evidence: InquiryEvidence | None = Field(None, description="of the first step, for the scope `consents:read`")


class Timeline(BaseModel):
    """Everything that happened to a lead, oldest first."""

    items: list[Step]


class WayOutOut(BaseModel):
    """What ends a hold."""

    call: str
    needs: list[str]


class Explanation(BaseModel):
    """One decision in plain words, or what verification found of the lead or one channel: that names no recipient."""

    recipient: str | None = Field(description="the destination's name, or `enrichment`")
    purpose: str | None
    channel: str | None
    outcome: str
    reason: str
    says: list[str] = Field(description="in plain words, one sentence each")
    rule: str | None
    citations: list[str]
    way_out: WayOutOut | None = Field(description="the call that ends a hold, or begins anew; else null")
    other_ways: list[WayOutOut] = Field(description="what ends it as well, on another ground")


class Explanations(BaseModel):
    """Why a lead stands where it stands."""

    status: Status
    reason: str | None
    items: list[Explanation]
    company: CompanyTold


class ResolveIn(Strict):
    """Evidence that ends a hold: the facts it waits for, and how they are known."""

    facts: Annotated[dict[str, JsonValue], Field(max_length=50)] = Field(
        default_factory=dict,
        description="by the names that the way out needs: policy facts, or `phone_region` or `phone_number`",
    )
    note: Note


class RulingOut(BaseModel):
    """What is decided of one use."""

    outcome: Literal["ALLOW", "HOLD", "DENY"]
    reason: str


class UseOut(BaseModel):
    """One use of a lead before and after evidence; without recipient and purpose, what verification held."""

    recipient: str | None
    purpose: str | None
    channel: str | None
    before: RulingOut
    after: RulingOut
    says: str = Field(description="why it is so afterwards")
    ways_out: list[WayOutOut] = Field(description="what ends it where it still waits")


class ResolvedOut(Accepted):
    """A lead as it goes on after evidence."""

    changed: list[UseOut] = Field(description="the uses that are decided otherwise with this evidence")
    still_held: list[UseOut] = Field(description="the uses under this reason that wait all the same")


class OutcomeIn(Strict):
    """What sales made of a lead."""

    outcome: Literal["accepted", "rejected", "won", "lost"]
    reason: Code | None = Field(None, description="needed for a rejection")
    value_minor: Annotated[int, Field(ge=0, le=2**53)] | None = Field(None, description="in hundredths of `currency`")
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] | None = Field(None, description="ISO 4217")


class OutcomeOut(BaseModel):
    """The outcome is noted."""

    id: str

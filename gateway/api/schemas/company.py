"""What is known of a lead's company and why, as calls answer it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, JsonValue

Minor = dict[str, int]
"""Hundredths by currency (ISO 4217)."""


class Field_(BaseModel):  # noqa: N801 - `Field` is pydantic's
    """One value that is known of the company, and where it is from."""

    value: JsonValue
    source: str = Field(description="`connector@version`, or `lead`")
    observed_at: datetime
    confidence: float | None = None
    licence: str | None = None
    method: str | None = None


class Origin(BaseModel):
    """One observation: a value, where it is from, and on which terms."""

    value: JsonValue
    source: str = Field(description="`connector@version`, or `lead`: what the lead itself says")
    method: str
    confidence: float
    observed_at: datetime
    keep_until: datetime | None = Field(description="when it is dropped; null: not before the lead")
    licence: str
    redistributable: bool = Field(description="whether others than the controller may have it")
    purposes: list[str] = Field(description="what it may be used for")
    cost_micros: int = Field(description="what the call cost that brought it, with all else that it brought")
    currency: str


class Loser(Origin):
    """An observation that is not the value of its field."""

    why: str = Field(
        description="`same_value`, `human_value_stands`, `lower_priority`, `older`, `less_sure`, `later_by_name`, "
        "`fewer_sources`, `no_consensus`, `outside_range`, `other_currency`, `superseded`; of an answer about another "
        "company `mail_provider`, `no_company_domain`, `other_domain`, `other_number`, `other_name`, `untold`"
    )
    says: str = Field(description="the same in plain words")


class FieldTold(BaseModel):
    """One field of the golden record."""

    field: str
    value: JsonValue = Field(description="a list where a company has several; null: there is none")
    strategy: str = Field(description="how the merge policy finds the winner")
    conflict: bool = Field(description="whether something was said that cannot be true beside the value")
    winners: list[Origin]
    losers: list[Loser]


class AskedTold(BaseModel):
    """One connector in one look-up."""

    connector: str
    looked_up_at: datetime
    called: bool = Field(description="whether it was asked, or its answer was at hand")
    mark: str = Field(description="how it ended, or why it was not asked")
    says: str = Field(description="the same in plain words")
    reason: str = Field(description="a short code beside the mark")
    identity: str | None = Field(
        description="what its answer was accepted for, `same_domain`, `same_number`, `asked_by_domain`, "
        "`asked_by_number`, `asked_by_address`, `same_name`, `claimed_name` or `no_company_field`, or rejected for"
    )
    budget: Literal["lead", "list", "day", "vendor"] | None = Field(description="which budget had no room")
    sought: dict[str, str] = Field(description="the fields it was asked for, and why: `missing`, `unsure`, `old`")
    sent: list[str] = Field(description="the names of the fields it got")
    guessed: dict[str, str] = Field(
        description="those of them that nobody said, and what they were guessed from: `vat_number`, `domain_ending`, "
        "`phone_and_person`"
    )
    attempts: int
    cached: bool
    shared: bool
    cost_micros: int
    currency: str
    retry_at: datetime | None


class GoalTold(BaseModel):
    """What is wanted, and what of it is not known well enough."""

    required: list[str]
    desired: list[str]
    open: dict[str, str] = Field(description="field to `missing`, `unsure` or `old`")


class CompanyTold(BaseModel):
    """What is known of the company and why."""

    merge_policy: str = Field(description="the fingerprint of the policy that says who is believed")
    goal: GoalTold
    fields: list[FieldTold]
    connectors: list[AskedTold]
    costs: Minor = Field(description="what all look-ups cost, in millionths by currency")

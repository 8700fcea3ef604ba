"""The settings of enrichment: who is asked, for what, how long and for how much, and who is believed."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_settings import NoDecode

from connectors.kit.schema import FIELDS


def _field(name: str) -> str:
    if name not in FIELDS or name.startswith("mailbox."):
        raise ValueError("this is no field that connectors answer with, like company.industry")
    return name


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


_Fields = Annotated[tuple[Annotated[str, AfterValidator(_field)], ...], NoDecode, BeforeValidator(_split)]


def _contact(value: str) -> str:
    if not re.fullmatch(r"[!-'*-~]{3,200}", value) or not re.search("[@:]", value):
        raise ValueError("a contact is a URL or an e-mail address, without blanks and brackets")
    return value


class EnrichmentSettings(BaseModel):
    """Which connectors are asked, in which order, and what they may cost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stages: tuple[tuple[str, ...], ...] = Field(
        (),
        description="stages of connectors, a stage in parallel; unset: the free ones together, then the paid by price",
    )
    required: _Fields = Field(
        (),
        description="fields that are worth money: a connector that costs is asked only where it can add one of them; "
        "with `desired` unset too, every field is wanted",
    )
    desired: _Fields = Field((), description="fields that are welcome from connectors that cost nothing")
    confidence: float = Field(0.7, ge=0, le=1, description="from which on a wanted field counts as known")
    max_age_days: int | None = Field(
        None,
        ge=1,
        description="a wanted field seen longer ago does not count, and kept answers are not used; unset: any",
    )
    deadline_seconds: float = Field(10, description="longest time enrichment may take for one lead")
    budget_minor: int = Field(
        100,
        ge=0,
        description="most that one lead may cost, in hundredths of each currency; as much again for a mailbox check",
    )
    list_budget_minor: int | None = Field(
        None, ge=0, description="most that may be spent on the leads of one list, likewise; unset: no limit"
    )
    day_budget_minor: int | None = Field(
        None, ge=0, description="most that may be spent on one day (UTC), likewise; unset: no limit"
    )
    vendor_day_budget_minor: dict[str, Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict,
        description="most that may be spent on one vendor and day, likewise, by the connector's name",
    )
    merge_policy: Path | None = Field(
        None, description="a file of one's own in place of the merge policy that comes along: who is believed first"
    )
    site_contact: Annotated[str, AfterValidator(_contact)] | None = Field(
        None,
        description="whom the owner of a visited site can turn to, a URL or an e-mail address; unset: `public_url`",
    )

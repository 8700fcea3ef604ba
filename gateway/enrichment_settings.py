"""The settings of enrichment: who is asked, for what, how long and for how much, and who is believed."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


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
    deadline_seconds: float = Field(10, description="longest time enrichment may take for one lead")
    budget_minor: int = Field(100, description="most that may be spent on one lead, in hundredths")
    merge_policy: Path | None = Field(
        None, description="a file of one's own in place of the merge policy that comes along: who is believed first"
    )
    site_contact: Annotated[str, AfterValidator(_contact)] | None = Field(
        None,
        description="whom the owner of a visited site can turn to, a URL or an e-mail address; unset: `public_url`",
    )

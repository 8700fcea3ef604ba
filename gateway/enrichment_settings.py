"""The settings of enrichment: who is asked, for what, how long and for how much, and who is believed."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


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

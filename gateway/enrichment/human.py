"""What the lead itself, or whoever entered it, says of its company, as observations that stand before all others."""

from typing import Final

from connectors.kit import Observation
from consent.terms import Purpose
from gateway.enrichment.merge import HUMAN
from gateway.lead import Lead

_PURPOSES: Final = frozenset(purpose.value for purpose in Purpose)


def said(lead: Lead) -> tuple[Observation, ...]:
    """The fields of the company that the lead fills in; what says nothing (`n/a`) leaves a gap for connectors.

    They are told to whoever gets the lead, like the rest of what it says, so nothing limits their purposes here.
    """
    return tuple(
        Observation(
            field=f"company.{name}",
            value=value,
            confidence=1.0,
            source=HUMAN,
            licence="own-data",
            redistributable=True,
            purposes=_PURPOSES,
            observed_at=lead.received_at,
            method="said",
        )
        for name, value in lead.submission.company.given().items()
    )

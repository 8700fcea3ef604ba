"""Who withdrew and asks again is answered, and gets nothing else: cases against the shipped packs."""

from datetime import timedelta

import pytest

from consent.terms import Outcome, Standing
from tests.consent.test_cases import ANSWER, LIST, MAIL, PARTNER, Case, case, check_case
from tests.consent.worlds import NOW

ALLOW, HOLD, DENY = Outcome.ALLOW, Outcome.HOLD, Outcome.DENY
WITHDREW = {"consent_status": Standing.WITHDRAWN, "consent_refused_at": NOW, "marketing_optout": True}


def asked(days: int) -> dict[str, object]:
    """An inquiry that came this many days after NOW."""
    return {"inquiry_received_at": NOW + timedelta(days=days)}


CASES = [
    case("inquiry before the withdrawal", ANSWER, "DE", (DENY, "consent_refused"), **WITHDREW, **asked(-1)),
    case("inquiry at the moment of the withdrawal", ANSWER, "DE", (DENY, "consent_refused"), **WITHDREW, **asked(0)),
    case("inquiry after the withdrawal", ANSWER, "DE", (ALLOW, "allowed"), **WITHDREW, **asked(1)),
    case(
        "newsletter to one who asked after withdrawing", MAIL, "DE", (DENY, "consent_refused"), **WITHDREW, **asked(1)
    ),
    case(
        "inquiry after the withdrawal, for a partner",
        ANSWER,
        "DE",
        (DENY, "consent_refused"),
        **WITHDREW,
        **asked(1),
        **PARTNER,
    ),
    case(
        "inquiry after an objection to everything",
        ANSWER,
        "DE",
        (DENY, "objected"),
        objected=True,
        **WITHDREW,
        **asked(1),
    ),
    case(
        "inquiry that itself refuses e-mail",
        ANSWER,
        "DE",
        (DENY, "consent_refused"),
        consent_status=Standing.REFUSED,
        consent_refused_at=NOW,
        **asked(1),
    ),
    case(
        "withdrawn, asked nobody knows when",
        ANSWER,
        "DE",
        (HOLD, "inquiry_time_unknown"),
        **WITHDREW,
        inquiry_received_at=None,
    ),
    case("bought list, withdrawn", ANSWER, "DE", (DENY, "consent_refused"), **WITHDREW, **LIST),
]


@pytest.mark.parametrize("row", CASES, ids=lambda row: row.name)
def test_case(row: Case) -> None:
    """The outcome, its reason, and what an ALLOW and a HOLD must carry."""
    check_case(row)

"""What may be asserted to end a hold: what it waits for, of the right kind, and nobody else's to say."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from consent.decision import RESOLVE, WayOut
from consent.terms import Outcome
from gateway.desk.resolving import accept_facts
from gateway.errors import Invalid
from gateway.facts import OWNED
from gateway.lead import Ruling
from tests.conformance.journal.examples import ruling

REASON = "screening_due"


def held(*needs: str, call: str = RESOLVE % REASON) -> tuple[Ruling, ...]:
    """A use that is held for facts."""
    return (ruling("crm", Outcome.HOLD, reason=REASON, way_out=WayOut(call, needs)),)


def refused(uses: Sequence[Ruling], facts: Mapping[str, Any], reason: str = REASON) -> dict[str, str]:
    """The faults of facts that are not taken, by their place."""
    with pytest.raises(Invalid) as caught:
        accept_facts(uses, reason, facts)
    return {fault.pointer: fault.detail for fault in caught.value.faults}


def test_what_the_hold_waits_for_is_taken() -> None:
    """A do-not-call screening is somebody's own finding; what is looked up again asks for a note alone."""
    facts = {"register_screened_at": "2026-03-01", "register_listed": False}
    assert accept_facts(held(*facts), REASON, facts) == facts
    assert accept_facts(held(), REASON, {}) == {}
    assert refused(held(*facts), {}) == {
        "/facts": "A note alone changes nothing here; give register_listed, register_screened_at."
    }


def test_evidence_is_taken_under_the_reason_of_any_way_out() -> None:
    """Consent is the usual ground, a customer another: what that one asks for is given under its own name."""
    other = WayOut(RESOLVE % "soft_opt_in_unmet", ("relationship",))
    uses = (ruling("crm", Outcome.HOLD, way_out=WayOut("POST /v1/consents", ()), other_ways=(other,)),)
    assert accept_facts(uses, "soft_opt_in_unmet", {"relationship": "customer"}) == {"relationship": "customer"}
    told = refused(uses, {"relationship": "customer"}, "consent_needed")
    assert told["/facts/relationship"] == "This hold asks for a note alone."
    assert told[""] == "No evidence ends this hold; this does: POST /v1/consents."


def test_a_hold_that_another_call_ends_says_which() -> None:
    """A note on a policy that nobody accepted, or on a missing destination, would change nothing."""
    call = "leadgate policy accept de:DE-message-consent --as NAME"
    assert refused(held(call=call), {}) == {"": f"No evidence ends this hold; this does: {call}."}
    assert "leadgate destinations add NAME" in refused((), {})[""]


@pytest.mark.parametrize("name", sorted(OWNED))
def test_what_others_own_is_refused_though_the_hold_waits_for_it(name: str) -> None:
    """A withdrawal is lifted in the ledger, a suppression on its list, a transfer tool at the destination."""
    assert "Nobody can assert this" in refused(held(name), {name: False})[f"/facts/{name}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("register_listed", "no"),
        ("register_listed", 0),
        ("register_screened_at", "yesterday"),
        ("register_screened_at", "0001-01-01T00:00:00+23:00"),
        ("register_screened_at", {"a": []}),
        ("subscriber_kind", "robot"),
        ("subscriber_kind", []),
        ("list_sample_unproved", True),
        ("list_sample_unproved", 10**30),
    ],
)
def test_a_value_of_the_wrong_kind_is_a_fault(name: str, value: object) -> None:
    """It says what is wanted and never repeats what was sent."""
    assert list(refused(held(name), {name: value})) == [f"/facts/{name}"]


def test_a_fact_that_is_not_asked_for_is_told_what_is() -> None:
    """Every fault comes at once, under a pointer that names the member exactly."""
    faults = refused(held("register_listed", "suppressed"), {"soft_sale": True, "a/b~c": 1})
    assert faults.keys() == {"/facts/soft_sale", "/facts/a~1b~0c"}
    assert set(faults.values()) == {"This hold asks for register_listed."}

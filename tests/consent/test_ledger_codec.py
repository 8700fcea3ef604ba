"""Ledger events as JSON values and back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import LedgerError
from consent.fold import state
from consent.ledger import Event, NoticeServed, ObjectionReceived, Origin, Party, SignalObserved, Unrecognised
from consent.ledger_codec import KINDS, from_mapping, to_mapping
from consent.terms import Channel, Purpose, Standing
from tests.consent.worlds import NOTICE, NOW, events, grant, withdrawal


@given(ledger=events())
def test_events_survive_storage(ledger: list[Event]) -> None:
    """Written, turned into text, read: the same events."""
    stored = json.loads(json.dumps([to_mapping(event) for event in ledger]))
    assert [from_mapping(each) for each in stored] == ledger


def test_notices_and_full_grants_survive_storage() -> None:
    """The fields that the random ledgers leave out."""
    full = grant(recipients=frozenset({"ds_b", "ds_a"}), evidence=("e1", "e2"), expires_at=NOW)
    served = NoticeServed(
        event_id="n",
        occurred_at=NOW,
        received_at=NOW,
        actor=Party.SYSTEM,
        origin=Origin.SOURCE,
        article=14,
        notice=NOTICE,
    )
    for event in (full, served):
        assert from_mapping(json.loads(json.dumps(to_mapping(event)))) == event
    assert to_mapping(full)["recipients"] == ["ds_a", "ds_b"]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "consent_blessed"},
        {"purpose": "telepathy"},
        {"channel": "fax"},
        {"mechanism": "nod"},
        {"purpose": None},
        {"mechanism": 7},
        {"notice": "newsletter"},
        {"notice": {"id": "newsletter"}},
        {"expires_at": "soon"},
        {"recipients": "ds_a"},
    ],
)
def test_an_unreadable_grant_grants_nothing(change: dict[str, object]) -> None:
    """Whatever this version cannot read comes back as unrecognised and counts for nothing."""
    read = from_mapping({**to_mapping(grant()), **change})
    assert isinstance(read, Unrecognised)
    assert state([read], NOW).answer(Purpose.MARKETING, Channel.EMAIL).standing is Standing.NONE


@pytest.mark.parametrize("kind", ["consent_refused", "consent_withdrawn", "objection_received"])
@given(purpose=st.sampled_from(["telepathy", "", "MARKETING"]))
def test_an_unreadable_withdrawal_counts_for_everything(kind: str, purpose: str) -> None:
    """What stands against a use and names an unknown one stands against every use."""
    read = from_mapping({**to_mapping(withdrawal()), "kind": kind, "purpose": purpose, "channel": "fax"})
    folded = state([grant(), read], NOW)
    assert folded.answer(Purpose.MARKETING, Channel.EMAIL).standing in {Standing.REFUSED, Standing.WITHDRAWN}
    assert folded.answer(Purpose.INQUIRY_RESPONSE, Channel.CALL).standing in {Standing.REFUSED, Standing.WITHDRAWN}


@pytest.mark.parametrize(
    "change",
    [{"event_id": ""}, {"occurred_at": "lately"}, {"received_at": None}, {"actor": "robot"}, {"evidence": "e1"}],
)
def test_an_event_without_its_place_is_an_error(change: dict[str, object]) -> None:
    """Without id, times or actor nobody can say what it means, so it must not be skipped in silence."""
    with pytest.raises(LedgerError, match="quarantine"):
        from_mapping({**to_mapping(withdrawal()), **change})


def test_an_unrecognised_event_is_not_written_anew() -> None:
    """It is kept as it was stored."""
    read = from_mapping({**to_mapping(grant()), "kind": "consent_blessed"})
    with pytest.raises(LedgerError, match="no stored form"):
        to_mapping(read)


def test_the_stored_names_are_frozen() -> None:
    """A name that changed would orphan what is stored."""
    assert sorted(KINDS) == [
        "consent_confirmed",
        "consent_granted",
        "consent_refused",
        "consent_requested",
        "consent_withdrawn",
        "notice_served",
        "objection_received",
        "restriction_lifted",
        "restriction_set",
        "signal_observed",
    ]


def test_contact_points_are_not_printed() -> None:
    """A reference to a contact point stays out of logs."""
    for kind in (ObjectionReceived, SignalObserved):
        event = kind(
            event_id="e",
            occurred_at=NOW,
            received_at=NOW,
            actor=Party.PERSON,
            origin=Origin.SOURCE,
            contact_point="cp-77",
        )
        assert "cp-77" not in repr(event)

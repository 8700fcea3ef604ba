"""A verdict made by way of a draft is the same value as one made by its class."""

import copy
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from gateway.verification.model import PhoneEvidence, PhoneVerdict, RegionSource
from gateway.verification.numbering import making
from gateway.verification.numbering.outcome import unread
from gateway.verification.phone import judge
from gateway.verification.reasons import ReasonCode
from tests.gateway.verification.fakes import NOW

GIVEN = judge("tel:+49-30-901820;ext=12", now=NOW)


def test_a_draft_becomes_the_value_itself() -> None:
    """Class, fields, text and hash are those of a verdict that its class made."""
    shown = {each.name: getattr(GIVEN, each.name) for each in fields(GIVEN)}
    proof = {each.name: getattr(GIVEN.evidence, each.name) for each in fields(GIVEN.evidence)}
    made = PhoneVerdict(**{**shown, "evidence": PhoneEvidence(**proof)})
    assert (type(GIVEN), type(GIVEN.evidence)) == (PhoneVerdict, PhoneEvidence)
    assert (GIVEN, repr(GIVEN), hash(GIVEN), GIVEN.to_json()) == (made, repr(made), hash(made), made.to_json())


@pytest.mark.parametrize("name", ["score", "evidence"])
def test_a_verdict_cannot_be_changed(name: str) -> None:
    """Once it is handed out it is frozen, and so is its evidence."""
    with pytest.raises(FrozenInstanceError):
        setattr(GIVEN, name, None)
    with pytest.raises(FrozenInstanceError):
        GIVEN.evidence.e164 = None  # type: ignore[misc]  # what must not work


def test_a_verdict_can_be_copied_and_stored() -> None:
    """Copying, replacing a field and pickling work as with any frozen value."""
    assert copy.deepcopy(GIVEN) == pickle.loads(pickle.dumps(GIVEN)) == GIVEN  # noqa: S301 - what was just written
    assert replace(GIVEN, score=1).evidence is GIVEN.evidence


def test_a_draft_fills_every_field() -> None:
    """Each slot of the two values is set, also where there is no number."""
    made = making.verdict(unread(ReasonCode.PHONE_EMPTY), None, None, told_by=RegionSource.TOLD, read_as="DE", now=NOW)
    assert all(hasattr(made, each.name) for each in fields(PhoneVerdict))
    assert all(hasattr(made.evidence, each.name) for each in fields(PhoneEvidence))

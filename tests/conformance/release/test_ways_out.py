"""The conformance of every way out that is found: outcomes, deadline, repetition, and nothing personal outside."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.release import DeliveryOutcome, EventType, Parcel, Receipt
from gateway.release.kit.body import Retraction, render_retraction
from gateway.release.kit.discovery import discover
from tests.conformance.release.rigs import RIGS, URL_SECRET, Rig
from tests.gateway.release.values import LEAD_ID, PERMIT, PERSONAL, SECRET, parcel

pytestmark = pytest.mark.integration

PLUGINS = discover()
DEADLINE = 5.0


@pytest.fixture(params=sorted(PLUGINS))
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    """Set up a receiver for each way out that is installed."""
    assert request.param in RIGS, f"write a rig for the way out {request.param} in tests/conformance/release/rigs.py"
    async with RIGS[request.param](PLUGINS[request.param], tmp_path) as made:
        yield made


def attempt(number: int = 1, **changes: object) -> Parcel:
    """Make an attempt, now: receivers look at the clock."""
    return parcel(attempt=number, timestamp=datetime.now(UTC), **changes)


async def deliver(rig: Rig, given: Parcel, deadline: float = DEADLINE) -> Receipt:
    """Make one attempt through the way out."""
    return await rig.plugin.deliver(given, rig.target(), rig.ports, deadline)


def hidden(text: str) -> None:
    """See that neither a person nor a secret stands in a text."""
    for value in (*PERSONAL, SECRET, SECRET.removeprefix("whsec_"), URL_SECRET, PERMIT):
        assert value not in text
        assert json.dumps(value).strip('"') not in text


async def test_its_own_check_accepts_the_target(rig: Rig) -> None:
    """A destination of this kind can be stored."""
    rig.plugin.check(rig.target())


async def test_the_receiver_has_what_was_sent(rig: Rig) -> None:
    """A delivered message is at the receiver, under its id, with its content."""
    given = attempt()
    receipt = await deliver(rig, given)
    assert receipt.outcome is DeliveryOutcome.DELIVERED
    assert not receipt.acknowledged
    [taken] = rig.taken()
    assert taken.id == given.delivery_id
    assert json.loads(taken.message) == json.loads(given.body)


async def test_a_repetition_keeps_id_and_bytes(rig: Rig) -> None:
    """The outbox may send twice; the receiver can tell, or never hears of it."""
    receipts = [await deliver(rig, attempt(number, permit=f"{PERMIT}{number}")) for number in (1, 2, 3)]
    assert {receipt.outcome for receipt in receipts} == {DeliveryOutcome.DELIVERED}
    taken = rig.taken()
    assert len(taken) == (3 if rig.hears_twice else 1)
    assert len(set(taken)) == 1


async def test_every_fault_has_its_outcome_and_heals(rig: Rig) -> None:
    """What goes wrong is a receipt with a code; with the fault away the next attempt arrives."""
    for fault in rig.faults():
        await rig.mend()
        await fault.arrange()
        receipt = await deliver(rig, attempt(delivery_id=f"dv_{fault.name}"))
        assert receipt.outcome in fault.outcomes, fault.name
        assert receipt.detail
        await rig.mend()
        if fault.heals:
            again = await deliver(rig, attempt(2, delivery_id=f"dv_{fault.name}"))
            assert again.outcome is DeliveryOutcome.DELIVERED, fault.name
            assert f"dv_{fault.name}" in [each.id for each in rig.taken()]


async def test_the_deadline_holds(rig: Rig) -> None:
    """A receiver that does not answer is a retry once the time is up, not much later."""
    await rig.stall()
    began = time.monotonic()
    receipt = await deliver(rig, attempt(), 0.3)
    took = time.monotonic() - began
    await rig.mend()
    assert receipt.outcome is DeliveryOutcome.RETRY
    assert 0.25 <= took < 10


async def test_cancellation_passes(rig: Rig) -> None:
    """A shutdown ends an attempt at once; a cancelled attempt never pretends to be a receipt."""
    await rig.stall()
    task = asyncio.create_task(deliver(rig, attempt()))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await rig.mend()


async def test_nothing_personal_or_secret_gets_out(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """No receipt, repr or log line holds a value, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    hidden(repr(attempt()) + repr(rig.target()))
    receipts = [await deliver(rig, attempt())]
    for fault in rig.faults():
        await rig.mend()
        await fault.arrange()
        receipts.append(await deliver(rig, attempt(delivery_id=f"dv_{fault.name}")))
    for receipt in receipts:
        hidden(repr(receipt))
    logged = [record for record in caplog.records if not record.name.startswith(("asyncio", "hpack"))]
    hidden("\n".join(record.getMessage() for record in logged))


async def test_a_retraction_arrives(rig: Rig) -> None:
    """A lead that is taken back is told like any message, and names nobody."""
    now = datetime.now(UTC)
    body = render_retraction(Retraction(lead_id=LEAD_ID, reason="withdrawal", deadline=now, at=now))
    receipt = await deliver(rig, attempt(event=EventType.RETRACTED, body=body))
    assert receipt.outcome is DeliveryOutcome.DELIVERED
    [taken] = rig.taken()
    assert json.loads(taken.message)["data"]["lead"]["id"] == LEAD_ID


async def test_deliveries_do_not_mix(rig: Rig) -> None:
    """Twenty at once arrive as twenty, each once."""
    given = [attempt(delivery_id=f"dv_{number:02}") for number in range(20)]
    receipts = await asyncio.gather(*(deliver(rig, each) for each in given))
    assert {receipt.outcome for receipt in receipts} == {DeliveryOutcome.DELIVERED}
    assert sorted(each.id for each in rig.taken()) == [each.delivery_id for each in given]

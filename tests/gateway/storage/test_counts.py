"""Verdicts are counted over all processes, on both stores, and no journey waits for it."""

from pathlib import Path

import pytest

from gateway.errors import StoreUnavailable
from gateway.storage.counts import VerdictCounts, read_verdicts
from gateway.storage.engine.database import Database
from gateway.verification.model import Deliverability, Validity
from gateway.verification.reasons import ReasonCode
from tests.chaos.world import running
from tests.support.stores import Store

pytestmark = pytest.mark.integration


async def test_two_processes_add_to_the_same_counts(database: Database) -> None:
    """What each has counted is added once, whatever the other adds."""
    first, second = VerdictCounts(database), VerdictCounts(database)
    for counts, times in ((first, 3), (second, 2)):
        for _ in range(times):
            counts.add("email", "risky", "disposable_domain")
        counts.add("phone", "valid", "")
        await counts.flush()
        await counts.flush()
    first.add("email", "risky", "disposable_domain")
    await first.flush()
    expected = {("email", "risky", "disposable_domain"): 6, ("phone", "valid", ""): 2}
    assert await database.read(read_verdicts) == expected


async def test_what_a_store_that_is_gone_did_not_take_is_added_later(store: Store) -> None:
    """Nothing is lost, nothing is counted twice."""
    gone = await store.open()
    counts = VerdictCounts(gone)
    counts.add("email", "unknown", "dns_timeout")
    await gone.close()
    with pytest.raises(StoreUnavailable):
        await gone.ping()
    await counts.flush()
    database = await store.open()
    counts.database = database
    counts.add("email", "unknown", "dns_timeout")
    await counts.flush()
    assert await database.read(read_verdicts) == {("email", "unknown", "dns_timeout"): 2}
    await database.close()


async def test_journeys_are_counted_with_what_made_their_verdicts(store: Store, tmp_path: Path) -> None:
    """E-mail and phone, each with the first reason that speaks against it; every label is of a closed list."""
    async with running(store, tmp_path) as world:
        for email, phone in (
            ("ada@acme.example", "+442079460958"),
            ("bob@mailinator.com", "12"),
            ("eve@dead.example", None),
        ):
            lead = await world.post(email, person={"country": "GB", "phone": phone})
            await world.rests(lead.id, "released", "rejected")
        await world.gateway.desks.figures.verdicts.flush()
        given = (await world.gateway.desks.figures.read()).verdicts
        world.personal = {"@acme.example", "2079460958"}
    assert given == {
        ("email", "deliverable", ""): 1,
        ("email", "risky", "disposable_domain"): 1,
        ("email", "undeliverable", "domain_not_found"): 1,
        ("phone", "valid", ""): 1,
        ("phone", "invalid", "phone_too_short"): 1,
    }
    verdicts, codes = {*Deliverability, *Validity}, {"", *ReasonCode}
    assert all(verdict in verdicts and reason in codes for _kind, verdict, reason in given)

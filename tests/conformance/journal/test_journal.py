"""Every journal does the same: the one on a database, on both stores, and the one in memory."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from audit.keyring import Keyring
from audit.keys import LocalRootKey
from consent.claims import Cap, May
from consent.terms import Channel, Outcome
from gateway.errors import Conflict, KeyReused
from gateway.lead import Dispatched, Status
from gateway.ports import Course, Dispatch, Journal, Mark, Move, OneUse
from gateway.steps import RETRACTED, verified
from gateway.storage.leads.arrivals import Arrivals
from gateway.storage.leads.journal import SqlJournal
from gateway.storage.sealing.vault import Vault
from gateway.wiring.system import SystemClock, SystemIds
from tests.conformance.journal.examples import LATER, NOW, arrival, finding, lookup, observation, ruling
from tests.conformance.journal.memory import MemoryJournal
from tests.support.stores import Store

MARK = Mark(key=b"k" * 32, fingerprint=b"f" * 32, expires_at=NOW + timedelta(hours=24))


@pytest.fixture(
    params=[
        "memory",
        pytest.param("sqlite_store", marks=pytest.mark.integration),
        pytest.param("postgres_store", marks=[pytest.mark.integration, pytest.mark.postgres]),
    ]
)
def place(request: pytest.FixtureRequest) -> Store | None:
    """The store of each journal; the one in memory has none."""
    return None if request.param == "memory" else request.getfixturevalue(request.param)


@pytest.fixture
async def journal(place: Store | None, tmp_path: Path) -> AsyncIterator[Journal]:
    """Each journal, empty."""
    if place is None:
        yield MemoryJournal()
        return
    ids = SystemIds(SystemClock())
    root = LocalRootKey.create(tmp_path / "root.key")
    vault = Vault(Keyring.create(tmp_path / "keys", root, origin="leads.example/audit/1", now=NOW), ids)
    database = await place.open()
    yield SqlJournal(database, vault, Arrivals(database, vault, ids, None), ids)
    await database.close()


async def test_what_comes_in_is_there(journal: Journal) -> None:
    """Opened leads are received, at revision one, and read back as they were written."""
    opened = await journal.open([arrival("ada@acme.example"), arrival(None)])
    assert [lead.status for lead in opened] == [Status.RECEIVED] * 2
    assert list(await journal.load([lead.id for lead in opened])) == list(opened)


async def test_what_is_not_there_is_left_out(journal: Journal) -> None:
    """Leads come in the order asked for, without the unknown ones."""
    first, second = await journal.open([arrival("ada@acme.example"), arrival("bob@acme.example")])
    found = await journal.load([second.id, "ld_00000000000000000000000000", first.id])
    assert [lead.id for lead in found] == [second.id, first.id]


async def test_a_person_is_known_by_a_personal_address_alone(journal: Journal) -> None:
    """The same address in other capitals is the same person; a role address is nobody's, nor is none."""
    (ada,) = await journal.open([arrival("ada@acme.example")])
    (again,) = await journal.open([arrival("Ada@ACME.example")])
    (role,) = await journal.open([arrival("info@acme.example")])
    (other,) = await journal.open([arrival("info@acme.example")])
    (nobody,) = await journal.open([arrival(None)])
    assert ada.subject_id == again.subject_id
    assert len({ada.subject_id, role.subject_id, other.subject_id, nobody.subject_id}) == 4


async def test_a_move_is_committed_whole(journal: Journal) -> None:
    """State, parts, decisions and deliveries are there afterwards, one revision on."""
    (opened,) = await journal.open([arrival()])
    rulings = (ruling("crm"), ruling("mailer", Outcome.HOLD))
    lead = replace(
        opened,
        status=Status.DECIDED,
        updated_at=LATER,
        caps={Channel.SMS: Cap(may=May.DENIED, why="no_phone")},
        lookups=(lookup(observation(), example="match"),),
        asserted={"soft_sale": True},
    )
    parts = frozenset({"verdicts", "lookup", "asserted"})
    dispatches = (Dispatch(destination="crm"),)
    facts = {"outcome": "decided"}
    move = Move(lead=lead, event="lead.decided", facts=facts, parts=parts, rulings=rulings, dispatches=dispatches)
    (committed,) = await journal.commit([move])
    assert committed.revision == 2
    (found,) = await journal.load([opened.id])
    assert (found.status, found.revision, found.updated_at) == (Status.DECIDED, 2, LATER)
    assert (found.caps, found.lookups, found.asserted) == (lead.caps, lead.lookups, lead.asserted)
    assert (found.observations, found.enrichment) == ((observation(),), {"example": "match"})
    assert found.dispatched == {"crm": Dispatched.PENDING}
    assert {(each.recipient, each.decision.outcome) for each in found.rulings} == {
        ("crm", Outcome.ALLOW),
        ("mailer", Outcome.HOLD),
    }


async def test_parts_that_a_move_does_not_name_stay(journal: Journal) -> None:
    """A move writes the parts that it names; the others are as they were."""
    (opened,) = await journal.open([arrival()])
    lead = replace(opened, status=Status.VERIFIED, caps={Channel.SMS: Cap(may=May.DENIED, why="no_phone")})
    (second,) = await journal.commit([Move(lead=lead, event="lead.verified", facts={})])
    (found,) = await journal.load([second.id])
    assert (found.status, found.caps) == (Status.VERIFIED, {})


async def test_newer_decisions_replace_older_ones_by_recipient(journal: Journal) -> None:
    """What was decided last for a recipient counts; what was decided for others stays."""
    (lead,) = await journal.open([arrival()])
    first = Move(lead=lead, event="lead.decided", facts={}, rulings=(ruling("crm"), ruling("mailer")))
    (lead,) = await journal.commit([first])
    second = Move(lead=lead, event="lead.decided", facts={}, rulings=(ruling("crm", Outcome.DENY),))
    await journal.commit([second])
    (found,) = await journal.load([lead.id])
    said = {each.recipient: each.decision.outcome for each in found.rulings}
    assert said == {"crm": Outcome.DENY, "mailer": Outcome.ALLOW}


async def test_a_move_from_an_old_revision_changes_nothing(journal: Journal) -> None:
    """Of two moves from one revision the first counts, and the second is left out of the answer."""
    (lead,) = await journal.open([arrival()])
    good = verified(lead, finding(), LATER)
    bad = verified(lead, finding(Course.REJECT, reason="email_undeliverable"), LATER)
    assert [each.status for each in await journal.commit([good])] == [Status.VERIFIED]
    assert list(await journal.commit([bad])) == []
    (found,) = await journal.load([lead.id])
    assert (found.status, found.revision) == (Status.VERIFIED, 2)


async def test_moves_of_a_commit_do_not_spoil_each_other(journal: Journal) -> None:
    """One that comes too late leaves the others of its batch alone."""
    first, second = await journal.open([arrival("ada@acme.example"), arrival("bob@acme.example")])
    await journal.commit([verified(first, finding(), LATER)])
    both = await journal.commit([verified(first, finding(), LATER), verified(second, finding(), LATER)])
    assert [lead.id for lead in both] == [second.id]


async def test_a_retraction_is_remembered(journal: Journal) -> None:
    """What a destination was last told is to forget the lead."""
    (lead,) = await journal.open([arrival()])
    for kind in ("lead.created", RETRACTED):
        move = Move(lead=lead, event="lead.decided", facts={}, dispatches=(Dispatch(destination="crm", kind=kind),))
        (lead,) = await journal.commit([move])
    (found,) = await journal.load([lead.id])
    assert found.dispatched == {"crm": Dispatched.RETRACTED}


async def test_nothing_to_commit_is_nothing(journal: Journal) -> None:
    """No moves, no leads."""
    assert list(await journal.commit([])) == []


async def test_the_same_mark_gives_the_leads_of_the_first_time(journal: Journal) -> None:
    """A repeated request opens nothing; with another payload it is refused; after its time it is a new one."""
    first = await journal.open([arrival("ada@acme.example"), arrival("bob@acme.example")], MARK)
    again = await journal.open([arrival("ada@acme.example"), arrival("bob@acme.example")], MARK)
    assert [lead.id for lead in again] == [lead.id for lead in first]
    with pytest.raises(KeyReused):
        await journal.open([arrival()], replace(MARK, fingerprint=b"g" * 32))
    tomorrow = NOW + timedelta(hours=25)
    later = await journal.open([arrival(at=tomorrow)], replace(MARK, expires_at=tomorrow + timedelta(hours=24)))
    assert later[0].id not in {lead.id for lead in first}


async def test_what_a_mark_burns_is_burned_with_its_leads(journal: Journal) -> None:
    """The same request again gives its leads; another one with the same challenge is refused, and stores nothing."""
    burning = replace(MARK, burn=OneUse(mac=b"c" * 32, expires_at=MARK.expires_at))
    (first,) = await journal.open([arrival()], burning)
    (again,) = await journal.open([arrival()], burning)
    assert again.id == first.id
    with pytest.raises(Conflict):
        await journal.open([arrival("bob@acme.example")], replace(burning, key=b"m" * 32))
    (bob,) = await journal.open([arrival("bob@acme.example")], replace(MARK, key=b"m" * 32))
    assert bob.id != first.id

"""A refusal by contact point, on both stores: it reaches every lead that came with it, and those that come later."""

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from audit.keyring import SUPPRESSION
from audit.types import by_name
from consent.terms import Channel, Purpose
from gateway.desk.exports import Wish
from gateway.desk.office import LOCAL, Actor
from gateway.desk.people import Who
from gateway.desk.preferences import Against
from gateway.errors import Invalid
from gateway.lead import ConsentClaim, Lead
from gateway.storage.engine.database import Tx
from gateway.storage.log.tables import audit_entries
from gateway.storage.people.tables import contact_hints, contact_withdrawals, subjects
from tests.chaos.world import World, running
from tests.support.stores import Store

pytestmark = pytest.mark.integration

SHOP = Actor(id="key:shop", source="shop", scopes=frozenset({"consents:write"}))
NUMBER = "+4930901820"


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> AsyncIterator[World]:
    """A whole gateway; the log is proved when the test has ended."""
    async with running(store, tmp_path) as made:
        yield made


async def granting(
    world: World, email: str | None, *, phone: str | None = None, age: timedelta = timedelta(days=30)
) -> Lead:
    """A lead that brings a proven grant of marketing by e-mail and call, given some time ago."""
    given = (world.clock.now() - age).isoformat()
    grant = {
        "purpose": "marketing",
        "status": "granted",
        "mechanism": "recorded_call",
        "notice_id": "news",
        "occurred_at": given,
        "evidence": {"certificate_url": "https://proofs.example/1"},
    }
    consent = [{**grant, "channel": channel} for channel in ("email", "call")]
    person = {"country": "DE"} if phone is None else {"country": "DE", "phone": phone}
    return await world.post(email, person=person, consent=consent)


async def outcomes(world: World, lead_id: str) -> dict[str, str]:
    """What is decided on advertising, by channel."""
    await world.settled()
    said = await world.gateway.desks.leads.explain(LOCAL, lead_id)
    return {
        each["channel"]: str(each["outcome"])
        for each in said
        if (each["recipient"], each["purpose"]) == ("crm", "marketing")
    }


@pytest.mark.parametrize("actor", [LOCAL, SHOP])
@pytest.mark.parametrize("email", ["kontakt@acme.example", "Info@acme.example", "lit@[127.0.0.1]"])
async def test_a_withdrawal_reaches_every_lead_that_came_with_the_address(
    world: World, actor: Actor, email: str
) -> None:
    """A role address and a literal are nobody's own: whoever came with it is taken back, whoever hands the word on.

    (A literal is risky, so that advertising to it is held.)
    """
    leads = [await granting(world, email) for _ in range(2)]
    other = await granting(world, "ada@acme.example")
    for lead in (*leads, other):
        await world.rests(lead.id, "released")
        assert (await outcomes(world, lead.id))["email"] == ("HOLD" if "[" in email and lead is not other else "ALLOW")
    await world.gateway.desks.preferences.withdraw(actor, Who(email=email.lower()), Against())
    for lead in leads:
        await world.hears("lead.retracted", lead.id)
        await world.rests(lead.id, "retracted")
    assert (await outcomes(world, other.id))["email"] == "ALLOW"
    again = await granting(world, email)
    await world.rests(again.id, "released")
    assert (await outcomes(world, again.id))["email"] == "DENY"


async def test_an_objection_reaches_an_address_with_a_literal(world: World) -> None:
    """`ada@[127.0.0.1]` is an address like any other: the objection takes the lead back."""
    lead = await world.post("ada@[127.0.0.1]")
    await world.rests(lead.id, "released")
    await world.gateway.desks.preferences.object(LOCAL, Who(email="ada@[127.0.0.1]"), Against())
    await world.hears("lead.retracted", lead.id)
    await world.rests(lead.id, "retracted")


@pytest.mark.parametrize("actor", [LOCAL, SHOP])
@pytest.mark.parametrize(
    ("who", "person"),
    [
        (Who(email="late@acme.example"), {"email": "Late@acme.example"}),
        (Who(email="info@acme.example"), {"email": "info@acme.example"}),
        (Who(phone="+49 (0)30 901820"), {"email": None, "phone": NUMBER}),
    ],
)
async def test_a_withdrawal_that_comes_before_its_lead_is_kept(
    world: World, actor: Actor, who: Who, person: dict[str, Any]
) -> None:
    """Consent that was given before the withdrawal counts for nothing, also where it is handed on after it."""
    world.personal |= {"late@acme.example", "info@acme.example", NUMBER.removeprefix("+")}
    stopped = await world.gateway.desks.preferences.withdraw(actor, who, Against(purpose=Purpose.MARKETING))
    assert stopped.in_flight == ()
    assert (stopped.event_id is None) is (actor is SHOP)
    older = await granting(world, **person)
    await world.rests(older.id, "released")
    assert set((await outcomes(world, older.id)).values()) == {"DENY"}
    newer = await granting(world, **person, age=timedelta(0))
    assert (await outcomes(world, newer.id))["call" if person["email"] is None else "email"] == "ALLOW"


async def test_a_bare_claim_of_another_source_lifts_no_withdrawal(world: World) -> None:
    """It names the notice's id and calls it a double opt-in; nothing shows that, and the withdrawal stands."""
    first = await granting(world, "ada@acme.example")
    await world.rests(first.id, "released")
    await world.gateway.desks.preferences.withdraw(LOCAL, Who(email="ada@acme.example"), Against())
    bare = {
        "purpose": "marketing",
        "channel": "email",
        "status": "granted",
        "mechanism": "double_opt_in",
        "notice_id": "news",
    }
    second = await world.post("ada@acme.example", source="shop", person={"country": "DE"}, consent=[bare])
    await world.rests(second.id, "released")
    assert (await outcomes(world, second.id))["email"] == "DENY"
    shown = {**bare, "evidence": {"certificate_url": "https://proofs.example/2"}}
    for strange in ({**shown, "notice_id": "nobody-stored-it"}, {k: v for k, v in shown.items() if k != "notice_id"}):
        lead = await world.post("ada@acme.example", source="shop", person={"country": "DE"}, consent=[strange])
        await world.rests(lead.id, "released")
        assert (await outcomes(world, lead.id))["email"] == "DENY"
    third = await world.post("ada@acme.example", source="shop", person={"country": "DE"}, consent=[shown])
    await world.rests(third.id, "released")
    assert (await outcomes(world, third.id))["email"] == "ALLOW"


def events_of(export: Path) -> list[dict[str, Any]]:
    """The entries in an export, oldest first."""
    with zipfile.ZipFile(export) as packed:
        return [json.loads(line) for line in packed.read("events.jsonl").splitlines()]


async def kept(world: World) -> list[tuple[str, str | None, datetime]]:
    """Kind, purpose and time of every withdrawal that stands under a contact point, that of all purposes first."""
    table = contact_withdrawals.c
    query = select(table.kind, table.purpose, table.at)
    rows = await world.gateway.office.database.read(lambda connection: connection.execute(query).all())
    return sorted((tuple(row) for row in rows), key=lambda row: row[1] or "")


async def logged(world: World) -> int:
    """The number of withdrawals in the log."""
    query = select(func.count()).where(audit_entries.c.type == by_name("consent.withdrawn").number)
    return await world.gateway.office.database.read(lambda connection: connection.execute(query).scalar_one())


@pytest.mark.parametrize("who", [Who(email="info@acme.example"), Who(phone=NUMBER)], ids=["address", "number"])
async def test_a_withdrawal_that_is_repeated_is_kept_once_with_its_newest_time(world: World, who: Who) -> None:
    """A program that withdraws every night makes no table grow; each time is in the log, and the last one counts."""
    desk, keyring = world.gateway.desks.preferences, world.gateway.office.vault.keyring
    ids = [(await desk.withdraw(LOCAL, who, Against())).event_id for _ in range(3)]
    (first,) = await kept(world)
    assert len(set(ids)) == await logged(world) == 3
    world.clock.ahead = timedelta(hours=2)
    keyring.rotate(SUPPRESSION, now=world.clock.now())
    scopes = (None, Purpose.MARKETING, Purpose.MARKETING, None)
    await asyncio.gather(*(desk.withdraw(LOCAL, who, Against(purpose=each)) for each in scopes))
    last, narrow = await kept(world)
    assert (last[1], narrow[1]) == (None, "marketing")
    assert last[2] - first[2] > timedelta(hours=1)
    assert await logged(world) == 3 + len(scopes)
    world.clock.ahead = timedelta(0)
    await desk.withdraw(LOCAL, who, Against())
    assert await kept(world) == [last, narrow]


async def test_a_number_alone_can_withdraw_and_object(world: World) -> None:
    """Who left nothing but a number says no by that number, however it is spelt."""
    desk = world.gateway.desks.preferences
    for refuse in (desk.withdraw, desk.object):
        lead = await granting(world, None, phone=NUMBER, age=timedelta(0))
        await world.rests(lead.id, "released")
        await refuse(LOCAL, Who(phone="+49 (0)30 901820"), Against())
        await world.hears("lead.retracted", lead.id)
        await world.rests(lead.id, "retracted")
    late = await world.post(None, person={"country": "DE", "phone": NUMBER})
    await world.rests(late.id, "rejected")


async def test_a_withdrawal_of_a_lead_follows_its_number(world: World) -> None:
    """The lead is withdrawn by its id; the number comes again with an older grant, and is not called."""
    first = await granting(world, None, phone=NUMBER)
    await world.rests(first.id, "released")
    assert (await outcomes(world, first.id))["call"] == "ALLOW"
    await world.gateway.desks.preferences.withdraw(LOCAL, Who(lead_id=first.id), Against())
    await world.hears("lead.retracted", first.id)
    again = await granting(world, None, phone=NUMBER)
    assert (await outcomes(world, again.id))["call"] == "DENY"


async def test_a_withdrawal_of_a_person_stops_no_colleague_s_mail(world: World) -> None:
    """Two share a switchboard: one withdraws, the number is no longer called, the other's mailbox stays theirs."""
    ada = await granting(world, "ada@acme.example", phone=NUMBER)
    bob = await granting(world, "bob@acme.example", phone=NUMBER)
    for lead in (ada, bob):
        await world.rests(lead.id, "released")
    assert (await outcomes(world, bob.id))["call"] == "ALLOW"
    await world.gateway.desks.preferences.withdraw(LOCAL, Who(email="ada@acme.example"), Against())
    await world.hears("lead.retracted", ada.id)
    found = await outcomes(world, bob.id)
    assert (found["email"], found["call"]) == ("ALLOW", "DENY")
    await world.rests(bob.id, "released")
    await world.gateway.desks.preferences.withdraw(LOCAL, Who(phone=NUMBER), Against(channel=Channel.SMS))
    assert (await outcomes(world, bob.id))["email"] == "ALLOW"


async def test_a_number_alone_speaks_for_everybody_who_shares_it(world: World) -> None:
    """Nobody can tell which of them said it: a channel narrows it, and the operator is told how many it was about.

    Whoever asks again afterwards is answered.
    """
    desk = world.gateway.desks.preferences
    leads = [await granting(world, f"{name}@acme.example", phone=NUMBER) for name in ("ada", "bob")]
    leads.append(await granting(world, "bob@acme.example", phone=NUMBER))
    other = await granting(world, "cleo@acme.example")
    for lead in (*leads, other):
        await world.rests(lead.id, "released")
    narrow = await desk.withdraw(LOCAL, Who(phone=NUMBER), Against(channel=Channel.CALL))
    assert narrow.persons == 2
    for lead in leads:
        found = await outcomes(world, lead.id)
        assert (found["email"], found["call"]) == ("ALLOW", "DENY")
    assert (await desk.withdraw(SHOP, Who(phone=NUMBER), Against(channel=Channel.CALL))).persons is None
    assert (await desk.object(LOCAL, Who(phone="+493012345678"), Against())).persons == 0
    whole = await desk.withdraw(LOCAL, Who(phone=NUMBER), Against())
    assert whole.persons == 2
    for lead in leads:
        await world.hears("lead.retracted", lead.id)
    again = await world.post("bob@acme.example", person={"country": "DE", "phone": NUMBER})
    await world.rests(again.id, "released")
    await world.rests(other.id, "released")
    assert (await desk.withdraw(LOCAL, Who(lead_id=other.id), Against())).persons == 1


async def test_a_refusal_by_a_number_that_very_many_share_is_taken(world: World) -> None:
    """A switchboard's number may be that of more people than a statement takes arguments: each is counted once."""
    lead = await granting(world, "ada@acme.example", phone=NUMBER)
    await world.rests(lead.id, "released")
    many = 33_000  # PostgreSQL's driver takes 32,767
    ids = [world.gateway.office.ids.random("sb") for _ in range(many)]
    now = world.clock.now()

    def share(tx: Tx) -> None:
        (mac,) = tx.connection.execute(
            select(contact_hints.c.mac).where(
                contact_hints.c.kind == "phone", contact_hints.c.subject_id == lead.subject_id
            )
        ).scalars()
        tx.connection.execute(insert(subjects), [{"id": each, "created_at": now} for each in ids])
        row = {"mac": mac, "kind": "phone", "key_generation": 1}
        tx.connection.execute(insert(contact_hints), [{**row, "subject_id": each} for each in ids])

    await world.gateway.office.database.transact(share)
    stopped = await world.gateway.desks.preferences.withdraw(LOCAL, Who(phone=NUMBER), Against())
    assert stopped.persons == many + 1
    await world.hears("lead.retracted", lead.id)


async def test_what_can_be_no_address_is_refused(world: World) -> None:
    """A refusal that could reach nobody is not taken for one that did."""
    desk = world.gateway.desks.preferences
    for who, pointer in (
        (Who(email="nowhere"), "/email"),
        (Who(phone="not a number"), "/phone"),
    ):
        for refuse in (desk.withdraw, desk.object):
            with pytest.raises(Invalid) as refused:
                await refuse(LOCAL, who, Against())
            assert [fault.pointer for fault in refused.value.faults] == [pointer]


async def test_a_refusal_with_a_name_beside_the_address_reaches_the_address(world: World) -> None:
    """`Ada <ada@acme.example>` refuses for the address inside, as it stands in a letter's head."""
    lead = await world.post("ada@acme.example")
    await world.rests(lead.id, "released")
    await world.gateway.desks.preferences.withdraw(LOCAL, Who(email="Ada <Ada@acme.example>"), Against())
    await world.hears("lead.retracted", lead.id)


async def test_consent_by_an_address_that_is_nobody_s_own_wants_a_lead(world: World) -> None:
    """Who agreed is not known from `info@`: the caller is told to name the lead, known or not."""
    lead = await world.post("info@acme.example")
    await world.rests(lead.id, "released")
    claim = ConsentClaim(
        purpose="marketing", channel="email", status="granted", mechanism="other", occurred_at=world.clock.now()
    )
    for actor in (LOCAL, SHOP):
        for email in ("info@acme.example", "sales@brightpath.example", "ada@[127.0.0.1]"):
            with pytest.raises(Invalid, match="lead"):
                await world.gateway.desks.preferences.record_consents(actor, Who(email=email), [claim])


async def test_the_log_is_exported_for_an_address_that_is_nobody_s_own(world: World, tmp_path: Path) -> None:
    """What is known of everybody who came with `info@` or a literal is found by that address."""
    for email in ("info@acme.example", "ada@[127.0.0.1]"):
        lead = await world.post(email)
        await world.rests(lead.id, "released")
        found = await world.gateway.desks.leads.lookup(LOCAL, email=email, phone=None)
        assert [row["id"] for row in found] == [lead.id]
        wish = Wish(subject=email, opened=True, purpose="asked for")
        out = tmp_path / f"{lead.id}.zip"
        manifest = (await world.gateway.desks.exports.export(LOCAL, wish, out)).manifest
        events = events_of(out)
        assert manifest.counts["in_scope"] == manifest.counts["open"] == len(events) > 0
        assert events[0]["type"] == "lead.received"
        assert {each["payload"]["lead_id"] for each in events} == {lead.id}


async def test_a_withdrawal_by_a_shared_address_is_found_beside_a_person_s_export(world: World, tmp_path: Path) -> None:
    """As the how-to says: the person's file lacks it, the ledger names it, and the log's entry proves when it came."""
    lead = await granting(world, "info@acme.example")
    await world.rests(lead.id, "released")
    stopped = await world.gateway.desks.preferences.withdraw(LOCAL, Who(email="info@acme.example"), Against())
    await world.hears("lead.retracted", lead.id)

    async def opened(name: str, **scope: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - fields of a wish
        wish = Wish(opened=True, purpose="access request", **scope)
        await world.gateway.desks.exports.export(LOCAL, wish, tmp_path / name)
        return events_of(tmp_path / name)

    own = await opened("own.zip", subject="info@acme.example")
    assert "consent.recorded" in {each["type"] for each in own}
    assert "consent.withdrawn" not in {each["type"] for each in own}
    ledger = await world.gateway.desks.preferences.people.ledger(LOCAL, lead.subject_id)
    assert ledger[-1].event.event_id == stopped.event_id
    (entry,) = await opened("withdrawn.zip", types=("consent.withdrawn",))
    assert entry["payload"]["consent_event"] == stopped.event_id
    assert "acme" not in json.dumps(entry)


async def test_the_ledger_shows_what_was_said_by_contact_point(world: World) -> None:
    """Whoever reads a person's ledger sees the withdrawal by number that stands against their leads."""
    lead = await granting(world, None, phone=NUMBER)
    await world.rests(lead.id, "released")
    stopped = await world.gateway.desks.preferences.withdraw(
        LOCAL, Who(phone=NUMBER), Against(purpose=Purpose.MARKETING)
    )
    shown = await world.gateway.desks.preferences.people.ledger(LOCAL, lead.subject_id)
    kinds = [type(each.event).__name__ for each in shown]
    assert kinds == ["ConsentGranted", "ConsentGranted", "ConsentWithdrawn"]
    assert shown[-1].event.event_id == stopped.event_id

"""Who objected to a vendor, or had themselves erased there, is suppressed and erased here too, on both stores."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from sqlalchemy import func, select

from connectors.kit import Answer as Said
from connectors.kit import Context, LookupOutcome, Manifest, Plain, Query
from consent.suppression import SuppressionKind
from gateway.desk.office import LOCAL
from gateway.lead import Lead
from gateway.sandbox.inbox import Answer
from gateway.sandbox.vendors import Mailboxes, Vendors
from gateway.sandbox.vendors.hunter import OBJECTED, Hunter, failure
from gateway.sandbox.vendors.mailboxes import Scene
from gateway.sandbox.vendors.people_data_labs import PeopleDataLabs
from gateway.sandbox.vendors.vendor import KEY
from gateway.storage.vendors.tables import erasure_feeds, vendor_records, vendor_results
from tests.chaos.world import World, running
from tests.gateway.enrichment.doubles import manifest
from tests.support.stores import Store
from tests.support.waiting import eventually, until

pytestmark = pytest.mark.integration

ADA: Final = "ada@acme.example"
PDL: Final = "people_data_labs_person"
HUNTER: Final = "hunter_person"
DAY: Final = timedelta(days=1)
SETTINGS: Final[dict[str, Any]] = {
    "connectors": {name: {"api_key": KEY, "transfer": "scc"} for name in (PDL, HUNTER)},
    "enrichment": {"stages": [[PDL], [HUNTER]], "budget_minor": 1000},
}


@asynccontextmanager
async def enriching(store: Store, folder: Path, vendors: Vendors) -> AsyncIterator[World]:
    """A gateway that asks two vendors about people."""
    places = {(host, 443): vendors.address for host in (*PeopleDataLabs.hosts, *Hunter.hosts)}
    async with running(store, folder, addresses=places, **SETTINGS) as world:
        yield world


async def inquires(world: World) -> Lead:
    """Ada asks something."""
    lead = await world.post(ADA, person={"country": "DE"})
    await world.rests(lead.id, "released")
    return lead


async def shown(world: World, lead: Lead) -> Lead:
    """The lead as it stands."""
    return await world.gateway.desks.leads.get(LOCAL, lead.id)


async def marked(world: World, lead: Lead, connector: str, mark: str) -> Lead:
    """Wait until a connector has ended so for a lead."""
    return await eventually(lambda: shown(world, lead), lambda told: told.enrichment.get(connector) == mark)


def said_by(lead: Lead, connector: str) -> set[str]:
    """The fields that a connector has said something of."""
    return {seen.field for lookup in lead.lookups for seen in lookup.observations if seen.connector == connector}


def withheld(message: Mapping[str, Any]) -> set[str]:
    """The fields that a destination is told of, and not given."""
    return {each["field"] for each in message["data"]["withheld"]}


async def listed(world: World) -> list[Mapping[str, Any]]:
    """What the suppression list says of Ada."""
    return list(await world.gateway.desks.preferences.list.look_up(SuppressionKind.EMAIL_EXACT, ADA))


async def test_who_is_on_a_vendors_list_of_the_erased_is_erased_and_not_looked_up_again(
    store: Store, tmp_path: Path
) -> None:
    """What that vendor said goes from lead and cache, its rival's stays; nobody is asked any more; she is answered."""
    async with Vendors() as vendors, enriching(store, tmp_path, vendors) as world:
        lead = await inquires(world)
        await world.agrees(lead)
        before = await marked(world, lead, PDL, "match")
        assert "person.seniority" in said_by(before, PDL)
        await world.hears("lead.updated", lead.id)

        vendors[PeopleDataLabs].erased.append("sandbox-ada")
        world.clock.ahead += DAY
        assert await world.gateway.erasures.run() == 1
        after = await eventually(lambda: shown(world, lead), lambda told: not said_by(told, PDL))
        assert said_by(after, HUNTER) == said_by(before, HUNTER)
        assert after.enrichment[PDL] == "match", "that it was asked, and answered, stays on record"
        (entry,) = await listed(world)
        assert (entry["purpose"], entry["channel"], entry["reason"]) == ("enrichment", None, "vendor_erasure")
        await world.hears("lead.updated", lead.id, count=2)

        asked = vendors.calls
        again = await inquires(world)
        assert asked == vendors.calls, "nobody is asked about her"
        assert set((await shown(world, again)).enrichment.values()) <= {"not_allowed"}
        await _nothing_is_kept(world)


async def _last_heard(world: World, lead: Lead) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(world.heard(lead.id, "lead.updated")[-1].body)
    return told


async def _nothing_is_kept(world: World) -> None:
    """Neither the vendor's answer nor whose record it was."""
    answers = select(func.count()).select_from(vendor_results).where(vendor_results.c.connector.startswith(PDL))
    records = select(func.count()).select_from(vendor_records)
    read = world.gateway.office.database.read
    assert await read(lambda c: (c.execute(answers).scalar_one(), c.execute(records).scalar_one())) == (0, 0)


async def test_who_objected_at_a_vendor_is_suppressed_and_what_it_had_said_is_erased(
    store: Store, tmp_path: Path
) -> None:
    """A vendor that answers 451 today had a record last month: that goes, from every lead of hers."""
    script = {ADA: (*Hunter.usual[ADA], OBJECTED)}
    played = (PeopleDataLabs(script={}), Hunter(script=script))
    async with Vendors(*played) as vendors, enriching(store, tmp_path, vendors) as world:
        lead = await inquires(world)
        await world.agrees(lead)
        assert said_by(await marked(world, lead, HUNTER, "match"), HUNTER)
        *_, told = await world.hears("lead.updated", lead.id)
        assert "person.seniority" in withheld(told)
        world.clock.ahead += 40 * DAY
        second = await inquires(world)
        await marked(world, second, HUNTER, "suppressed_by_vendor")
        await eventually(lambda: shown(world, lead), lambda told: not said_by(told, HUNTER))
        *_, told = await world.hears("lead.updated", lead.id, count=2)
        assert "person.seniority" not in withheld(told)
        (entry,) = await listed(world)
        assert (entry["purpose"], entry["reason"]) == ("enrichment", "vendor_objection")
        asked = vendors.calls
        third = await inquires(world)
        assert asked == vendors.calls
        assert (await shown(world, third)).enrichment == {}


async def test_a_message_that_may_have_arrived_keeps_its_bytes_and_is_corrected(store: Store, tmp_path: Path) -> None:
    """The destination was down when it was to hear of what is erased by now: the last that it hears is without it."""
    played = (PeopleDataLabs(), Hunter(script={}))
    async with Vendors(*played) as vendors, enriching(store, tmp_path, vendors) as world:
        lead = await inquires(world)
        world.inbox.default = Answer(status=503)
        await world.agrees(lead)
        await marked(world, lead, PDL, "match")
        await until(lambda: len(world.heard(lead.id, "lead.updated")) == 1)
        assert "person.seniority" in withheld(json.loads(world.heard(lead.id, "lead.updated")[0].body))

        vendors[PeopleDataLabs].erased.append("sandbox-ada")
        world.clock.ahead += DAY
        await world.gateway.erasures.run()
        await eventually(lambda: shown(world, lead), lambda told: not said_by(told, PDL))
        before = len(world.heard(lead.id, "lead.updated"))
        world.inbox.default = Answer()
        world.clock.ahead += DAY
        await until(lambda: len(world.heard(lead.id, "lead.updated")) > before)
        await eventually(lambda: _last_heard(world, lead), lambda told: "person.seniority" not in withheld(told))


async def test_who_objected_at_a_vendor_that_checks_mailboxes_is_suppressed(
    sqlite_store: Store, tmp_path: Path
) -> None:
    """Such a check shows the address as well; held for what it could not say, the lead goes on without it."""
    async with Vendors(Mailboxes(script={"ada": Scene(trouble=451, times=9)})) as vendors:
        places = {(host, 443): vendors.address for host in Mailboxes.hosts}
        paid: dict[str, Any] = {
            "verification_level": "vendor",
            "mailbox_vendor": "zerobounce",
            "connectors": {"zerobounce": {"api_key": KEY, "transfer": "scc"}},
        }
        async with running(sqlite_store, tmp_path, addresses=places, **paid) as world:
            await world.agrees(await inquires(world))
            lead = await world.post(ADA, person={"country": "DE"})
            await world.rests(lead.id, "held")
            assert vendors[Mailboxes].asked == [ADA]
            (entry,) = await eventually(lambda: listed(world))
            assert (entry["purpose"], entry["reason"]) == ("enrichment", "vendor_objection")
            world.clock.ahead += DAY
            await world.gateway.journal.revive(world.clock.now())
            await world.rests(lead.id, "released")
            assert vendors[Mailboxes].asked == [ADA]


async def test_a_look_up_under_way_brings_nothing_of_who_objected_meanwhile(store: Store, tmp_path: Path) -> None:
    """Her second lead has her record already and waits for a slow vendor: by the time it ends, it may not be kept."""
    slow = replace(Hunter.usual[ADA][0], wait=3.0)
    played = Hunter(script={ADA: (failure(401, "no"), slow)})
    async with Vendors(PeopleDataLabs(), played) as vendors, enriching(store, tmp_path, vendors) as world:
        lead = await inquires(world)
        await world.agrees(lead)
        await marked(world, lead, PDL, "match")
        second = await world.post(ADA, person={"country": "DE"})
        await until(lambda: len(played.asked) == 2)
        assert await world.gateway.desks.objections.listed(PDL, ["sandbox-ada"]) == 1
        await eventually(lambda: shown(world, lead), lambda told: not said_by(told, PDL))
        await world.rests(second.id, "released")
        ended = await shown(world, second)
        assert ended.enrichment[PDL] == "match"
        assert not any(lookup.personal for lookup in ended.lookups)
        (message,) = await world.hears("lead.created", second.id)
        assert not {name for name in withheld(message) if name.startswith("person.")}
        world.clock.ahead += timedelta(minutes=20)
        await world.settled()
        await _nothing_is_kept(world)


class Dialler:
    """A vendor that is asked by number, and that everybody has objected to."""

    manifest: ClassVar[Manifest] = manifest(
        "dialler", subject="person", requires=[["person.phone"]], sends=["person.phone"], provides=["person.full_name"]
    )

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        self.settings = settings

    async def ask(self, query: Query, context: Context) -> Said:
        """Says that the person has objected."""
        return Said(outcome=LookupOutcome.SUPPRESSED_BY_VENDOR, reason="status_451")


async def test_who_is_known_by_a_number_alone_is_suppressed_by_it(sqlite_store: Store, tmp_path: Path) -> None:
    """There is nothing else to tell them by."""
    settings: dict[str, Any] = {
        "connectors": {"dialler": {"transfer": "adequacy"}},
        "enrichment": {"stages": [["dialler"]]},
    }
    number = "+4930901820"
    async with running(sqlite_store, tmp_path, plugins={"dialler": Dialler}, **settings) as world:
        lead = await world.post(None, person={"phone": number, "full_name": "Ada Lovelace", "country": "DE"})
        await world.rests(lead.id, "released", "held")
        await world.agrees(lead)
        look_up = world.gateway.desks.preferences.list.look_up
        (entry,) = await eventually(lambda: look_up(SuppressionKind.PHONE_E164, number))
        assert (entry["purpose"], entry["reason"]) == ("enrichment", "vendor_objection")


async def test_a_list_that_cannot_be_read_is_told_and_tried_again(sqlite_store: Store, tmp_path: Path) -> None:
    """A key that the vendor refuses erases nobody; readiness says so until the list is read."""
    async with Vendors() as vendors, enriching(sqlite_store, tmp_path, vendors) as world:
        played, figures = vendors[PeopleDataLabs], world.gateway.desks.figures
        read = world.gateway.office.database.read
        await eventually(lambda: read(lambda c: c.execute(select(erasure_feeds.c.read_at)).scalar()))
        played.key = "another"
        world.clock.ahead += DAY
        assert await world.gateway.erasures.run() == 0
        assert (await figures.going()).unread == {PDL: "unauthorised (status_401)"}
        played.key = KEY
        assert await world.gateway.erasures.run() == 0
        assert (await figures.going()).unread, "it was tried a moment ago"
        world.clock.ahead += timedelta(hours=1)
        assert await world.gateway.erasures.run() == 0
        assert (await figures.going()).unread == {}

"""A vendor that checks mailboxes on a lead's way: what it is shown, what it is not, and what is on record of it."""

import json
import zipfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Connection, select

from consent.suppression import SuppressionKind
from gateway.desk.exports import Wish
from gateway.desk.office import LOCAL
from gateway.desk.suppressions import Against
from gateway.lead import Lead
from gateway.sandbox.detour import detour
from gateway.sandbox.vendors import KEY, Mailboxes, Vendors
from gateway.storage.vendors.tables import vendor_calls, vendor_results
from tests.chaos.world import Addresses, World, running
from tests.gateway.verification.probes.test_smtp_journey import SETTINGS as PROBING
from tests.gateway.verification.probes.test_smtp_journey import zone
from tests.support.postgres import free_port
from tests.support.stores import Store

pytestmark = pytest.mark.integration

PAID: Final[Mapping[str, Any]] = {
    "verification_level": "vendor",
    "mailbox_vendor": "zerobounce",
    "connectors": {"zerobounce": {"api_key": KEY, "transfer": "scc"}},
}
OWN: Final[Mapping[str, Any]] = {
    "mailbox_vendor": "reacher",
    "connectors": {"reacher": {"host": "checks.company.example", "secret": KEY, "trust_invalid": True}},
}


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    """The sandbox's vendors."""
    async with Vendors() as server:
        yield server


def places(vendors: Vendors, settings: Mapping[str, Any]) -> Addresses:
    """Every vendor's host, on loopback."""
    return detour(vendors.address, settings["connectors"]).addresses


async def posted(world: World, email: str, *statuses: str) -> Lead:
    """A new inquiry, once it rests."""
    lead = await world.post(email, person={"country": "DE"})
    await world.rests(lead.id, *(statuses or ("released",)))
    return await world.gateway.desks.leads.get(LOCAL, lead.id)


async def known(world: World, email: str) -> Lead:
    """A person who has agreed to being looked up, by an inquiry before."""
    lead = await posted(world, email)
    await world.agrees(lead)
    return lead


async def shown(world: World, folder: Path, lead: Lead, event: str = "lead.verified") -> Mapping[str, Any]:
    """What the log, as it is exported, says about showing a lead's address; no address is in it."""
    out = folder / f"{lead.id}-{event}.zip"
    await world.gateway.desks.exports.export(LOCAL, Wish(opened=True, purpose="a test", types=(event,)), out)
    with zipfile.ZipFile(out) as packed:
        text = packed.read("events.jsonl").decode()
    assert "@acme.example" not in text
    told = [payload for line in text.splitlines() if (payload := json.loads(line)["payload"])["lead_id"] == lead.id]
    return dict(told[-1]["vendor"])


async def test_nobody_is_shown_to_a_vendor_without_a_decision(store: Store, tmp_path: Path, vendors: Vendors) -> None:
    """Undecided: not asked, verified up to DNS. Agreed: asked once, ever. Suppressed: not asked, not even then."""
    async with running(store, tmp_path, addresses=places(vendors, PAID), **PAID) as world:
        first = await posted(world, "ada@acme.example")
        assert first.email is not None
        assert (first.email.level.value, vendors[Mailboxes].asked) == ("dns", [])
        told = await shown(world, tmp_path, first)
        assert (told["outcome"], told["reasons"], told["shown_to"]) == ("HOLD", ["assessment_missing"], None)

        await world.agrees(first)
        second = await posted(world, "ada@acme.example")
        assert second.email is not None
        assert (second.email.level.value, second.email.evidence.mailbox_by) == ("vendor", "zerobounce")
        assert "vendor_accepted" in [code.value for code in second.email.reasons]
        assert (vendors[Mailboxes].asked, int(vendors[Mailboxes].spent)) == (["ada@acme.example"], 1)
        told = await shown(world, tmp_path, second)
        assert (told["outcome"], told["shown_to"]) == ("ALLOW", "zerobounce")

        third = await posted(world, "ada@acme.example")
        assert third.email is not None
        assert third.email.level.value == "vendor"
        assert len(vendors[Mailboxes].asked) == 1

        await known(world, "eva@acme.example")
        against = Against()
        await world.gateway.desks.preferences.suppress(
            LOCAL, SuppressionKind.EMAIL_CANONICAL, "eva@acme.example", against, "complaint"
        )
        stopped = await posted(world, "eva@acme.example", "rejected", "held", "released", "decided")
        assert (await shown(world, tmp_path, stopped))["outcome"] == "DENY"
        assert stopped.email is not None
        assert stopped.email.level.value == "dns"
        assert vendors[Mailboxes].asked == ["ada@acme.example"]
        assert await calls(world) == [(second.id, "zerobounce@1.0.0", "match", 10_000)]
        # Sealed with the key of its person, whose erasure ends it.
        assert await world.gateway.office.database.read(_owners) == [second.subject_id]


def _owners(connection: Connection) -> list[str | None]:
    """Whose the kept answers are."""
    query = select(vendor_results.c.subject_id).where(vendor_results.c.connector == "zerobounce@1.0.0")
    return list(connection.execute(query).scalars())


async def calls(world: World) -> list[tuple[str, str, str | None, int]]:
    """The record of paid calls: for which lead, by whom, how it ended, what it cost."""
    query = select(vendor_calls)

    def run(connection: Connection) -> list[tuple[str, str, str | None, int]]:
        return [(row.lead_id, row.connector, row.outcome, row.cost_micros) for row in connection.execute(query)]

    return await world.gateway.office.database.read(run)


@pytest.mark.parametrize(
    ("name", "status", "reason", "word"),
    [
        ("missing", "rejected", "vendor_not_found", "invalid/mailbox_not_found"),
        ("greylisted", "held", "vendor_undecided", "unknown/greylisted"),
        ("broke", "held", "vendor_undecided", "unauthorised"),
        ("down", "held", "vendor_undecided", "vendor_error"),
        ("anybody", "released", "vendor_catch_all", "catch-all"),
        ("busy", "held", "vendor_undecided", "throttled"),
        ("flaky", "released", "vendor_accepted", "valid"),
    ],
)
async def test_what_the_vendor_says_and_what_it_fails_to_say(
    sqlite_store: Store, tmp_path: Path, vendors: Vendors, name: str, status: str, reason: str, word: str
) -> None:
    """Proof rejects, a doubt goes on, and a vendor that cannot tell is nobody's fault but ours."""
    async with running(sqlite_store, tmp_path, addresses=places(vendors, PAID), **PAID) as world:
        await known(world, f"{name}@acme.example")
        lead = await posted(world, f"{name}@acme.example", status)
        assert lead.email is not None
        assert reason in [code.value for code in lead.email.reasons]
        assert lead.email.evidence.mailbox_outcome == word
        event = {"rejected": "lead.rejected", "held": "lead.held", "released": "lead.verified"}[status]
        assert (await shown(world, tmp_path, lead, event))["shown_to"] == "zerobounce"


async def test_a_vendor_takes_the_place_of_our_own_probe(sqlite_store: Store, tmp_path: Path, vendors: Vendors) -> None:
    """At level smtp without a probe of ours, the operator's own server is asked, of those who may be shown."""
    settings = {**OWN, "verification_level": "smtp"}
    async with running(sqlite_store, tmp_path, addresses=places(vendors, OWN), **settings) as world:
        first = await posted(world, "missing@acme.example", "held")
        assert first.email is not None
        assert "smtp_probe_off" in [code.value for code in first.email.reasons]
        assert vendors[Mailboxes].asked == []
        await world.agrees(first)
        lead = await posted(world, "missing@acme.example", "rejected")
        assert lead.email is not None
        assert (lead.email.evidence.mailbox_by, lead.email.evidence.mailbox_outcome) == ("reacher", "invalid")
        assert vendors[Mailboxes].asked == ["missing@acme.example"]


async def test_where_port_25_is_shut_the_verdict_says_so_and_the_vendor_helps(
    sqlite_store: Store, tmp_path: Path, vendors: Vendors
) -> None:
    """Our own probe cannot connect: held for that reason, until the person may be shown to the vendor."""
    settings = {**OWN, **PROBING}
    async with running(
        sqlite_store, tmp_path, zone=zone(), mail_port=free_port(), addresses=places(vendors, OWN), **settings
    ) as world:
        first = await posted(world, "ada@acme.example", "held")
        assert first.email is not None
        assert (first.email.verdict.value, first.email.reasons[-1].value) == ("unknown", "smtp_port_closed")
        assert vendors[Mailboxes].asked == []
        await world.agrees(first)
        second = await posted(world, "ada@acme.example")
        assert second.email is not None
        assert (second.email.level.value, second.email.reasons[-1].value) == ("vendor", "vendor_accepted")

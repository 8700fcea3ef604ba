"""A lead whose mail server greylists us, from end to end: held, asked again, released or left to a person."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import RowMapping

from gateway.ports import ADVANCE
from gateway.sandbox.zone import Zone, parse_zone
from gateway.storage.engine.unit import Job, Unit
from tests.chaos.world import World, running
from tests.support.mailserver import MailServer, Script
from tests.support.stores import Store
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

MINUTE: Final = timedelta(minutes=1)
SETTINGS: Final[Mapping[str, Any]] = {
    "verification_level": "smtp",
    "smtp": {
        "probe": True,
        "helo": "probe.leadgate.example",
        "mail_from": "probe@leadgate.example",
        "reply_seconds": 5,
        "session_seconds": 20,
    },
}
_ZONE: Final = """
version: 1
names:
  .: {NS: a.root-servers.net.}
  iana.org: {A: 192.31.196.1}
  wikipedia.org: {A: 192.31.196.1}
  acme.example: {MX: 10 mx.acme.example.}
  mx.acme.example: {A: 127.0.0.1}
  probe.leadgate.example: {A: 127.0.0.1}
  1.0.0.127.in-addr.arpa: {PTR: probe.leadgate.example.}
  leadgate.example: {MX: 10 mx.leadgate.example., TXT: '"v=spf1 " "ip4:127.0.0.1 -all"'}
  mx.leadgate.example: {A: 127.0.0.1}
"""


def zone(text: str = _ZONE) -> Zone:
    """The names of these tests: an honest resolver, a company, and ours."""
    return parse_zone(text)


async def later(world: World, store: Store, lead_id: str, wait: timedelta) -> None:
    """Move the clock; PostgreSQL's queue goes by the server's, so that there the work is put in anew."""
    world.clock.ahead += wait
    if store.dialect == "postgresql":
        await world.gateway.office.database.write(Unit().enqueue(Job(name=ADVANCE, ids=(lead_id,))))


async def attempts(world: World, lead_id: str, count: int) -> RowMapping:
    """Wait until a lead is held after so many attempts."""
    row = await eventually(
        lambda: world.gateway.desks.leads.standing(lead_id),
        lambda row: row is not None and row["status"] == "held" and row["attempt"] == count,
    )
    assert row is not None
    return row


async def test_a_greylisted_lead_is_asked_again_and_released(store: Store, tmp_path: Path) -> None:
    """Held at first; after 15 minutes the greylist knows client, sender and recipient, and the lead goes on."""
    async with (
        MailServer(Script(greylist=True)) as server,
        running(store, tmp_path, zone=zone(), mail_port=server.port, **SETTINGS) as world,
    ):
        lead = await world.post("jane@acme.example")
        row = await attempts(world, lead.id, 1)
        assert row["reason"] == "email_unknown"
        assert timedelta(minutes=14) < row["due_at"] - world.clock.now() <= 15 * MINUTE
        assert [each[2].partition("@")[0] == "jane" for each in server.triplets] == [True, False]
        await later(world, store, lead.id, 10 * MINUTE)
        await world.quiet(0.5)
        assert len(server.triplets) == 2
        await later(world, store, lead.id, 6 * MINUTE)
        await world.rests(lead.id, "released")
        assert server.triplets[0] == server.triplets[2] == ("127.0.0.1", "probe@leadgate.example", "jane@acme.example")
        assert server.triplets[1] == server.triplets[3], "the greylist knows the invented address again too"
        found = await world.gateway.desks.leads.standing(lead.id)
        assert found is not None
        (message,) = await world.hears("lead.created", lead.id)
        assert message["data"]["lead"]["id"] == lead.id
        assert "DATA" not in server.transcript


async def test_after_the_waits_a_person_gets_it(store: Store, tmp_path: Path) -> None:
    """A server that greylists for ever is asked after 15, 60 and 240 minutes; then the lead waits for a person."""
    async with (
        MailServer(Script(greylist=True, release_at=lambda: False)) as server,
        running(store, tmp_path, zone=zone(), mail_port=server.port, **SETTINGS) as world,
    ):
        lead = await world.post("jane@acme.example")
        for number, wait in enumerate((15, 60, 240), 1):
            row = await attempts(world, lead.id, number)
            assert row["reason"] == "email_unknown"
            await later(world, store, lead.id, (wait + 1) * MINUTE)
        row = await attempts(world, lead.id, 4)
        assert (row["reason"], row["due_at"]) == ("email_review", None)
        assert len(server.triplets) == 8
        assert len(set(server.triplets)) == 2


async def test_readiness_says_why_nothing_is_probed(tmp_path: Path, sqlite_store: Store) -> None:
    """Without a reverse name nobody is asked: the lead is held with the reason, and readiness names the check."""
    text = _ZONE.replace("PTR: probe.leadgate.example.", "PTR: host7.cloud.example.")
    async with (
        MailServer() as server,
        running(sqlite_store, tmp_path, zone=zone(text), mail_port=server.port, **SETTINGS) as world,
    ):
        lead = await world.post("jane@acme.example")
        row = await attempts(world, lead.id, 1)
        assert row["reason"] == "email_unknown"
        assert server.commands("RCPT") == []
        wrong = world.gateway.probing.wrong
        assert wrong is not None
        assert "does not start: reverse. " in wrong
        assert "jane" not in json.dumps(world.gateway.probing.wrong)

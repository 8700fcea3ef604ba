"""What whoever runs a gateway sees of probing: settings, the self-test's act, and readiness."""

import json
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import func, select

from audit.types import PROBES_RESUMED
from gateway.cli import acts
from gateway.errors import NotFound, SetupError
from gateway.settings import load
from gateway.storage.log.tables import audit_entries
from gateway.verification.probes.smtp.prober import SmtpProber
from gateway.verification.reasons import Level
from gateway.wiring import Sandbox, probing_alone
from tests.chaos.world import running
from tests.gateway.verification.probes.test_smtp_journey import SETTINGS, zone
from tests.support.gateway import running_gateway
from tests.support.mailserver import MailServer
from tests.support.stores import Store


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In a folder without settings."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("smtp", "says"),
    [
        ({"probe": True}, "smtp: probing needs `helo` and `mail_from` too"),
        ({"probe": True, "helo": "probe.acme.example"}, "smtp: probing needs `helo` and `mail_from` too"),
        ({"helo": "probe"}, "smtp.helo: a host name is written in full"),
        ({"helo": "probe.acme.example\r\nDATA"}, "smtp.helo: a host name is written in full"),
        ({"mail_from": "probe"}, "smtp.mail_from: an address is written like"),
        ({"mail_from": "a b@acme.example"}, "smtp.mail_from: an address is written like"),
        ({"mail_from": "probe@acme.example>\r\nDATA"}, "smtp.mail_from: a host name is written in full"),
        ({"address": "here"}, "smtp.address"),
        ({"per_minute": 1}, "smtp.per_minute"),
        ({"port": 2525}, "smtp.port: there is no such setting"),
        ({"allow_loopback": True}, "smtp.allow_loopback: there is no such setting"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start(smtp: dict[str, Any], says: str) -> None:
    """By name; nothing in a setting reaches the wire that is no host name or address."""
    with pytest.raises(SetupError) as caught:
        load(smtp=smtp)
    assert says in str(caught.value)


@pytest.mark.integration
async def test_it_is_off_unless_switched_on() -> None:
    """Without a word nobody is asked; with a name and a sender the self-test can be made before anything is on."""
    async with probing_alone(load()) as (_client, asked):
        assert (asked.on, asked.self_test, asked.sources) == (False, None, {})
    known = load(smtp={"helo": "probe.acme.example.", "mail_from": "probe@Acme.example"})
    assert (known.smtp.helo, known.smtp.mail_from) == ("probe.acme.example", "probe@acme.example")
    async with probing_alone(known) as (_client, asked):
        assert (asked.on, asked.sources) == (False, {})
        assert asked.self_test is not None


@pytest.mark.integration
async def test_a_gateway_that_begins_anew_invents_the_same_address(sqlite_store: Store, tmp_path: Path) -> None:
    """A greylist that was shown it before a restart, or by another worker, knows it again."""
    invented = []
    async with MailServer() as server:
        for _ in range(2):
            async with running(sqlite_store, tmp_path, zone=zone(), mail_port=server.port, **SETTINGS) as world:
                source = world.gateway.probing.sources[Level.SMTP]
                assert isinstance(source, SmtpProber)
                invented.append(source.means.invent("acme.example"))
    assert invented[0] == invented[1]


@pytest.mark.integration
async def test_the_act_lists_what_is_paused_and_lifts_it(store: Store, tmp_path: Path) -> None:
    """The gateway's own memory: three refusals stop everything until a person lifts the pause."""
    async with (
        MailServer() as server,
        running(store, tmp_path, zone=zone(), mail_port=server.port, **SETTINGS) as world,
    ):

        async def act(name: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON types
            return await acts.perform(world.gateway, "anna", name, arguments)

        assert (await act("probes.self_test"))["ready"]
        memory = world.gateway.probing.memory
        for group in ("a.example", "b.example", "c.example"):
            await memory.refused(group, "550 5.7.1 no", now=world.clock.now())
        found = await act("probes.self_test")
        assert not found["ready"]
        coded = {memory.named(group) for group in ("a.example", "b.example", "c.example")}
        assert {each["group"] for each in found["paused"]} == {"*", *coded}
        assert "example" not in json.dumps(found["paused"])
        assert world.gateway.probing.wrong is not None
        one = memory.named("a.example")
        assert await act("probes.resume", group=one) == {"group": one}
        with structlog.testing.capture_logs() as logged:
            assert await act("probes.resume", group="*") == {"group": "*"}
        assert [(each["event"], each["group"], each["by"]) for each in logged] == [("probes.resumed", "*", "local")]
        count = select(func.count()).where(audit_entries.c.type == PROBES_RESUMED.number)
        assert await world.gateway.office.database.read(lambda c: c.execute(count).scalar_one()) == 2
        assert await memory.pauses(now=world.clock.now()) == []
        with pytest.raises(NotFound):
            await act("probes.resume", group="*")
        assert (await act("probes.self_test"))["ready"]


@pytest.mark.integration
async def test_addresses_checked_by_hand_share_the_gateways_memory(sqlite_store: Store, tmp_path: Path) -> None:
    """A pause that the gateway knows holds for a person's command as well, and nobody is connected to."""
    async with (
        MailServer() as server,
        running(sqlite_store, tmp_path, zone=zone(), mail_port=server.port, **SETTINGS) as world,
    ):

        async def codes(words: str | None = None) -> set[str]:
            given = {"values": ["ada@acme.example"], "words": words}
            (found,) = await acts.perform(world.gateway, "anna", "probes.emails", given)
            assert ("words" in found) is (words is not None)
            return {reason["code"] for reason in found["reasons"]}

        assert "mailbox_accepted" in await codes("zerobounce")
        connections = server.connections
        await world.gateway.probing.memory.refused("*", "550 5.7.1 no", now=world.clock.now())
        assert "smtp_paused" in await codes()
        assert server.connections == connections


@pytest.mark.integration
async def test_readiness_warns_while_probing_does_not_start(tmp_path: Path) -> None:
    """The server stays ready for leads; the check `probing` says what to mend, and without probing there is none."""
    async with running_gateway(tmp_path / "off", worker=False, sequencer=False) as off:
        names = {check["name"] for check in (await off.client.get("/health/ready")).json()["checks"]}
        assert "probing" not in names
    settings = {name: value for name, value in SETTINGS.items() if name == "smtp"}
    async with running_gateway(
        tmp_path / "on", worker=False, sequencer=False, sandbox=Sandbox(mail_port=1), **settings
    ) as on:
        test = on.gateway.probing.self_test
        assert test is not None
        await test.run(on.gateway.office.now())
        answer = await on.client.get("/health/ready")
        (check,) = [each for each in answer.json()["checks"] if each["name"] == "probing"]
        assert (answer.status_code, check["ok"]) == (200, False)
        says, _, where = check["detail"].partition(". ")
        assert says.startswith("SMTP probing does not start: helo, reverse, ")
        assert "leadgate verify self-test" in where
        assert "acme" not in check["detail"], "who may not see what the self-test found is not told"

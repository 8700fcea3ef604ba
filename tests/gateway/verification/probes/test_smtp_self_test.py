"""The self-test: what each check looks at, what it says, and that nothing is probed while one is in doubt."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address

import pytest

from gateway.verification.addresses import Address
from gateway.verification.answers import MailboxOutcome
from gateway.verification.probes.client import DnsStatus
from gateway.verification.probes.smtp.checks import Name, State
from gateway.verification.probes.smtp.identity import Identity, Reach, reachable
from gateway.verification.probes.smtp.memory import MemoryProbes
from gateway.verification.probes.smtp.self_test import HURRY, KEPT, SelfTest, own_address
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.probes.worlds import SMALL, US, TableDns, asked, loopback, prober, with_limits
from tests.support.mailserver import MailServer, RawServer

Table = Mapping[tuple[str, str], Sequence[str] | DnsStatus]

GOOD: Table = {
    ("probe.leadgate.example", "A"): ["127.0.0.1"],
    ("1.0.0.127.in-addr.arpa", "PTR"): ["probe.leadgate.example"],
    ("leadgate.example", "MX"): ["10 mx.leadgate.example"],
    ("leadgate.example", "TXT"): ["v=spf1 ip4:127.0.0.1 -all"],
    ("mx.leadgate.example", "A"): ["127.0.0.1"],
}
BAD: list[tuple[Table, Name, State, str]] = [
    ({("probe.leadgate.example", "A"): ["127.0.0.9"]}, Name.HELO, State.FAILED, "resolves to 127.0.0.9"),
    ({("probe.leadgate.example", "A"): []}, Name.HELO, State.FAILED, "resolves to nothing"),
    ({("probe.leadgate.example", "A"): DnsStatus.TIMEOUT}, Name.HELO, State.UNKNOWN, "timeout"),
    ({("1.0.0.127.in-addr.arpa", "PTR"): ["host7.cloud.example"]}, Name.REVERSE, State.FAILED, "host7.cloud.example"),
    ({("1.0.0.127.in-addr.arpa", "PTR"): DnsStatus.SERVFAIL}, Name.REVERSE, State.UNKNOWN, "servfail"),
    ({("leadgate.example", "MX"): []}, Name.SENDER, State.FAILED, "no MX"),
    ({("leadgate.example", "MX"): DnsStatus.REFUSED}, Name.SENDER, State.UNKNOWN, "refused"),
    ({("leadgate.example", "TXT"): ["v=spf1 -all"]}, Name.SPF, State.FAILED, "add ip4:127.0.0.1"),
    ({("leadgate.example", "TXT"): []}, Name.SPF, State.FAILED, "says none"),
    ({("leadgate.example", "TXT"): DnsStatus.TIMEOUT}, Name.SPF, State.UNKNOWN, "temperror"),
    ({("mx.leadgate.example", "A"): ["10.0.0.1"]}, Name.PORT, State.UNKNOWN, "LEADGATE_SMTP__CHECK_HOST"),
    ({("mx.leadgate.example", "A"): ["127.0.0.3"]}, Name.PORT, State.FAILED, "open outgoing port 25"),
]


def self_test(
    port: int,
    table: Table | None = None,
    *,
    host: str | None = None,
    identity: Identity = US,
    memory: MemoryProbes | None = None,
    own: Address | None = None,
    reach: Reach | None = None,
) -> SelfTest:
    """A self-test over a table."""
    return SelfTest(
        TableDns(dict(GOOD) | dict(table or {})),
        identity,
        memory or MemoryProbes(),
        host=host,
        limits=SMALL,
        reach=reach or Reach(accept=loopback, port=port),
        own=lambda _version: own,
    )


@pytest.mark.integration
async def test_all_is_well() -> None:
    """Every check passes and says what it has seen; the mail server hears EHLO and QUIT."""
    async with MailServer() as server:
        found = await self_test(server.port).run(NOW)
        await server.left()
    assert found.ready, found
    assert found.stopped is None
    assert found.wrong is None
    assert [each.name for each in found.checks] == list(Name)
    assert server.transcript == ["EHLO probe.leadgate.example", "QUIT"]
    assert found.to_json()["checks"][1] == {
        "name": "helo",
        "state": "passed",
        "says": "probe.leadgate.example resolves to 127.0.0.1.",
    }


@pytest.mark.integration
@pytest.mark.parametrize(("table", "name", "state", "says"), BAD)
async def test_each_fault_is_told_with_what_to_do(table: Table, name: Name, state: State, says: str) -> None:
    """One thing is wrong at a time: its check says so, and nothing may be probed."""
    async with MailServer() as server:
        found = await self_test(server.port, table).run(NOW)
    bad = {each.name: each for each in found.checks if each.state is not State.PASSED}
    assert bad[name].state is state
    assert says in bad[name].says
    assert not found.ready
    assert found.stopped is not None
    closed = name is Name.PORT and state is State.FAILED
    assert found.stopped.outcome is (MailboxOutcome.PORT_CLOSED if closed else MailboxOutcome.SELF_TEST_FAILED)
    assert found.wrong is not None
    assert name.value in found.wrong
    assert says not in found.wrong, "anybody may ask for readiness"


@pytest.mark.integration
async def test_another_host_can_be_tried() -> None:
    """Behind one's own mail server port 25 says nothing: the setting names one elsewhere."""
    table: Table = {("mx.leadgate.example", "A"): ["127.0.0.3"], ("mx.elsewhere.example", "A"): ["127.0.0.1"]}
    async with MailServer() as server:
        found = await self_test(server.port, table, host="mx.elsewhere.example").run(NOW)
    assert found.ready, found


@pytest.mark.integration
async def test_a_slow_server_holds_nobody_up() -> None:
    """One that takes nearly the whole time for each reply took the connection; the test ends by its own deadline."""

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await asyncio.sleep(0.3)
            writer.write(b"250-wait\r\n")
            await writer.drain()

    async with RawServer(slow) as server:
        test = SelfTest(
            TableDns(GOOD),
            US,
            MemoryProbes(),
            host=None,
            limits=with_limits(session=0.5, command=30),
            reach=Reach(accept=loopback, port=server.port),
            own=lambda _version: None,
        )
        began = time.monotonic()
        found = await test.run(NOW)
        assert time.monotonic() - began < 5, "without a deadline of the talk this takes 30 s"
        await server.left()
    assert found.ready, found


@pytest.mark.parametrize(
    ("said", "own", "state", "says"),
    [
        ("8.8.8.8", None, State.PASSED, "8.8.8.8"),
        ("8.8.8.8", "10.0.0.7", State.PASSED, "8.8.8.8"),
        (None, "8.8.8.8", State.PASSED, "8.8.8.8"),
        (None, "10.0.0.7", State.FAILED, "LEADGATE_SMTP__ADDRESS"),
        (None, None, State.FAILED, "no way to the Internet"),
        ("10.0.0.7", None, State.FAILED, "is not public"),
        ("8.8.8.8", "9.9.9.9", State.FAILED, "connects from 9.9.9.9"),
    ],
)
async def test_the_public_address_is_known_or_told(said: str | None, own: str | None, state: State, says: str) -> None:
    """Behind NAT it has to be set; where the machine has a public one, the two must not differ."""
    identity = replace(US, address=None if said is None else ip_address(said))
    machine = None if own is None else ip_address(own)
    shut = Reach(accept=reachable, port=1)
    found = await self_test(1, {("leadgate.example", "MX"): []}, identity=identity, own=machine, reach=shut).run(NOW)
    assert (found.checks[0].name, found.checks[0].state) == (Name.ADDRESS, state)
    assert says in found.checks[0].says
    assert not found.ready


async def test_findings_hold_for_a_while() -> None:
    """Bad ones for two minutes, good ones for a quarter of an hour; `run` always looks anew."""
    test = self_test(1, {("leadgate.example", "MX"): [], ("leadgate.example", "TXT"): []})
    first = await test.fresh(NOW)
    assert await test.fresh(NOW + HURRY - timedelta(seconds=1)) is first
    assert await test.fresh(NOW + HURRY) is not first
    test.last = replace(first, checks=(), at=NOW)
    assert (await test.fresh(NOW + KEPT - timedelta(seconds=1))).ready
    assert not (await test.fresh(NOW + KEPT)).ready
    last = test.last
    assert await test.run(NOW + KEPT) is not last


@pytest.mark.integration
async def test_refusals_by_many_stop_everything_and_are_told() -> None:
    """The check `standing` fails while everybody is paused, and the list says who and until when."""
    memory = MemoryProbes()
    for group in ("a.example", "b.example", "c.example"):
        await memory.refused(group, "550 5.7.1 no", now=NOW)
    found = await self_test(1, memory=memory).run(NOW)
    last = found.checks[-1]
    assert (last.name, last.state) == (Name.STANDING, State.FAILED)
    assert "until 2026-03-02T13:30:00Z" in last.says
    assert [each["group"] for each in found.to_json()["paused"]] == ["*", "a.example", "b.example", "c.example"]


@pytest.mark.integration
async def test_a_failing_self_test_connects_to_nobody() -> None:
    """Every address is answered at once, and no mail server of a domain hears of us."""
    async with MailServer() as server:
        failing = prober(server.port, tested=False)
        answers = await asked(failing, "jane", "ada")
        assert [each.outcome for each in answers] == [MailboxOutcome.SELF_TEST_FAILED] * 2
        assert server.connections == 0


@pytest.mark.integration
def test_the_machine_tells_its_own_address() -> None:
    """The kernel names an address or none at all; nothing is sent."""
    for version in (4, 6):
        found = own_address(version)
        assert found is None or found.version == version

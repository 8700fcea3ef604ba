"""Whose pauses and pace a visit goes by, and how long a check may take over servers that say nothing."""

import asyncio
import re
import time

import pytest

from gateway.settings import load
from gateway.verification.answers import MailboxOutcome
from gateway.verification.probes.smtp.memory import MemoryProbes
from gateway.verification.probes.smtp.prober import SESSIONS, SmtpProber
from gateway.verification.reasons import Level
from gateway.wiring import probing_alone
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.probes.test_smtp_servers import silent
from tests.gateway.verification.probes.worlds import asked, domain, prober, with_limits
from tests.support.mailserver import HANG_UP, MailServer, RawServer, Script

pytestmark = pytest.mark.integration

R = MailboxOutcome
BOTH = ("mx.first.example", "mx.second.example")
FIRST_IS_DEAD = {("mx.first.example", "A"): ["127.0.0.2"], ("mx.second.example", "A"): ["127.0.0.1"]}


async def test_a_paused_operator_is_left_alone_as_a_backup_too() -> None:
    """The first server takes no connection, and the second one's operator has refused us: nobody is connected to."""
    memory = MemoryProbes()
    await memory.refused("second.example", "blocked", now=NOW)
    async with MailServer() as server:
        (answer,) = await asked(prober(server.port, FIRST_IS_DEAD, memory=memory), "jane", hosts=BOTH)
        assert (answer.outcome, server.connections) == (R.PAUSED, 0)


async def test_a_paused_first_server_is_not_gone_round() -> None:
    """Who has refused us is not asked through somebody else."""
    memory = MemoryProbes()
    await memory.refused("first.example", "blocked", now=NOW)
    async with MailServer() as server:
        table = FIRST_IS_DEAD | {("mx.first.example", "A"): ["127.0.0.1"]}
        (answer,) = await asked(prober(server.port, table, memory=memory), "jane", hosts=BOTH)
        assert (answer.outcome, server.connections) == (R.PAUSED, 0)


async def test_who_refuses_is_who_is_paused() -> None:
    """A refusal by the second server pauses its operator, not that of the first."""
    memory = MemoryProbes()
    async with MailServer(Script(rcpt={"jane": "550 5.7.1 Client host [127.0.0.1] blocked"})) as server:
        (answer,) = await asked(prober(server.port, FIRST_IS_DEAD, memory=memory), "jane", hosts=BOTH)
        assert (answer.outcome, answer.host) == (R.REFUSED_US, "mx.second.example")
    assert [each.group for each in await memory.pauses(now=NOW)] == ["second.example"]


async def test_the_backup_counts_against_its_own_pace() -> None:
    """What the second operator is asked is what it is counted: its minute is full, the first one's is not."""
    async with MailServer() as server:
        asking = prober(server.port, FIRST_IS_DEAD, limits=with_limits(per_minute=2))
        (answer,) = await asked(asking, "jane", hosts=BOTH)
        assert (answer.outcome, answer.catch_all) == (R.ACCEPTED, False)
        (second,) = await asked(asking, "ada", hosts=("mx.second.example",))
        assert second.outcome is R.PAUSED
        (first,) = await asked(asking, "ada", hosts=("mx.first.example",))
        assert first.outcome is R.UNREACHABLE


async def test_a_backup_of_the_same_operator_takes_no_second_turn() -> None:
    """One address that one operator is asked about is one, whichever of its servers answers."""
    table = {("mx.acme.example", "A"): ["127.0.0.2"]}
    async with MailServer() as server:
        asking = prober(server.port, table, limits=with_limits(per_minute=2))
        (answer,) = await asked(asking, "jane", hosts=("mx.acme.example", "mx2.acme.example"))
        assert (answer.outcome, answer.catch_all) == (R.ACCEPTED, False)


@pytest.mark.parametrize("reply", ["421 4.7.0 [127.0.0.1] is blocked", "421 4.7.0 too many connections, slow down"])
async def test_who_sends_us_away_is_not_asked_at_its_next_server(reply: str) -> None:
    """A greeting that is for now and about us: the backup is not tried."""

    async def sends_away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply.encode() + b"\r\n")
        await reader.read(-1)

    async with RawServer(sends_away) as server:
        (answer,) = await asked(prober(server.port), "jane", hosts=("mx.acme.example", "mx2.acme.example"))
        assert (answer.outcome in {R.REFUSED_US, R.THROTTLED}, server.connections) == (True, 1)
        await server.left()


async def test_an_operator_that_is_silent_is_asked_once_in_a_check() -> None:
    """Of forty domains of one operator the first meets the silence; the others are paused, and take no time."""
    names = [f"d{number}.example" for number in range(40)]
    table = {(f"mx-{number}.silent.example", "A"): ["127.0.0.1"] for number in range(40)}
    wanted = [domain(name, "jane", hosts=(f"mx-{number}.silent.example",)) for number, name in enumerate(names)]
    async with RawServer(silent) as server:
        began = time.monotonic()
        found = await prober(server.port, table, limits=with_limits(command=0.3)).check(wanted, now=NOW)
        took = time.monotonic() - began
        assert server.connections == 1
        await server.left()
    assert [found[f"jane@{name}"].outcome for name in names] == [R.TIMEOUT, *[R.PAUSED] * 39]
    assert took < 4, "one deadline of 0.3 s; all of them would take 12 s"


@pytest.mark.parametrize("reply", ["hang up at the address", "hang up at the invented one", "no connection"])
async def test_an_operator_that_hangs_up_is_asked_once_in_a_check(reply: str) -> None:
    """A lost connection, or none at all, leaves the operator's other domains for another time."""
    table = {(f"mx{number}.acme.example", "A"): ["127.0.0.1"] for number in (1, 2)}
    if reply == "no connection":
        table[("mx1.acme.example", "A")] = ["127.0.0.2"]
    script = Script(nth={2 if "invented" in reply else 1: HANG_UP})
    async with MailServer(script) as server:
        wanted = [domain(f"d{number}.example", "jane", hosts=(f"mx{number}.acme.example",)) for number in (1, 2)]
        found = await prober(server.port, table).check(wanted, now=NOW)
    first = {"no connection": R.UNREACHABLE, "hang up at the address": R.DROPPED}.get(reply, R.ACCEPTED)
    assert [each.outcome for each in found.values()] == [first, R.PAUSED]


async def test_a_check_ends_whatever_its_servers_do() -> None:
    """Operators that are slow one after the other: after three talks' time whoever is left is paused."""
    table = {(f"mx.d{number}.example", "A"): ["127.0.0.1"] for number in range(12)}
    wanted = [domain(f"d{number}.example", "jane", hosts=(f"mx.d{number}.example",)) for number in range(12)]
    async with RawServer(silent) as server:
        began = time.monotonic()
        limits = with_limits(session=0.3, groups=1)
        found = await prober(server.port, table, limits=limits).check(wanted, now=NOW)
        took = time.monotonic() - began
        await server.left()
    outcomes = [each.outcome for each in found.values()]
    assert set(outcomes) == {R.TIMEOUT, R.PAUSED}
    assert outcomes.count(R.TIMEOUT) <= SESSIONS
    assert took < 2.5, "three times 0.3 s; all of them would take 3.6 s"


async def test_an_invented_address_cannot_be_foreseen_and_stays_the_same() -> None:
    """A greylist knows it again; another domain, and another process, has another one."""
    settings = load(smtp={"probe": True, "helo": "probe.acme.example", "mail_from": "probe@acme.example"})
    drawn = []
    for _ in range(2):
        async with probing_alone(settings) as (_client, built):
            source = built.sources[Level.SMTP]
            assert isinstance(source, SmtpProber)
            invent = source.means.invent
            drawn += [invent("acme.example"), invent("other.example")]
            assert invent("acme.example") == drawn[-2]
    assert len(set(drawn)) == 4
    assert all(re.fullmatch(r"[a-z][a-z0-9]{17}", each) for each in drawn)


async def test_nobody_to_ask_takes_no_time() -> None:
    """An empty check has no answers."""
    assert await prober(1).check([], now=NOW) == {}

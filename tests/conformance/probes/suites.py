"""What every memory of probing must do; subclass the suite and give it its fixture."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from gateway.verification.mail_servers import EVERY, KNOWN, UNTOLD, CatchAll
from gateway.verification.probes.smtp.ports import ProbeMemory

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class ProbeMemorySuite:
    """Catch-alls and pauses. A subclass has a fixture `memory`, empty at the start of every test."""

    @pytest.fixture
    def memory(self) -> ProbeMemory:
        """Gives the implementation under test."""
        raise NotImplementedError

    async def test_a_domain_has_one_catch_all_probe_at_a_time(self, memory: ProbeMemory) -> None:
        """The first one takes it; until it is over, and without an answer, the others know nothing for sure."""
        assert await memory.claim("acme.example", now=NOW) is None
        assert await memory.claim("acme.example", now=NOW + UNTOLD / 2) is CatchAll.UNCLEAR
        assert await memory.claim("other.example", now=NOW) is None
        assert await memory.claim("acme.example", now=NOW + UNTOLD) is None
        assert await memory.claim("acme.example", now=NOW + UNTOLD) is CatchAll.UNCLEAR

    async def test_a_claim_that_was_not_used_is_given_back(self, memory: ProbeMemory) -> None:
        """The next one may ask at once."""
        assert await memory.claim("acme.example", now=NOW) is None
        await memory.give_back("acme.example")
        await memory.give_back("acme.example")
        assert await memory.claim("acme.example", now=NOW) is None

    @pytest.mark.parametrize("found", [CatchAll.YES, CatchAll.NO])
    async def test_what_was_found_is_known_for_a_day(self, memory: ProbeMemory, found: CatchAll) -> None:
        """Yes and no alike; the day begins with the finding."""
        assert await memory.claim("acme.example", now=NOW) is None
        await memory.remember("acme.example", found, now=NOW + HOUR)
        assert await memory.claim("acme.example", now=NOW + DAY) is found
        assert await memory.claim("acme.example", now=NOW + DAY + HOUR) is None

    async def test_what_was_not_told_is_asked_again_soon(self, memory: ProbeMemory) -> None:
        """An invented address that was greylisted is asked about again before the shortest wait for a next check."""
        assert await memory.claim("acme.example", now=NOW) is None
        await memory.remember("acme.example", CatchAll.UNCLEAR, now=NOW)
        assert await memory.claim("acme.example", now=NOW + UNTOLD / 2) is CatchAll.UNCLEAR
        assert await memory.claim("acme.example", now=NOW + timedelta(minutes=1)) is None

    async def test_since_when_it_was_not_told_is_known_for_a_day(self, memory: ProbeMemory) -> None:
        """From the first time on, whoever asks meanwhile; a claim that was not made use of, and a day, say nothing."""
        assert await memory.untold_since("acme.example", now=NOW) is None
        for later in (timedelta(0), HOUR, 2 * HOUR):
            assert await memory.claim("acme.example", now=NOW + later) is None
            await memory.remember("acme.example", CatchAll.UNCLEAR, now=NOW + later)
            assert await memory.untold_since("acme.example", now=NOW + later) == NOW
        assert await memory.claim("other.example", now=NOW) is None
        await memory.remember("third.example", CatchAll.NO, now=NOW)
        assert await memory.untold_since("other.example", now=NOW) is None
        assert await memory.untold_since("third.example", now=NOW) is None
        assert await memory.untold_since("acme.example", now=NOW + KNOWN) is None
        await memory.remember("acme.example", CatchAll.UNCLEAR, now=NOW + KNOWN)
        assert await memory.untold_since("acme.example", now=NOW + KNOWN) == NOW + KNOWN

    async def test_of_many_at_once_one_may_ask(self, memory: ProbeMemory) -> None:
        """However many processes want to know at the same moment."""
        claims = await asyncio.gather(*(memory.claim("acme.example", now=NOW) for _ in range(20)))
        assert sum(each is None for each in claims) == 1

    async def test_a_refusal_pauses_its_group_alone(self, memory: ProbeMemory) -> None:
        """For four hours, with the reply; another group goes on."""
        await memory.refused("outlook.com", "550 5.7.1 blocked", now=NOW)
        pause = await memory.pause("outlook.com", now=NOW + HOUR)
        assert pause is not None
        assert (pause.group, pause.until, pause.times) == ("outlook.com", NOW + 4 * HOUR, 1)
        assert pause.why == "550 5.7.1 blocked"
        assert await memory.pause("google.com", now=NOW) is None
        assert [each.group for each in await memory.pauses(now=NOW)] == ["outlook.com"]
        assert await memory.pause("outlook.com", now=NOW + 4 * HOUR) is None
        assert await memory.pauses(now=NOW + 4 * HOUR) == []

    async def test_the_next_refusal_doubles_the_pause(self, memory: ProbeMemory) -> None:
        """What is over is remembered, so that a group which refuses again rests for longer."""
        await memory.refused("outlook.com", "one", now=NOW)
        await memory.refused("outlook.com", "two", now=NOW + 5 * HOUR)
        pause = await memory.pause("outlook.com", now=NOW + 6 * HOUR)
        assert pause is not None
        assert (pause.until, pause.times, pause.why) == (NOW + 13 * HOUR, 2, "two")

    async def test_several_refusals_in_an_hour_pause_everybody(self, memory: ProbeMemory) -> None:
        """Three groups: the fault is ours, and nobody at all is asked."""
        for number, group in enumerate(("outlook.com", "google.com", "mimecast.com")):
            assert await memory.pause("acme.example", now=NOW) is None
            await memory.refused(group, "no", now=NOW + number * timedelta(minutes=20))
        pause = await memory.pause("acme.example", now=NOW + HOUR)
        assert pause is not None
        assert pause.group == EVERY
        assert "google.com, mimecast.com, outlook.com" in pause.why

    async def test_refusals_at_the_same_moment_are_all_counted(self, memory: ProbeMemory) -> None:
        """Three processes that are refused at once see each other's refusal."""
        groups = ("outlook.com", "google.com", "mimecast.com")
        await asyncio.gather(*(memory.refused(group, "no", now=NOW) for group in groups))
        assert {each.group for each in await memory.pauses(now=NOW)} == {EVERY, *groups}

    async def test_a_pause_is_lifted_by_hand(self, memory: ProbeMemory) -> None:
        """The group is asked again, and its next refusal is a first one."""
        await memory.refused("outlook.com", "no", now=NOW)
        assert await memory.resume("outlook.com")
        assert not await memory.resume("outlook.com")
        assert await memory.pause("outlook.com", now=NOW) is None
        await memory.refused("outlook.com", "no", now=NOW + HOUR)
        pause = await memory.pause("outlook.com", now=NOW + HOUR)
        assert pause is not None
        assert pause.times == 1

    async def test_all_pauses_are_lifted_at_once(self, memory: ProbeMemory) -> None:
        """`*` stands for every group, not for the pause of all alone."""
        for group in ("outlook.com", "google.com", "mimecast.com"):
            await memory.refused(group, "no", now=NOW)
        assert len(await memory.pauses(now=NOW)) == 4
        assert await memory.resume(EVERY)
        assert await memory.pauses(now=NOW) == []
        assert not await memory.resume(EVERY)

    async def test_a_group_is_known_by_the_name_that_is_listed(self, memory: ProbeMemory) -> None:
        """Whatever a memory calls it, that name lifts its pause, as its own does."""
        for again in range(2):
            await memory.refused("janedoe.example", "550 no", now=NOW)
            (pause,) = await memory.pauses(now=NOW)
            assert pause.group == memory.named("janedoe.example") == memory.named(pause.group)
            assert await memory.pause("janedoe.example", now=NOW) == pause
            assert await memory.resume("janedoe.example" if again else pause.group)
            assert await memory.pauses(now=NOW) == []

"""The stores in memory pass the suites."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from gateway.enrichment import MemoryWindows
from gateway.enrichment.alone import OwnAnswers, OwnCalls
from gateway.errors import StoreUnavailable
from tests.conformance.enrichment.suites import NOW, CacheSuite, CallsSuite, QuotasSuite, WindowsSuite
from tests.support.enrichment import MemoryCache, MemoryCalls, MemoryQuotas


class TestMemoryWindows(WindowsSuite):
    """Windows of one process."""

    @pytest.fixture
    def windows(self) -> MemoryWindows:
        """New ones."""
        return MemoryWindows(MemoryQuotas())

    async def test_only_a_quota_is_written_down(self) -> None:
        """A call within short windows alone costs no write; one that counts against a day is written first."""
        quotas = MemoryQuotas()
        windows = MemoryWindows(quotas)
        minute, day = timedelta(minutes=1), timedelta(days=1)
        for _ in range(3):
            assert isinstance(await self.take(windows, NOW, (9, minute)), str)
        assert quotas.written == 0
        assert isinstance(await self.take(windows, NOW, (9, minute), (2, day), scope="v/b"), str)
        assert await quotas.kept("v/b") == ({day: (NOW, 1)}, None)

    async def test_idle_scopes_are_forgotten(self) -> None:
        """As many mail servers as there are would else stay in memory for ever; what still counts is kept."""
        windows, minute, day = MemoryWindows(MemoryQuotas()), timedelta(minutes=1), timedelta(days=1)
        assert isinstance(await self.take(windows, NOW, (1, day), scope="day"), str)
        await windows.block("blocked", NOW + day)
        for number in range(3000):
            now = NOW + number * minute / 10
            slot = await self.take(windows, now, (1, minute), scope=f"v/{number}")
            assert isinstance(slot, str)
            await windows.give_back(f"v/{number}", slot)
        assert len(windows._scopes) < 1500
        later = NOW + timedelta(hours=6)
        assert await self.take(windows, later, (1, day), scope="day") == NOW + day
        assert await self.take(windows, later, (1, day), scope="blocked") == NOW + day

    async def test_the_next_process_goes_on_counting(self) -> None:
        """Quotas and a vendor's word to wait are as they were; slots and short windows begin anew."""
        quotas = MemoryQuotas()
        minute, day = timedelta(minutes=1), timedelta(days=1)
        first, second = MemoryWindows(quotas), MemoryWindows(quotas)
        for _ in range(2):
            assert isinstance(await self.take(first, NOW, (2, minute), (3, day), slots=2), str)
        assert isinstance(await self.take(second, NOW, (2, minute), (3, day), slots=2), str)
        assert await self.take(second, NOW, (2, minute), (3, day), slots=2) == NOW + day
        await second.block("v/a", NOW + 3 * day)
        assert await self.take(MemoryWindows(quotas), NOW + day, (3, day)) == NOW + 3 * day

    async def test_many_that_ask_first_at_once_read_one_state(self) -> None:
        """Nobody who reads what the last process kept forgets what others have counted meanwhile."""
        quotas, day = SlowQuotas(), timedelta(days=1)
        await quotas.keep("v/a", {day: (NOW, 2)})
        windows = MemoryWindows(quotas)
        taken = await asyncio.gather(*(self.take(windows, NOW, (5, day)) for _ in range(9)))
        assert sum(isinstance(each, str) for each in taken) == 3

    async def test_a_quota_that_cannot_be_written_lets_nobody_call(self) -> None:
        """The call is not made, and its slot is free again."""
        quotas = SlowQuotas(broken=True)
        windows = MemoryWindows(quotas)
        with pytest.raises(StoreUnavailable):
            await self.take(windows, NOW, (5, timedelta(days=1)), slots=1)
        quotas.broken = False
        assert isinstance(await self.take(windows, NOW, (5, timedelta(days=1)), slots=1), str)


class SlowQuotas(MemoryQuotas):
    """Takes a while to answer the first time, each time a little less; can be out of order."""

    def __init__(self, *, broken: bool = False) -> None:
        super().__init__()
        self.broken = broken
        self.turns = 9

    async def kept(self, scope: str) -> tuple[Mapping[timedelta, tuple[datetime, int]], datetime | None]:
        self.turns -= 1
        for _ in range(3 * max(1, self.turns)):
            await asyncio.sleep(0)
        return await super().kept(scope)

    async def keep(self, scope: str, windows: Mapping[timedelta, tuple[datetime, int]]) -> None:
        if self.broken:
            raise StoreUnavailable
        await super().keep(scope, windows)


class TestMemoryQuotas(QuotasSuite):
    """Quotas that are kept nowhere."""

    @pytest.fixture
    def quotas(self) -> MemoryQuotas:
        """Empty ones."""
        return MemoryQuotas()


class TestMemoryCache(CacheSuite):
    """A cache of one process."""

    @pytest.fixture
    def cache(self) -> MemoryCache:
        """A small one."""
        return MemoryCache(most=3)

    async def test_oldest_goes_first(self, cache: MemoryCache) -> None:
        """A full cache drops what was put first."""
        for number in range(4):
            await self.put(cache, bytes([number]), b"x")
        assert await cache.get(bytes([0]), now=NOW) is None
        assert await cache.get(bytes([3]), now=NOW) == b"x"

    async def test_erasure_takes_a_persons_answers_along(self, cache: MemoryCache) -> None:
        """What is about the person goes, what is about a company stays."""
        await self.put(cache, b"a", b"x", subject_id="sb_1")
        await self.put(cache, b"b", b"x")
        await cache.forget("sb_1")
        assert await cache.get(b"a", now=NOW) is None
        assert await cache.get(b"b", now=NOW) == b"x"


class TestMemoryCalls(CallsSuite):
    """Call records of one process."""

    @pytest.fixture
    def calls(self) -> MemoryCalls:
        """New ones."""
        return MemoryCalls()


class TestOwnCalls(CallsSuite):
    """The paid calls of a process that has no store."""

    @pytest.fixture
    def calls(self) -> OwnCalls:
        """New ones."""
        return OwnCalls()


class TestOwnAnswers(CacheSuite):
    """The answers of a process that has no store."""

    @pytest.fixture
    def cache(self) -> OwnAnswers:
        """None kept yet."""
        return OwnAnswers()


async def test_what_has_expired_does_not_stay_in_a_process_that_asks_on() -> None:
    """Of many thousand answers and calls, those that count are left."""
    answers, calls, hour = OwnAnswers(), OwnCalls(), timedelta(hours=1)
    key, now = b"", NOW
    for number in range(20_000):
        key, now = str(number).encode(), NOW + number * timedelta(seconds=10)
        assert await answers.get(key, now=now) is None
        await answers.put(key, b"a", connector="v", outcome="found", subject_id=None, expires_at=now + hour)
        call = await calls.begin(key, lead_id="ld", connector="v", since=now - hour, now=now)
        assert isinstance(call, str)
        await calls.finish(call, outcome="found", cost_micros=1, currency="EUR", now=now)
    assert len(answers._kept) < 5_000
    assert len(calls._last) < 5_000
    assert await answers.get(key, now=now) == b"a"
    assert await calls.begin(key, lead_id="ld", connector="v", since=now - hour, now=now) is None

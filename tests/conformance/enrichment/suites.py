"""What every implementation of the stores behind enrichment must do; subclass a suite and give it its fixture."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from gateway.enrichment import Cache, Calls, Quotas, Windows
from gateway.spending import Pot, Reserve

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=40)


class WindowsSuite:
    """Rate windows and slots. A subclass has a fixture `windows`, empty at the start of every test."""

    @pytest.fixture
    def windows(self) -> Windows:
        """Gives the implementation under test."""
        raise NotImplementedError

    async def take(
        self,
        windows: Windows,
        at: datetime,
        *limits: tuple[int, timedelta],
        scope: str = "v/a",
        slots: int = 99,
        calls: int = 1,
    ) -> str | datetime:
        """One attempt."""
        return await windows.take_slot(scope, limits=limits, concurrency=slots, lease=LEASE, now=at, calls=calls)

    async def test_window_lets_its_limit_through(self, windows: Windows) -> None:
        """The call over the limit is told when the window ends; then the next window begins."""
        limit = (2, 10 * SECOND)
        assert isinstance(await self.take(windows, NOW, limit), str)
        assert isinstance(await self.take(windows, NOW + 9 * SECOND, limit), str)
        assert await self.take(windows, NOW + 9 * SECOND, limit) == NOW + 10 * SECOND
        assert isinstance(await self.take(windows, NOW + 10 * SECOND, limit), str)

    async def test_all_windows_hold_at_once(self, windows: Windows) -> None:
        """Per second and per minute both count, and the longer wait is the answer."""
        limits = ((1, SECOND), (2, 60 * SECOND))
        assert isinstance(await self.take(windows, NOW, *limits), str)
        assert await self.take(windows, NOW, *limits) == NOW + SECOND
        assert isinstance(await self.take(windows, NOW + 2 * SECOND, *limits), str)
        assert await self.take(windows, NOW + 5 * SECOND, *limits) == NOW + 60 * SECOND

    async def test_refused_call_uses_nothing_up(self, windows: Windows) -> None:
        """A call that one window refuses is not counted in another."""
        limits = ((1, SECOND), (2, 60 * SECOND))
        await self.take(windows, NOW, *limits)
        for _ in range(5):
            assert isinstance(await self.take(windows, NOW, *limits), datetime)
        assert isinstance(await self.take(windows, NOW + SECOND, *limits), str)

    async def test_a_question_takes_all_its_calls_or_none(self, windows: Windows) -> None:
        """Where there is no room for a question's second call, its first is counted nowhere; one alone still fits."""
        limits = ((5, 10 * SECOND), (8, 60 * SECOND))
        for _ in range(2):
            assert isinstance(await self.take(windows, NOW, *limits, calls=2), str)
        for _ in range(3):
            assert await self.take(windows, NOW, *limits, calls=2) == NOW + 10 * SECOND
        assert isinstance(await self.take(windows, NOW, *limits), str)
        assert isinstance(await self.take(windows, NOW + 10 * SECOND, *limits, calls=3), str)
        assert await self.take(windows, NOW + 10 * SECOND, *limits) == NOW + 60 * SECOND

    async def test_scopes_are_apart(self, windows: Windows) -> None:
        """Another vendor or credential has its own windows and slots."""
        limit = (1, 60 * SECOND)
        assert isinstance(await self.take(windows, NOW, limit, slots=1), str)
        assert isinstance(await self.take(windows, NOW, limit, scope="v/b", slots=1), str)

    async def test_slots_are_given_back(self, windows: Windows) -> None:
        """With all slots taken the answer is a later time; a slot given back, even twice, is free once."""
        limit = (99, 60 * SECOND)
        first = await self.take(windows, NOW, limit, slots=1)
        assert isinstance(first, str)
        later = await self.take(windows, NOW, limit, slots=1)
        assert isinstance(later, datetime)
        assert later > NOW
        await windows.give_back("v/a", first)
        await windows.give_back("v/a", first)
        assert isinstance(await self.take(windows, NOW, limit, slots=1), str)
        assert isinstance(await self.take(windows, NOW, limit, slots=1), datetime)

    async def test_slot_of_a_dead_worker_comes_free(self, windows: Windows) -> None:
        """A slot that is never given back is free when its lease has ended."""
        limit = (99, 3600 * SECOND)
        assert isinstance(await self.take(windows, NOW, limit, slots=1), str)
        assert isinstance(await self.take(windows, NOW + LEASE - SECOND, limit, slots=1), datetime)
        assert isinstance(await self.take(windows, NOW + LEASE + SECOND, limit, slots=1), str)

    async def test_block_holds_everybody_off(self, windows: Windows) -> None:
        """After the vendor's word nobody calls before its time; an earlier word changes nothing."""
        limit = (99, SECOND)
        await windows.block("v/a", NOW + 30 * SECOND)
        await windows.block("v/a", NOW + 10 * SECOND)
        assert await self.take(windows, NOW + 20 * SECOND, limit) == NOW + 30 * SECOND
        assert isinstance(await self.take(windows, NOW + 20 * SECOND, limit, scope="v/b"), str)
        assert isinstance(await self.take(windows, NOW + 30 * SECOND, limit), str)

    async def test_many_at_once_do_not_pass_the_limit(self, windows: Windows) -> None:
        """Of 40 calls at the same time exactly the limit, or as many as there are slots, get through."""
        taken = await asyncio.gather(*(self.take(windows, NOW, (7, 60 * SECOND)) for _ in range(40)))
        assert sum(isinstance(each, str) for each in taken) == 7
        assert len({each for each in taken if isinstance(each, str)}) == 7
        other = await asyncio.gather(
            *(self.take(windows, NOW, (99, 60 * SECOND), scope="v/b", slots=3) for _ in range(40))
        )
        assert sum(isinstance(each, str) for each in other) == 3


class QuotasSuite:
    """What one process keeps for the next. A subclass has a fixture `quotas`, empty at the start of every test."""

    @pytest.fixture
    def quotas(self) -> Quotas:
        """Gives the implementation under test."""
        raise NotImplementedError

    async def test_what_was_kept_last_comes_back(self, quotas: Quotas) -> None:
        """Each window of a scope with its newest start and count, and the newest block; other scopes have none."""
        day, month = timedelta(days=1), timedelta(days=30)
        assert await quotas.kept("v/a") == ({}, None)
        await quotas.keep("v/a", {day: (NOW, 1), month: (NOW, 1)})
        await quotas.keep("v/a", {day: (NOW + day, 1)})
        await quotas.keep_block("v/a", NOW + SECOND)
        await quotas.keep_block("v/a", NOW + day)
        assert await quotas.kept("v/a") == ({day: (NOW + day, 1), month: (NOW, 1)}, NOW + day)
        assert await quotas.kept("v/b") == ({}, None)


class CacheSuite:
    """A store of answers. A subclass has a fixture `cache`, empty at the start of every test."""

    @pytest.fixture
    def cache(self) -> Cache:
        """Gives the implementation under test."""
        raise NotImplementedError

    async def put(self, cache: Cache, key: bytes, payload: bytes, *, subject_id: str | None = None) -> None:
        """Keeps a payload for ten seconds."""
        await cache.put(
            key,
            payload,
            connector="vendor@1.0.0",
            outcome="match",
            subject_id=subject_id,
            expires_at=NOW + 10 * SECOND,
        )

    async def test_payload_comes_back_until_it_expires(self, cache: Cache) -> None:
        """The bytes are as they were put, and gone at the time of their expiry."""
        await self.put(cache, b"k" * 32, b"\x00payload\xff")
        assert await cache.get(b"k" * 32, now=NOW + 9 * SECOND) == b"\x00payload\xff"
        assert await cache.get(b"k" * 32, now=NOW + 10 * SECOND) is None
        assert await cache.get(b"x" * 32, now=NOW) is None

    async def test_newer_payload_takes_the_place(self, cache: Cache) -> None:
        """The last one counts."""
        await self.put(cache, b"k" * 32, b"old")
        await self.put(cache, b"k" * 32, b"new", subject_id="sb_1")
        assert await cache.get(b"k" * 32, now=NOW) == b"new"


class CallsSuite:
    """Records of paid calls. A subclass has a fixture `calls`, empty at the start of every test."""

    @pytest.fixture
    def calls(self) -> Calls:
        """Gives the implementation under test."""
        raise NotImplementedError

    async def begin(
        self, calls: Calls, key: bytes = b"k" * 32, *, at: datetime = NOW, since: datetime = NOW - 60 * SECOND
    ) -> str | None:
        """One attempt to begin, paid from nothing."""
        begun = await calls.begin(
            key, lead_id="ld_00000000000000000000000001", connector="vendor@1.0.0", since=since, now=at
        )
        assert not isinstance(begun, Pot)
        return begun

    async def pay(
        self, calls: Calls, number: int, *pots: Pot, amount: int = 10, currency: str = "USD"
    ) -> str | Pot | None:
        """One attempt to begin a call that has not been made before, paid from pots."""
        return await calls.begin(
            number.to_bytes(32, "big"),
            lead_id="ld_00000000000000000000000001",
            connector="vendor@1.0.0",
            since=NOW - 60 * SECOND,
            now=NOW,
            reserve=Reserve(pots=pots, amount_micros=amount, currency=currency),
        )

    async def test_call_that_has_not_ended_stands_against_another(self, calls: Calls) -> None:
        """After a crash between begin and finish the call is not repeated, until it is long ago."""
        assert await self.begin(calls) is not None
        assert await self.begin(calls) is None
        assert await self.begin(calls, b"x" * 32) is not None
        assert await self.begin(calls, at=NOW + 90 * SECOND, since=NOW + SECOND) is not None

    async def test_call_that_cost_something_stands_against_another(self, calls: Calls) -> None:
        """What was paid, or counts as paid, is not paid again at once."""
        first = await self.begin(calls)
        assert first is not None
        await calls.finish(first, outcome="timeout", cost_micros=10, currency="USD", now=NOW)
        assert await self.begin(calls) is None

    async def test_call_that_cost_nothing_may_be_repeated(self, calls: Calls) -> None:
        """A throttled call, or a miss that is not billed, stands against nothing."""
        first = await self.begin(calls)
        assert first is not None
        await calls.finish(first, outcome="throttled", cost_micros=0, currency="USD", now=NOW)
        second = await self.begin(calls)
        assert second not in (None, first)

    async def test_only_one_of_many_begins(self, calls: Calls) -> None:
        """Check and record are one step: of 20 at once one goes ahead."""
        begun = await asyncio.gather(*(self.begin(calls) for _ in range(20)))
        assert sum(each is not None for each in begun) == 1

    async def test_a_pot_gives_what_is_in_it(self, calls: Calls) -> None:
        """A call without room is not begun and takes nothing; one that cost nothing gives its part back."""
        day = Pot(scope="day", day="2026-03-02", limit_micros=25)
        first = await self.pay(calls, 1, day)
        assert isinstance(first, str)
        assert isinstance(await self.pay(calls, 2, day), str)
        assert await self.pay(calls, 3, day) == day
        await calls.finish(first, outcome="no_match", cost_micros=0, currency="USD", now=NOW)
        assert isinstance(await self.pay(calls, 3, day), str)
        assert await self.pay(calls, 4, day) == day

    async def test_what_is_spent_stays_spent(self, calls: Calls) -> None:
        """A call settles at what it really cost, more or less than was set aside."""
        day = Pot(scope="day", day="2026-03-02", limit_micros=30)
        call = await self.pay(calls, 1, day)
        assert isinstance(call, str)
        await calls.finish(call, outcome="match", cost_micros=21, currency="USD", now=NOW)
        assert await self.pay(calls, 2, day) == day
        assert isinstance(await self.pay(calls, 2, day, amount=9), str)

    async def test_all_pots_or_none(self, calls: Calls) -> None:
        """A pot without room keeps the others whole; days, vendors, lists and currencies are apart."""
        day = Pot(scope="day", day="2026-03-02", limit_micros=20)
        vendor = Pot(scope="vendor:v", day="2026-03-02", limit_micros=5)
        assert await self.pay(calls, 1, day, vendor) == vendor
        assert isinstance(await self.pay(calls, 1, day, Pot(scope="list:ls_1", day="", limit_micros=10)), str)
        assert isinstance(await self.pay(calls, 2, day), str)
        assert await self.pay(calls, 3, day) == day
        assert isinstance(await self.pay(calls, 3, day, currency="EUR"), str)
        assert isinstance(await self.pay(calls, 4, Pot(scope="day", day="2026-03-03", limit_micros=10)), str)
        assert isinstance(await self.pay(calls, 5, Pot(scope="day", day="2026-03-02")), str), "no limit, no end"

    async def test_a_call_that_never_ended_stays_paid(self, calls: Calls) -> None:
        """Its worker may have died after the vendor charged: what was set aside for it is gone."""
        day = Pot(scope="day", day="2026-03-02", limit_micros=10)
        assert isinstance(await self.pay(calls, 1, day), str)
        assert await self.pay(calls, 1, day) is None, "the same call is open"
        assert await self.pay(calls, 2, day) == day

    async def test_many_at_once_do_not_overdraw(self, calls: Calls) -> None:
        """Of 40 calls at the same time exactly as many begin as there is money for."""
        day = Pot(scope="day", day="2026-03-02", limit_micros=75)
        begun = await asyncio.gather(*(self.pay(calls, number, day) for number in range(40)))
        assert sum(isinstance(each, str) for each in begun) == 7
        ends = (call for call in begun if isinstance(call, str))
        finish = (calls.finish(call, outcome="match", cost_micros=10, currency="USD", now=NOW) for call in ends)
        await asyncio.gather(*finish)
        assert await self.pay(calls, 99, day) == day
        assert isinstance(await self.pay(calls, 99, day, amount=5), str)

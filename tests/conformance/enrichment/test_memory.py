"""The stores in memory pass the suites."""

import pytest

from gateway.enrichment import MemoryWindows
from tests.conformance.enrichment.suites import NOW, CacheSuite, CallsSuite, WindowsSuite
from tests.support.enrichment import MemoryCache, MemoryCalls


class TestMemoryWindows(WindowsSuite):
    """Windows of one process."""

    @pytest.fixture
    def windows(self) -> MemoryWindows:
        """New ones."""
        return MemoryWindows()


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

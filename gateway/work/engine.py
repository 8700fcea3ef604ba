"""The one engine behind both queues: claims, coalesces, runs, isolates what fails, retries, buries, drains."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from gateway.errors import LeadgateError, StoreUnavailable, Unavailable
from gateway.ports import Clock, Ids
from gateway.work import retries
from gateway.work.ports import Again, Dead, Handler, Item, Queue, Settlement

POLL_SECONDS: Final = 1.0
BEAT_SECONDS: Final = 1.0
BEREAVED_BEATS: Final = 2  # beats between looks for what dead processes left
UNAVAILABLE_SECONDS: Final = 5.0  # until a job comes back that met a dead store, where the store named no time
CLAIM: Final = 256  # items per claim at most

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Lane:
    """One handler: what waits for it in this process, and how many calls of it run.

    `suspects` are items that ran when a process died.
    """

    handler: Handler
    concurrency: int
    batch: int
    waiting: deque[Item] = field(default_factory=deque)
    suspects: deque[Item] = field(default_factory=deque)
    running: int = 0

    def room(self) -> int:
        """Say how many more items to hold: enough to fill the free calls."""
        return max(0, (self.concurrency - self.running) * self.batch - len(self.waiting))

    def next_batch(self) -> list[Item]:
        """Take items until their ids fill a call; an item is never split."""
        return _filled(self.waiting, self.batch)

    def next_suspects(self) -> list[Item]:
        """Take suspects that have seen as many processes die as the first one."""
        return _filled(self.suspects, min(self.batch, retries.together(self.suspects[0].deaths)))


def _filled(waiting: deque[Item], batch: int) -> list[Item]:
    taken = [waiting.popleft()]
    size, deaths = len(taken[0].ids), taken[0].deaths
    while waiting and waiting[0].deaths == deaths and size + len(waiting[0].ids) <= batch:
        taken.append(waiting.popleft())
        size += len(taken[-1].ids)
    return taken


class WorkEngine:
    """Runs handlers for a queue's jobs (`gateway.work.ports.Engine`).

    Every failure is counted, retried with backoff and at last buried in `dead_letters`. A call that fails for
    several items is repeated for each half of them, so that one bad item does not spoil the others. Items that ran when
    a process died are suspects: one call of suspects runs at a time, so that the one that kills is found.
    """

    def __init__(
        self, queue: Queue, *, clock: Clock, ids: Ids, draw: Callable[[], float], poll: float = POLL_SECONDS
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._ids = ids
        self._draw = draw
        self._poll = poll
        self._lanes: dict[str, _Lane] = {}
        self._held: dict[int, Item] = {}
        self._calls: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        self._stopping = False
        self._suspecting = False

    def register(self, name: str, handler: Handler, *, concurrency: int = 4, batch: int = 64) -> None:
        """See `gateway.work.ports.Engine.register`."""
        if name in self._lanes:
            raise ValueError(f"two handlers for {name!r}")
        self._lanes[name] = _Lane(handler, concurrency, batch)

    async def start(self) -> None:
        """See `gateway.work.ports.Engine.start`."""
        await self._queue.open(self._wake.set)
        await self._bury()
        self._loops = [asyncio.create_task(self._claim_forever()), asyncio.create_task(self._beat_forever())]

    async def stop(self, drain: float) -> None:
        """See `gateway.work.ports.Engine.stop`."""
        self._stopping = True
        self._wake.set()
        if self._loops:
            await asyncio.wait(self._loops[:1])
        if self._calls:
            await asyncio.wait(self._calls, timeout=drain)
        for task in (*self._calls, *self._loops):
            task.cancel()
        await asyncio.gather(*self._calls, *self._loops, return_exceptions=True)
        try:
            await self._queue.put_back(tuple(self._held.values()))
        except StoreUnavailable:
            log.warning("work.not_put_back", count=len(self._held))  # they come back by themselves, later
        self._held.clear()
        await self._queue.close()

    async def _claim_forever(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                claimed = await self._claim()
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever the store or the queue raises
                log.warning("work.not_claimed", error=retries.place(error))
                claimed = 0
            self._dispatch()
            if not claimed or not any(lane.room() for lane in self._lanes.values()):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._poll)

    async def _claim(self) -> int:
        room = {name: lane.room() for name, lane in self._lanes.items() if lane.room()}
        if not room:
            return 0
        claimed = await self._queue.claim(room.keys(), min(CLAIM, sum(room.values())), self._clock.now())
        fresh = [item for item in claimed if item.ticket not in self._held]
        for item in fresh:
            self._held[item.ticket] = item
            lane = self._lanes[item.name]
            (lane.suspects if item.deaths else lane.waiting).append(item)
        return len(fresh)

    def _dispatch(self) -> None:
        for lane in self._lanes.values():
            if lane.suspects and not self._suspecting and lane.running < lane.concurrency and not self._stopping:
                self._suspecting = True
                self._begin(lane, lane.next_suspects())
            while lane.waiting and lane.running < lane.concurrency and not self._stopping:
                self._begin(lane, lane.next_batch())

    def _begin(self, lane: _Lane, items: Sequence[Item]) -> None:
        lane.running += 1
        call = asyncio.create_task(self._call(lane, items))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _call(self, lane: _Lane, items: Sequence[Item]) -> None:
        try:
            await self._record(await self._run(lane, items))
        finally:
            lane.running -= 1
            if items[0].deaths:
                self._suspecting = False
            self._dispatch()
            self._wake.set()

    async def _run(self, lane: _Lane, items: Sequence[Item]) -> Settlement:
        """Call the handler; no exception but cancellation leaves this function."""
        ids = tuple(dict.fromkeys(each for item in items for each in item.ids))
        try:
            await self._queue.begin(items)
            await lane.handler(ids)
        except Unavailable as gone:
            seconds = UNAVAILABLE_SECONDS if gone.retry_after is None else gone.retry_after
            run_at = self._clock.now() + timedelta(seconds=seconds) * (0.5 + self._draw())
            again = (Again(item=i, attempt=i.attempt, deaths=i.deaths, run_at=run_at) for i in items)
            return Settlement(again=tuple(again))
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is a failed attempt
            if len(items) == 1:
                return self._failed(items[0], error)
            half = len(items) // 2
            first, second = await self._run(lane, items[:half]), await self._run(lane, items[half:])
            return Settlement(
                done=first.done + second.done, again=first.again + second.again, dead=first.dead + second.dead
            )
        return Settlement(done=tuple(items))

    def _failed(self, item: Item, error: Exception) -> Settlement:
        failures, error_place, now = item.attempt + 1, retries.place(error), self._clock.now()
        log.warning("work.failed", name=item.name, count=len(item.ids), attempt=failures, error=error_place)
        if failures >= retries.ATTEMPTS:
            letter = self._ids.ordered("dl")
            return Settlement(dead=(Dead(item=item, letter=letter, error=error_place, at=now),))
        run_at = now + retries.delay(failures, self._draw())
        return Settlement(again=(Again(item=item, attempt=failures, deaths=item.deaths, run_at=run_at),))

    def _died(self, item: Item) -> Again | Dead:
        """Judge an item whose process died while it ran; `gateway.work.ports.Judge`."""
        deaths, now = item.deaths + 1, self._clock.now()
        if deaths >= retries.ATTEMPTS:
            return Dead(item=item, letter=self._ids.ordered("dl"), error=retries.DIED, at=now)
        run_at = now + retries.delay_after_death(deaths, self._draw())
        return Again(item=item, attempt=item.attempt, deaths=deaths, run_at=run_at)

    async def _bury(self) -> None:
        """Count the deaths of processes for the items that ran in them."""
        try:
            settled = await self._queue.bereaved(self._lanes.keys(), self._died)
        except Exception as error:  # noqa: BLE001 - it is tried again soon
            log.warning("work.not_looked_for_deaths", error=retries.place(error))
            return
        if settled.items:
            log.warning("work.process_died", count=len(settled.items), given_up=len(settled.dead))
            self._wake.set()

    async def _record(self, settlement: Settlement) -> None:
        """Write down what became of items; as long as the store is gone they stay held, and it is tried again."""
        while True:
            try:
                await self._queue.settle(settlement)
            except LeadgateError as error:
                log.warning("work.not_settled", count=len(settlement.items), error=retries.place(error))
                await asyncio.sleep(self._poll * (0.5 + self._draw()))
            else:
                break
        for item in settlement.items:
            self._held.pop(item.ticket, None)

    async def _beat_forever(self) -> None:
        for beat in itertools.count(1):
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self._queue.beat(tuple(self._held.values()))
            except Exception as error:  # noqa: BLE001 - as above
                log.warning("work.no_heartbeat", count=len(self._held), error=retries.place(error))
            else:  # after its own items were renewed, so that it never takes itself for dead
                if beat % BEREAVED_BEATS == 0:
                    await self._bury()

"""The only thing that sends: claims what is due, sends it, and records what came of it.

The sending protocol (design section 3). A claim is one transaction under the shared lock; it decides again on the
facts of now and commits the attempt as `sending`, with a deadline, before a byte leaves. The call runs outside any
transaction and never outlives that deadline. A withdrawal takes the lock alone, so it knows every attempt that might
still arrive.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

import structlog

from gateway.errors import StoreUnavailable
from gateway.ports import Clock
from gateway.release import ATTEMPT_SECONDS, DeliveryOutcome, EventType, Parcel, Plugin, Ports, Receipt, Target
from gateway.release.kit.schedule import next_attempt
from gateway.release.kit.window import LARGEST, Window, overwhelmed
from gateway.storage.engine.database import Database, Lock, Tx
from gateway.storage.log.tables import audit_checkpoints
from gateway.storage.sending.attempts import Claim, Claims
from gateway.storage.sending.results import DISABLED, Result, Results

POLL_SECONDS: Final = 1.0
"""How often it looks by itself: for what comes due by its time, and for news that was lost."""
RECOVER_SECONDS: Final = 2.0
_IN_FLIGHT: Final = 128
_TRIES: Final = 10
_RACE_SECONDS: Final = 0.01
_PAUSE_SECONDS: Final = 0.5
_RECORD_SECONDS: Final = 0.05

log = structlog.get_logger(__name__)


Way = tuple[str, Target]
"""The kind of a way out, and where it leads."""


class Directory(Protocol):
    """Where destinations are looked up."""

    def ways(self, tx: Tx, names: Collection[str]) -> Mapping[str, Way]:
        """The ways to destinations, by name; one that is not there or was disabled is left out."""


class Permits(Protocol):
    """Signs what a recipient may do."""

    def issue(self, claim: Claim) -> str:
        """Write and sign the permit for one attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the outbox works with."""

    database: Database
    claims: Claims
    results: Results
    directory: Directory
    permits: Permits
    plugins: Mapping[str, Plugin]
    ports: Ports
    clock: Clock
    draw: Callable[[], float]


class Outbox:
    """Sends until stopped; many may run side by side, in one process or in several."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self.wake = asyncio.Event()
        self._stopping = False
        self._sending: set[asyncio.Task[None]] = set()
        self._busy: Counter[str] = Counter()
        self._windows: defaultdict[str, Window] = defaultdict(Window)
        self._ended: asyncio.Queue[Result] = asyncio.Queue()
        self._loops: list[asyncio.Task[None]] = []

    async def start(self, *, alone: bool = False) -> None:
        """Begin to send; a process that is `alone` need not wait until attempts of a dead one reach their deadline."""
        if alone:
            await self._resume()
        self.means.database.on_insert(audit_checkpoints, self.wake.set)  # what waits for its checkpoint is due with it
        self._loops = [asyncio.create_task(loop()) for loop in (self._claim_forever, self._end_forever)]

    async def stop(self, drain: float = ATTEMPT_SECONDS) -> None:
        """Claim nothing more, let running attempts end within `drain` seconds, record what came of them.

        An attempt that does not end in time is given up; after its deadline it is due again.
        """
        self._stopping = True
        self.wake.set()
        if self._loops:
            await asyncio.wait(self._loops[:1])
        if self._sending:
            await asyncio.wait(self._sending, timeout=drain)
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.join(), _RECORD_SECONDS + drain)
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    async def _claim_forever(self) -> None:
        recovered, passed = -RECOVER_SECONDS, asyncio.get_running_loop().time
        while not self._stopping:
            self.wake.clear()
            try:
                if passed() - recovered >= RECOVER_SECONDS:
                    recovered = passed()
                    await self._recover()
                found = await self._claim()
            except Exception as error:  # noqa: BLE001 - the loop outlives whatever it meets
                log.warning("outbox.not_claimed", error=type(error).__name__)
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            if not found:
                left = max(0.0, recovered + RECOVER_SECONDS - passed())
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), min(POLL_SECONDS, left))

    async def _resume(self) -> None:
        now = self.means.clock.now()
        try:
            resumed = await self.means.database.transact(lambda tx: self.means.results.resume(tx, now))
        except StoreUnavailable:
            return  # after their deadlines they are recovered
        if resumed:
            log.warning("outbox.resumed", count=resumed)

    async def _recover(self) -> None:
        now = self.means.clock.now()
        lost = await self.means.database.transact(lambda tx: self.means.results.recover(tx, now))
        if lost:
            log.warning("outbox.recovered", count=lost)

    async def _claim(self) -> bool:
        """Claim what is due and send it; whether there was any, also where it was put off or cancelled."""
        room = _IN_FLIGHT - len(self._sending)
        if room <= 0:
            return False
        full = [name for name in self._busy if not self._room(name)]
        life = timedelta(seconds=ATTEMPT_SECONDS)

        def take(tx: Tx) -> tuple[list[Claim], Mapping[str, Way], bool]:
            limit = min(room, LARGEST)
            claims = self.means.claims.take(tx, self.means.clock, self._room, limit=limit, full=full, life=life)
            return claims, self.means.directory.ways(tx, {claim.destination for claim in claims}), any(tx.units)

        claims, ways, found = await self.means.database.transact(take, lock=Lock.SHARED)
        for claim in claims:
            self._busy[claim.destination] += 1
            epoch = self._windows[claim.destination].epoch
            task = asyncio.create_task(self._send(claim, ways.get(claim.destination), epoch))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return found

    def _room(self, destination: str) -> int:
        """How many more may be sent to a destination now."""
        return self._windows[destination].room(self._busy[destination])

    def _learn(self, destination: str, receipt: Receipt, epoch: int) -> None:
        """Open or close a destination's window by what came of an attempt that was begun in an epoch of it."""
        window = self._windows[destination]
        if receipt.outcome is DeliveryOutcome.DELIVERED:
            self._windows[destination] = window.succeeded()
        elif overwhelmed(receipt.http_status, retry=receipt.outcome is DeliveryOutcome.RETRY):
            self._windows[destination] = window.failed(epoch)

    async def _send(self, claim: Claim, way: Way | None, epoch: int) -> None:
        try:
            receipt = await self._deliver(claim, way)
            self._learn(claim.destination, receipt, epoch)
        finally:
            self._busy[claim.destination] -= 1
            self.wake.set()
        outcome = receipt.outcome.value
        wait = None
        if receipt.outcome is DeliveryOutcome.RETRY:
            wait = next_attempt(claim.number, self.means.draw(), receipt.retry_after)
        log.info("delivery.ended", delivery=claim.delivery_id, outcome=outcome, detail=receipt.detail)
        self._ended.put_nowait(
            Result(
                claim=claim,
                outcome=outcome,
                detail=receipt.detail,
                wait=wait,
                http_status=receipt.http_status,
                remote_id=receipt.remote_id,
                acknowledged=receipt.acknowledged,
            )
        )

    async def _deliver(self, claim: Claim, way: Way | None) -> Receipt:
        """Make the attempt within what is left of its life; whatever goes wrong is a receipt."""
        if way is None:
            # No later attempt finds it either; once it is added again, a person has the dead delivery sent.
            return Receipt(outcome=DeliveryOutcome.FAILED, detail=DISABLED)
        kind, target = way
        try:
            parcel = Parcel(
                delivery_id=claim.delivery_id,
                event=EventType(claim.kind),
                body=claim.body,
                permit=self.means.permits.issue(claim),
                lead_id=claim.lead.id,
                attempt=claim.number,
                timestamp=claim.claimed_at,
            )
            # A clock that is set back must not stretch an attempt: a withdrawal waits for it.
            left = min(ATTEMPT_SECONDS, (claim.deadline - self.means.clock.now()).total_seconds())
            if left <= 0:
                return Receipt(outcome=DeliveryOutcome.RETRY, detail="deadline")
            async with asyncio.timeout(left):
                return await self.means.plugins[kind].deliver(parcel, target, self.means.ports, left)
        except TimeoutError:
            return Receipt(outcome=DeliveryOutcome.RETRY, detail="deadline")
        except Exception as error:  # noqa: BLE001 - a plug-in's fault must not stop the outbox
            log.warning("delivery.broke", delivery=claim.delivery_id, error=type(error).__name__)
            return Receipt(outcome=DeliveryOutcome.RETRY, detail=f"broke:{type(error).__name__}")

    async def _end_forever(self) -> None:
        while True:
            batch = [await self._ended.get()]
            while not self._ended.empty() and len(batch) < _IN_FLIGHT:
                batch.append(self._ended.get_nowait())
            await self._end(batch)
            for _ in batch:
                self._ended.task_done()
            self.wake.set()

    async def _end(self, batch: list[Result]) -> None:
        """Record results; a store that is gone makes it wait, whatever else goes wrong spoils one result alone."""
        tries = 0
        while True:
            now = self.means.clock.now()
            try:
                await self.means.database.transact(lambda tx: self.means.results.end(tx, batch, now))  # noqa: B023 - run before the next turn
            except StoreUnavailable as gone:
                log.warning("outbox.store_unavailable", count=len(batch))
                await asyncio.sleep(gone.retry_after or 1.0)
            except Exception as error:  # noqa: BLE001 - a Conflict (a lead went on meanwhile), or a fault; the loop lives on
                tries += 1
                if len(batch) > 1:
                    await self._end(batch[: len(batch) // 2])
                    await self._end(batch[len(batch) // 2 :])
                    return
                if tries >= _TRIES:
                    # After its deadline the attempt counts as lost, and the destination hears the same id again.
                    log.warning("outbox.result_lost", delivery=batch[0].claim.delivery_id, error=type(error).__name__)
                    return
                await asyncio.sleep(_RACE_SECONDS * tries)
            else:
                return

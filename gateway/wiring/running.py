"""A connected gateway: its parts, and the roles that run in it."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

import structlog

from audit.errors import MemoryUnreadable, RefusedToSign
from audit.memory_file import FileMemory
from audit.sequencer import Pace, Place, Sequencer
from connectors.kit import Connector
from gateway.desk.erasures import EACH_SECONDS, ErasureFeeds
from gateway.desk.housekeeping import HOUSEKEEPING_SECONDS, Housekeeping
from gateway.desk.office import Office
from gateway.outbox import Outbox
from gateway.ports import Clock, World
from gateway.settings import Settings
from gateway.storage.heartbeats import BEAT_SECONDS, Heartbeats, Role
from gateway.storage.leads.journal import SqlJournal
from gateway.storage.log.store import SqlAuditStore
from gateway.storage.log.tables import audit_waiting
from gateway.verification.probes.dns import MailResolver
from gateway.verification.probes.verify import ContactVerifier
from gateway.wiring.desks import Desks
from gateway.wiring.mailboxes import Probing
from gateway.work.background import forever
from gateway.work.engine import WorkEngine
from gateway.work.retries import place as place_of

DRAIN_SECONDS: Final = 20.0
CONTROL_SECONDS: Final = 300.0
TEST_SECONDS: Final = 60.0
REVIVE_SECONDS: Final = 30.0
COUNT_SECONDS: Final = 1.0
AGAIN_SECONDS: Final = 1.0
PACE: Final = Pace()

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """What a loopback world replaces; only an argument leads here, never a setting.

    `addresses` maps `(host, port)` to a loopback address for outgoing HTTP; `dns_seconds` is how long a look-up may
    take; `clock` tells another time than the machine's; `mail_port` is where the mail servers of a loopback world
    listen; `connectors` are there beside the installed ones, by id.
    """

    addresses: Mapping[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    dns_seconds: float = 5.0
    clock: Clock | None = None
    mail_port: int | None = None
    connectors: Mapping[str, type[Connector]] = field(default_factory=dict)

    @property
    def warning(self) -> str | None:
        """What readiness says while vendors are replaced; None in real life."""
        if not self.addresses:
            return None
        places = sorted({f"{host}:{port}" for host, port in self.addresses.values()})
        # Registries alone are some hundreds; all of them stand in the log's entry.
        count = len({host for host, _port in self.addresses})
        hosts = f"{count} hosts of connectors (connectors.replaced in the log names them)"
        return f"The sandbox at {', '.join(places)} answers in place of {hosts}: its companies are invented."


@dataclass(slots=True, kw_only=True)
class Gateway:
    """A gateway, connected. Made by `connect`; roles are started one by one; `close` ends what was started."""

    settings: Settings
    office: Office
    world: World
    desks: Desks
    verifier: ContactVerifier
    resolver: MailResolver
    probing: Probing
    journal: SqlJournal
    audit_store: SqlAuditStore
    memory: FileMemory
    sandbox: Sandbox
    engine: WorkEngine
    erasures: ErasureFeeds
    outbox: Outbox
    _stack: AsyncExitStack
    _sequencing: asyncio.Task[None] | None = None
    _checking: asyncio.Task[None] | None = None
    _reviving: asyncio.Task[None] | None = None
    _tidying: asyncio.Task[None] | None = None
    _erasing: asyncio.Task[None] | None = None
    _counting: asyncio.Task[None] | None = None
    _beating: asyncio.Task[None] | None = None
    _testing: asyncio.Task[None] | None = None
    refused: str | None = None
    """Why the sequencer does not sign, while it does not."""
    misnamed: str | None = None
    """Why outsiders do not reach the gateway where its permits say, as far as that is known."""
    heartbeats: Heartbeats = field(init=False)

    def __post_init__(self) -> None:
        self.heartbeats = Heartbeats(self.office.database, self.office.clock, uuid4().hex)

    def start_front(self) -> None:
        """Be a server: say that this process lives, as every role does."""
        self._test_probing()
        self._live(Role.SERVE)

    async def start_worker(self) -> None:
        """Take up work: journeys and deliveries."""
        await self.engine.start()
        await self.outbox.start(alone=self.alone)
        self._checking = asyncio.create_task(self._check_resolver())
        self._reviving = asyncio.create_task(forever("revive", self._revive, pause=REVIVE_SECONDS, wait=REVIVE_SECONDS))
        self._tidying = asyncio.create_task(forever("tidy", Housekeeping(self.office).run, pause=HOUSEKEEPING_SECONDS))
        if self.erasures.feeds.entries:
            self._erasing = asyncio.create_task(forever("erasures", self.erasures.run, pause=EACH_SECONDS))
        flush = self.desks.figures.verdicts.flush
        self._counting = asyncio.create_task(forever("count", flush, pause=COUNT_SECONDS, wait=COUNT_SECONDS))
        self._test_probing()
        self._live(Role.WORKER)

    @property
    def alone(self) -> bool:
        """Whether no other process works: on SQLite the lock on the data directory says so."""
        return self.office.database.one_process

    async def start_sequencer(self) -> None:
        """Sequence the log, or stand by until the lease is free."""
        self._sequencing = asyncio.create_task(self._sequence())
        self._live(Role.SEQUENCER)

    @property
    def gave_up_signing(self) -> bool:
        """Whether the sequencer has ended for good: what it is to sign contradicts what was signed before."""
        return self._sequencing is not None and self._sequencing.done()

    async def close(self, drain: float = DRAIN_SECONDS) -> None:
        """Let what runs come to its end, then close every connection."""
        loops = [
            task
            for task in (
                self._checking,
                self._reviving,
                self._tidying,
                self._erasing,
                self._counting,
                self._sequencing,
                self._beating,
                self._testing,
            )
            if task is not None
        ]
        try:
            if self._checking is not None:
                await self.engine.stop(drain)
                await self.outbox.stop(drain)
        finally:
            for task in loops:
                task.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            try:
                await self.desks.figures.verdicts.flush()
            finally:
                await self._stack.aclose()

    def _test_probing(self) -> None:
        """Where probing is on, have its self-test at hand, for readiness and for whoever asks first."""
        test = self.probing.self_test
        if self.probing.on and test is not None and self._testing is None:
            self._testing = asyncio.create_task(
                forever("self-test", lambda: test.fresh(self.office.clock.now()), pause=TEST_SECONDS)
            )

    def _live(self, role: Role) -> None:
        """Take a role on, and say from now on that the process lives, the first time at once."""
        self.heartbeats.join(role, lambda: self.refused if role is Role.SEQUENCER else None)
        if self._beating is not None:
            self._beating.cancel()
        self._beating = asyncio.create_task(forever("beat", self.heartbeats.beat, pause=BEAT_SECONDS))

    async def _sequence(self) -> None:
        """Sequence until cancelled; a refusal to sign stops releases and is said once, loudly."""

        def published(_size: int) -> None:
            self.refused = None

        # Set by each commit that adds entries, of this process or another one.
        wake = asyncio.Event()
        self.office.database.on_insert(audit_waiting, wake.set)
        place = Place(store=self.audit_store, memory=self.memory, signer=self.office.vault.keyring.log_signer())
        # Where no other process lives, whoever does goes by one name, so that after a crash the next one need not wait
        # for the lease of the last.
        while True:
            holder = "serve" if self.alone else f"{os.getpid()}-{uuid4().hex[:8]}"
            try:
                clock = self.office.clock.now
                sequencer = Sequencer(place, holder=holder, clock=clock, wake=wake, published=published, pace=PACE)
                await sequencer.run()
            except RefusedToSign as error:
                self.refused = str(error)
                log.critical("sequencer.refused", error=type(error).__name__, detail=str(error))
                return
            except MemoryUnreadable as error:
                if self.refused != str(error):  # said once, not every second
                    log.error("sequencer.no_memory", detail=str(error))  # noqa: TRY400 - it says where and why
                self.refused = str(error)
            except Exception as error:  # noqa: BLE001 - without a sequencer nothing leaves, so it starts again
                log.error("sequencer.broke", error=place_of(error))  # noqa: TRY400 - a traceback may quote data
            await asyncio.sleep(AGAIN_SECONDS)

    async def _revive(self) -> None:
        """Take up the holds that came due and were forgotten."""
        count = await self.journal.revive(self.office.clock.now())
        if count:
            log.warning("leads.revived", count=count)

    async def _check_resolver(self) -> None:
        """Ask for the control names now and every five minutes: a resolver that lies is not believed."""
        while True:
            try:
                trust = await self.resolver.check_controls(self.office.clock.now())
            except Exception as error:  # noqa: BLE001 - the next look may succeed; readiness shows an unchecked resolver
                log.warning("resolver.not_checked", error=place_of(error))
            else:
                if not trust.honest:
                    log.warning("resolver.untrusted", failing=list(trust.failing))
            await asyncio.sleep(CONTROL_SECONDS)

"""Builds the real objects from the settings and connects them."""

import asyncio
import random
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Final
from uuid import uuid4

from audit.keyring import IDEMPOTENCY, PERMIT, Keyring
from audit.keys import LocalRootKey
from audit.memory_file import FileMemory
from gateway import afterwards, journey
from gateway.desk.company import Believing
from gateway.desk.erasures import ErasureFeeds
from gateway.desk.held import review
from gateway.desk.office import LOCAL, Office
from gateway.desk.people import REACH
from gateway.enrichment import (
    ClientHttp,
    LeadEnricher,
    LeadSite,
    MemoryWindows,
    Windows,
)
from gateway.enrichment.tools import Tools
from gateway.handover import SignedPermits, Signer, compose, permit_key_id
from gateway.http import HttpClient
from gateway.outbox import Means, Outbox
from gateway.policies.loading import load_merge, load_verification
from gateway.policies.merge import MergePolicy
from gateway.ports import ADVANCE, ASK_AGAIN, OBJECTED, OBJECTED_BEFORE, RECONSIDER, REVIEW, Clock, World
from gateway.release import Ports
from gateway.release.kit.discovery import discover as ways_out
from gateway.settings import Settings
from gateway.storage.counts import VerdictCounts
from gateway.storage.engine.database import Database, Lock
from gateway.storage.engine.opening import open_database
from gateway.storage.engine.sqlite_file import lock_data_dir
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.arrivals import Arrivals
from gateway.storage.leads.journal import SqlJournal
from gateway.storage.log.store import SqlAuditStore
from gateway.storage.migrations.migrate import upgrade_where_allowed
from gateway.storage.people.ruling import Ruler, SqlPolicy
from gateway.storage.sealing.vault import Vault, holds_log_key
from gateway.storage.sending.attempts import Claims
from gateway.storage.sending.directory import SqlDirectory
from gateway.storage.sending.results import Results
from gateway.storage.vendors.answers import SqlCache
from gateway.storage.vendors.calls import SqlCalls
from gateway.storage.vendors.mail_servers import SqlProbes
from gateway.storage.vendors.slots import SqlWindows
from gateway.storage.windows import SqlQuotas
from gateway.verification.probes.client import DnsClient
from gateway.verification.probes.company import CompanyVerifier
from gateway.verification.probes.controls import Controls
from gateway.verification.probes.dns import MailResolver
from gateway.verification.probes.leads import LeadVerifier
from gateway.verification.probes.lists import Lists
from gateway.verification.probes.nameservers import NameServerResolver
from gateway.verification.probes.registers import Registers
from gateway.verification.probes.verify import ContactVerifier
from gateway.verification.reasons import Level
from gateway.wiring.adapters import ConnectorDns, DeliveryHttp
from gateway.wiring.alone import dns_options
from gateway.wiring.checking import rules_of
from gateway.wiring.desks import DeskMeans, Desks
from gateway.wiring.mailboxes import Probing, probing
from gateway.wiring.running import Gateway, Sandbox
from gateway.wiring.system import SystemClock, SystemIds, locked
from gateway.wiring.vendors import Vendors, vendors
from gateway.work.choose import engine_for
from gateway.work.engine import WorkEngine

_REAL_LIFE: Final = Sandbox()


async def connect(settings: Settings, sandbox: Sandbox = _REAL_LIFE) -> Gateway:
    """Build and connect everything; nothing runs yet.

    Raises:
        SetupError: something cannot be used; the message says what to do.
        StoreUnavailable: the database cannot be reached.
        KeyStoreError: the key store cannot be read.
    """
    async with AsyncExitStack() as stack:
        office = await _open_office(settings, sandbox.clock or SystemClock(), stack)
        dns, resolver = _resolver(settings, sandbox, stack)
        http = await _outgoing(office, sandbox, stack)
        arrivals = Arrivals(office.database, office.vault, office.ids, settings.country)
        journal = SqlJournal(office.database, office.vault, arrivals, office.ids)
        verdicts = VerdictCounts(office.database)
        asked = _mailboxes(office, settings, dns, sandbox)
        asking = vendors(settings, _tools(office, settings, dns, http, sandbox), sandbox.connectors)
        contacts, verifier = _verification(office, settings, (dns, resolver), asked, asking, verdicts)
        ruler = Ruler(office.vault, settings.country, asking.engine.vendors)
        policy, enricher = SqlPolicy(office.database, ruler), LeadEnricher(asking.engine)
        world = World(journal=journal, verifier=verifier, enricher=enricher, policy=policy, clock=office.clock)
        believing = Believing(merging=load_merge(settings.enrichment.merge_policy), goal=asking.engine.plan.goal)
        store, directory = SqlAuditStore(office.database), SqlDirectory(office.vault, ways_out())
        means = DeskMeans(arrivals, store, directory.plugins, verdicts, believing, asking.family)
        desks = Desks.open(office, world, settings.limits, means)
        return Gateway(
            settings=settings,
            office=office,
            world=world,
            desks=desks,
            verifier=contacts,
            resolver=resolver,
            probing=asked,
            journal=journal,
            audit_store=store,
            memory=FileMemory(settings.memory / "checkpoint"),
            sandbox=sandbox,
            engine=_engine(office, world, desks, settings),
            erasures=ErasureFeeds(asking.feeds, desks.objections),
            outbox=Outbox(_means(office, ruler, directory, settings, http, believing.merging)),
            _stack=stack.pop_all(),
        )


def open_keyring(settings: Settings, clock: Clock, *, fresh: bool = True) -> Keyring:
    """Open the key store, or make it when there is none and the database is `fresh`; one process at a time.

    Raises:
        KeyStoreMissing: the database holds what keys have sealed, and the keys are gone.
        KeyStoreError: it cannot be read, or others may read it too.
    """
    for folder in (settings.data_dir, settings.memory, settings.keys):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    root_file = settings.keys / "root.key"
    with locked(settings.keys / "opening.lock"):
        if not fresh or (settings.keys / "keyring.json").exists():
            return Keyring.load(settings.keys, LocalRootKey(root_file))
        # A process that died in here may have left a root key that has wrapped nothing yet.
        root = LocalRootKey(root_file) if root_file.exists() else LocalRootKey.create(root_file)
        origin = f"leadgate.local/audit/{secrets.token_hex(8)}"
        return Keyring.create(settings.keys, root, origin=origin, now=clock.now())


async def _open_office(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Office:
    ids = SystemIds(clock)
    database = await _open_store(settings, stack)
    fresh = not await database.read(holds_log_key)
    vault = Vault(open_keyring(settings, clock, fresh=fresh), ids)
    # Alone: of two processes that start on a new database, the second one finds the first one's key.
    await database.transact(lambda tx: vault.open_log_key(tx.connection), lock=Lock.EXCLUSIVE)
    return Office(database=database, vault=vault, ids=ids, clock=clock, country=settings.country)


async def _open_store(settings: Settings, stack: AsyncExitStack) -> Database:
    if settings.one_process:
        lock = lock_data_dir(settings.data_dir)
        stack.callback(lock.release)
    await upgrade_where_allowed(settings.url, schema=settings.database_schema)
    database = await open_database(settings.url, schema=settings.database_schema)
    stack.push_async_callback(database.close)
    return database


def _resolver(settings: Settings, sandbox: Sandbox, stack: AsyncExitStack) -> tuple[DnsClient, MailResolver]:
    asking = dns_options(settings, sandbox.dns_seconds)
    dns = DnsClient(asking)
    stack.push_async_callback(dns.close)
    return dns, MailResolver(dns, Controls(asking, names=settings.dns_control_names), deadline=asking.deadline)


def _verification(
    office: Office,
    settings: Settings,
    names: tuple[DnsClient, MailResolver],
    asked: Probing,
    asking: Vendors,
    verdicts: VerdictCounts,
) -> tuple[ContactVerifier, LeadVerifier]:
    """Build the verifier, which shows addresses to mail servers alone, and the leads', which asks a vendor too."""
    dns, resolver = names
    policy = load_verification(settings.verification_policy)
    lists = Lists.installed(allowed=policy.allowed, denied=policy.denied)
    registers = Registers(settings.registers_dir, office.vault.register_keys)
    contacts = ContactVerifier(resolver, lists, rules=rules_of(policy), registers=registers, mailbox=asked.sources)
    companies = CompanyVerifier(lists, resolver, NameServerResolver(dns))
    level = Level(settings.verification_level)
    leads = LeadVerifier(contacts, policy, level, verdicts.add, companies=companies, vendor=asking.mailboxes)
    return contacts, leads


async def _outgoing(office: Office, sandbox: Sandbox, stack: AsyncExitStack) -> HttpClient:
    """Open the HTTP client; that a sandbox stands in for vendors is on record before the first of them is asked."""
    if sandbox.addresses:
        facts = {"hosts": sorted({host for host, _port in sandbox.addresses})}
        unit = Unit()
        office.note(unit, LOCAL, "connectors.replaced", facts, at=office.now())
        await office.database.write(unit)
    return await stack.enter_async_context(HttpClient(addresses=dict(sandbox.addresses)))


def _mailboxes(office: Office, settings: Settings, dns: DnsClient, sandbox: Sandbox) -> Probing:
    memory = SqlProbes(office.database, office.vault, IDEMPOTENCY)
    # Workers, and processes that begin anew, invent the same addresses: else a greylist would know none of them again.
    key = office.vault.keyring.hmac(IDEMPOTENCY, b"invented-addresses")
    return probing(settings, dns, memory, _windows(office), loopback_port=sandbox.mail_port, key=key)


def _tools(office: Office, settings: Settings, dns: DnsClient, http: HttpClient, sandbox: Sandbox) -> Tools:
    return Tools(
        http=ClientHttp(client=http, clock=office.clock, private=frozenset(settings.allow_private_vendors)),
        dns=ConnectorDns(dns),
        site=LeadSite(client=http, clock=office.clock, contact=settings.contact),
        windows=_windows(office),
        cache=SqlCache(office.database, office.vault),
        calls=SqlCalls(office.database, office.ids),
        clock=office.clock,
        sleep=asyncio.sleep,
        random=random.SystemRandom(),
        # What a sandbox has answered is remembered apart: the real vendor is asked all the same.
        index_key=office.vault.keyring.hmac(
            IDEMPOTENCY, b"sandbox-questions" if sandbox.addresses else b"vendor-questions"
        ),
    )


def _windows(office: Office) -> Windows:
    """On SQLite one process does all the asking, so its memory is shared enough; what must outlive it is kept."""
    if office.database.one_process:
        return MemoryWindows(SqlQuotas(office.database))
    return SqlWindows(office.database, office.ids)


def _means(
    office: Office,
    ruler: Ruler,
    directory: SqlDirectory,
    settings: Settings,
    http: HttpClient,
    merging: MergePolicy,
) -> Means:
    keyring = office.vault.keyring
    signer = Signer(keyring.permit_key(), permit_key_id(keyring.generations(PERMIT)[0]))
    return Means(
        database=office.database,
        claims=Claims(office.vault, office.ids, ruler, partial(compose, merging=merging)),
        results=Results(office.vault, office.ids),
        directory=directory,
        permits=SignedPermits(signer, settings.public_url, office.clock),
        plugins=directory.plugins,
        ports=Ports(http=DeliveryHttp(http), folder=settings.data_dir / "released"),
        clock=office.clock,
        draw=random.SystemRandom().random,
    )


def _engine(office: Office, world: World, desks: Desks, settings: Settings) -> WorkEngine:
    draw = random.SystemRandom().random
    engine = engine_for(office.database, clock=office.clock, ids=office.ids, draw=draw, worker=uuid4())

    async def advance(lead_ids: Sequence[str]) -> None:
        await journey.advance(world, lead_ids)

    async def reconsider(lead_ids: Sequence[str]) -> None:
        await afterwards.reconsider(world, lead_ids)

    engine.register(ADVANCE, advance, concurrency=settings.workers)

    async def ask_again(lead_ids: Sequence[str]) -> None:
        await afterwards.ask_again(world, lead_ids)

    engine.register(RECONSIDER, reconsider, concurrency=settings.workers)
    engine.register(ASK_AGAIN, ask_again, concurrency=settings.workers)
    engine.register(REVIEW, partial(review, office), concurrency=1)
    engine.register(REACH, desks.preferences.people.reach, concurrency=1)
    engine.register(OBJECTED, desks.objections.act, concurrency=1)
    engine.register(OBJECTED_BEFORE, desks.objections.act_again, concurrency=1)
    return engine

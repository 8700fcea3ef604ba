"""The journey row: leads from intake to a signed webhook, with two vendors, everything durable and audited."""

import asyncio
import secrets
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import func, select

from connectors.discovery import discover
from connectors.kit.calling import Rate
from gateway import journey, logs, longrun
from gateway.desk.office import LOCAL
from gateway.lead import Inquiry, Person, Personal, Submission
from gateway.ports import Arrival
from gateway.settings import load
from gateway.storage.leads.tables import leads
from gateway.storage.vendors.tables import vendor_results
from gateway.wiring import Gateway, Sandbox, connect
from tests.bench.baselines import bare_calls
from tests.bench.outside import Outside, domain_of, outside
from tests.bench.table import Row

BUDGET_RATE = 250.0
"""Leads per second on two cores (design, Speed)."""

FLOOR = 0.2
"""Of the bare outside calls."""

_CHUNK = 100
_SECONDS = 120.0


def measure(*, rounds: int, count: int) -> list[Row]:
    """Carry leads through the whole journey, and beside it make the same outside calls and nothing else."""
    secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
    with outside(secret) as world, _unlimited():
        pairs = [longrun.run(_round(world, count)) for _ in range(rounds)]
    ours, bare = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    ratio = median(pair[0] / pair[1] for pair in pairs)
    return [
        Row(
            what="whole journey, two vendors and a webhook",
            beside=f"the same outside calls and nothing else ({bare:,.0f}/s)",
            seen=f"{ours:,.0f} leads/s on two cores, shared with the world outside",
            ratio=ratio,
            floor=FLOOR,
            figure=ours,
            budget=BUDGET_RATE,
        )
    ]


@contextmanager
def _unlimited() -> Iterator[None]:
    """Let the vendor be asked as often as there are companies: its own plan allows a hundred calls a minute."""
    plugin = discover()["people_data_labs"]
    kept = plugin.manifest
    plugin.manifest = kept.model_copy(update={"rate": Rate(concurrency=kept.rate.concurrency)})
    try:
        yield
    finally:
        plugin.manifest = kept


async def _round(world: Outside, count: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        gateway = await _connected(world, Path(folder))
        try:
            async with longrun.on_one_cpu():
                rate = await _carry(gateway, count)
            await _check_answers(gateway, count)
        finally:
            await gateway.close()
    domains = [domain_of(number) for number in range(count)]
    host, port = world.vendor
    return rate, await bare_calls(domains, world.dns, f"http://{host}:{port}", world.inbox)


async def _connected(world: Outside, folder: Path) -> Gateway:
    logs.configure("error")
    settings = load(
        data_dir=folder,
        country="DE",
        dns_servers=(world.dns,),
        log_level="error",
        connectors={"people_data_labs": {"api_key": "sandbox-key"}},
        enrichment={"stages": [["dns_footprint"], ["people_data_labs"]]},  # nobody outside this machine
    )
    gateway = await connect(settings, Sandbox(addresses={("api.peopledatalabs.com", 443): world.vendor}))
    await gateway.desks.policies.accept(LOCAL, "all", "bench")
    await gateway.desks.sources.add(LOCAL, {"key": "bench", "kind": "api", "provenance": "web_form"})
    crm = {
        "name": "crm",
        "kind": "webhook",
        "url": world.inbox,
        "purposes": ["inquiry_response", "marketing"],
        "country": "DE",
        "allow_private": True,
    }
    await gateway.desks.destinations.add(LOCAL, crm, [world.secret])
    await gateway.start_worker()
    await gateway.start_sequencer()
    longrun.settle()
    return gateway


async def _carry(gateway: Gateway, count: int) -> float:
    """Open leads in chunks and wait until every one is released; returns leads per second."""
    begun = time.perf_counter()
    for start in range(0, count, _CHUNK):
        await journey.receive(gateway.world, [_arrival(number) for number in range(start, min(start + _CHUNK, count))])
    query = select(func.count()).select_from(leads).where(leads.c.status == "released")
    while True:
        done = await gateway.office.database.read(lambda connection: connection.execute(query).scalar_one())
        if done == count:
            return count / (time.perf_counter() - begun)
        if time.perf_counter() - begun > _SECONDS:
            raise TimeoutError(f"{done} of {count} leads were released in {_SECONDS:.0f} s")
        await asyncio.sleep(0.02)


async def _check_answers(gateway: Gateway, count: int) -> None:
    """Both vendors must have answered about every company, or something else was measured; raises RuntimeError."""
    query = select(vendor_results.c.connector, func.count().label("answers")).group_by(vendor_results.c.connector)
    found = await gateway.office.database.read(lambda connection: [row.answers for row in connection.execute(query)])
    companies = len({domain_of(number) for number in range(count)})
    if found != [companies, companies]:
        raise RuntimeError(f"of {companies} companies the vendors told of {found}")


def _arrival(number: int) -> Arrival:
    person = Person(
        email=Personal(f"person{number}@{domain_of(number)}"), phone=Personal("+493012345678"), country="DE"
    )
    inquiry = Inquiry(message=Personal("Please send me an offer for forty machines."))
    return Arrival(submission=Submission(source="bench", person=person, inquiry=inquiry), received_at=datetime.now(UTC))

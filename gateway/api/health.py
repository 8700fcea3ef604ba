"""For operators and monitors, at the root and without a key: metrics, liveness, readiness, the GPC statement."""

import asyncio
import os
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from prometheus_client import CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.api.front import Front, front_of
from gateway.api.routes import binary, resource
from gateway.api.schemas.system import Alive, Gpc, Health
from gateway.api.scrape import Scrape
from gateway.desk.figures import Going
from gateway.errors import StoreUnavailable, Unavailable
from gateway.storage.heartbeats import Role

T = TypeVar("T")

router = resource("monitoring")

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
BEHIND_SECONDS: Final = 10.0
"""From this age of the oldest unsigned entry on, readiness warns: nothing leaves without a checkpoint."""
WORK_SECONDS: Final = 60.0
"""From this age of the oldest lead that waits for a worker on, readiness warns: a step takes seconds."""
READY_SECONDS: Final = 2.0
"""How long the store may take to answer for readiness: whoever asks gives up after some seconds himself."""
METRICS_SECONDS: Final = 8.0
"""How long it may take to count for the metrics; Prometheus gives up after ten seconds, unless told otherwise."""
_GPC_SINCE: Final = "2026-01-01"
_KEY_FILES: Final = ("root.key", "keyring.json")


@router.get("/health/live", response_model=Alive)
async def live() -> Mapping[str, Any]:
    """Say that the process serves."""
    return {"status": "alive"}


@router.get(
    "/health/ready",
    response_model=Health,
    responses={503: {"description": "Down: a red check", "model": Health}},
)
async def ready(request: Request) -> Response:
    """Say whether leads can be taken and released: 200, also with warnings; 503 when something is gone."""
    front = front_of(request)
    database, going = await _store(front)
    red = [database, _keys(front), _sequencer(front)]
    amber = [*_store_warnings(front), *_sandbox(front), *_address(front), _resolver(front), *_probing(front), *going]
    down = not all(check["ok"] for check in red)
    warned = not all(check["ok"] for check in amber)
    status = "down" if down else "warning" if warned else "ready"
    headers = {"Retry-After": "5"} if down else None
    return JSONResponse({"status": status, "checks": [*red, *amber]}, 503 if down else 200, headers)


@router.get("/metrics", response_class=Response, responses=binary("Metrics for Prometheus", TEXT))
async def metrics(request: Request) -> Response:
    """Give counts and ages for Prometheus; nothing personal, closed labels. Without the store, those of the process."""
    front = front_of(request)
    counting = front.gateway.desks.figures.read
    try:
        figures = front.figures.get("") or front.figures.put("", await _within(METRICS_SECONDS, counting()))
    except Unavailable:  # what the process has counted is of use then too
        figures = None
    scrape = CollectorRegistry()
    scrape.register(Scrape(figures))
    return Response(generate_latest(front.meters.registry) + generate_latest(scrape), media_type=TEXT)


@router.get("/.well-known/gpc.json", response_model=Gpc)
async def gpc() -> Mapping[str, Any]:
    """State that Global Privacy Control is honoured."""
    return {"gpc": True, "lastUpdate": _GPC_SINCE}


def _check(name: str, wrong: str | None) -> dict[str, Any]:
    return {"name": name, "ok": wrong is None, "detail": wrong}


async def _store(front: Front) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Whether the store can be read, and took what this process wrote last; and what it tells of how leads go on.

    A heartbeat is written, if nothing else. What the last writes met is looked at last: they may fail meanwhile.
    """
    database = front.gateway.office.database
    try:
        going = await _within(READY_SECONDS, front.gateway.desks.figures.going())
    except Unavailable as error:
        return _check("database", error.detail), []
    wrong = database.fault and f"The last writes failed. {database.fault}"
    return _check("database", wrong), _going(going)


async def _within(seconds: float, question: Coroutine[Any, Any, T]) -> T:
    """Wait so long for an answer of the store, and not for it to stop where it gives none.

    Raises:
        StoreUnavailable: there is none, or it came too late.
    """
    asked = asyncio.create_task(question)
    asked.add_done_callback(lambda task: task.cancelled() or task.exception())  # nobody else may be left to hear it
    try:
        await asyncio.wait({asked}, timeout=seconds)
        if asked.done():
            return asked.result()
    finally:
        asked.cancel()
    raise StoreUnavailable(
        f"The store has not answered for {seconds:g} s: somebody holds a lock on a table, or it has too much to do."
    )


def _keys(front: Front) -> dict[str, Any]:
    """The keys are in memory; a store that is gone would stop the next start, and key rotation now."""
    folder: Path = front.gateway.settings.keys
    gone = [name for name in _KEY_FILES if not os.access(folder / name, os.R_OK)]
    return _check("keys", f"{', '.join(gone)} cannot be read; restore the key store." if gone else None)


def _sequencer(front: Front) -> dict[str, Any]:
    return _check("sequencer", front.gateway.refused)


def _store_warnings(front: Front) -> list[dict[str, Any]]:
    return [_check("store", warning) for warning in front.gateway.office.database.warnings]


def _sandbox(front: Front) -> list[dict[str, Any]]:
    warning = front.gateway.sandbox.warning
    return [] if warning is None else [_check("sandbox", warning)]


def _address(front: Front) -> list[dict[str, Any]]:
    return [] if front.gateway.misnamed is None else [_check("public_url", front.gateway.misnamed)]


def _resolver(front: Front) -> dict[str, Any]:
    trust = front.gateway.resolver.trust
    wrong = None
    if trust is not None and not trust.honest:
        wrong = f"The DNS resolver fails on {', '.join(trust.failing)}: no negative answer is believed."
    return _check("resolver", wrong)


def _probing(front: Front) -> list[dict[str, Any]]:
    asked = front.gateway.probing
    return [_check("probing", asked.wrong)] if asked.on else []


def _going(going: Going) -> list[dict[str, Any]]:
    """Whether leads go on: what waits too long, and which processes were not heard of."""
    return [
        _check("checkpoint", _late(going.unsigned_age, BEHIND_SECONDS, "An entry has waited {} for its checkpoint.")),
        _check("work", _late(going.work_age, WORK_SECONDS, "A lead has waited {} for a worker to carry it on.")),
        _check("workers", _silent(going, Role.WORKER, "leads are taken in, and go no further")),
        _check("sequencers", _silent(going, Role.SEQUENCER, "nothing is signed, so nothing leaves")),
        *(_check("erasures", _unread(*each)) for each in going.unread.items()),
    ]


def _unread(connector: str, wrong: str) -> str:
    says = f"{connector}'s list of erased records could not be read: {wrong}. It is tried again within the hour"
    return f"{says}; until it can be read, nobody is erased who has the vendor erase them."


def _late(age: float | None, most: float, says: str) -> str | None:
    return says.format(f"{age:.0f} s") if age is not None and age > most else None


def _silent(going: Going, role: Role, follows: str) -> str | None:
    heard = going.heard[role]
    if heard.processes:
        return heard.trouble
    since = "" if heard.age is None else f" for {heard.age:.0f} s"
    return f"No {role} was heard of{since}: {follows}. Start `leadgate {role}`, or look why it is silent."

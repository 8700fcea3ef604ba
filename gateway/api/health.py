"""For operators and monitors, at the root and without a key: metrics, liveness, readiness, the GPC statement."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.api.front import Front, front_of
from gateway.api.routes import binary, problems, resource
from gateway.api.schemas.system import Alive, Gpc, Health
from gateway.desk.figures import Figures
from gateway.errors import Unavailable

_Labels = TypeVar("_Labels", bound=tuple[str, ...])

router = resource("monitoring")

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
BEHIND_SECONDS: Final = 10.0
"""From this age of the oldest unsigned entry on, readiness warns: nothing leaves without a checkpoint."""
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
    red = [await _database(front), _keys(front), _sequencer(front)]
    amber = [*_store_warnings(front), *_sandbox(front), _resolver(front)]
    if all(check["ok"] for check in red):
        amber.append(await _checkpoint(front))
    down = not all(check["ok"] for check in red)
    warned = not all(check["ok"] for check in amber)
    status = "down" if down else "warning" if warned else "ready"
    headers = {"Retry-After": "5"} if down else None
    return JSONResponse({"status": status, "checks": [*red, *amber]}, 503 if down else 200, headers)


@router.get("/metrics", response_class=Response, responses={**binary("Metrics for Prometheus", TEXT), **problems(503)})
async def metrics(request: Request) -> Response:
    """Give counts and ages for Prometheus; nothing personal, closed labels."""
    front = front_of(request)
    figures = front.figures.get("") or front.figures.put("", await front.gateway.desks.figures.read())
    scrape = CollectorRegistry()
    scrape.register(_Scrape(figures))
    return Response(generate_latest(front.meters.registry) + generate_latest(scrape), media_type=TEXT)


@router.get("/.well-known/gpc.json", response_model=Gpc)
async def gpc() -> Mapping[str, Any]:
    """State that Global Privacy Control is honoured."""
    return {"gpc": True, "lastUpdate": _GPC_SINCE}


class _Scrape(Collector):
    """The store's figures as gauges."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures

    def collect(self) -> Iterator[Metric]:
        """Give every gauge; an age that there is none of is left out."""
        figures = self.figures
        yield _labelled("leadgate_leads", "Leads by status and reason.", ("status", "reason"), figures.leads)
        sent = {(status,): count for status, count in figures.deliveries.items()}
        yield _labelled("leadgate_deliveries", "Deliveries by status.", ("status",), sent)
        calls = figures.vendor_calls
        yield _labelled("leadgate_vendor_calls", "Calls to connectors by outcome.", ("connector", "outcome"), calls)
        verdicts = CounterMetricFamily(
            "leadgate_verdicts",
            "Verdicts that journeys were given, by the reason that made them so.",
            labels=("kind", "verdict", "reason"),
        )
        for key, given in sorted(figures.verdicts.items()):
            verdicts.add_metric(list(key), given)
        yield verdicts
        yield GaugeMetricFamily(
            "leadgate_dead_letters", "Jobs that were given up and not tried again.", value=figures.dead_letters
        )
        ages = {
            "leadgate_outbox_age_seconds": ("How long the oldest delivery that is due waits.", figures.outbox_age),
            "leadgate_checkpoint_age_seconds": ("How old the latest checkpoint is.", figures.checkpoint_age),
            "leadgate_unsigned_age_seconds": ("How long the oldest unsigned entry waits.", figures.unsigned_age),
        }
        for name, (says, age) in ages.items():
            yield GaugeMetricFamily(name, says, value=age or 0.0)


def _labelled(name: str, says: str, labels: Sequence[str], counts: Mapping[_Labels, int]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=labels)
    for values, count in sorted(counts.items()):
        family.add_metric(list(values), count)
    return family


def _check(name: str, wrong: str | None) -> dict[str, Any]:
    return {"name": name, "ok": wrong is None, "detail": wrong}


async def _database(front: Front) -> dict[str, Any]:
    try:
        await front.gateway.office.database.ping()
    except Unavailable as error:
        return _check("database", error.detail)
    return _check("database", None)


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


def _resolver(front: Front) -> dict[str, Any]:
    trust = front.gateway.resolver.trust
    wrong = None
    if trust is not None and not trust.honest:
        wrong = f"The DNS resolver fails on {', '.join(trust.failing)}: no negative answer is believed."
    return _check("resolver", wrong)


async def _checkpoint(front: Front) -> dict[str, Any]:
    try:
        age = await front.gateway.desks.figures.unsigned_age()
    except Unavailable as error:
        return _check("checkpoint", error.detail)
    behind = age is not None and age > BEHIND_SECONDS
    return _check("checkpoint", f"An entry has waited {age:.0f} s for its checkpoint." if behind else None)

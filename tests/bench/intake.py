"""The intake row: durable, authenticated, sealed and audited leads over HTTP, one process."""

import asyncio
import json
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tests.bench.load import burst, post
from tests.bench.servers import EACH, ECHO, GROUPED, Server, serving
from tests.bench.table import Row

BUDGET_ECHO = 0.4
BUDGET_EACH = 2.0
FLOOR_ECHO = 0.34
FLOOR_EACH = 3.8


def measure(*, rounds: int, count: int) -> list[Row]:
    """Measure three servers in turn, round by round; the ratios are medians over the rounds."""
    rates: dict[str, list[float]] = {ECHO: [], GROUPED: [], EACH: []}
    slowest: list[float] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = {kind: stack.enter_context(serving(kind, folder)) for kind in rates}
        for turn in range(rounds + 1):
            for kind, server in servers.items():
                load = asyncio.run(
                    burst(server.address, _lead(server, kind, turn), status=202, count=count, connections=64)
                )
                if turn:  # the first round warms up
                    rates[kind].append(load.rate)
                    slowest += [load.p99] if kind == GROUPED else []
    to_echo = [ours / echo for ours, echo in zip(rates[GROUPED], rates[ECHO], strict=True)]
    to_each = [ours / each for ours, each in zip(rates[GROUPED], rates[EACH], strict=True)]
    seen = f"{median(rates[GROUPED]):,.0f} leads/s, p99 {median(slowest) * 1000:.0f} ms"
    return [
        Row(
            what="durable intake, one worker",
            beside=f"bare FastAPI echo of the same model ({median(rates[ECHO]):,.0f}/s)",
            seen=seen,
            ratio=median(to_echo),
            floor=FLOOR_ECHO,
            figure=median(to_echo),
            budget=BUDGET_ECHO,
        ),
        Row(
            what="durable intake, group commit",
            beside=f"the same committing each request ({median(rates[EACH]):,.0f}/s)",
            seen=seen,
            ratio=median(to_each),
            floor=FLOOR_EACH,
            figure=median(to_each),
            budget=BUDGET_EACH,
        ),
    ]


def _lead(server: Server, kind: str, turn: int) -> Callable[[int], bytes]:
    headers = f"Authorization: Bearer {server.key}\r\n" if server.key else ""

    def request(number: int) -> bytes:
        lead = {
            "person": {"email": f"p{number}.{turn}.{kind}@acme.example", "given_name": "Ada", "country": "DE"},
            "company": {"name": "Acme Industries"},
            "inquiry": {"message": "Please send me an offer for forty machines."},
            "campaign": {"source": "newsletter", "medium": "email"},
        }
        return post("/v1/leads", json.dumps(lead).encode(), headers)

    return request

"""A loopback vendor: a company database in the manner of the large ones, with their replies, limits and traps.

It speaks `GET /v5/company/enrich` as People Data Labs documents it: fields at the top level beside `likelihood`,
404 for a company it does not know, 402 when the credits are used up, 429 with `x-ratelimit-reset` and no
Retry-After. Which of these a question gets is decided by the script, by domain. Beside it, two vendors of mailbox
checks answer as `gateway.sandbox.mailbox_vendors` says.
"""

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType, TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.sandbox.mailbox_vendors import MailboxVendors

KEY = "sandbox-key"
"""The one API key it accepts."""

ACME: Mapping[str, Any] = MappingProxyType(
    {
        "status": 200,
        "id": "sandbox-acme",
        "name": "acme industries",
        "display_name": "Acme Industries",
        "website": "acme.example",
        "type": "private",
        "size": "201-500",
        "employee_count": 312,
        "founded": 1987,
        "industry": "machinery",
        "inferred_revenue": "$50M-$100M",
        "location": {"locality": "berlin", "region": "berlin", "country": "germany", "postal_code": "10115"},
        "naics": [{"naics_code": "333249", "sector": "manufacturing"}],
        "sic": [{"sic_code": "3559"}],
        "tags": ["machines", "industrial"],
        "summary": "Acme Industries builds machines.",
        "linkedin_url": True,  # a plan without this field: the value exists and is not given
        "ticker": None,
        "likelihood": 9,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """One reply.

    Attributes:
        status: HTTP status.
        body: the JSON object.
        headers: beside content type and the credit counters.
        wait: seconds before it is sent.
        times: how often it is given before the next of the domain's replies comes; the last one stays.
        raw: sent instead of `body`, as it is.
    """

    status: int = 200
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    times: int = 1
    raw: bytes | None = None


def failure(status: int, kind: str) -> Scripted:
    """A reply in the vendor's error form."""
    return Scripted(status=status, body={"status": status, "error": {"type": kind, "message": kind}})


NOT_FOUND = failure(404, "not_found")
THROTTLED = failure(429, "rate_limit_error")
"""Gets its `x-ratelimit-reset` when it is sent."""

SCRIPT: Mapping[str, tuple[Scripted, ...]] = MappingProxyType(
    {
        "acme.example": (Scripted(body=ACME),),
        "broke.example": (failure(402, "payment_required"),),
        "busy.example": (THROTTLED, Scripted(body={**ACME, "website": "busy.example", "id": "sandbox-busy"})),
        "flaky.example": (
            failure(500, "api_error"),
            Scripted(body={**ACME, "website": "flaky.example", "id": "sandbox-flaky"}),
        ),
        "down.example": (failure(500, "api_error"),),
        "slow.example": (Scripted(body=ACME, wait=30.0),),
        "garbage.example": (Scripted(raw=b'{"status": 200, "name": "cut sho'),),
    }
)
"""What happens without a script of one's own; every other domain is not found."""


class Vendors:
    """The server; an async context manager with the address it listens on and what it has counted.

    Args:
        script: replies by domain.
        host: a loopback address.
        port: 0 takes a free one.
        throttle: how long a 429 asks to wait.
        on_reply: is told of each question's domain and of the status it is answered with.
    """

    def __init__(
        self,
        script: Mapping[str, tuple[Scripted, ...]] = SCRIPT,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        throttle: timedelta = timedelta(seconds=1),
        on_reply: Callable[[str, int], None] | None = None,
    ) -> None:
        self._script = script
        self._host = host
        self._port = port
        self._throttle = throttle
        self._on_reply = on_reply
        self._asked: Counter[str] = Counter()
        self._socket: socket.socket | None = None
        self._serving: asyncio.Task[None] | None = None
        self._server: uvicorn.Server | None = None
        self.statuses: Counter[int] = Counter()
        """Replies sent, by status."""
        self.credits_spent = 0
        """What its bill says: one credit per company found."""
        self.mailboxes = MailboxVendors(KEY, on_reply=on_reply)
        """The vendors of mailbox checks beside it."""
        self.queries: list[Mapping[str, str]] = []
        """The query parameters of every call, in order."""

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens; RuntimeError before it does."""
        if self._socket is None:
            raise RuntimeError("the sandbox's vendors are not running")
        host, port = self._socket.getsockname()[:2]
        return str(host), int(port)

    @property
    def calls(self) -> int:
        """Calls answered."""
        return sum(self.statuses.values())

    async def __aenter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((self._host, self._port))
        app = Starlette(routes=[Route("/v5/company/enrich", self._enrich), *self.mailboxes.routes])
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
        self._server = _Quiet(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._serving.done():
                await self._serving
            await asyncio.sleep(0.005)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def _enrich(self, request: Request) -> Response:
        self.queries.append(dict(request.query_params))
        domain = _domain(request.query_params.get("website", ""))
        reply = self._judge(request, domain)
        await asyncio.sleep(reply.wait)
        if self._on_reply is not None:
            self._on_reply(domain, reply.status)
        return self._send(reply)

    def _judge(self, request: Request, domain: str) -> Scripted:
        if request.headers.get("x-api-key") != KEY:
            return failure(401, "authentication_error")
        if not domain and "name" not in request.query_params:
            return failure(400, "invalid_request_error")
        return self._next(domain)

    def _next(self, domain: str) -> Scripted:
        replies = self._script.get(domain, (NOT_FOUND,))
        place = self._asked[domain]
        self._asked[domain] += 1
        for reply in replies:
            if place < reply.times:
                return reply
            place -= reply.times
        return replies[-1]

    def _send(self, reply: Scripted) -> Response:
        self.statuses[reply.status] += 1
        found = reply.status == 200 and reply.raw is None  # noqa: PLR2004 - HTTP's OK
        self.credits_spent += found
        headers = {"x-call-credits-spent": "1" if found else "0", **reply.headers}
        if reply.status == 429 and "x-ratelimit-reset" not in headers:  # noqa: PLR2004 - Too Many Requests
            reset = datetime.now(tz=UTC) + self._throttle
            headers["x-ratelimit-reset"] = reset.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if reply.raw is not None:
            return Response(reply.raw, status_code=reply.status, headers=headers, media_type="application/json")
        return JSONResponse(dict(reply.body), status_code=reply.status, headers=headers)


class _Quiet(uvicorn.Server):
    """uvicorn without signal handlers: the process belongs to whoever runs the sandbox."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:  # noqa: ANN401 - uvicorn's own annotation is a generator
        yield


def _domain(website: str) -> str:
    name = website.strip().lower()
    name = name.partition("://")[2] or name
    return name.partition("/")[0].removeprefix("www.")

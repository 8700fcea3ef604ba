"""schemathesis over the contract: no server error, and no answer that openapi.yaml does not document.

The application runs in this process, on a loop in a thread of its own, against a whole gateway on SQLite. By default
each call gets some dozen requests; `LEADGATE_TEST_EXAMPLES=200` looks deeper.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.contract.promised import contract
from tests.support.gateway import World, body_of, client_of, lead, running_gateway

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

T = TypeVar("T")

EXAMPLES: Final = int(os.environ.get("LEADGATE_TEST_EXAMPLES", "8"))
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
LIMITS: Final = {"form_per_minute": 1_000_000, "wait_seconds": 0.05}

CONTRACT: Final = contract()
CALLS: Final = [(method, path) for path, methods in CONTRACT["paths"].items() for method in methods]

api = schemathesis.pytest.from_fixture("call")
"""The requests of one call: composing them takes seconds, so it is left to the test (collecting must stay cheap)."""


class Server:
    """A gateway on a loop of its own; calls come from the test's thread."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._running = running_gateway(folder, limits=LIMITS)
        self.world: World = self.do(self._running.__aenter__())
        self.client, self.known = self.do(self._prepare())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the gateway's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def send(self, request: requests.PreparedRequest) -> httpx.Response:
        """Send a request as it was composed, byte for byte."""
        body = request.body.encode() if isinstance(request.body, str) else request.body
        assert body is None or isinstance(body, bytes)
        sent = httpx.Request(str(request.method), str(request.url), headers=_raw(request), content=body)
        sent.headers.setdefault("authorization", self.client.headers["authorization"])
        return self.do(self._answer(sent))

    def close(self) -> None:
        """End it."""
        self.do(self.client.aclose())
        self.do(self._running.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self.client.send(request)
        await answer.aread()
        return answer

    async def _prepare(self) -> tuple[httpx.AsyncClient, Mapping[str, str]]:
        """A client with every scope, and ids of things that are there."""
        key = await self.world.add_key("web", "admin", ["admin"])
        client = client_of(self.world.app, key)
        made = body_of(await client.post("/v1/leads", json=lead(), headers={"Prefer": "wait=10"}))
        lead_id = made["id"]
        await self.world.lead(lead_id, until=["released"])
        await client.post("/v1/leads", content=b"{", headers={"Content-Type": "application/json"})
        steps = body_of(await client.get(f"/v1/leads/{lead_id}/timeline"))["items"]
        known = {
            "lead_id": lead_id,
            "subject_id": body_of(await client.get(f"/v1/leads/{lead_id}"))["subject_id"],
            "event_id": steps[0]["entry"],
            "ident": body_of(await client.get("/v1/quarantine"))["items"][0]["id"],
            "form_key": "contact",
        }
        return client, known


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One gateway for all calls."""
    made = Server(tmp_path_factory.mktemp("contract"))
    yield made
    made.close()


@pytest.fixture(params=CALLS, ids=[f"{method.upper()} {path}" for method, path in CALLS])
def call(request: pytest.FixtureRequest) -> schemathesis.BaseSchema:
    """The contract with one call left in it."""
    method, path = request.param
    request.node._nodeid = request.node.nodeid  # schemathesis 4 reads it there; pytest 9.2 keeps it elsewhere
    return schemathesis.openapi.from_dict({**CONTRACT, "paths": {path: {method: CONTRACT["paths"][path][method]}}})


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=EXAMPLES < 50,
)
@api.parametrize()
def test_every_answer_is_documented(case: schemathesis.Case[Any], server: Server) -> None:
    """Good and bad requests: the status, type, headers and shape of each answer stand in the contract."""
    for name in server.known.keys() & case.path_parameters.keys():
        if _is_good(case):
            case.path_parameters[name] = server.known[name]
    composed = requests.Request(**case.as_transport_kwargs(base_url="http://gateway.example")).prepare()
    case.validate_response(server.send(composed), checks=CHECKS)


def _raw(request: requests.PreparedRequest) -> list[tuple[bytes, bytes]]:
    """Headers as the bytes that an HTTP server would give the application."""
    pairs = (
        (str(name), value if isinstance(value, str) else value.decode("latin-1"))
        for name, value in request.headers.items()
    )
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in pairs]


def _is_good(case: schemathesis.Case[Any]) -> bool:
    """Whether the request was made to fit the contract: then it may be about something that is there."""
    return case.meta is None or case.meta.generation.mode.is_positive

"""The plain routes are served before FastAPI's own layers: a caller notices nothing of it."""

import json
from collections.abc import AsyncIterator
from typing import Any, ClassVar, NoReturn

import httpx
import pytest
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from gateway.api.front import body_of, header_of
from gateway.intake import API_VERSION, RequestContext
from gateway.intake.kit.settings import SourceSettings
from tests.support.gateway import World

LEAD = {"person": {"email": "ada@acme.example"}}
JSON = {"content-type": "application/json"}
REQUESTS: dict[str, dict[str, Any]] = {
    "taken": {"json": LEAD},
    "no JSON": {"content": b"{", "headers": JSON},
    "another media type": {"content": b"{}", "headers": {"content-type": "text/plain"}},
    "faults": {"json": {"person": {}}},
    "a bad idempotency key": {"json": LEAD, "headers": {"idempotency-key": "a b"}},
    "a bad key": {"json": LEAD, "headers": {"authorization": "Bearer lg_x"}},
    "no key": {"json": LEAD, "headers": {"authorization": ""}},
    "too large": {"content": b" " * 2_000_000, "headers": JSON},
}


async def _asked(world: World, way: str, request: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
    """Status, headers and body of an answer, without what differs each time."""
    transport = httpx.ASGITransport(app=world.app, root_path=way)
    headers = {"authorization": f"Bearer {world.keys['web']}", **request.get("headers", {})}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.example") as client:
        answer = await client.post("/v1/leads", **{**request, "headers": headers})
    kept = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "content-length"}}
    told = answer.json()
    if answer.status_code == 202:
        told = sorted(told)
    assert len(answer.headers["x-request-id"]) == 16
    assert int(answer.headers["content-length"]) == len(answer.content)
    return answer.status_code, kept, told


@pytest.mark.integration
@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
async def test_both_ways_answer_alike(world: World, request_: dict[str, Any]) -> None:
    """Status, headers and body, whether a proxy's prefix sends a request the long way or not."""
    with structlog.testing.capture_logs() as logs:
        short = await _asked(world, "", request_)
        long = await _asked(world, "/elsewhere", request_)
    assert short == long
    lines = [{**each, "ms": 0, "request_id": ""} for each in logs if each["event"] == "http.request"]
    assert [each["route"] for each in lines] == ["/v1/leads"] * 2
    assert lines == [lines[0]] * 2
    counted = world.app.state.front.meters.registry.get_sample_value(
        "leadgate_http_requests_total", {"method": "POST", "route": "/v1/leads", "status": str(short[0])}
    )
    assert counted == len(lines)


class BrokenWayIn:
    """A way in with a fault of its own, which repeats what was sent."""

    api_version: ClassVar[int] = API_VERSION
    kind: ClassVar[str] = "api"

    def read(self, body: bytes, content_type: str, source: SourceSettings, context: RequestContext) -> NoReturn:
        """Fail."""
        raise RuntimeError(body.decode())


@pytest.mark.integration
@pytest.mark.parametrize("way", ["", "/elsewhere"])
async def test_an_unexpected_error_is_a_problem_on_both_ways(world: World, way: str) -> None:
    """A fault of ours shows nothing of what was sent."""
    world.gateway.desks.reception.ways_in = {"api": BrokenWayIn()}
    with structlog.testing.capture_logs() as logs:
        status, headers, told = await _asked(world, way, {"json": LEAD})
    assert (status, headers["content-type"]) == (500, "application/problem+json")
    assert told["type"].endswith("/internal")
    assert "ada@" not in json.dumps(told) + str(logs)


def _request(*messages: Message) -> Request:
    async def told() -> AsyncIterator[Message]:
        for each in messages:
            yield each

    source = told()
    headers = [(b"x-one", b"1"), (b"x-one", b"2"), (b"x-umlaut", "ü".encode("latin-1"))]
    return Request({"type": "http", "headers": headers}, source.__anext__)


async def test_a_body_in_pieces_is_put_together() -> None:
    """However it arrives, also when nothing does."""
    more = {"type": "http.request", "body": b"ab", "more_body": True}
    assert await body_of(_request(more, more, {"type": "http.request", "body": b"c"})) == b"ababc"
    assert await body_of(_request({"type": "http.request"})) == b""
    with pytest.raises(ClientDisconnect):
        await body_of(_request(more, {"type": "http.disconnect"}))


def test_of_headers_that_repeat_the_first_counts() -> None:
    """As in Starlette's mapping of them."""
    request = _request()
    for name in ("x-one", "x-umlaut", "x-none"):
        assert header_of(request, name.encode()) == request.headers.get(name)

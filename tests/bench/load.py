"""A load generator for one HTTP route: keep-alive connections over raw sockets, so that the client costs little."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

Request = Callable[[int], bytes]
"""Makes the n-th request, head and body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a burst showed: requests per second, and the slowest of a hundred in seconds."""

    rate: float
    p99: float


class WrongAnswerError(Exception):
    """A request was not answered as it should be."""


async def burst(address: tuple[str, int], request: Request, *, status: int, count: int, connections: int = 32) -> Load:
    """Send requests over a fixed number of connections and time them.

    Raises:
        WrongAnswerError: an answer has another status.
    """
    numbers = iter(range(count))
    took: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection(*address)
        for number in numbers:
            begun = time.perf_counter()
            writer.write(request(number))
            await _answer(reader, status)
            took.append(time.perf_counter() - begun)
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(connections)))
    seconds = time.perf_counter() - begun
    return Load(rate=count / seconds, p99=sorted(took)[int(len(took) * 0.99) - 1])


async def _answer(reader: asyncio.StreamReader, status: int) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    got = int(head[9:12])
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    body = await reader.readexactly(length)
    if got != status:
        raise WrongAnswerError(f"{got} instead of {status}: {body[:200]!r}")


def post(path: str, body: bytes, headers: str = "") -> bytes:
    """Write a POST of JSON as bytes; `headers` are further lines, each with its line end."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n"
    ).encode() + body

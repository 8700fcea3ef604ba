"""What a loopback vendor is, and what all of them need: a script by subject, a limit, a count of replies and a bill."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from http import HTTPStatus
from types import MappingProxyType
from typing import ClassVar, Final, Protocol

import orjson
from starlette.responses import Response
from starlette.routing import BaseRoute

KEY: Final = "sandbox-key"
"""The one API key that every vendor accepts."""

OnReply = Callable[[str, str, int], None]
"""Is told of each question who was asked, what about, and the status it is answered with."""

SECOND: Final = timedelta(seconds=1)


class Vendor(Protocol):
    """One vendor of the sandbox: what it answers under which names, and what it has answered.

    A class takes a `script` of its own kind beside what stands here, all by name and all optional.
    """

    def __init__(self, *, key: str = ..., on_reply: OnReply | None = ..., throttle: timedelta = ...) -> None:
        """Takes the one key it accepts, who is told of each reply, and how long one that throttles asks to wait."""
        ...

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names that connectors call it by."""
        ...

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """What it answers."""
        ...

    @property
    def statuses(self) -> Counter[int]:
        """Replies sent, by status."""
        ...

    @property
    def spent(self) -> Decimal:
        """What its bill says, in its own unit; 0 for ever where it is free."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """One reply.

    Attributes:
        status: HTTP status.
        body: what is sent as JSON.
        headers: beside content type and what the vendor sends with every reply.
        wait: seconds before it is sent.
        times: how often it is given before the next of the subject's replies comes; the last one stays.
        raw: sent instead of `body`, as it is.
        media: the content type; empty: the vendor's own.
    """

    status: int = 200
    body: object = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    times: int = 1
    raw: bytes | None = None
    media: str = ""


Script = Mapping[str, Sequence[Scripted]]
"""Replies by what a question is about: a domain, a name, a number, as the vendor's file says."""

NOTHING: Final[Script] = MappingProxyType({})


class Limit:
    """A fixed window, as most vendors count: so many calls, then none until it ends.

    Args:
        calls: how many it lets through.
        seconds: how long it lasts from the first call in it.
    """

    def __init__(self, calls: int, seconds: float) -> None:
        self.calls = calls
        self.seconds = seconds
        self._began = float("-inf")
        self._taken = 0

    def take(self) -> bool:
        """Whether one more call may pass."""
        if self.left <= 0:
            self._began, self._taken = time.monotonic(), 0
        self._taken += 1
        return self._taken <= self.calls

    @property
    def left(self) -> float:
        """Seconds until the window ends; 0 when it has."""
        return max(0.0, self._began + self.seconds - time.monotonic())

    @property
    def remaining(self) -> int:
        """Calls that still pass in this window."""
        return self.calls if self.left <= 0 else max(0, self.calls - self._taken)


class Played:
    """A vendor that plays a script: the base of those in this package.

    Args:
        script: replies by subject; the vendor's own when it is not given.
        key: the one key it accepts.
        on_reply: is told of each reply.
        throttle: how long a reply that throttles asks to wait, in the vendor's own way.
    """

    hosts: tuple[str, ...] = ()
    media: ClassVar[str] = "application/json"
    usual: ClassVar[Script] = NOTHING

    def __init__(
        self,
        *,
        script: Script | None = None,
        key: str = KEY,
        on_reply: OnReply | None = None,
        throttle: timedelta = SECOND,
    ) -> None:
        self.script = self.usual if script is None else script
        self.key = key
        self.on_reply = on_reply
        self.throttle = throttle
        self.statuses: Counter[int] = Counter()
        self.spent = Decimal(0)
        self.asked: list[str] = []
        """What each scripted question was about, in order."""
        self._given: Counter[str] = Counter()

    def peek(self, subject: str) -> Scripted | None:
        """The script's next reply about a subject; None when it says nothing of it."""
        replies, place = self.script.get(subject, ()), self._given[subject]
        for reply in replies:
            if place < reply.times:
                return reply
            place -= reply.times
        return replies[-1] if replies else None

    def next(self, subject: str) -> Scripted | None:
        """The same, and the one after it is next."""
        reply = self.peek(subject)
        self.asked.append(subject)
        self._given[subject] += 1
        return reply

    def headers(self, reply: Scripted) -> Mapping[str, str]:  # noqa: ARG002 - for those who send some
        """What this vendor sends with a reply: its counters, and how long to wait."""
        return {}

    async def send(self, subject: str, reply: Scripted) -> Response:
        """The response to a question, counted; after the wait of a scripted one."""
        await asyncio.sleep(reply.wait)
        headers = {**self.headers(reply), **reply.headers}
        media = reply.media or self.media
        content = orjson.dumps(reply.body, default=dict) if reply.raw is None else reply.raw
        return self.count(subject, Response(content, reply.status, headers, media_type=media))

    def count(self, subject: str, response: Response) -> Response:
        """Count a response, and tell of it."""
        self.statuses[response.status_code] += 1
        if self.on_reply is not None:
            self.on_reply(type(self).__name__, subject, response.status_code)
        return response


def throttled(reply: Scripted) -> bool:
    """Whether a reply says that it was too much."""
    return reply.status == HTTPStatus.TOO_MANY_REQUESTS

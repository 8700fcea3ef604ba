"""A rig per way out: a real receiver on this machine, faults to switch on, and what the receiver has taken.

A new way out brings a rig: a class here (or in its own distribution) under its kind in `RIGS`. The suite fails for a
kind without one.
"""

import asyncio
import fcntl
import json
import os
import shutil
import socket
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from gateway.http import HttpClient
from gateway.release import Call, DeliveryOutcome, Plugin, Ports, Reply, Target
from gateway.sandbox import inbox
from gateway.sandbox.inbox import Answer, Inbox
from tests.gateway.release.client import RealHttp
from tests.gateway.release.values import SECRET

URL_SECRET: Final = "key-in-the-url-4711"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One message as the receiver has it: its id, and the message itself."""

    id: str
    message: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong, and the outcomes that are right then."""

    name: str
    arrange: Callable[[], Awaitable[None]]
    outcomes: frozenset[DeliveryOutcome]
    heals: bool = True
    """Whether the next attempt, with the fault away, must be delivered."""


class Rig(ABC):
    """A receiver for one way out."""

    def __init__(self, plugin: Plugin, folder: Path) -> None:
        self.plugin = plugin
        self.folder = folder
        self.stack = AsyncExitStack()
        self.ports = Ports(http=_NoHttp(), folder=folder)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stack.aclose()

    @abstractmethod
    async def open(self) -> None:
        """Start the receiver."""

    @abstractmethod
    def target(self) -> Target:
        """Name the receiver, with something secret wherever a destination may hold it."""

    @abstractmethod
    def taken(self) -> list[Taken]:
        """Read what the receiver has, in order of arrival, repetitions included."""

    @abstractmethod
    def faults(self) -> list[Fault]:
        """Name what can go wrong."""

    @abstractmethod
    async def mend(self) -> None:
        """Take every fault away."""

    @abstractmethod
    async def stall(self) -> None:
        """Make the receiver so slow that no deadline of this suite is met."""

    hears_twice: bool
    """Whether a repeated attempt reaches the receiver again (it drops the id), or is dropped before it."""


class _NoHttp:
    async def send(self, call: Call) -> Reply:
        raise AssertionError("this way out has no business on the network")


class WebhookRig(Rig):
    """The sandbox's inbox behind the gateway's own HTTP client."""

    hears_twice = True
    MATRIX: Final[Mapping[int, DeliveryOutcome]] = {
        **dict.fromkeys((200, 201, 202, 204), DeliveryOutcome.DELIVERED),
        **dict.fromkeys((301, 302, 303, 307, 308), DeliveryOutcome.RETRY),
        **dict.fromkeys((400, 401, 402, 403, 404, 405, 408, 409, 413, 415, 422, 425, 429, 451), DeliveryOutcome.RETRY),
        **dict.fromkeys((500, 501, 502, 503, 504, 599), DeliveryOutcome.RETRY),
        410: DeliveryOutcome.GONE,
    }

    async def open(self) -> None:
        client = await self.stack.enter_async_context(HttpClient())
        self.ports = Ports(http=RealHttp(client), folder=self.folder)
        self.inbox = await self.stack.enter_async_context(Inbox(SECRET))
        self.url = self.inbox.url

    def target(self) -> Target:
        return Target(name="crm", url=f"{self.url}?{URL_SECRET}", secrets=(SECRET,), allow_private=True)

    def taken(self) -> list[Taken]:
        return [Taken(id=each.id, message=each.body) for each in self.inbox.received if each.verified]

    def faults(self) -> list[Fault]:
        statuses = [
            Fault(
                name=f"http_{status}",
                arrange=self._answers(Answer(status=status, headers={"location": self.inbox.url})),
                outcomes=frozenset({outcome}),
                heals=outcome is DeliveryOutcome.RETRY,
            )
            for status, outcome in self.MATRIX.items()
        ]
        retry = frozenset({DeliveryOutcome.RETRY})
        return [
            *statuses,
            Fault(name="nobody_listens", arrange=self._closed_port, outcomes=retry),
            Fault(name="connection_dropped", arrange=self._dropped, outcomes=retry),
            Fault(name="no_http", arrange=self._babble, outcomes=retry),
            Fault(name="endless_answer", arrange=self._answers(Answer(body=b"x" * 3_000_000)), outcomes=retry),
        ]

    def _answers(self, answer: Answer) -> Callable[[], Awaitable[None]]:
        async def arrange() -> None:
            self.inbox.default = answer

        return arrange

    async def _closed_port(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}/"

    async def _dropped(self) -> None:
        await self._listen(b"")

    async def _babble(self) -> None:
        await self._listen(b"SSH-2.0-OpenSSH_9.7\r\n")

    async def _listen(self, answer: bytes) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(100)
            writer.write(answer)
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        self.stack.push_async_callback(server.wait_closed)
        self.stack.callback(server.close)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"

    async def mend(self) -> None:
        self.url, self.inbox.default = self.inbox.url, inbox.OK

    async def stall(self) -> None:
        self.inbox.default = inbox.slow(30)


class FileRig(Rig):
    """A folder of this test."""

    hears_twice = False

    async def open(self) -> None:
        self.place = self.folder / "out" / URL_SECRET
        self.stack.callback(self._free)
        self.hung: list[int] = []

    def _free(self) -> None:
        for file in self.hung:
            os.close(file)
        self.hung = []

    def target(self) -> Target:
        return Target(name="crm", url=f"file://{self.place}/crm.jsonl")

    def taken(self) -> list[Taken]:
        lines = [line for path in sorted(self.place.glob("crm-*.jsonl")) for line in path.read_text().splitlines()]
        whole = [json.loads(line) for line in lines]
        return [
            Taken(
                id=each.pop("id"),
                message=json.dumps({key: each[key] for key in ("data", "timestamp", "type")}).encode(),
            )
            for each in whole
        ]

    def faults(self) -> list[Fault]:
        retry = frozenset({DeliveryOutcome.RETRY})
        return [
            Fault(name="no_folder", arrange=self._no_folder, outcomes=retry),
            Fault(name="a_folder_in_place_of_the_file", arrange=self._folder_for_file, outcomes=retry),
            Fault(name="a_link_in_place_of_the_lock", arrange=self._link, outcomes=retry),
        ]

    async def _no_folder(self) -> None:
        self._clear()
        self.place.parent.mkdir(parents=True, exist_ok=True)
        self.place.write_text("a file")

    async def _folder_for_file(self) -> None:
        self._clear()
        for day in (datetime.now(UTC), datetime.now(UTC) + timedelta(days=1)):  # midnight may pass meanwhile
            (self.place / f"crm-{day:%Y-%m-%d}.jsonl").mkdir(parents=True)

    async def _link(self) -> None:
        self._clear()
        self.place.mkdir(parents=True)
        (self.place / ".crm.jsonl.lock").symlink_to("nowhere")

    def _clear(self) -> None:
        if self.place.is_dir():
            shutil.rmtree(self.place)
        self.place.unlink(missing_ok=True)

    async def mend(self) -> None:
        self._free()
        if self.place.is_file() or (self.place / ".crm.jsonl.lock").is_symlink():
            self._clear()
        for path in self.place.glob("crm-*"):
            if path.is_dir():
                path.rmdir()

    async def stall(self) -> None:
        """Hold the lock, as another process does whose disk hangs."""
        self.place.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.place / ".crm.jsonl.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.hung.append(lock)


RIGS: Final[Mapping[str, type[Rig]]] = {"webhook": WebhookRig, "file": FileRig}

"""Handing work to a running server: JSON lines over a Unix socket in its data directory, open to its owner alone.

A request is `{"act": name, "arguments": {...}}`, its answer `{"result": ...}` or `{"error": {...}}`, one line each. An
empty line before the answer is a sign of life.
"""

import asyncio
import json
import os
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import structlog

from gateway.cli.caller import name_of, user_behind
from gateway.cli.output import plain
from gateway.errors import Fault, LeadgateError, SetupError

SOCKET: Final = "leadgate.sock"
_OWNER_ONLY: Final = 0o600
_LONGEST_PATH: Final = 100
"""Bytes a socket's path may have on every system (sun_path holds 104 to 108)."""
_LONGEST_LINE: Final = 64 * 1024 * 1024
"""Bytes of a request or an answer: a suppression list of a million addresses fits."""
READ_SECONDS: Final = 10.0
"""How long a command may take to send its line."""
BEAT_SECONDS: Final = 5.0
"""How often the server gives a sign of life while an act goes on."""
SILENT_SECONDS: Final = 30.0
"""After how long without one it counts as stopped."""
DRAIN_SECONDS: Final = 20.0
"""How long acts under way may take at the end, before they are cancelled."""

_ALIVE: Final = b"\n"

log = structlog.get_logger(__name__)


Perform = Callable[[str | None, str, Mapping[str, Any]], Awaitable[Any]]
"""Does for a user, where the system says which, the act of this name with these arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server's act has given, in JSON types."""

    result: Any


class ActServer:
    """Does acts for commands while the server runs; an async context manager.

    Args:
        folder: the data directory, whose lock this process holds.
        perform: does one act and returns JSON types.
        drain: seconds that acts under way may take at the end.
    """

    def __init__(self, folder: Path, perform: Perform, *, drain: float = DRAIN_SECONDS) -> None:
        self._folder = folder
        self._perform = perform
        self._drain = drain
        self._reading: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        path = self._folder / SOCKET
        path.unlink(missing_ok=True)  # a server that was killed left it; the lock says that none runs
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # Before it is bound, so that it is never open to others; and after, for systems that ignore the first.
            os.fchmod(listener.fileno(), _OWNER_ONLY)
            with _short(path) as address:
                listener.bind(address)
            path.chmod(_OWNER_ONLY)
        except OSError as error:
            listener.close()
            raise SetupError(f"The socket {path} cannot be made: {error.strerror or error}") from None
        self._server = await asyncio.start_unix_server(self._talk, sock=listener, limit=_LONGEST_LINE)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take no more, let acts under way end within the drain, and cancel what is left.

        A talk whose line has not come has begun nothing, so it is cancelled at once.
        """
        (self._folder / SOCKET).unlink(missing_ok=True)
        if self._server is not None:
            self._server.close()
        for talk in self._reading:
            talk.cancel()
        if self._talks:
            _done, late = await asyncio.wait(self._talks, timeout=self._drain)
            for talk in late:
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        user = user_behind(writer.get_extra_info("socket"))
        task = asyncio.current_task()
        if task is not None:
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)
        try:
            with suppress(ConnectionError, ValueError, TimeoutError):  # ValueError: the line is too long
                line = await self._read(reader, task)
                if line:
                    name = None if user is None else await asyncio.to_thread(name_of, user)
                    beating = asyncio.create_task(_beat(writer))
                    try:
                        answer = await self._answer(name, line)
                    finally:
                        beating.cancel()
                    writer.write(answer)
                    await writer.drain()
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader, task: asyncio.Task[None] | None) -> bytes:
        """Read the one line; until it has come, the end need not wait for this talk."""
        if task is None:
            return b""
        self._reading.add(task)
        try:
            return await asyncio.wait_for(reader.readline(), READ_SECONDS)
        finally:
            self._reading.discard(task)

    async def _answer(self, user: str | None, line: bytes) -> bytes:
        try:
            asked = json.loads(line)
            answer: dict[str, Any] = {"result": await self._perform(user, asked["act"], asked["arguments"])}
        except LeadgateError as error:
            faults = [{"pointer": fault.pointer, "detail": fault.detail} for fault in error.faults]
            answer = {"error": {"detail": error.detail, "faults": faults}}
        except Exception as error:  # noqa: BLE001 - one command's trouble must not end the server
            log.error("act.failed", error=type(error).__name__)  # noqa: TRY400 - a traceback may hold values
            detail = f"The server met an error that it did not expect ({type(error).__name__}); its log has the time."
            answer = {"error": {"detail": detail, "faults": []}}
        return _line(answer)


async def hand_over(folder: Path, act: str, arguments: Mapping[str, Any]) -> Answer | None:
    """Have the server of a data directory do an act; None when no server listens there.

    Raises:
        LeadgateError: it was not done; the server says why, and what to do.
    """
    try:
        with _short(folder / SOCKET) as address:
            reader, writer = await asyncio.open_unix_connection(address, limit=_LONGEST_LINE)
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    try:
        line = await _asked(reader, writer, _line({"act": act, "arguments": dict(arguments)}))
    except ConnectionError:
        line = b""
    except TimeoutError:
        raise _silent(folder, _process(writer)) from None
    except OSError:  # there is no connection: as many wait already as the system lets wait
        raise _silent(folder, None) from None
    finally:
        writer.close()
    if not line:
        raise LeadgateError("The server ended before it answered: look whether it was done, and try again.")
    answer = json.loads(line)
    if "error" in answer:
        faults = [Fault(**fault) for fault in answer["error"]["faults"]]
        raise LeadgateError(answer["error"]["detail"], faults=faults)
    return Answer(result=answer["result"])


async def _beat(writer: asyncio.StreamWriter) -> None:
    """Say again and again that the server lives, while it works."""
    while not writer.is_closing():
        await asyncio.sleep(BEAT_SECONDS)
        writer.write(_ALIVE)


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes) -> bytes:
    """Send a line and wait for the answer's, as long as the server lives.

    Raises:
        TimeoutError: it was silent for too long.
    """
    writer.write(line)
    await asyncio.wait_for(writer.drain(), SILENT_SECONDS)
    answer = _ALIVE
    while answer == _ALIVE:
        answer = await asyncio.wait_for(reader.readline(), SILENT_SECONDS)
    return answer


def _silent(folder: Path, process: int | None) -> LeadgateError:
    who, number = ("", "PID") if process is None else (f" (process {process})", str(process))
    return LeadgateError(
        f"The server of {folder}{who} has not answered for {SILENT_SECONDS:g} s: it is stopped, or hangs. "
        f"Let it go on with `kill -CONT {number}`, or end it with `kill -9 {number}` and start it again: nothing that "
        "was accepted is lost. Then look whether this was done, before you try again."
    )


def _process(writer: asyncio.StreamWriter) -> int | None:
    """The number of the process at the other end, where the system tells it."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None
    told = writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i"))
    return int(struct.unpack("3i", told)[0])


def _line(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, default=plain).encode() + b"\n"  # in ASCII: a value may be no UTF-8


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """Give a name of a socket that is short enough for the system, whatever its folder is called."""
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Linux alone has this way; elsewhere the bind says that the path is too long.
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)

"""Handing an act over: what the server answers, refuses and survives."""

import asyncio
import json
import os
import socket
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import handing
from gateway.cli.caller import name_of, user_behind
from gateway.cli.handing import SOCKET, ActServer, Answer, hand_over
from gateway.errors import Fault, Invalid, LeadgateError

pytestmark = pytest.mark.integration


class Desk:
    """Remembers what it was asked, and for whom; answers as the act's name says."""

    def __init__(self) -> None:
        self.users: list[str | None] = []
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.begun, self.slow = asyncio.Event(), asyncio.Event()

    async def perform(self, user: str | None, act: str, arguments: Mapping[str, Any]) -> object:
        """Do an act."""
        self.users.append(user)
        self.asked.append((act, arguments))
        self.begun.set()
        match act:
            case "refuse":
                raise Invalid("Not like this.", faults=[Fault(pointer="/x", detail="write it so")])
            case "break":
                raise KeyError("ada@acme.example")
            case "wait":
                await self.slow.wait()
        return {"did": act, **arguments}


async def test_an_act_is_done_once_and_answered(tmp_path: Path) -> None:
    """The arguments arrive as they were given, and so does the answer."""
    desk = Desk()
    async with ActServer(tmp_path, desk.perform):
        answer = await hand_over(tmp_path, "add", {"name": "müller", "tags": ["a", None]})
    assert answer == Answer(result={"did": "add", "name": "müller", "tags": ["a", None]})
    assert desk.asked == [("add", {"name": "müller", "tags": ["a", None]})]


async def test_an_act_is_done_for_the_user_that_the_system_names(tmp_path: Path) -> None:
    """What the client says of itself counts for nothing."""
    desk = Desk()
    async with ActServer(tmp_path, desk.perform):
        await hand_over(tmp_path, "add", {"user": "somebody else"})
    assert desk.users == [name_of(os.getuid())]


async def test_an_act_is_done_for_nobody_by_name_where_the_system_names_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As outside Linux."""
    monkeypatch.delattr(socket, "SO_PEERCRED")
    desk = Desk()
    async with ActServer(tmp_path, desk.perform):
        await hand_over(tmp_path, "add", {})
    assert desk.users == [None]


def test_a_user_without_a_name_is_a_number() -> None:
    """As in a container that runs as any user; a socket that nobody has connected has none at all."""
    assert name_of(2**31 - 7) == str(2**31 - 7)
    with socket.socket(socket.AF_UNIX) as alone:
        assert user_behind(alone) is None


async def test_without_a_server_nothing_is_answered(tmp_path: Path) -> None:
    """No socket, or one that a killed server left, means that nobody does it."""
    assert await hand_over(tmp_path, "add", {}) is None
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / SOCKET))
    left.close()
    assert await hand_over(tmp_path, "add", {}) is None
    async with ActServer(tmp_path, Desk().perform):
        assert await hand_over(tmp_path, "add", {}) is not None
    assert not (tmp_path / SOCKET).exists()


async def test_the_socket_is_its_owners(tmp_path: Path) -> None:
    """Only the owner may speak to it: whoever can may do everything."""
    async with ActServer(tmp_path, Desk().perform):
        assert stat.S_IMODE((tmp_path / SOCKET).stat().st_mode) == 0o600


async def test_a_refusal_keeps_its_words(tmp_path: Path) -> None:
    """What the server says is what the person reads, faults included."""
    async with ActServer(tmp_path, Desk().perform):
        with pytest.raises(LeadgateError, match="Not like this") as caught:
            await hand_over(tmp_path, "refuse", {})
    assert caught.value.faults == (Fault(pointer="/x", detail="write it so"),)


async def test_an_act_that_breaks_tells_its_class_alone(tmp_path: Path) -> None:
    """An unexpected error ends no server, and its message, which may hold a person, goes nowhere."""
    async with ActServer(tmp_path, Desk().perform):
        with pytest.raises(LeadgateError, match="KeyError") as caught:
            await hand_over(tmp_path, "break", {})
        assert "ada" not in str(caught.value)
        assert await hand_over(tmp_path, "add", {}) is not None


async def test_a_server_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its socket takes connections while it is stopped: the command ends, with its process and what to do."""
    monkeypatch.setattr(handing, "SILENT_SECONDS", 0.1)
    with socket.socket(socket.AF_UNIX) as stopped:
        stopped.bind(str(tmp_path / SOCKET))
        stopped.listen()
        async with asyncio.timeout(5):
            with pytest.raises(LeadgateError, match=rf"kill -CONT {os.getpid()}\b"):
                await hand_over(tmp_path, "add", {})
            with pytest.raises(LeadgateError, match="has not answered"):  # not even taken off it
                await hand_over(tmp_path, "add", {"text": "x" * 1_000_000})


async def test_a_server_that_takes_no_connection_any_more_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After many such commands its queue is full."""
    monkeypatch.setattr(handing, "SILENT_SECONDS", 0.1)
    with socket.socket(socket.AF_UNIX) as stopped:
        stopped.bind(str(tmp_path / SOCKET))
        stopped.listen(0)
        async with asyncio.timeout(5):
            for _ in range(3):
                with pytest.raises(LeadgateError, match="has not answered"):
                    await hand_over(tmp_path, "add", {})


async def test_a_long_act_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server gives signs of life, so that only silence is taken for a hang."""
    monkeypatch.setattr(handing, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(handing, "BEAT_SECONDS", 0.05)
    desk = Desk()
    async with ActServer(tmp_path, desk.perform):
        asking = asyncio.create_task(hand_over(tmp_path, "wait", {}))
        await asyncio.sleep(0.6)
        desk.slow.set()
        assert await asking == Answer(result={"did": "wait"})


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b"[]\n", b"not json\n", b'{"act": 1}\n', b"", b"\xff\xfe\n"])
async def test_rubbish_is_refused(tmp_path: Path, line: bytes) -> None:
    """Bytes that are no request get an error or nothing, and the next one is served."""
    async with ActServer(tmp_path, Desk().perform):
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / SOCKET))
        writer.write(line)
        writer.write_eof()
        said = await reader.read()
        writer.close()
        assert said == b"" or "error" in json.loads(said)
        assert await hand_over(tmp_path, "add", {}) is not None


async def test_the_end_waits_for_acts_under_way(tmp_path: Path) -> None:
    """An act that has begun is done and answered before the server ends."""
    desk = Desk()
    async with ActServer(tmp_path, desk.perform):
        asking = asyncio.create_task(hand_over(tmp_path, "wait", {}))
        await desk.begun.wait()
        asyncio.get_running_loop().call_later(0.1, desk.slow.set)
    assert await asking == Answer(result={"did": "wait"})


async def test_who_says_nothing_holds_up_no_end(tmp_path: Path) -> None:
    """A client that only connects, or stops in the middle of its line, is cut off when the server ends."""
    async with asyncio.timeout(5):
        async with ActServer(tmp_path, Desk().perform):
            talks = [await asyncio.open_unix_connection(str(tmp_path / SOCKET)) for _ in range(2)]
            talks[1][1].write(b'{"act": "add"')
            assert await hand_over(tmp_path, "add", {}) is not None
        assert [await reader.read() for reader, _ in talks] == [b"", b""]
    for _, writer in talks:
        writer.close()


async def test_who_says_nothing_is_cut_off_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection without a request is closed while the server goes on."""
    monkeypatch.setattr(handing, "READ_SECONDS", 0.05)
    async with asyncio.timeout(5), ActServer(tmp_path, Desk().perform):
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / SOCKET))
        assert await reader.read() == b""
        writer.close()


async def test_an_act_without_end_is_cancelled_after_the_drain(tmp_path: Path) -> None:
    """The command is told that the server ended before it answered."""
    desk = Desk()
    async with asyncio.timeout(5):
        async with ActServer(tmp_path, desk.perform, drain=0.05):
            asking = asyncio.create_task(hand_over(tmp_path, "wait", {}))
            await desk.begun.wait()
        with pytest.raises(LeadgateError, match="ended before it answered"):
            await asking

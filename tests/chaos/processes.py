"""Starts and kills the runner's processes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from tests.support.waiting import PATIENCE

ROOT = Path(__file__).parents[2]


class Processes:
    """The runner's parent, and the children it forks; use it as an async context manager."""

    def __init__(self) -> None:
        self._parent: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._pids: asyncio.Queue[int] = asyncio.Queue()
        self.took: list[str] = []
        """The leads that were acknowledged, in order."""
        self.up: set[int] = set()
        self.children: set[int] = set()

    async def __aenter__(self) -> Self:
        self._parent = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.chaos.runner"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None,
            cwd=ROOT,
            limit=1 << 20,
            start_new_session=True,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._parent is not None
        assert self._reader is not None
        with suppress(ProcessLookupError):
            os.killpg(self._parent.pid, signal.SIGKILL)  # with every child, also one that nobody heard of
        await self._parent.wait()
        await self._reader

    async def start(self, role: str, settings: dict[str, Any], **more: object) -> int:
        """Fork a child; return its pid at once."""
        assert self._parent is not None
        assert self._parent.stdin is not None
        assert self._reader is not None
        self._parent.stdin.write((json.dumps({"role": role, "settings": settings, **more}) + "\n").encode())
        await self._parent.stdin.drain()
        asked = asyncio.create_task(self._pids.get())
        await asyncio.wait({asked, self._reader}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        assert asked.done(), "the runner has ended, or does not answer: see its standard error"
        pid = asked.result()
        self.children.add(pid)
        return pid

    async def ready(self, pid: int, seconds: float = PATIENCE) -> None:
        """Wait until a child plays its role."""
        deadline = time.monotonic() + seconds
        while pid not in self.up:
            assert alive(pid), f"process {pid} ended while it started"
            assert time.monotonic() < deadline, f"process {pid} did not start in time"
            await asyncio.sleep(0.01)

    async def kill(self, pid: int, how: signal.Signals = signal.SIGKILL, seconds: float = PATIENCE) -> None:
        """Kill a child and wait until it is gone."""
        with suppress(ProcessLookupError):
            os.kill(pid, how)
        await self.gone(pid, seconds)

    async def gone(self, pid: int, seconds: float = PATIENCE) -> None:
        """Wait until a child has ended."""
        deadline = time.monotonic() + seconds
        while alive(pid):
            assert time.monotonic() < deadline, f"process {pid} did not end in time"
            await asyncio.sleep(0.005)
        self.children.discard(pid)

    async def _read(self) -> None:
        assert self._parent is not None
        assert self._parent.stdout is not None
        while line := (await self._parent.stdout.readline()).decode():
            match line.split():
                case ["pid", pid]:
                    self._pids.put_nowait(int(pid))
                case ["took", lead_id] if line.endswith("\n"):
                    self.took.append(lead_id)
                case ["up", _, pid]:
                    self.up.add(int(pid))


def alive(pid: int) -> bool:
    """Say whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

"""A process that runs for long: its loop, and its garbage."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway import longrun
from gateway.longrun import Look, crowded, idlest

_CYCLES = """
import gc
from gateway import longrun
class Ring:
    alive = 0
    def __init__(self): self.me = self; Ring.alive += 1
    def __del__(self): Ring.alive -= 1
stays = [[number] for number in range(1000)]
longrun.settle()
for _ in range(100_000): Ring()
print(gc.get_freeze_count() > 1000, Ring.alive < 50_000)
"""


def test_a_process_runs_on_the_fast_loop() -> None:
    """What main returns is returned, and the loop is libuv's."""

    async def main() -> str:
        return type(asyncio.get_running_loop()).__module__

    assert longrun.run(main()).startswith("uvloop")


async def test_work_on_many_things_lets_others_run() -> None:
    """Whoever waits for the event loop has it long before the last of them; the order stays."""
    done: list[int] = []
    seen: list[int] = []
    asyncio.get_running_loop().call_soon(lambda: seen.append(len(done)))

    def work(thing: int) -> int:
        time.sleep(0.004)
        done.append(thing)
        return -thing

    assert await longrun.in_turns(work, range(20)) == [-each for each in range(20)]
    assert 0 < seen[0] < 20


@pytest.mark.integration
def test_what_was_there_at_the_start_is_left_alone_and_new_garbage_goes() -> None:
    """In a process of its own, since it is for good: cycles made after the start do not pile up."""
    ran = subprocess.run([sys.executable, "-c", _CYCLES], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.split() == ["True", "True"]


_TOGETHER = """
import asyncio, os, threading
from pathlib import Path
from gateway import longrun
def where(): return {frozenset(os.sched_getaffinity(int(task.name))) for task in Path("/proc/self/task").iterdir()}
async def main():
    stop = threading.Event()
    threading.Thread(target=stop.wait).start()
    before = where()
    async with longrun.on_one_cpu():
        await asyncio.sleep(1)
        on = where()
        late = threading.Thread(target=stop.wait)
        late.start()
        on |= where()
    after = where()  # before the threads end: one that is gone has no CPU to tell
    stop.set()
    print(len(on), {len(cpus) for cpus in on}, after == before)
asyncio.run(main())
"""


@pytest.mark.integration
@pytest.mark.skipif(
    len(getattr(os, "sched_getaffinity", lambda _: ())(0)) < 2, reason="there is one CPU, or no telling"
)
def test_all_threads_of_a_process_are_on_one_cpu_and_afterwards_where_they_were() -> None:
    """Those that there were and those that are begun meanwhile, all on the same."""
    ran = subprocess.run([sys.executable, "-c", _TOGETHER], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.split(maxsplit=2) == ["1", "{1}", "True\n"]


_FORBIDDEN = """
import asyncio, os
from gateway import longrun
def forbidden(*_): raise PermissionError("sched_setaffinity")
os.sched_setaffinity = forbidden
async def main():
    async with longrun.on_one_cpu():
        await asyncio.sleep(0.5)
asyncio.run(main())
print("ended")
"""


@pytest.mark.integration
def test_where_choosing_a_cpu_is_forbidden_a_process_runs_and_ends_as_ever() -> None:
    """A hardened unit of systemd may filter the call; that is no reason to fail, not even at the stop."""
    ran = subprocess.run([sys.executable, "-c", _FORBIDDEN], capture_output=True, text=True, check=True, timeout=60)
    assert (ran.stdout, ran.stderr) == ("ended\n", "")


def _look(at: float, worked: float, waited: float, **idle: float) -> Look:
    return Look(at=at, worked=worked, waited=waited, idle={int(cpu[1:]): seconds for cpu, seconds in idle.items()})


@pytest.mark.parametrize(
    ("worked", "waited", "expected"),
    [(0.1, 0.0, False), (0.5, 0.2, False), (0.3, 1.2, True), (0.0, 2.0, True), (1.9, 1.5, False)],
    ids=["idle", "some company", "others", "starved", "its own threads"],
)
def test_another_cpu_is_taken_when_others_are_in_the_way(worked: float, waited: float, expected: bool) -> None:  # noqa: FBT001 - a case
    """A loop that waits for its own threads would wait for them anywhere."""
    assert crowded(_look(10, 4, 5), _look(12, 4 + worked, 5 + waited)) is expected


def test_the_idlest_of_the_cpus_that_may_be_used_is_taken() -> None:
    """By what they had to do lately, not since the machine was started."""
    before, now = _look(0, 0, 0, c0=900, c1=5, c2=0), _look(2, 0, 0, c0=900.5, c1=6.5, c2=2)
    assert idlest(before, now, {0, 1, 2}) == 2
    assert idlest(before, now, {0, 1}) == 1
    assert idlest(before, now, {7}) == 7


def test_a_look_reads_what_the_kernel_counts(tmp_path: Path) -> None:
    """Waiting in seconds and idleness by CPU; a kernel that does not count is an error, and threads stay free."""
    (tmp_path / "self").mkdir()
    (tmp_path / "stat").write_text("cpu  9 9 9 9\ncpu0 1 0 1 4200 0\ncpu11 1 0 1 100 0\nintr 5\n")
    with pytest.raises(OSError, match="schedstat"):
        Look.take(tmp_path)
    for strange in ("", "7000000000\n", "7 many 12\n"):
        (tmp_path / "self/schedstat").write_text(strange)
        with pytest.raises(OSError, match="another way"):
            Look.take(tmp_path)
    (tmp_path / "self/schedstat").write_text("7000000000 1500000000 12\n")
    seen = Look.take(tmp_path)
    tick = os.sysconf("SC_CLK_TCK")
    assert (seen.waited, seen.idle) == (1.5, {0: 4200 / tick, 11: 100 / tick})

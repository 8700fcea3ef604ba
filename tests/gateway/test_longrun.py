"""A process that runs for long: its loop, and its garbage."""

import gc
import subprocess
import sys

import pytest

from gateway import longrun

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
        import asyncio  # noqa: PLC0415 - the loop of this very function

        return type(asyncio.get_running_loop()).__module__

    assert longrun.run(main()).startswith("uvloop")


@pytest.mark.integration
def test_what_was_there_at_the_start_is_left_alone_and_new_garbage_goes() -> None:
    """In a process of its own, since it is for good: cycles made after the start do not pile up."""
    ran = subprocess.run([sys.executable, "-c", _CYCLES], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.split() == ["True", "True"]
    assert gc.get_freeze_count() == 0

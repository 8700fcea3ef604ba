"""Programs that tests start: `leadgate` as a person types it, and its servers."""

import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from typer.testing import CliRunner

from gateway.cli import app
from tests.house.tree import ROOT
from tests.support.logs import put_back

LEADGATE: Final = (sys.executable, "-c", "from gateway.cli import main; main()")
"""The command, whether or not the environment's `bin` is on the path."""

STARTING_SECONDS: Final = 60.0
TYPING_SECONDS: Final = 580.0
_FENCE: Final = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Server:
    """A running server program; what it prints on both outputs is in `said`."""

    def __init__(self, process: subprocess.Popen[str], said: Path) -> None:
        self.process = process
        self._said = said

    @property
    def said(self) -> str:
        """What it has printed so far."""
        return self._said.read_text(encoding="utf-8")

    def find(self, pattern: str) -> str:
        """Wait until it has printed something, and give the pattern's first group."""
        until = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < until:
            if found := re.search(pattern, self.said):
                return found[1]
            assert self.process.poll() is None, self.said
            time.sleep(0.05)
        raise AssertionError(f"no {pattern} in: {self.said}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and give the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=STARTING_SECONDS)


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a program whose data directory is in a folder."""
    own = {f"LEADGATE_{name.upper()}": value for name, value in settings.items()}
    rest = {name: value for name, value in os.environ.items() if not name.startswith("LEADGATE_")}
    return {**rest, "LEADGATE_DATA_DIR": str(folder / "leadgate-data"), "PYTHONUNBUFFERED": "1", **own}


def run(
    *words: str, folder: Path, env: Mapping[str, str] | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run `leadgate` with these words to its end."""
    done = subprocess.run(
        [*LEADGATE, *words],
        cwd=folder,
        env=dict(env or environment(folder)),
        capture_output=True,
        text=True,
        timeout=STARTING_SECONDS,
        check=False,
    )
    assert not check or done.returncode == 0, done.stderr
    return done


def typed(
    *words: str, folder: Path, env: Mapping[str, str] | None = None, check: bool = True, piped: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `leadgate` with these words in this process, with what is piped in: as `run`, in a tenth of the time."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        with put_back():
            done = CliRunner().invoke(app, words, env=dict(env or environment(folder)), input=piped)
    finally:
        os.chdir(before)
    assert not check or done.exit_code == 0, done.output
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def shell_blocks(page: str) -> list[str]:
    """What a page of docs tells to type, block by block."""
    return _FENCE.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))


def type_in(script: str, *, folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Type a script into a shell that ends at the first error, with `leadgate` and `python` as a page has them."""
    place = folder / "bin"
    place.mkdir(exist_ok=True)
    texts = {
        "leadgate": f'exec "{sys.executable}" -c "from gateway.cli import main; main()" "$@"',
        "python": f'exec "{sys.executable}" "$@"',
    }
    for name, text in texts.items():
        (place / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (place / name).chmod(stat.S_IRWXU)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**env, "PATH": f"{place}:{env['PATH']}"},
        capture_output=True,
        text=True,
        timeout=TYPING_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@contextmanager
def started(words: Sequence[str], *, folder: Path, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Start `leadgate` with these words, and end it on the way out."""
    said = folder / f"{'-'.join(word for word in words if word.isalpha())}-{time.monotonic_ns()}.txt"
    with said.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [*LEADGATE, *words], cwd=folder, env=dict(env or environment(folder)), stdout=out, stderr=out, text=True
        )
    try:
        yield Server(process, said)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=STARTING_SECONDS)

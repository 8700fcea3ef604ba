"""A PostgreSQL server for tests: a named one, one that runs here, or a throw-away one."""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

LOCAL: Final = "postgresql://leadgate_test@127.0.0.1:5432/leadgate_test"
_BINARIES: Final = ("initdb", "postgres", "pg_ctl")


@dataclass(frozen=True, slots=True)
class Server:
    """A reachable server: `url` is None when there is none, and then `why` says so."""

    url: str | None
    why: str


def binaries() -> Path | None:
    """Find PostgreSQL's programs: the newest of Debian's, else where initdb on PATH points."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda p: int(p.parent.name.split(".")[0]),
        reverse=True,
    )
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    for folder in found:
        if all((folder / name).exists() for name in _BINARIES):
            return folder
    return None


async def _answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    await connection.close()
    return True


def answers(url: str) -> bool:
    """Say whether one can log in at a URL."""
    return asyncio.run(_answers(url))


def free_port() -> int:
    """Ask the system for a loopback port that nobody uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def server() -> Iterator[Server]:
    """Find or start a server, and stop it at the end if it was started here."""
    named = os.environ.get("LEADGATE_TEST_POSTGRES")
    if named:
        yield Server(named, "LEADGATE_TEST_POSTGRES")
        return
    if answers(LOCAL):
        yield Server(LOCAL, "role and database leadgate_test on 127.0.0.1:5432")
        return
    folder = binaries()
    if folder is None:
        yield Server(None, "no LEADGATE_TEST_POSTGRES, no leadgate_test on 127.0.0.1:5432, no installed binaries")
        return
    with throw_away(folder) as url:
        yield Server(url, f"a throw-away server from {folder}")


def _as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root: become the user `postgres`, or `nobody`, first."""
    if os.geteuid() != 0:
        return command
    if shutil.which("runuser"):
        return ["runuser", "-u", _user(), "--", *command]
    return ["setpriv", f"--reuid={_user()}", "--clear-groups", "--", *command]


def _user() -> str:
    with Path("/etc/passwd").open() as users:
        return "postgres" if any(line.startswith("postgres:") for line in users) else "nobody"


@contextmanager
def throw_away(folder: Path) -> Iterator[str]:
    """Start a server of its own from a folder of PostgreSQL's programs; give the URL of its superuser."""
    home = Path(tempfile.mkdtemp(prefix="leadgate-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(home, _user())
        port = free_port()
        options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=on"
        _run(folder / "initdb", "-D", f"{home}/data", "-U", "leadgate_test", "-A", "trust", "-E", "UTF8", "-N")
        _run(folder / "pg_ctl", "-D", f"{home}/data", "-w", "-o", options, "-l", f"{home}/log", "start")
        try:
            yield f"postgresql://leadgate_test@127.0.0.1:{port}/postgres"
        finally:
            _run(folder / "pg_ctl", "-D", f"{home}/data", "-w", "-m", "immediate", "stop")
    finally:
        with suppress(OSError):
            shutil.rmtree(home)


def _run(program: Path, *arguments: str) -> None:
    command = _as_postgres([str(program), *arguments])
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        timeout=60,
        env={**os.environ, "LC_ALL": "C"},
    )
    if done.returncode:
        raise RuntimeError(f"{program.name} failed: {done.stdout[-500:]}{done.stderr[-500:]}")


async def run_sql(url: str, *statements: str) -> None:
    """Run statements on a connection of their own."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()

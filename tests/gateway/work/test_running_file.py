"""The file of what runs: it outlives the process, and its places are used again."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.errors import SetupError
from gateway.work.running_file import SLOTS, Running


def test_what_was_added_and_not_removed_is_left(tmp_path: Path) -> None:
    """Whoever opens the file next sees what ran, as often as it is asked."""
    running = Running(tmp_path / "running")
    running.add([7, 8, 9])
    running.remove([8, 4711])
    running.add([10, 7])
    assert Running(tmp_path / "running").left() == {7, 9, 10}
    running.remove([7, 9, 10])
    assert running.left() == frozenset()
    running.close()


def test_more_than_it_holds_is_not_noted(tmp_path: Path) -> None:
    """A process that runs more jobs at once than anybody runs still runs them."""
    running = Running(tmp_path / "running")
    running.add(range(1, SLOTS + 10))
    assert len(running.left()) == SLOTS
    running.remove([1])
    running.add([SLOTS + 5])
    assert SLOTS + 5 in running.left()
    running.close()


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    """It lies beside the database, with the database's mode."""
    Running(tmp_path / "running").close()
    assert (tmp_path / "running").stat().st_mode & 0o777 == 0o600


def test_a_disk_that_fills_up_ends_no_process(tmp_path: Path) -> None:
    """Every page of the file has its place on the disk before a job runs, also where an earlier version left holes."""
    whole = SLOTS * 8
    (tmp_path / "holes").touch()
    os.truncate(tmp_path / "holes", whole)
    for name in ("new", "holes"):
        Running(tmp_path / name).close()
        found = (tmp_path / name).stat()
        assert (found.st_size, found.st_blocks * 512 >= whole) == (whole, True)


@contextmanager
def small_files() -> Iterator[None]:
    """Let no file be written beyond 16 KiB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 * 1024, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_without_room_the_start_says_so(tmp_path: Path) -> None:
    """A process that cannot note what it runs does not begin; it names the file and what to do."""
    with small_files(), pytest.raises(SetupError, match=r"running cannot have its 65536 bytes .*make room"):
        Running(tmp_path / "running")
    Running(tmp_path / "running").close()


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    """The start tells of a fault of the file itself in the same words, and not by a traceback."""
    (tmp_path / "running").mkdir()
    with pytest.raises(SetupError, match=r"running cannot have its 65536 bytes .*chown"):
        Running(tmp_path / "running")


def test_it_opens_where_the_system_reserves_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without a call for that, as macOS is one, keeps what was noted all the same."""
    monkeypatch.delattr(os, "posix_fallocate", raising=False)
    running = Running(tmp_path / "running")
    running.add([7])
    running.close()
    assert Running(tmp_path / "running").left() == {7}

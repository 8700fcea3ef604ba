"""The file of what runs: it outlives the process, and its places are used again."""

from pathlib import Path

from gateway.work.running import SLOTS, Running


def test_what_was_added_and_not_removed_is_left(tmp_path: Path) -> None:
    """Whoever opens the file next sees what ran, as often as it is asked."""
    running = Running(tmp_path / "running")
    running.add([7, 8, 9])
    running.remove([8, 4711])
    running.add([10, 7])
    assert Running(tmp_path / "running").left() == {7, 9, 10}
    running.forget()
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

"""The memory in a file: compare-and-swap that survives a crash, and errors that stop the sequencer."""

import asyncio
import os
from pathlib import Path

import pytest

from audit.durable import write_durably
from audit.errors import MemoryConflict, MemoryUnreadable
from audit.memory_file import FileMemory


async def test_it_remembers_across_restarts(tmp_path: Path) -> None:
    """What was swapped in is what the next process loads."""
    memory = FileMemory(tmp_path / "head")
    assert await memory.load() is None
    await memory.swap(None, b"one")
    await memory.swap(b"one", b"two")
    assert await FileMemory(tmp_path / "head").load() == b"two"
    assert (tmp_path / "head").stat().st_mode & 0o777 == 0o600


async def test_only_one_of_many_swaps_wins(tmp_path: Path) -> None:
    """Of twenty that start from the same note exactly one replaces it."""
    memories = [FileMemory(tmp_path / "head") for _ in range(20)]
    results = await asyncio.gather(
        *[memory.swap(None, b"%d" % number) for number, memory in enumerate(memories)], return_exceptions=True
    )
    winners = [number for number, result in enumerate(results) if result is None]
    assert len(winners) == 1
    assert all(isinstance(each, MemoryConflict) for each in results if each is not None)
    assert await memories[0].load() == b"%d" % winners[0]


async def test_a_stale_swap_changes_nothing(tmp_path: Path) -> None:
    """Who expects another note is told so."""
    memory = FileMemory(tmp_path / "head")
    await memory.swap(None, b"one")
    for expected in (None, b"other"):
        with pytest.raises(MemoryConflict):
            await memory.swap(expected, b"two")
    assert await memory.load() == b"one"


async def test_an_unreachable_memory_is_an_error(tmp_path: Path) -> None:
    """A missing folder, an empty file or a folder in its place is never taken for a first start."""
    gone = FileMemory(tmp_path / "no such folder" / "head")
    with pytest.raises(MemoryUnreadable):
        await gone.load()
    with pytest.raises(MemoryUnreadable):
        await gone.swap(None, b"one")
    (tmp_path / "empty").touch()
    with pytest.raises(MemoryUnreadable):
        await FileMemory(tmp_path / "empty").load()
    with pytest.raises(MemoryUnreadable):
        await FileMemory(tmp_path).load()


async def test_a_full_disk_leaves_the_old_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the new note cannot be made durable the old one stands, and nothing is left beside it."""
    memory = FileMemory(tmp_path / "head")
    await memory.swap(None, b"one")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MemoryUnreadable, match="No space"):
        await memory.swap(b"one", b"two")
    assert await memory.load() == b"one"
    left = await asyncio.to_thread(lambda: sorted(each.name for each in tmp_path.iterdir()))
    assert left == ["head", "head.lock"]


def test_durable_writing_replaces_whole_files(tmp_path: Path) -> None:
    """The file has the new content and mode, and no other file remains."""
    path = tmp_path / "file"
    write_durably(path, b"one", mode=0o640)
    write_durably(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]

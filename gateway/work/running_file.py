"""Which jobs are running, kept where it outlives the process but costs no commit: a small file, mapped into memory.

SQLite's queue needs it to know, after a crash, whose handlers were running. A killed process leaves its mapped pages
to the system, so nothing is flushed. After a power cut the file may be old: then a job that still waits is counted
once too often, or not at all.
"""

import mmap
import os
from collections.abc import Iterable
from pathlib import Path
from struct import Struct
from typing import Final

from gateway.errors import SetupError

SLOTS: Final = 8192  # jobs at once; what runs beyond is not noted
_SLOT: Final = Struct("<q")


class Running:
    """Tickets, one a slot; zero is an empty slot, for tickets count from one.

    What was noted before stays where it is until it is removed. Every page is written at the start, and so has its
    place on the disk: where it is full, a page without one would end the process (SIGBUS) when it is first written to.

    Raises:
        SetupError: there is no room for the file, or it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        size = SLOTS * _SLOT.size
        try:
            with open(path, "r+b", opener=_open) as file:
                noted = file.read(size)
                file.seek(0)
                file.write(noted.ljust(size, b"\0"))
                file.flush()
                self._map = mmap.mmap(file.fileno(), size)
        except OSError as error:
            raise SetupError(
                f"{path} cannot have its {size} bytes ({error.strerror}): make room, "
                "or give it to the user that runs Leadgate (chown, chmod u+rw)"
            ) from error
        self._places: dict[int, int] = {}
        self._free: list[int] = []
        for place, (ticket,) in reversed(tuple(enumerate(_SLOT.iter_unpack(self._map[:])))):
            if ticket:
                self._places[ticket] = place
            else:
                self._free.append(place)

    def left(self) -> frozenset[int]:
        """What ran when the last process ended; asked before anything is added."""
        return frozenset(ticket for (ticket,) in _SLOT.iter_unpack(self._map[:]) if ticket)

    def add(self, tickets: Iterable[int]) -> None:
        """Note that these are about to run; one that is noted stays where it is."""
        for ticket in tickets:
            if ticket in self._places or not self._free:
                continue
            place = self._places[ticket] = self._free.pop()
            _SLOT.pack_into(self._map, place * _SLOT.size, ticket)

    def remove(self, tickets: Iterable[int]) -> None:
        """Note that these have ended."""
        for ticket in tickets:
            place = self._places.pop(ticket, None)
            if place is not None:
                _SLOT.pack_into(self._map, place * _SLOT.size, 0)
                self._free.append(place)

    def close(self) -> None:
        """Let go of the file; what still runs stays noted."""
        self._map.close()


def _open(path: str, flags: int) -> int:
    """Open a file for its owner alone, making it where it is missing."""
    return os.open(path, flags | os.O_CREAT, 0o600)

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

    What was noted before stays where it is until it is removed. Every page has its place on the disk from the start:
    where the disk is full, a page without one would end the process (SIGBUS) when it is first written to.

    Raises:
        SetupError: there is no room for the file.
    """

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, SLOTS * _SLOT.size)
            self._map = mmap.mmap(descriptor, SLOTS * _SLOT.size)
        except OSError as error:
            raise SetupError(
                f"{path} cannot have its {SLOTS * _SLOT.size} bytes ({error.strerror}): make room"
            ) from error
        finally:
            os.close(descriptor)
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

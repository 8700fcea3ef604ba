"""Files: one line per delivery, as JSON lines or CSV, durable before it counts as delivered.

`--url` says where: nothing (JSON lines in the data directory), a relative name like `crm.csv` (there too), or
`file:///srv/leads/crm.csv`. The day is added (`crm-2026-11-23.csv`, UTC), so files can be taken away once it is over.

A line is written whole under a lock and synced, or not at all: half a line left by a crash or a full disk is cut off
first. A second attempt of a delivery looks for its id in the files of the last five days, longer than the schedule
runs, and writes nothing when it is there. Who moves files away within that time may see an id twice.
"""

import asyncio
import fcntl
import mmap
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from errno import EACCES, EDQUOT, ELOOP, ENOSPC, EPERM, EROFS
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import unquote, urlsplit

import orjson
from pydantic import BaseModel

from gateway.errors import Fault, Invalid
from gateway.release import API_VERSION, DeliveryOutcome, NoSettings, Parcel, Ports, Receipt, Target
from gateway.release.kit.cells import header, row

DAYS_BACK: Final = 5
_LOCK_PAUSE: Final = 0.002
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(?:jsonl|csv)")
_HOW: Final = "Write a name like crm.jsonl or crm.csv, or file:///srv/leads/crm.csv."
_ADVICE: Final = {
    ENOSPC: "disk_full",
    EDQUOT: "disk_full",
    EACCES: "permission_denied",
    EPERM: "permission_denied",
    EROFS: "read_only",
    ELOOP: "symbolic_link",
}


class Plugin:
    """Appends a lead to a file."""

    api_version: ClassVar[int] = API_VERSION
    kind: ClassVar[str] = "file"
    settings: ClassVar[type[BaseModel]] = NoSettings

    def check(self, target: Target) -> None:
        """Look at a destination before it is stored.

        Raises:
            Invalid: the place is not one, or the destination has a map or a secret.
        """
        faults = []
        if target.map is not None:
            faults.append(Fault(pointer="/map", detail="A file has fixed fields; leave the map out."))
        if target.secrets:
            faults.append(Fault(pointer="/secret", detail="A file is not signed; leave the secret out."))
        try:
            _place(target, Path())
        except ValueError:
            faults.append(Fault(pointer="/url", detail=_HOW))
        if faults:
            raise Invalid(" ".join(fault.detail for fault in faults), faults=faults)

    async def deliver(self, parcel: Parcel, target: Target, ports: Ports, deadline: float) -> Receipt:
        """Append one line, within `deadline` seconds; a write that takes longer may still happen."""
        try:
            place = _place(target, ports.folder)
            async with asyncio.timeout(deadline):
                detail = await asyncio.to_thread(_append, place, parcel, time.monotonic() + deadline)
        except TimeoutError:
            return Receipt(outcome=DeliveryOutcome.RETRY, detail="deadline")
        except ValueError:
            return Receipt(outcome=DeliveryOutcome.FAILED, detail="place_unusable")
        except OSError as error:
            # The code says what to do: free space, or let the gateway's user write there; then it goes on by itself.
            return Receipt(outcome=DeliveryOutcome.RETRY, detail=_ADVICE.get(error.errno or 0, "file_not_writable"))
        return Receipt(outcome=DeliveryOutcome.DELIVERED, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    folder: Path
    stem: str
    suffix: str

    def on(self, day: datetime) -> Path:
        return self.folder / f"{self.stem}-{day:%Y-%m-%d}{self.suffix}"


def _place(target: Target, default: Path) -> _Place:
    """Read where to write.

    Raises:
        ValueError: the URL names no file of a known kind, or leads out of the data directory.
    """
    url = target.url or f"{target.name}.jsonl"
    parts = urlsplit(url)
    if parts.scheme == "file":
        path = Path(unquote(parts.path))
        if parts.netloc not in {"", "localhost"} or parts.query or parts.fragment or not path.is_absolute():
            raise ValueError(_HOW)
        folder = path.parent
    elif "/" in url or "\\" in url or ":" in url:
        raise ValueError(_HOW)
    else:
        path, folder = Path(url), default
    if not _NAME.fullmatch(path.name) or ".." in path.parts:
        raise ValueError(_HOW)
    return _Place(folder=folder, stem=path.stem, suffix=path.suffix)


def _append(place: _Place, parcel: Parcel, until: float) -> str:
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(place, until):
        if parcel.attempt > 1 and _written(place, parcel):
            return "written_before"
        path = place.on(parcel.timestamp)
        fresh = not path.exists()
        # O_APPEND: another program may read along, but only appends ever happen; O_NOFOLLOW: no link leads elsewhere.
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            _write(file, place.suffix, parcel)
        finally:
            os.close(file)
        if fresh:
            _sync_folder(place.folder)
    return "written"


def _write(file: int, suffix: str, parcel: Parcel) -> None:
    start = _cut_half_line(file)
    line = _line(suffix, parcel, first=start == 0)
    try:
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
    except OSError:
        os.ftruncate(file, start)
        raise


def _line(suffix: str, parcel: Parcel, *, first: bool) -> bytes:
    message = orjson.loads(parcel.body)
    if suffix == ".csv":
        return (header() if first else b"") + row(parcel.delivery_id, parcel.permit, message)
    # The id stands first, so that `_start` can tell it from anything a form was filled with.
    return orjson.dumps({"id": parcel.delivery_id, "permit": parcel.permit, **message}) + b"\n"


def _start(suffix: str, parcel: Parcel) -> bytes:
    """Give the first bytes of the parcel's line; no line end stands within a line."""
    opening = '"{}",' if suffix == ".csv" else '{{"id":"{}",'
    return opening.format(parcel.delivery_id).encode()


def _cut_half_line(file: int) -> int:
    """Cut off what follows the last line end, and say how long the file is then."""
    size = os.fstat(file).st_size
    if size == 0 or os.pread(file, 1, size - 1) == b"\n":
        return size
    with mmap.mmap(file, 0, prot=mmap.PROT_READ) as text:
        whole = text.rfind(b"\n") + 1
    os.ftruncate(file, whole)
    return whole


def _written(place: _Place, parcel: Parcel) -> bool:
    start = _start(place.suffix, parcel)
    days = (parcel.timestamp - timedelta(days=back) for back in range(DAYS_BACK + 1))
    return any(_holds(place.on(day), start) for day in days)


def _holds(path: Path, start: bytes) -> bool:
    """Say whether a whole line begins like this; half a line is none."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        if os.fstat(file).st_size == 0:
            return False
        with mmap.mmap(file, 0, prot=mmap.PROT_READ) as text:
            found = 0 if text[: len(start)] == start else text.find(b"\n" + start)
            return found >= 0 and text.find(b"\n", found + 1) >= 0
    finally:
        os.close(file)


@contextmanager
def _locked(place: _Place, until: float) -> Iterator[None]:
    """Hold the lock of this place, or raise TimeoutError: a thread that waited for ever would be lost.

    It is a file of its own, so that taking the others away never races with the lock.
    """
    path = place.folder / f".{place.stem}{place.suffix}.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        while not _try_lock(lock):
            if time.monotonic() >= until:
                raise TimeoutError
            time.sleep(_LOCK_PAUSE)
        yield
    finally:
        os.close(lock)


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)

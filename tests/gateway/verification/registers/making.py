"""Downloads as the registers hand them out, and registers made of them."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from gateway.verification.probes.register_file import Header
from gateway.verification.probes.register_import import Imported, Source, import_register
from gateway.verification.probes.registers import Registers
from gateway.verification.registers import Register

KEY = bytes(range(32))
KEYS = {1: KEY}
DATED = date(2026, 2, 20)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def download(folder: Path, lines: Iterable[str], name: str = "download.txt", *, end: str = "\n") -> Path:
    """A file of these lines."""
    path = folder / name
    path.write_text("".join(f"{line}{end}" for line in lines), encoding="utf-8")
    return path


def american(count: int, area: str = "212") -> list[str]:
    """Lines of a full list: every third number of an area code from 555-0000 on."""
    return [f"{area},{5_550_000 + 3 * at}" for at in range(count)]


def imported(
    folder: Path,
    lines: Iterable[str],
    register: Register = Register.US_DNC,
    *,
    dated: date = DATED,
    listed: bool | None = None,
    key: bytes = KEY,
    note: Callable[[str, Header], None] = lambda _name, _header: None,
) -> Imported:
    """Import lines into the folder `registers`."""
    source = Source(register=register, path=download(folder, lines), dated=dated, listed=listed)
    return import_register(source, folder / "registers", generation=1, key=key, note=note)


def opened(folder: Path) -> Registers:
    """The registers in that folder."""
    return Registers(folder / "registers", lambda: KEYS)


def said(registers: Registers, number: str, region: str | None = "US", now: datetime = NOW) -> list[str]:
    """What registers say of a number, as the evidence has it."""
    return [str(each) for each in registers.ask(number, region, now=now)]

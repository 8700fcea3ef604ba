"""The folder of do-not-call registers: which file answers for a number, and what each of them says."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from time import time_ns
from typing import Final, Protocol

import structlog

from audit.errors import AuditError
from gateway.errors import Invalid, LeadgateError, NotFound
from gateway.verification.model import PhoneVerdict
from gateway.verification.probes.register_file import SUFFIX, Header, Keys, RegisterFile
from gateway.verification.registers import (
    RULES,
    Register,
    RegisterAnswer,
    RegisterState,
    answered,
    registers_of,
    with_registers,
)

log = structlog.get_logger(__name__)

_FAULTS: Final = (LeadgateError, AuditError, OSError, ValueError)
"""What a folder, a file or the key store can be met with: none of it may end the work that asks for a number."""
_SETTLED: Final = 200_000_000
"""Nanoseconds after which a folder's time tells every change."""


class RegisterSource(Protocol):
    """Answers what registers say of a number; `Registers` does."""

    def ask(self, e164: str, region: str | None, *, now: datetime) -> tuple[RegisterAnswer, ...]:
        """Ask every register that may list the number; one that cannot answer is an answer, never an exception."""


def asked(registers: RegisterSource, verdict: PhoneVerdict, *, now: datetime) -> PhoneVerdict:
    """A verdict on a number with what the registers of its region say of it."""
    e164 = verdict.evidence.e164
    return verdict if e164 is None else with_registers(verdict, registers.ask(e164, verdict.evidence.region, now=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of the folder: what it says of itself, or why it cannot be used."""

    name: str
    header: Header | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One file as the folder names it, open where it can be used."""

    register: Register
    dated: date
    count: int
    path: Path
    file: RegisterFile | None


class Registers:
    """Asks the files of a folder, the newest first. What is imported or removed counts from the next number on.

    A file that cannot be used is logged by its name, once, and answers for nobody: where it could be the newest to name
    a number, no older one speaks for it. Nor is anybody answered for by a folder that cannot be read. `keys` is asked
    whenever a file is opened, for a new one may have a new key.
    """

    def __init__(self, folder: Path, keys: Callable[[], Keys]) -> None:
        self._folder = folder
        self._keys = keys
        self._seen: int | None = None
        self._places: dict[Register, list[_Place]] = {}
        self._changed: int | None = None
        self._warned: set[tuple[str, str]] = set()

    def ask(self, e164: str, region: str | None, *, now: datetime) -> tuple[RegisterAnswer, ...]:
        """Ask every register that may list the number, in order."""
        registers = registers_of(e164, region)
        if registers:
            self._look()
        return tuple(self._answer(register, e164, now) for register in registers)

    def entries(self, *, thoroughly: bool = False) -> list[Entry]:
        """Every file of the folder, by register, the newest first; read to its end where that is wanted."""
        return [self._entry(place, thoroughly=thoroughly) for place in _ordered(self._named())]

    def remove(self, name: str, *, note: Callable[[], None]) -> None:
        """Take a file away; `note` is called before it goes.

        Raises:
            NotFound: there is none of this name.
        """
        for place in self._named():
            if place.path.name == name:
                note()
                place.path.unlink()
                return
        raise NotFound("There is no register file of this name; `leadgate registers list` shows them.")

    def close(self) -> None:
        """Let all files go."""
        for places in self._places.values():
            for place in places:
                if place.file is not None:
                    place.file.close()
        self._places, self._seen = {}, None

    def _answer(self, register: Register, e164: str, now: datetime) -> RegisterAnswer:
        for place in self._places.get(register, ()):
            file = place.file
            if file is None:
                break
            if not file.covers(e164):
                continue
            try:
                found = file.find(e164)
            except _FAULTS as error:
                self._warn(file.name, error)
                break
            if found is None and RULES[register].asked:
                continue
            if found is None and file.header.unread:
                break  # it may stand on one of the lines
            return answered(register, listed=bool(found), dated=file.header.dated, now=now)
        return RegisterAnswer(register=register, state=RegisterState.NOT_CHECKED)

    def _look(self) -> None:
        """Open what is new in the folder since the last look, and let go what is no longer there."""
        try:
            seen = self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            seen = -1
        except OSError as error:
            self.close()
            self._warn(self._folder.name, error)
            return
        if seen == self._seen:
            return
        self.close()
        if seen != self._changed:
            self._warned.clear()
            self._changed = seen
        try:
            places = _ordered(self._named())
        except OSError as error:
            self._warn(self._folder.name, error)
            return
        for place in places:
            self._places.setdefault(place.register, []).append(self._opened(place))
        # Two changes may bear one time: what was changed just now is looked at again.
        self._seen = seen if time_ns() - seen > _SETTLED else None

    def _named(self) -> Iterable[_Place]:
        for path in self._folder.glob(f"*{SUFFIX}"):
            register, _, rest = path.name.removesuffix(SUFFIX).partition("-")
            try:
                dated, count = date.fromisoformat(rest[:10]), int(rest[11:] or 1)
                yield _Place(register=Register(register), dated=dated, count=count, path=path, file=None)
            except ValueError:
                log.warning("register_unnamed", file=path.name)

    def _opened(self, place: _Place) -> _Place:
        try:
            file = self._file(place)
        except _FAULTS as error:
            self._warn(place.path.name, error)
            return place
        return _Place(register=place.register, dated=place.dated, count=place.count, path=place.path, file=file)

    def _warn(self, name: str, error: Exception) -> None:
        """Log what is wrong with a file, or with the folder: once, for a batch asks thousands of times."""
        about = (name, type(error).__name__)
        if about not in self._warned:
            self._warned.add(about)
            log.warning("register_unusable", file=name, why=str(error))

    def _file(self, place: _Place) -> RegisterFile:
        file = RegisterFile(place.path, self._keys())
        if (file.header.register, file.header.dated) != (place.register, place.dated):
            file.close()
            raise Invalid(
                f"The register file {file.name} cannot be used: it holds another register or date than its name."
            )
        return file

    def _entry(self, place: _Place, *, thoroughly: bool) -> Entry:
        try:
            file = self._file(place)
        except _FAULTS as error:
            return Entry(name=place.path.name, why=str(error))
        try:
            if thoroughly:
                file.check()
        except _FAULTS as error:
            return Entry(name=place.path.name, why=str(error))
        finally:
            file.close()
        return Entry(name=place.path.name, header=file.header)


def _ordered(places: Iterable[_Place]) -> list[_Place]:
    """By register, the newest first: by date, then by the order in which they were imported."""
    newest = sorted(places, key=lambda each: (each.dated, each.count), reverse=True)
    return sorted(newest, key=lambda each: each.register)

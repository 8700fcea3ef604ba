"""Registers whose folder, files or keys fail: an answer for the number, and one line in the log."""

from collections.abc import Callable
from pathlib import Path

import pytest
import structlog

from audit.errors import KeyStoreError
from gateway.verification.probes.registers import Registers
from tests.gateway.verification.registers.making import american, imported, opened, said


def _a_file(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("no folder")


def _below_a_file(folder: Path) -> None:
    folder.parent.rename(folder.parent.with_name("elsewhere"))
    folder.parent.write_text("no folder")


def _a_folder(folder: Path) -> None:
    next(folder.iterdir()).unlink()
    (folder / "us_dnc-2026-03-01.register").mkdir()


@pytest.mark.parametrize("break_it", [_a_file, _below_a_file, _a_folder])
def test_a_folder_or_file_that_is_none_is_an_answer(tmp_path: Path, break_it: Callable[[Path], None]) -> None:
    """What stands in the place of folder or file harms no number's verdict; it is logged once, however many ask."""
    home = tmp_path / "data"
    home.mkdir()
    imported(home, american(10))
    registers = opened(home)
    break_it(home / "registers")
    with structlog.testing.capture_logs() as logged:
        said_of = [said(registers, f"+1212555000{last}") for last in range(10)]
    assert said_of == [["us_dnc: not_checked"]] * 10
    assert len([each for each in logged if each["event"] == "register_unusable"]) <= 1
    registers.close()


@pytest.mark.parametrize("error", [KeyStoreError(reason="gone"), PermissionError(13, "denied"), ValueError("odd")])
def test_keys_that_cannot_be_read_are_an_answer(tmp_path: Path, error: Exception) -> None:
    """Without the key of a file, nothing was checked; it is no error of the lead that asks."""
    imported(tmp_path, american(10))

    def keys() -> dict[int, bytes]:
        raise error

    registers = Registers(tmp_path / "registers", keys)
    with structlog.testing.capture_logs() as logged:
        assert [said(registers, "+12125550000") for _ in range(3)] == [["us_dnc: not_checked"]] * 3
    assert [each["event"] for each in logged] == ["register_unusable"]


def test_a_folder_that_nobody_may_read_is_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system denies a look into it, and gives one again: both are seen, and it is logged once."""
    imported(tmp_path, american(10))
    registers = opened(tmp_path)
    assert said(registers, "+12125550000") == ["us_dnc@2026-02-20: listed"]

    def denied(self: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    with structlog.testing.capture_logs() as logged, monkeypatch.context() as closed:
        closed.setattr(Path, "stat", denied)
        assert [said(registers, "+12125550000") for _ in range(3)] == [["us_dnc: not_checked"]] * 3
    assert [each["file"] for each in logged] == ["registers"]
    assert said(registers, "+12125550000") == ["us_dnc@2026-02-20: listed"]
    registers.close()

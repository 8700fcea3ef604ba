"""Every test here starts without LEADGATE_* variables, in a folder of its own, and leaves logging as it was."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.logs import put_back


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Forget the settings around this run, go to a new folder, and put logging back afterwards."""
    for name in [name for name in os.environ if name.startswith("LEADGATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    with put_back():
        yield

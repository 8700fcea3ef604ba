"""Finding plug-ins: what is there is found, what is bad stops the start by its name."""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

from gateway.errors import SetupError
from gateway.plugins import discover

HERE = "tests.gateway.test_plugins"


class Whistle:
    """A plug-in of another distribution, as it should be."""

    api_version: ClassVar[Any] = 3
    kind: ClassVar[Any] = "whistle"


class Old(Whistle):
    """It was written for another contract."""

    api_version = 2


class Nameless(Whistle):
    """Its kind is no word."""

    kind = "Tin Whistle"


class Empty(Whistle):
    """It has no kind."""

    kind = ""


class Needy(Whistle):
    """It wants an argument."""

    def __init__(self, breath: str) -> None:
        self.breath = breath


class Broken(Whistle):
    """It fails while it is made."""

    def __init__(self) -> None:
        raise RuntimeError


class Silent(Whistle):
    """It breaks what the folder asks besides version and kind."""


class Twin(Whistle):
    """It claims a kind that the folder has."""

    kind = "drum"


not_a_class: Callable[[], Whistle] = lambda: Whistle()  # noqa: E731, PLW0108 - the fault this is for


def check(made: type) -> None:
    """Ask for sound."""
    if made is Silent:
        raise SetupError("it makes no sound")


def source(kind: str) -> str:
    """The text of a plug-in file."""
    return f"class Plugin:\n    api_version = 3\n    kind = {kind!r}\n"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """A plug-in folder with one plug-in, and a package that is none."""
    band = ModuleType("band")
    band.__dict__.update(GROUP="band", API_VERSION=3, __path__=[str(tmp_path)])
    monkeypatch.setitem(sys.modules, "band", band)
    (tmp_path / "drum.py").write_text(source("drum"), encoding="utf-8")
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "__init__.py").write_text("", encoding="utf-8")
    yield band
    for name in [name for name in sys.modules if name.startswith("band.")]:
        del sys.modules[name]


def found(folder: ModuleType, *others: str) -> Mapping[str, Any]:
    """Discover, with names of this module as entry points."""
    points = [EntryPoint(name=name.lower(), value=f"{HERE}:{name}", group="band") for name in others]
    return discover(folder, "instrument", check, points)


def test_the_files_of_the_folder_are_found(folder: ModuleType, tmp_path: Path) -> None:
    """Adding one is one file, removing it is `rm`; a package is none."""
    assert set(found(folder)) == {"drum"}
    (tmp_path / "flute.py").write_text(source("flute"), encoding="utf-8")
    importlib.invalidate_caches()
    assert set(found(folder)) == {"drum", "flute"}
    (tmp_path / "flute.py").unlink()
    assert set(found(folder)) == {"drum"}


def test_another_distribution_adds_one(folder: ModuleType) -> None:
    """An entry point is enough."""
    assert isinstance(found(folder, "Whistle")["whistle"], Whistle)


def test_installed_entry_points_are_read_by_default(folder: ModuleType, tmp_path: Path) -> None:
    """Whatever is on the path declares the folder's group."""
    installed = tmp_path / "brass-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: brass\nVersion: 1\n", encoding="utf-8")
    (installed / "entry_points.txt").write_text(f"[band]\nw = {HERE}:Whistle\n", encoding="utf-8")
    sys.path.append(str(tmp_path))
    try:
        assert set(discover(folder, "instrument", check)) == {"drum", "whistle"}
    finally:
        sys.path.remove(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Old", "api_version is 2, this gateway needs 3"),
        ("Nameless", "kind"),
        ("Empty", "kind"),
        ("Needy", "without arguments"),
        ("Broken", "RuntimeError"),
        ("Silent", "it makes no sound"),
        ("Twin", "twice"),
        ("not_a_class", "class"),
        ("Missing", "cannot be loaded"),
    ],
)
def test_a_bad_one_stops_the_start_by_name(folder: ModuleType, name: str, why: str) -> None:
    """The message names the plug-in, says what is wrong with it and what to do."""
    with pytest.raises(SetupError, match=why) as caught:
        found(folder, name)
    assert f"The instrument {HERE}:{name} cannot be used" in caught.value.detail
    assert caught.value.detail.endswith("Repair it or uninstall it.")


@pytest.mark.parametrize(("text", "why"), [("raise RuntimeError('slip')", "RuntimeError"), ("", "AttributeError")])
def test_a_bad_file_stops_the_start_by_name(folder: ModuleType, tmp_path: Path, text: str, why: str) -> None:
    """A file with a slip in it, or without a plug-in, is told by its module."""
    (tmp_path / "telex.py").write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match=rf"band\.telex.*{why}"):
        found(folder)

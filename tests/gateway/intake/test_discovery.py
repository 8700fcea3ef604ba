"""Ways in are found by themselves, and a bad one stops the start by its name."""

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import gateway.intake
from gateway.errors import SetupError
from gateway.intake import API_VERSION, GROUP, RequestContext, WayIn, global_privacy_control
from gateway.intake.discovery import discover
from tests.gateway.intake.worlds import NOW


def point(monkeypatch: pytest.MonkeyPatch, plugin: object) -> EntryPoint:
    """Install a plug-in as another distribution would."""
    module = ModuleType("a_distribution")
    module.__dict__["Plugin"] = plugin
    monkeypatch.setitem(sys.modules, "a_distribution", module)
    return EntryPoint(name="fax", value="a_distribution:Plugin", group=GROUP)


class Fax:
    """A way in of another distribution."""

    api_version = API_VERSION
    kind = "fax"

    def read(self, *arguments: Any) -> Any:  # noqa: ANN401 - never called
        raise AssertionError


def test_the_shipped_ways_in_are_found() -> None:
    """The folder's files with a class `Plugin`, and no other file of it."""
    found = discover([])
    assert {"api", "form"} <= set(found)
    assert all(isinstance(plugin, WayIn) for plugin in found.values())


def test_another_distribution_adds_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point is enough."""
    assert isinstance(discover([point(monkeypatch, Fax)])["fax"], Fax)


class _Old(Fax):
    api_version = 0


class _Deaf:
    api_version = API_VERSION
    kind = "deaf"


class _Nameless(Fax):
    kind = ""


class _Second(Fax):
    kind = "form"


class _Broken(Fax):
    def __init__(self) -> None:
        raise RuntimeError


@pytest.mark.parametrize("plugin", [_Old, _Deaf, _Nameless, _Second, _Broken, None])
def test_a_bad_one_stops_the_start_by_name(monkeypatch: pytest.MonkeyPatch, plugin: object) -> None:
    """The message names the plug-in and says what to do."""
    with pytest.raises(SetupError, match="a_distribution:Plugin"):
        discover([point(monkeypatch, plugin)])


def test_one_that_cannot_be_imported_stops_the_start_by_name() -> None:
    """Its error is told by kind, not swallowed."""
    missing = EntryPoint(name="x", value="no_such_distribution:Plugin", group=GROUP)
    with pytest.raises(SetupError, match="no_such_distribution"):
        discover([missing])


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A place whose files count as files of the plug-in folder."""
    monkeypatch.setattr(gateway.intake, "__path__", [*gateway.intake.__path__, str(tmp_path)])
    yield tmp_path
    for name in ("telex", "pager", "shared"):
        sys.modules.pop(f"gateway.intake.{name}", None)


def test_a_file_that_breaks_stops_the_start_by_name(folder: Path) -> None:
    """A new file with a slip in it is told by its module, whatever the slip."""
    (folder / "telex.py").write_text("raise RuntimeError('slip')", encoding="utf-8")
    with pytest.raises(SetupError, match=r"gateway\.intake\.telex.*RuntimeError"):
        discover([])


def test_a_new_file_is_a_new_way_in(folder: Path) -> None:
    """Adding one is one file; a file without a class `Plugin` is none."""
    before = set(discover([]))
    source = "class Plugin:\n    api_version = 1\n    kind = 'pager'\n    def read(self, *_): ..."
    (folder / "pager.py").write_text(source, encoding="utf-8")
    (folder / "shared.py").write_text("", encoding="utf-8")
    assert set(discover([])) - before == {"pager"}


@pytest.mark.parametrize(
    ("header", "signal"), [("1", True), ("0", None), ("", None), ("1 ", None), ("true", None), (None, None)]
)
def test_global_privacy_control_is_exactly_one(header: str | None, signal: bool | None) -> None:  # noqa: FBT001 - a table
    """Another value is no signal at all."""
    assert global_privacy_control(header) is signal


def test_a_context_is_read_off_headers() -> None:
    """Only what intake needs is taken."""
    headers = {
        "user-agent": "B/1",
        "referer": "https://a.example/",
        "origin": "https://a.example",
        "sec-gpc": "1",
        "cookie": "x",
    }
    assert RequestContext.of(headers, received_at=NOW, ip="192.0.2.1", challenge_key=b"k") == RequestContext(
        received_at=NOW,
        ip="192.0.2.1",
        user_agent="B/1",
        referer="https://a.example/",
        origin="https://a.example",
        gpc=True,
        challenge_key=b"k",
    )

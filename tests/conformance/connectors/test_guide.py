"""The guide's connector passes the certificate: the page is run as it stands."""

import re
import types
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from connectors.kit.cases import Case
from connectors.kit.certificate import CHECKS

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "write-a-connector.md"


def blocks() -> list[str]:
    """The Python blocks of the guide."""
    return re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)


def case(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """Runs the first block as the connector's module and the second as its test's."""
    name = "connectors.firmographic.example_registry"
    module = types.ModuleType(name)
    exec(compile(blocks()[0], str(GUIDE), "exec"), module.__dict__)  # noqa: S102 - the page is ours
    monkeypatch.setitem(__import__("sys").modules, name, module)
    test = types.ModuleType("guide_test")
    exec(compile(blocks()[1], str(GUIDE), "exec"), test.__dict__)  # noqa: S102 - as above
    made = test.certified(folder)
    assert isinstance(made, Case)
    return made


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
async def test_the_guides_connector_is_certified(
    check: Callable[[Case], Awaitable[None]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a newcomer copies from the page holds to the contract."""
    await check(case(tmp_path, monkeypatch))


def test_the_guide_says_how_many_checks_there_are() -> None:
    """The number and the names on the page are those of the certificate."""
    assert len(CHECKS) == 14
    assert "Fourteen checks run" in GUIDE.read_text(encoding="utf-8")

"""Every connector that discovery finds passes the certificate, with the case that stands in its own test file."""

import importlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from connectors.discovery import discover
from connectors.kit.cases import Case
from connectors.kit.certificate import CHECKS

FOUND = discover()


def case_of(connector: str, folder: Path) -> Case:
    """Takes `certified` from `tests/connectors/<kind>/test_<id>.py`; a connector without a test fails here."""
    module = importlib.import_module(f"tests.connectors.{FOUND[connector].manifest.kind}.test_{connector}")
    case = module.certified(folder)
    assert isinstance(case, Case)
    assert case.plugin is FOUND[connector]
    return case


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("connector", FOUND)
async def test_connector_is_certified(connector: str, check: Callable[[Case], Awaitable[None]], tmp_path: Path) -> None:
    """The connector holds to this part of the contract."""
    await check(case_of(connector, tmp_path))


def test_something_was_found() -> None:
    """Discovery finds the connectors that are here; an empty run would certify nothing."""
    assert len(FOUND) >= 3

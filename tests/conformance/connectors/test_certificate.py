"""Every connector that discovery finds passes the certificate, with the fixtures that stand beside its manifest."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from connectors.discovery import discover
from connectors.kit.cases import Case
from connectors.kit.certificate import CHECKS
from connectors.kit.fixtures import case_of

FOUND = discover()


def certified(connector: str, folder: Path) -> Case:
    """The case in the fixtures beside the connector's manifest; a connector without them fails here."""
    return case_of(FOUND[connector], folder)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("connector", FOUND)
async def test_connector_is_certified(connector: str, check: Callable[[Case], Awaitable[None]], tmp_path: Path) -> None:
    """The connector holds to this part of the contract."""
    await check(certified(connector, tmp_path))


def test_something_was_found() -> None:
    """Discovery finds the connectors that are here; an empty run would certify nothing."""
    assert len(FOUND) >= 5

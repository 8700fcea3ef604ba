"""Every connector that discovery finds passes the certificate, with the fixtures that stand beside its manifest."""

from collections.abc import Awaitable, Callable
from functools import cache

import pytest

from connectors.discovery import discover
from connectors.kit.cases import Case
from connectors.kit.certificate import CHECKS
from connectors.kit.fixtures import case_of

FOUND = discover()


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Case]:
    """Gives the case in the fixtures beside a connector's manifest, read once; a connector without them fails here."""

    @cache
    def read(connector: str) -> Case:
        return case_of(FOUND[connector], tmp_path_factory.mktemp(connector))

    return read


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("connector", FOUND)
async def test_connector_is_certified(
    connector: str, check: Callable[[Case], Awaitable[None]], certified: Callable[[str], Case]
) -> None:
    """The connector holds to this part of the contract."""
    await check(certified(connector))


def test_something_was_found() -> None:
    """Discovery finds the connectors that are here; an empty run would certify nothing."""
    assert len(FOUND) >= 5

"""Ways in are found by themselves, and one that cannot read stops the start by its name."""

from importlib.metadata import EntryPoint

import pytest

from gateway.errors import SetupError
from gateway.intake import API_VERSION, GROUP, WayIn
from gateway.intake.kit.discovery import discover


class Deaf:
    """It cannot read."""

    api_version = API_VERSION
    kind = "deaf"


def test_the_shipped_ways_in_are_found() -> None:
    """Each satisfies the contract."""
    found = discover([])
    assert {"api", "form"} <= set(found)
    assert all(isinstance(plugin, WayIn) for plugin in found.values())


def test_one_that_cannot_read_stops_the_start_by_name() -> None:
    """The message names the plug-in and says what it lacks."""
    deaf = EntryPoint(name="deaf", value=f"{__name__}:Deaf", group=GROUP)
    with pytest.raises(SetupError, match=rf"way in {__name__}:Deaf cannot be used: it needs `def read`"):
        discover([deaf])

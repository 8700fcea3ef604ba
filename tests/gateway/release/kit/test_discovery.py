"""Ways out are found by themselves, and one that breaks the contract stops the start by its name."""

from importlib.metadata import EntryPoint
from typing import ClassVar

import pytest
from pydantic import BaseModel

from gateway.errors import SetupError
from gateway.release import GROUP, DeliveryOutcome, NoSettings, Parcel, Ports, Receipt, Target
from gateway.release.kit.discovery import discover

HERE = "tests.gateway.release.kit.test_discovery"


class LooseSettings(BaseModel):
    """A settings model that lets a typing slip pass."""


class Pigeon:
    """A way out of another distribution, as it should be."""

    api_version: ClassVar[int] = 1
    kind: ClassVar[str] = "pigeon"
    settings: ClassVar[type[BaseModel]] = NoSettings

    def check(self, target: Target) -> None:
        """Every coop will do."""

    async def deliver(self, parcel: Parcel, target: Target, ports: Ports, deadline: float) -> Receipt:
        """Let it fly."""
        return Receipt(outcome=DeliveryOutcome.DELIVERED, detail="landed")


class Loose(Pigeon):
    """Its settings swallow unknown names."""

    settings = LooseSettings


class Settingless(Pigeon):
    """Its settings are no model."""

    settings = dict  # type: ignore[assignment]  # the fault this class is for


class Blocking(Pigeon):
    """It would block the loop."""

    def deliver(self, parcel: Parcel, target: Target, ports: Ports, deadline: float) -> Receipt:  # type: ignore[override]  # the fault this class is for
        return Receipt(outcome=DeliveryOutcome.DELIVERED, detail="landed")


def point(name: str) -> EntryPoint:
    """Make an entry point to a name of this module."""
    return EntryPoint(name=name.lower(), value=f"{HERE}:{name}", group=GROUP)


def test_the_files_of_the_folder_are_found() -> None:
    """Webhook and file come with Leadgate."""
    assert set(discover([])) == {"webhook", "file"}


def test_installed_entry_points_are_read_by_default() -> None:
    """With nothing else installed, the two are all there is."""
    assert {"webhook", "file"} <= set(discover())


def test_a_way_out_of_another_distribution_joins() -> None:
    """An entry point is enough."""
    assert set(discover([point("Pigeon")])) == {"webhook", "file", "pigeon"}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Loose", "forbid unknown"),
        ("Settingless", "pydantic"),
        ("Blocking", "async def deliver"),
    ],
)
def test_a_bad_one_stops_the_start_by_name(name: str, why: str) -> None:
    """The message names the plug-in and what is wrong with it."""
    with pytest.raises(SetupError, match=why) as caught:
        discover([point(name)])
    assert f"{HERE}:{name}" in str(caught.value)

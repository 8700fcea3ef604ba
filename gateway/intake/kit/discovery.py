"""Finding the ways in."""

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint

import gateway.intake
from gateway import plugins
from gateway.errors import SetupError
from gateway.intake import WayIn


def discover(others: Iterable[EntryPoint] | None = None) -> Mapping[str, WayIn]:
    """Find and make every way in, by kind.

    Args:
        others: entry points; those of the installed distributions by default.

    Raises:
        SetupError: a plug-in cannot be used; the message names it and says why. Nothing starts with a bad one.
    """
    return plugins.discover(gateway.intake, "way in", _check, others)


def _check(made: type) -> None:
    if not callable(getattr(made, "read", None)):
        raise SetupError("it needs `def read`")

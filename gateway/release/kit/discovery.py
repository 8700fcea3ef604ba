"""Finding the ways out."""

import inspect
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint

from pydantic import BaseModel

import gateway.release
from gateway import plugins
from gateway.errors import SetupError
from gateway.release import Plugin


def discover(others: Iterable[EntryPoint] | None = None) -> Mapping[str, Plugin]:
    """Find and make every way out, by kind.

    Args:
        others: entry points; those of the installed distributions by default.

    Raises:
        SetupError: a plug-in cannot be used; the message names it and says why. Nothing starts with a bad one.
    """
    return plugins.discover(gateway.release, "way out", _check, others)


def _check(made: type) -> None:
    settings, deliver = getattr(made, "settings", None), getattr(made, "deliver", None)
    if not (inspect.isclass(settings) and issubclass(settings, BaseModel)):
        raise SetupError("settings must be a pydantic model")
    if settings.model_config.get("extra") != "forbid":
        raise SetupError("its settings model must forbid unknown names, or a typing slip goes unseen")
    if not inspect.iscoroutinefunction(deliver) or not callable(getattr(made, "check", None)):
        raise SetupError("it needs `def check` and `async def deliver`")

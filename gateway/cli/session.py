"""Doing an act: through the server of the data directory while one runs, else in this process."""

import asyncio
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gateway.cli.caller import name_of
from gateway.cli.handing import hand_over
from gateway.errors import LeadgateError, SetupError
from gateway.settings import Settings, load

_PATIENCE_SECONDS: Final = 15.0
_PAUSE_SECONDS: Final = 0.1


class _Held(Exception):
    """Another process has the data directory."""

    def __init__(self, error: SetupError) -> None:
        super().__init__(str(error))
        self.error = error


def perform(act: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON types
    """Do an act of the registry.

    Raises:
        LeadgateError: it could not be done; the message says what to do.
    """
    return asyncio.run(_perform(load(), act, arguments))


def founded(settings: Settings) -> bool:
    """Whether there is, or for a database on a server may be, a gateway; looking makes none."""
    if not settings.one_process:
        return True
    return settings.keys.exists() or Path(settings.url.partition(":///")[2]).exists()


async def _perform(settings: Settings, act: str, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON types
    if not settings.one_process:
        return await _here(settings, act, arguments)
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        answer = await hand_over(settings.data_dir, act, arguments)
        if answer is not None:
            return answer.result
        try:
            return await _here(settings, act, arguments)
        except _Held as held:
            # A server that is just starting or ending, or another command, has the directory for a moment.
            if time.monotonic() > until:
                raise held.error from None
        await asyncio.sleep(_PAUSE_SECONDS)


async def _here(settings: Settings, act: str, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON types
    # Imported here, so that a command that a server answers starts in half the time.
    from gateway.cli import acts  # noqa: PLC0415 - as above
    from gateway.wiring import connect  # noqa: PLC0415 - as above

    described = acts.ACTS[act]
    if not described.founds:
        if settings.one_process:
            _check_directory(settings)
        else:
            await _check_database(settings)
    try:
        gateway = await connect(settings)
    except SetupError as error:
        if settings.one_process and _is_held(settings):
            raise _Held(error) from None
        raise
    try:
        if settings.one_process and described.signs:
            await gateway.start_sequencer()
        return await acts.perform(gateway, name_of(os.getuid()), act, arguments)
    finally:
        await gateway.close()


def _check_directory(settings: Settings) -> None:
    """Check that a gateway was founded in the data directory; raise SetupError: looking makes none."""
    if not founded(settings):  # keys that are lost are another thing, and said elsewhere
        raise SetupError(
            f"There is no gateway in {settings.data_dir}: name its directory with LEADGATE_DATA_DIR, "
            "or begin one with `leadgate sources add`."
        )


async def _check_database(settings: Settings) -> None:
    """Check that a gateway was founded in the database on a server; raise SetupError: looking makes none."""
    from gateway.storage.engine.opening import open_database  # noqa: PLC0415 - as in `_here`
    from gateway.storage.migrations.migrate import current  # noqa: PLC0415 - as in `_here`
    from gateway.storage.sealing.vault import holds_log_key  # noqa: PLC0415 - as in `_here`

    founded = False
    if await current(settings.url, schema=settings.database_schema) is not None:
        database = await open_database(settings.url, schema=settings.database_schema)
        try:
            founded = await database.read(holds_log_key)
        finally:
            await database.close()
    if not founded:
        raise SetupError(
            "There is no gateway in this database: name its own with LEADGATE_DATABASE_URL and "
            "LEADGATE_DATABASE_SCHEMA, or begin one with `leadgate sources add`."
        )


def _is_held(settings: Settings) -> bool:
    """Whether a process holds the data directory right now."""
    from gateway.storage.engine.sqlite_file import lock_data_dir  # noqa: PLC0415 - as in `_here`

    try:
        lock_data_dir(settings.data_dir).release()
    except SetupError:
        return True
    except OSError as error:
        raise LeadgateError(f"{settings.data_dir}: {error.strerror}.") from None
    return False

"""`leadgate plugins`: everything that is plugged in."""

import inspect
from typing import Any

from connectors.discovery import discover as connectors
from gateway.cli import output
from gateway.cli.output import Json
from gateway.intake.kit.discovery import discover as ways_in
from gateway.release.kit.discovery import discover as ways_out


def plugins(*, as_json: Json = False) -> None:
    """List the ways in, the ways out and the connectors, with the file or package each comes from."""
    rows = [
        *(_row("way in", name, type(plugin), plugin.api_version) for name, plugin in ways_in().items()),
        *(_row("way out", name, type(plugin), plugin.api_version) for name, plugin in ways_out().items()),
        *(_row("connector", name, plugin, plugin.manifest.api_version) for name, plugin in connectors().items()),
    ]
    if as_json:
        output.print_json(rows)
        return
    columns = {"plugin": "what", "name": "name", "from": "from", "does": "does"}
    output.print_rows(rows, columns, empty="Nothing is plugged in.")


def _row(what: str, name: str, made: type, version: int) -> dict[str, Any]:
    return {"plugin": what, "name": name, "api_version": version, "from": made.__module__, "does": _first(made)}


def _first(made: type) -> str:
    module = inspect.getmodule(made)
    text = (inspect.getdoc(module) if module is not None else None) or inspect.getdoc(made) or ""
    return text.partition("\n")[0]

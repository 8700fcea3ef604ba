"""`leadgate connectors`: vendors of company data, what they cost, and who they are in law."""

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

import typer

from connectors.discovery import discover
from connectors.errors import BadSettings
from connectors.kit import Connector, Manifest, read_settings
from connectors.kit.loading import priced
from gateway.cli import connector_trials, output
from gateway.cli.merging import merging
from gateway.cli.output import Json
from gateway.enrichment.plan import Installed, Plan, asked_unnamed, install
from gateway.enrichment.register import Entry, register
from gateway.errors import SetupError
from gateway.settings import Settings, load

app = typer.Typer(no_args_is_help=True)
app.command("merging")(merging)
app.command("certify")(connector_trials.certify)
app.command("check")(connector_trials.check)
app.command("try")(connector_trials.try_)

Form = Literal["words", "markdown", "csv"]
_COLUMNS: Final = {
    "connector": "connector",
    "vendor": "vendor",
    "role": "role",
    "country": "country",
    "transfer": "transfer tool",
    "sends": "is sent",
    "receives": "gives",
    "persons": "personal data",
    "purposes": "purposes",
    "retention": "kept for",
    "licence": "terms",
    "redistribution": "may be passed on",
    "source_label": "named to persons as",
    "pages": "pages",
    "reviewed_on": "reviewed on",
    "open": "open",
}


@app.callback()
def connectors() -> None:
    """Look at the vendors of company data."""


def _as_set_up(plugin: type[Connector], section: Mapping[str, object] | None) -> Manifest:
    """The manifest with the operator's own price, where there is one and the settings can be read."""
    if section is None:
        return plugin.manifest
    try:
        price = read_settings(plugin.manifest, section).price
    except BadSettings:
        return plugin.manifest
    return plugin.manifest if price is None else priced(plugin, price).manifest


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List every installed connector, configured or not, with the stage it is asked in; warn of wrong stages."""
    settings = load()
    found = discover(settings.connectors_folder)
    staged, wrong = _staged(settings, found)
    rows = []
    for name, plugin in found.items():
        manifest = _as_set_up(plugin, settings.connectors.get(name))
        needs = sorted(key for key, setting in manifest.spec.items() if setting.required)
        rows.append(
            {
                "id": name,
                "kind": manifest.kind,
                "configured": name in settings.connectors or asked_unnamed(manifest),
                "needs": needs,
                "stage": staged.get(name),
                "sends": sorted(manifest.sends),
                "price": "free" if manifest.cost.free else f"{manifest.cost.per_call} {manifest.cost.currency}",
                "does": manifest.summary,
            }
        )
    if wrong:
        output.warn(wrong)
    if as_json:
        output.print_json(rows)
        return
    shown = [{**row, "about": _about(row)} for row in rows]
    columns = {"id": "connector", "configured": "set up", "stage": "stage", "price": "costs", "about": "what it does"}
    output.print_rows(shown, columns, empty="No connectors.", whole=("configured", "stage", "price"))


def _staged(settings: Settings, found: Mapping[str, type[Connector]]) -> tuple[Mapping[str, int], str]:
    """In which stage each connector is asked, by the settings or the order without any, and what is wrong with them."""
    ready: dict[str, Installed] = {}
    for name, plugin in found.items():
        sections = {name: settings.connectors[name]} if name in settings.connectors else {}
        with suppress(BadSettings):  # it is asked nothing, and the gateway says at its start what it lacks
            ready.update(install({name: plugin}, sections))
    stages, wrong = settings.enrichment.stages, ""
    try:
        order = Plan.order(ready, stages, frozenset(found))
    except SetupError as error:
        wrong, order = str(error), ()
    names = stages or [[entry.manifest.id for entry in stage] for stage in order]
    return {name: place for place, stage in enumerate(names, 1) for name in stage}, wrong


def _about(row: Mapping[str, Any]) -> str:
    needs = f" Needs {output.words(row['needs'])}." if row["needs"] else ""
    return f"{row['does']}{needs} Is sent {output.words(row['sends'])}."


@app.command("register")
def register_(
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Every installed connector, not only those that are set up.")
    ] = False,
    form: Annotated[Form, typer.Option(help="How it is written.")] = "words",
    as_json: Json = False,
) -> None:
    """Write the register of processors and transfers (GDPR Art. 30, 44 to 49) from the manifests."""
    settings = load()
    today = datetime.now(UTC).date()
    entries = [_plain(entry) for entry in register(_sources(settings, every=every), today=today)]
    if as_json:
        output.print_json(entries)
    elif form == "csv":
        sys.stdout.write(_csv(entries))
    elif form == "markdown":
        sys.stdout.write(_markdown(entries))
    else:
        shown = ("connector", "vendor", "role", "country", "transfer", "open")
        output.print_rows(entries, {name: _COLUMNS[name] for name in shown}, empty="No connector is set up.")


def _sources(settings: Settings, *, every: bool) -> Sequence[tuple[Any, str | None]]:
    found = discover(settings.connectors_folder)
    chosen = [(plugin, settings.connectors.get(name)) for name, plugin in found.items()]
    return [
        (plugin.manifest, _declared(plugin, section))
        for plugin, section in chosen
        if every or section is not None or asked_unnamed(plugin.manifest)
    ]


def _declared(plugin: type[Connector], section: Mapping[str, object] | None) -> str | None:
    return None if section is None else read_settings(plugin.manifest, section).transfer


def _plain(entry: Entry) -> dict[str, Any]:
    """An entry as JSON has it, its columns in the register's order."""
    written = {name: getattr(entry, name) for name in _COLUMNS}
    changed = {
        "retention": f"{entry.retention.days} days",
        "reviewed_on": entry.reviewed_on.isoformat() if entry.reviewed_on else None,
        "pages": dict(entry.pages),
        "transfer": entry.transfer or None,
    }
    return {name: list(value) if isinstance(value, tuple) else value for name, value in (written | changed).items()}


def _csv(entries: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(_COLUMNS.values())
    lines.writerows([output.words(value) for value in entry.values()] for entry in entries)
    return text.getvalue()


def _markdown(entries: Sequence[Mapping[str, Any]]) -> str:
    """A section per source: a table of so many columns nobody reads."""
    parts = []
    for entry in entries:
        lines = [f"| {title} | {output.words(entry[name]).replace('|', '/')} |" for name, title in _COLUMNS.items()]
        parts.append("\n".join([f"## {entry['vendor']}", "", "| | |", "|---|---|", *lines, ""]))
    return "# Register of processors and transfers\n\n" + "\n".join(parts)

"""`leadgate connectors`: vendors of company data."""

import typer

from connectors.discovery import discover
from gateway.cli import output
from gateway.cli.merging import merging
from gateway.cli.output import Json
from gateway.settings import load

app = typer.Typer(no_args_is_help=True)
app.command("merging")(merging)


@app.callback()
def connectors() -> None:
    """Look at the vendors of company data."""


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List every installed connector, configured or not."""
    settings = load()
    staged = {name: place for place, stage in enumerate(settings.enrichment.stages, 1) for name in stage}
    rows = []
    for name, plugin in discover().items():
        manifest = plugin.manifest
        needs = sorted(key for key, setting in manifest.spec.items() if setting.required)
        rows.append(
            {
                "id": name,
                "kind": manifest.kind,
                "configured": name in settings.connectors or not needs,
                "needs": needs,
                "stage": staged.get(name),
                "sends": sorted(manifest.sends),
                "price": "free" if manifest.cost.free else f"{manifest.cost.per_call} {manifest.cost.currency}",
            }
        )
    if as_json:
        output.print_json(rows)
        return
    columns = {"id": "connector", "kind": "kind", "configured": "configured", "needs": "needs", "stage": "stage"}
    output.print_rows(rows, {**columns, "sends": "sends", "price": "a call costs"}, empty="No connectors.")

"""`leadgate consent`: why something may or may not be done."""

from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.leads import print_explained
from gateway.cli.output import Json
from gateway.cli.session import perform

app = typer.Typer(no_args_is_help=True)


@app.callback()
def consent() -> None:
    """Ask why something may or may not be done."""


@app.command()
def explain(lead_id: Annotated[str, typer.Argument(help="The lead's id, ld_…")], *, as_json: Json = False) -> None:
    """Explain every decision on a lead in plain words, with its citation and the call that ends a hold."""
    decisions = perform("consent.explain", lead_id=lead_id)
    if as_json:
        output.print_json(decisions)
    else:
        print_explained(lead_id, decisions)

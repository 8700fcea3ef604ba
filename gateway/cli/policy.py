"""`leadgate policy`: the law packs and who has accepted them."""

from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.output import Json
from gateway.cli.session import perform

app = typer.Typer(no_args_is_help=True)


@app.command()
def accept(
    selector: Annotated[str, typer.Argument(help="PACK, PACK:RULE or all.")],
    *,
    name: Annotated[str, typer.Option("--as", help="Who accepts: a person's name; it stands in the log.")],
    as_json: Json = False,
) -> None:
    """Accept rules that permit something. A permit works once a person of yours has accepted it; vetoes always work."""
    fresh = perform("policy.accept", selector=selector, name=name)
    if as_json:
        output.print_json(fresh)
        return
    packs = sorted({each["pack"] for each in fresh})
    output.say(
        f"{name} has accepted {len(fresh)} rules of {', '.join(packs)}. This stands in the log."
        if fresh
        else "All of this was accepted before."
    )


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List every law pack with its rules, their citations, and whether they are accepted."""
    packs = perform("policy.list")
    if as_json:
        output.print_json(packs)
        return
    rows = [
        {**rule, "pack": pack["pack"], "state": "works" if rule["accepted"] else "waits for you"}
        for pack in packs
        for rule in pack["rules"]
    ]
    columns = {"pack": "pack", "id": "rule", "kind": "kind", "state": "state", "citation": "citation"}
    output.print_rows(rows, columns, empty="No law packs are installed.")

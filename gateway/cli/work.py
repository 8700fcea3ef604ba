"""`leadgate work`: what was given up, and trying it again."""

from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.output import Json
from gateway.cli.session import perform

app = typer.Typer(no_args_is_help=True)


@app.command()
def dead(*, limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50, as_json: Json = False) -> None:
    """List the jobs and deliveries that were given up, newest first."""
    rows = perform("work.dead", limit=limit)
    if as_json:
        output.print_json(rows)
        return
    columns = {"id": "id", "what": "what", "about": "about", "attempts": "tries", "why": "why", "at": "given up"}
    output.print_rows(rows, columns, empty="Nothing was given up.")


@app.command()
def replay(
    ident: Annotated[str, typer.Argument(help="The id of a dead letter (dl_…) or delivery (dv_…).")],
    *,
    as_json: Json = False,
) -> None:
    """Try one again: a job from its beginning, a delivery once more under its own id."""
    done = perform("work.replay", ident=ident)
    if as_json:
        output.print_json(done)
    else:
        output.say(f"{done['id']} is tried again.")

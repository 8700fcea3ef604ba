"""`leadgate work`: what was given up, and trying it again."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from gateway.cli import output
from gateway.cli.output import Json
from gateway.cli.session import perform

app = typer.Typer(no_args_is_help=True)

_SHOWN: Final = 3


@app.command()
def dead(*, limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50, as_json: Json = False) -> None:
    """List the jobs and deliveries that were given up, newest first."""
    rows = perform("work.dead", limit=limit)
    if as_json:
        output.print_json(rows)
    else:
        print_dead(rows)


def print_dead(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print what was given up as a table."""
    columns = {"id": "id, about", "what": "what", "attempts": "tries", "why": "why", "at": "given up"}
    shown = [{**row, "id": "\n".join([row["id"], *_about(row["about"])])} for row in rows]
    output.print_rows(shown, columns, empty="Nothing was given up.")


def _about(ids: Sequence[str]) -> list[str]:
    """What a job or delivery is about, an id a line: side by side with its own they leave no room for anything else."""
    more = len(ids) - _SHOWN
    return [f"  {each}" for each in ids[:_SHOWN]] + ([f"  and {more} more"] if more > 0 else [])


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

"""`leadgate keys`: API keys."""

from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.files import words_of
from gateway.cli.output import Json
from gateway.cli.session import perform

app = typer.Typer(no_args_is_help=True)


@app.command()
def create(
    *,
    scope: Annotated[list[str], typer.Option(help="What it may do, like leads:write,leads:read.")],
    source: Annotated[str | None, typer.Option(help="The source it belongs to; it sees nothing of others.")] = None,
    role: Annotated[str, typer.Option(help="source, operator, compliance, auditor or admin.")] = "source",
    as_json: Json = False,
) -> None:
    """Create an API key. It is printed once, alone on standard output; only its hash is kept."""
    made = perform("keys.create", source=source, role=role, scopes=words_of(scope))
    if as_json:
        output.print_json(made)
    else:
        typer.echo(made["key"])
        output.say(f"Keep it now; it is not shown again. To end it: leadgate keys revoke {made['id']}")


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List all API keys, revoked ones too. The keys themselves are nowhere: only their hashes are stored."""
    rows = perform("keys.list")
    if as_json:
        output.print_json(rows)
        return
    columns = {"id": "key", "role": "role", "source": "source", "scopes": "may", "created_at": "since"}
    empty = "No keys yet. Make one: leadgate keys create --source KEY --scope leads:write"
    output.print_rows(rows, {**columns, "revoked_at": "revoked"}, empty=empty)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id: what stands between lg_ and the next _.")],
    *,
    as_json: Json = False,
) -> None:
    """Make an API key useless from now on."""
    done = perform("keys.revoke", key_id=key_id)
    if as_json:
        output.print_json(done)
    else:
        output.say(f"Key {done['id']} is revoked.")

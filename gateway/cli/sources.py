"""`leadgate sources`: where leads come from."""

from pathlib import Path
from typing import Annotated

import typer

from consent.terms import SourceKind
from gateway.cli import output
from gateway.cli.files import read_mapping, words_of
from gateway.cli.output import Json
from gateway.cli.session import perform

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    key: Annotated[str, typer.Argument(help="Its name: lower case letters, digits, - and _.")],
    *,
    kind: Annotated[str | None, typer.Option(help="form (a web site posts) or api (a program posts).")] = None,
    purpose: Annotated[
        list[str] | None, typer.Option(help="What it collects for; inquiry_response when not given.")
    ] = None,
    provenance: Annotated[
        SourceKind | None,
        typer.Option(help="Where its people come from; a form's have filled it in, of a program's nobody knows."),
    ] = None,
    notice: Annotated[str | None, typer.Option(help="The notice that is shown with it.")] = None,
    settings: Annotated[
        Path | None, typer.Option(help="More settings, as JSON or YAML: boxes, field map, origins, caps.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Add a source, or replace its settings."""
    given = read_mapping(settings)
    said = {"key": key, "kind": kind, "purposes": words_of(purpose), "notice_id": notice}
    given |= {name: value for name, value in said.items() if value}
    if provenance is not None:
        given["provenance"] = provenance.value
    stored = perform("sources.add", settings={"kind": "api", **given})
    if as_json:
        output.print_json(stored)
    else:
        output.say(f"Source {stored['key']} ({stored['kind']}) collects for {', '.join(stored['purposes'])}.")
        if stored["provenance"] is None:
            output.say(
                "Where its people come from is unknown, so marketing to them may wait; say it with --provenance."
            )
        for missing in stored["missing_notices"]:
            output.say(f"Nobody has stored the notice {missing} yet: leadgate notices add FILE --id {missing}")
        if stored["address"]:
            output.say(f"Next: have the page post its form to {stored['address']} (docs/how-to/connect-a-form.md)")
        else:
            output.say(f"Next: leadgate keys create --source {stored['key']} --scope leads:write,leads:read")


@app.command()
def allow(
    key: Annotated[str, typer.Argument(help="The form's key.")],
    origin: Annotated[str, typer.Argument(help="The web site, https://www.example.com.")],
    *,
    as_json: Json = False,
) -> None:
    """Add a web site to the origins of a form; its other settings stay.

    A form that lists none takes posts from every site alike; with the first one listed, those from others are marked.
    """
    stored = perform("sources.allow", key=key, origin=origin)
    if as_json:
        output.print_json(stored)
    else:
        output.say(f"Posts of the form {stored['key']} are expected from {', '.join(stored['origins'])}.")


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List all sources."""
    rows = perform("sources.list")
    if as_json:
        output.print_json(rows)
        return
    columns = {
        "key": "source",
        "kind": "kind",
        "provenance": "people from",
        "purposes": "collects for",
        "notice_id": "notice",
    }
    output.print_rows(rows, columns, empty="No sources yet. Add one: leadgate sources add KEY --kind form|api")

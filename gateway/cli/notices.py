"""`leadgate notices`: the texts that people are shown."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.files import read_text
from gateway.cli.output import Json
from gateway.cli.session import perform

app = typer.Typer(no_args_is_help=True)


@app.callback()
def notices() -> None:
    """Store the texts that people are shown; marketing consent counts only with a notice that is stored."""


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="The text, or the HTML, as it is shown.")],
    *,
    notice_id: Annotated[str, typer.Option("--id", help="Its name, the same for every version.")],
    lang: Annotated[str, typer.Option(help="Its language, like en or de.")] = "en",
    as_json: Json = False,
) -> None:
    """Store a notice as the next version of its id; the same text again changes nothing."""
    stored = perform("notices.add", notice_id=notice_id, lang=lang, text=read_text(file))
    if as_json:
        output.print_json(stored)
    else:
        output.say(f"Notice {stored['id']} ({stored['lang']}) is at version {stored['version']}.")

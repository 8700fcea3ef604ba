"""`leadgate destinations`: where leads go."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli import output
from gateway.cli.files import read_mapping, read_secret, read_secrets, words_of
from gateway.cli.output import Json
from gateway.cli.session import perform

app = typer.Typer(no_args_is_help=True)

UrlFile = Annotated[
    Path | None, typer.Option(help="A file that holds the URL, - for standard input: for one with a key in it.")
]
Secret = Annotated[
    list[str] | None,
    typer.Option(help="A whsec_ secret to sign with, newest first; `new` makes one and prints it once."),
]
SecretFile = Annotated[
    Path | None,
    typer.Option(help="A file of such secrets, one a line, - for standard input: `ps` shows what is typed."),
]


@app.command()
def add(  # noqa: PLR0913 - one option per thing that can be said of a destination
    name: Annotated[str, typer.Argument(help="Its name; permits are made out to it.")],
    *,
    kind: Annotated[str, typer.Option(help="How it is reached: webhook or file.")] = "webhook",
    url: Annotated[str | None, typer.Option(help="Where a webhook posts to, or what a file is called.")] = None,
    url_file: UrlFile = None,
    secret: Secret = None,
    secret_file: SecretFile = None,
    purpose: Annotated[list[str] | None, typer.Option(help="What it serves; inquiry_response when not given.")] = None,
    role: Annotated[str, typer.Option(help="processor (acts for you) or controller (decides itself).")] = "processor",
    country: Annotated[str | None, typer.Option(help="Where it is, like DE; unknown counts as far away.")] = None,
    contract: Annotated[str | None, typer.Option(help="The reference of your contract with it.")] = None,
    transfer: Annotated[str | None, typer.Option(help="What carries a transfer abroad: adequacy, dpf or scc.")] = None,
    map_: Annotated[Path | None, typer.Option("--map", help="A field map, as JSON or YAML.")] = None,
    settings: Annotated[Path | None, typer.Option(help="The way out's own settings, as JSON or YAML.")] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="It may be on this machine or in your own network.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Add a destination, or a new version of it; a disabled one is enabled again."""
    said = {
        "url": read_secret(url, url_file),
        "purposes": words_of(purpose),
        "country": country,
        "contract": contract,
        "transfer": transfer,
        "map": read_mapping(map_),
        "settings": read_mapping(settings),
        "allow_private": allow_private,
    }
    document = {"name": name, "kind": kind, "role": role} | {key: value for key, value in said.items() if value}
    stored = perform("destinations.add", document=document, secrets=[*(secret or ()), *read_secrets(secret_file)])
    if as_json:
        output.print_json(stored)
    else:
        _tell(stored)


def _tell(stored: Mapping[str, Any]) -> None:
    for made in stored["secrets"]:
        typer.echo(made)
    output.say(f"Destination {stored['name']} ({stored['kind']}) serves {', '.join(stored['purposes'])}.")
    if stored["country"] is None:
        output.say("Its country is not known: leads from the EEA, the UK or Switzerland wait. Add --country XX.")
    if stored["secrets"]:
        output.say("Give the secret above to the receiver; it is not shown again.")


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List all destinations; addresses and secrets stay sealed."""
    rows = perform("destinations.list")
    if as_json:
        output.print_json(rows)
        return
    columns = {
        "name": "destination",
        "kind": "kind",
        "purposes": "serves",
        "role": "role",
        "country": "country",
        "version": "version",
        "disabled_reason": "disabled",
    }
    output.print_rows(rows, columns, empty="No destinations yet. Add one: leadgate destinations add NAME --url URL")


@app.command()
def disable(
    name: Annotated[str, typer.Argument(help="Which destination.")],
    *,
    reason: Annotated[
        str, typer.Option(help="Why: by_hand, moved, maintenance, contract_ended or incident.")
    ] = "by_hand",
    as_json: Json = False,
) -> None:
    """Send nothing more to a destination; adding it again enables it.

    It ends when what had begun before has ended too, after 15 seconds at most, and lists that.
    """
    done = perform("destinations.disable", name=name, reason=reason)
    if as_json:
        output.print_json(done)
    else:
        output.say(f"Nothing more is sent to {done['name']}.")
        for flying in done["in_flight"]:
            output.say(f"Was already under way: {flying['delivery_id']} of {flying['lead_id']} ({flying['outcome']}).")

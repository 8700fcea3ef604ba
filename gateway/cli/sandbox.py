"""`leadgate sandbox`: servers to try things with, on this machine alone."""

import asyncio
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from connectors.kit.shapes import is_domain
from gateway.cli import output
from gateway.cli.files import read_secret
from gateway.cli.serve import Stop
from gateway.errors import SetupError

app = typer.Typer(no_args_is_help=True)

Port = Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")]
_SECRET_BYTES: Final = 32
_BODY_CHARACTERS: Final = 20_000


@app.command()
def dns(
    *,
    port: Port = 0,
    zone: Annotated[Path | None, typer.Option(help="A zone file of your own; see gateway/sandbox/zone.yaml.")] = None,
) -> None:
    """Answer DNS questions from a zone file: invented companies, and domains that fail on purpose."""
    asyncio.run(_dns(port, zone))


@app.command()
def vendors(*, port: Port = 0) -> None:
    """Answer like vendors of company data and of mailbox checks, with their limits and traps."""
    asyncio.run(_vendors(port))


@app.command()
def inbox(
    *,
    port: Port = 0,
    secret: Annotated[str | None, typer.Option(help="The whsec_ secret to check with; made when not given.")] = None,
    secret_file: Annotated[
        Path | None, typer.Option(help="A file that holds it, - for standard input: `ps` shows what is typed.")
    ] = None,
) -> None:
    """Receive webhooks, check each signature, and show each message."""
    asyncio.run(_inbox(port, read_secret(secret, secret_file)))


async def _dns(port: int, zone: Path | None) -> None:
    from gateway.sandbox.dns import DnsServer  # noqa: PLC0415 - each server loads what it needs
    from gateway.sandbox.zone import load_zone  # noqa: PLC0415 - as above

    stop = Stop()
    async with DnsServer(load_zone(zone), port=port) as server:
        typer.echo(f"Sandbox DNS answers on {server.address} (Ctrl-C stops it)")
        output.say(f"To have Leadgate ask it: export LEADGATE_DNS_SERVERS={server.address}")
        await stop.asked.wait()


async def _vendors(port: int) -> None:
    from gateway.sandbox.vendors import KEY, VENDORS, Vendors  # noqa: PLC0415 - as above
    from gateway.sandbox.vendors.people_data_labs import SCRIPT  # noqa: PLC0415 - as above

    stop = Stop()
    try:
        async with Vendors(port=port, on_reply=_say_reply) as server:
            host, taken = server.address
            typer.echo(f"Sandbox vendor answers on http://{host}:{taken}/v5/company/enrich (Ctrl-C stops it)")
            known = ", ".join(sorted(name for name in SCRIPT if "." in name))
            output.say(f"It knows the key {KEY} and these domains: {known}.")
            output.say(
                f"To have Leadgate ask it: export LEADGATE_CONNECTORS__PEOPLE_DATA_LABS__API_KEY={KEY}, "
                f"then leadgate serve --sandbox-vendors {host}:{taken}"
            )
            output.say(
                f"It plays {len(VENDORS)} vendors and sources: docs/how-to/try-things-by-hand.md says how to ask them."
            )
            await stop.asked.wait()
    except OSError as error:
        raise SetupError(f"The vendor cannot listen there: {error.strerror}; choose another --port.") from None


async def _inbox(port: int, secret: str | None) -> None:
    from gateway.release.kit.signing import write_secret  # noqa: PLC0415 - as above
    from gateway.sandbox.inbox import Inbox  # noqa: PLC0415 - as above

    stop = Stop()
    screen = output.console()
    checked = secret or write_secret(os.urandom(_SECRET_BYTES))
    try:
        async with Inbox(checked, port, on_receive=lambda message: _show(screen, message)) as server:
            typer.echo(f"Sandbox inbox listens on {server.url} (Ctrl-C stops it)")
            typer.echo(f"Its secret: {checked}")
            await stop.asked.wait()
    except OSError as error:
        raise SetupError(f"The inbox cannot listen there: {error.strerror}; choose another --port.") from None


def _say_reply(vendor: str, subject: str, status: int) -> None:
    """Show who was asked about which companies: only domains, since names and numbers may be a person's."""
    asked = subject.split()
    about = f" about {', '.join(asked)}" if asked and all(map(is_domain, asked)) else ""
    typer.echo(f"{datetime.now().astimezone():%H:%M:%S} {vendor} was asked{about}: {status}")


def _show(screen: Console, message: Any) -> None:  # noqa: ANN401 - `Received`, which is loaded with the inbox
    """Show a message, and below it, where the eye is when a long one has scrolled by, what is to be known of it."""
    try:
        read = json.loads(message.body)
        text = json.dumps(read, indent=2, ensure_ascii=False)
    except ValueError:
        read, text = None, message.body.decode("utf-8", "replace")
    cut = "" if len(text) <= _BODY_CHARACTERS else f"\n… and {len(text) - _BODY_CHARACTERS} characters more"
    screen.print(f"\n{text[:_BODY_CHARACTERS]}{cut}", markup=False, soft_wrap=True)
    state = "[green]signature holds[/green]" if message.verified else f"[red]{output.words(message.problem)}[/red]"
    told = "".join(f", {output.words(each)}" for each in _told(read))
    name = output.words(message.id or "without an id")
    screen.print(f"[bold]{message.at:%H:%M:%S} {message.method} {name}[/bold]: {state}{told}", soft_wrap=True)


def _told(message: Any) -> list[str]:  # noqa: ANN401 - whatever somebody sent
    """What a lead's message says at first sight; nothing where it is another's."""
    try:
        permit = message["data"].get("permit", {})
        may = [f"{name} {permit[name]['status']}" for name in sorted(permit) if name.startswith("may_")]
        return [f"{message['type']} {message['data']['lead']['id']}", *may]
    except (AttributeError, KeyError, TypeError):
        return []

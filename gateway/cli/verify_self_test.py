"""`leadgate verify self-test`: whether SMTP probing may start, and what to do where it may not."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from gateway.cli import output
from gateway.cli.output import Json
from gateway.cli.session import founded, perform
from gateway.settings import Settings, load

_COLOURS: Final = {"passed": "green", "failed": "red", "could_not_tell": "yellow"}


def self_test(
    *,
    resume: Annotated[
        str | None, typer.Option(help="First lift the pause of this group of mail servers, as it is listed; * for all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check whether mail servers may be asked for mailboxes; fails where probing would not start."""
    settings = load()
    if resume is not None:
        perform("probes.resume", group=resume)
    found = perform("probes.self_test") if founded(settings) else asyncio.run(_alone(settings))
    if as_json:
        output.print_json(found)
    else:
        _show(found)
    if not found["ready"]:
        raise typer.Exit(1)


async def _alone(settings: Settings) -> Mapping[str, Any]:
    # Imported here, so that a command that a server answers starts in half the time.
    from gateway.cli.acts_probes import told  # noqa: PLC0415 - as above
    from gateway.wiring import probing_alone  # noqa: PLC0415 - as above

    async with probing_alone(settings) as (_client, asked):
        return await told(asked, datetime.now(UTC))


def _show(found: Mapping[str, Any]) -> None:
    screen = output.console()
    for check in found["checks"]:
        paint = _COLOURS[check["state"]]
        state = check["state"].replace("_", " ")
        screen.print(f"[bold]{check['name']}[/bold]: [{paint}]{state}[/{paint}]  {output.words(check['says'])}")
    for pause in found["paused"]:
        screen.print(
            f"paused until {pause['until']}: [bold]{output.words(pause['group'])}[/bold], "
            f"refusals {pause['refusals']}: {output.words(pause['why'])}"
        )
    if not found["ready"]:
        screen.print("Probing does not start.")
    elif not found["on"]:
        screen.print("Probing may start: switch it on with LEADGATE_SMTP__PROBE=true.")
    else:
        screen.print("Probing may start.")

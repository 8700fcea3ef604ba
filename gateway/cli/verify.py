"""`leadgate verify`: check addresses and numbers by hand; nothing is stored and no data directory is needed."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from gateway.cli import output, verify_replies, verify_self_test
from gateway.cli.output import Json
from gateway.errors import Invalid
from gateway.intake.kit.countries import CODES
from gateway.settings import Settings, load
from gateway.verification.meanings import MEANINGS
from gateway.verification.model import RegionHint, RegionSource
from gateway.verification.phone import judge
from gateway.verification.reasons import Level, ReasonCode

app = typer.Typer(no_args_is_help=True)
app.command("replies")(verify_replies.replies)
app.command("self-test")(verify_self_test.self_test)

_LEVELS = tuple(Level)


@app.command()
def email(
    values: Annotated[list[str], typer.Argument(help="Addresses, as they were typed.")],
    *,
    level: Annotated[str | None, typer.Option(help="How far to check: syntax, lists, dns, smtp or vendor.")] = None,
    sandbox_vendors: Annotated[
        str | None,
        typer.Option(help="To try things by hand: where `leadgate sandbox vendors` listens, in place of vendors."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check e-mail addresses. An undeliverable address is an answer, not an error."""
    settings = load()
    wanted = level or settings.verification_level
    if wanted not in _LEVELS:
        raise Invalid(f"A level is one of {', '.join(_LEVELS)}.")
    found = asyncio.run(_emails(values, Level(wanted), settings, sandbox_vendors))
    _show(values, found, as_json=as_json)


@app.command()
def phone(
    values: Annotated[list[str], typer.Argument(help="Numbers, as they were typed.")],
    *,
    region: Annotated[
        str | None, typer.Option(help="The country whose national form a number without + has, like DE.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check phone numbers; nobody is asked."""
    if region is not None and region.upper() not in CODES:
        raise Invalid("A region is the two letters of a country, like DE (ISO 3166-1 alpha-2).")
    hints = () if region is None else (RegionHint(source=RegionSource.DEFAULT, region=region.upper()),)
    now = datetime.now(UTC)
    _show(values, [judge(value, regions=hints, now=now).to_json() for value in values], as_json=as_json)


async def _emails(values: Sequence[str], level: Level, settings: Settings, vendors: str | None) -> list[dict[str, Any]]:
    # Imported here: checking numbers needs no DNS and none of the wiring.
    from gateway.sandbox.detour import detour_for  # noqa: PLC0415 - as above
    from gateway.wiring import Sandbox, checking  # noqa: PLC0415 - as above

    sandbox = Sandbox() if vendors is None else detour_for(settings, vendors)
    async with checking(settings, sandbox) as verifier:
        verdicts = await verifier.emails(values, level=level, now=datetime.now(UTC))
    return [verdict.to_json() for verdict in verdicts]


def _show(values: Sequence[str], verdicts: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    if as_json:
        output.print_json([{"value": value, **found} for value, found in zip(values, verdicts, strict=True)])
        return
    screen = output.console()
    for value, found in zip(values, verdicts, strict=True):
        colour = {"deliverable": "green", "valid": "green", "undeliverable": "red", "invalid": "red"}
        verdict = found["verdict"]
        paint = colour.get(verdict, "yellow")
        screen.print(
            f"[bold]{output.words(value)}[/bold]: [{paint}]{verdict}[/{paint}] "
            f"(level {found['level']}, score {found['score']})"
        )
        for reason in found["reasons"]:
            screen.print(
                f"  {reason['code']}: {output.words(MEANINGS[ReasonCode(reason['code'])].meaning)}", style="dim"
            )
        if found.get("suggestion"):
            screen.print(f"  Did you mean {output.words(found['suggestion'])}?")

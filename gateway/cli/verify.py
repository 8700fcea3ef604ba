"""`leadgate verify`: check addresses and numbers by hand; of what is checked nothing is stored.

No data directory is needed. Where there is one, mail servers are asked by its gateway, in its pace.
"""

import asyncio
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gateway.cli import output, verify_replies, verify_self_test
from gateway.cli.files import PolicyFile, Shipped
from gateway.cli.output import Json
from gateway.cli.session import founded, perform
from gateway.cli.values import country, parts
from gateway.cli.verdicts import Listing, in_json
from gateway.errors import Invalid
from gateway.policies.described import effective, rows
from gateway.policies.loading import load_verification, shipped_verification
from gateway.settings import Settings, load
from gateway.verification.explain import Line
from gateway.verification.numbering.hints import region_hints
from gateway.verification.phone import judge
from gateway.verification.phone_formats import detail_lines, detailed
from gateway.verification.probes.register_file import Keys
from gateway.verification.probes.registers import Registers, asked
from gateway.verification.reasons import Level
from gateway.verification.vendors.values import Vendor

app = typer.Typer(no_args_is_help=True)
app.command("replies")(verify_replies.replies)
app.command("self-test")(verify_self_test.self_test)

LEVELS: Final = (Level.SYNTAX, Level.LISTS, Level.DNS, Level.SMTP, Level.VENDOR)
"""How far a check of an address can be wanted to go."""

Table = Annotated[bool, typer.Option("--table", help="Print one line per value.")]
File = Annotated[Path | None, typer.Option("--file", help="A file with one value a line; - is standard input.")]


@app.command()
def email(
    values: Annotated[
        list[str] | None, typer.Argument(help="Addresses, as they were typed; - is standard input.")
    ] = None,
    *,
    level: Annotated[
        str | None,
        typer.Option(help="How far to check: syntax, lists, dns, smtp or vendor; the last two where set up."),
    ] = None,
    file: File = None,
    words: Annotated[
        str | None, typer.Option(help="Tell it in a vendor's words too: zerobounce, neverbounce, kickbox or hunter.")
    ] = None,
    sandbox_vendors: Annotated[
        str | None,
        typer.Option(help="To try things by hand: where `leadgate sandbox vendors` listens, in place of vendors."),
    ] = None,
    table: Table = False,
    as_json: Json = False,
) -> None:
    """Check e-mail addresses and explain what was found. An undeliverable address is an answer, not an error."""
    settings = load()
    wanted = level or settings.verification_level
    if wanted not in LEVELS:
        raise Invalid(f"A level is one of {', '.join(LEVELS)}.")
    vendor = None if words is None else _vendor(words)
    if vendor is not None and table:
        raise Invalid("--table has no place for a vendor's words: leave it out, or print --json.")
    with Listing(as_json=as_json, as_table=table) as listing:
        if wanted == Level.SMTP and settings.smtp.probe and sandbox_vendors is None and founded(settings):
            _at_the_gateway(parts(values, file), vendor, listing)
            return
        asked = _emails(parts(values, file), Level(wanted), vendor, listing, settings=settings, detour=sandbox_vendors)
        asyncio.run(asked)


@app.command()
def phone(
    values: Annotated[
        list[str] | None, typer.Argument(help="Numbers, as they were typed; - is standard input.")
    ] = None,
    *,
    region: Annotated[
        str | None, typer.Option(help="The country whose national form a number without + has, like DE.")
    ] = None,
    details: Annotated[
        bool, typer.Option("--details", help="Add formats, operator, time zones and place to the JSON.")
    ] = False,
    file: File = None,
    table: Table = False,
    as_json: Json = False,
) -> None:
    """Check phone numbers and explain what was found; only the do-not-call registers imported here are asked."""
    hints = region_hints(told=None if region is None else country(region))
    registers = _registers(load())
    now = datetime.now(UTC)
    with closing(registers), Listing(as_json=as_json, as_table=table) as listing:
        for part in parts(values, file):
            for value in part:
                verdict = asked(registers, judge(value, regions=hints, now=now), now=now)
                # Looking details up loads tables that a list of numbers has no use for.
                more = detailed(verdict) if details or not (table or as_json) else {}
                told = {**verdict.to_json(), **({"details": more} if details else {})}
                listing.add(value, told, detail_lines(more))


@app.command()
def policy(
    file: PolicyFile = None,
    *,
    shipped: Shipped = False,
    as_json: Json = False,
) -> None:
    """Read a verification policy as the gateway would, and print what it does, or what is wrong with it."""
    if shipped:
        sys.stdout.write(shipped_verification())
        return
    told = effective(load_verification(file or load().verification_policy))
    if as_json:
        output.print_json(told)
    else:
        output.print_rows(
            list(rows(told)), {"about": "about", "case": "case", "then": "then"}, empty="It does nothing."
        )


async def _emails(
    values: Iterable[list[str]],
    level: Level,
    vendor: Vendor | None,
    listing: Listing,
    *,
    settings: Settings,
    detour: str | None,
) -> None:
    # Imported here: checking numbers needs no DNS and none of the wiring.
    from gateway.sandbox.detour import detour_for  # noqa: PLC0415 - as above
    from gateway.wiring import Sandbox, checking  # noqa: PLC0415 - as above

    async with checking(settings, Sandbox() if detour is None else detour_for(settings, detour)) as verifier:
        for part in values:
            verdicts = await verifier.emails(part, level=level, now=datetime.now(UTC))
            for value, verdict in zip(part, verdicts, strict=True):
                told = in_json(verdict, vendor)
                listing.add(value, told, _vendor_lines(told))


def _at_the_gateway(values: Iterable[list[str]], vendor: Vendor | None, listing: Listing) -> None:
    """Have the gateway that is set up here ask mail servers: a pace of one's own would be one too many."""
    for part in values:
        for value, told in zip(part, perform("probes.emails", values=part, words=vendor), strict=True):
            listing.add(value, told, _vendor_lines(told))


def _registers(settings: Settings) -> Registers:
    """The do-not-call registers of the gateway that is set up here; where there is none, none of them is checked."""

    @cache
    def keys() -> Keys:
        # Imported here: only a file that is there needs the keys, and the wiring.
        from gateway.cli.registers import keys_of  # noqa: PLC0415 - as above

        return keys_of(settings)

    return Registers(settings.registers_dir, keys)


def _vendor(name: str) -> Vendor:
    if name not in Vendor.__members__.values():
        raise Invalid(f"Words are known of {', '.join(Vendor)}.")
    return Vendor(name)


def _vendor_lines(told: Mapping[str, Any]) -> Iterator[Line]:
    if (words := told.get("words")) is not None:
        sub = words["sub_status"]
        yield Line("words", words["status"] if sub else "", sub or words["status"])

"""`leadgate leads`: leads, what happened to them and why."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from gateway.cli import output
from gateway.cli.golden import print_golden
from gateway.cli.output import Json
from gateway.cli.session import perform
from gateway.cli.verdicts import print_lines
from gateway.errors import Invalid
from gateway.facts import ENRICHMENT
from gateway.verification.explain import Line, explain, explain_company

app = typer.Typer(no_args_is_help=True)

_INDENT: Final = 6
_RESOLVE: Final = re.compile(
    r"POST /v1/leads/\{id\}/holds/(?P<reason>[a-z0-9_]+):resolve(?: \(it needs (?P<needs>[a-z0-9_, ]+)\))?"
)


@app.command("list")
def list_(
    *,
    status: Annotated[str | None, typer.Option(help="released, held, rejected, …")] = None,
    stage: Annotated[str | None, typer.Option(help="prospect, inquiry or qualified.")] = None,
    source: Annotated[str | None, typer.Option(help="The source's key.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why it was held or rejected.")] = None,
    after: Annotated[str | None, typer.Option(help="The id that the last list ended with.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 50,
    as_json: Json = False,
) -> None:
    """List leads, oldest first; nothing personal is in the list."""
    wanted = {"status": status, "stage": stage, "source": source, "reason": reason, "after": after}
    rows = perform("leads.list", limit=limit, wanted=wanted)
    if as_json:
        output.print_json(rows)
        return
    columns = {"id": "lead", "status": "status", "reason": "reason", "source": "source", "received_at": "received"}
    output.print_rows(rows, columns, empty="No leads here.")


@app.command()
def show(
    lead_id: Annotated[str, typer.Argument(help="The lead's id, ld_…")],
    *,
    whole: Annotated[
        bool, typer.Option("--verdicts", help="Explain the verdicts with facts, score and evidence.")
    ] = False,
    golden: Annotated[
        bool, typer.Option("--company", help="Explain what is known of the company: sources, conflicts, costs.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show where a lead stands, what happened to it, and why. That it was looked at stands in the log."""
    lead = perform("leads.show", lead_id=lead_id)
    if as_json:
        output.print_json(lead)
        return
    screen = output.console()
    reason = f" ({lead['reason']})" if lead["reason"] else ""
    screen.print(
        f"[bold]{lead['id']}[/bold]  {lead['stage']} from {lead['source']}: [bold]{lead['status']}[/bold]{reason}"
    )
    _print_verdicts(screen, lead, whole=whole)
    for mark in lead["signals"]["spam"]:
        output.print_indented(screen, Text(f"marked {mark['code']}: {mark['says']}"), 2, hanging=2)
    if lead["site"]:
        output.print_indented(screen, Text(f"sent from {lead['site']}"), 2, hanging=2)
    if lead["enrichment"]:
        asked = ", ".join(f"{name} {mark}" for name, mark in lead["enrichment"].items())
        output.print_indented(screen, Text(f"connectors: {asked}"), 2, hanging=2)
    if lead["fields"]:
        output.print_indented(screen, Text(f"added by connectors: {', '.join(lead['fields'])}"), 2, hanging=2)
    if golden:
        print_golden(screen, lead["golden"])
    screen.print("\n[bold]What happened[/bold]")
    columns = {"at": "time", "what": "what", "destination": "destination", "reason": "reason", "entry": "entry"}
    output.print_rows(lead["timeline"], columns, empty="Nothing yet.")
    screen.print("\n[bold]Why[/bold]")
    print_explained(lead_id, lead["explain"])


@app.command()
def resolve(
    lead_id: Annotated[str, typer.Argument(help="The lead's id, ld_…")],
    reason: Annotated[str, typer.Argument(help="The reason it is held for.")],
    *,
    note: Annotated[str, typer.Option(help="How this is known; it stands in the log.")],
    fact: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE: a fact that the hold asks for; may be repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """End a hold with evidence; the lead goes on from there.

    What the evidence changed is printed, and what still waits. Evidence that changes nothing is refused and not kept.
    """
    facts = dict(_fact(each) for each in fact or ())
    done = perform("leads.resolve", lead_id=lead_id, reason=reason, facts=facts, note=note)
    if as_json:
        output.print_json(done)
    else:
        output.say(f"{done['id']} goes on as {done['status']}.")
        for use in done["changed"]:
            output.say(f"  {_where(use)}: {use['before'][0]} ({use['before'][1]}) -> {use['after'][0]}")
        for use in done["still_held"]:
            output.say(f"  {_where(use)} still waits ({use['after'][1]}): {use['says']}.")


def print_explained(lead_id: str, decisions: list[Mapping[str, Any]]) -> None:
    """Print what was found and decided in plain words, each with its ground and the command that ends a hold."""
    screen = output.console()
    if not decisions:
        screen.print("Nothing was decided yet.", style="dim", soft_wrap=True)
    for each in decisions:
        where = _where(each)
        colour = {"ALLOW": "green", "HOLD": "yellow", "DENY": "red"}[each["outcome"]]
        screen.print(f"[{colour}]{each['outcome']:5}[/{colour}] {where}: {output.words(each['reason'])}")
        for sentence in each["says"]:
            text = _RESOLVE.sub(lambda found: _command(lead_id, found), sentence)
            output.print_indented(screen, Text(text, style="dim"), _INDENT, hanging=2)


def _print_verdicts(screen: Console, lead: Mapping[str, Any], *, whole: bool) -> None:
    for name in ("email", "phone"):
        if verdict := lead[name]:
            screen.print(f"  {name}: {verdict['verdict']}, level {verdict['level']}, score {verdict['score']}")
            print_lines(screen, _as_far_as(explain(verdict), whole=whole), indent=4)
    if company := lead["company"]:
        screen.print(f"  company: {company['verdict']}")
        print_lines(screen, _as_far_as(explain_company(company), whole=whole), indent=4)


def _as_far_as(lines: Iterable[Line], *, whole: bool) -> Iterator[Line]:
    """The lines of an explanation, or those that say why alone."""
    return (line for line in lines if whole or line.part == "reasons")


def _where(decision: Mapping[str, Any]) -> str:
    """What a decision is about."""
    if decision["recipient"] is None:
        return f"verification, {decision['channel']}" if decision["channel"] else "verification"
    if decision["recipient"] == ENRICHMENT:
        return "enrichment, asking vendors"
    if decision["purpose"] == decision["channel"]:
        return f"{decision['recipient']}, {decision['purpose']}"
    return f"{decision['recipient']}, {decision['purpose']} by {decision['channel']}"


def _command(lead_id: str, found: re.Match[str]) -> str:
    """The command that does what a call over HTTP does."""
    needs = [need.strip() for need in (found["needs"] or "").split(",") if need.strip()]
    facts = "".join(f" --fact {need}=…" for need in needs)
    return f"leadgate leads resolve {lead_id} {found['reason']}{facts} --note …"


def _fact(text: str) -> tuple[str, object]:
    """Read NAME=VALUE; the value is JSON where it is any, else a text."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Invalid("A fact is written NAME=VALUE.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value

"""`leadgate connectors certify`, `check` and `try`: what a connector does, before leads go through it."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final, TypeVar

import typer

from connectors.discovery import discover
from connectors.errors import BadPlugin
from connectors.kit import Answer, Connector, LookupOutcome, Query, VendorHttp
from connectors.kit.free_check import free_check
from connectors.kit.schema import is_personal
from gateway.cli import output
from gateway.cli.golden import money
from gateway.cli.output import Json
from gateway.enrichment import Installed, Question, install
from gateway.enrichment.asker import Asker
from gateway.enrichment.caller import Result
from gateway.enrichment.feed import Feeds
from gateway.enrichment.tools import Tools
from gateway.enrichment.transport import ClockDeadline
from gateway.errors import Invalid, SetupError
from gateway.settings import Settings, load
from gateway.wiring import Sandbox
from gateway.wiring.alone import asking

T = TypeVar("T")
_SECONDS: Final = 30
_FAILED: Final = 1
_ANSWERED: Final = frozenset(
    {LookupOutcome.MATCH, LookupOutcome.PARTIAL, LookupOutcome.NO_MATCH, LookupOutcome.SUPPRESSED_BY_VENDOR}
)
"""How a question ends that was answered; that the source does not know the company, or may not tell, is one."""

Names = Annotated[list[str] | None, typer.Argument(help="Connectors, by id.")]
SandboxVendors = Annotated[
    str | None,
    typer.Option(help="To try things by hand: where `leadgate sandbox vendors` listens, in place of vendors."),
]


def certify(
    names: Names = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every installed connector.")] = False,
    as_json: Json = False,
) -> None:
    """Run the certificate that every connector must pass: by itself, then behind the gateway on loopback."""
    from gateway.sandbox.certificate import certify as certified  # noqa: PLC0415 - a server that nobody else needs

    found = _chosen(load(), names, every=every)
    rows: list[dict[str, Any]] = []
    for name, plugin in found.items():
        began = time.monotonic()
        try:
            checked = asyncio.run(certified(plugin))
            wrong = [{"check": each.check, "why": each.wrong} for each in checked if each.wrong]
        except BadPlugin as error:
            checked, wrong = (), [{"check": "fixtures", "why": str(error)}]
        seconds = round(time.monotonic() - began, 2)
        rows.append({"id": name, "checks": len(checked), "seconds": seconds, "certified": not wrong, "wrong": wrong})
    if as_json:
        output.print_json(rows)
    else:
        columns = {"id": "connector", "certified": "certified", "checks": "checks", "seconds": "seconds"}
        output.print_rows(rows, columns, empty="No connectors.")
        for row in rows:
            for each in row["wrong"]:
                output.say(f"{row['id']}: {each['check']}: {each['why']}")
    if not all(row["certified"] for row in rows):
        raise typer.Exit(_FAILED)


def check(names: Names = None, *, sandbox_vendors: SandboxVendors = None, as_json: Json = False) -> None:
    """Ask each vendor that the settings name whether the key works, by a call that costs nothing."""
    settings = load()
    found = discover(settings.connectors_folder)
    ready = install(found, settings.connectors)
    set_up = {name: entry for name, entry in ready.items() if name in settings.connectors}
    chosen = _named(ready, names) if names else set_up
    rows = asyncio.run(_check_all(settings, chosen, sandbox_vendors))
    if as_json:
        output.print_json(rows)
    else:
        output.print_rows(rows, {"id": "connector", "works": "works", "says": "says"}, empty="No connector is set up.")
    if any(row["works"] is False for row in rows):
        raise typer.Exit(_FAILED)


def try_(  # noqa: PLR0913 - one option per field of a question
    name: Annotated[str, typer.Argument(help="The connector, by id.")],
    *,
    domain: Annotated[str | None, typer.Option(help="company.domain")] = None,
    website: Annotated[str | None, typer.Option(help="company.website")] = None,
    company: Annotated[str | None, typer.Option(help="company.name")] = None,
    country: Annotated[str | None, typer.Option(help="company.country, like DE")] = None,
    vat_id: Annotated[str | None, typer.Option(help="company.vat_id")] = None,
    email: Annotated[str | None, typer.Option(help="person.email")] = None,
    full_name: Annotated[str | None, typer.Option(help="person.full_name")] = None,
    phone: Annotated[str | None, typer.Option(help="person.phone")] = None,
    pay: Annotated[bool, typer.Option("--pay", help="Make the call although it may cost money.")] = False,
    sandbox_vendors: SandboxVendors = None,
    as_json: Json = False,
) -> None:
    """Ask one connector one question, and show what came of it; nothing is stored.

    Ends with 1 where no answer came: it could not be reached, refused the key, or could not work with the question.
    """
    settings = load()
    found = discover(settings.connectors_folder)
    entry = _named(install(found, settings.connectors), [name], known=found)[name]
    facts = {
        "company.domain": domain,
        "company.website": website,
        "company.name": company,
        "company.country": country,
        "company.vat_id": vat_id,
        "person.email": email,
        "person.full_name": full_name,
        "person.phone": phone,
    }
    given = {field: value for field, value in facts.items() if value}
    cost = entry.manifest.cost
    if not cost.free and not pay and sandbox_vendors is None:
        raise Invalid(f"A call to {name} may cost {cost.per_call} {cost.currency}. Add --pay to make it.")
    if any(map(is_personal, entry.manifest.sends)):
        output.say(f"{name} is asked about a person, without a decision: whoever asks by hand answers for it.")
    result = asyncio.run(_try(settings, entry, given, sandbox_vendors))
    _show(entry, result, as_json=as_json)
    if result.answer is None or result.answer.outcome not in _ANSWERED:
        raise typer.Exit(_FAILED)


def _chosen(settings: Settings, names: Sequence[str] | None, *, every: bool) -> Mapping[str, type[Connector]]:
    found = discover(settings.connectors_folder)
    if every == bool(names):
        raise Invalid("Name the connectors to certify, or say --all.")
    return found if every else _named(found, names or ())


def _named(found: Mapping[str, T], names: Iterable[str], known: Iterable[str] = ()) -> dict[str, T]:
    for name in names:
        if name not in found and name in known:
            raise SetupError(f"{name} is not set up: LEADGATE_CONNECTORS__{name.upper()}__… holds its settings.")
        if name not in found:
            raise Invalid(f"There is no connector {name} here; `leadgate connectors list` shows them.")
    return {name: found[name] for name in names}


def _sandbox(settings: Settings, place: str | None) -> Sandbox:
    if place is None:
        return Sandbox()
    from gateway.sandbox.detour import detour_for  # noqa: PLC0415 - as above

    return detour_for(settings, place)


async def _check_all(settings: Settings, ready: Mapping[str, Installed], place: str | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    async with asking(settings, _sandbox(settings, place)) as tools:
        for name, entry in ready.items():
            if entry.manifest.check is None and entry.manifest.erasures is None:
                rows.append({"id": name, "works": None, "says": "no free call tells"})
                continue
            against, says = None, ""
            if entry.manifest.check is not None:
                against = await free_check(entry.manifest, entry.values, _bound(entry, tools))
            if entry.manifest.erasures is not None and against is None:
                against, says = await _erasures(entry, tools)
            says = says if against is None else f"{against.outcome} ({against.reason})"
            rows.append({"id": name, "works": against is None, "says": says})
    return rows


def _bound(entry: Installed, tools: Tools) -> VendorHttp:
    deadline = ClockDeadline(clock=tools.clock, ends=tools.clock.now() + timedelta(seconds=_SECONDS))
    return VendorHttp(
        manifest=entry.manifest, http=tools.http, secrets=entry.secrets, deadline=deadline, hosts=entry.hosts
    )


async def _erasures(entry: Installed, tools: Tools) -> tuple[Answer | None, str]:
    """Read the vendor's list of erased records; why it cannot be read, or how long it is."""
    count = 0

    async def each(ids: Sequence[str]) -> None:
        nonlocal count
        count += len(ids)

    against = await Feeds([entry], tools).read(entry.manifest.id, each)
    return against, f"lists {count} erased records"


async def _try(settings: Settings, entry: Installed, facts: Mapping[str, str], place: str | None) -> Result:
    async with asking(settings, _sandbox(settings, place)) as tools:
        query = Query.project(entry.manifest, facts)
        question = Question(lead_id="by_hand", facts=facts, personal_allowed=True)
        deadline = ClockDeadline(clock=tools.clock, ends=tools.clock.now() + timedelta(seconds=_SECONDS))
        result, _shared = await Asker(tools).ask(entry, query, question, deadline)
        return result


def _show(entry: Installed, result: Result, *, as_json: bool) -> None:
    answer = result.answer
    told = {
        "connector": entry.manifest.source,
        "outcome": str(result.skip) if answer is None else answer.outcome.value,
        "reason": "" if answer is None else answer.reason,
        "retry_at": result.retry_at,
        "attempts": result.attempts,
        "cost": money({entry.manifest.cost.currency: result.cost_micros}),
        "record": None if answer is None else answer.record,
    }
    rows = [
        {"field": seen.field, "value": seen.value, "confidence": round(seen.confidence, 3), "method": seen.method}
        for seen in (answer.observations if answer is not None else ())
    ]
    if as_json:
        output.print_json({**told, "observations": rows})
        return
    output.say(", ".join(f"{name} {output.words(value)}" for name, value in told.items() if value not in ("", None)))
    columns = {"field": "field", "value": "value", "confidence": "sure", "method": "how"}
    output.print_rows(rows, columns, empty="Nothing was observed.")

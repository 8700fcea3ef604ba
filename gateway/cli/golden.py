"""What is known of a lead's company and why, at the terminal: fields, connectors, costs."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from gateway.cli import output

_INDENT: Final = 4
_MONEY: Final = 100


def print_golden(screen: Console, told: Mapping[str, Any]) -> None:
    """Print each field with its winner and its losers, each connector with why it was asked, and what all cost."""
    screen.print("\n[bold]What is known of the company[/bold]")
    for field in told["fields"]:
        _print_field(screen, field)
    if not told["fields"]:
        screen.print("Nothing yet.", style="dim")
    screen.print("\n[bold]Who was asked[/bold]")
    for asked in told["connectors"]:
        paid = f" ({money({asked['currency']: asked['cost_minor']})})" if asked["cost_minor"] else ""
        line = Text(f"{asked['connector']}: {output.words(asked['mark'])}{paid}. {asked['says']}")
        output.print_indented(screen, line, 2, hanging=2)
    wanted = told["goal"]["open"]
    if wanted:
        still = ", ".join(f"{name} ({want})" for name, want in wanted.items())
        output.print_indented(screen, Text(f"still wanted: {still}"), 2, hanging=2)
    screen.print(
        f"  cost: {money(told['costs']) or 'nothing'}; who is believed: {told['merge_policy']}", soft_wrap=True
    )


def money(costs: Mapping[str, int]) -> str:
    """Amounts in hundredths as people read them, by currency."""
    return ", ".join(f"{minor / _MONEY:.2f} {currency}" for currency, minor in sorted(costs.items()))


def _print_field(screen: Console, field: Mapping[str, Any]) -> None:
    mark = " [yellow]conflict[/yellow]" if field["conflict"] else ""
    value = "no value" if field["value"] is None else _short(field["value"])
    line = Text.from_markup(f"[bold]{field['field']}[/bold]{mark}: ")
    line.append(f"{value} ({_sources(field['winners'])})" if field["winners"] else value)
    output.print_indented(screen, line, 2, hanging=2)
    for loser in field["losers"]:
        text = f"{loser['source']}: {_short(loser['value'])}. {loser['says']}"
        output.print_indented(screen, Text(text, style="dim"), _INDENT, hanging=2)


def _sources(origins: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(f"{each['source']} {each['confidence']:.2f}" for each in origins))


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

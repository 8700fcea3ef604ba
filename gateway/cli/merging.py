"""`leadgate connectors merging`: who is believed where sources say different things of a company."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import output
from gateway.cli.output import Json
from gateway.policies.loading import load_merge, shipped_merge
from gateway.policies.merge import rows
from gateway.settings import load


def merging(
    file: Annotated[
        Path | None, typer.Argument(help="A policy of your own; without it, the one in force here.")
    ] = None,
    *,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="Print the file that comes with the gateway, to make your own of.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read a merge policy as the gateway would, and print who is believed first, or what is wrong with it."""
    if shipped:
        sys.stdout.write(shipped_merge())
        return
    policy = load_merge(file or load().enrichment.merge_policy)
    if as_json:
        output.print_json({"fingerprint": policy.fingerprint, **policy.to_json()})
    else:
        output.print_rows(
            [dict(row) for row in rows(policy)],
            {"about": "about", "case": "case", "then": "then"},
            empty="It says nothing.",
        )

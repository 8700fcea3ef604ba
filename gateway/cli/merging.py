"""`leadgate connectors merging`: who is believed where sources say different things of a company."""

import sys

from gateway.cli import output
from gateway.cli.files import PolicyFile, Shipped
from gateway.cli.output import Json
from gateway.policies.loading import load_merge, shipped_merge
from gateway.policies.merge import rows
from gateway.settings import load


def merging(
    file: PolicyFile = None,
    *,
    shipped: Shipped = False,
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

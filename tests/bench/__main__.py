"""`python -m tests.bench [--smoke]`: measure, print the table, fail where something has become slower."""

import argparse
import sys

from tests.bench import dns, enrichment, intake, journey, technology, verification
from tests.bench.table import SMOKE, Row, over_budget, show, slower


def main() -> int:
    """Run all rows; the short run has fewer leads and forgives more. A missed budget is told, a lost level fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="the short run: under five minutes")
    smoke = parser.parse_args().smoke
    rows: list[Row] = []
    rows += intake.measure(rounds=5, count=1_500 if smoke else 10_000)
    rows += journey.measure(rounds=3 if smoke else 5, count=1_000 if smoke else 2_000)
    rows += enrichment.measure(rounds=3 if smoke else 10)
    rows += verification.measure(rounds=5, count=50_000 if smoke else 1_000_000, part=5_000 if smoke else 50_000)
    rows += dns.measure(rounds=5 if smoke else 10, count=10_000 if smoke else 100_000)
    rows += technology.measure(rounds=30 if smoke else 100)
    show(rows)
    for row in over_budget(rows):
        print(f"over budget: {row.what}: {row.figure:,.3g} of {row.budget:,.3g}", file=sys.stderr)
    bad = slower(rows, SMOKE if smoke else 1.0)
    for row in bad:
        print(f"slower: {row.what}: {row.ratio:.2f} of {row.beside}, was {row.floor:.2f}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())

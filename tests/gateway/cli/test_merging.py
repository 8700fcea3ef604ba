"""`leadgate connectors merging`: the policy in force, one of one's own, and one that is wrong."""

import json
from pathlib import Path

from tests.gateway.cli.programs import environment, typed


def test_a_merge_policy_is_printed_or_its_faults(tmp_path: Path) -> None:
    """The one that comes along, a file named on the line, the one that a setting names, and a fault."""
    shipped = typed("connectors", "merging", "--shipped", folder=tmp_path).stdout
    told = json.loads(typed("connectors", "merging", "--json", folder=tmp_path).stdout)
    assert (told["one"], told["fingerprint"].partition(":")[0]) == ({"strategy": "priority"}, "merge-1")
    assert "companies_house or gleif" in typed("connectors", "merging", folder=tmp_path).stdout
    own = tmp_path / "own.yaml"
    own.write_text(shipped.replace("one: {strategy: priority}", "one: {strategy: most_recent}"), encoding="utf-8")
    named = json.loads(typed("connectors", "merging", "own.yaml", "--json", folder=tmp_path).stdout)
    env = environment(tmp_path, enrichment__merge_policy="own.yaml")
    set_up = json.loads(typed("connectors", "merging", "--json", folder=tmp_path, env=env).stdout)
    assert named == set_up
    assert (named["one"], named["fingerprint"] == told["fingerprint"]) == ({"strategy": "most_recent"}, False)
    own.write_text(shipped.replace("version: 1", "version: 2"), encoding="utf-8")
    done = typed("connectors", "merging", "own.yaml", folder=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "own.yaml is not a merge policy: version: is 1, without quotes" in " ".join(done.stderr.split())

"""A policy told in the words of its file, and as a table."""

from pathlib import Path

import yaml

from gateway.policies.described import effective, rows
from gateway.policies.loading import load_verification, parse_verification

TEXT = (Path(__file__).parents[3] / "gateway/policies/verification.yaml").read_text(encoding="utf-8")


def test_what_is_told_reads_back_as_the_same_policy() -> None:
    """Nothing of a policy is left out: a file made of what is told holds the same one."""
    own = parse_verification(
        TEXT.replace("risky_when: []", "risky_when: [role]")
        .replace("accepted_doubts: []", "accepted_doubts: [catch_all_domain]")
        .replace("weights: {}", "weights: {mx_found: 40}")
        .replace("allow: []", "allow: [acme.com]")
        .replace("deny: []", "deny: [bücher.example]")
        .replace("deliverable: {action: release}", "deliverable: {action: release, hold_below: 60}", 1)
    )
    told = effective(own)
    lists = {name: told[name] for name in ("accepted_doubts", "weights", "allow", "deny")}
    email = {**told["email"], **lists, "risky_when": ["role"]}
    phone = {**told["phone"], "types": told["types"]}
    assert told["risky_when"] == ["role_address"]
    assert parse_verification(yaml.safe_dump({"version": 2, "email": email, "phone": phone})) == own


def test_the_table_has_a_row_for_every_case() -> None:
    """Each verdict, each type of number, and each entry of a list says what follows."""
    told = effective(load_verification())
    table = [(row["about"], row["case"], row["then"]) for row in rows(told)]
    assert ("e-mail", "unknown", "retry after 15, 60, 240 minutes, then hold") in table
    assert ("e-mail", "risky", "release; email held") in table
    assert ("phone", "valid", "no limit") in table
    assert ("phone type", "premium_rate", "call denied, sms denied") in table
    more = {**told, "deny": ["acme.com"], "weights": {"mx_found": 3}, "risky_when": ["role_address"]}
    added = [(row["about"], row["then"]) for row in rows(more)][len(table) :]
    assert added == [("risky_when", "taken for a risk"), ("deny", "a doubt"), ("weights", "3 points")]
    more["email"] = {**told["email"], "risky": {**told["email"]["risky"], "hold_below": 20}}
    assert "release; hold under a score of 20; email held" in [row["then"] for row in rows(more)]

"""The packs for people, and the difference between two policies."""

from dataclasses import replace

from consent.handbook import diff, document, what_if
from consent.pack_reader import read_pack
from consent.packs import shipped_packs
from consent.policy import Policy, accept
from consent.terms import Channel, Purpose
from tests.consent.test_packs import FALLBACK, GOOD
from tests.consent.worlds import NOW, policy, usual


def test_every_rule_is_documented_with_its_citation() -> None:
    """Each rule's id, citation and confidence stand in one row of the handbook, and conditions read as words."""
    rows = document(shipped_packs()).splitlines()
    for pack in shipped_packs():
        for rule in pack.rules:
            row = next(line for line in rows if line.startswith(f"| `{rule.id}` |"))
            assert rule.citation in row
            assert row.endswith(f"| {rule.confidence} |")
    assert any("register_screened_at within P28D" in row for row in rows)
    assert any("from 2026-08-01" in row for row in rows)
    assert any("not (recipient_country is one of @eea_uk_ch)" in row for row in rows)


def test_two_policies_are_compared_by_rule() -> None:
    """A rule that reads otherwise is changed, one that is new is added, one that is gone is removed."""
    old = Policy(packs=(read_pack("a", GOOD), read_pack("b", FALLBACK)))
    other = read_pack("a", GOOD.replace("the person agreed", "the person said yes").replace("T-veto", "T-other"))
    found = diff(old, Policy(packs=(other, read_pack("b", FALLBACK))))
    assert (found.added, found.removed, found.changed) == (("T-other",), ("T-veto",), ("T-permit",))


def test_what_if_counts_what_would_change() -> None:
    """Taking the acceptance of one pack back shows which allowances would wait."""
    facts = [usual(purpose, Channel.EMAIL, place) for purpose in Purpose for place in ("US", "DE")]
    facts = [replace(known, controller_country="US", recipient_country="US") for known in facts[:4]]
    packs = shipped_packs()
    less = Policy(packs=packs, acceptances=accept(packs, "base", by="Dana Officer", at=NOW))
    assert dict(what_if(facts, policy(), less, NOW)) == {("us", "ALLOW", "HOLD"): 1}
    assert not what_if(facts, policy(), policy(), NOW)

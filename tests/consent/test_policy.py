"""Which packs speak, and what acceptance does."""

from dataclasses import replace

import pytest

from consent.engine import decide
from consent.errors import UnknownRuleError
from consent.pack_reader import read_pack
from consent.packs import shipped_packs
from consent.policy import Policy, accept
from consent.rules import RuleKind
from consent.terms import Channel, Outcome, Purpose
from tests.consent.test_packs import FALLBACK, GOOD
from tests.consent.worlds import NOW, policy, usual

BY = {"by": "Dana Officer", "at": NOW}


def test_an_unaccepted_permit_holds() -> None:
    """What the law would allow waits until somebody at the deployer has accepted the rule, and says how."""
    known = usual(Purpose.INQUIRY_RESPONSE, Channel.EMAIL, "DE")
    fresh = decide(known, Policy(packs=shipped_packs()), NOW)
    assert (fresh.outcome, fresh.reason) == (Outcome.HOLD, "policy_not_accepted")
    assert fresh.way_out is not None
    assert fresh.way_out.call == "leadgate policy accept base:BASE-inquiry-own-system --as NAME"


def test_accepting_follows_the_way_out() -> None:
    """The selector that the HOLD names ends it, and accepts nothing else."""
    packs = shipped_packs()
    given = accept(packs, "base:BASE-inquiry-own-system", **BY)  # type: ignore[arg-type] # by and at
    assert [(each.pack, each.rule, each.by, each.at) for each in given] == [
        ("base", "BASE-inquiry-own-system", "Dana Officer", NOW)
    ]
    some = Policy(packs=packs, acceptances=given)
    assert decide(usual(Purpose.INQUIRY_RESPONSE, Channel.EMAIL, "DE"), some, NOW).outcome is Outcome.ALLOW
    mail = replace(usual(Purpose.MARKETING, Channel.EMAIL, "US"), controller_country="US", recipient_country="US")
    assert decide(mail, some, NOW).reason == "policy_not_accepted"


def test_all_and_pack_select_permits_only() -> None:
    """Vetoes and duties need no acceptance and get none."""
    packs = shipped_packs()
    permits = {rule.id for pack in packs for rule in pack.rules if rule.kind is RuleKind.PERMIT}
    assert {each.rule for each in accept(packs, "all", **BY)} == permits  # type: ignore[arg-type] # as above
    assert {each.pack for each in accept(packs, "uk", **BY)} == {"uk"}  # type: ignore[arg-type] # as above


@pytest.mark.parametrize("selector", ["", "atlantis", "de:US-email-opt-out", "base:BASE-suppression", "ALL", "de:"])
def test_a_selector_that_matches_nothing_is_an_error(selector: str) -> None:
    """A typing slip is told, not ignored; `de:` alone means the pack."""
    if selector == "de:":
        assert accept(shipped_packs(), selector, **BY)  # type: ignore[arg-type] # as above
        return
    with pytest.raises(UnknownRuleError, match="name PACK, PACK:RULE or all"):
        accept(shipped_packs(), selector, **BY)  # type: ignore[arg-type] # as above


def test_a_changed_rule_waits_for_a_new_acceptance() -> None:
    """After an update the changed rule holds again while the unchanged one goes on."""
    fallback = read_pack("b", FALLBACK)
    given = accept((read_pack("a", GOOD), fallback), "all", **BY)  # type: ignore[arg-type] # as above
    updated = Policy(packs=(read_pack("a", GOOD.replace("the person agreed", "they did")), fallback), acceptances=given)
    accepted = {rule.id for pack in updated.packs for rule in pack.rules if rule.fingerprint in updated.accepted}
    assert accepted == {"F-permit"}


def test_the_policy_fingerprint_covers_packs_and_acceptances() -> None:
    """It changes with either and does not depend on order or on who accepted."""
    packs = shipped_packs()
    everything = accept(packs, "all", by="Somebody Else", at=NOW)
    assert Policy(packs=packs[::-1], acceptances=everything[::-1]).fingerprint == policy().fingerprint
    assert Policy(packs=packs).fingerprint != policy().fingerprint


@pytest.mark.parametrize(
    ("code", "region"),
    [
        ("DE", "de"),
        ("FR", "eu"),
        ("NO", "eu"),
        ("GB", "uk"),
        ("US", "us"),
        ("US-CA", "us-ca"),
        ("US-NY", "us"),
        ("BR", "fallback"),
    ],
)
def test_a_country_belongs_to_its_most_specific_pack(code: str, region: str) -> None:
    """State before country before fallback."""
    assert policy().region(code) == region


def test_national_permits_replace_and_duties_add_up() -> None:
    """Germany has its own permits for e-mail, and the base's vetoes and the EU's duties beside them."""
    plan = policy().plan("de", "DE", Purpose.MARKETING, Channel.EMAIL)
    assert {rule.id for rule in plan.permits} == {"DE-message-consent", "DE-email-soft-opt-in"}
    assert {"BASE-suppression", "EU-list-proof"} <= {rule.id for rule in plan.restrictions}
    letters = policy().plan("de", "DE", Purpose.MARKETING, Channel.POST)
    assert {rule.id for rule in letters.permits} == {"EU-post-assessment", "EU-post-consent"}


def test_duties_follow_the_controller_too() -> None:
    """A US lead of a German controller has the EU's duties but not its permits; an unknown controller has all."""
    german = policy().plan("us", "DE", Purpose.MARKETING, Channel.EMAIL)
    assert "EU-list-proof" in {rule.id for rule in german.restrictions}
    assert {rule.id for rule in german.permits} == {"US-email-opt-out", "US-email-consent"}
    american = policy().plan("us", "US", Purpose.MARKETING, Channel.EMAIL)
    assert not any(rule.id.startswith(("EU-", "UK-")) for rule in american.restrictions)
    unknown = policy().plan("us", None, Purpose.MARKETING, Channel.EMAIL)
    assert {"EU-list-proof", "UK-art14-before-first-message"} <= {rule.id for rule in unknown.restrictions}

"""Reading, linting and testing packs: one broken pack per promise."""

import re

import pytest

from consent.errors import PackLintError, PackSyntaxError, PackTestError, PolicyError
from consent.jurisdiction import EEA
from consent.lint import lint_pack, lint_together
from consent.pack_reader import read_pack
from consent.packs import shipped_packs
from consent.policy import Policy
from consent.rules import RuleKind

GOOD = """
pack: base
title: A small base
version: 1.0.0
jurisdictions: []
reviewed_on: 2026-11-23
rules:
  - id: T-veto
    kind: veto
    purposes: [marketing]
    channels: all
    citation: "GDPR Art. 21"
    confidence: C
    when: {field: objected, op: eq, value: true}
    reason: objected
    says: the person objected
    hold: {reason: unchecked, says: nobody looked, call: "POST /v1/x/{reason}:resolve", needs: [objected]}
    tests:
      - {given: {objected: true}, expect: deny}
      - {given: {objected: false}, expect: pass}
      - {given: {}, expect: unknown}
  - id: T-permit
    kind: permit
    purposes: [marketing]
    channels: [email]
    citation: "GDPR Art. 6(1)(a)"
    confidence: A
    basis: consent
    effective_from: 2026-01-01
    effective_to: 2027-01-01
    when: {all: [{field: consent_status, op: eq, value: granted}, {field: lia_id, op: known}]}
    says: the person agreed
    hold: {reason: needed, says: consent is needed, call: POST /v1/consents, needs: [consent_status]}
    obligations: [identify_sender]
    until: [{field: consent_expires_at, plus: P1D}]
    tests:
      - {given: {consent_status: granted, lia_id: x}, expect: allow}
      - {given: {consent_status: none}, expect: "no"}
      - {given: {lia_id: x}, expect: unknown, now: 2026-05-01T10:00:00+02:00}
"""
FALLBACK = GOOD.replace("pack: base", "pack: fallback\nextends: base").replace("T-", "F-")


def test_a_good_pack_is_read() -> None:
    """Ids, kinds, channels, dates, the way out with its reason filled in, and a stable fingerprint."""
    pack = read_pack("good", GOOD)
    veto, permit = pack.rules
    assert (pack.id, pack.extends, veto.kind, permit.kind) == ("base", None, RuleKind.VETO, RuleKind.PERMIT)
    assert [channel.value for channel in veto.channels] == ["email", "call", "sms", "post"]
    assert veto.hold.call == "POST /v1/x/unchecked:resolve"
    assert permit.effective_from is not None
    assert permit.until[0].field == "consent_expires_at"
    assert re.fullmatch(r"[0-9a-f]{64}", pack.fingerprint)


def test_a_fingerprint_is_about_content() -> None:
    """Comments and layout leave it; one changed word changes the pack's and that rule's, not the other rule's."""
    pack = read_pack("good", GOOD)
    assert read_pack("good", "# a comment\n" + GOOD.replace("[email]", "[ email ]")).fingerprint == pack.fingerprint
    changed = read_pack("good", GOOD.replace("the person agreed", "the person said yes"))
    assert changed.fingerprint != pack.fingerprint
    assert changed.rules[0].fingerprint == pack.rules[0].fingerprint
    assert changed.rules[1].fingerprint != pack.rules[1].fingerprint


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title: A small base\n", "", "missing: title"),
        ("title:", "colour: red\ntitle:", "not known here: colour"),
        ("version: 1.0.0", "version: one", "does not have the form"),
        ("pack: base", "pack: BASE", "does not have the form"),
        ("reviewed_on: 2026-11-23", "reviewed_on: lately", "does not have the form"),
        ("jurisdictions: []", "jurisdictions: DE", "a list is expected"),
        ('    citation: "GDPR Art. 21"\n', "", "missing: citation"),
        ('citation: "GDPR Art. 21"', 'citation: "  "', "a text is expected"),
        ("confidence: C", "confidence: D", "none of A, B, C"),
        ("kind: veto", "kind: ban", "none of veto, duty, permit"),
        ("purposes: [marketing]", "purposes: [spam]", "none of inquiry_response"),
        ("purposes: [marketing]", "purposes: []", "without gaps or repetitions"),
        ("purposes: [marketing]", "purposes: [marketing, marketing]", "without gaps or repetitions"),
        ("channels: [email]", "channels: [fax]", "none of email"),
        ("id: T-veto", "id: veto of mine", "does not have the form"),
        ("op: eq, value: true", "op: equals, value: true", "rule T-veto"),
        ("reason: objected\n", "reason: Objected!\n", "does not have the form"),
        ("call: POST /v1/consents", "call: ask Dana", "does not have the form"),
        ("needs: [objected]", "needs: [mood]", "mood is no fact"),
        ("expect: deny", "expect: allow", "expects one of deny, pass, unknown"),
        ("given: {objected: true}", "given: {objected: maybe}", "objected"),
        ("given: {objected: true}", "given: [objected]", "given is a map"),
        ("given: {objected: true}", "given: {mood: true}", "no such field"),
        ("effective_from: 2026-01-01", "effective_from: spring", "rule T-permit"),
        ("field: consent_expires_at, plus", "field: lia_id, plus", "lia_id is no time"),
        ("plus: P1D", "plus: a day", "no duration"),
        ("basis: consent", "basis: hope", "none of consent"),
        ("rules:\n", "rules: none\nrulez:\n", "not known here: rulez"),
    ],
)
def test_a_misspelt_pack_is_refused(old: str, new: str, says: str) -> None:
    """The reader names pack, place and reason."""
    assert old in GOOD
    with pytest.raises(PackSyntaxError, match=re.escape(says)) as caught:
        read_pack("mine", GOOD.replace(old, new, 1))
    assert "pack mine" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "{field: objected, op: eq, value: true}",
            "{field: lia_id, op: known}",
            "a veto uses known only under a `not`",
        ),
        (
            "{field: objected, op: eq, value: true}",
            "{not: {not: {field: lia_id, op: exists}}}",
            "a veto uses exists only",
        ),
        ("{field: lia_id, op: known}]", "{not: {field: lia_id, op: known}}]", "a permit uses known only positively"),
        ("id: T-permit", "id: T-veto", "named twice: T-veto"),
        ("    reason: objected\n", "", "a veto needs a reason"),
        ("    basis: consent\n", "", "a permit names its basis"),
        (
            "    says: the person objected",
            "    obligations: [x_y_z]\n    says: the person objected",
            "only a permit carries",
        ),
        ("effective_to: 2027-01-01", "effective_to: 2026-01-01", "effective_to must come after"),
        ("    basis: consent\n", "    basis: consent\n    follows: [lead, controller]\n", "follows the lead only"),
        ("      - {given: {}, expect: unknown}\n", "", "no test makes its condition unknown"),
        ("      - {given: {objected: false}, expect: pass}\n", "", "no test makes its condition false"),
        ("      - {given: {objected: true}, expect: deny}\n", "", "no test makes its condition true"),
        ("pack: base", "pack: atlantis", "may name no jurisdiction"),
    ],
)
def test_a_pack_that_could_permit_wrongly_is_refused(old: str, new: str, says: str) -> None:
    """Polarity, shape and completeness of tests are linted when a pack is read."""
    assert old in GOOD
    with pytest.raises(PackLintError, match=re.escape(says)):
        read_pack("mine", GOOD.replace(old, new, 1))


def test_a_pack_whose_own_test_fails_is_refused() -> None:
    """A rule that does not do what its test says does not load; the error names rule, test, expected and got."""
    with pytest.raises(PackTestError, match="rule T-veto, test 1: expected TRUE, got FALSE"):
        read_pack("mine", GOOD.replace("value: true}", "value: false}", 1))


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (FALLBACK.replace("F-veto", "T-veto"), "named twice: T-veto"),
        (
            FALLBACK.replace("pack: fallback", "pack: other").replace("jurisdictions: []", "jurisdictions: [DE]"),
            "must be there",
        ),
        (FALLBACK.replace("extends: base", "extends: nowhere"), "does not end at base"),
        (FALLBACK.replace("extends: base", "extends: fallback"), "does not end at base"),
        (FALLBACK.replace("pack: fallback\nextends: base", "pack: fallback"), "does not end at base"),
    ],
)
def test_packs_must_fit_together(second: str, says: str) -> None:
    """Unique rules, a base and a fallback, and no circle."""
    packs = (read_pack("one", GOOD), read_pack("two", second))
    with pytest.raises(PackLintError, match=re.escape(says)):
        lint_together(packs)
    with pytest.raises(PolicyError):
        Policy(packs=packs)


def test_two_packs_cannot_both_claim_a_country() -> None:
    """Which law applies must not depend on the order of files."""
    one = FALLBACK.replace("pack: fallback", "pack: one").replace("[]", "[DE]", 1).replace("F-", "ONE-")
    two = FALLBACK.replace("pack: fallback", "pack: two").replace("[]", "[DE]", 1).replace("F-", "TWO-")
    packs = [read_pack(name, text) for name, text in (("a", GOOD), ("b", FALLBACK), ("c", one), ("d", two))]
    with pytest.raises(PackLintError, match="named twice: DE"):
        lint_together(packs)


def test_the_shipped_packs_are_fit() -> None:
    """Every shipped rule passes its lint and its own tests; the countries are the ones promised."""
    packs = {pack.id: pack for pack in shipped_packs()}
    assert set(packs) == {"base", "eu", "de", "uk", "us", "us-ca", "fallback"}
    assert {*packs["eu"].jurisdictions, *packs["de"].jurisdictions} == EEA
    assert "NO" in packs["eu"].jurisdictions
    for pack in packs.values():
        lint_pack(pack)
        for rule in pack.rules:
            assert len(rule.tests) >= 2
            assert "{" not in rule.hold.call.replace("{id}", "")

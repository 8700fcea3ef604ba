"""What a decision carries beside its outcome: due times, ends, dates in force, and the holds that no rule gives."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.decision import explain
from consent.engine import decide
from consent.errors import FactsError
from consent.facts import Facts
from consent.pack_reader import read_pack
from consent.policy import Policy, accept
from consent.terms import Channel, Outcome, Purpose, SourceKind, Standing
from tests.consent.test_cases import ANSWER, DIAL, DOI, IN_US, LIST, MAIL, PARTNER, PASS_ON, SCREENED, TOLD
from tests.consent.test_packs import FALLBACK, GOOD
from tests.consent.worlds import NOW, policy, usual

ALLOW, HOLD = Outcome.ALLOW, Outcome.HOLD
MARKETING, POST = Purpose.MARKETING, Channel.POST


def test_the_notice_to_listed_people_has_a_due_time() -> None:
    """GDPR Art. 14(3)(a): a month after the data came in, by the calendar."""
    known = replace(usual(*MAIL, "DE"), **LIST, data_obtained_at=NOW.replace(month=1, day=31))  # type: ignore[arg-type] # fields
    decided = decide(known, policy(), NOW)
    assert decided.due == NOW.replace(month=2, day=28)
    assert any("due by 2026-02-28" in line for line in explain(decided))


def test_an_allow_ends_when_its_ground_ends() -> None:
    """Consent that lapses, an assessment to be renewed, a screening that ages: `until` says so."""
    lapses = NOW + timedelta(days=9)
    by_consent = replace(usual(*MAIL, "DE"), **DOI, consent_expires_at=lapses)  # type: ignore[arg-type] # fields
    assert decide(by_consent, policy(), NOW).until == lapses
    by_screening = replace(usual(*DIAL, "GB"), **SCREENED)  # type: ignore[arg-type] # fields
    assert decide(by_screening, policy(), NOW).until == NOW + timedelta(days=26)
    assert decide(usual(*ANSWER, "DE"), policy(), NOW).until is None


def test_a_rule_counts_from_its_date() -> None:
    """California's deletion platform binds from 1 August 2026 and not a moment earlier."""
    known = replace(usual(*PASS_ON, "US-CA"), **PARTNER, **IN_US, source_kind=SourceKind.SCRAPED)  # type: ignore[arg-type] # fields
    known = replace(known, drop_checked_at=NOW - timedelta(days=900), notice14_sent_at=NOW)
    first = NOW.replace(month=8, day=1, hour=0)
    assert decide(known, policy(), first).reason == "deletion_platform_unchecked"
    assert decide(known, policy(), first - timedelta(microseconds=1)).outcome is ALLOW


def test_an_incomplete_question_is_none() -> None:
    """Without a purpose or a channel nothing can be decided, and the caller is told what is missing."""
    for known in (Facts(), Facts(purpose=MARKETING), Facts(channel=POST)):
        with pytest.raises(FactsError, match="purpose"):
            decide(known, policy(), NOW)


def test_no_rule_holds() -> None:
    """A use that no installed pack speaks of waits, and its way out is to ask for it no more."""
    packs = (read_pack("a", GOOD), read_pack("b", FALLBACK))
    decided = decide(replace(usual(MARKETING, POST, "US"), **IN_US), Policy(packs=packs), NOW)  # type: ignore[arg-type] # fields
    assert (decided.outcome, decided.reason, decided.rule) == (HOLD, "no_rule", None)
    assert decided.way_out is not None
    assert decided.other_ways == ()


def test_a_hold_names_the_grounds_that_are_still_open() -> None:
    """What evidence could still make true is offered, the usual ground first; what is ruled out for good is not."""
    held = decide(usual(*MAIL, "DE"), policy(), NOW)
    assert [way.call.rpartition("/")[2] for way in held.ways] == ["consents", "soft_opt_in_unmet:resolve"]
    assert "relationship" in held.ways[1].needs
    assert any(line.startswith("Or: POST /v1/leads/{id}/holds/soft_opt_in_unmet:resolve") for line in explain(held))
    assert held.waits_for("consent_needed")
    assert held.waits_for("soft_opt_in_unmet")
    assert not held.waits_for("assessment_missing")
    bought = decide(replace(usual(*MAIL, "DE"), **LIST, **TOLD), policy(), NOW)  # type: ignore[arg-type] # fields
    assert [way.call for way in bought.ways] == ["POST /v1/consents"]
    partner = decide(replace(usual(Purpose.ANALYTICS, Channel.STORAGE, "US"), **PARTNER, **IN_US), policy(), NOW)  # type: ignore[arg-type] # fields
    assert (partner.reason, partner.other_ways) == ("analytics_consent_needed", ())


def test_a_conflict_is_decided_by_the_strictest_wherever_it_stands() -> None:
    """The order of the candidates changes nothing, and the decision says whose law it was."""
    for places in (("US", "DE"), ("DE", "US")):
        decided = decide(usual(*MAIL, *places), policy(), NOW)
        assert (decided.outcome, decided.region) == (HOLD, "de")


def test_every_rule_that_was_asked_is_recorded_once() -> None:
    """The trail names vetoes, duties and permits, and a rule that does not depend on the country only once."""
    decided = decide(usual(*MAIL, "US", "DE"), policy(), NOW)
    names = [result.rule for result in decided.evaluated]
    assert {"BASE-suppression", "EU-list-proof", "US-email-opt-out", "DE-message-consent"} <= set(names)
    assert {name for name in names if names.count(name) > 1} == {"BASE-transfer"}


def test_a_decision_is_stored_as_plain_values() -> None:
    """Everything an auditor needs, in JSON values, with times in UTC."""
    known = replace(usual(*MAIL, "DE"), **DOI, consent_expires_at=NOW + timedelta(days=1))  # type: ignore[arg-type] # fields
    stored = decide(known, policy(), NOW).to_mapping()
    assert (stored["outcome"], stored["rule"], stored["pack"]) == ("ALLOW", "DE-message-consent", "de")
    assert (stored["until"], stored["decided_at"]) == ("2026-11-24T12:00:00Z", "2026-11-23T12:00:00Z")
    assert stored["way_out"] is None
    assert {"rule": "BASE-suppression", "kind": "veto", "result": "false"} in stored["evaluated"]  # type: ignore[operator] # a list
    held = decide(usual(*MAIL, "DE"), policy(), NOW).to_mapping()
    assert held["way_out"] == {
        "call": "POST /v1/consents",
        "needs": ["consent_status", "consent_mechanism", "consent_notice", "consent_evidence"],
    }


def test_the_earliest_end_counts() -> None:
    """A permit with two moments lapses at the first that is known."""
    two = "[{field: consent_expires_at, plus: P1D}, {field: lia_valid_until}]"
    text = GOOD.replace("[{field: consent_expires_at, plus: P1D}]", two)
    packs = (read_pack("a", text), read_pack("b", FALLBACK.replace("[marketing]", "[analytics]", 2)))
    small = Policy(packs=packs, acceptances=accept(packs, "all", by="Dana Officer", at=NOW))
    known = Facts(
        purpose=MARKETING,
        channel=Channel.EMAIL,
        jurisdictions=("BR",),
        objected=False,
        consent_status=Standing.GRANTED,
        lia_id="lia-1",
        consent_expires_at=NOW + timedelta(days=2),
        lia_valid_until=NOW + timedelta(days=7),
    )
    assert decide(known, small, NOW).until == NOW + timedelta(days=3)
    assert decide(replace(known, consent_expires_at=None), small, NOW).until == NOW + timedelta(days=7)
    assert decide(replace(known, lia_valid_until=NOW), small, NOW).until == NOW

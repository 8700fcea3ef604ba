"""Why a company is known as it is: winners, losers, connectors and costs, of a lead in memory."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.kit import LookupOutcome
from gateway.cli.golden import money, print_golden
from gateway.cli.output import console
from gateway.desk.company import Believing, explain_company
from gateway.enrichment import Goal, Lost, Skip
from gateway.enrichment.identity import Why
from gateway.enrichment.words import GONE, SUPERSEDED, another, lost, told
from gateway.lead import Company, Lead, Personal
from gateway.lookup import Asked, Lookup, Rejection
from gateway.policies.loading import load_merge
from tests.conformance.journal.examples import lead, submission
from tests.gateway.enrichment.doubles import NOW, observation

BELIEVING = Believing(merging=load_merge(), goal=Goal(required=frozenset({"company.industry", "company.founded_year"})))
LATER = NOW + timedelta(days=3)


def asked(name: str, mark: str = "match", **terms: Any) -> Asked:  # noqa: ANN401 - of a call
    """One connector that was asked."""
    return Asked(connector=f"{name}@1.0.0", mark=mark, called=True, at=NOW, **terms)


def seen(name: str, value: object, source: str, **terms: Any) -> Any:  # noqa: ANN401 - an observation
    """What a connector saw."""
    return replace(observation(value, name=name, source=f"{source}@1.0.0"), **terms)


def known() -> Lead:
    """A lead that two vendors and a register were asked about, one of them twice and one about somebody else."""
    first = Lookup(
        at=NOW,
        asked=(
            asked("gleif"),
            asked("vendor", cost_micros=10, currency="USD", sought={"company.industry": "missing"}),
            asked("wrong", "mismatch", cost_micros=7, currency="EUR", identity="other_domain"),
            Asked(connector="dear@1.0.0", mark="over_budget", called=False, budget="day"),
        ),
        observations=(
            seen("company.name", "Acme Holding SE", "gleif"),
            seen("company.legal_name", "Acme Holding SE", "gleif"),
            seen("company.industry", "tools", "vendor", confidence=0.4),
            seen("person.job_title", "CIO", "vendor"),
        ),
        rejected=(
            Rejection(
                connector="wrong@1.0.0",
                why="other_domain",
                observations=(seen("company.founded_year", 1801, "wrong"),),
            ),
        ),
    )
    second = Lookup(
        at=LATER,
        asked=(asked("vendor", cached=True),),
        observations=(seen("company.industry", "machines", "vendor", confidence=0.4),),
    )
    said = submission(company=Company(name="Acme", website="n/a"))
    return lead(submission=said, lookups=(first, second))


def explained() -> Mapping[str, Any]:
    """The whole explanation."""
    return explain_company(known(), BELIEVING, LATER)


def fields() -> dict[str, Mapping[str, Any]]:
    """Each field that is told, by its name."""
    return {each["field"]: each for each in explained()["fields"]}


def test_the_leads_own_word_stands_and_the_register_is_heard() -> None:
    """Winner and loser with source, terms and reason; that they do not agree is no secret."""
    name = fields()["company.name"]
    assert (name["value"], name["conflict"], name["winners"][0]["source"]) == ("Acme", True, "lead")
    (loser,) = name["losers"]
    assert (loser["source"], loser["why"]) == ("gleif@1.0.0", "human_value_stands")
    assert (loser["licence"], loser["purposes"], loser["cost_micros"]) == ("own-data", ["enrichment"], 0)
    assert "company.website" not in fields(), "n/a says nothing"


def test_what_was_superseded_and_what_is_about_another_company_is_told() -> None:
    """The earlier answer, and what a mismatch said, stand among the losers with their reason and cost."""
    industry = fields()["company.industry"]
    assert industry["value"] == "machines"
    assert [(each["value"], each["why"], each["cost_micros"]) for each in industry["losers"]] == [
        ("tools", "superseded", 10)
    ]
    year = fields()["company.founded_year"]
    assert (year["value"], year["winners"]) == (None, [])
    (loser,) = year["losers"]
    assert (loser["why"], loser["currency"], loser["cost_micros"]) == ("other_domain", "EUR", 7)
    assert "another company" in loser["says"]


def test_nothing_personal_is_told() -> None:
    """A vendor's field about the person stands nowhere in it."""
    assert "CIO" not in json.dumps(explained(), default=str)


def test_each_connector_says_why_and_what_it_cost() -> None:
    """In the order of the look-ups, with the budget that had no room, and the sum by currency."""
    found = explained()
    told_of = [(each["connector"], each["mark"], each["called"]) for each in found["connectors"]]
    assert told_of == [
        ("gleif@1.0.0", "match", True),
        ("vendor@1.0.0", "match", True),
        ("wrong@1.0.0", "mismatch", True),
        ("dear@1.0.0", "over_budget", False),
        ("vendor@1.0.0", "match", True),
    ]
    says = [each["says"] for each in found["connectors"]]
    assert says[1] == "Asked for company.industry (missing). It knows the company."
    assert says[3] == "The budget of the day does not cover one more call."
    assert says[4] == "Asked for all that it knows. Its earlier answer was still kept. It knows the company."
    assert found["costs"] == {"USD": 10, "EUR": 7}


def test_what_is_still_wanted_is_told() -> None:
    """The goal, and what of it is missing or not sure enough."""
    goal = explained()["goal"]
    assert goal["open"] == {"company.founded_year": "missing", "company.industry": "unsure"}
    assert explained()["merge_policy"] == BELIEVING.merging.fingerprint


def test_what_is_given_is_the_same_as_for_asking() -> None:
    """What the person says of themselves is wanted of nobody, here as there."""
    wanted = Goal(required=frozenset({"person.job_title", "company.industry"}))
    person = replace(submission().person, job_title=Personal("CIO"))
    asking = lead(submission=replace(submission(), person=person))
    told_ = explain_company(asking, replace(BELIEVING, goal=wanted), NOW)
    assert told_["goal"]["open"] == {"company.industry": "missing"}


def test_that_nothing_is_left_of_an_answer_is_told() -> None:
    """Its time was over, or it was erased: the connector is not said to know what nobody sees."""
    bare = replace(known(), lookups=tuple(replace(each, observations=()) for each in known().lookups))
    says = {each["connector"]: each["says"] for each in explain_company(bare, BELIEVING, LATER)["connectors"]}
    assert says["gleif@1.0.0"].endswith(GONE)
    assert GONE not in says["dear@1.0.0"]
    assert not any(GONE in each["says"] for each in explained()["connectors"])


def test_what_may_not_be_kept_any_longer_is_not_told() -> None:
    """Also before housekeeping has come by."""
    gone = Lookup(at=NOW, observations=(seen("company.industry", "tools", "vendor", keep_until=LATER),))
    assert explain_company(lead(lookups=(gone,)), BELIEVING, LATER)["fields"] == []


def test_a_lead_that_nobody_was_asked_about() -> None:
    """Nothing is known, nobody was asked, and it cost nothing."""
    found = explain_company(lead(), BELIEVING, NOW)
    assert (found["fields"], found["connectors"], found["costs"]) == ([], [], {})


@pytest.mark.parametrize("mark", [*Skip, *LookupOutcome, "mismatch"])
def test_every_mark_has_its_words(mark: str) -> None:
    """Whatever came of a connector is said in a sentence of its own."""
    unknown = told(Asked(connector="x@1", mark="never", called=False))
    assert told(Asked(connector="x@1", mark=mark, called=mark not in set(Skip))) not in {unknown, ""}


@pytest.mark.parametrize("why", [*Lost, SUPERSEDED])
def test_every_loss_has_its_words(why: str) -> None:
    """Each reason is a sentence."""
    assert lost(why).endswith(".")


def test_every_rejection_has_its_words() -> None:
    """What rejects an answer says so in words of its own."""
    rejecting = [why for why in Why if why.value in {"mail_provider", "no_company_domain", "untold"} or "other" in why]
    assert len({another(why) for why in rejecting}) == len(rejecting) == 6
    assert another("never") not in {another(why) for why in rejecting}


def test_the_terminal_shows_it_all(capsys: pytest.CaptureFixture[str]) -> None:
    """Winner, losers, connectors, what is wanted and what it cost."""
    print_golden(console(), explained())
    shown = " ".join(capsys.readouterr().out.split())
    for part in (
        "company.name conflict: Acme (lead 1.00)",
        "gleif@1.0.0: Acme Holding SE. The lead itself says otherwise, and that is never overwritten.",
        "company.founded_year: no value",
        "wrong@1.0.0: 1801. It is about another company",
        "vendor@1.0.0: match (0.00001 USD). Asked for company.industry (missing).",
        "still wanted: company.founded_year (missing), company.industry (unsure)",
        "cost: 0.000007 EUR, 0.00001 USD; who is believed: merge-1:",
    ):
        assert part in shown, part
    print_golden(console(), explain_company(lead(), BELIEVING, NOW))
    assert "cost: nothing" in capsys.readouterr().out
    assert money({}) == ""

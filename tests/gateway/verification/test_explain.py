"""Explanations know every word of a verdict, and tell nobody's address without the personal part."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.verification.answers import MailOutcome
from gateway.verification.company.claims import Claims, Looked, NameServers
from gateway.verification.company.judge import judge_company
from gateway.verification.company.model import CompanyStanding
from gateway.verification.explain import COMPANIES, LEVELS, REGIONS, VERDICTS, explain, explain_company, scored
from gateway.verification.model import Deliverability, RegionSource, Validity
from gateway.verification.numbering.hints import region_hints
from gateway.verification.phone import judge
from gateway.verification.phone_formats import detail_lines, formats
from gateway.verification.reasons import Level
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.verdicts import email


def test_every_word_has_an_explanation() -> None:
    """Verdicts of both kinds, levels, and who told a region."""
    assert set(VERDICTS) == {*map(str, Deliverability), *map(str, Validity)}
    assert set(LEVELS) == set(map(str, Level))
    assert set(REGIONS) == set(map(str, RegionSource))


@pytest.mark.parametrize("value", ["ada.lovelace@acme.example", "ada@gmial.com", "no address"])
def test_nothing_personal_is_explained_without_the_personal_part(value: str) -> None:
    """Address, domain, suggestion and mail hosts are left out; the rest is explained all the same."""
    lines = list(explain(email(value).to_json(personal=False)))
    said = " ".join(f"{line.name} {line.text}" for line in lines)
    assert not [part for part in ("lovelace", "acme", "gmial", "gmail") if part in said]
    assert {line.part for line in lines} >= {"verdict", "reasons", "facts", "evidence"}
    number = judge("+44 20 7946 0958", now=NOW).to_json(personal=False)
    assert "7946" not in " ".join(line.text for line in explain(number))


def test_a_company_is_explained_without_its_domains() -> None:
    """Why, what is known and what it rests on; no domain and no number, personal part or not."""
    assert set(COMPANIES) == set(map(str, CompanyStanding))
    looked = Looked(names={"acme.de": NameServers(hosts=(), ended=False)})
    claims = Claims(domain="acme.de", website="linkedin.com/company/acme", vat_id="DE143454214")
    told = judge_company(claims, looked, now=NOW).to_json()
    lines = list(explain_company(told))
    said = " ".join(f"{line.name} {line.text}" for line in lines)
    assert not [part for part in ("acme", "linkedin", "143454214") if part in said]
    shown = {line.name: line.text for line in lines}
    assert (lines[0].text, shown["Ask again"][:16]) == (COMPANIES["unknown"], "after 15 minutes")
    assert shown["Passed over"] == "company domain (name_servers_unknown), website (social_profile)"
    assert "Domain named by" not in shown
    known = {
        line.name: line.text for line in explain_company(judge_company(Claims(domain="acme.de"), now=NOW).to_json())
    }
    assert (known["Domain named by"], "domain_given" in known) == ("company domain", True)


def test_waits_and_scores_are_told_in_words() -> None:
    """Minutes and hours; a score of nothing says so."""
    asked = {line.name: line.text for line in explain(email(outcome=MailOutcome.TIMEOUT).to_json())}
    assert asked["Ask again"].startswith("after 15 minutes")
    assert asked["Score 50 of 100"] == scored([]) == "50: nothing counts for or against it."
    hours = {**email(outcome=MailOutcome.TIMEOUT).to_json(), "retry_after": 3600}
    assert "after 1 hour:" in str(list(explain(hours)))
    assert "after 4 hours:" in str(list(explain({**hours, "retry_after": 14_400})))


def test_a_number_is_written_in_its_formats() -> None:
    """As abroad, as at home and as a link, with its extension; no format of what is no number."""
    verdict = judge("020 7946 0958 ext. 12", regions=region_hints(declared="GB"), now=NOW)
    assert formats(verdict) == {
        "international": "+44 20 7946 0958 x12",
        "national": "020 7946 0958 x12",
        "rfc3966": "tel:+44-20-7946-0958;ext=12",
    }
    assert set(formats(judge("no", now=NOW)).values()) == {None}
    milan = judge("+39 02 1234567", now=NOW)
    assert formats(milan)["national"] == "02 123 4567"


@given(st.from_regex(r"\+[1-9]\d{1,2}0{0,3}\d{4,10}", fullmatch=True), st.sampled_from(["CN", "DE", "IT", "LR", "US"]))
@example("+2310023663419", "LR")
@example("01228474287592", "CN")
def test_formats_are_of_the_verdicts_own_number(value: str, region: str) -> None:
    """Whatever zeros it begins with: reading E.164 anew may take them for a trunk prefix."""
    verdict = judge(value, regions=region_hints(declared=region), now=NOW)
    if verdict.evidence.e164 is not None:
        link = formats(verdict)["rfc3966"] or ""
        assert link.removeprefix("tel:").replace("-", "") == verdict.evidence.e164


def test_details_say_nothing_of_what_is_not_known() -> None:
    """A line for what there is; an operator is flagged where people take numbers along."""
    told = {"national": "030 1", "carrier": "Somebody", "original_allocation": False, "time_zones": ["Europe/Berlin"]}
    lines = [(line.name, line.text) for line in detail_lines(told)]
    assert lines == [("National", "030 1"), ("Range given to", "Somebody"), ("Time zones", "Europe/Berlin")]
    moved = {line.name: line.text for line in detail_lines({**told, "original_allocation": True})}
    assert moved["Range given to"] == "Somebody; people take numbers along there, so that it may be another one today"
    assert list(detail_lines({})) == []


def test_many_time_zones_are_counted() -> None:
    """A number of no place has dozens: how many, and three of them."""
    zones = ["America/Adak", "America/Anchorage", "America/Boise", "America/Chicago"]
    assert [line.text for line in detail_lines({"time_zones": zones})] == [f"4, among them {', '.join(zones[:3])}"]
    assert [line.text for line in detail_lines({"time_zones": zones[:3]})] == [", ".join(zones[:3])]


@pytest.mark.parametrize("value", ["no", "030 901820"])
def test_a_number_that_was_not_read_is_explained_as_a_number(value: str) -> None:
    """No word of domains or mailboxes."""
    said = " ".join(line.text for line in explain(judge(value, now=NOW).to_json()))
    assert "it does not show whether there is such a number" in said
    assert not [word for word in ("domain", "mailbox") if word in said]

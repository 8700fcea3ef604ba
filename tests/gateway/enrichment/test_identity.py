"""The identity gate: who speaks of the lead's company, who of another one, and how much a name alone is worth."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import Observation
from gateway.enrichment import Goal
from gateway.enrichment.identity import (
    MAILBOX_PROVIDER,
    WEAK,
    Company,
    Identity,
    Why,
    asked_company,
    identify,
    told_company,
    weighed,
)
from tests.gateway.enrichment.doubles import PAID, World, installed, observation, question

LEAD: Mapping[str, str] = {
    "company.domain": "acme.de",
    "company.name": "Acme Maschinenbau GmbH",
    "company.country": "DE",
    "company.vat_id": "DE136695976",
}


def seen(**told: Any) -> list[Observation]:  # noqa: ANN401 - any shape
    """What a source tells of a company, by field; a list is several values."""
    return [
        observation(value, name=f"company.{name}")
        for name, values in told.items()
        for value in (values if isinstance(values, list) else [values])
    ]


def gate(sent: tuple[str, ...] = ("company.name",), facts: Mapping[str, str] = LEAD, **told: Any) -> Identity:  # noqa: ANN401 - as above
    """What the gate makes of such an answer."""
    return identify(asked_company(facts), sent, seen(**told))


@pytest.mark.parametrize(
    "told",
    [
        {"domain": "acme.de", "name": "Other"},
        {"website": "https://www.acme.de/de/kontakt"},
        {"website": "shop.acme.de"},
        {"website": "https://acme.com", "domains": ["acme.com", "acme.de"]},
        {"vat_id": "DE 136 695 976", "website": "https://acme-group.com"},
        {"identifiers": {"scheme": "vat", "value": "DE136695976"}, "country": "AT"},
        {"identifiers": {"scheme": "vat", "value": "136695976"}, "country": "DE"},
    ],
)
def test_a_domain_or_number_of_the_lead_is_strong(told: dict[str, Any]) -> None:
    """Also as an alias that a redirect or a former name left behind, and with any spelling; nothing is lowered."""
    found = gate(**told)
    assert (found.accepted, found.strong, found.factor) == (True, True, 1.0)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"domain": "bcme.de", "name": "Acme Maschinenbau GmbH", "country": "DE"}, Why.OTHER_DOMAIN),
        ({"website": "https://acme.com", "name": "Acme Maschinenbau GmbH"}, Why.OTHER_DOMAIN),
        ({"vat_id": "DE811193231", "name": "Acme Maschinenbau GmbH"}, Why.OTHER_NUMBER),
        ({"domain": "acme.de", "mailbox_provider": True}, Why.MAIL_PROVIDER),
        ({"domain": "gmail.com", "name": "Acme Maschinenbau GmbH"}, Why.NO_COMPANY_DOMAIN),
        ({"domain": "acme.wixsite.com", "name": "Acme Maschinenbau GmbH"}, Why.NO_COMPANY_DOMAIN),
        ({"name": "Bosch GmbH", "country": "DE"}, Why.OTHER_NAME),
        ({"name": "Acme Maschinenbau GmbH", "country": "US"}, Why.OTHER_NAME),
        ({"name": "Acme Maschinenbau 2 GmbH", "country": "DE"}, Why.OTHER_NAME),
        ({"name": "Acme Maschinenbau II GmbH", "country": "DE"}, Why.OTHER_NAME),
        ({"name": "Acme Maschinenbau AG", "country": "DE"}, Why.OTHER_NAME),
        ({"name": "Acme Maschinenbau", "legal_name": "Acme Maschinenbau AG", "country": "DE"}, Why.OTHER_NAME),
        ({"name": "Acme Maschinenbau Holding GmbH", "country": "DE"}, Why.OTHER_NAME),
        ({"industry": "machinery"}, Why.UNTOLD),
    ],
)
def test_another_company_is_rejected_whole(told: dict[str, Any], why: Why) -> None:
    """A conflict of domain or number, a provider, another name or country, or nothing to go by."""
    found = gate(**told)
    assert (found.why, found.accepted) == (why, False)


def test_a_page_at_a_network_says_nothing_either_way() -> None:
    """A profile is no domain of the company's: the name decides."""
    found = gate(website="https://facebook.com/acme", name="ACME Maschinenbau", country="DE")
    assert found == Identity(why=Why.SAME_NAME, factor=WEAK)


@pytest.mark.parametrize(
    ("name", "country", "factor"),
    [
        ("Acme Maschinenbau GmbH i.L.", "DE", 0.8),
        ("Maschinenbau ACME", "DE", 0.8),
        ("Acme Maschinenbau", None, 0.76),
        ("Acme Maschinenbaus", "DE", 0.777),
    ],
)
def test_a_name_alone_is_weak(name: str, country: str | None, factor: float) -> None:
    """Alike in the same country, it is taken with its confidence lowered; the less is known, the lower."""
    found = gate(name=name, country=[country] if country else [])
    assert found.why is Why.SAME_NAME
    assert found.factor == pytest.approx(factor, abs=0.01)


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (("company.domain", "company.name"), Why.ASKED_BY_DOMAIN),
        (("company.vat_id",), Why.ASKED_BY_NUMBER),
        (("person.email",), Why.ASKED_BY_ADDRESS),
    ],
)
def test_who_was_asked_by_a_key_is_believed(sent: tuple[str, ...], why: Why) -> None:
    """DNS says nothing of names, and is about the domain all the same; another name lowers it."""
    assert gate(sent, technologies={"slug": "m", "name": "M", "category": "mail"}) == Identity(why=why)
    assert gate(sent, name="Acme Maschinenbau") == Identity(why=why)
    assert gate(sent, name="Bosch") == Identity(why=why, factor=0.7)


def test_what_is_about_no_company_is_not_compared() -> None:
    """A mailbox check tells of a mailbox."""
    found = identify(asked_company(LEAD), ("person.email",), [observation("accepted", name="mailbox.finding")])
    assert found == Identity(why=Why.NO_COMPANY_FIELD)


def test_numbers_of_two_countries_are_two() -> None:
    """An Austrian VAT number contradicts no German one; Greece's begin with EL."""
    assert gate(vat_id="ATU12345675", name="Acme Maschinenbau", country="DE").why is Why.SAME_NAME
    greek = asked_company({"company.vat_id": "EL094259216"})
    assert identify(greek, (), seen(vat_id="094259216", country="GR")).why is Why.SAME_NUMBER
    swiss = asked_company({"company.vat_id": "CHE-116.281.710 MWST"})
    assert identify(swiss, (), seen(vat_id="CHE116281710")).why is Why.SAME_NUMBER
    assert identify(swiss, (), seen(vat_id="CHE-116.281.711 TVA", name="A")).why is Why.OTHER_NUMBER


def test_sister_companies_are_told_by_their_numbers() -> None:
    """The same number speaks for a name, another one against it, however long the names are."""
    fund = {"company.name": "Renewable Energy Infrastructure Fund 12 GmbH & Co. KG", "company.country": "DE"}
    same = "Renewable Energy Infrastructure Fund 12"
    assert gate(facts=fund, name=same, country="DE").why is Why.SAME_NAME
    assert gate(facts=fund, name=same.replace("12", "13"), country="DE").why is Why.OTHER_NAME


def test_a_register_number_counts_within_its_register() -> None:
    """The same number in two registers is two companies' own."""
    known = told_company(seen(identifiers=[{"scheme": "register", "value": "HRB 1", "jurisdiction": "Berlin"}]))
    same = seen(identifiers=[{"scheme": "register", "value": "HRB1", "jurisdiction": "berlin"}])
    other = seen(identifiers=[{"scheme": "register", "value": "HRB1", "jurisdiction": "Köln"}], name="Acme")
    assert identify(known, (), same).why is Why.SAME_NUMBER
    assert identify(known, (), other).why is Why.UNTOLD


def test_weighing_lowers_what_is_weak_and_leaves_the_mark_of_a_provider_out() -> None:
    """Confidence is multiplied; what only the gate reads goes no further."""
    told = seen(name="Acme", mailbox_provider=False)
    assert weighed(told, Identity(why=Why.SAME_DOMAIN)) == (told[0],)
    (lowered,) = weighed(told, Identity(why=Why.SAME_NAME, factor=0.8))
    assert (lowered.confidence, lowered.field) == (0.4, "company.name")
    assert told[1].field == MAILBOX_PROVIDER


DOMAINS = st.sampled_from(["acme.de", "www.acme.de", "acme.com", "gmail.com", "x", "facebook.com/acme"])
TOLD = st.fixed_dictionaries(
    {},
    optional={
        "domain": DOMAINS,
        "website": DOMAINS,
        "name": st.one_of(st.text(max_size=20), st.sampled_from(["Acme Maschinenbau", "Acme AG"])),
        "country": st.sampled_from(["DE", "US"]),
        "vat_id": st.sampled_from(["DE136695976", "DE811193231", "x"]),
    },
)
SENT = st.sampled_from([("company.name",), ("company.domain",), ("company.vat_id",)])


@given(TOLD, SENT)
def test_laws_of_the_gate(told: dict[str, Any], sent: tuple[str, ...]) -> None:
    """Whatever is told: confidence never rises, what is strong is whole, and order does not matter."""
    answer = seen(**told)
    found = identify(asked_company(LEAD), sent, answer)
    assert 0 < found.factor <= 1
    assert not found.strong or (found.accepted and found.factor == 1)
    assert identify(asked_company(LEAD), sent, answer[::-1]) == found
    assert identify(asked_company(LEAD).and_also(Company()), sent, answer) == found


async def test_a_mismatch_is_put_aside_and_the_next_stage_is_asked() -> None:
    """What one vendor says of another company is no knowledge: the goal is not met by it, and it is in no record."""
    other = installed("one", provides=["company.name", "company.website"])
    world = World(
        {"one.example": [{"name": "Acme", "website": "https://bcme.example"}], "two.example": [{"name": "Acme"}]},
        [[other], [installed("two")]],
        goal=Goal(required=frozenset({"company.name"})),
    )
    found = await world.engine.enrich(question())
    assert found.marks == {"one": "mismatch", "two": "match"}
    assert {each.source for each in found.observations} == {"two@1.0.0"}
    assert [(each.connector, each.why) for each in found.rejected] == [("one@1.0.0", Why.OTHER_DOMAIN)]
    assert [call.identity and call.identity.why for call in found.calls] == [Why.OTHER_DOMAIN, Why.ASKED_BY_DOMAIN]


async def test_a_mismatch_is_never_kept() -> None:
    """The wrong company's record is no answer to the next question; the paid call is not repeated blindly either."""
    wrong = {"name": "Acme", "website": "https://bcme.example"}
    world = World({"one.example": [wrong]}, [[installed("one", provides=["company.name", "company.website"], **PAID)]])
    first = await world.engine.enrich(question())
    world.restart()
    second = await world.engine.enrich(question(lead_id="ld_2"))
    assert (first.marks, first.costs) == ({"one": "mismatch"}, {"USD": 10})
    assert (second.marks, world.vendors.asked("one.example")) == ({"one": "already_charged"}, 1)


async def test_a_person_of_another_company_is_not_kept_at_all() -> None:
    """What is put aside to explain a mismatch tells of the company alone."""
    person = installed(
        "people",
        subject="person",
        sends=["company.domain", "person.email"],
        provides=["company.website", "person.full_name"],
    )
    world = World({"people.example": [{"website": "https://bcme.example", "full_name": "Somebody Else"}]}, [[person]])
    found = await world.engine.enrich(question(personal_allowed=True))
    assert [each.field for each in found.rejected[0].observations] == ["company.website"]


async def test_later_stages_are_asked_with_what_strong_sources_said() -> None:
    """A country and VAT number from the company's own site lead to the register; what may not be passed on does not."""
    terms = installed("x").manifest.compliance.model_dump() | {"redistribution": True}
    site = installed("site", provides=["company.website", "company.vat_id", "company.name"], compliance=terms)
    vendor = installed("vendor", provides=["company.website", "company.country"])
    needs = {"requires": [["company.vat_id"]], "sends": ["company.vat_id", "company.country"]}
    world = World(
        {
            "site.example": [{"website": "acme.example", "vat_id": "DE136695976", "name": "Acme Maschinenbau"}],
            "vendor.example": [{"website": "acme.example", "country": "DE"}],
            "register.example": [{"name": "Acme"}],
        },
        [[site, vendor], [installed("register", **needs)]],
    )
    found = await world.engine.enrich(question(facts={"company.domain": "acme.example"}))
    assert found.marks == {"site": "match", "vendor": "match", "register": "match"}
    assert found.calls[2].sent == ("company.vat_id",)


async def test_a_register_by_country_is_asked_with_the_country_of_the_seat() -> None:
    """Where a source says no country by itself, that of the headquarters is the company's."""
    terms = installed("x").manifest.compliance.model_dump() | {"redistribution": True}
    site = installed("site", provides=["company.website", "company.headquarters", "company.name"], compliance=terms)
    needs = {
        "requires": [["company.name", "company.country"]],
        "sends": ["company.name", "company.country"],
        "provides": ["company.name", "company.country"],
    }
    seat = {"locality": "Zürich", "country": "CH"}
    script: dict[str, Sequence[Any]] = {
        "site.example": [{"website": "acme.example", "headquarters": seat, "name": "Acme"}],
        "register.example": [{"name": "Acme", "country": "CH"}],
    }
    world = World(script, [[site], [installed("register", **needs)]])
    found = await world.engine.enrich(question(facts={"company.domain": "acme.example"}))
    assert found.marks == {"site": "match", "register": "match"}
    assert found.calls[1].sent == ("company.name", "company.country")


async def test_what_a_strong_source_said_tells_the_next_one_from_others() -> None:
    """A register that has another VAT number than the company's own site is about somebody else."""
    site = installed("site", provides=["company.website", "company.vat_id"])
    by_name = {
        "requires": [["company.name"]],
        "sends": ["company.name"],
        "provides": ["company.name", "company.vat_id"],
    }
    world = World(
        {
            "site.example": [{"website": "acme.example", "vat_id": "DE136695976"}],
            "register.example": [{"name": "Acme", "vat_id": "DE811193231"}],
        },
        [[site], [installed("register", **by_name)]],
    )
    found = await world.engine.enrich(question())
    assert found.marks == {"site": "match", "register": "mismatch"}
    assert found.rejected[0].why == Why.OTHER_NUMBER

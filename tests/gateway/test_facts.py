"""From what is known of a lead to the facts of a question: what is unknown stays unknown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest

from consent.errors import FactsError
from consent.facts import FIELDS, Facts
from consent.fold import ConsentState, state
from consent.ledger import (
    ConsentGranted,
    ConsentWithdrawn,
    Event,
    Notice,
    NoticeServed,
    ObjectionReceived,
    Origin,
    Party,
)
from consent.suppression import SuppressionScope
from consent.terms import (
    Channel,
    EnrichmentScope,
    Mechanism,
    Purpose,
    RecipientRole,
    Relationship,
    SourceKind,
    Standing,
    TransferTool,
)
from gateway.facts import OWNED, Known, Recipient, Vendor, common, enrichment, question, towards
from gateway.lead import Company, Lead, Person, Stage, Submission
from gateway.verification.phone import judge
from tests.conformance.journal.examples import NOW, lead, lookup, observation

CRM = Recipient(
    name="crm", purposes=(Purpose.INQUIRY_RESPONSE,), role=RecipientRole.PROCESSOR, country="DE", transfer=None
)

PROSPECT = Submission(source="web", stage=Stage.PROSPECT)


def told(*events: Event) -> ConsentState:
    """What the ledger says after these events."""
    return state(events, NOW + timedelta(hours=1))


def head(number: int = 1, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """The head of an event of the person's own."""
    made = {"event_id": f"ce_{number:026}", "occurred_at": NOW, "received_at": NOW}
    return {**made, "actor": Party.PERSON, "origin": Origin.SOURCE, **fields}


def known(*events: Event, **fields: Any) -> Known:  # noqa: ANN401 - any field
    """What the store knows after these events."""
    return Known(state=told(*events), **fields)


def asked(made: Lead, what: Known, recipient: Recipient = CRM, **fields: Any) -> Facts:  # noqa: ANN401 - any field
    """The facts of one question."""
    purpose, channel = fields.get("purpose", Purpose.MARKETING), fields.get("channel", Channel.EMAIL)
    return question(towards(common(made, what, "DE"), what, recipient), what, recipient.name, purpose, channel).facts()


def basic(made: Lead, what: Known, controller_country: str | None) -> Facts:
    """The facts that all questions about a lead share."""
    return common(made, what, controller_country).facts()


def phoned(number: str) -> Lead:
    """A lead with a phone number."""
    return lead(phone=judge(number, now=NOW))


def test_an_inquiry_is_a_relationship_and_a_prospect_is_none() -> None:
    """A row of a bought list has asked for nothing, wherever it came in."""
    form = known(source_kind=SourceKind.WEB_FORM)
    facts = basic(lead(), form, "DE")
    assert (facts.relationship, facts.inquiry_received, facts.inquiry_received_at) == (Relationship.INQUIRY, True, NOW)
    assert facts.source_kind is SourceKind.WEB_FORM
    facts = basic(lead(submission=PROSPECT), form, "DE")
    assert (facts.relationship, facts.inquiry_received, facts.inquiry_received_at) == (Relationship.NONE, False, None)
    assert facts.source_kind is SourceKind.PURCHASED_LIST


@pytest.mark.parametrize("kind", [SourceKind.PURCHASED_LIST, SourceKind.SCRAPED, SourceKind.PUBLIC_REGISTER])
def test_who_was_bought_or_found_has_not_asked(kind: SourceKind) -> None:
    """A bought lead that a program posts as an inquiry is none, until somebody says with evidence that it is one."""
    facts = basic(lead(), known(source_kind=kind), "DE")
    assert (facts.relationship, facts.inquiry_received, facts.source_kind) == (Relationship.NONE, False, kind)
    said = {"inquiry_received": True, "inquiry_received_at": NOW.isoformat()}
    assert asked(lead(), known(source_kind=kind, asserted=said)).inquiry_received is True


@pytest.mark.parametrize("kind", [SourceKind.PARTNER_API, SourceKind.EVENT, SourceKind.REFERRAL, SourceKind.MANUAL])
def test_who_was_met_or_passed_on_may_have_asked(kind: SourceKind) -> None:
    """An inquiry at a fair or through a partner is one; where it came from stays known, of prospects too."""
    facts = basic(lead(), known(source_kind=kind), "DE")
    assert (facts.inquiry_received, facts.source_kind) == (True, kind)
    facts = basic(lead(submission=PROSPECT), known(source_kind=kind), "DE")
    assert (facts.inquiry_received, facts.source_kind) == (False, kind)


def test_where_nobody_said_where_people_come_from_no_kind_is_guessed() -> None:
    """An inquiry it is all the same; a prospect was bought until somebody says otherwise."""
    facts = basic(lead(), known(), None)
    assert (facts.source_kind, facts.inquiry_received) == (None, True)
    assert basic(lead(submission=PROSPECT), known(), None).source_kind is SourceKind.PURCHASED_LIST


def test_nothing_known_is_nothing_granted() -> None:
    """Without a ledger nobody has consented, and nobody's country or phone is known."""
    facts = asked(lead(), known())
    assert (facts.consent_status, facts.objected, facts.suppressed) == (Standing.NONE, False, False)
    assert facts.phone_mobile is None
    assert facts.notice_served in {None, False}


def test_where_a_person_is_follows_from_what_was_said() -> None:
    """A declared country speaks; so does the company's, where the person said nothing."""
    declared = lead(submission=Submission(source="web", person=Person(country="FR")))
    assert basic(declared, known(), "DE").jurisdictions == ("FR",)
    state = lead(submission=Submission(source="web", person=Person(country="US", region="US-CA")))
    assert basic(state, known(), "DE").jurisdictions == ("US-CA",)
    company = lead(submission=Submission(source="web", company=Company(country="US")))
    assert "US" in (basic(company, known(), "DE").jurisdictions or ())


@pytest.mark.parametrize(
    ("number", "mobile"), [("+4915112345678", True), ("+493012345678", False), ("+12025550123", None)]
)
def test_a_number_that_may_be_either_is_neither(number: str, *, mobile: bool | None) -> None:
    """Where the plan does not tell mobile from fixed, nobody knows."""
    assert basic(phoned(number), known(), "DE").phone_mobile is mobile


def test_a_recipient_abroad_without_a_tool_has_none_and_one_nowhere_is_unknown() -> None:
    """`none` is known to be absent; without a country nobody knows whether one is needed."""
    assert asked(lead(), known()).transfer_tool is TransferTool.NONE
    assert asked(lead(), known(), replace(CRM, country=None)).transfer_tool is None
    assert asked(lead(), known(), replace(CRM, transfer=TransferTool.SCC)).transfer_tool is TransferTool.SCC


def test_an_independent_controller_is_also_a_disclosure() -> None:
    """GDPR Art. 4(10): passing on to one is decided too, once; a processor of ours is no third party."""
    assert Purpose.DISCLOSURE not in {purpose for purpose, _ in CRM.questions()}
    other = replace(CRM, role=RecipientRole.CONTROLLER)
    assert [pair for pair in other.questions() if pair[0] is Purpose.DISCLOSURE] == [
        (Purpose.DISCLOSURE, Channel.DISCLOSURE)
    ]
    both = replace(other, purposes=(Purpose.DISCLOSURE,))
    assert list(both.questions()) == [(Purpose.DISCLOSURE, Channel.DISCLOSURE)]
    assert len(list(CRM.questions())) == 4


def test_a_suppression_counts_where_its_scope_reaches() -> None:
    """One against marketing leaves the answer to the inquiry alone; one without scope stops everything."""
    partly = known(suppressions=(SuppressionScope(purpose=Purpose.MARKETING, channel=None),))
    assert asked(lead(), partly).suppressed
    assert not asked(lead(), partly, purpose=Purpose.INQUIRY_RESPONSE).suppressed
    wholly = known(suppressions=(SuppressionScope(purpose=None, channel=None),))
    assert asked(lead(), wholly, purpose=Purpose.INQUIRY_RESPONSE).suppressed


def test_the_ledger_answers_for_exactly_this_purpose_and_channel() -> None:
    """A grant for e-mail is none for calls; a withdrawal and an objection stand against what they reach."""
    grant = ConsentGranted(
        **head(), purpose=Purpose.MARKETING, channel=Channel.EMAIL, mechanism=Mechanism.DOUBLE_OPT_IN
    )
    granted = asked(lead(), known(grant))
    assert (granted.consent_status, granted.consent_mechanism) == (Standing.GRANTED, Mechanism.DOUBLE_OPT_IN)
    assert asked(lead(), known(grant), channel=Channel.CALL).consent_status is not Standing.GRANTED
    after = NOW + timedelta(minutes=1)
    withdrawn = ConsentWithdrawn(**head(2, occurred_at=after), purpose=Purpose.MARKETING, channel=None)
    facts = asked(lead(), known(grant, withdrawn))
    assert (facts.consent_status, facts.marketing_optout) == (Standing.WITHDRAWN, True)
    objected = asked(lead(), known(grant, ObjectionReceived(**head(3), purpose=None, channel=None)))
    assert objected.objected


def test_an_opt_out_stands_towards_a_partner_whom_the_consent_does_not_name() -> None:
    """The controller's own system may go by the new consent; another's, only if the person agreed to that one."""
    withdrawn = ConsentWithdrawn(**head(), purpose=Purpose.MARKETING, channel=Channel.EMAIL)
    after = NOW + timedelta(minutes=1)
    agreed = ConsentGranted(
        **head(2, occurred_at=after, received_at=after, evidence=("proof",)),
        purpose=Purpose.MARKETING,
        channel=Channel.EMAIL,
        mechanism=Mechanism.SIGNED_DOCUMENT,
        cited_notice="news",
        notice=Notice(id="news", version="1", sha256="0" * 64),
        recipients=frozenset({"partner-a"}),
    )
    what = known(withdrawn, agreed)
    partner = replace(CRM, name="partner-a", role=RecipientRole.CONTROLLER)
    assert not asked(lead(), what).marketing_optout
    assert not asked(lead(), what, partner).marketing_optout
    assert asked(lead(), what, replace(partner, name="partner-b")).marketing_optout


def test_a_notice_counts_when_it_was_served_or_the_form_shows_it() -> None:
    """Either is enough; neither is not enough."""
    assert basic(lead(), known(notice_shown=True), "DE").notice_served
    assert basic(
        lead(), known(NoticeServed(**head(), article=13, notice=Notice(id="news", version="1", sha256="0" * 64))), "DE"
    ).notice_served
    assert not basic(lead(), known(), "DE").notice_served


def test_personal_fields_from_others_are_known_as_such() -> None:
    """They start the duty to inform (GDPR Art. 14); a company's name does not."""
    assert not basic(lead(lookups=(lookup(observation()),)), known(), "DE").third_party_fields
    job = observation("person.job_title", "Engineer")
    assert basic(lead(lookups=(lookup(job),)), known(), "DE").third_party_fields


def test_what_a_person_asserted_is_a_fact() -> None:
    """By the policy's names and kinds; a name that the policy does not know is refused."""
    assert asked(lead(), known(asserted={"soft_sale": True})).soft_sale is True
    with pytest.raises(FactsError):
        asked(lead(), known(asserted={"no_such_fact": True}))


def test_what_is_presumed_is_corrected_by_whoever_knows() -> None:
    """A form does not say that the person is a customer; nor a bought list that somebody on it has asked since."""
    says = {"relationship": "customer", "inquiry_received": True, "inquiry_received_at": NOW.isoformat()}
    row = lead(submission=Submission(source="web", stage=Stage.PROSPECT))
    for made in (lead(), row):
        facts = asked(made, known(asserted=says))
        assert (facts.relationship, facts.inquiry_received, facts.inquiry_received_at) == (
            Relationship.CUSTOMER,
            True,
            NOW,
        )


def test_what_is_asserted_never_overrules_what_is_known() -> None:
    """A withdrawal, the suppression list and the lead itself stand, whoever says otherwise."""
    withdrawn = ConsentWithdrawn(**head(), purpose=Purpose.MARKETING, channel=None)
    says = {
        "marketing_optout": False,
        "suppressed": False,
        "source_kind": "web_form",
        "inquiry_received_at": "2020-01-01",
    }
    row = lead(submission=Submission(source="web", stage=Stage.PROSPECT))
    facts = asked(row, known(withdrawn, suppressions=(SuppressionScope(purpose=None, channel=None),), asserted=says))
    assert (facts.marketing_optout, facts.suppressed) == (True, True)
    assert facts.source_kind is SourceKind.PURCHASED_LIST
    assert asked(lead(), known(asserted=says)).inquiry_received_at == NOW


@pytest.mark.parametrize("name", sorted(OWNED))
def test_what_others_own_is_not_even_filled_in(name: str) -> None:
    """Where the ledger is silent nobody speaks for it, also when an assertion is already stored."""
    kind = FIELDS[name]
    value: object = {bool: True, str: "US", datetime: "2026-01-01"}.get(kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        value = next(iter(kind))
    asserted = {name: value}
    nowhere = replace(CRM, country=None, role=None)
    assert asked(lead(), known(asserted=asserted), nowhere) == asked(lead(), known(), nowhere)


@pytest.mark.parametrize(
    ("vendor", "scope"),
    [
        (None, EnrichmentScope.COMPANY_DOMAIN),
        (Vendor(country="US", transfer=None), EnrichmentScope.PERSON),
        (Vendor(country="US", transfer=TransferTool.SCC), EnrichmentScope.PERSON),
        (Vendor(country=None, transfer=TransferTool.NOT_NEEDED), EnrichmentScope.PERSON),
    ],
)
def test_an_enrichment_question_knows_whom_it_would_ask(vendor: Vendor | None, scope: EnrichmentScope) -> None:
    """Where the vendor is and what its operator declared; a tool that nobody declared is unknown, not absent."""
    what = known()
    facts = enrichment(common(lead(), what, "DE"), what, vendor).facts()
    assert (facts.purpose, facts.channel) == (Purpose.ENRICHMENT, Channel.ENRICHMENT)
    assert (facts.enrichment_scope, facts.recipient_role) == (scope, None)
    told = (None, None) if vendor is None else (vendor.country, vendor.transfer)
    assert (facts.recipient_country, facts.transfer_tool) == told


@pytest.mark.parametrize(
    ("registers", "listed", "screened"),
    [
        (("uk_tps@2026-02-20: not_listed", "uk_ctps@2026-02-10: not_listed"), False, datetime(2026, 2, 10, tzinfo=UTC)),
        (("uk_tps: not_checked", "uk_ctps@2026-02-10: listed"), True, datetime(2026, 2, 10, tzinfo=UTC)),
        (("uk_tps: not_checked", "uk_ctps: not_checked"), None, None),
        (("us_dnc@2026-02-20: listed",), None, None),
        ((), None, None),
    ],
)
def test_screening_is_known_from_tps_and_ctps_alone(
    registers: tuple[str, ...], *, listed: bool | None, screened: datetime | None
) -> None:
    """Only British law asks for it, so no other country's register answers; half a screening is none."""
    verdict = judge("+442079460000", now=NOW)
    number = replace(verdict, evidence=replace(verdict.evidence, registers=registers))
    facts = common(replace(lead(), phone=number), known(), "GB")
    assert (facts["register_listed"], facts["register_screened_at"]) == (listed, screened)

"""Cases from real life against the shipped packs: what a sales or compliance person would expect, in a table."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from consent.decision import explain
from consent.engine import decide
from consent.terms import (
    Channel,
    EnrichmentScope,
    Mechanism,
    NoticeCitation,
    Outcome,
    Purpose,
    RecipientRole,
    Relationship,
    SourceKind,
    Standing,
    SubscriberKind,
    TransferTool,
)
from tests.consent.worlds import NOW, policy, usual

ALLOW, HOLD, DENY = Outcome.ALLOW, Outcome.HOLD, Outcome.DENY
INQUIRY, MARKETING, ENRICHMENT = Purpose.INQUIRY_RESPONSE, Purpose.MARKETING, Purpose.ENRICHMENT
DISCLOSURE, ANALYTICS = Purpose.DISCLOSURE, Purpose.ANALYTICS
EMAIL, CALL, SMS, POST = Channel.EMAIL, Channel.CALL, Channel.SMS, Channel.POST

DOI = {
    "consent_status": Standing.GRANTED,
    "consent_mechanism": Mechanism.DOUBLE_OPT_IN,
    "consent_notice": NoticeCitation.KNOWN,
    "consent_evidence": True,
}
BARE = {**DOI, "consent_evidence": False}
TICKED = {**DOI, "consent_mechanism": Mechanism.WEB_FORM_CHECKBOX}
LIA = {"lia_id": "lia-1", "lia_valid_until": NOW + timedelta(days=90)}
CUSTOMER = {
    "relationship": Relationship.CUSTOMER,
    "soft_sale": True,
    "soft_similar_goods": True,
    "soft_refusal_at_collection": True,
    "soft_refusal_each_message": True,
}
LIST = {"source_kind": SourceKind.PURCHASED_LIST, "inquiry_received": False, "relationship": Relationship.NONE}
TOLD = {"notice14_sent_at": NOW - timedelta(days=3), "list_sample_unproved": 0}
PARTNER = {"recipient_role": RecipientRole.CONTROLLER}
NAMED = {**DOI, "consent_names_recipient": True}
IN_US = {"controller_country": "US", "recipient_country": "US"}
CORPORATE = {"subscriber_kind": SubscriberKind.CORPORATE}
LIVE_LANDLINE = {"call_automated": False, "phone_mobile": False}
SCREENED = {"call_automated": False, "register_listed": False, "register_screened_at": NOW - timedelta(days=2)}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One situation and what has to come out."""

    name: str
    purpose: Purpose
    channel: Channel
    where: tuple[str, ...]
    outcome: Outcome
    reason: str
    cites: str = ""
    facts: dict[str, object] = field(default_factory=dict)


def case(name: str, ask: tuple[Purpose, Channel], where: str, expect: tuple[Outcome, str], **more: object) -> Case:
    """A row of the table; `where` lists candidate jurisdictions, empty for an unknown country."""
    cites = str(more.pop("cites", ""))
    places = tuple(where.split())
    return Case(
        name=name,
        purpose=ask[0],
        channel=ask[1],
        where=places,
        outcome=expect[0],
        reason=expect[1],
        cites=cites,
        facts=more,
    )


MAIL = (MARKETING, EMAIL)
ANSWER = (INQUIRY, EMAIL)
DIAL = (MARKETING, CALL)
LOOK_UP = (ENRICHMENT, Channel.ENRICHMENT)
PASS_ON = (DISCLOSURE, Channel.DISCLOSURE)

CASES = [
    case("German inquiry to the own CRM", ANSWER, "DE", (ALLOW, "allowed"), cites="6(1)(b)"),
    case("German inquiry, answered by telephone", (INQUIRY, CALL), "DE", (ALLOW, "allowed")),
    case("inquiry from nobody knows where", ANSWER, "", (ALLOW, "allowed")),
    case("inquiry from Brazil", ANSWER, "BR", (ALLOW, "allowed")),
    case("German newsletter without consent", MAIL, "DE", (HOLD, "consent_needed"), cites="UWG §7"),
    case("German newsletter, box ticked", MAIL, "DE", (HOLD, "consent_needed"), cites="UWG §7", **TICKED),
    case("German newsletter, double opt-in", MAIL, "DE", (ALLOW, "allowed"), cites="UWG §7(2)", **DOI),
    case("German newsletter, double opt-in that nothing shows", MAIL, "DE", (HOLD, "consent_needed"), **BARE),
    case("newsletter to nobody knows where, nothing shows it", MAIL, "BR", (HOLD, "consent_needed"), **BARE),
    case("German text message, double opt-in", (MARKETING, SMS), "DE", (ALLOW, "allowed"), **DOI),
    case("German customer, own similar goods", MAIL, "DE", (ALLOW, "allowed"), cites="UWG §7(3)", **CUSTOMER),
    case(
        "German customer who could not refuse",
        MAIL,
        "DE",
        (HOLD, "consent_needed"),
        **{**CUSTOMER, "soft_refusal_at_collection": False},
    ),
    case(
        "German newsletter, refused",
        MAIL,
        "DE",
        (DENY, "consent_refused"),
        consent_status=Standing.REFUSED,
        marketing_optout=True,
    ),
    case(
        "newsletter consent citing a notice nobody stored",
        MAIL,
        "DE",
        (HOLD, "notice_not_found"),
        **{**DOI, "consent_notice": NoticeCitation.NOT_FOUND},
    ),
    case(
        "German company called for a recorded reason",
        DIAL,
        "DE",
        (ALLOW, "allowed"),
        cites="UWG §7(2) Nr. 1",
        presumed_interest=True,
        **CORPORATE,
        **LIVE_LANDLINE,
    ),
    case(
        "German person called for a presumed reason",
        DIAL,
        "DE",
        (HOLD, "consent_needed"),
        presumed_interest=True,
        subscriber_kind=SubscriberKind.NATURAL_PERSON,
        **LIVE_LANDLINE,
    ),
    case("German letter with an assessment", (MARKETING, POST), "DE", (ALLOW, "allowed"), **LIA),
    case("French newsletter without consent", MAIL, "FR", (HOLD, "consent_needed"), cites="2002/58"),
    case("UK company, assessment made", MAIL, "GB", (ALLOW, "allowed"), cites="PECR", **CORPORATE, **LIA),
    case(
        "UK sole trader, assessment made",
        MAIL,
        "GB",
        (HOLD, "consent_needed"),
        subscriber_kind=SubscriberKind.SOLE_TRADER,
        **LIA,
    ),
    case("UK, nobody knows whose mailbox", MAIL, "GB", (HOLD, "consent_needed"), cites="PECR", **LIA),
    case("UK person, box ticked", MAIL, "GB", (ALLOW, "allowed"), cites="reg. 22(2)", **TICKED),
    case("UK number screened yesterday", DIAL, "GB", (ALLOW, "allowed"), cites="PECR", **SCREENED),
    case(
        "UK number screened long ago",
        DIAL,
        "GB",
        (HOLD, "consent_needed"),
        **{**SCREENED, "register_screened_at": NOW - timedelta(days=40)},
    ),
    case("UK number on the register", DIAL, "GB", (DENY, "register_listed"), **{**SCREENED, "register_listed": True}),
    case("US newsletter", MAIL, "US", (ALLOW, "allowed"), cites="7704", **IN_US),
    case(
        "US newsletter after opting out",
        MAIL,
        "US",
        (DENY, "consent_refused"),
        consent_status=Standing.WITHDRAWN,
        marketing_optout=True,
        **IN_US,
    ),
    case("US company landline, live call", DIAL, "US", (ALLOW, "allowed"), **IN_US, **CORPORATE, **LIVE_LANDLINE),
    case(
        "US mobile without written consent",
        DIAL,
        "US",
        (HOLD, "consent_needed"),
        cites="64.1200",
        phone_mobile=True,
        **IN_US,
        **CORPORATE,
    ),
    case("US mobile with written consent", DIAL, "US", (ALLOW, "allowed"), phone_mobile=True, **IN_US, **TICKED),
    case("newsletter to a fallback country", MAIL, "BR", (HOLD, "consent_needed"), cites="House rule"),
    case("newsletter to nobody knows where", MAIL, "", (HOLD, "consent_needed"), cites="House rule"),
    case("newsletter to nobody knows where, double opt-in", MAIL, "", (ALLOW, "allowed"), **DOI),
    case("declared US, telephone German", MAIL, "US DE", (HOLD, "consent_needed"), cites="UWG §7"),
    case("bought list, to answer nobody", ANSWER, "DE", (HOLD, "no_inquiry"), **LIST),
    case("bought list, nobody told", MAIL, "DE", (HOLD, "art14_notice_due"), cites="Art. 14(3)", **LIST, **DOI),
    case(
        "bought list, seller's proof fails",
        MAIL,
        "DE",
        (HOLD, "list_proof_missing"),
        cites="CALOGA",
        **LIST,
        **DOI,
        **{**TOLD, "list_sample_unproved": 1},
    ),
    case(
        "bought list, seller's word only",
        MAIL,
        "DE",
        (HOLD, "consent_needed"),
        consent_verified=False,
        **LIST,
        **DOI,
        **TOLD,
    ),
    case("bought list, proof checked", MAIL, "DE", (ALLOW, "allowed"), consent_verified=True, **LIST, **DOI, **TOLD),
    case(
        "bought list passing as customers",
        MAIL,
        "DE",
        (HOLD, "consent_needed"),
        **{**CUSTOMER, **LIST, **TOLD, "relationship": Relationship.CUSTOMER},
    ),
    case(
        "US list, German controller",
        MAIL,
        "US",
        (HOLD, "art14_notice_due"),
        cites="Art. 14(3)",
        **{**LIST, "recipient_country": "DE"},
    ),
    case(
        "company domain looked up", LOOK_UP, "DE", (ALLOW, "allowed"), enrichment_scope=EnrichmentScope.COMPANY_DOMAIN
    ),
    case(
        "company domain of somebody who withdrew, vendor in the US",
        LOOK_UP,
        "DE",
        (ALLOW, "allowed"),
        enrichment_scope=EnrichmentScope.COMPANY_DOMAIN,
        consent_status=Standing.WITHDRAWN,
        recipient_country="US",
    ),
    case(
        "person looked up without assessment",
        LOOK_UP,
        "DE",
        (HOLD, "assessment_missing"),
        enrichment_scope=EnrichmentScope.PERSON,
    ),
    case(
        "person looked up with assessment",
        LOOK_UP,
        "DE",
        (ALLOW, "allowed"),
        enrichment_scope=EnrichmentScope.PERSON,
        **LIA,
    ),
    case(
        "person looked up, assessment lapsed",
        LOOK_UP,
        "DE",
        (HOLD, "assessment_missing"),
        enrichment_scope=EnrichmentScope.PERSON,
        lia_id="lia-1",
        lia_valid_until=NOW - timedelta(days=1),
    ),
    case(
        "person looked up at a US vendor without a transfer tool",
        LOOK_UP,
        "DE",
        (DENY, "transfer_tool_missing"),
        enrichment_scope=EnrichmentScope.PERSON,
        recipient_country="US",
        **LIA,
    ),
    case("analysis with an assessment", (ANALYTICS, Channel.STORAGE), "DE", (ALLOW, "allowed"), **LIA),
    case("analysis without anything", (ANALYTICS, Channel.STORAGE), "DE", (HOLD, "assessment_missing")),
    case("inquiry to a US CRM, nothing signed", ANSWER, "DE", (DENY, "transfer_tool_missing"), recipient_country="US"),
    case(
        "inquiry to a US CRM under clauses",
        ANSWER,
        "DE",
        (ALLOW, "allowed"),
        recipient_country="US",
        transfer_tool=TransferTool.SCC,
    ),
    case("inquiry to a CRM nobody knows where", ANSWER, "DE", (HOLD, "transfer_unclear"), recipient_country=None),
    case("US inquiry to a US CRM of a US firm", ANSWER, "US", (ALLOW, "allowed"), **IN_US),
    case("Swiss inquiry to a US CRM of a US firm", ANSWER, "CH", (DENY, "transfer_tool_missing"), **IN_US),
    case("unknown inquiry to a US CRM of a US firm", ANSWER, "", (HOLD, "transfer_unclear"), **IN_US),
    case("inquiry of a suppressed person", ANSWER, "DE", (DENY, "suppressed"), suppressed=True),
    case("inquiry after an objection", ANSWER, "DE", (DENY, "objected"), objected=True),
    case("inquiry under restriction", ANSWER, "DE", (DENY, "restricted"), restricted=True),
    case("inquiry during erasure", ANSWER, "DE", (DENY, "erasure_pending"), erasure_pending=True),
    case("suppression never looked up", ANSWER, "DE", (HOLD, "suppression_unchecked"), suppressed=None),
    case(
        "inquiry handed to a partner unasked",
        ANSWER,
        "DE",
        (HOLD, "recipient_not_named"),
        consent_names_recipient=False,
        **PARTNER,
    ),
    case("inquiry handed to the partner the person named", ANSWER, "DE", (ALLOW, "allowed"), **PARTNER, **NAMED),
    case("passed on to a partner by name", PASS_ON, "DE", (ALLOW, "allowed"), **PARTNER, **NAMED),
    case(
        "passed on by name, with bought fields, nobody told",
        PASS_ON,
        "DE",
        (HOLD, "art14_notice_due"),
        cites="14(3)(c)",
        **PARTNER,
        **{**NAMED, "third_party_fields": True},
    ),
    case(
        "passed on, consent names another",
        PASS_ON,
        "DE",
        (HOLD, "recipient_not_named"),
        **PARTNER,
        **{**NAMED, "consent_names_recipient": False},
    ),
    case(
        "California, signal sent, passed on",
        PASS_ON,
        "US-CA",
        (DENY, "sale_optout"),
        cites="7025(c)(1)",
        sale_optout=True,
        **PARTNER,
        **IN_US,
    ),
    case("California, no signal, told", PASS_ON, "US-CA", (ALLOW, "allowed"), cites="1798", **PARTNER, **IN_US),
    case(
        "California, scraped, deletion platform not asked",
        PASS_ON,
        "US-CA",
        (HOLD, "deletion_platform_unchecked"),
        **PARTNER,
        **{**IN_US, "source_kind": SourceKind.SCRAPED, "drop_checked_at": NOW - timedelta(days=50)},
    ),
    case(
        "passed on after a marketing opt-out",
        PASS_ON,
        "US",
        (DENY, "optout_blocks_transfer"),
        cites="7704",
        marketing_optout=True,
        **PARTNER,
        **IN_US,
    ),
    case("signal sent, own CRM", MAIL, "US-CA", (ALLOW, "allowed"), sale_optout=True, **IN_US),
    case(
        "US disclosure from nobody knows where, signal sent",
        PASS_ON,
        "",
        (HOLD, "jurisdiction_unknown"),
        sale_optout=True,
        **PARTNER,
        **NAMED,
    ),
]


@pytest.mark.parametrize("row", CASES, ids=lambda row: row.name)
def test_case(row: Case) -> None:
    """The outcome, its reason, its citation, and what an ALLOW and a HOLD must carry."""
    check_case(row)


def check_case(row: Case) -> None:
    """Check that a case comes out as it should."""
    known = replace(usual(row.purpose, row.channel, *row.where), **row.facts)  # type: ignore[arg-type] # names are fields
    decided = decide(known, policy(), NOW)
    assert (decided.outcome, decided.reason) == (row.outcome, row.reason), explain(decided)
    assert row.cites in "; ".join(decided.citations)
    assert (decided.basis is not None) == (row.outcome is ALLOW)
    assert decided.citations
    text = " ".join(explain(decided))
    assert decided.citations[0] in text
    assert (decided.way_out is not None and decided.way_out.call in text) == (row.outcome is HOLD)

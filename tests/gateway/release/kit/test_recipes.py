"""The recipes end to end: over sockets, to endpoints as strict as the vendors document theirs."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from consent.terms import Outcome
from gateway.http import HttpClient
from gateway.lead import Lead, Person, Personal
from gateway.release import DeliveryOutcome, EventType, Ports, Receipt, Target
from gateway.release.kit.body import render
from gateway.release.kit.mapping import compile_map
from gateway.release.webhook import Plugin
from tests.gateway.release.client import RealHttp
from tests.gateway.release.values import EMAIL, LEAD_ID, WORDS, lead, message, parcel, rulings
from tests.gateway.release.vendors import HubSpotForm, SalesforceWebToLead, serve

pytestmark = pytest.mark.integration

HUBSPOT: dict[str, object] = {
    "recipe": "hubspot-form",
    "values": {
        "consent_text": "I agree that Muster GmbH stores my request to answer it.",
        "subscription_type_id": 999,
        "subscription_text": "I want the newsletter.",
    },
}
SALESFORCE: dict[str, object] = {"recipe": "salesforce-web-to-lead", "values": {"oid": "00D5g000004abcdEAA"}}


@pytest.fixture
async def http() -> AsyncIterator[RealHttp]:
    """Open the gateway's client, as wiring does."""
    async with HttpClient() as client:
        yield RealHttp(client)


async def deliver(
    http: RealHttp,
    url: str,
    document: dict[str, object],
    given: Lead | None = None,
    *,
    marketing: Outcome = Outcome.HOLD,
    event: EventType = EventType.CREATED,
) -> Receipt:
    """Send one lead to a vendor's endpoint on loopback, unsigned as the recipe says."""
    body = render(message(given, rulings(marketing=marketing), event=event))
    target = Target(name="crm", url=url, map=compile_map(document), allow_private=True)
    return await Plugin().deliver(parcel(body=body, event=event), target, Ports(http=http, folder=Path("unused")), 5)


async def test_hubspot_makes_a_contact_with_its_consents(http: RealHttp) -> None:
    """The inquiry may be answered and marketing waits: the contact is there, the newsletter is not ticked."""
    form = HubSpotForm()
    async with serve(form.app()) as base:
        receipt = await deliver(http, base + form.path, HUBSPOT)
        assert (receipt.outcome, receipt.http_status) == (DeliveryOutcome.DELIVERED, 200)
        assert form.contacts[EMAIL] == {
            "email": EMAIL,
            "firstname": "Änna",
            "lastname": "Schmidt",
            "phone": "+4930901820",
            "jobtitle": "Head of IT",
            "company": "Muster GmbH",
            "website": "https://muster.example",
            "message": WORDS,
        }
        assert form.consents[EMAIL]["communications"] == [
            {"value": False, "subscriptionTypeId": 999, "text": "I want the newsletter."}
        ]
        cleared = await deliver(http, base + form.path, HUBSPOT, marketing=Outcome.ALLOW, event=EventType.UPDATED)
        assert cleared.outcome is DeliveryOutcome.DELIVERED
        assert form.consents[EMAIL]["communications"][0]["value"] is True
        assert len(form.contacts) == 1


async def test_hubspot_refuses_a_field_the_form_has_not_and_that_is_final(http: RealHttp) -> None:
    """400 with an error type is a refusal of this very post: no retry, and nothing of the answer is kept."""
    form = HubSpotForm(fields=frozenset({"email", "firstname", "lastname"}))
    async with serve(form.app()) as base:
        receipt = await deliver(http, base + form.path, HUBSPOT)
        assert receipt == Receipt(outcome=DeliveryOutcome.FAILED, http_status=400, detail="refused_400")
        own = HUBSPOT | {"fields": {"fields": _short()}}
        assert (await deliver(http, base + form.path, own)).outcome is DeliveryOutcome.DELIVERED
        assert set(form.contacts[EMAIL]) == {"email", "firstname"}


def _short() -> dict[str, object]:
    return {
        "each": {"email": "data.contact.email", "firstname": "data.contact.given_name"},
        "item": {"objectTypeId": "0-1", "name": "$name", "value": "$value"},
    }


async def test_hubspot_is_not_asked_when_there_is_no_address(http: RealHttp) -> None:
    """A HubSpot contact needs an e-mail address; without one nothing is sent."""
    form = HubSpotForm()
    nobody = lead()
    nobody = replace(
        nobody, phone=None, submission=replace(nobody.submission, person=Person(phone=Personal("+4930901820")))
    )
    async with serve(form.app()) as base:
        receipt = await deliver(http, base + form.path, HUBSPOT, nobody)
    assert (receipt.outcome, receipt.detail) == (DeliveryOutcome.FAILED, "map:field_missing:/fields/fields/each/email")
    assert form.posts == 0


async def test_hubspot_over_its_rate_and_with_a_wrong_form_is_tried_again(http: RealHttp) -> None:
    """429 passes by itself, a wrong form id is repaired by somebody."""
    form = HubSpotForm(limit=1)
    async with serve(form.app()) as base:
        wrong = await deliver(http, base + form.path + "0", HUBSPOT)
        busy = await deliver(http, base + form.path, HUBSPOT)
    assert [(each.outcome, each.http_status) for each in (wrong, busy)] == [
        (DeliveryOutcome.RETRY, 404),
        (DeliveryOutcome.RETRY, 429),
    ]


async def test_salesforce_makes_a_record_that_carries_the_permit(http: RealHttp) -> None:
    """Marketing mail waits, so its box is ticked; answering by phone is allowed; a custom field takes our id."""
    org = SalesforceWebToLead()
    own = SALESFORCE | {"fields": {"00N5g000001XyZz": "data.lead.id"}}
    async with serve(org.app()) as base:
        assert (await deliver(http, base + org.path, own)).outcome is DeliveryOutcome.DELIVERED
        assert (await deliver(http, base + org.path, own, marketing=Outcome.ALLOW)).outcome is DeliveryOutcome.DELIVERED
        refused = render(message(made=rulings(inquiry=Outcome.DENY, marketing=Outcome.ALLOW)))
        target = Target(name="crm", url=base + org.path, map=compile_map(own), allow_private=True)
        await Plugin().deliver(parcel(body=refused), target, Ports(http=http, folder=Path("unused")), 5)
    held, allowed, uncalled = org.leads
    assert held == {
        "oid": "00D5g000004abcdEAA",
        "lead_source": "Web",
        "first_name": "Änna",
        "last_name": "Schmidt",
        "company": "Muster GmbH",
        "email": EMAIL,
        "phone": "+4930901820",
        "title": "Head of IT",
        "URL": "https://muster.example",
        "description": WORDS,
        "emailOptOut": "1",
        "00N5g000001XyZz": LEAD_ID,
    }
    assert {"emailOptOut", "doNotCall"}.isdisjoint(allowed)
    assert uncalled["doNotCall"] == "1"


async def test_salesforce_takes_the_most_awkward_lead(http: RealHttp) -> None:
    """No name, no company, over-long everything: cut or left out, so that a record comes about."""
    org = SalesforceWebToLead()
    awkward = lead()
    person = Person(
        given_name=Personal("x" * 300),
        email=Personal("a" * 90 + "@muster.example"),
        phone=Personal("+49" * 30),
        job_title=Personal("t" * 300),
    )
    submission = replace(
        awkward.submission, person=person, company=replace(awkward.submission.company, name=None, domain=None)
    )
    async with serve(org.app()) as base:
        receipt = await deliver(http, base + org.path, SALESFORCE, replace(awkward, phone=None, submission=submission))
    assert receipt.outcome is DeliveryOutcome.DELIVERED
    [made] = org.leads
    assert (made["last_name"], made["company"], len(made["first_name"])) == ("[not provided]", "[not provided]", 40)
    assert {"email", "phone"}.isdisjoint(made)


async def test_salesforce_answers_200_to_what_it_throws_away(http: RealHttp) -> None:
    """A wrong organisation id makes no record: the delivery fails instead of counting as done."""
    org = SalesforceWebToLead(oid="00D000000000001")
    async with serve(org.app()) as base:
        receipt = await deliver(http, base + org.path, SALESFORCE)
    assert receipt == Receipt(outcome=DeliveryOutcome.FAILED, http_status=200, detail="not_accepted")
    assert (org.leads, org.dropped) == ([], 1)


async def test_salesforce_gets_no_update_and_no_retraction(http: RealHttp) -> None:
    """A second post would be a second lead, so the delivery fails before it, and a person is told."""
    org = SalesforceWebToLead()
    async with serve(org.app()) as base:
        update = await deliver(http, base + org.path, SALESFORCE, event=EventType.UPDATED)
    assert (update.outcome, update.detail) == (DeliveryOutcome.FAILED, "map:lead.updated_not_supported")
    assert org.leads == []


async def test_over_the_daily_limit_salesforce_says_nothing(http: RealHttp) -> None:
    """Documented, and not to be told from outside: what waits in its queue or is refused there answers like success.

    This test holds what the how-to warns of.
    """
    org = SalesforceWebToLead(daily=1, queue=1)
    async with serve(org.app()) as base:
        receipts = [await deliver(http, base + org.path, SALESFORCE) for _ in range(3)]
    assert {receipt.outcome for receipt in receipts} == {DeliveryOutcome.DELIVERED}
    assert (len(org.leads), len(org.pending), org.dropped) == (1, 1, 1)

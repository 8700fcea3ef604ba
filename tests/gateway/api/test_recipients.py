"""A consent that names a company lets that company have the lead, over HTTP and on both stores."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.world import World, add_destination, running
from tests.support.calling import Callers, callers
from tests.support.gateway import body_of
from tests.support.stores import Store

pytestmark = pytest.mark.integration

CONSENT = {
    "purpose": "inquiry_response",
    "channel": "email",
    "status": "granted",
    "mechanism": "signed_document",
    "notice_id": "news",
}


async def answer(calls: Callers, lead_id: str) -> Mapping[str, Any]:
    """What is decided on the partner's answering by e-mail."""
    items = body_of(await calls.admin.get(f"/v1/leads/{lead_id}/explain"))["items"]
    wanted = ("partner", "inquiry_response", "email")
    found: Mapping[str, Any] = next(
        each for each in items if (each["recipient"], each["purpose"], each["channel"]) == wanted
    )
    return found


async def settled(world: World, calls: Callers, lead_id: str, reason: str) -> None:
    """Wait until all is done; the partner's answering is decided with this reason."""
    await world.settled()
    assert (await answer(calls, lead_id))["reason"] == reason


async def test_a_consent_that_names_the_recipient_ends_the_hold(store: Store, tmp_path: Path) -> None:
    """The hold names the call; a consent for another company does not end it, one that names this company does."""
    async with running(store, tmp_path) as world, callers(world.gateway) as calls:
        await add_destination(world.gateway, world.inbox.url, name="partner", role="controller", contract="JC-1")
        await add_destination(world.gateway, world.inbox.url, name="other", role="controller", contract="JC-2")
        lead = await world.post("ada@acme.example", person={"country": "DE"})
        await world.rests(lead.id, "released")
        held = await answer(calls, lead.id)
        assert (held["outcome"], held["reason"]) == ("HOLD", "recipient_not_named")
        method, path = held["way_out"]["call"].split()
        assert (method, path) == ("POST", "/v1/consents")
        wrong = {**CONSENT, "recipients": ["other"]}
        assert (await calls.web.post(path, json={"lead_id": lead.id, "consent": [wrong]})).status_code == 201
        await settled(world, calls, lead.id, "recipient_not_named")
        right = {**CONSENT, "recipients": ["partner"]}
        made = await calls.web.post(path, json={"lead_id": lead.id, "consent": [right]})
        assert made.status_code == 201, made.text
        await settled(world, calls, lead.id, "allowed")
        ledger = body_of(await calls.admin.get(f"/v1/subjects/{lead.subject_id}/consents"))["items"]
        assert [each["recipients"] for each in ledger] == [["other"], ["partner"]]


async def test_a_lead_may_bring_its_recipients_along(store: Store, tmp_path: Path) -> None:
    """The form named the partner: the partner gets the lead at once."""
    async with running(store, tmp_path) as world, callers(world.gateway) as calls:
        await add_destination(world.gateway, world.inbox.url, name="partner", role="controller", contract="JC-1")
        body = {"person": {"email": "ada@acme.example", "country": "DE"}, "inquiry": {"message": "Please call me."}}
        told = await calls.web.post("/v1/leads", json={**body, "consent": [{**CONSENT, "recipients": ["partner"]}]})
        assert told.status_code == 202, told.text
        world.personal |= {"ada@acme.example", "Please call me."}
        await world.rests(body_of(told)["id"], "released")
        assert (await answer(calls, body_of(told)["id"]))["outcome"] == "ALLOW"


async def test_a_recipient_that_is_no_destination_is_named(store: Store, tmp_path: Path) -> None:
    """A slip in a name would end no hold: it is refused with its place, and a refusal names nobody."""
    async with running(store, tmp_path) as world, callers(world.gateway) as calls:
        lead = await world.post("ada@acme.example")
        slip = {**CONSENT, "recipients": ["crm", "partnr"]}
        wrong = await calls.web.post("/v1/consents", json={"lead_id": lead.id, "consent": [slip]})
        assert (wrong.status_code, body_of(wrong)["errors"][0]["pointer"]) == (422, "/consent/0/recipients/1")
        refusal = {**CONSENT, "status": "refused", "recipients": ["crm"]}
        wrong = await calls.web.post("/v1/consents", json={"lead_id": lead.id, "consent": [refusal]})
        assert (wrong.status_code, body_of(wrong)["errors"][0]["pointer"]) == (422, "/consent/0")

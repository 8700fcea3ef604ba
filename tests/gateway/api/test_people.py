"""What people want, over HTTP: consents, withdrawals, objections, suppressions, look-ups."""

import hashlib
import json

import httpx
import pytest
from sqlalchemy import Connection, select

from audit.sealing import open_entry
from gateway.storage.log.tables import audit_entries, audit_payloads
from gateway.storage.people.tables import consent_events
from tests.support.flying import while_flying
from tests.support.gateway import World, body_of, lead
from tests.support.waiting import until

pytestmark = pytest.mark.integration

GRANT = {"purpose": "marketing", "channel": "email", "status": "granted", "mechanism": "web_form_checkbox"}


async def released(world: World, client: httpx.AsyncClient, email: str = "ada@acme.example") -> str:
    """A lead that was released."""
    answer = await client.post("/v1/leads", json=lead(person={"email": email, "country": "GB"}))
    ident: str = body_of(answer)["id"]
    await world.lead(ident, until=["released"])
    return ident


async def test_a_consent_stands_in_the_ledger(world: World, web: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    """A consent that a source hands on is an event, with its notice if it is stored."""
    await admin.post("/v1/notices", json={"id": "news", "lang": "en", "text": "We write once a month."})
    ident = await released(world, web)
    made = await web.post("/v1/consents", json={"lead_id": ident, "consent": [{**GRANT, "notice_id": "news"}]})
    assert made.status_code == 201, made.text
    subject = body_of(await web.get(f"/v1/leads/{ident}"))["subject_id"]
    ledger = body_of(await admin.get(f"/v1/subjects/{subject}/consents"))
    (event,) = [each for each in ledger["items"] if each["event_id"] == body_of(made)["event_ids"][0]]
    assert event["kind"] == "ConsentGranted"
    assert (event["purpose"], event["channel"], event["notice"]) == ("marketing", "email", "news@1")
    assert (await web.get(f"/v1/subjects/{subject}/consents")).status_code == 403


async def test_the_evidence_of_a_consent_can_be_shown(
    world: World, web: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """What came as evidence is told to whoever may read the ledger, and the audit entry commits to its sealed bytes."""
    ident = await released(world, web)
    proof = {"form_url": "https://www.acme.example/news", "ip": "192.0.2.7", "user_agent": "Marker/1.0"}
    made = await web.post("/v1/consents", json={"lead_id": ident, "consent": [{**GRANT, "evidence": proof}, GRANT]})
    told, bare = body_of(made)["event_ids"]
    subject = body_of(await web.get(f"/v1/leads/{ident}"))["subject_id"]
    ledger = body_of(await admin.get(f"/v1/subjects/{subject}/consents"))
    shown = {each["event_id"]: each["evidence"] for each in ledger["items"]}
    assert shown[told] == {**proof, "certificate_url": None, "served_at": None}
    assert shown[bare] is None
    committed = {}
    office = world.gateway.office

    def read(connection: Connection) -> None:
        keys = office.vault.keys(connection, [subject])[subject]
        for event in (told, bare):
            row = connection.execute(select(consent_events).where(consent_events.c.id == event)).mappings().one()
            entry = audit_entries.join(audit_payloads, audit_entries.c.event_id == audit_payloads.c.event_id)
            found = connection.execute(
                select(audit_entries.c.leaf, audit_payloads.c.ciphertext)
                .select_from(entry)
                .where(audit_entries.c.event_id == row["event_id"])
            ).one()
            payload = json.loads(open_entry(found.leaf, found.ciphertext, keys.proof()))
            sealed = row["sealed_evidence"]
            wanted = None if sealed is None else hashlib.sha256(sealed).hexdigest()
            assert payload["evidence_sha256"] == wanted
            committed[event] = wanted

    await office.database.read(read)
    assert (committed[told] is not None, committed[bare]) == (True, None)


async def test_a_withdrawal_lists_what_was_in_flight(world: World, web: httpx.AsyncClient) -> None:
    """It answers once the attempt that had begun has ended, and names it."""
    world.inbox.gate.clear()
    ident = body_of(await web.post("/v1/leads", json=lead()))["id"]
    objecting = web.post("/v1/objections", json={"email": "ada@acme.example"})
    answer = await while_flying(world.gateway, world.inbox, objecting)
    assert answer.status_code == 200, answer.text
    (flying,) = body_of(answer)["in_flight"]
    assert (flying["lead_id"], flying["destination"], flying["outcome"]) == (ident, "crm", "delivered")
    await until(lambda: len(world.inbox.received) == 2)
    assert b"lead.retracted" in world.inbox.received[1].body
    await world.lead(ident, until=["retracted"])


async def test_nothing_arrives_after_an_objection(world: World, web: httpx.AsyncClient) -> None:
    """An address that objected before it was ever seen is stopped at the door."""
    answer = await web.post("/v1/objections", json={"email": "bob@brightpath.example"})
    assert body_of(answer) == {"event_id": None, "in_flight": [], "persons": None}
    told = body_of(
        await web.post(
            "/v1/leads", json=lead(person={"email": "Bob@brightpath.example"}), headers={"Prefer": "wait=10"}
        )
    )
    assert told["status"] == "rejected"
    assert len(world.inbox.received) == 0


async def test_a_source_learns_nothing_of_another_sources_people(world: World, web: httpx.AsyncClient) -> None:
    """It may hand on a refusal of any address, and is told the same; ids and consents of others are not found."""
    await world.add_source("shop")
    shop = world.client_of(await world.add_key("shop", "source", ["leads:write", "leads:read", "consents:write"]))
    ident = await released(world, shop)
    subject = body_of(await shop.get(f"/v1/leads/{ident}"))["subject_id"]
    for who in ({"lead_id": ident}, {"subject_id": subject}, {"email": "ada@acme.example"}):
        assert (await web.post("/v1/consents", json={**who, "consent": [GRANT]})).status_code == 404
    for path in ("/v1/withdrawals", "/v1/objections"):
        for who in ({"lead_id": ident}, {"subject_id": subject}):
            assert (await web.post(path, json=who)).status_code == 404
        known = await web.post(path, json={"email": "ada@acme.example"})
        unknown = await web.post(path, json={"email": "nobody@acme.example"})
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    await world.lead(ident, until=["retracted"])


@pytest.mark.parametrize(
    "who", [{"email": "nobody@acme.example"}, {"email": "info@acme.example"}, {"phone": "+4930901820"}]
)
async def test_a_withdrawal_of_nobody_is_kept(
    web: httpx.AsyncClient, admin: httpx.AsyncClient, who: dict[str, str]
) -> None:
    """It holds for whoever comes with the address or number; an operator is given the event, a source is not."""
    told = body_of(await admin.post("/v1/withdrawals", json=who))
    assert (told["event_id"][:3], told["in_flight"]) == ("ce_", [])
    assert body_of(await web.post("/v1/withdrawals", json=who)) == {"event_id": None, "in_flight": [], "persons": None}
    unknown = {"subject_id": "sb_" + "0" * 26}
    assert (await admin.post("/v1/withdrawals", json=unknown)).status_code == 404


async def test_a_source_does_not_wait_for_other_sources_attempts(world: World, web: httpx.AsyncClient) -> None:
    """How long the answer takes says nothing of whom others know: it comes while their message is still under way."""
    await world.add_source("shop")
    shop = world.client_of(await world.add_key("shop", "source", ["consents:write"]))
    world.inbox.gate.clear()
    ident = body_of(await web.post("/v1/leads", json=lead()))["id"]
    await until(lambda: len(world.inbox.received) == 1)
    for path in ("/v1/withdrawals", "/v1/objections"):
        known = await shop.post(path, json={"email": "ada@acme.example"})
        unknown = await shop.post(path, json={"email": "nobody@acme.example"})
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    world.inbox.gate.set()
    await world.lead(ident, until=["retracted"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"email": "a@b.example", "lead_id": "ld_01k4z7m0q8e9x0v3f1n2b5c6d7"}, ""),
        ({"email": "a@b.example", "purpose": "everything"}, "/purpose"),
        ({"email": "a@b.example", "purpose": "enrichment", "channel": "email"}, ""),
        ({"email": "a@b.example", "why": "x"}, "/why"),
        ({"email": "a@b.example", "phone": "+4930901820"}, ""),
        ({"phone": "030 901820"}, "/phone"),
        ({"email": "ada at acme.example"}, "/email"),
    ],
)
async def test_a_refusal_says_whom_and_what(web: httpx.AsyncClient, body: dict[str, str], pointer: str) -> None:
    """Exactly one of four names the person; purposes and channels are words of the closed lists."""
    answer = await web.post("/v1/withdrawals", json=body)
    assert answer.status_code == 422
    assert body_of(answer)["errors"][0]["pointer"] == pointer


async def test_the_suppression_list_is_asked_and_added_to(
    world: World, web: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """An entry is found again under every spelling, and stops a released lead."""
    ident = await released(world, web)
    entry = {"kind": "email_canonical", "value": "ADA@acme.example", "reason": "legal_hold"}
    made = await admin.post("/v1/suppressions", json=entry)
    assert made.status_code == 201, made.text
    asked = {"kind": "email_canonical", "value": " ada@ACME.example"}
    found = body_of(await admin.post("/v1/suppressions:check", json=asked))
    assert found["suppressed"] is True
    assert found["entries"][0]["reason"] == "legal_hold"
    nobody = {"kind": "domain", "value": "brightpath.example"}
    assert body_of(await admin.post("/v1/suppressions:check", json=nobody)) == {"suppressed": False, "entries": []}
    await world.lead(ident, until=["retracted"])


@pytest.mark.parametrize("written", ["+49 30 901820 (24h)", "+49 171 5412345 +49 30 901820", "Tel 1: 030 901820 9-17h"])
async def test_a_number_is_stopped_whatever_is_written_around_it(
    world: World, web: httpx.AsyncClient, admin: httpx.AsyncClient, written: str
) -> None:
    """The list, asked with what was written, says what the lead's journey finds."""
    person = {"email": "ada@acme.example", "phone": written, "country": "DE"}
    ident = body_of(await web.post("/v1/leads", json=lead(person=person)))["id"]
    await world.lead(ident, until=["released"])
    entry = {"kind": "phone_e164", "value": "+49 30 901820 24h", "reason": "objected"}
    assert (await admin.post("/v1/suppressions", json=entry)).status_code == 201
    asked = {"kind": "phone_e164", "value": written}
    assert body_of(await admin.post("/v1/suppressions:check", json=asked))["suppressed"] is True
    await world.lead(ident, until=["retracted"])


@pytest.mark.parametrize(
    ("entry", "pointer"),
    [
        ({"kind": "phone_e164", "value": "12"}, "/value"),
        ({"kind": "phone_e164", "value": "+49 171 5412345 / +49 30 901820"}, "/value"),
        ({"kind": "domain", "value": "Acme Limited"}, "/value"),
        ({"kind": "domain", "value": "ada@acme.example"}, "/value"),
        ({"kind": "email_canonical", "value": "a b@acme.example"}, "/value"),
        ({"kind": "domain", "value": "acme.example", "purpose": "marketing", "channel": "storage"}, "/channel"),
        ({"kind": "domain", "value": "acme.example", "reason": "Eve Adams rang"}, "/reason"),
    ],
)
async def test_an_entry_that_would_stop_nobody_is_refused(
    admin: httpx.AsyncClient, entry: dict[str, str], pointer: str
) -> None:
    """By the same rules as a file of entries; the answer names the place and says what is wanted, not what was sent."""
    answer = await admin.post("/v1/suppressions", json=entry)
    assert answer.status_code == 422
    (fault,) = body_of(answer)["errors"]
    assert fault["pointer"] == pointer
    assert entry["value"] not in answer.text
    assert "Eve" not in answer.text
    if pointer == "/value":
        assert "like" in fault["detail"] or "country code" in fault["detail"]
    if pointer == "/value" and "/" not in entry["value"]:
        assert (await admin.post("/v1/suppressions:check", json=entry)).status_code == 422


async def test_an_address_or_number_is_looked_up_exactly(
    world: World, web: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """What is held is found by e-mail or phone, and noted in the log."""
    person = {"email": "ada@acme.example", "phone": "+44 20 7946 0958"}
    ident = body_of(await web.post("/v1/leads", json=lead(person=person)))["id"]
    for who in ({"email": "ADA@acme.example"}, {"phone": "+442079460958"}):
        found = body_of(await admin.post("/v1/subjects:lookup", json=who))
        assert [row["id"] for row in found["leads"]] == [ident]
        assert len(found["subject_ids"]) == 1
    assert body_of(await admin.post("/v1/subjects:lookup", json={"email": "x@y.example"}))["leads"] == []
    assert (await admin.post("/v1/subjects:lookup", json={})).status_code == 422


async def test_an_address_is_understood_as_it_is_where_a_lead_comes_in(
    world: World, web: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """A person who wrote `Name <address>` is released, found, and withdraws in either spelling."""
    ident = await released(world, web, "Ada Example <ada@acme.example>")
    assert body_of(await web.get(f"/v1/leads/{ident}"))["email"]["verdict"] == "deliverable"
    for spelling in ("ada@acme.example", "ada@acme.example.", "A. Example <ada@acme.example>"):
        found = body_of(await admin.post("/v1/subjects:lookup", json={"email": spelling}))["leads"]
        assert [each["id"] for each in found] == [ident], spelling
    answer = await admin.post("/v1/withdrawals", json={"email": "Ada <ada@acme.example>"})
    assert answer.status_code == 200, answer.text


async def test_a_notice_gets_a_version(admin: httpx.AsyncClient) -> None:
    """The same text again is the same version, another text the next."""
    notice = {"id": "news", "lang": "de", "text": "Einmal im Monat."}
    first = body_of(await admin.post("/v1/notices", json=notice))
    again = body_of(await admin.post("/v1/notices", json=notice))
    other = body_of(await admin.post("/v1/notices", json={**notice, "text": "Zweimal im Monat."}))
    assert first == again
    assert (first["version"], other["version"]) == (1, 2)
    assert (await admin.post("/v1/notices", json={**notice, "text": " "})).status_code == 422


async def test_an_entry_is_lifted_by_whoever_may_add_one(
    world: World, web: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """Compliance and operators lift; a source's key does not, free text is no reason, and 404 says that none stands."""
    entry = {"kind": "domain", "value": "gmail.com"}
    refused = await admin.post("/v1/suppressions", json=entry)
    assert (refused.status_code, body_of(refused)["errors"][0]["pointer"]) == (422, "/whole_provider")
    assert (await admin.post("/v1/suppressions", json={**entry, "whole_provider": True})).status_code == 201
    assert (await admin.post("/v1/suppressions", json={"kind": "domain", "value": "co.uk"})).status_code == 422
    lift = {**entry, "reason": "by_mistake"}
    assert (await web.post("/v1/suppressions:lift", json=lift)).status_code == 403
    assert (await admin.post("/v1/suppressions:lift", json={**entry, "reason": "Eve rang"})).status_code == 422
    for role in ("operator", "compliance"):
        client = world.client_of(await world.add_key(role=role, scopes=("suppressions",)))
        (found,) = body_of(await client.post("/v1/suppressions:check", json=entry))["entries"]
        lifted = await client.post("/v1/suppressions:lift", json={**lift, "id": found["id"]})
        assert (lifted.status_code, body_of(lifted)["lifted"]) == (200, [found])
        assert (await client.post("/v1/suppressions:lift", json=lift)).status_code == 404
        assert not body_of(await client.post("/v1/suppressions:check", json=entry))["suppressed"]
        await admin.post("/v1/suppressions", json={**entry, "whole_provider": True})

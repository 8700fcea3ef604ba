"""How an inquiry came in stays on record, sealed, whether or not a box was ticked. On both stores."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from audit.sealing import open_entry
from audit.types import LEAD_RECEIVED
from gateway.desk.office import LOCAL
from gateway.storage.leads.circumstances import EVIDENCE, read_circumstances
from gateway.storage.leads.tables import lead_parts, leads
from gateway.storage.log.tables import audit_entries, audit_payloads
from gateway.storage.sealing.tables import subject_keys
from tests.gateway.api.test_forms import FIELDS, SITE, rows, solve
from tests.support.gateway import World, body_of, client_of, running_gateway

pytestmark = pytest.mark.integration

AGENT, PEER = "Tests/1 (a browser)", "192.0.2.9"


@pytest.fixture
async def form(tmp_path: Path, either_store: Mapping[str, Any]) -> AsyncIterator[World]:
    """A gateway whose form `contact` shows a notice and has no box."""
    async with running_gateway(tmp_path, worker=False, sequencer=False, destination=False, **either_store) as world:
        await world.gateway.desks.notices.add(LOCAL, notice_id="privacy", lang="en", text="What we do with your data.")
        await world.add_source("contact", "form", notice_id="privacy", challenge_cost=1, min_seconds=0)
        yield world


async def post(world: World, fields: Mapping[str, str], **headers: str) -> str:
    """Post the form from a browser and give the lead's id."""
    async with client_of(world.app, peer=PEER) as browser:
        await browser.post("/f/contact", data=dict(fields), headers={"User-Agent": AGENT, **headers})
    return str((await rows(world))[-1]["id"])


async def timeline(world: World, lead_id: str, key: str = "admin") -> list[dict[str, Any]]:
    """What happened to a lead, as a key is shown it."""
    return list(body_of(await world.client_of(world.keys[key]).get(f"/v1/leads/{lead_id}/timeline"))["items"])


async def test_a_post_without_a_box_keeps_page_address_and_browser(form: World) -> None:
    """They stand at the first step of the timeline, with the notice that was served and when, under its signature."""
    served = body_of(await form.client.get("/f/contact/challenge"))
    page = {"page_url": f"{SITE}/contact", "altcha": solve(served)}
    lead_id = await post(form, {**FIELDS, **page}, Origin=SITE)
    (step,) = await timeline(form, lead_id)
    assert step["evidence"] == {
        "form_url": f"{SITE}/contact",
        "ip": PEER,
        "user_agent": AGENT,
        "certificate_url": None,
        "served_at": served["served_at"],
        "origin": SITE,
        "notice": "privacy@1",
    }


async def test_without_script_too(form: World) -> None:
    """The Referer is the page, and the form's own notice the one that was shown; when it was served nobody knows."""
    lead_id = await post(form, FIELDS, Referer=f"{SITE}/about")
    (step,) = await timeline(form, lead_id)
    kept = step["evidence"]
    assert (kept["form_url"], kept["ip"], kept["notice"]) == (f"{SITE}/about", PEER, "privacy@1")
    assert kept["served_at"] is None


async def test_only_who_may_read_evidence_sees_it(form: World) -> None:
    """A key that reads leads sees that something happened; one that may read the ledger sees how it came in."""
    lead_id = await post(form, FIELDS)
    form.keys["sales"] = await form.add_key("contact", "source", ["leads:read"])
    form.keys["privacy"] = await form.add_key("contact", "compliance", ["leads:read", "consents:read"])
    (plain,) = await timeline(form, lead_id, "sales")
    assert (plain["what"], plain["evidence"]) == ("received", None)
    (whole,) = await timeline(form, lead_id, "privacy")
    assert whole["evidence"]["ip"] == PEER


async def test_the_log_commits_to_what_was_sealed(form: World) -> None:
    """The lead's own entry holds the hash of the sealed bytes, so nobody can put other circumstances in their place."""
    lead_id = await post(form, FIELDS)
    database, vault = form.gateway.office.database, form.gateway.office.vault

    def entry(connection: Any) -> tuple[bytes, Mapping[str, Any]]:  # noqa: ANN401 - of SQLAlchemy
        part = select(lead_parts.c.sealed).where(lead_parts.c.lead_id == lead_id, lead_parts.c.part == EVIDENCE)
        query = select(audit_entries.c.leaf, audit_payloads.c.ciphertext).join(
            audit_payloads, audit_payloads.c.event_id == audit_entries.c.event_id
        )
        row = connection.execute(query.where(audit_entries.c.type == LEAD_RECEIVED.number)).one()
        subject = connection.execute(select(leads.c.subject_id)).scalar_one()
        key = vault.keys(connection, [subject])[subject].proof()
        return connection.execute(part).scalar_one(), json.loads(open_entry(row.leaf, row.ciphertext, key))

    sealed, payload = await database.read(entry)
    assert payload["lead_id"] == lead_id
    assert payload["evidence_sha256"] == hashlib.sha256(sealed).hexdigest()
    assert PEER not in json.dumps(payload)


async def test_it_outlives_the_profile(form: World) -> None:
    """Once the person's profile key is destroyed the lead is gone, and how it came in can still be proved."""
    lead_id = await post(form, FIELDS)
    database, vault = form.gateway.office.database, form.gateway.office.vault
    (lead,) = await form.gateway.journal.load([lead_id])
    assert lead.submission.circumstances is None
    await database.transact(lambda tx: tx.connection.execute(update(subject_keys).values(profile=None)))
    vault.forget(lead.subject_id)
    assert list(await form.gateway.journal.load([lead_id])) == []
    kept = await database.read(lambda connection: read_circumstances(connection, vault, lead_id, lead.subject_id))
    assert kept is not None
    assert kept.evidence.ip is not None
    assert kept.evidence.ip.reveal() == PEER
    await database.transact(lambda tx: tx.connection.execute(update(subject_keys).values(evidence=None)))
    vault.forget(lead.subject_id)
    over = await database.read(lambda connection: read_circumstances(connection, vault, lead_id, lead.subject_id))
    assert over is None


async def test_a_program_has_no_circumstances(form: World) -> None:
    """The address of a program says nothing of the person, so nothing is kept of it."""
    made = await form.client_of(form.keys["web"]).post("/v1/leads", json={"person": {"email": "a@acme.example"}})
    (step,) = await timeline(form, body_of(made)["id"])
    assert step["evidence"] is None

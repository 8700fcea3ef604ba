"""What a sender names a notice by stands in clear in the database, so it is an id and no free text. On both stores."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from gateway.desk.office import LOCAL
from gateway.errors import Invalid
from gateway.storage.people.tables import consent_events
from tests.gateway.api.test_forms import FIELDS
from tests.support.gateway import World, body_of, lead, running_gateway

pytestmark = pytest.mark.integration

CANARY = "canary@zzz.example"
CONSENT: Mapping[str, Any] = {"purpose": "marketing", "channel": "email", "status": "granted"}


@pytest.fixture
async def world(tmp_path: Path, either_store: Mapping[str, Any]) -> AsyncIterator[World]:
    """A gateway whose form has a box."""
    async with running_gateway(tmp_path, worker=False, sequencer=False, destination=False, **either_store) as made:
        box = {"field": "nl", "purpose": "marketing", "channels": ["email"]}
        await made.add_source("contact", "form", consent=[box], challenge_cost=1, min_seconds=0)
        yield made


async def ledger(world: World) -> str:
    """Everything that stands in clear in the ledger."""
    rows = await world.gateway.office.database.read(lambda c: c.execute(select(consent_events)).all())
    return repr(rows)


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("notice_id", CANARY, "/notice_id"),
        ("notice_id", "a b", "/notice_id"),
        ("recipients", [CANARY], "/recipients/0"),
    ],
)
async def test_a_program_names_notices_and_recipients_by_id(
    world: World, field: str, value: object, pointer: str
) -> None:
    """An address in place of an id is refused with its place, with a lead and for a person who is known."""
    web = world.client_of(world.keys["web"])
    refused = await web.post("/v1/leads", json=lead(consent=[{**CONSENT, field: value}]))
    assert (refused.status_code, body_of(refused)["errors"][0]["pointer"]) == (422, f"/consent/0{pointer}")
    taken = await web.post("/v1/leads", json=lead(consent=[{**CONSENT, "notice_id": "news-2.b_C"}]))
    assert taken.status_code == 202
    late = {"lead_id": body_of(taken)["id"], "consent": [{**CONSENT, field: value}]}
    assert (await web.post("/v1/consents", json=late)).status_code == 422
    kept = await ledger(world)
    assert "news-2.b_C" in kept
    assert CANARY not in kept


async def test_a_form_post_that_names_a_notice_by_something_else_names_none(world: World) -> None:
    """Anybody may post a form's hidden field: what is no id is passed over, and the post is taken."""
    posted = await world.client.post("/f/contact", data={**FIELDS, "nl": "on", "notice_id": CANARY})
    assert posted.status_code == 202
    kept = await ledger(world)
    assert "marketing" in kept
    assert CANARY not in kept


async def test_a_notice_is_stored_under_an_id_that_can_be_cited(world: World) -> None:
    """The command line is told as the API is."""
    with pytest.raises(Invalid, match="letters, digits"):
        await world.gateway.desks.notices.add(LOCAL, notice_id="my notice", lang="en", text="We write to you.")

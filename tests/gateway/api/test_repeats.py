"""One click is one inquiry, however often the browser sends it; another content is another inquiry. On both stores."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from gateway.desk.office import LOCAL
from gateway.desk.people import Who
from gateway.desk.suppressions import Against
from gateway.storage.sealing.tables import subject_keys
from tests.gateway.api.test_forms import FIELDS, SITE, rows, solve
from tests.support.gateway import World, body_of, client_of, running_gateway

pytestmark = pytest.mark.integration

STRANGE = "https://staging.acme.example"
FORM = {"origins": [SITE], "challenge_cost": 1, "min_seconds": 0}
MARKUP = {**FIELDS, "your-message": "[url=http://a.example]a[/url]"}


@pytest.fixture
async def form(tmp_path: Path, either_store: Mapping[str, Any]) -> AsyncIterator[World]:
    """A gateway whose form `contact` knows one site; nothing goes on from intake."""
    async with running_gateway(tmp_path, worker=False, sequencer=False, destination=False, **either_store) as world:
        await world.add_source("contact", "form", **FORM)
        yield world


async def post(world: World, fields: Mapping[str, str], origin: str | None = None, **sent: Any) -> httpx.Response:  # noqa: ANN401 - of httpx
    """Post the form from a site."""
    headers = {"Accept": "application/json"} | ({} if origin is None else {"Origin": origin})
    return await world.client.post("/f/contact", data=dict(fields), headers=headers, **sent)


async def proved(world: World, fields: Mapping[str, str]) -> dict[str, str]:
    """The fields with a solved challenge of their own."""
    served = body_of(await world.client.get("/f/contact/challenge"))
    return {**fields, "altcha": solve(served)}


async def aside(world: World) -> list[Any]:
    """What was kept aside."""
    return list(body_of(await world.client_of(world.keys["admin"]).get("/v1/quarantine"))["items"])


async def counted(world: World) -> dict[str, int]:
    """How many form posts came to what, as operators are shown it."""
    told = (await world.client.get("/metrics")).text
    found = re.findall(r'leadgate_intake_total{kind="form",outcome="(\w+)"} (\d+)', told)
    return {outcome: int(number) for outcome, number in found}


async def test_a_script_that_cannot_read_the_answer_leaves_one_lead(form: World) -> None:
    """From a site that is not listed, six tries with one solved challenge: one proved lead, nothing kept aside."""
    body = await proved(form, FIELDS)
    answers = [await post(form, body, STRANGE) for _ in range(6)]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (answers[0].status_code, answers[0].content)
    }
    (row,) = await rows(form)
    (lead,) = await form.gateway.journal.load([row["id"]])
    assert (lead.submission.signals.proof, lead.submission.signals.spam) == ("proved", ("origin_not_listed",))
    assert await aside(form) == []


async def test_two_at_once_are_one(form: World) -> None:
    """The second arrives while the first is still being stored: one lead, proved, and the same answer."""
    body = await proved(form, FIELDS)
    answers = await asyncio.gather(*(post(form, body, STRANGE) for _ in range(8)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    (row,) = await rows(form)
    (lead,) = await form.gateway.journal.load([row["id"]])
    assert lead.submission.signals.proof == "proved"
    assert await aside(form) == []
    assert await counted(form) == {"accepted": 1, "repeated": 7}


async def test_one_post_sent_many_times_at_once_is_no_flood(form: World) -> None:
    """Its own repetitions speak against it neither as the same text nor as a used challenge."""
    await form.add_source("strict", "form", **FORM, flood_after=2)
    served = body_of(await form.client.get("/f/strict/challenge"))
    sent = {**FIELDS, "altcha": solve(served)}
    origin = {"Origin": STRANGE}
    answers = await asyncio.gather(*(form.client.post("/f/strict", data=sent, headers=origin) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert (len(await rows(form)), await aside(form)) == (1, [])


async def test_where_each_post_counts_the_same_one_again_is_a_flood(form: World) -> None:
    """With `repeat_minutes` at 0 there are no repetitions: the same text in three posts is what it is."""
    await form.add_source("strict", "form", **FORM, flood_after=3, repeat_minutes=0)
    for _ in range(3):
        await form.client.post("/f/strict", data=FIELDS, headers={"Origin": STRANGE})
    assert len(await rows(form)) == 2
    assert [each["reasons"] for each in await aside(form)] == [["origin_not_listed", "same_text_flood"]]


async def test_with_or_without_script_it_is_the_same_post(form: World) -> None:
    """What the script adds and what the page sends anew at each load is no content; address and encoding neither."""
    await post(form, await proved(form, {**FIELDS, "page_url": f"{SITE}/contact#form", "_token": "one"}), SITE)
    await post(form, {**FIELDS, "_token": "two", "empty": ""})
    await post(form, await proved(form, FIELDS), SITE)
    multipart = {name: (None, value) for name, value in FIELDS.items()}
    async with client_of(form.app, peer="192.0.2.77") as elsewhere:
        assert (await elsewhere.post("/f/contact", files=multipart)).status_code == 202
    assert len(await rows(form)) == 1


async def test_another_content_is_another_inquiry(form: World) -> None:
    """A word of the message, another box, another form: each is a lead of its own."""
    await form.add_source("other", "form")
    await post(form, FIELDS)
    await post(form, {**FIELDS, "your-message": "Please call me today."})
    await post(form, {**FIELDS, "newsletter": "on"})
    await form.client.post("/f/other", data=FIELDS)
    assert len(await rows(form)) == 4


async def test_a_restart_between_two_tries_makes_no_second_lead(
    tmp_path: Path, either_store: Mapping[str, Any]
) -> None:
    """The gateway was stopped after it had stored the post and before the browser heard of it."""
    folder = tmp_path / "one"
    async with running_gateway(folder, worker=False, sequencer=False, destination=False, **either_store) as world:
        await world.add_source("contact", "form", **FORM)
        body = await proved(world, FIELDS)
        assert (await post(world, body)).status_code == 202
    async with running_gateway(
        folder, worker=False, sequencer=False, destination=False, accept=None, **either_store
    ) as world:
        await world.add_source("contact", "form", **FORM)
        assert (await post(world, body)).status_code == 202
        assert len(await rows(world)) == 1


async def test_what_is_kept_aside_is_kept_once(form: World) -> None:
    """A retry of spam adds nothing; nor does one of what cannot be read."""
    body = await proved(form, MARKUP)
    assert {(await post(form, body, STRANGE)).status_code for _ in range(3)} == {202}
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    for _ in range(2):
        assert (await form.client.post("/f/contact", content=b"--x\r\nbroken", headers=broken)).status_code == 400
    assert [each["reasons"] for each in await aside(form)] == [
        ["markup_in_message", "origin_not_listed"],
        ["malformed"],
    ]


async def test_what_cannot_be_read_is_told_so_however_many_come_at_once(form: World) -> None:
    """Each is answered 400, the first of the day too; equal ones are kept once, and no other is lost."""
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    sent = [f"--x\r\nbroken {number // 2}".encode() for number in range(12)]
    answers = await asyncio.gather(*(form.client.post("/f/contact", content=each, headers=broken) for each in sent))
    assert [answer.status_code for answer in answers] == [400] * 12
    assert [each["reasons"] for each in await aside(form)] == [["malformed"]] * 6


async def test_spam_keeps_no_honest_post_out(form: World) -> None:
    """Somebody sent the very same words with two signs of spam before: the honest post is a lead all the same."""
    await post(form, {**MARKUP, "altcha": "forged"}, STRANGE)
    await post(form, MARKUP, SITE)
    assert (len(await aside(form)), len(await rows(form))) == (1, 1)


async def test_a_form_may_count_every_post(form: World) -> None:
    """`repeat_minutes: 0` makes each post an inquiry, for a tablet at a fair say; `per_load` names more tokens."""
    await form.add_source("contact", "form", per_load=["visit"])
    await post(form, {**FIELDS, "visit": "1"})
    await post(form, {**FIELDS, "visit": "2"})
    assert len(await rows(form)) == 1
    await form.add_source("fair", "form", repeat_minutes=0)
    for _ in range(2):
        await form.client.post("/f/fair", data=FIELDS)
    assert len(await rows(form)) == 3


@pytest.mark.parametrize("named", ["lead", "phone"])
@pytest.mark.parametrize("refuse", ["withdraw", "object"])
async def test_the_same_words_after_a_refusal_are_a_new_inquiry(form: World, refuse: str, named: str) -> None:
    """Whoever takes consent back or objects, and asks again within minutes, is heard again: once."""
    fields = {**FIELDS, "phone": "+44 20 7946 0018"}
    await post(form, fields)
    (first,) = await rows(form)
    assert first["reason"] is None
    who = Who(phone="+442079460018") if named == "phone" else Who(lead_id=first["id"])
    await form.gateway.start_worker()
    await form.lead(first["id"], until=["held", "rejected", "decided", "released"])  # its number is read by then
    await getattr(form.gateway.desks.preferences, refuse)(LOCAL, who, Against())
    assert {answer.status_code for answer in await asyncio.gather(*(post(form, fields) for _ in range(4)))} == {202}
    assert (await post(form, fields)).status_code == 202
    assert len(await rows(form)) == 2


async def test_a_new_inquiry_after_a_refusal_is_no_replay(form: World) -> None:
    """The page was not loaded again, so its challenge is used: that marks nobody, and proves nothing of what is asked.

    With the mark, it would be kept aside where the site is not listed.
    """
    body = await proved(form, FIELDS)
    await post(form, body, STRANGE)
    (first,) = await rows(form)
    await form.gateway.desks.preferences.object(LOCAL, Who(lead_id=first["id"]), Against())
    await post(form, body, STRANGE)
    await post(form, body, STRANGE)
    leads = await form.gateway.journal.load([row["id"] for row in await rows(form)])
    said = sorted((lead.submission.signals.proof, *lead.submission.signals.spam) for lead in leads)
    assert said == [("proved", "origin_not_listed"), ("unproved", "origin_not_listed")]
    assert await aside(form) == []


async def test_what_somebody_else_took_back_makes_no_second_inquiry(form: World) -> None:
    """A withdrawal of another person, by address, changes nothing for this one's retry."""
    await post(form, FIELDS)
    await post(form, {**FIELDS, "your-email": "bob@acme.example"})
    await form.gateway.desks.preferences.withdraw(LOCAL, Who(email="bob@acme.example"), Against())
    await post(form, FIELDS)
    assert len(await rows(form)) == 2


async def test_the_same_words_after_an_erasure_are_a_new_inquiry(form: World) -> None:
    """Nothing is held of an erased person, so what they send is taken in, however soon."""
    await post(form, FIELDS)
    (row,) = await rows(form)
    (lead,) = await form.gateway.journal.load([row["id"]])
    erased = update(subject_keys).where(subject_keys.c.subject_id == lead.subject_id).values(profile=None)
    await form.gateway.office.database.transact(lambda tx: tx.connection.execute(erased).rowcount)
    form.gateway.office.vault.forget(lead.subject_id)
    for _ in range(2):
        assert (await post(form, FIELDS)).status_code == 202
    made = [each["id"] for each in await rows(form) if each["id"] != row["id"]]
    assert len(await form.gateway.journal.load(made)) == 1


async def test_repeats_use_up_no_cap(form: World) -> None:
    """A retry of what was taken is answered like the first time, also where the form is at its cap."""
    await form.add_source("contact", "form", per_day=1)
    assert (await post(form, FIELDS)).status_code == 202
    assert (await post(form, FIELDS)).status_code == 202
    assert (await post(form, {**FIELDS, "your-name": "Bob"})).status_code == 429


async def test_operators_see_repeats(form: World) -> None:
    """They are counted, apart from what was accepted."""
    await post(form, FIELDS)
    await post(form, FIELDS)
    assert await counted(form) == {"accepted": 1, "repeated": 1}

"""A browser's form: challenge, hints, every encoding, CORS, proxies, and what is kept aside without telling."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from altcha import Challenge, Payload, solve_challenge

from gateway.api.forms import SNIPPET
from gateway.desk.office import LOCAL
from tests.support.gateway import World, body_of, client_of, running_gateway

pytestmark = pytest.mark.integration

SITE = "https://www.acme.example"
FIELDS = {"your-email": "ada@acme.example", "your-name": "Ada Example", "your-message": "Please call me."}


@pytest.fixture
async def form(world: World) -> World:
    """The form `contact` with a site, a page to go to, a notice and a box."""
    await world.gateway.desks.notices.add(LOCAL, notice_id="news", lang="en", text="We write to you once a month.")
    await world.add_source(
        "contact",
        "form",
        origins=[SITE],
        redirects=[f"{SITE}/thanks"],
        notice_id="news",
        challenge_cost=1,
        min_seconds=0,
        consent=[{"field": "newsletter", "purpose": "marketing", "channels": ["email"]}],
    )
    return world


def solve(served: dict[str, Any]) -> str:
    """Solve a challenge with the reference implementation."""
    theirs = Challenge.from_dict({"parameters": served["parameters"], "signature": served["signature"]})
    solution = solve_challenge(theirs)
    assert solution is not None
    return Payload(theirs, solution).to_base64()


async def rows(world: World) -> list[Any]:
    """Every lead there is."""
    return list(body_of(await world.client_of(world.keys["admin"]).get("/v1/leads"))["items"])


@pytest.mark.parametrize("encoding", ["urlencoded", "multipart", "json"])
async def test_a_post_is_taken_in_every_encoding(form: World, encoding: str) -> None:
    """The fields have the names the form has; a script is told where to go next."""
    ways: dict[str, dict[str, Any]] = {
        "urlencoded": {"data": FIELDS},
        "multipart": {"files": {name: (None, value) for name, value in FIELDS.items()}},
        "json": {"json": FIELDS},
    }
    answer = await form.client.post("/f/contact", headers={"Accept": "application/json"}, **ways[encoding])
    assert answer.status_code == 202, answer.text
    assert body_of(answer) == {"status": "received", "redirect": f"{SITE}/thanks"}
    (row,) = await rows(form)
    await form.lead(row["id"], until=["released"])
    sent_on = json.loads(form.inbox.received[0].body)["data"]
    assert sent_on["contact"]["email"] == "ada@acme.example"
    assert sent_on["inquiry"]["message"] == "Please call me."


async def test_a_browser_without_script_is_sent_on(form: World) -> None:
    """A plain post gets 303 to the listed page, never elsewhere; without a page, a sentence of thanks."""
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = await form.client.post(
        "/f/contact", data={**FIELDS, "_redirect": "https://evil.example/"}, headers=browser
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{SITE}/thanks"
    await form.add_source("plain", "form")
    thanks = await form.client.post("/f/plain", data=FIELDS, headers=browser)
    assert thanks.status_code == 202
    assert thanks.headers["content-type"].startswith("text/html")
    assert "Thank you" in thanks.text


async def test_a_challenge_is_signed_served_and_used_once(form: World) -> None:
    """The challenge carries time and notice; solved, the post is proved; used for another post, that is marked."""
    answer = await form.client.get("/f/contact/challenge")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    served = body_of(answer)
    assert served["notice"] == {"id": "news", "version": 1, "language": "en"}
    proof = solve(served)
    body = {**FIELDS, "newsletter": "on", "altcha": proof}
    assert (await form.client.post("/f/contact", data=body)).status_code == 202
    (row,) = await rows(form)
    first = (await form.gateway.journal.load([row["id"]]))[0]
    assert first.submission.signals.proof == "proved"
    assert first.submission.consent[0].notice_sha256 is not None
    assert first.submission.consent[0].evidence.served_at is not None
    another = {**body, "your-message": "Something else."}
    assert (await form.client.post("/f/contact", data=another)).status_code == 202
    second = (await form.gateway.journal.load([(await rows(form))[1]["id"]]))[0]
    assert "challenge_replayed" in second.submission.signals.spam


async def test_spam_is_answered_like_everything_else(form: World) -> None:
    """Two signals quarantine the post; the answer does not tell."""
    good = await form.client.post("/f/contact", data=FIELDS)
    spam = {**FIELDS, "_gotcha": "x", "your-message": "[url=http://a.example]a[/url]"}
    bad = await form.client.post("/f/contact", data=spam)
    assert (bad.status_code, bad.content) == (good.status_code, good.content)
    assert len(await rows(form)) == 1
    kept = body_of(await form.client_of(form.keys["admin"]).get("/v1/quarantine"))["items"]
    assert kept[0]["reasons"] == ["honeypot_filled", "markup_in_message"]


async def test_known_and_unknown_people_get_the_same_answer(form: World) -> None:
    """Byte for byte, also for somebody who objected."""
    client = form.client_of(form.keys["admin"])
    assert (await client.post("/v1/objections", json={"email": "ada@acme.example"})).status_code == 200
    answers = [
        await form.client.post("/f/contact", data={**FIELDS, "your-email": email})
        for email in ("ada@acme.example", "new@acme.example", "ada@acme.example")
    ]
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1


async def test_hints_are_given_from_the_text_alone(form: World) -> None:
    """A typing slip is suggested; without an address there is nothing to say."""
    answer = await form.client.post("/f/contact/check", data={"email": "ada@gmial.com"})
    assert answer.status_code == 200
    assert body_of(answer)["suggestion"] == "ada@gmail.com"
    empty = await form.client.post("/f/contact/check", data={"phone": "1"})
    assert empty.status_code == 422


@pytest.mark.parametrize("path", ["/f/nowhere", "/f/web", "/f/%2e%2e", "/f/" + "x" * 500])
async def test_only_forms_are_forms(world: World, path: str) -> None:
    """An unknown key and a source of another kind answer alike, to a script with a problem; no challenge is served."""
    for answer in (await world.client.post(path, data=FIELDS), await world.client.get(f"{path}/challenge")):
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert body_of(answer)["type"].endswith("/not-found")


@pytest.mark.parametrize("key", ["nowhere", "web"])
async def test_a_wrong_key_is_told_to_whoever_posts(world: World, key: str) -> None:
    """A visitor without script reads that there is no such form, and a script of any site may read it too."""
    site = {"Origin": "https://elsewhere.example"}
    page = await world.client.post(f"/f/{key}", data=FIELDS, headers={**site, "Accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such form." in page.text
    told = await world.client.post(f"/f/{key}", data=FIELDS, headers=site)
    assert body_of(told)["detail"] == "There is no such form."
    for answer in (page, told):
        assert (answer.headers["access-control-allow-origin"], answer.headers["vary"]) == ("*", "Origin")
    challenge = await world.client.get(f"/f/{key}/challenge", headers=site)
    assert (challenge.status_code, challenge.headers["vary"]) == (404, "Origin")
    assert "access-control-allow-origin" not in challenge.headers


async def test_challenges_are_for_scripts_of_listed_sites(form: World) -> None:
    """CORS headers stand on preflights, challenges and hints for a listed origin, and on none for another."""
    for origin, listed in ((SITE, True), ("https://evil.example", False), ("null", False)):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        asked = await form.client.options("/f/contact", headers=headers)
        assert asked.status_code == 204
        assert ("access-control-allow-methods" in asked.headers) is listed
        for answer in [
            asked,
            await form.client.get("/f/contact/challenge", headers={"Origin": origin}),
            await form.client.post("/f/contact/check", data={"email": "a@b.example"}, headers={"Origin": origin}),
        ]:
            assert answer.headers["vary"] == "Origin"
            assert answer.headers.get("access-control-allow-origin") == (origin if listed else None)


async def test_every_script_may_read_what_became_of_its_post(form: World) -> None:
    """Also on a site that nobody has listed, where else the visitor hears of a failure; refusals too."""
    for origin, reader in ((SITE, SITE), ("https://staging.acme.example", "*"), ("null", "*")):
        for answer in [
            await form.client.post("/f/contact", data=FIELDS, headers={"Origin": origin}),
            await form.client.post("/f/contact", content=b"{", headers={"Origin": origin, "Content-Type": "x/y"}),
        ]:
            assert answer.headers["vary"] == "Origin"
            assert answer.headers["access-control-allow-origin"] == reader
            assert answer.headers["access-control-expose-headers"] == "Retry-After"


async def test_a_form_that_lists_no_site_serves_every_site(form: World) -> None:
    """Nothing was said against any: its scripts get challenge, hints and preflight."""
    await form.add_source("open", "form")
    origin = {"Origin": "https://anywhere.example", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-methods" in (await form.client.options("/f/open", headers=origin)).headers
    served = await form.client.get("/f/open/challenge", headers=origin)
    assert served.headers["access-control-allow-origin"] == origin["Origin"]


async def test_operators_see_which_site_is_not_listed(form: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A metric counts, the log names the form once and no value, the lead is marked; listed, all is well."""
    site = "https://staging.acme.example"
    for message in ("one", "two"):
        await form.client.post("/f/contact", data={**FIELDS, "your-message": message}, headers={"Origin": site})
    await form.client.post("/f/contact", data=FIELDS, headers={"Origin": "https://x.example/ada@acme.example"})
    said = [line for line in capsys.readouterr().out.splitlines() if "form.origin_not_listed" in line]
    assert len(said) == 1
    assert "contact" in said[0]
    assert "acme.example" not in said[0]
    assert 'leadgate_form_unlisted_origin_total{form="contact"} 3.0' in (await form.client.get("/metrics")).text
    lead_id = (await rows(form))[0]["id"]
    lead = body_of(await form.client_of(form.keys["admin"]).get(f"/v1/leads/{lead_id}"))
    assert [mark["code"] for mark in lead["signals"]["spam"]] == ["origin_not_listed"]
    assert "leadgate sources allow" in lead["signals"]["spam"][0]["says"]
    allowed = await form.gateway.desks.sources.allow(LOCAL, "contact", site)
    assert allowed.origins == (SITE, site)
    assert (await form.gateway.desks.sources.allow(LOCAL, "contact", site.upper())).origins == (SITE, site)
    again = await form.client.get("/f/contact/challenge", headers={"Origin": site})
    assert again.headers["access-control-allow-origin"] == site


async def test_an_unreadable_post_is_malformed(form: World) -> None:
    """A body that is no form is 400; it names no byte of it."""
    answer = await form.client.post(
        "/f/contact",
        content=b"--x\r\nbroken ada@acme.example",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 400
    assert "ada@" not in answer.text


async def test_a_visitor_without_script_reads_a_sentence(form: World) -> None:
    """When a post cannot be taken, a browser is shown what to do; a script gets the problem, readable from any site."""
    browser = {"Accept": "text/html,*/*;q=0.8", "Origin": "https://elsewhere.example"}
    large = {**FIELDS, "your-message": "x" * 300_000}
    plain = {**browser, "Content-Type": "text/plain"}
    too_large = await form.client.post("/f/contact", data=large, headers=browser)
    unreadable = await form.client.post("/f/contact", content=b"x", headers=plain)
    for answer, status in ((too_large, 413), (unreadable, 400)):
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert "what you wrote is still there" in answer.text
    refused = await form.client.post("/f/contact", data=large, headers={"Origin": "https://elsewhere.example"})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (413, "*")
    assert body_of(refused)["status"] == 413


async def test_the_script_may_be_loaded_by_any_page(world: World) -> None:
    """It is the shipped script, cacheable, and no guess at its type is needed."""
    for path in ("/f/snippet.js", "/f/contact/snippet.js"):
        answer = await world.client.get(path)
        assert answer.content == SNIPPET
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "max-age" in answer.headers["cache-control"]


async def test_one_address_may_not_post_without_end(tmp_path: Path) -> None:
    """The allowance is per client behind the trusted proxy; what an untrusted one forwards does not count."""
    limits = {"form_per_minute": 3}
    async with running_gateway(tmp_path, worker=False, limits=limits, trusted_proxies="10.0.0.0/8") as world:
        proxy = client_of(world.app, peer="10.0.0.1")
        outside = client_of(world.app, peer="192.0.2.66")
        async with proxy, outside:
            first = [await post(proxy, "192.0.2.1, 10.9.9.9") for _ in range(4)]
            assert [answer.status_code for answer in first] == [202, 202, 202, 429]
            assert 1 <= int(first[3].headers["retry-after"]) <= 60
            assert (await post(proxy, "192.0.2.2")).status_code == 202
            forged = [await post(outside, f"192.0.2.{number}") for number in range(4)]
            assert forged[3].status_code == 429
            assert (
                await proxy.get("/f/contact/challenge", headers={"X-Forwarded-For": "192.0.2.1"})
            ).status_code == 200


async def test_the_client_address_becomes_evidence(form: World) -> None:
    """Address, browser and page stand beside the consent, sealed."""
    browser = client_of(form.app, peer="192.0.2.9")
    async with browser:
        headers = {"User-Agent": "Tests/1", "Referer": f"{SITE}/contact"}
        await browser.post("/f/contact", data={**FIELDS, "newsletter": "on"}, headers=headers)
    row = (await rows(form))[0]
    evidence = (await form.gateway.journal.load([row["id"]]))[0].submission.consent[0].evidence
    assert evidence.ip is not None
    assert evidence.ip.reveal() == "192.0.2.9"
    assert evidence.user_agent is not None
    assert evidence.user_agent.reveal() == "Tests/1"


async def post(client: httpx.AsyncClient, forwarded: str | None = None) -> httpx.Response:
    """Post the form."""
    headers = {"Accept": "application/json"} | ({"X-Forwarded-For": forwarded} if forwarded else {})
    return await client.post("/f/contact", data=FIELDS, headers=headers)

"""The sandbox's vendors of mailbox checks speak as the real ones do, errors included, and the connectors read them."""

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest

from gateway.sandbox.vendors import KEY, Mailboxes, Vendors
from gateway.sandbox.vendors.mailboxes import SCENES

pytestmark = pytest.mark.integration


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    """The servers."""
    async with Vendors() as running:
        yield running


async def validate(vendors: Vendors, email: str, *, key: str = KEY) -> httpx.Response:
    """One call to ZeroBounce."""
    host, port = vendors.address
    async with httpx.AsyncClient(base_url=f"http://{host}:{port}", trust_env=False) as client:
        return await client.get("/v2/validate", params={"api_key": key, "email": email, "ip_address": ""})


async def check(vendors: Vendors, body: object, *, secret: str = KEY, version: str = "v1") -> httpx.Response:
    """One call to Reacher."""
    host, port = vendors.address
    async with httpx.AsyncClient(base_url=f"http://{host}:{port}", trust_env=False) as client:
        return await client.post(f"/{version}/check_email", json=body, headers={"x-reacher-secret": secret})


@pytest.mark.parametrize(("email", "key"), [("ada@acme.example", "wrong"), ("broke@acme.example", KEY)])
async def test_a_bad_key_and_no_credits_are_the_same_200(vendors: Vendors, email: str, key: str) -> None:
    """The trap of the vendor: a refusal that looks like an answer, with status 200."""
    answer = await validate(vendors, email, key=key)
    assert answer.status_code == 200
    assert answer.json() == {"error": "Invalid API Key or your account ran out of credits"}
    assert vendors[Mailboxes].spent == 0


@pytest.mark.parametrize("name", [name for name, scene in SCENES.items() if not scene.wait and not scene.broke])
async def test_every_scene_is_played_by_both(vendors: Vendors, name: str) -> None:
    """Trouble first where there is any, then the vendor's words; `unknown` takes no credit."""
    scene, email = SCENES[name], f"{name}@acme.example"
    if scene.trouble:
        assert (await validate(vendors, email)).status_code == scene.trouble
    if scene.times > 1:
        return
    told: Mapping[str, object] = (await validate(vendors, email)).json()
    assert (told["status"], told["sub_status"]) == (scene.status, scene.sub)
    assert vendors[Mailboxes].spent == (scene.status != "unknown")
    checked = (await check(vendors, {"to_email": email}, version="v0")).json()
    assert checked["is_reachable"] == scene.reachable
    assert ("error" in checked["smtp"]) is (scene.truths is None)
    assert vendors[Mailboxes].asked[-1] == email


async def test_reacher_refuses_a_header_without_json(vendors: Vendors) -> None:
    """A wrong secret is a text, a wrong question JSON; neither is counted as asked."""
    refused = await check(vendors, {"to_email": "ada@acme.example"}, secret="wrong")
    assert (refused.status_code, refused.headers["content-type"].partition(";")[0]) == (400, "text/plain")
    bodies: tuple[object, ...] = ({}, {"to_email": ""}, [], "ada")
    for body in bodies:
        mistaken = await check(vendors, body)
        assert (mistaken.status_code, mistaken.json()) == (400, {"error": "to_email field is required."})
    assert vendors[Mailboxes].asked == []

"""Whoever opens an address in a browser learns what this is, and where the contract is."""

import pytest
import yaml

from tests.house.tree import ROOT
from tests.support.gateway import World, body_of

pytestmark = pytest.mark.integration


async def test_the_root_says_what_this_is(world: World) -> None:
    """A page for browsers, plain lines for everybody else, and each place it names is there."""
    page = await world.client.get("/", headers={"Accept": "text/html,*/*"})
    assert page.headers["content-type"].startswith("text/html")
    assert '<a href="/openapi.json">' in page.text
    plain = await world.client.get("/")
    assert (plain.status_code, plain.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    places = [line.split()[0] for line in plain.text.splitlines() if line.startswith("/")]
    assert len(places) == 3
    for place in places:
        assert (await world.client.get(place)).status_code == 200, place


async def test_the_contract_is_served(world: World) -> None:
    """As the file has it, also a second time."""
    written = yaml.load((ROOT / "openapi.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    for _ in range(2):
        assert body_of(await world.client.get("/openapi.json")) == written


@pytest.mark.parametrize(("key", "status"), [("contact", 405), ("nosuch", 404), ("web", 404)])
async def test_a_form_is_posted_to_and_one_that_is_none_is_not_found(world: World, key: str, status: int) -> None:
    """Who opens a form's address by hand is told which of the two it is; another source is no form."""
    answer = await world.client.get(f"/f/{key}")
    assert answer.status_code == status
    assert answer.headers.get("allow") == ("POST" if status == 405 else None)

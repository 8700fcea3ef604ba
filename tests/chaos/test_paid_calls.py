"""A server killed while a vendor works on a call that costs money: it is paid once, and counts as paid."""

import asyncio
import json
import signal
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.sandbox.vendors import KEY, Hunter, Scripted, Vendors
from tests.chaos.conftest import Figure
from tests.gateway.cli.programs import Server, environment, started
from tests.gateway.cli.receiver import listening
from tests.gateway.cli.test_serve import post, serving, set_up
from tests.support.waiting import eventually, until

pytestmark = [pytest.mark.chaos, pytest.mark.integration]

SLOW: Final = Scripted(wait=60.0)
SETTINGS: Final = {
    "connectors__hunter__api_key": KEY,
    "connectors__hunter__price": "0.10",
    "enrichment__stages": '[["hunter"]]',
    "enrichment__day_budget_minor": "15",
    "country": "DE",
}
"""A day's money is enough for one call, not for two."""


def lead_at(domain: str) -> Mapping[str, Any]:
    """An inquiry from a company."""
    return {
        "person": {"email": f"ada@{domain}", "country": "DE"},
        "inquiry": {"kind": "demo", "message": "Please call"},
    }


async def posted(server: Server, key: str, domain: str) -> str:
    """Post a lead; give its id."""
    _, told = await asyncio.to_thread(post, serving(server), key, lead_at(domain))
    return str(told["id"])


def explained(server: Server, key: str, lead: str) -> Mapping[str, Any]:
    """Why a lead stands where it stands, as the API tells."""
    url = f"{serving(server)}/v1/leads/{lead}/explain"
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})  # noqa: S310 - loopback
    with urllib.request.urlopen(asked, timeout=30) as reply:  # noqa: S310 - as above
        told: Mapping[str, Any] = json.load(reply)
    return told


async def released(server: Server, key: str, lead: str) -> list[tuple[str, str | None]]:
    """Wait until a lead is released; give how each look-up ended, with the budget that had no room."""
    told = await eventually(
        lambda: asyncio.to_thread(explained, server, key, lead), lambda found: found["status"] == "released"
    )
    return [(each["mark"], each["budget"]) for each in told["company"]["connectors"]]


async def test_a_paid_call_that_a_kill_cut_off_is_not_made_again(tmp_path: Path, figure: Figure) -> None:
    """After the restart the lead goes on without the vendor, who was asked once; the day's budget has paid for it."""
    hunter = Hunter(script={"acme.example": (SLOW,), "nordwind-logistik.example": (SLOW,)})
    async with Vendors(hunter) as vendors:
        with listening() as receiver, started(["sandbox", "dns"], folder=tmp_path) as dns:
            env = environment(tmp_path, dns_servers=dns.find(r"answers on (\S+)"), **SETTINGS)
            words = ["serve", "--port", "0", "--sandbox-vendors", ":".join(map(str, vendors.address))]
            key, _ = await asyncio.to_thread(set_up, tmp_path, env, receiver)
            with started(words, folder=tmp_path, env=env) as server:
                first = await posted(server, key, "acme.example")
                await until(lambda: bool(hunter.asked))
                await asyncio.to_thread(server.stop, signal.SIGKILL)
            killed = time.monotonic()
            with started(words, folder=tmp_path, env=env) as server:
                assert await released(server, key, first) == [("already_charged", None)]
                figure(f"released {time.monotonic() - killed:.1f} s after the kill")
                second = await posted(server, key, "nordwind-logistik.example")
                assert await released(server, key, second) == [("over_budget", "day")]
                assert await asyncio.to_thread(server.stop) == 0, server.said
        told = [json.loads(body)["data"]["lead"]["id"] for _, body in receiver.received]
    assert (told, hunter.asked) == ([first, second], ["acme.example"])

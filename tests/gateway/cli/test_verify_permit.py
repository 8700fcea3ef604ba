"""`leadgate consent verify-permit`: what a receiver kept is proved without a gateway."""

import json
from pathlib import Path

import pytest

from tests.gateway.cli.programs import typed
from tests.support.gateway import lead, running_gateway

pytestmark = pytest.mark.integration


def refused(*words: str, folder: Path) -> str:
    """What the command says when it refuses; it ends with 1 and prints nothing as an answer."""
    done = typed("consent", "verify-permit", *words, folder=folder, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


async def test_a_permit_is_proved_with_its_body_and_the_published_keys(tmp_path: Path) -> None:
    """What holds is told by channel; another body, destination, time or key, and what is no permit, are refused."""
    async with running_gateway(tmp_path / "gateway") as world:
        web = world.client_of(world.keys["web"])
        await web.post("/v1/leads", json=lead(), headers={"Prefer": "wait=10"})
        message = world.inbox.received[0]
        keys = (await world.client.get("/.well-known/jwks.json")).json()
    folder = tmp_path / "receiver"
    folder.mkdir()
    (folder / "permit").write_text(message.headers["leadgate-permit"] + "\n")
    (folder / "body").write_bytes(message.body)
    (folder / "keys.json").write_text(json.dumps(keys))
    words = ("permit", "--body", "body", "--keys", "keys.json")
    found = json.loads(typed("consent", "verify-permit", *words, "--audience", "crm", "--json", folder=folder).stdout)
    assert (found["audience"], found["lead_id"]) == ("crm", json.loads(message.body)["data"]["lead"]["id"])
    said = json.loads(message.body)["data"]["permit"]
    assert {name: each["may"] for name, each in found["channels"].items()} == {
        name: said[f"may_{name}"]["status"] for name in found["channels"]
    }
    assert "It holds" in typed("consent", "verify-permit", *words, "--at", found["issued_at"], folder=folder).stderr
    assert "another destination" in refused(*words, "--audience", "erp", folder=folder)
    assert "not valid at this time" in refused(*words, "--at", "2020-01-01", folder=folder)
    assert "like 2026" in refused(*words, "--at", "yesterday", folder=folder)
    (folder / "body").write_bytes(message.body + b" ")
    assert "not the one" in refused(*words, folder=folder)
    [key] = keys["keys"]
    for wrong, why in (
        ({"keys": [{**key, "kid": "permit-9"}]}, "not among these"),
        ({"keys": [{**key, "x": key["x"][:-4]}]}, "no key set"),
        ({"keys": [{**key, "x": ("B" if key["x"][0] == "A" else "A") + key["x"][1:]}]}, "signature"),
        ([], "no key set"),
    ):
        (folder / "keys.json").write_text(json.dumps(wrong))
        assert why in refused(*words, folder=folder)
    (folder / "keys.json").write_text("<html>")
    assert "no JSON" in refused(*words, folder=folder)
    (folder / "keys.json").write_text(json.dumps(keys))
    (folder / "permit").write_text("nonsense")
    assert "not a Leadgate permit" in refused(*words, folder=folder)

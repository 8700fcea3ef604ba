"""What outsiders may read without a key: the public keys of permits and of the log."""

import httpx
import jwt
import pytest

from audit.checkpoint import NoteKey, open_checkpoint
from audit.keyring import PERMIT
from consent.permit import key_id_of
from tests.support.gateway import World, lead
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration


async def test_a_permit_from_before_a_new_key_can_still_be_checked(world: World, web: httpx.AsyncClient) -> None:
    """A receiver that kept a permit finds its key beside the new one; a destroyed key is listed no more."""
    await web.post("/v1/leads", json=lead(), headers={"Prefer": "wait=10"})
    token = world.inbox.received[0].headers["leadgate-permit"]
    keyring = world.gateway.office.vault.keyring
    keyring.rotate(PERMIT, now=world.gateway.office.now())
    answer = await world.client.get("/.well-known/jwks.json")
    assert answer.headers["content-type"] == "application/jwk-set+json"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    found = jwt.PyJWKSet.from_json(answer.text)
    assert [key.key_id for key in found.keys] == ["permit-2", "permit-1"]
    assert jwt.decode(token, found[key_id_of(token)], algorithms=["EdDSA"], audience="crm")["lead"].startswith("ld_")
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, found["permit-2"], algorithms=["EdDSA"], audience="crm")
    keyring.destroy(PERMIT, 1)
    left = jwt.PyJWKSet.from_json((await world.client.get("/.well-known/jwks.json")).text)
    assert [key.key_id for key in left.keys] == ["permit-2"]


async def test_no_private_part_is_published(world: World) -> None:
    """Only the members of a public key (RFC 8037 section 2): `d` would be the gateway's secret."""
    [key] = (await world.client.get("/.well-known/jwks.json")).json()["keys"]
    assert set(key) == {"kty", "crv", "alg", "use", "kid", "x"}


async def test_the_log_s_key_opens_the_checkpoint(world: World, admin: httpx.AsyncClient) -> None:
    """Whoever is handed a checkpoint reads the key without one of ours, and it opens the note."""
    key = (await world.client.get("/.well-known/leadgate-log-key")).text
    signed = await eventually(lambda: admin.get("/v1/audit/checkpoint"), lambda answer: answer.status_code == 200)
    assert open_checkpoint(signed.content, NoteKey.parse(key.rstrip("\n"))).size > 0

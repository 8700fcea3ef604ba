"""The audit log over HTTP: checkpoint, leaves, proofs and exports hold before the public verifier."""

import asyncio
import base64
import sys
from pathlib import Path

import httpx
import pytest

from audit.checkpoint import open_checkpoint
from audit.merkle import leaf_hash, verify_inclusion
from tests.support.gateway import World, body_of, lead, running_gateway

pytestmark = pytest.mark.integration


async def test_an_entry_is_proved_under_the_checkpoint(
    world: World, web: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    """A timeline's entry, its leaf and its proof lead to the signed root."""
    told = body_of(await web.post("/v1/leads", json=lead(), headers={"Prefer": "wait=10"}))
    entry = body_of(await web.get(told["links"]["timeline"]))["items"][0]["entry"]
    answer = await admin.get(f"/v1/audit/proofs/{entry}")
    assert answer.status_code == 200, answer.text
    head, note = answer.text.split("\n\n", 1)
    name, index, *hashes = head.split("\n")
    assert name == "c2sp.org/tlog-proof@v1"
    number = int(index.removeprefix("index "))
    key = world.gateway.office.vault.keyring.log_signer().key
    checkpoint = open_checkpoint(note.encode(), key)
    leaves = []
    cursor = None
    while True:
        query = {"limit": 200} | ({"cursor": cursor} if cursor else {})
        page = body_of(await admin.get("/v1/audit/entries", params=query))
        leaves += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [each["index"] for each in leaves] == list(range(len(leaves)))
    mine = leaves[number]
    assert (mine["event_id"], mine["type"]) == (entry, "lead.received")
    path = [base64.b64decode(each) for each in hashes]
    verify_inclusion(leaf_hash(base64.b64decode(mine["leaf"])), number, checkpoint.size, path, root=checkpoint.root)
    latest = open_checkpoint((await admin.get("/v1/audit/checkpoint")).content, key)
    assert latest.size >= checkpoint.size


async def test_an_export_verifies(web: httpx.AsyncClient, admin: httpx.AsyncClient, tmp_path: Path) -> None:
    """The file holds before `python -m audit verify`, and opens only with a purpose."""
    await web.post("/v1/leads", json=lead(), headers={"Prefer": "wait=10"})
    assert (await admin.post("/v1/audit/exports", json={"open": True})).status_code == 422
    assert (await admin.post("/v1/audit/exports", json={"types": ["no.such"]})).status_code == 422
    answer = await admin.post("/v1/audit/exports", json={"open": True, "purpose": "a test"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    out = tmp_path / "export.zip"
    out.write_bytes(answer.content)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "audit", "verify", str(out), stdout=pipe, stderr=pipe
    )
    said = await process.communicate()
    assert process.returncode == 0, said


async def test_a_log_without_a_checkpoint_says_so(tmp_path: Path) -> None:
    """Before the sequencer has run there is none, and no entries."""
    async with running_gateway(tmp_path, worker=False, sequencer=False) as world:
        admin = world.client_of(world.keys["admin"])
        assert (await admin.get("/v1/audit/checkpoint")).status_code == 404
        assert body_of(await admin.get("/v1/audit/entries")) == {"items": [], "next_cursor": None}
        assert (await admin.get("/v1/audit/proofs/ev_01k4z7m0q8e9x0v3f1n2b5c6d7")).status_code == 404

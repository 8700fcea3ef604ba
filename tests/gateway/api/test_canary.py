"""One lead whose every value is a canary: none of them leaves its seal, in any spelling."""

import base64
import hashlib
import io
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest
import structlog

from gateway import logs
from tests.support.gateway import body_of, running_gateway

pytestmark = pytest.mark.integration

EMAIL = "canary.kaethe+bird@acme.example"
PHONE = "+442079460958"
VALUES = {
    "email": EMAIL,
    "local": "canary.kaethe",
    "phone": PHONE,
    "given": "Kanarienvogelina",
    "family": "Zwitscherbaum",
    "full": "Kanarienvogelina Zwitscherbaum",
    "title": "Chief Chirping Officer",
    "message": "Sing me a canary song, quietly & softly / please?",
    "page": "https://canary-page.example/contact?who=kaethe",
    "ip": "198.51.100.222",
    "agent": "CanaryBrowser/7.7 (feathers)",
    "attribute": "a-canary-attribute-value",
    "click": "canary-click-id-0001",
}


def spellings(value: str) -> Iterator[bytes]:
    """A value as it might leak: plain, upper and lower case, URL-encoded, base64 at every offset, SHA-256."""
    for text in {
        value,
        value.upper(),
        value.lower(),
        quote(value, safe=""),
        quote_plus(value),
        json.dumps(value)[1:-1],
    }:
        yield text.encode()
    for offset in range(3):
        # The inner part of the base64 text does not depend on what stands before and after.
        start = 0 if offset == 0 else 4
        yield base64.b64encode(b"x" * offset + value.encode())[start:-4]
    for text in {value, value.lower()}:
        digest = hashlib.sha256(text.encode())
        yield digest.digest()
        yield digest.hexdigest().encode()
        yield base64.b64encode(digest.digest())


def leaks(haystack: bytes) -> list[str]:
    """The names of the values that stand in some bytes."""
    return [name for name, value in VALUES.items() if any(each in haystack for each in spellings(value))]


def test_the_search_finds_what_leaks() -> None:
    """The canary's own test: each spelling of each value is found."""
    for name, value in VALUES.items():
        for each in spellings(value):
            assert name in leaks(b"before " + each + b" after")
    assert base64.b64encode(b"before " + EMAIL.encode() + b" after")
    assert "email" in leaks(base64.b64encode(b"before " + EMAIL.encode() + b" after"))
    assert leaks(b"nothing here") == []


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Everything that is logged, as `leadgate serve` logs it, down to debug."""
    handlers = list(logging.getLogger().handlers)
    written = io.StringIO()
    logs.configure("debug", stream=written, people=False)
    yield written
    logging.getLogger().handlers[:] = handlers
    structlog.reset_defaults()


async def test_no_value_leaves_its_seal(tmp_path: Path, stream: io.StringIO) -> None:
    """Good and bad leads, forms, look-ups and wishes: in no log line, problem, list, metric or byte of a file."""
    told: list[bytes] = []
    async with running_gateway(tmp_path) as world:
        web, admin = world.client_of(world.keys["web"], peer=VALUES["ip"]), world.client_of(world.keys["admin"])
        agent = {"User-Agent": VALUES["agent"]}
        made = await web.post(
            "/v1/leads", json=canary(), headers={"Prefer": "wait=10", "Idempotency-Key": "c", **agent}
        )
        assert made.status_code == 200, made.text
        await world.client.post("/f/contact", data=form(), headers=agent)
        spam = {**form(), "_gotcha": "x", "message": VALUES["message"] + "[url=x]"}
        await world.client.post("/f/contact", data=spam, headers=agent)
        bad = [canary() | {"strange": VALUES["full"]}, canary() | {"person": {VALUES["full"]: EMAIL}}]
        told += [(await web.post("/v1/leads", json=body)).content for body in bad]
        told.append((await web.post("/v1/leads", content=json.dumps(canary())[:-2])).content)
        await web.get(f"/v1/leads/{VALUES['local']}", params={"reason": EMAIL})
        told.append((await web.get("/v1/leads", params={"reason": EMAIL})).content)
        told.append((await admin.post("/v1/suppressions", json={"kind": "phone_e164", "value": EMAIL})).content)
        await world.client.get(f"/f/{VALUES['local']}/challenge")
        await admin.post("/v1/subjects:lookup", json={"email": EMAIL, "phone": PHONE})
        await admin.post("/v1/verify/email", json={"email": EMAIL})
        grant = {"purpose": "marketing", "channel": "email", "status": "granted"}
        evidence = {"ip": VALUES["ip"], "form_url": VALUES["page"], "user_agent": VALUES["agent"]}
        lead_id = body_of(made)["id"]
        await web.post("/v1/consents", json={"lead_id": lead_id, "consent": [{**grant, "evidence": evidence}]})
        listed = body_of(await admin.get("/v1/quarantine"))["items"]
        assert len(listed) >= 3
        told.append(json.dumps(listed).encode())
        told.append((await admin.get("/v1/leads")).content)
        told.append((await admin.get("/v1/audit/entries", params={"limit": 200})).content)
        told += [(await web.get(f"/v1/leads/{lead_id}/{path}")).content for path in ("timeline", "explain")]
        told += await beside_the_body(web, admin, lead_id)
        assert (await admin.post("/v1/objections", json={"email": EMAIL})).status_code == 200
        told.append((await world.client.get("/metrics")).content)
        during = leaking(tmp_path)
        assert any(name.endswith("-wal") for name in during)
    after = leaking(tmp_path)
    assert {name: found for name, found in {**during, **after}.items() if found} == {}
    assert leaks(stream.getvalue().encode()) == []
    assert "http.request" in stream.getvalue()
    assert [leaks(each) for each in told] == [[] for _ in told]


async def beside_the_body(web: httpx.AsyncClient, admin: httpx.AsyncClient, lead_id: str) -> list[bytes]:
    """Values where a code or a media type belongs: the answers, and a column that has none of them."""
    said = {"outcome": "rejected", "reason": VALUES["full"]}
    told = [(await web.post(f"/v1/leads/{lead_id}/outcomes", json=said)).content]
    aside = {"Content-Type": f"text/{VALUES['local']}@x; charset={VALUES['attribute']}"}
    told.append((await web.post("/v1/leads", content=b"{", headers=aside)).content)
    media = {row["content_type"] for row in body_of(await admin.get("/v1/quarantine"))["items"]}
    assert {"application/octet-stream", "application/json"} <= media
    return told


def leaking(folder: Path) -> dict[str, list[str]]:
    """What stands open in the data directory, by file; a temporary one may go while it is looked at."""
    found = {}
    for path in (folder / "data").rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file():
                found[path.name] = leaks(path.read_bytes())
    return found


def canary() -> dict[str, object]:
    """The lead."""
    return {
        "person": {
            "email": EMAIL,
            "phone": PHONE,
            "given_name": VALUES["given"],
            "family_name": VALUES["family"],
            "full_name": VALUES["full"],
            "job_title": VALUES["title"],
            "country": "GB",
        },
        "inquiry": {"message": VALUES["message"], "page_url": VALUES["page"]},
        "campaign": {"click_ids": {"gclid": VALUES["click"]}},
        "attributes": {"note": VALUES["attribute"]},
        "consent": [
            {
                "purpose": "marketing",
                "channel": "email",
                "status": "granted",
                "mechanism": "web_form_checkbox",
                "evidence": {"ip": VALUES["ip"], "user_agent": VALUES["agent"], "form_url": VALUES["page"]},
            }
        ],
    }


def form() -> dict[str, str]:
    """The same person in a form."""
    return {
        "email": EMAIL,
        "phone": PHONE,
        "name": VALUES["full"],
        "message": VALUES["message"],
        "note": VALUES["attribute"],
        "gclid": VALUES["click"],
    }

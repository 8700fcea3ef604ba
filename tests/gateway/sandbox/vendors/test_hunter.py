"""The sandbox's Hunter: limits per path, and an account that counts."""

import httpx
import pytest

from gateway.sandbox.vendors import KEY, Hunter, Vendors
from tests.gateway.sandbox.vendors.by_hand import call

pytestmark = pytest.mark.integration

HOST = "api.hunter.io"
KEYED = {"X-API-KEY": KEY}


async def find(vendors: Vendors, path: str, **params: str) -> httpx.Response:
    """One question."""
    return await call(vendors, f"/v2/{path}", host=HOST, params=params, headers=KEYED)


async def test_each_path_has_windows_of_its_own_and_tells_nothing_of_them() -> None:
    """Too much is a 403 without any header; people are not counted with companies."""
    async with Vendors(Hunter(windows=(15, 1))) as vendors:
        assert (await find(vendors, "companies/find", domain="acme.example")).status_code == 200
        sent = await find(vendors, "companies/find", domain="acme.example")
        assert (sent.status_code, sent.json()["errors"][0]["code"]) == (403, 403)
        assert not [name for name in sent.headers if "rate" in name or "retry" in name]
        assert (await find(vendors, "people/find", email="ada@acme.example")).status_code == 200
        assert vendors[Hunter].spent == 2


async def test_a_question_about_nobody_is_wrong() -> None:
    """A 400, and nothing is charged; the account says what was."""
    async with Vendors() as vendors:
        assert (await find(vendors, "companies/find")).status_code == 400
        assert (await find(vendors, "people/find")).status_code == 400
        await find(vendors, "companies/find", domain="acme.example")
        account = (await find(vendors, "account")).json()["data"]
        assert account["requests"]["credits"]["used"] == 1
        assert (await call(vendors, "/v2/account", host=HOST)).status_code == 401

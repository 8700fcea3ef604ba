"""Asking a vendor of the sandbox over a socket, by the name that connectors call it by."""

from collections.abc import Mapping

import httpx

from gateway.sandbox.vendors import Vendors


async def call(
    vendors: Vendors,
    path: str,
    *,
    host: str = "",
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: object = None,
) -> httpx.Response:
    """One call, a POST where it has a body; to the loopback address itself where no host is named."""
    place, port = vendors.address
    named = {**(headers or {}), **({"Host": host} if host else {})}
    async with httpx.AsyncClient(base_url=f"http://{place}:{port}", trust_env=False) as client:
        method = "GET" if body is None else "POST"
        return await client.request(method, path, params=params, headers=named, json=body)

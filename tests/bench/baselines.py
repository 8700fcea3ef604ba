"""What is measured beside the gateway, in one file: the same model, the same outside calls, nothing else."""

import asyncio
import json
import time
from collections.abc import Sequence

import aiodns
import httpx
from fastapi import FastAPI

from gateway.intake.kit.schema import LeadIn


def echo_app() -> FastAPI:
    """A bare FastAPI application that reads a lead with the gateway's own model and gives it back."""
    app = FastAPI(openapi_url=None)

    @app.post("/v1/leads", status_code=202)
    async def echo(lead: LeadIn) -> LeadIn:
        return lead

    return app


async def bare_calls(domains: Sequence[str], dns: str, vendor: str, inbox: str, *, at_once: int = 32) -> float:
    """Make the outside calls of a lead's journey and nothing else; returns leads per second.

    Per lead one POST of 2 kB; per company one MX look-up and one vendor call, since the gateway too keeps answers.
    """
    resolver = aiodns.DNSResolver(nameservers=[dns.rpartition(":")[0]], udp_port=int(dns.rpartition(":")[2]))
    body = json.dumps({"lead": "x" * 2000}).encode()
    queue = iter(domains)
    known: set[str] = set()
    begun = time.perf_counter()
    async with httpx.AsyncClient(timeout=10) as client:

        async def work() -> None:
            for domain in queue:
                if domain not in known:
                    known.add(domain)
                    await resolver.query_dns(domain, "MX")
                    headers = {"X-Api-Key": "sandbox-key"}
                    await client.get(f"{vendor}/v5/company/enrich", params={"website": domain}, headers=headers)
                (await client.post(inbox, content=body)).raise_for_status()

        await asyncio.gather(*(work() for _ in range(at_once)))
    return len(domains) / (time.perf_counter() - begun)

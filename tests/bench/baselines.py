"""What is measured beside the gateway, in one file: the same model, the same outside calls, nothing else."""

import asyncio
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import aiodns
import email_validator
import httpx
import phonenumbers
from fastapi import FastAPI


def echo_app() -> FastAPI:
    """A bare FastAPI application that reads a lead with the gateway's own model and gives it back."""
    # Here, because the process of the plain calls must never import the gateway.
    from gateway.intake.kit.schema import LeadIn  # noqa: PLC0415

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


def plain_calls(rows: Sequence[tuple[str, str, str]]) -> None:
    """What one calls without the gateway to learn as much of addresses and numbers, on the libraries as shipped.

    Column by column, too.

    Raises:
        RuntimeError: this process knows the gateway's reading of numbers, which has the library keep its patterns.
    """
    if "gateway.verification.numbering.library" in sys.modules:
        raise RuntimeError("the plain calls need a process that has never imported the gateway")
    for email, _, _ in rows:
        with suppress(email_validator.EmailNotValidError):
            email_validator.validate_email(email, check_deliverability=False)
    for _, phone, country in rows:
        try:
            number = phonenumbers.parse(phone, country)
        except phonenumbers.NumberParseException:
            continue
        phonenumbers.is_possible_number_with_reason(number)
        phonenumbers.is_valid_number(number)
        phonenumbers.number_type(number)
        phonenumbers.region_code_for_number(number)
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Bare:
    """aiodns as it comes, asking for the MX of domain after domain and doing nothing with the answers."""

    def __init__(self, server: str, *, at_once: int) -> None:
        self._resolver = aiodns.DNSResolver(nameservers=[server])
        self._at_once = at_once

    async def ask(self, domains: Iterable[str]) -> None:
        """Ask about each domain once, so many at a time."""
        queue = iter(domains)
        await asyncio.gather(*(self._work(queue) for _ in range(self._at_once)))

    async def close(self) -> None:
        """Close the channel."""
        await self._resolver.close()

    async def _work(self, queue: Iterator[str]) -> None:
        for domain in queue:
            with suppress(aiodns.error.DNSError):
                await self._resolver.query_dns(domain, "MX")

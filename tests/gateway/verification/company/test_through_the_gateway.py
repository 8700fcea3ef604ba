"""The company verdict through a whole gateway: from a post to the lead, its entry and what connectors are asked."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from audit.sealing import open_entry
from gateway.desk.office import LOCAL
from gateway.sandbox.dns import DnsServer
from gateway.sandbox.zone import parse_zone
from gateway.storage.leads.tables import lead_transitions
from gateway.storage.log.tables import audit_entries, audit_payloads
from tests.support.gateway import World, body_of, running_gateway

pytestmark = pytest.mark.integration

ZONE = """
version: 1
names:
  .: {NS: [a.root-servers.net., b.root-servers.net.]}
  iana.org: {A: 192.31.196.1}
  wikipedia.org: {A: 192.31.196.1}
  acme.example: {MX: 10 mx.acme.example., A: 192.31.196.1, NS: [ns1.acme.example., ns2.acme.example.]}
  mx.acme.example: {A: 192.31.196.1}
  parked.example: {MX: 10 mx.parked.example., A: 192.31.196.1, NS: [ns1.sedoparking.com., ns2.sedoparking.com.]}
  mx.parked.example: {A: 192.31.196.1}
  gmail.com: {MX: 10 mx.gmail.com., A: 192.31.196.1, NS: ns1.gmail.com.}
  mx.gmail.com: {A: 192.31.196.1}
  duck.com: {MX: 10 mx.duck.com., A: 192.31.196.1, NS: ns1.duck.com.}
  mx.duck.com: {A: 192.31.196.1}
"""


async def taken(world: World, email: str, **company: str) -> Mapping[str, Any]:
    """Post a lead, wait until it was looked up, and read it."""
    source, admin = world.client_of(world.keys["web"]), world.client_of(world.keys["admin"])
    posted = {"person": {"email": email, "country": "DE"}, "inquiry": {"message": "Please write."}, "company": company}
    lead_id = body_of(await source.post("/v1/leads", json=posted))["id"]
    await world.lead(lead_id, until=("decided", "released", "held"))
    read: Mapping[str, Any] = body_of(await admin.get(f"/v1/leads/{lead_id}"))
    return read


async def test_only_a_companys_own_domain_is_looked_up(tmp_path: Path) -> None:
    """Mailbox, named domain and website of a provider, relay, parking service or network enrich nobody's company."""
    async with (
        DnsServer(parse_zone(ZONE)) as dns,
        running_gateway(tmp_path, dns_servers=(dns.address,)) as world,
    ):
        own = await taken(world, "ada@acme.example", vat_id="DE 143 454 214")
        assert own["verdicts"]["company"]["verdict"] == "known"
        assert own["verdicts"]["company"]["evidence"]["domain"] == "acme.example"
        assert own["verdicts"]["company"]["evidence"]["vat_number"] == "DE143454214"
        assert own["enrichment"]["dns_footprint"] == "match"
        for email, company, code in (
            ("ada@gmail.com", {}, "free_provider_domain"),
            ("ada@gmail.com", {"domain": "gmail.com"}, "free_provider_domain"),
            ("ada@duck.com", {"website": "https://duck.com"}, "privacy_relay_domain"),
            ("ada@parked.example", {}, "parked_name_servers"),
            ("ada@gmail.com", {"website": "www.parked.example/shop"}, "parked_name_servers"),
            ("ada@gmail.com", {"website": "https://www.linkedin.com/company/acme"}, "social_profile"),
        ):
            lead = await taken(world, email, **company)
            verdict = lead["verdicts"]["company"]
            assert (verdict["verdict"], verdict["evidence"]["domain"]) == ("none", None)
            assert code in [each["code"] for each in verdict["reasons"]]
            assert lead["enrichment"]["dns_footprint"] == "no_company"
        beside = await taken(world, "ada@gmail.com", website="https://shop.acme.example")
        assert beside["verdicts"]["company"]["evidence"]["source"] == "website"
        assert beside["enrichment"]["dns_footprint"] == "match"


async def test_the_verified_entry_carries_codes_and_no_domain(tmp_path: Path) -> None:
    """The lead's entry in the log says what was found of the company, and names neither domain nor VAT number."""
    async with (
        DnsServer(parse_zone(ZONE)) as dns,
        running_gateway(tmp_path, dns_servers=(dns.address,)) as world,
    ):
        lead = await taken(world, "info@acme.example", website="acme.example")
        read = await world.gateway.desks.leads.get(LOCAL, lead["id"])
        assert read.company is not None
        assert read.company.to_json() == lead["verdicts"]["company"]
        entry = await world.gateway.office.database.read(partial(sealed, world, lead))
        assert entry["company"] == {
            "verdict": "known",
            "source": "website",
            "reasons": ["domain_of_website", "mail_domain_agrees"],
        }
        assert "acme" not in json.dumps(entry)


def sealed(world: World, lead: Mapping[str, Any], connection: Connection) -> Mapping[str, Any]:
    """What a lead's `verified` entry holds, opened with its person's key."""
    moved = lead_transitions.c
    event = select(moved.event_id).where(moved.lead_id == lead["id"], moved.status == "verified")
    row = connection.execute(
        select(audit_entries.c.leaf, audit_payloads.c.ciphertext)
        .join(audit_payloads, audit_entries.c.event_id == audit_payloads.c.event_id)
        .where(audit_entries.c.event_id.in_(event))
    ).one()
    keys = world.gateway.office.vault.keys(connection, [lead["subject_id"]])[lead["subject_id"]]
    opened: Mapping[str, Any] = json.loads(open_entry(row.leaf, row.ciphertext, keys.proof()))
    return opened

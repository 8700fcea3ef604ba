"""ZeroBounce: its statuses, its credits, and the errors that it sends as 200."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.errors import BadSettings
from connectors.kit import LookupOutcome, Reply
from connectors.kit.cases import CANARY, Case, run
from connectors.kit.fakes import NOW, reply
from connectors.kit.fixtures import case_of
from connectors.kit.settings import read_settings
from connectors.mailbox.zerobounce import HOSTS, Plugin

FACTS = {"person.email": "ada+crm@acme.example", "person.full_name": "Ada Lovelace"}
RECORD: dict[str, object] = {
    "address": "ada+crm@acme.example",
    "status": "valid",
    "sub_status": "",
    "free_email": False,
    "did_you_mean": None,
    "account": "ada+crm",
    "domain": "acme.example",
    "domain_age_days": "9692",
    "smtp_provider": "example",
    "mx_found": "true",
    "mx_record": "mx.acme.example",
    "firstname": "Ada",
    "lastname": "Lovelace",
    "gender": "female",
    "country": None,
    "processed_at": "2026-03-02 09:30:00.000",
}
OUT = "Invalid API Key or your account ran out of credits"


def told(**changes: object) -> Reply:
    """The vendor's reply to a question, with some fields changed."""
    return reply(200, json.dumps({**RECORD, **changes}).encode())


def error(text: object, status: int = 200) -> Reply:
    """The vendor's error form."""
    return reply(status, json.dumps({"error": text}).encode())


@pytest.mark.parametrize(("region", "host"), HOSTS.items())
async def test_question_holds_the_address_and_what_the_vendor_insists_on(region: str, host: str) -> None:
    """One GET with the address, a blank client address and a time limit; the key is in the query, where it must be."""
    case = Case(plugin=Plugin, settings={"region": region}, fixtures=())
    (sent,) = (await run(case, FACTS, steps=(told(),))).http.sent
    parts = urlsplit(sent.url)
    assert (sent.method, parts.hostname, parts.path, sent.body) == ("GET", host, "/v2/validate", None)
    assert parse_qs(parts.query, keep_blank_values=True) == {
        "email": ["ada+crm@acme.example"],
        "ip_address": [""],
        "timeout": ["20"],
        "api_key": [CANARY],
    }


@pytest.mark.parametrize(
    ("changes", "outcome", "units"),
    [
        ({}, LookupOutcome.MATCH, Decimal(1)),
        ({"status": "do_not_mail", "sub_status": "role_based"}, LookupOutcome.MATCH, Decimal(1)),
        ({"status": "unknown", "sub_status": "timeout_exceeded"}, LookupOutcome.PARTIAL, Decimal(0)),
        ({"status": "valid", "sub_status": "allowed"}, LookupOutcome.PARTIAL, Decimal(1)),
        ({"status": "quarantined"}, LookupOutcome.PARTIAL, Decimal(1)),
    ],
)
async def test_what_says_nothing_of_the_mailbox_is_not_kept(
    tmp_path: Path, changes: dict[str, object], outcome: LookupOutcome, units: Decimal
) -> None:
    """Nor is a rule of the customer's own, or a status that nobody has read about; all but `unknown` take a credit."""
    answer = (await run(case_of(Plugin, tmp_path), FACTS, steps=(told(**changes),))).answer
    assert (answer.outcome, answer.units) == (outcome, units)
    assert (Plugin.manifest.kept_for(answer.outcome) is not None) is (outcome is LookupOutcome.MATCH)


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("text", [OUT, OUT.replace("Key", "key"), [OUT]])
async def test_a_bad_key_is_no_answer_about_the_address(tmp_path: Path, status: int, text: object) -> None:
    """The vendor says so with 200; taken for a record it would be a verdict on a person."""
    answer = (await run(case_of(Plugin, tmp_path), FACTS, steps=(error(text, status),))).answer
    assert (answer.outcome, answer.reason, answer.units) == (LookupOutcome.UNAUTHORISED, "key_or_credits", Decimal(0))


@pytest.mark.parametrize(("headers", "seconds"), [({}, 60), ({"retry-after": "5"}, 60), ({"retry-after": "90"}, 90)])
async def test_who_asks_too_much_waits_out_the_block(tmp_path: Path, headers: dict[str, str], seconds: int) -> None:
    """A key is blocked for a minute, and each call meanwhile is for nothing."""
    answer = (await run(case_of(Plugin, tmp_path), FACTS, steps=(reply(429, b"{}", headers=headers),))).answer
    assert answer.outcome is LookupOutcome.THROTTLED
    assert answer.retry_at == NOW + timedelta(seconds=seconds)


async def test_another_error_is_ours(tmp_path: Path) -> None:
    """Whatever else it complains about, it is about the question, and not about the mailbox."""
    answer = (await run(case_of(Plugin, tmp_path), FACTS, steps=(error("Missing parameter: email."),))).answer
    assert (answer.outcome, answer.reason) == (LookupOutcome.INVALID_REQUEST, "said_error")


@pytest.mark.parametrize("status", [None, 7, "", "ada@acme.example", "no such <user>", True])
async def test_an_odd_status_is_unreadable(tmp_path: Path, status: object) -> None:
    """Nothing that is no word becomes one; it may have been charged."""
    answer = (await run(case_of(Plugin, tmp_path), FACTS, steps=(told(status=status),))).answer
    assert (answer.outcome, answer.reason, answer.units) == (LookupOutcome.VENDOR_ERROR, "no_status", None)


async def test_nothing_of_the_person_is_taken_over(tmp_path: Path) -> None:
    """Name, gender and address are in the reply, and in no observation."""
    answer = (await run(case_of(Plugin, tmp_path), FACTS, steps=(told(sub_status="ada@x"),))).answer
    (seen,) = answer.observations
    assert seen.value == {"status": "valid", "free_email": False}
    assert answer.record is None


def test_a_region_is_one_of_the_vendors() -> None:
    """A slip in it would ask somebody else."""
    with pytest.raises(BadSettings, match="one of any, us, eu"):
        read_settings(Plugin.manifest, {"api_key": "k", "region": "EU"})

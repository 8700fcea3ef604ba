"""Reacher: what its truths say, and what its `invalid` does not prove."""

import json

import pytest

from connectors.kit import LookupOutcome, Reply
from connectors.kit.cases import CANARY, Case, run
from connectors.kit.fakes import reply
from connectors.kit.schema import Value
from connectors.mailbox.reacher import Plugin

FACTS = {"person.email": "ada@acme.example", "person.phone": "+493012345678"}
HOST = "checks.company.example"
TRUTHS = {
    "can_connect_smtp": True,
    "has_full_inbox": False,
    "is_catch_all": False,
    "is_deliverable": True,
    "is_disabled": False,
}


def told(reachable: object = "safe", smtp: object = None, **truths: object) -> Reply:
    """The server's reply to a question."""
    return reply(
        200,
        json.dumps(
            {
                "input": "ada@acme.example",
                "is_reachable": reachable,
                "misc": {"is_disposable": False, "is_role_account": False, "gravatar_url": None},
                "mx": {"accepts_mail": True, "records": ["mx.acme.example."]},
                "smtp": {**TRUTHS, **truths} if smtp is None else smtp,
                "syntax": {"address": "ada@acme.example", "domain": "acme.example", "is_valid_syntax": True},
            }
        ).encode(),
    )


def case(**settings: object) -> Case:
    """The connector with an own server."""
    return Case(plugin=Plugin, settings={"host": HOST, **settings}, fixtures=())


def found(finding: str, reachable: str) -> dict[str, tuple[Value, ...]]:
    """What is observed of an answer."""
    return {"mailbox.finding": (finding,), "mailbox.words": ({"is_reachable": reachable},)}


@pytest.mark.parametrize("endpoint", ["v1", "v0"])
async def test_question_goes_to_the_own_server_with_the_address_alone(endpoint: str) -> None:
    """One POST; the secret is in its header."""
    (sent,) = (await run(case(endpoint=endpoint), FACTS, steps=(told(),))).http.sent
    assert (sent.method, sent.url) == ("POST", f"https://{HOST}/{endpoint}/check_email")
    assert json.loads(sent.body or b"") == {"to_email": "ada@acme.example"}
    assert sent.headers == {"content-type": "application/json", "x-reacher-secret": CANARY}


@pytest.mark.parametrize(
    ("truths", "finding", "trusted"),
    [
        ({}, "accepted", "accepted"),
        ({"is_deliverable": False}, "doubted", "not_found"),
        ({"is_deliverable": False, "is_catch_all": True}, "doubted", "doubted"),
        ({"is_deliverable": False, "is_disabled": True}, "disabled", "disabled"),
        ({"is_deliverable": False, "has_full_inbox": True}, "full", "full"),
        ({"has_full_inbox": True}, "full", "full"),
        ({"is_deliverable": False, "can_connect_smtp": False}, "undecided", "undecided"),
        ({"is_deliverable": False, "description": "IpBlacklisted"}, "undecided", "undecided"),
        ({"is_deliverable": False, "message": "permanent: 5.7.1 denied"}, "undecided", "undecided"),
        ({"is_deliverable": False, "error": {"type": "x"}}, "undecided", "undecided"),
        ({"is_deliverable": None}, "undecided", "undecided"),
        ({"is_deliverable": "false"}, "undecided", "undecided"),
        ({"can_connect_smtp": 1}, "undecided", "undecided"),
    ],
)
async def test_invalid_is_proof_only_where_all_speaks_for_it(
    truths: dict[str, object], finding: str, trusted: str
) -> None:
    """It calls some refusals by policy invalid: without the operator's word a refusal is a doubt, never proof."""
    for settings, expected in (({}, finding), ({"trust_invalid": True}, trusted)):
        answer = (await run(case(**settings), FACTS, steps=(told("invalid", **truths),))).answer
        seen = {each.field: each.value for each in answer.observations}
        assert seen["mailbox.finding"] == expected
        assert (Plugin.manifest.kept_for(answer.outcome) is not None) is (expected != "undecided")


async def test_unknown_is_undecided_whatever_stands_beside_it() -> None:
    """A release that adds truths to an unknown one says no more by it."""
    answer = (await run(case(trust_invalid=True), FACTS, steps=(told("unknown", is_deliverable=False),))).answer
    assert {each.value for each in answer.observations if each.field == "mailbox.finding"} == {"undecided"}


async def test_a_wrong_secret_is_no_answer_about_the_address() -> None:
    """The server answers a header that it does not know with 400 and a text, other mistakes with JSON."""
    refused = reply(400, b'Invalid request header "x-reacher-secret"', content_type="text/plain")
    answer = (await run(case(), FACTS, steps=(refused,))).answer
    assert (answer.outcome, answer.reason) == (LookupOutcome.UNAUTHORISED, "secret_refused")
    mistaken = reply(400, b'{"error": "to_email field is required."}')
    assert (await run(case(), FACTS, steps=(mistaken,))).answer.outcome is LookupOutcome.INVALID_REQUEST


@pytest.mark.parametrize("reachable", ["banned", None, True, {}])
async def test_another_word_is_unreadable(reachable: object) -> None:
    """Whatever answered there, it was no check."""
    answer = (await run(case(), FACTS, steps=(told(reachable),))).answer
    assert (answer.outcome, answer.reason) == (LookupOutcome.VENDOR_ERROR, "not_a_check")

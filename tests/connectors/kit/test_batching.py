"""Several questions in one call: whose an answer is, what a missing one means, and what each has cost."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from connectors.kit import Answer, LookupOutcome, Manifest, Query, Reply
from connectors.kit.batching import Batched
from connectors.kit.cases import Case, surroundings
from connectors.kit.contract import ask_many
from connectors.kit.fakes import ScriptedSite, reply
from tests.conformance.connectors.test_broken import GOOD

MADE = Manifest.model_validate(
    {
        **GOOD,
        "request": {"path": "/v1/companies", "params": {"domain": "${company.domain}"}},
        "reply": {"expect": "type(name) == 'string'"},
        "map": {"company.name": "name"},
        "outcomes": [{"status": [404], "outcome": "no_match"}],
        "cost": {"price": "0.5", "currency": "EUR", "path": "charged"},
        "batch": {
            "max": 5,
            "path": "/v1/many",
            "items": "asked",
            "item": {"domain": "${company.domain}"},
            "key": "${company.domain}",
            "answers": "answers",
            "echo": "domain",
            "missing": "no_match",
        },
    }
)


class Several(Batched):
    """A vendor that leaves out what it does not know."""

    manifest = MADE


def found(domain: str) -> dict[str, Any]:
    """A vendor's answer."""
    return {"domain": domain, "name": domain.partition(".")[0]}


async def asked(sent: Reply, *domains: str, made: Manifest = MADE) -> Sequence[Answer]:
    """What a batch of questions about these domains ends in."""
    several = type("Made", (Several,), {"manifest": made})
    queries = [Query({"company.domain": domain}) for domain in domains]
    context, _, _ = surroundings(Case(plugin=several, fixtures=()), queries[0], (sent,), site=ScriptedSite())
    return await ask_many(several({}), queries, context)


def said(*answers: object, **more: object) -> Reply:
    """A vendor's reply with these answers."""
    return reply(200, json.dumps({"answers": answers, **more}).encode())


async def test_what_is_left_out_is_unknown() -> None:
    """Where every answer is one that was asked for, a missing one is a miss, and costs nothing."""
    ended = await asked(said(found("b.example")), "a.example", "B.example")
    assert [answer.outcome for answer in ended] == [LookupOutcome.NO_MATCH, LookupOutcome.MATCH]
    assert [answer.units for answer in ended] == [Decimal(0), Decimal(1)]


async def test_what_is_left_out_is_paid_where_every_call_is() -> None:
    """A vendor that bills each answered question bills a miss, whether it was asked alone or with others."""
    cost = MADE.cost.model_copy(update={"billed_on": "call", "path": None})
    made = MADE.model_copy(update={"cost": cost})
    ended = await asked(said(found("b.example")), "a.example", "b.example", made=made)
    assert [answer.units for answer in ended] == [Decimal(1), Decimal(1)]


async def test_an_answer_under_another_key_leaves_the_missing_open() -> None:
    """It may be the missing one, so nothing is stored as a miss, and nobody knows whom the vendor has charged for."""
    ended = await asked(said(found("b.example"), found("renamed.example")), "a.example", "b.example")
    assert [answer.outcome for answer in ended] == [LookupOutcome.VENDOR_ERROR, LookupOutcome.MATCH]
    assert (ended[0].reason, ended[0].units) == ("not_in_batch", None)


async def test_what_the_vendor_says_it_charged_is_parted_among_the_found() -> None:
    """So that the sum is the vendor's, whatever each would have cost alone."""
    ended = await asked(said(found("b.example"), found("c.example"), charged=3), "a.example", "b.example", "c.example")
    assert [answer.units for answer in ended] == [Decimal(0), Decimal("1.5"), Decimal("1.5")]


@pytest.mark.parametrize("body", [b"{}", b'{"error": "no such path"}'])
async def test_a_call_is_never_a_miss(body: bytes) -> None:
    """A rule that reads a 404 as unknown is about one company: of a whole call it says nothing about any of them."""
    ended = await asked(reply(404, body), "a.example", "b.example")
    assert {(answer.outcome, answer.reason) for answer in ended} == {
        (LookupOutcome.VENDOR_ERROR, "not_a_list_of_answers")
    }


async def test_nothing_in_the_place_of_an_answer_is_a_missing_one() -> None:
    """Some vendors keep the place of what they do not know."""
    ended = await asked(said(None, found("b.example")), "a.example", "b.example")
    assert [answer.outcome for answer in ended] == [LookupOutcome.NO_MATCH, LookupOutcome.MATCH]

"""Values that no store takes, and headers that are no connector's: left out, refused, and never a crash."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from connectors.errors import HostRefused
from connectors.kit import Answer, Context, HeldSecrets, LookupOutcome, Manifest, Query, Request, VendorHttp
from connectors.kit.cases import Case, run
from connectors.kit.fakes import FixedDeadline, ScriptedHttp, reply
from connectors.kit.reading import read
from tests.conformance.connectors.test_broken import GOOD, Sound


@pytest.mark.parametrize("number", [-1, 10**16, 1e300, 10**30, float("nan"), float("inf")])
@pytest.mark.parametrize("field", ["company.employees.count", "company.founded_year"])
def test_numbers_without_measure_are_none(field: str, number: float) -> None:
    """Nobody employs fewer than none, or more than fit into a number of any reader of JSON (RFC 8259 section 6)."""
    assert read(field, number) is None
    assert read("company.revenue.range", {"min": number, "max": number, "currency": "EUR"}) in (
        None,
        {"currency": "EUR"},
    )


def test_of_a_text_what_no_store_takes_is_left_out() -> None:
    """NUL, other control characters and halves of a surrogate pair; and what is longer than any text."""
    assert read("company.name", "Ac\x00me\ud800 \x1bGmbH") == "Acme GmbH"
    assert read("company.name", "\x00\ud83d") is None
    assert len(str(read("company.description", "x" * 100_000))) == 5000


async def test_an_answer_with_such_a_value_is_an_error_of_the_connector() -> None:
    """A connector that makes its observations itself cannot stop a lead with one."""

    class Odd(Sound):
        async def ask(self, query: Query, context: Context) -> Answer:
            answer = await super().ask(query, context)
            return replace(answer, observations=(replace(answer.observations[0], value="Acme \ud800"),))

    ended = await run(
        Case(plugin=Odd, fixtures=()), {"company.domain": "acme.example"}, steps=(reply(200, b'{"name": "Acme"}'),)
    )
    assert (ended.answer.outcome, ended.answer.reason) == (LookupOutcome.VENDOR_ERROR, "observation_malformed")


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "Connection", "X Y", "X-\r\nHost"])
async def test_headers_that_frame_a_request_are_not_a_connectors_to_set(name: str) -> None:
    """Neither by manifest nor by Python: with them a request would be another one's, or end elsewhere (RFC 9112)."""
    wanted = {**GOOD, "request": {"path": "/", "headers": {name: "evil.example"}}, "reply": {"expect": "@"}}
    with pytest.raises(ValidationError, match="not a connector's to set"):
        Manifest.model_validate({**wanted, "map": {"company.name": "name"}})
    http = ScriptedHttp((reply(),))
    bound = VendorHttp(
        manifest=Manifest.model_validate(GOOD), http=http, secrets=HeldSecrets({"key": "k"}), deadline=FixedDeadline()
    )
    with pytest.raises(HostRefused):
        await bound.send(Request(method="GET", url="https://api.vendor.example/", headers={name: "evil.example"}))
    assert http.sent == []

"""The call that tells whether a key works: made as the manifest says it, and believed only with a good reply."""

from functools import partial
from typing import Any, Final

import pytest

from connectors.errors import CallBroken, TimedOut, Unreachable
from connectors.kit import Answer, HeldSecrets, LookupOutcome, Manifest, VendorHttp
from connectors.kit.cases import Case, CheckFixture, Expected
from connectors.kit.fakes import FixedDeadline, ScriptedHttp, Step, reply
from connectors.kit.free_check import free_check
from connectors.kit.template import Values
from tests.conformance.connectors.test_broken import GOOD, Sound, case
from tests.connectors.kit.test_manifest import manifest
from tests.support.connectors import failed

CHECK: Final[dict[str, Any]] = {"path": "/me", "expect": "plan"}
GOOD_REPLY: Final = reply(200, b'{"plan": "free"}')


async def checked(
    check: dict[str, Any] | None, step: Step = GOOD_REPLY, *, key: str | None = "k1"
) -> tuple[Answer | None, ScriptedHttp]:
    """What stands against a key, and what was sent to find out."""
    spec = {**GOOD["spec"], "contact": {"description": "who asks", "default": "ops@example.com"}}
    made, http = manifest(check=check, spec=spec), ScriptedHttp((step,))
    secrets = HeldSecrets({} if key is None else {"key": key})
    bound = VendorHttp(manifest=made, http=http, secrets=secrets, deadline=FixedDeadline())
    return await free_check(made, Values(known={"setting.contact": "ops@example.com"}), bound), http


async def test_the_check_is_sent_with_all_that_the_manifest_says() -> None:
    """Method, path, parameters and headers, settings filled in, beside the key; JSON is asked for by default."""
    agent = {"User-Agent": "Leadgate (${setting.contact})"}
    said = CHECK | {"method": "POST", "params": {"size": "1"}, "headers": agent}
    against, http = await checked(said)
    (sent,) = http.sent
    assert (against, sent.method, sent.url) == (None, "POST", "https://api.vendor.example/me?size=1")
    assert sent.headers == {"Accept": "application/json", "User-Agent": "Leadgate (ops@example.com)", "X-Key": "k1"}
    _, http = await checked(CHECK | {"headers": {"Accept": "application/vnd.api+json"}})
    assert http.sent[0].headers["Accept"] == "application/vnd.api+json"


@pytest.mark.parametrize(
    ("step", "outcome", "reason"),
    [
        (reply(200, b"<html>", content_type="text/html"), LookupOutcome.VENDOR_ERROR, "not_json_content_type"),
        (
            reply(200, b'{"plan": "free"}', content_type="text/html"),
            LookupOutcome.VENDOR_ERROR,
            "not_json_content_type",
        ),
        (reply(200, b""), LookupOutcome.VENDOR_ERROR, "not_json"),
        (reply(200, b"{}"), LookupOutcome.VENDOR_ERROR, "not_as_expected"),
        (reply(200, b'{"plan": null}'), LookupOutcome.VENDOR_ERROR, "not_as_expected"),
        (reply(401), LookupOutcome.UNAUTHORISED, "status_401"),
        (reply(403), LookupOutcome.REFUSED, "status_403"),
        (reply(500), LookupOutcome.VENDOR_ERROR, "status_500"),
        (Unreachable("connection_failed"), LookupOutcome.UNREACHABLE, "connection_failed"),
        (TimedOut("time_is_up", sent=True), LookupOutcome.TIMEOUT, "time_is_up"),
        (CallBroken("reset", sent=True), LookupOutcome.VENDOR_ERROR, "reset"),
    ],
)
async def test_what_is_no_good_reply_says_what_is_wrong(step: Step, outcome: LookupOutcome, reason: str) -> None:
    """A page, an empty body, another shape, a refusal, a failure: none of them counts as a key that works."""
    against, _ = await checked(CHECK, step)
    assert against is not None
    assert (against.outcome, against.reason) == (outcome, reason)


@pytest.mark.parametrize(("body", "works"), [(b'{"a": 1}', True), (b"[1]", True), (b"{}", False), (b"null", False)])
async def test_a_check_without_an_expectation_takes_json_that_holds_something(body: bytes, works: bool) -> None:  # noqa: FBT001 - a parameter
    """So that the simplest manifest is not told by a page that its key works."""
    against, _ = await checked({"path": "/me"}, reply(200, body))
    assert (against is None) is works


async def test_without_a_key_or_a_check_nothing_is_sent() -> None:
    """The missing key is told as such; a manifest that names no call has none."""
    for check, key, outcome in ((CHECK, None, LookupOutcome.UNAUTHORISED), (None, "k1", LookupOutcome.REFUSED)):
        against, http = await checked(check, key=key)
        assert against is not None
        assert (against.outcome, http.sent) == (outcome, [])


def certified(check: dict[str, Any], fixture: CheckFixture | None) -> Case:
    """A sound connector with a check, and the reply to it that stands among its fixtures."""

    class Checks(Sound):
        manifest = Manifest.model_validate(GOOD | {"check": check})

    return Case(plugin=Checks, fixtures=case(Sound).fixtures, check=fixture)


@pytest.mark.parametrize("check", [CHECK, {"path": "/me"}, {"path": "/me", "headers": {"Accept": "application/json"}}])
async def test_a_check_that_tells_is_certified(check: dict[str, Any]) -> None:
    """With an expectation or without."""
    sent = Expected(method="GET", path="/me", headers={"accept": "application/json"})
    assert await failed(partial(certified, check, CheckFixture(good=GOOD_REPLY, sent=sent))) == set()


@pytest.mark.parametrize(
    ("check", "fixture"),
    [
        (CHECK, None),
        (CHECK | {"expect": "`true`"}, CheckFixture(good=GOOD_REPLY)),
        (CHECK, CheckFixture(good=reply(200, b'{"credits": 5}'))),
        (CHECK, CheckFixture(good=reply(401, b'{"plan": "free"}'))),
        (CHECK, CheckFixture(good=GOOD_REPLY, sent=Expected(path="/you"))),
        (CHECK, CheckFixture(good=GOOD_REPLY, sent=Expected(headers={"User-Agent": "Leadgate"}))),
    ],
)
async def test_a_check_that_does_not_tell_is_not_certified(check: dict[str, Any], fixture: CheckFixture | None) -> None:
    """No reply to it, one that takes anything or not the good reply, and a call that is not the one which was meant."""
    assert await failed(partial(certified, check, fixture)) == {"free_check"}

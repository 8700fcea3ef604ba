"""The kit's part of the certificate: what a connector must hold to by itself, run against its own fixtures.

Each check raises `NotCertified` with what is wrong, or returns None. `CHECKS` lists those that open no connection.
`gateway.sandbox.certificate.certify` is the whole certificate: these, and then the connector behind the gateway, over
real connections. The conformance suite runs it for every connector that discovery finds; so can any author.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from connectors.errors import CallBroken, CallError, TimedOut, Unreachable
from connectors.kit.answer import Answer
from connectors.kit.calling import LONGEST
from connectors.kit.cases import CANARY, BatchFixture, Case, NotCertified, run, run_again, run_batch, run_fixture
from connectors.kit.certificate_erasures import check_erasures
from connectors.kit.certificate_free_check import check_free_check
from connectors.kit.certificate_hosts import HOST_CHECKS
from connectors.kit.certificate_large import check_large_replies
from connectors.kit.certificate_questions import QUESTION_CHECKS
from connectors.kit.certificate_site import SITE_CHECKS
from connectors.kit.certificate_values import check_odd_values
from connectors.kit.contract import check_plugin
from connectors.kit.fakes import NOW, ScriptedSite, Step, ZoneDns, reply
from connectors.kit.manifest import Manifest
from connectors.kit.ports import DnsStatus
from connectors.kit.schema import INPUTS, check_value
from connectors.outcome import LookupOutcome

STATUSES = (
    *(200, 201, 202, 204, 206, 301, 302, 304, 307, 308),
    *(400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 422, 425, 429, 451),
    *(500, 501, 502, 503, 504, 520),
)
WAITS = ("3", "0", "-5", "1.5", "1000000000", "9" * 400, "Wed, 21 Oct 2015 07:28:00 GMT", "soon", "", "\u0663", "nan")


async def check_contract(case: Case) -> None:
    """The class fits the contract, its manifest survives a round trip, and it has a match among its fixtures."""
    try:
        check_plugin(case.plugin)
        Manifest.model_validate(case.manifest.model_dump())
    except (TypeError, ValueError) as error:
        raise NotCertified("contract", str(error)) from error
    if not any(fixture.outcome is LookupOutcome.MATCH for fixture in case.fixtures):
        raise NotCertified("contract", "no fixture is a match")


async def check_fixtures(case: Case) -> None:
    """Every fixture ends as it says, with the calls that it says, and so again when its connector is asked twice."""
    for fixture in case.fixtures:
        first = await run_fixture(case, fixture)
        if (wrong := fixture.differs(first)) is not None:
            raise NotCertified("fixtures", f"{fixture.name} {wrong}")
        if first.answer != (await run_again(case, fixture, first)).answer:
            raise NotCertified("fixtures", f"{fixture.name} ended differently the second time")


async def check_provenance(case: Case) -> None:
    """Every observation carries this connector's provenance, a field it provides and a value of its shape."""
    manifest = case.manifest
    for fixture in case.fixtures:
        for seen in (await run_fixture(case, fixture)).answer.observations:
            expected = (manifest.source, manifest.compliance.licence, frozenset(manifest.compliance.purposes))
            if (seen.source, seen.licence, seen.purposes) != expected:
                raise NotCertified("provenance", f"{seen.field} has another provenance")
            if seen.field not in manifest.provides or not 0 <= seen.confidence <= 1 or not seen.method:
                raise NotCertified("provenance", f"{seen.field} is not as the manifest says")
            if seen.observed_at.utcoffset() is None:
                raise NotCertified("provenance", f"{seen.field} has a time without zone")
            check_value(seen.field, seen.value)


async def check_not_applicable(case: Case) -> None:
    """A question without what is required makes no call and no look-up."""
    for facts in ({}, dict.fromkeys(INPUTS, " ")):
        ended = await run(case, facts)
        made = (*ended.http.sent, *ended.dns.asked, *ended.site.fetched)
        if ended.answer.outcome is not LookupOutcome.NOT_APPLICABLE or made:
            raise NotCertified("not_applicable", "an incomplete question was asked all the same")


async def check_secrets(case: Case) -> None:
    """The secret shows in no repr, answer or error, not even when the vendor sends it back."""
    if not case.manifest.calls_hosts:
        return
    echo = json.dumps({"error": {"type": CANARY, "message": CANARY}, "id": CANARY, "name": CANARY}).encode()
    for status in STATUSES:
        if status == 200:  # noqa: PLR2004 - a record may hold anything; what is checked is what errors hold
            continue
        for step in (reply(status, echo, headers={"x-echo": CANARY}), CallBroken("reset", sent=True)):
            ended = await run(case, case.match.facts, steps=(step,))
            shown = repr((ended.answer, ended.answer.record, ended.answer.reason, ended.context, ended.connector))
            if CANARY in shown or CANARY in repr(ended.http.sent):
                raise NotCertified("secrets", f"the secret shows after {status}")


async def check_statuses(case: Case) -> None:
    """No status is taken for a record, and "no match" comes only from a reply that the manifest declares as one."""
    if not case.manifest.calls_hosts:
        return
    declared = {status for rule in case.manifest.outcomes if rule.outcome.cacheable for status in rule.status}
    for status in STATUSES:
        for body, kind in ((b"{}", "application/json"), (b"<html>", "text/html"), (b"", "application/json")):
            answer = (await run(case, case.match.facts, steps=(reply(status, body, content_type=kind),))).answer
            if answer.outcome.found:
                raise NotCertified("statuses", f"{status} with an empty body counts as found")
            if answer.outcome.cacheable and (status not in (*declared, 204) or kind == "text/html"):
                raise NotCertified("statuses", f"{status} counts as no match without a rule that says so")


_ENDINGS: tuple[tuple[CallError, LookupOutcome], ...] = (
    (TimedOut("time_is_up", sent=True), LookupOutcome.TIMEOUT),
    (Unreachable("connection_failed"), LookupOutcome.UNREACHABLE),
    (CallBroken("reset", sent=True), LookupOutcome.VENDOR_ERROR),
)


async def check_broken_replies(case: Case) -> None:
    """Time-out, reset, cut-short JSON, another content type and an oversize body end in the outcome they stand for.

    An ending after which the vendor may have charged says so (`units` None). Where a record takes several calls, each
    of them breaks once: after a first one that went well, a part of the record may be left.
    """
    if not case.manifest.calls_hosts:
        return
    for place in range(len(case.match.steps)):
        for error, outcome in _ENDINGS:
            answer = await _broken_at(case, place, error)
            charged = answer.units is None
            if answer.outcome not in _endings(outcome, place) or (place == 0 and charged is not error.sent):
                raise NotCertified("broken_replies", f"{error.reason} in call {place + 1} ended in {answer.outcome}")
        for name, step in _damaged(case, place).items():
            answer = await _broken_at(case, place, step)
            expected = answer.outcome in _endings(LookupOutcome.VENDOR_ERROR, place)
            if not expected or answer.reason.startswith("connector_"):
                ended = f"{answer.outcome} ({answer.reason})"
                raise NotCertified("broken_replies", f"{name} in call {place + 1} ended in {ended}")


async def _broken_at(case: Case, place: int, step: Step) -> Answer:
    steps = (*case.match.steps[:place], step)
    return (await run(case, case.match.facts, steps=steps, dns=ZoneDns(case.match.zone))).answer


def _endings(outcome: LookupOutcome, place: int) -> frozenset[LookupOutcome]:
    """How a question may end whose call at this place ends so."""
    return frozenset({outcome} if place == 0 else {outcome, LookupOutcome.PARTIAL})


def _damaged(case: Case, place: int) -> Mapping[str, Step]:
    """The reply that is due at a place, spoilt in every way."""
    good = case.match.steps[place]
    body = b'{"name": "x"}' if isinstance(good, CallError) or callable(good) else good.body
    return {
        "cut_short": reply(200, body[: len(body) // 2]),
        "wrong_type": reply(200, body, content_type="text/html"),
        "not_a_record": reply(200, b"[1, 2]"),
        "not_utf8": reply(200, b'{"name": "\xff\xfe"}'),
        "deep": reply(200, b"[" * 100_000),
        "oversize": reply(200, b" " * (case.manifest.max_bytes + 1)),
    }


async def check_waits(case: Case) -> None:
    """Waiting hints of every form lead to a time between now and a day from now, or to none."""
    if not case.manifest.calls_hosts:
        return
    names = {"retry-after"} | {
        place
        for rule in case.manifest.outcomes
        for wait in rule.wait
        if (place := wait.until_header or wait.after_header)
    }
    for status in (429, 503):
        for name in names:
            for text in WAITS:
                step = reply(status, b"{}", headers={name: text})
                answer = (await run(case, case.match.facts, steps=(step,))).answer
                if answer.retry_at is not None and not NOW <= answer.retry_at <= NOW + LONGEST:
                    raise NotCertified("waits", f"{name} of {status} leads too far")
    step = reply(429, b"{}", headers={"retry-after": "120"})
    answer = (await run(case, case.match.facts, steps=(step,))).answer
    if answer.outcome is LookupOutcome.THROTTLED and (answer.retry_at or NOW) < NOW + timedelta(seconds=120):
        raise NotCertified("waits", "Retry-After is not honoured")


async def check_dns_failures(case: Case) -> None:
    """When the resolver fails or is late, nothing that may be kept comes of it."""
    for status in (DnsStatus.FAILED, DnsStatus.TIMED_OUT):
        dns = ZoneDns(otherwise=status)
        site = ScriptedSite(case.match.pages)
        answer = (await run(case, case.match.facts, steps=case.match.steps, dns=dns, site=site)).answer
        if dns.asked and (answer.outcome.cacheable or not answer.outcome.retryable):
            raise NotCertified("dns_failures", f"{status} ended in {answer.outcome}")


async def check_batches(case: Case) -> None:
    """Of a batch every question gets its own answer, and a call that fails as a whole says so for all of them."""
    if case.manifest.batch is None:
        return
    if not case.batches:
        raise NotCertified("batches", "no fixture is a batch")
    for batch in case.batches:
        await _check_batch(case, batch)
        for step, outcome in _WHOLE:
            ended = {each.answer.outcome for each in await run_batch(case, batch, step)}
            if ended != {outcome}:
                raise NotCertified("batches", f"{batch.name}: a call that ended in {outcome} became {sorted(ended)}")


async def _check_batch(case: Case, batch: BatchFixture) -> None:
    runs = await run_batch(case, batch)
    for question, ended in zip(batch.questions, runs, strict=True):
        if (wrong := question.differs(ended)) is not None:
            raise NotCertified("batches", f"{batch.name}: {question.name} {wrong}")
    sent = runs[0].http.sent
    if len(sent) != 1:
        raise NotCertified("batches", f"{batch.name} made {len(sent)} calls")
    if (part := batch.sent.differs(sent[0])) is not None:
        raise NotCertified("batches", f"{batch.name} made another call ({part})")


_WHOLE: tuple[tuple[Step, LookupOutcome], ...] = (
    *_ENDINGS,
    (reply(429, b"{}"), LookupOutcome.THROTTLED),
    (reply(500, b"{}"), LookupOutcome.VENDOR_ERROR),
    (reply(401, b"{}"), LookupOutcome.UNAUTHORISED),
    (reply(200, b"[["), LookupOutcome.VENDOR_ERROR),
    (reply(200, b'"text"'), LookupOutcome.VENDOR_ERROR),
)

CHECKS: tuple[Callable[[Case], Awaitable[None]], ...] = (
    check_contract,
    check_fixtures,
    check_provenance,
    check_not_applicable,
    *QUESTION_CHECKS,
    *HOST_CHECKS,
    check_secrets,
    check_statuses,
    check_broken_replies,
    check_large_replies,
    check_waits,
    check_batches,
    check_dns_failures,
    check_erasures,
    check_odd_values,
    check_free_check,
    *SITE_CHECKS,
)

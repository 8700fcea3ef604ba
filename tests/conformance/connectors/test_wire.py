"""The certificate over the wire: every connector passes, and those that are wrong fail for the right reason."""

import logging
from collections.abc import Mapping

import pytest
import structlog

from connectors.discovery import discover
from connectors.errors import CallError
from connectors.kit import Answer, Context, LookupOutcome, Query, Request
from connectors.kit.certificate import CHECKS
from connectors.kit.http import json_object
from gateway.enrichment.breaker import Breaker
from gateway.sandbox.certificate import WIRE_CHECKS, certify, certify_case
from gateway.sandbox.certificate_visits import VISIT_CHECKS
from gateway.sandbox.hearing import logged
from tests.conformance.connectors import test_broken_sites as sites
from tests.conformance.connectors.test_broken import Sound, case

pytestmark = pytest.mark.integration

FOUND = discover()


@pytest.mark.parametrize("connector", FOUND)
async def test_connector_is_certified_behind_the_gateway(connector: str) -> None:
    """All checks hold, those of the kit and those over real connections."""
    checked = await certify(FOUND[connector])
    assert [(each.check, each.wrong) for each in checked if each.wrong] == []


class Follows(Sound):
    """Follows a redirect by itself."""

    async def ask(self, query: Query, context: Context) -> Answer:
        reply = await context.http.send(Request(method="GET", url=self.url(query)))
        if reply.status in (301, 302, 307, 308):
            reply = await context.http.send(Request(method="GET", url=self.url(query)))
            return Answer(outcome=LookupOutcome.VENDOR_ERROR, reason="redirected")
        return self.read(reply.status, json_object(reply), context)


class TakesEmptyForFound(Sound):
    """Finds a company in every reply."""

    def read(self, status: int, body: Mapping[str, object], context: Context) -> Answer:
        return super().read(200, {"name": "Acme"}, context)


class NeverAsks(Sound):
    """Answers without asking."""

    async def ask(self, query: Query, context: Context) -> Answer:
        return self.read(200, {"name": "Acme"}, context)


class SwallowsFailures(Sound):
    """Makes a miss of every call that failed."""

    async def ask(self, query: Query, context: Context) -> Answer:
        try:
            return await super().ask(query, context)
        except Exception:  # noqa: BLE001 - the fault that is looked for
            return Answer(outcome=LookupOutcome.NO_MATCH)


class LogsQuietly(Sound):
    """Logs what it is asked at the lowest level."""

    async def ask(self, query: Query, context: Context) -> Answer:
        logging.getLogger("third.party").debug("asked about %s", query["company.domain"])
        return await super().ask(query, context)


class LogsApart(Sound):
    """Logs what it is asked by a logger that hands nothing on."""

    async def ask(self, query: Query, context: Context) -> Answer:
        log = logging.getLogger("third.party.apart")
        log.propagate = False
        log.info("asked about %s", query["company.domain"])
        return await super().ask(query, context)


class LogsStructured(Sound):
    """Logs what it is asked through structlog."""

    async def ask(self, query: Query, context: Context) -> Answer:
        structlog.get_logger("third.party").debug("asked", domain=query["company.domain"])
        return await super().ask(query, context)


@pytest.mark.parametrize("plugin", [LogsQuietly, LogsApart, LogsStructured])
async def test_a_connector_that_logs_the_question_is_not_certified(plugin: type[Sound]) -> None:
    """Whatever it logs with, and at whatever level: the operator may set the level lower, and read of leads."""
    found = {each.check: each.wrong for each in await certify_case(case(plugin)) if each.wrong}
    assert found == {"wire silence": "the question or the key was logged"}


async def test_hearing_leaves_logging_as_it_was() -> None:
    """After the certificate the process logs as before."""
    root, how = logging.getLogger(), structlog.get_config()
    before = (root.handlers[:], root.level, logging.getLogRecordFactory(), how["processors"][:])
    with logged() as heard:
        structlog.get_logger().info("while")
    structlog.get_logger().info("after")
    assert heard == ["{'event': 'while'}"]
    assert structlog.get_config() == how
    assert (root.handlers[:], root.level, logging.getLogRecordFactory(), how["processors"]) == before


async def test_a_probe_that_is_not_given_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that forgets the probe of a cancelled question would never ask that vendor again."""
    monkeypatch.setattr(Breaker, "abandon", lambda _self, _ticket: None)
    found = {each.check: each.wrong for each in await certify_case(case(Sound)) if each.wrong}
    assert found == {"wire cancelling": "the breaker's probe was not given back"}


@pytest.mark.parametrize(
    ("plugin", "wrong"),
    [
        (Follows, {"wire attempts": "6 calls after 301"}),
        (TakesEmptyForFound, {"wire attempts": "200 with an empty body counts as found"}),
        (NeverAsks, {"wire match": "0 calls instead of 1", "wire endings": "silence ended in match"}),
        (SwallowsFailures, {"wire endings": "reset ended in no_match"}),
    ],
)
async def test_wrong_connector_fails_over_the_wire(plugin: type[Sound], wrong: Mapping[str, str]) -> None:
    """Each fault is found by the check that is about it, and said in words."""
    found = {each.check: each.wrong for each in await certify_case(case(plugin)) if each.wrong}
    assert {check: found.get(check) for check in wrong} == wrong


async def test_sound_connector_passes_over_the_wire() -> None:
    """The connector that the wrong ones are made from is certified."""
    checked = await certify_case(case(Sound))
    assert [(each.check, each.wrong) for each in checked if each.wrong] == []
    assert len(checked) == len(CHECKS) + len(WIRE_CHECKS)


async def test_sound_visitor_passes_over_the_wire() -> None:
    """A connector that visits sites is certified on real sites, not on a vendor's server."""
    checked = await certify_case(sites.case(sites.Sound))
    assert [(each.check, each.wrong) for each in checked if each.wrong] == []
    assert len(checked) == len(CHECKS) + len(VISIT_CHECKS)


class NeverVisits(sites.Sound):
    """Answers without a visit."""

    async def ask(self, query: Query, context: Context) -> Answer:
        return self.read("Company: Acme", context, None)


class VisitsTwice(sites.Sound):
    """Takes a refusal for a page, and a failure for nothing."""

    async def ask(self, query: Query, context: Context) -> Answer:
        try:
            return await super().ask(query, context)
        except CallError:
            return Answer(outcome=LookupOutcome.NO_MATCH)


@pytest.mark.parametrize(
    ("plugin", "checks"),
    [
        (
            NeverVisits,
            {f"wire {name}" for name in ("match", "attempts", "endings", "redirects", "robots", "cancelling")},
        ),
        (VisitsTwice, {"wire endings", "wire redirects", "wire robots"}),
    ],
)
async def test_wrong_visitor_fails_over_the_wire(plugin: type[sites.Sound], checks: set[str]) -> None:
    """Each fault is found by the checks that are about it."""
    found = {each.check for each in await certify_case(sites.case(plugin)) if each.wrong}
    assert {check for check in found if check.startswith("wire ")} == checks

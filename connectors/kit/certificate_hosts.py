"""The part of the certificate that is about where calls go."""

from collections.abc import Awaitable, Callable
from typing import cast
from urllib.parse import urlsplit

from connectors.kit.cases import Case, Fixture, NotCertified, run, run_fixture
from connectors.kit.contract import HostConnector
from connectors.kit.query import Query
from connectors.outcome import LookupOutcome


async def check_hosts(case: Case) -> None:
    """Calls go to the manifest's hosts over https, and with another list nothing leaves at all."""
    if not case.manifest.calls_hosts:
        return
    for fixture in case.fixtures:
        for sent in (await run_fixture(case, fixture)).http.sent:
            if urlsplit(sent.url).hostname not in case.hosts or not sent.url.startswith("https://"):
                raise NotCertified("hosts", f"{fixture.name} called another host")
    elsewhere = case.manifest.model_copy(update={"hosts": ("elsewhere.example",)})
    ended = await run(case, case.match.facts, steps=case.match.steps, manifest=elsewhere)
    if ended.http.sent or ended.answer.outcome is not LookupOutcome.REFUSED:
        raise NotCertified("hosts", "a call went out although its host is not allowed")


async def check_each_host(case: Case) -> None:
    """Where each host counts by itself, the one that is named for a question is the one whose answer it gets."""
    if not case.manifest.rate.each_host:
        return
    for fixture in case.fixtures:
        await _check_named(case, fixture)


async def _check_named(case: Case, fixture: Fixture) -> None:
    query = Query.project(case.manifest, fixture.facts)
    ended = await run_fixture(case, fixture)
    fresh: HostConnector = cast("HostConnector", case.connector())
    asked: HostConnector = cast("HostConnector", ended.connector)
    try:
        before, named = fresh.host_of(query), asked.host_of(query)
    except Exception as error:
        raise NotCertified("each_host", f"{fixture.name}: host_of raised {type(error).__name__}") from error
    called = [urlsplit(sent.url).hostname for sent in ended.http.sent]
    if fixture.outcome.found and (named is None or called[-1:] != [named]):
        raise NotCertified("each_host", f"{fixture.name} was answered by another host than the one named for it")
    if before not in (None, named):
        raise NotCertified("each_host", f"{fixture.name} has one host before it is asked and another one after")


HOST_CHECKS: tuple[Callable[[Case], Awaitable[None]], ...] = (check_hosts, check_each_host)

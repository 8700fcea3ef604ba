"""The part of the certificate that is about the call which tells whether the key works."""

from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from connectors.errors import CallBroken, TimedOut, Unreachable
from connectors.kit.answer import Answer
from connectors.kit.cases import CANARY, Case, CheckFixture, NotCertified, surroundings
from connectors.kit.fakes import ScriptedHttp, ScriptedSite, Step, reply
from connectors.kit.free_check import free_check
from connectors.kit.query import Query

_ECHO: Final = f'{{"error": "{CANARY}"}}'.encode()
_STATUSES: Final = (204, 301, 302, 400, 401, 402, 403, 404, 429, 500, 503)
_WRONG: Final[tuple[Step, ...]] = (
    *(reply(status, _ECHO, headers={"x-echo": CANARY}) for status in _STATUSES),
    reply(200, b"<html><p>Sign in", content_type="text/html"),
    *(reply(200, body) for body in (b"", b"{}", b"[]", b"null", b"<html><p>Sign in", b'{"data": ')),
    *(Unreachable("connection_failed"), TimedOut("time_is_up", sent=True), CallBroken("reset", sent=True)),
)


async def check_free_check(case: Case) -> None:
    """The free call tells a key that works from one that does not, in one call to the vendor without the secret shown.

    A good reply says that all is well. Refusals, failures, pages, empty bodies and the good reply as a page do not.
    """
    if case.manifest.check is None:
        return
    if case.check is None:
        raise NotCertified("free_check", "the fixtures hold no reply to it")
    await _check_good(case, case.check)
    for step in (*_WRONG, replace(case.check.good, headers={"content-type": "text/html"})):
        against, http = await _made(case, step)
        if against is None:
            raise NotCertified("free_check", "what is no good reply counts as a key that works")
        if CANARY in repr((against, against.reason, http.sent)):
            raise NotCertified("free_check", "the secret shows")


async def _check_good(case: Case, fixture: CheckFixture) -> None:
    against, http = await _made(case, fixture.good)
    if against is not None:
        raise NotCertified("free_check", f"its good reply ended in {against.outcome} ({against.reason})")
    if len(http.sent) != 1 or urlsplit(http.sent[0].url).hostname not in case.hosts:
        raise NotCertified("free_check", "it takes another call than one to the vendor")
    if (part := fixture.sent.differs(http.sent[0])) is not None:
        raise NotCertified("free_check", f"it made another call ({part})")


async def _made(case: Case, step: Step) -> tuple[Answer | None, ScriptedHttp]:
    context, http, _ = surroundings(case, Query({}), (step,), site=ScriptedSite())
    return await free_check(case.manifest, case.values, context.http), http

"""The part of the certificate that is about a vendor's erasure feed."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from connectors.errors import CallBroken, TimedOut
from connectors.kit.answer import Answer
from connectors.kit.cases import CANARY, Case, NotCertified, surroundings
from connectors.kit.erasures import read_erasures
from connectors.kit.fakes import ScriptedHttp, ScriptedSite, Step, reply
from connectors.kit.query import Query

_LISTED: Final = tuple(f"record-{number:04}" for number in range(1500))
_STATUSES: Final = (201, 204, 301, 302, 400, 401, 402, 403, 404, 429, 451, 500, 503)


async def check_erasures(case: Case) -> None:
    """The feed is read to its end, by one call with nothing of a lead; what is no such list hands nobody over."""
    spec = case.manifest.erasures
    if spec is None:
        return
    begins = [spec.begins] if spec.begins else []
    for ends in ("\n", "\r\n"):
        against, told, http = await _read(case, reply(200, ends.join((*begins, *_LISTED)).encode()))
        if against is not None or told != list(_LISTED):
            raise NotCertified("erasures", "the list was not read as it stands")
        if len(http.sent) != 1 or urlsplit(http.sent[0].url).hostname not in case.hosts or http.sent[0].body:
            raise NotCertified("erasures", "it takes another call than one to the vendor, without a body")
    steps: list[Step] = [reply(status, b"id\nrecord-1\n") for status in _STATUSES]
    steps += [CallBroken("reset", sent=True), TimedOut("time_is_up", sent=True), reply(200, b"x" * 1_000_000)]
    steps += [reply(200, text) for text in (b"<html>\n<p>x", b"{}", b"") if spec.begins]
    for step in steps:
        against, told, http = await _read(case, step)
        if against is None or told:
            raise NotCertified("erasures", "what is no such list was taken for one")
        if CANARY in repr((against, against.reason, http.sent)):
            raise NotCertified("erasures", "the secret shows")


async def _read(case: Case, step: Step) -> tuple[Answer | None, list[str], ScriptedHttp]:
    context, http, _ = surroundings(case, Query({}), (step,), site=ScriptedSite())
    told: list[str] = []

    async def each(ids: Sequence[str]) -> None:
        told.extend(ids)

    return await read_erasures(case.manifest, case.values, context.http, each), told, http

"""Stand-ins with state for a connector's surroundings: a scripted vendor, a DNS zone, a fixed deadline.

They are for tests and for the certificate; nothing in the running gateway uses them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus

from connectors.errors import CallError, Unreadable
from connectors.kit.ports import DnsReply, DnsStatus, Page, RecordType, Reply, Request

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""The time at which scripted questions are asked and answered."""

_PIECE = 1000
"""Bytes that come at once where a body is taken piece by piece."""
Zone = Mapping[tuple[str, RecordType], DnsReply]


def reply(
    status: int = 200,
    body: bytes = b"{}",
    *,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> Reply:
    """A vendor's reply."""
    named = {"content-type": content_type, **(headers or {})}
    return Reply(status=status, headers=named, body=body, received_at=NOW)


Step = Reply | CallError | Callable[[Request], Reply]


@dataclass(slots=True)
class ScriptedHttp:
    """A transport that answers from a script, the last step for ever, and records what it was asked to send.

    Like the real client it refuses a body over the cap.
    """

    steps: Sequence[Step]
    sent: list[Request] = field(default_factory=list)

    async def send(self, request: Request, *, seconds: float, max_bytes: int) -> Reply:
        """Takes the next step; raises it when it is an error."""
        if seconds <= 0:
            raise AssertionError("a call without time")
        self.sent.append(request)
        step = self.steps[min(len(self.sent), len(self.steps)) - 1]
        if isinstance(step, CallError):
            raise step
        answer = step if isinstance(step, Reply) else step(request)
        if len(answer.body) > max_bytes:
            raise Unreadable("body_over_cap")
        if request.take is None:
            return answer
        for start in range(0, len(answer.body) if answer.status == HTTPStatus.OK else 0, _PIECE):
            await request.take(answer.body[start : start + _PIECE])
        return replace(answer, body=b"")


def page(
    body: bytes = b"",
    *,
    status: int = 200,
    url: str = "https://acme.example/",
    headers: Mapping[str, str] | None = None,
    content_type: str = "text/html",
) -> Page:
    """A page of a company's site; one whose URL is not the one that was asked was reached by a redirect."""
    named = {name: (value,) for name, value in {"content-type": content_type, **(headers or {})}.items()}
    return Page(status=status, url=url, headers=named, content_type=content_type, body=body, received_at=NOW)


SiteStep = Page | CallError
Pages = Mapping[str, SiteStep]
"""A site: what is found under each URL; every other URL of it is not there."""


@dataclass(slots=True)
class ScriptedSite:
    """A site of pages, by the URLs that are asked; it records them. Like the real one it cuts what is too long.

    Args:
        pages: what is found where.
        otherwise: what is found everywhere else; a page that is not there by default.
    """

    pages: Pages = field(default_factory=dict)
    otherwise: SiteStep | None = None
    fetched: list[str] = field(default_factory=list)

    async def fetch(self, url: str, *, seconds: float, max_bytes: int) -> Page:
        """Gives the page under a URL; raises what stands in its place when that is an error."""
        if seconds <= 0:
            raise AssertionError("a visit without time")
        self.fetched.append(url)
        step = self.pages.get(url, self.otherwise)
        if isinstance(step, CallError):
            raise step
        found = page(status=404, url=url) if step is None else step
        return replace(found, body=found.body[:max_bytes], cut=len(found.body) > max_bytes)


@dataclass(slots=True)
class ZoneDns:
    """A resolver over a zone; a name that is not in it does not exist. It records what it was asked."""

    zone: Zone = field(default_factory=dict)
    otherwise: DnsStatus = DnsStatus.NO_NAME
    asked: list[str] = field(default_factory=list)

    async def look_up(self, name: str, kind: RecordType) -> DnsReply:
        """Looks one name up."""
        self.asked.append(name)
        return self.zone.get((name, kind), DnsReply(status=self.otherwise))


@dataclass(slots=True)
class FixedDeadline:
    """A deadline that always has the same time left."""

    seconds: float = 10.0

    def remaining(self) -> float:
        """Seconds left."""
        return self.seconds


def records(*texts: str) -> DnsReply:
    """A look-up that found records."""
    return DnsReply(status=DnsStatus.FOUND, records=texts)

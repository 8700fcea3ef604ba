"""Stand-ins with state for a connector's surroundings: a scripted vendor, a DNS zone, a fixed deadline.

They are for tests and for the certificate; nothing in the running gateway uses them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.errors import CallError, Unreadable
from connectors.kit.ports import DnsReply, DnsStatus, RecordType, Reply, Request

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""The time at which scripted questions are asked and answered."""

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
        return answer


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

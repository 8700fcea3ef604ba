"""The connectors' HTTP port over the gateway's client."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus

from connectors.errors import CallBroken, CallError, HostRefused, TimedOut, Unreachable, Unreadable
from connectors.kit import Reply, Request
from gateway import http
from gateway.ports import Clock


class ClientHttp:
    """Sends connectors' requests through `gateway.http`; implements `connectors.kit.Http`.

    Args:
        client: the gateway's client; the sandbox's address map is its business.
        clock: stamps replies.
        private: `host:port` of vendors inside the own network, which the operator allowed.
    """

    def __init__(self, *, client: http.HttpClient, clock: Clock, private: frozenset[str] = frozenset()) -> None:
        self._client = client
        self._clock = clock
        self._private = private

    async def send(self, request: Request, *, seconds: float, max_bytes: int) -> Reply:
        """Sends one request; the client's errors become the connectors'."""
        host = request.url.partition("://")[2].partition("/")[0].partition("?")[0]
        place = host if ":" in host else f"{host}:443"
        trust = http.Trust.PRIVATE if place in self._private else http.Trust.CONFIGURED
        outgoing = http.Request(
            method=request.method,
            url=request.url,
            headers=request.headers,
            body=request.body,
            trust=trust,
            seconds=seconds,
            max_bytes=max_bytes,
            take=request.take,
            reads=_always if request.take is None else _well,
        )
        try:
            reply = await self._client.send(outgoing)
        except http.EgressError as error:
            raise told(error) from None
        return Reply(status=reply.status, headers=reply.headers, body=reply.body, received_at=self._clock.now())


def _always(_status: int, _headers: Mapping[str, str]) -> bool:
    return True


def _well(status: int, _headers: Mapping[str, str]) -> bool:
    return status == HTTPStatus.OK


def told(error: http.EgressError) -> CallError:
    """The connectors' word for how a call of the client ended."""
    if isinstance(error, http.EgressRefused):
        return HostRefused(error.reason)
    if isinstance(error, http.Unreachable):
        return Unreachable(error.reason)
    if isinstance(error, http.DeadlineExceeded):
        return TimedOut(error.reason, sent=error.sent)
    if isinstance(error, http.TooLarge):
        return Unreadable(error.reason)
    return CallBroken(error.reason, sent=error.sent)


class ClockDeadline:
    """A deadline by the gateway's clock; implements `connectors.kit.Deadline`."""

    __slots__ = ("_clock", "_ends")

    def __init__(self, *, clock: Clock, ends: datetime) -> None:
        self._clock = clock
        self._ends = ends.astimezone(UTC)

    def remaining(self) -> float:
        """Seconds left; zero or less when the time is up."""
        return (self._ends - self._clock.now()).total_seconds()

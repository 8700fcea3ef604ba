"""The connectors' HTTP port over the gateway's client."""

from datetime import UTC, datetime

from connectors.errors import CallBroken, HostRefused, TimedOut, Unreachable, Unreadable
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
        )
        try:
            reply = await self._client.send(outgoing)
        except http.EgressRefused as error:
            raise HostRefused(error.reason) from None
        except http.Unreachable as error:
            raise Unreachable(error.reason) from None
        except http.DeadlineExceeded as error:
            raise TimedOut(error.reason, sent=error.sent) from None
        except http.TooLarge as error:
            raise Unreadable(error.reason) from None
        except http.EgressError as error:
            raise CallBroken(error.reason, sent=error.sent) from None
        return Reply(status=reply.status, headers=reply.headers, body=reply.body, received_at=self._clock.now())


class ClockDeadline:
    """A deadline by the gateway's clock; implements `connectors.kit.Deadline`."""

    __slots__ = ("_clock", "_ends")

    def __init__(self, *, clock: Clock, ends: datetime) -> None:
        self._clock = clock
        self._ends = ends.astimezone(UTC)

    def remaining(self) -> float:
        """Seconds left; zero or less when the time is up."""
        return (self._ends - self._clock.now()).total_seconds()

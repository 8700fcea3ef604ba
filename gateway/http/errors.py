"""What can go wrong between here and another server, each with whether the request may have arrived."""

from collections.abc import Mapping
from types import MappingProxyType


class EgressError(Exception):
    """Base of everything an outgoing call can end with instead of a reply.

    Attributes:
        reason: a short stable code, safe to log and to store; it holds no URL, header or body.
        sent: True when the other side may have received the request, so that repeating it may act twice.
        status: what the reply said before it went wrong, for whom that is enough; 0 where there was none.
        headers: its headers, in lower case.
    """

    status: int = 0
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, reason: str, *, sent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


class EgressRefused(EgressError):
    """refused before connecting: {reason}."""


class Unreachable(EgressError):
    """no connection: {reason}."""


class DeadlineExceeded(EgressError):
    """the deadline passed: {reason}."""


class Broken(EgressError):
    """the connection or the reply broke: {reason}."""


class TooLarge(EgressError):
    """the reply passed its size limit: {reason}."""

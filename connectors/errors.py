"""The connectors' one error tree; every class says whether asking again can help.

    ConnectorError
      BadPlugin         a plug-in breaks the contract; the start stops and names it
      BadSettings       a plug-in's settings are wrong; the start stops and names the setting
      CallError         a call ended without a usable reply; carries the outcome it stands for
        SecretMissing   the key is not set, so nothing was sent
        HostRefused     refused here before it was sent: by its host, its URL, its headers, or a site's robots.txt
        Unreachable     no connection came about, so nothing was sent
        TimedOut        the time was up
        CallBroken      the connection broke on the way
        Unreadable      the reply came, but is not what it should be

No message holds a URL, a header, a body or a value that was asked about.
"""

from typing import ClassVar

from connectors.outcome import LookupOutcome


class ConnectorError(Exception):
    """Base of every error of this package; `retryable` says whether the same call may succeed later."""

    retryable: ClassVar[bool] = False


class BadPlugin(ConnectorError):
    """{where} is not a connector: {why}. Fix or remove it, then start again."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} is not a connector: {why}. Fix or remove it, then start again.")
        self.where = where


class BadSettings(ConnectorError):
    """Setting {name} of connector {connector}: {why}."""

    def __init__(self, connector: str, name: str, why: str) -> None:
        super().__init__(f"Setting {name} of connector {connector}: {why}.")
        self.connector = connector
        self.name = name


class CallError(ConnectorError):
    """{reason}: a call ended without a usable reply.

    Attributes:
        outcome: the outcome that this ending stands for.
        reason: a short stable code.
        sent: True when the vendor may have received, and charged for, the request.
    """

    outcome: ClassVar[LookupOutcome] = LookupOutcome.VENDOR_ERROR

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


class SecretMissing(CallError):
    """{reason}: the key that the manifest names is not set, so nothing was sent."""

    outcome = LookupOutcome.UNAUTHORISED

    def __init__(self, reason: str) -> None:
        super().__init__(reason, sent=False)


class HostRefused(CallError):
    """{reason}: the call was refused on this side, before it was sent.

    Its host, port or scheme is not allowed, its URL or a header cannot be made of what it is made of, a site's
    robots.txt forbids it, or the manifest has no such call.
    """

    outcome = LookupOutcome.REFUSED

    def __init__(self, reason: str) -> None:
        super().__init__(reason, sent=False)


class Unreachable(CallError):
    """{reason}: no connection came about, so nothing was sent."""

    retryable = True
    outcome = LookupOutcome.UNREACHABLE

    def __init__(self, reason: str) -> None:
        super().__init__(reason, sent=False)


class TimedOut(CallError):
    """{reason}: the time was up."""

    retryable = True
    outcome = LookupOutcome.TIMEOUT


class CallBroken(CallError):
    """{reason}: the connection broke on the way."""

    retryable = True
    outcome = LookupOutcome.VENDOR_ERROR


class Unreadable(CallError):
    """{reason}: the reply came, but is not what it should be."""

    retryable = True
    outcome = LookupOutcome.VENDOR_ERROR

    def __init__(self, reason: str) -> None:
        super().__init__(reason, sent=True)

"""Ways in: the contract of a plug-in that turns a request's bytes into submissions.

A way in is one file here with a class `Plugin`, or an entry point of the group `leadgate.intake` in another
distribution, that satisfies `WayIn`. It reads and never judges: verdicts belong to verification, permission to the
policy. It holds no state and asks for no time, key or randomness; all of them are in the `RequestContext`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final, Protocol, Self, runtime_checkable

from gateway.errors import Fault, Invalid
from gateway.intake.kit.settings import SourceSettings
from gateway.lead import Submission

API_VERSION: Final = 1
"""The version of this contract; a plug-in carries it as `api_version`."""

GROUP: Final = "leadgate.intake"
"""The entry point group of ways in that other distributions bring."""


def global_privacy_control(header: str | None) -> bool | None:
    """Read `Sec-GPC`: True for exactly `1`; anything else is no signal and gives None.

    Source: W3C Global Privacy Control, "The Sec-GPC Header Field": a value other than `1` is ignored.
    """
    return True if header == "1" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """What is known of a request besides its body.

    `received_at` is aware UTC. `ip` is the client's address after trusted proxies were taken off. `gpc` is the
    `Sec-GPC` header. `challenge_key` signs form challenges (32 bytes or more); without it no proof is read.
    `batch` says that an API body holds many leads. `other_sources` are the source keys that the caller may name
    in a body besides its own.
    """

    received_at: datetime
    ip: str | None = field(default=None, repr=False)
    user_agent: str | None = field(default=None, repr=False)
    referer: str | None = field(default=None, repr=False)
    origin: str | None = None
    gpc: bool | None = None
    challenge_key: bytes | None = field(default=None, repr=False)
    batch: bool = False
    other_sources: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        headers: Mapping[str, str],
        *,
        received_at: datetime,
        ip: str | None,
        challenge_key: bytes | None = None,
    ) -> Self:
        """Take what matters from headers with lower-case names."""
        return cls(
            received_at=received_at,
            ip=ip,
            user_agent=headers.get("user-agent"),
            referer=headers.get("referer"),
            origin=headers.get("origin"),
            gpc=global_privacy_control(headers.get("sec-gpc")),
            challenge_key=challenge_key,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One lead that cannot be used, with where and why; no fault holds a value that was sent."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a way in made of one request.

    `entries` stand in the order of the request. `signals` are spam signals by code, `quarantine` the reasons why
    the request must be kept aside (its bytes sealed and replayable) and not become a lead: both are closed codes
    of `gateway.intake.kit.spam`. `content` is what tells the request from another one, None where only its bytes do:
    the same content again within minutes is a repetition. `burn` is the id of the challenge that came with it, for
    the caller to use up once and for all; `redirect` is where the browser may be sent next.
    """

    entries: tuple[Submission | Rejected, ...]
    signals: tuple[str, ...] = ()
    quarantine: tuple[str, ...] = ()
    content: bytes | None = field(default=None, repr=False)
    burn: str | None = None
    redirect: str | None = None

    def one(self) -> Submission:
        """Give the only submission.

        Raises:
            Invalid: the lead has faults, or there is not exactly one.
        """
        if len(self.entries) != 1:
            raise Invalid(f"One lead is needed here, {len(self.entries)} came.")
        entry = self.entries[0]
        if isinstance(entry, Rejected):
            raise Invalid(faults=entry.faults)
        return entry


@runtime_checkable
class WayIn(Protocol):
    """A way in. `kind` is unique among the installed ones; a source names it."""

    api_version: ClassVar[int]
    kind: ClassVar[str]

    def read(self, body: bytes, content_type: str, source: SourceSettings, context: RequestContext) -> Reading:
        """Turn a request's bytes into submissions; the same arguments always give the same reading.

        Raises:
            Malformed: the body is not what its content type says, or no content type this way in reads.
            TooLarge: the body is over the source's limits.
        """

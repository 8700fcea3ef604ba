"""How decisions become what a recipient reads: `may_email`, `may_call`, `may_sms`, `may_post`, with until and why.

A recipient's system often knows one switch per channel, so each switch is the strictest answer over all purposes that
the destination serves; the purposes beside it say what is free nevertheless (answering the inquiry, for example).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from consent.decision import Decision
from consent.terms import CONTACT_CHANNELS, Channel, Outcome, Purpose
from consent.times import format_time


class May(StrEnum):
    """What a recipient may do; `denied` beats `held` beats `allowed`."""

    ALLOWED = "allowed"
    HELD = "held"
    DENIED = "denied"

    @property
    def strictness(self) -> int:
        """0 for allowed, 1 for held, 2 for denied."""
        return _STRICTNESS[self]


_MAY: Final = {Outcome.ALLOW: May.ALLOWED, Outcome.HOLD: May.HELD, Outcome.DENY: May.DENIED}
_STRICTNESS: Final = {May.ALLOWED: 0, May.HELD: 1, May.DENIED: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The most that a contact point's verdict lets a channel be: a risky address caps e-mail at `held`.

    `why` is the verdict's reason code, for example `risky` or `no_phone`.
    """

    may: May
    why: str

    def __str__(self) -> str:
        return f"{self.may}:{self.why}"


def caps_as_text(caps: Mapping[Channel, Cap]) -> dict[str, str]:
    """Write caps for people and for the log, like `{"email": "held:disposable_domain"}`."""
    return {channel.value: str(cap) for channel, cap in caps.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelClaim:
    """One channel's claim.

    Attributes:
        may: the strictest answer over all purposes asked for, capped by the contact point's verdict.
        why: the reason code behind it, with the purposes that it is about: `inquiry_response: allowed`,
            `marketing: consent_needed`; a verdict's is about every one, and stands alone.
        until: when `allowed` lapses; `None` is not before its facts change.
        purposes: the answer per purpose, capped likewise.
    """

    may: May
    why: str
    until: datetime | None
    purposes: Mapping[Purpose, May]

    def to_mapping(self) -> dict[str, object]:
        """Return the claim as plain JSON values."""
        return {
            "may": self.may.value,
            "why": self.why,
            "until": None if self.until is None else format_time(self.until),
            "purposes": {purpose.value: may.value for purpose, may in self.purposes.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All decisions for one recipient: a claim per contact channel, and an answer per purpose.

    A purpose is allowed when any of its channels is; this decides about releasing, so caps do not touch it.
    """

    channels: Mapping[Channel, ChannelClaim]
    purposes: Mapping[Purpose, May]


def summarise(decisions: Iterable[Decision], caps: Mapping[Channel, Cap] = MappingProxyType({})) -> Summary:
    """Combine the decisions for one recipient into its claims.

    A contact channel that nobody decided about is `held` with the reason `not_decided`.

    Args:
        decisions: one per purpose and channel of the destination (`consent.gather.questions`).
        caps: what the verdicts on the contact points allow at most.
    """
    asked: dict[Channel, list[Decision]] = {channel: [] for channel in CONTACT_CHANNELS}
    purposes: dict[Purpose, May] = {}
    for each in decisions:
        may, before = _MAY[each.outcome], purposes.get(each.purpose)
        if before is None or may.strictness < before.strictness:
            purposes[each.purpose] = may
        if each.channel in asked:
            asked[each.channel].append(each)
    channels = {channel: _claim(found, caps.get(channel)) for channel, found in asked.items()}
    return Summary(channels=channels, purposes=purposes)


def _claim(decisions: list[Decision], cap: Cap | None) -> ChannelClaim:
    if not decisions:
        return ChannelClaim(may=May.HELD, why="not_decided", until=None, purposes={})
    limit = cap.may if cap is not None else May.ALLOWED
    purposes = {each.purpose: max(_MAY[each.outcome], limit, key=attrgetter("strictness")) for each in decisions}
    strictest = max(decisions, key=lambda each: each.outcome.strictness)
    decided = _MAY[strictest.outcome]
    if cap is not None and limit.strictness > decided.strictness:
        return ChannelClaim(may=limit, why=cap.why, until=None, purposes=purposes)
    # An answer without its purposes would be read as one for advertising.
    meant = purposes if decided is May.ALLOWED else [strictest.purpose]
    why = f"{', '.join(meant)}: {strictest.reason}"
    if cap is not None and limit is decided and limit is not May.ALLOWED:
        why = f"{why}; {cap.why}"
    ends = [each.until for each in decisions if each.until is not None] if decided is May.ALLOWED else []
    return ChannelClaim(may=decided, why=why, until=min(ends, default=None), purposes=purposes)

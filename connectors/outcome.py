"""How asking a source can end: a closed list of outcomes, which are values and never exceptions."""

import enum


class LookupOutcome(enum.StrEnum):
    """One ending of one question to one source.

    Every vendor spells these differently (a 404 may be an answer, a 403 a throttle), so a manifest says how
    to read its replies and the rest of the gateway reads only this list.
    """

    MATCH = "match"
    """The source knows the subject; there are observations."""
    PARTIAL = "partial"
    """There are observations, but a part of the source could not be asked; kept only where a manifest says how long."""
    NO_MATCH = "no_match"
    """The source answered that it does not know the subject: a positive answer, never a failure."""
    NOT_APPLICABLE = "not_applicable"
    """The question lacks what the source needs; no call was made and nothing was spent."""
    PENDING = "pending"
    """The source is still working on it; ask again at `retry_at`."""
    THROTTLED = "throttled"
    """Too many calls for now; ask again at `retry_at`."""
    TIMEOUT = "timeout"
    """The time was up. A paid call may have been charged."""
    UNREACHABLE = "unreachable"
    """No connection came about; nothing was sent."""
    VENDOR_ERROR = "vendor_error"
    """The source failed or answered something unreadable."""
    QUOTA_EXHAUSTED = "quota_exhausted"
    """The plan or the credits are used up; the operator has to act."""
    UNAUTHORISED = "unauthorised"
    """The key is missing, wrong or expired; the operator has to act."""
    REFUSED = "refused"
    """The call is not allowed: by the vendor, by a redirect, or by our own egress rules."""
    INVALID_REQUEST = "invalid_request"
    """The source cannot work with this question or these settings."""
    SUPPRESSED_BY_VENDOR = "suppressed_by_vendor"
    """The person objected at the source (HTTP 451): suppress here as well, ask no other vendor."""

    @property
    def retryable(self) -> bool:
        """Whether the same question may end differently later, without anybody acting."""
        return self in _RETRYABLE

    @property
    def cacheable(self) -> bool:
        """Whether the answer may be kept. Everything else would store a disturbance as a fact."""
        return self in _CACHEABLE

    @property
    def found(self) -> bool:
        """Whether there are observations."""
        return self in _FOUND


_RETRYABLE = frozenset(
    {
        LookupOutcome.PENDING,
        LookupOutcome.THROTTLED,
        LookupOutcome.TIMEOUT,
        LookupOutcome.UNREACHABLE,
        LookupOutcome.VENDOR_ERROR,
    }
)
_CACHEABLE = frozenset({LookupOutcome.MATCH, LookupOutcome.PARTIAL, LookupOutcome.NO_MATCH})
_FOUND = frozenset({LookupOutcome.MATCH, LookupOutcome.PARTIAL})

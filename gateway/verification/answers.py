"""What the look-ups bring back, as frozen values: the pure verdicts read these and nothing else."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class ListHits:
    """What the lists say of one domain; None means that no such list was asked.

    `lists` names every list that was asked, as `name@version`. `allowed` and `denied` are the operator's lists: what
    the others say of an allowed domain is told, and does not count.
    """

    allowed: bool | None = None
    denied: bool | None = None
    disposable: bool | None = None
    privacy_relay: bool | None = None
    free: bool | None = None
    lists: tuple[str, ...] = ()


class MailOutcome(StrEnum):
    """How the question "who takes mail for this domain?" ended (RFC 5321 section 5, RFC 7505, RFC 1035)."""

    MX = "mx"
    IMPLICIT_MX = "implicit_mx"
    """No MX, but a public A or AAAA record."""
    NULL_MX = "null_mx"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    """The name exists, without MX, A and AAAA."""
    NOT_PUBLIC = "not_public"
    """No MX, and no address that is globally routable."""
    MX_UNUSABLE = "mx_unusable"
    TIMEOUT = "timeout"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    UNTRUSTED = "untrusted"
    """A negative answer from a resolver that fails its control names."""

    __hash__ = str.__hash__

    @property
    def transient(self) -> bool:
        """Whether the question did not end: nothing is known, and asking again may help."""
        return self in _TRANSIENT

    @property
    def receives(self) -> bool:
        """Whether the domain can take mail, as far as DNS says."""
        return self in _RECEIVING


_RECEIVING = frozenset({MailOutcome.MX, MailOutcome.IMPLICIT_MX})
_TRANSIENT = frozenset(
    {
        MailOutcome.TIMEOUT,
        MailOutcome.SERVFAIL,
        MailOutcome.REFUSED,
        MailOutcome.UNREACHABLE,
        MailOutcome.MALFORMED,
        MailOutcome.UNTRUSTED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MxHost:
    """One mail exchanger: a lower `preference` goes first; `host` is in lower case, without the last dot."""

    preference: int
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainMail:
    """Who takes mail for a domain. `domain` is the A-label form; `mx` is sorted by preference, then name.

    `spf_reject_all` is None unless it was asked, which happens only when there is no MX. `ttl` is in seconds,
    between the resolver's floor and ceiling, and 0 for an answer that is not kept.
    """

    domain: str = field(repr=False)
    outcome: MailOutcome
    mx: tuple[MxHost, ...] = field(default=(), repr=False)
    spf_reject_all: bool | None = None
    ttl: float = 0


class MailboxOutcome(StrEnum):
    """How the question "is there such a mailbox?" ended, asked of the mail server itself or of a vendor."""

    ACCEPTED = "accepted"
    NOT_FOUND = "not_found"
    FULL = "full"
    DISABLED = "disabled"
    NOT_SERVED = "not_served"
    """The server takes no mail for the domain."""
    NOT_PUBLIC = "not_public"
    """No mail server of the domain has a public address."""
    GREYLISTED = "greylisted"
    THROTTLED = "throttled"
    TEMPORARY = "temporary"
    REFUSED_US = "refused_us"
    UNCLEAR = "unclear"
    TIMEOUT = "timeout"
    DROPPED = "dropped"
    UNREACHABLE = "unreachable"
    PORT_CLOSED = "port_closed"
    SELF_TEST_FAILED = "self_test_failed"
    PAUSED = "paused"
    """Our own pace, or a breaker, kept us from asking."""
    OFF = "off"
    TRAP = "trap"
    """Vendors only: a spam trap, or somebody who complains."""
    DOUBTED = "doubted"
    """Vendors only: their advice against it, without proof about the mailbox."""
    UNDECIDED = "undecided"
    """Vendors only: they could not tell, or could not be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxAnswer:
    """What a mailbox check brought back.

    `by` is `smtp`, or the name of a vendor. `catch_all` and `starttls` are None when not tested. `code` and
    `enhanced` are those of the deciding reply (RFC 5321, RFC 3463: `5.1.1`); `text` names no address and is at
    most 300 characters long. `word` is the checker's own word for the outcome, when it has one. `asked` is told of
    vendors alone: False where they were not shown the address, for the answer was still kept, or the question could
    not be put.
    """

    outcome: MailboxOutcome
    by: str = "smtp"
    catch_all: bool | None = None
    starttls: bool | None = None
    host: str | None = field(default=None, repr=False)
    code: int | None = None
    enhanced: str | None = None
    text: str | None = field(default=None, repr=False)
    word: str | None = None
    asked: bool = True

"""A circuit breaker per vendor and credential: a vendor that keeps failing gets one probe at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.kit import LookupOutcome

FAILURES = 5
COOL_DOWN = timedelta(seconds=30)
LONGEST_COOL_DOWN = timedelta(minutes=5)

_FAILED = frozenset({LookupOutcome.VENDOR_ERROR, LookupOutcome.TIMEOUT, LookupOutcome.UNREACHABLE})
_SILENT = frozenset({LookupOutcome.THROTTLED, LookupOutcome.NOT_APPLICABLE, LookupOutcome.PENDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The right to make one call; `generation` tells to which state of the breaker it belongs."""

    generation: int
    probe: bool


class Breaker:
    """Counts failures in a row and decides who may call.

    Closed: everybody. Open: nobody until the cool-down has passed. Then one probe: its success closes, its
    failure opens for twice as long, its abandonment (a cancelled call) lets the next one probe. A result counts
    only in the generation its call began in, so that a slow success from before the opening does not close it.
    Replies such as 4xx and no match show that the vendor is alive; 429 says nothing either way.
    """

    def __init__(self, *, failures: int = FAILURES, cool_down: timedelta = COOL_DOWN) -> None:
        self._limit = failures
        self._first = cool_down
        self._cool_down = cool_down
        self._in_a_row = 0
        self._generation = 0
        self._open_until: datetime | None = None
        self._probing = False

    def admit(self, now: datetime) -> Ticket | datetime:
        """Gives a ticket, or the time from which asking again makes sense."""
        if self._open_until is None:
            return Ticket(generation=self._generation, probe=False)
        if now < self._open_until:
            return self._open_until
        if self._probing:
            return now + self._first
        self._probing = True
        return Ticket(generation=self._generation, probe=True)

    def record(self, ticket: Ticket, outcome: LookupOutcome, now: datetime) -> None:
        """Takes the result of the call that the ticket was for."""
        if ticket.generation != self._generation:
            return
        if outcome in _SILENT:
            self.abandon(ticket)
        elif outcome not in _FAILED:
            self._close(ticket)
        else:
            self._fail(ticket, now)

    def abandon(self, ticket: Ticket) -> None:
        """Frees the probe's place when its call ended without a result."""
        if ticket.probe and ticket.generation == self._generation:
            self._probing = False

    def _close(self, ticket: Ticket) -> None:
        self._in_a_row = 0
        if ticket.probe:
            self._generation += 1
            self._open_until, self._probing, self._cool_down = None, False, self._first

    def _fail(self, ticket: Ticket, now: datetime) -> None:
        self._in_a_row += 1
        if not ticket.probe and self._in_a_row < self._limit:
            return
        if ticket.probe:
            self._cool_down = min(self._cool_down * 2, LONGEST_COOL_DOWN)
        self._generation += 1
        self._open_until, self._probing = now + self._cool_down, False

"""What follows from the ledger: `state(events, now)`, a pure fold that obeys the derivation laws.

1. A withdrawal or objection reaches down the purpose tree, a grant never does.
2. An import fills a gap and changes no answer.
3. A request changes nothing; a confirmation counts only against a live, unused request for the same contact point.
4. Events count in the order of `occurred_at`; at a tie the restrictive one; a late older grant beats no newer
   withdrawal.
5. Expiry is found at reading time.
6. What is unknown grants nothing; a grant counts only if the person made it.
7. A public form's grant is a request; only a proven grant that something shows, to a notice that is known, lifts an
   earlier refusal, for its own purpose and channel alone and until it lapses.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from consent.answer import AGAINST, PROVEN, Answer, against, confirmed, granted, lapsed, vouched
from consent.confirmation import live_request
from consent.ledger import (
    Against,
    ConsentConfirmed,
    ConsentGranted,
    ConsentRefused,
    ConsentRequested,
    ConsentWithdrawn,
    Event,
    NoticeServed,
    ObjectionReceived,
    Party,
    RestrictionLifted,
    RestrictionSet,
    SignalObserved,
)
from consent.terms import CONTACT_CHANNELS, Channel, Mechanism, Purpose, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentState:
    """What the ledger says of a subject, read at one time; ask `answer` per purpose and channel.

    Attributes:
        restricted: processing is restricted (GDPR Art. 18).
        marketing: what stands for marketing, on each channel to a person.
        disclosure: what stands for passing the person on.
        signal_at: when the last signal opted the person out of sale and sharing.
        notice13_at: when the last notice at collection was served.
        notice14_at: when the last notice of indirect collection was given.
        now: the time it is read at.
    """

    restricted: bool
    marketing: tuple[Answer, ...]
    disclosure: Answer
    signal_at: datetime | None
    notice13_at: datetime | None
    notice14_at: datetime | None
    now: datetime
    _events: tuple[Event, ...] = field(repr=False)
    _contact_point: str | None = field(repr=False)

    def answer(self, purpose: Purpose, channel: Channel) -> Answer:
        """Return what stands for exactly this purpose and channel."""
        return _answer(self._events, purpose, channel, self._contact_point, self.now)


_NOTHING: Final = Answer(standing=Standing.NONE)
"""What stands where nobody ever said anything."""


def state(
    events: Iterable[Event],
    now: datetime,
    *,
    contact_point: str | None = None,
    known_at: datetime | None = None,
) -> ConsentState:
    """Fold a subject's events.

    Args:
        events: all of the subject's events, in any order.
        now: the time to read at; grants from later count for nothing, restrictions count at once.
        contact_point: where given, only grants to this contact point (or to none in particular) count; what stands
            against a use always counts.
        known_at: where given, only events received until then count, which reproduces what the gate knew.
    """
    known = (event for event in events if known_at is None or event.received_at <= known_at)
    seen = tuple(sorted(known, key=_order))
    return ConsentState(
        restricted=_restricted(seen, now),
        marketing=tuple(_answer(seen, Purpose.MARKETING, channel, contact_point, now) for channel in CONTACT_CHANNELS),
        disclosure=_answer(seen, Purpose.DISCLOSURE, Channel.DISCLOSURE, contact_point, now),
        signal_at=max((event.at for event in seen if isinstance(event, SignalObserved)), default=None),
        notice13_at=_served(seen, 13, now),
        notice14_at=_served(seen, 14, now),
        now=now,
        _events=seen,
        _contact_point=contact_point,
    )


# --- one purpose and channel ------------------------------------------------------------------------------------------


def _answer(
    events: tuple[Event, ...], purpose: Purpose, channel: Channel, contact_point: str | None, now: datetime
) -> Answer:
    if not events:
        return _NOTHING
    cell = _Cell(events, now)
    for event in events:
        if isinstance(event, Against):
            if event.reaches(purpose, channel):
                cell.oppose(event)
        elif _is_for(event, purpose, channel, contact_point, now):
            cell.favour(event)
    return lapsed(cell.answer(), now)


class _Cell:
    """One purpose and channel while its events pass by in order."""

    def __init__(self, events: tuple[Event, ...], now: datetime) -> None:
        self._events = events
        self._now = now
        self._asked = False
        self._stands: Answer | None = None
        self._imported: Answer | None = None

    def oppose(self, event: Against) -> None:
        if event.actor is Party.IMPORT:
            self._imported = against(event, self._imported)
        else:
            before = None if self._stands is None else lapsed(self._stands, self._now)
            # Who takes a consent back is where the refusal that it lifted had left them.
            self._stands = against(event, before and (before.lifted or before))

    def favour(self, event: Event) -> None:
        if isinstance(event, ConsentConfirmed):
            request = live_request(self._events, event)
            if request is not None:
                self._stands = _lifting(self._stands, confirmed(event, request))
        elif isinstance(event, ConsentGranted) and Mechanism.IMPORT in {event.mechanism, event.actor}:
            self._imported = _keep(self._imported, event, self._now)
        elif isinstance(event, ConsentGranted) and vouched(event):
            self._stands = _keep(self._stands, event, self._now)
        else:
            self._asked = True

    def answer(self) -> Answer:
        nobody_said = Answer(standing=Standing.REQUESTED if self._asked else Standing.NONE)
        return self._stands or self._imported or nobody_said


def _keep(before: Answer | None, grant: ConsentGranted, now: datetime) -> Answer:
    """A newer grant replaces an answer only if it is as well proven, evident and about a notice that is known.

    An import never lifts anything, and neither does what no rule would accept.
    """
    proven = grant.mechanism in PROVEN and grant.actor is Party.PERSON
    if before is None or (proven and grant.evident and grant.notice is not None):
        return _lifting(before, granted(grant))
    better = before.mechanism in PROVEN and (before.evidence or not proven)  # one bare claim is as good as another
    stands = lapsed(before, now).standing
    return before if stands in AGAINST or (better and stands is Standing.GRANTED) else granted(grant)


def _lifting(before: Answer | None, consent: Answer) -> Answer:
    """A consent in place of what stood before, with the refusal that it or an earlier one has lifted."""
    if before is None:
        return consent
    return replace(consent, lifted=before if before.standing in AGAINST else before.lifted)


def _is_for(event: Event, purpose: Purpose, channel: Channel, contact_point: str | None, now: datetime) -> bool:
    return (
        isinstance(event, ConsentGranted | ConsentRequested | ConsentConfirmed)
        and (event.purpose, event.channel) == (purpose, channel)
        and event.at <= now
        and (contact_point is None or event.contact_point in {None, contact_point})
    )


# --- the subject as a whole -------------------------------------------------------------------------------------------


def _order(event: Event) -> tuple[datetime, bool, str]:
    """By time; at a tie what restricts comes last, and so prevails."""
    restricts = isinstance(event, ConsentRefused | ConsentWithdrawn | ObjectionReceived | RestrictionSet)
    return event.at, restricts, event.event_id


def _restricted(events: tuple[Event, ...], now: datetime) -> bool:
    restricted = False
    for event in events:
        if isinstance(event, RestrictionSet):
            restricted = True
        elif isinstance(event, RestrictionLifted) and event.actor is Party.CONTROLLER and event.at <= now:
            restricted = False
    return restricted


def _served(events: tuple[Event, ...], article: int, now: datetime) -> datetime | None:
    times = (e.at for e in events if isinstance(e, NoticeServed) and e.article == article and e.at <= now)
    return max(times, default=None)

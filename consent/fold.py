"""What follows from the ledger: `state(events, now)`, a pure fold that obeys the derivation laws.

1. A withdrawal or objection reaches down the purpose tree, a grant never does.
2. An import fills a gap and changes no answer.
3. A request changes nothing; a confirmation counts only against a live, unused request for the same contact point.
4. Events count in the order of `occurred_at`; at a tie the restrictive one; a late older grant beats no newer
   withdrawal.
5. Expiry is found at reading time.
6. What is unknown grants nothing; a grant counts only if the person made it.
7. A public form's grant is a request; only a proven grant that something shows lifts an earlier refusal, and only for
   its own purpose and channel.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

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
    Origin,
    Party,
    RestrictionLifted,
    RestrictionSet,
    SignalObserved,
)
from consent.terms import CONTACT_CHANNELS, Channel, Mechanism, NoticeCitation, Purpose, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What stands for one purpose and channel.

    Attributes:
        standing: the answer in force.
        objected: whether an objection is what stands.
        since: when it was given; `None` when nobody ever answered.
        refused_at: when the gateway last learned of a refusal that stands; `None` when none does. By the gateway's own
            clock, since this is compared with when an inquiry was received, and a claimed time would prove nothing.
        event_id: the event that gave it.
        mechanism: how consent was given.
        confirmed: whether the contact point itself confirmed it.
        verified: whether the controller knows it first hand: confirmed to it, or recorded by it with the proof at hand.
        evidence: whether something shows it (GDPR Art. 7(1)): it came with evidence, or is known first hand.
        notice: whether consent cites a notice, and whether that is stored.
        recipients: destinations that the consent text named.
        expires_at: when consent lapses.
    """

    standing: Standing
    objected: bool = False
    since: datetime | None = None
    refused_at: datetime | None = None
    event_id: str | None = None
    mechanism: Mechanism | None = None
    confirmed: bool = False
    verified: bool = False
    evidence: bool = False
    notice: NoticeCitation = NoticeCitation.NOT_CITED
    recipients: frozenset[str] = frozenset()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentState:
    """What the ledger says of a subject, read at one time; ask `answer` per purpose and channel.

    Attributes:
        restricted: processing is restricted (GDPR Art. 18).
        sale_optout: a signal or a refusal of disclosure opts the person out of sale and sharing.
        notice13_at: when the last notice at collection was served.
        notice14_at: when the last notice of indirect collection was given.
        now: the time it is read at.
    """

    restricted: bool
    sale_optout: bool
    notice13_at: datetime | None
    notice14_at: datetime | None
    now: datetime
    _events: tuple[Event, ...] = field(repr=False)
    _contact_point: str | None = field(repr=False)

    def answer(self, purpose: Purpose, channel: Channel) -> Answer:
        """Return what stands for exactly this purpose and channel."""
        if not self._events:
            return _NOTHING
        return _answer(self._events, purpose, channel, self._contact_point, self.now)

    @property
    def marketing_optout(self) -> bool:
        """Whether the person refused, withdrew or objected to marketing on any channel."""
        return any(
            self.answer(Purpose.MARKETING, channel).standing in {Standing.REFUSED, Standing.WITHDRAWN}
            for channel in CONTACT_CHANNELS
        )


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
        sale_optout=_sale_optout(seen, contact_point, now),
        notice13_at=_served(seen, 13, now),
        notice14_at=_served(seen, 14, now),
        now=now,
        _events=seen,
        _contact_point=contact_point,
    )


# --- one purpose and channel ------------------------------------------------------------------------------------------

PROVEN: Final = frozenset({Mechanism.DOUBLE_OPT_IN, Mechanism.SIGNED_DOCUMENT, Mechanism.RECORDED_CALL})
"""The mechanisms that show who agreed; a ticked box shows only that somebody did."""

_AGAINST: Final = frozenset({Standing.REFUSED, Standing.WITHDRAWN})


def _answer(
    events: tuple[Event, ...], purpose: Purpose, channel: Channel, contact_point: str | None, now: datetime
) -> Answer:
    cell = _Cell(events, now)
    for event in events:
        if isinstance(event, Against):
            if event.reaches(purpose, channel):
                cell.oppose(event)
        elif _is_for(event, purpose, channel, contact_point, now):
            cell.favour(event)
    return _lapsed(cell.answer(), now)


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
            self._imported = _against(event, self._imported)
        else:
            self._stands = _against(event, self._stands)

    def favour(self, event: Event) -> None:
        if isinstance(event, ConsentConfirmed):
            request = live_request(self._events, event)
            self._stands = self._stands if request is None else _confirmed(event, request)
        elif isinstance(event, ConsentGranted) and Mechanism.IMPORT in {event.mechanism, event.actor}:
            self._imported = _keep(self._imported, event, self._now)
        elif isinstance(event, ConsentGranted) and _vouched(event):
            self._stands = _keep(self._stands, event, self._now)
        else:
            self._asked = True

    def answer(self) -> Answer:
        nobody_said = Answer(standing=Standing.REQUESTED if self._asked else Standing.NONE)
        return self._stands or self._imported or nobody_said


def _keep(before: Answer | None, grant: ConsentGranted, now: datetime) -> Answer:
    """A newer grant replaces an answer only if it is as well proven, and evident; an import never lifts anything."""
    proven = grant.mechanism in PROVEN and grant.actor is Party.PERSON
    if before is None or (proven and grant.evident):
        return _granted(grant)
    better = before.mechanism in PROVEN and (before.evidence or not proven)  # one bare claim is as good as another
    weaker_than_before = better and _lapsed(before, now).standing is Standing.GRANTED
    return before if before.standing in _AGAINST or weaker_than_before else _granted(grant)


def _vouched(grant: ConsentGranted) -> bool:
    return grant.actor is Party.PERSON and grant.origin is not Origin.PUBLIC_FORM


def _against(event: Against, before: Answer | None) -> Answer:
    refused = isinstance(event, ConsentRefused)
    earlier = before.refused_at if before is not None else None
    return Answer(
        standing=Standing.REFUSED if refused else Standing.WITHDRAWN,
        objected=isinstance(event, ObjectionReceived) or (before is not None and before.objected),
        since=event.at,
        refused_at=event.received_at if earlier is None else max(earlier, event.received_at),
        event_id=event.event_id,
    )


def _granted(grant: ConsentGranted) -> Answer:
    cited = NoticeCitation.NOT_CITED if grant.cited_notice is None else NoticeCitation.NOT_FOUND
    return Answer(
        standing=Standing.GRANTED,
        since=grant.at,
        event_id=grant.event_id,
        mechanism=grant.mechanism,
        confirmed=grant.origin is Origin.CONFIRMED_LINK,
        verified=_vouched(grant) and grant.origin is not Origin.SOURCE and grant.mechanism is not Mechanism.IMPORT,
        evidence=grant.evident,
        notice=cited if grant.notice is None else NoticeCitation.KNOWN,
        recipients=grant.recipients,
        expires_at=grant.expires_at,
    )


def _confirmed(event: ConsentConfirmed, request: ConsentRequested) -> Answer:
    return Answer(
        standing=Standing.GRANTED,
        since=event.at,
        event_id=event.event_id,
        mechanism=Mechanism.DOUBLE_OPT_IN,
        confirmed=True,
        verified=True,
        evidence=True,
        notice=NoticeCitation.KNOWN,
        recipients=request.recipients,
        expires_at=request.consent_expires_at,
    )


def _lapsed(answer: Answer, now: datetime) -> Answer:
    if answer.standing is Standing.GRANTED and answer.expires_at is not None and answer.expires_at <= now:
        return replace(answer, standing=Standing.EXPIRED)
    return answer


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


def _sale_optout(events: tuple[Event, ...], contact_point: str | None, now: datetime) -> bool:
    """A signal stands until the person knowingly agrees to disclosure (11 CCR 7025(c)(1))."""
    disclosure = _answer(events, Purpose.DISCLOSURE, Channel.DISCLOSURE, contact_point, now)
    if disclosure.standing in _AGAINST:
        return True
    signals = [event.at for event in events if isinstance(event, SignalObserved)]
    if not signals:
        return False
    knowing = disclosure.standing is Standing.GRANTED and disclosure.mechanism in PROVEN and disclosure.evidence
    return not (knowing and disclosure.since is not None and disclosure.since > max(signals))


def _served(events: tuple[Event, ...], article: int, now: datetime) -> datetime | None:
    times = (e.at for e in events if isinstance(e, NoticeServed) and e.article == article and e.at <= now)
    return max(times, default=None)

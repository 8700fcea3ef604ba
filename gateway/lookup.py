"""What one look-up of a lead at connectors brought: who was asked, what it cost, what was observed. Frozen and pure.

Look-ups are only ever added. What a connector said earlier is superseded by what it says later, and stays until its
time is over or its person is erased.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from connectors.kit.observation import Observation
from connectors.kit.schema import is_personal
from connectors.outcome import LookupOutcome

MATCH: Final = "match"
PARTIAL: Final = "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One connector of a look-up: it was asked, or its answer was at hand, or it was left out.

    Attributes:
        connector: `id@version`.
        mark: how it ended, or why it was not asked: one word.
        called: whether it was asked, or its answer was at hand.
        reason: a short code beside the mark.
        budget: the budget that had no room, where that is why.
        identity: what its answer was accepted or rejected for; None where it found nothing.
        sought: the fields that it was asked for, and why each; empty where everything was wanted.
        sent: the names of the fields that it got, never their values.
        guessed: those of them that nobody said, and what each was guessed from.
        attempts: at the question, each of one call or several; 0 where it answered without a call.
        cached, shared: the answer was kept from an earlier call, or came from another lead's.
        cost_micros: in millionths of `currency` (ISO 4217).
        at: when it was asked.
        retry_at: when asking again makes sense.
        record: the vendor's own id of the record about the person, where the vendor lists erased ones by it.
    """

    connector: str
    mark: str
    called: bool
    reason: str = ""
    budget: str | None = None
    identity: str | None = None
    sought: Mapping[str, str] = field(default_factory=dict)
    sent: tuple[str, ...] = ()
    guessed: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 0
    cached: bool = False
    shared: bool = False
    cost_micros: int = 0
    currency: str = ""
    at: datetime | None = None
    retry_at: datetime | None = None
    record: str = field(default="", repr=False)

    @property
    def id(self) -> str:
        """The connector's id, without its version."""
        return self.connector.partition("@")[0]

    @property
    def objected(self) -> bool:
        """Whether the vendor said that who was asked about has objected to it."""
        return self.mark == LookupOutcome.SUPPRESSED_BY_VENDOR

    @property
    def about_person(self) -> bool:
        """Whether it was asked with something of the person."""
        return any(map(is_personal, self.sent))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """What a connector said of another company, and why it is taken for one; never merged."""

    connector: str
    why: str
    observations: tuple[Observation, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """One look-up; `at` is when it began."""

    at: datetime
    asked: tuple[Asked, ...] = ()
    observations: tuple[Observation, ...] = field(default=(), repr=False)
    rejected: tuple[Rejection, ...] = field(default=(), repr=False)

    @property
    def marks(self) -> Mapping[str, str]:
        """Connector id to mark."""
        return {each.id: each.mark for each in self.asked}

    @property
    def costs(self) -> Mapping[str, int]:
        """What it cost, in millionths by currency; without what cost nothing."""
        return spent(self.asked)

    @property
    def open(self) -> frozenset[str]:
        """The ids of the connectors that could say more later, without anybody acting."""
        return frozenset(each.id for each in self.asked if each.retry_at is not None)

    @property
    def again_at(self) -> datetime | None:
        """The earliest time at which one of them may; None when nothing speaks for it."""
        return min((each.retry_at for each in self.asked if each.retry_at is not None), default=None)

    @property
    def held(self) -> tuple[Observation, ...]:
        """All that is kept of what was observed, of another company as well."""
        return (*self.observations, *(seen for each in self.rejected for seen in each.observations))

    @property
    def keep_until(self) -> datetime | None:
        """When the first of its observations has to go; None where none has to."""
        return min((seen.keep_until for seen in self.held if seen.keep_until is not None), default=None)

    @property
    def personal(self) -> tuple[Observation, ...]:
        """What is kept of what was observed of the person."""
        return tuple(seen for seen in self.held if seen.personal)

    def without(self, gone: Collection[Observation]) -> "Lookup":
        """The look-up without these observations and the ids of their records; who was asked, and the cost, stays."""
        left = self._keeping(lambda seen: tuple(each for each in seen if each not in gone))
        sources = {each.source for each in gone}
        asked = (replace(each, record="") if each.connector in sources else each for each in left.asked)
        return replace(left, asked=tuple(asked))

    def expired(self, now: datetime) -> tuple[Observation, ...]:
        """What may not be kept any longer."""
        return tuple(seen for seen in self.held if seen.keep_until is not None and seen.keep_until <= now)

    def without_expired(self, now: datetime) -> "Lookup":
        """The look-up without what may not be kept any longer; who was asked, and what it cost, stays."""
        return self._keeping(lambda seen: unexpired(seen, now))

    def _keeping(self, left: Callable[[Iterable[Observation]], tuple[Observation, ...]]) -> "Lookup":
        rejected = (replace(each, observations=left(each.observations)) for each in self.rejected)
        kept = tuple(each for each in rejected if each.observations)
        return replace(self, observations=left(self.observations), rejected=kept)


def spent(asked: Iterable[Asked]) -> Mapping[str, int]:
    """What asking cost, in millionths by currency; without what cost nothing."""
    found: dict[str, int] = {}
    for each in asked:
        if each.cost_micros:
            found[each.currency] = found.get(each.currency, 0) + each.cost_micros
    return found


def unexpired(seen: Iterable[Observation], now: datetime) -> tuple[Observation, ...]:
    """The observations that may still be kept."""
    return tuple(each for each in seen if each.keep_until is None or each.keep_until > now)


def standing(lookups: Sequence[Lookup]) -> tuple[Observation, ...]:
    """What is known after these look-ups, by connector: of each its newest answer.

    A match supersedes all that the connector said before, a partial answer the fields that it holds. What found
    nothing, failed, was rejected or was not asked supersedes nothing.
    """
    known: dict[str, tuple[Observation, ...]] = {}
    for lookup in lookups:
        ended = lookup.marks
        told: dict[str, list[Observation]] = {}
        for seen in lookup.observations:
            told.setdefault(seen.connector, []).append(seen)
        for connector, answer in told.items():
            before = known.get(connector, ())
            fields = {seen.field for seen in answer}
            kept = before if ended.get(connector) == PARTIAL else ()
            known[connector] = (*(seen for seen in kept if seen.field not in fields), *answer)
    return tuple(seen for answer in known.values() for seen in answer)


def superseded(lookups: Sequence[Lookup]) -> tuple[Observation, ...]:
    """What connectors said before and have said otherwise since, the earliest first."""
    stands = standing(lookups)
    return tuple(seen for lookup in lookups for seen in lookup.observations if seen not in stands)

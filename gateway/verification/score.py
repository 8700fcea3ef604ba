"""From reasons to a verdict and a score: the same two functions for e-mail and phone."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from gateway.verification.meanings import MEANINGS
from gateway.verification.reasons import Effect, Polarity, ReasonCode

NEUTRAL_SCORE: Final = 50
"""The score of a contact point of which nothing is known."""
_POLICY_POINTS: Final = 20
_DOUBT_LEAST: Final = 5
_DOUBT_LIMIT: Final = 45
_EFFECTS: Final = {code: means.effect for code, means in MEANINGS.items()}
_DOUBTS_OF_LISTS: Final = frozenset(
    {
        ReasonCode.DENY_LISTED_DOMAIN,
        ReasonCode.DISPOSABLE_DOMAIN,
        ReasonCode.TYPO_TRAP_DOMAIN,
        ReasonCode.DOMAIN_LOOKALIKE,
    }
)
_OF_LISTS: Final = _DOUBTS_OF_LISTS | {ReasonCode.PRIVACY_RELAY_DOMAIN, ReasonCode.FREE_PROVIDER}
"""What is said of a domain by its name alone."""
_LIFETIMES: Final = {code: means.ttl for code, means in MEANINGS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What an operator's policy changes about the reasons that are no proof and no open check.

    `risky` are reasons that are no doubt by themselves, and that the operator takes for one.
    `points` stand in place of the table's: 0 to 50 for what speaks for a contact point, 5 to 45 for a doubt, so that
    only proof is 0 and no doubt leaves the score near 50. `accepted` are doubts that no longer count: they stay among
    the reasons, and move nothing.

    Raises:
        ValueError: a proof or an open check is named, a doubt that is no doubt, or points are out of bounds.
    """

    points: Mapping[ReasonCode, int] = field(default_factory=lambda: MappingProxyType({}))
    accepted: frozenset[ReasonCode] = frozenset()
    risky: frozenset[ReasonCode] = frozenset()
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what would break a law of the score; count once what is asked for with every verdict."""
        object.__setattr__(self, "_hash", hash((frozenset(self.points.items()), self.accepted, self.risky)))
        for code in self.accepted:
            if _EFFECTS[code] is not Effect.DOUBT:
                raise ValueError(f"{code} is no doubt, so that it cannot be accepted")
        for code in self.risky:
            if _EFFECTS[code] in {Effect.PROOF, Effect.OPEN}:
                raise ValueError(f"{code} is more than a risk, so that it cannot be taken for one")
        for code, points in self.points.items():
            if _EFFECTS[code] in {Effect.PROOF, Effect.OPEN}:
                raise ValueError(f"{code} has no points of its own: proof is always 0, an open check always 50")
            good = MEANINGS[code].polarity is Polarity.POSITIVE
            low, high = (0, NEUTRAL_SCORE) if good else (_DOUBT_LEAST, _DOUBT_LIMIT)
            if not low <= points <= high:
                raise ValueError(f"{code} takes {low} to {high} points")

    def __hash__(self) -> int:
        """The same for equal weights, so that what was weighed with them can be remembered."""
        return self._hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """How many points one reason moved the score away from 50; below zero it counts against."""

    code: ReasonCode
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The strongest effect among the reasons, and their score: always 50 plus the sum of the points."""

    effect: Effect
    score: int
    contributions: tuple[Contribution, ...]


PLAIN: Final = Weights()
"""The table as it is, with no doubt accepted."""


@lru_cache(maxsize=8)
def allowing(weights: Weights) -> Weights:
    """The same weights for a domain on the operator's allow-list: what is said of its name counts no more."""
    return replace(weights, accepted=weights.accepted | _DOUBTS_OF_LISTS, risky=weights.risky - _OF_LISTS)


def weigh(reasons: Sequence[ReasonCode], *, weights: Weights = PLAIN) -> Weighed:
    """Weigh reasons into one effect and a score from 0 to 100.

    `weights` are the operator's: points, doubts that are accepted, and what else is taken for one. Proof outranks an
    open check, which outranks a doubt. An open check is 50 by construction. Once anything speaks against the contact
    point, what speaks for it no longer counts. So the score has sides: on either side of 50, more of what made it never
    moves it toward 50. The first doubt changes the side, and takes a good score to 45 or less, whatever it was.
    """
    effects = [_EFFECTS[code] for code in reasons]
    if weights.risky:
        effects = [_doubted(code, effect, weights.risky) for code, effect in zip(reasons, effects, strict=True)]
    if weights.accepted:
        pairs = zip(reasons, effects, strict=True)
        effects = [Effect.NONE if code in weights.accepted else effect for code, effect in pairs]
    if Effect.PROOF in effects:
        return _weighed(Effect.PROOF, [(reasons[effects.index(Effect.PROOF)], -NEUTRAL_SCORE)])
    if Effect.OPEN in effects:
        return _weighed(Effect.OPEN, [])
    if Effect.DOUBT in effects:
        doubts = (code for code, effect in zip(reasons, effects, strict=True) if effect is Effect.DOUBT)
        return _weighed(
            Effect.DOUBT,
            _capped(((code, -(_points(code, weights) or _POLICY_POINTS)) for code in doubts), _DOUBT_LIMIT),
        )
    signs = ((code, _points(code, weights)) for code in reasons if MEANINGS[code].polarity is Polarity.POSITIVE)
    return _weighed(Effect.NONE, _capped(signs, NEUTRAL_SCORE))


def lifetime(reasons: Iterable[ReasonCode]) -> timedelta:
    """How long a verdict with these reasons may be relied on: the shortest lifetime among them."""
    return min(map(_LIFETIMES.__getitem__, reasons), default=timedelta())


def retry_delay(reasons: Iterable[ReasonCode]) -> timedelta | None:
    """How long to wait before asking again; None when no open check would end another way."""
    delays = [
        meaning.retry_after
        for meaning in map(MEANINGS.__getitem__, reasons)
        if meaning.effect is Effect.OPEN and meaning.retry_after is not None
    ]
    return max(delays, default=None)


def _points(code: ReasonCode, weights: Weights) -> int:
    return weights.points.get(code, MEANINGS[code].points)


def _doubted(code: ReasonCode, effect: Effect, doubted: AbstractSet[ReasonCode]) -> Effect:
    return Effect.DOUBT if effect is Effect.NONE and code in doubted else effect


def _capped(signed: Iterable[tuple[ReasonCode, int]], limit: int) -> list[tuple[ReasonCode, int]]:
    """Keep the sum within the limit: what comes after it is listed with what is left, down to nothing."""
    left, kept = limit, []
    for code, points in signed:
        take = min(abs(points), left)
        left -= take
        kept.append((code, take if points > 0 else -take))
    return kept


def _weighed(effect: Effect, signed: Iterable[tuple[ReasonCode, int]]) -> Weighed:
    contributions = tuple(Contribution(code=code, points=points) for code, points in signed)
    score = NEUTRAL_SCORE + sum(each.points for each in contributions)
    return Weighed(effect=effect, score=score, contributions=contributions)

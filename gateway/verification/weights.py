"""The five kinds of reason, each with what its kind fixes: polarity, effect and lifetime."""

from datetime import timedelta
from typing import Final

from gateway.verification.reasons import Effect, Level, Meaning, Polarity, Subject

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
MONTH: Final = timedelta(days=30)
RETRY: Final = timedelta(minutes=15)


def proof(stage: Level, subject: Subject, meaning: str, action: str, *, ttl: timedelta) -> Meaning:
    """A reason that proves the contact point cannot be reached."""
    return Meaning(
        stage=stage,
        subject=subject,
        polarity=Polarity.NEGATIVE,
        effect=Effect.PROOF,
        points=50,
        ttl=ttl,
        retry_after=None,
        meaning=meaning,
        action=action,
    )


def doubt(stage: Level, subject: Subject, meaning: str, action: str, *, points: int) -> Meaning:
    """A reason that speaks against it without proving anything."""
    return Meaning(
        stage=stage,
        subject=subject,
        polarity=Polarity.NEGATIVE,
        effect=Effect.DOUBT,
        points=points,
        ttl=MONTH,
        retry_after=None,
        meaning=meaning,
        action=action,
    )


def open_check(stage: Level, subject: Subject, meaning: str, action: str, *, retry: timedelta | None) -> Meaning:
    """A wanted check that could not end."""
    return Meaning(
        stage=stage,
        subject=subject,
        polarity=Polarity.NEUTRAL,
        effect=Effect.OPEN,
        points=0,
        ttl=HOUR,
        retry_after=retry,
        meaning=meaning,
        action=action,
    )


def good(stage: Level, subject: Subject, meaning: str, action: str = "Nothing.", *, points: int) -> Meaning:
    """A reason that speaks for it."""
    return Meaning(
        stage=stage,
        subject=subject,
        polarity=Polarity.POSITIVE,
        effect=Effect.NONE,
        points=points,
        ttl=MONTH,
        retry_after=None,
        meaning=meaning,
        action=action,
    )


def note(stage: Level, subject: Subject, meaning: str, action: str) -> Meaning:
    """Something worth knowing that neither speaks for it nor against it."""
    return Meaning(
        stage=stage,
        subject=subject,
        polarity=Polarity.NEUTRAL,
        effect=Effect.NONE,
        points=0,
        ttl=MONTH,
        retry_after=None,
        meaning=meaning,
        action=action,
    )

"""Challenges, solved with the reference implementation as a browser would."""

from datetime import datetime, timedelta

from altcha import Challenge as AltchaChallenge
from altcha import Payload, solve_challenge

from gateway.intake.kit.challenge import Challenge, NoticeRef, issue
from tests.gateway.intake.worlds import KEY

NOTICE = NoticeRef(id="news", version=2, language="de")


def challenge(
    at: datetime,
    *,
    cost: int = 1,
    form: str = "website",
    key: bytes = KEY,
    seed: int = 1,
    notice: NoticeRef | None = NOTICE,
) -> Challenge:
    """Issue a challenge that is good for an hour."""
    return issue(
        key=key,
        form=form,
        now=at,
        nonce=bytes([seed]) * 16,
        salt=bytes([seed + 1]) * 16,
        lifetime=timedelta(hours=1),
        cost=cost,
        notice=notice,
    )


def solve(given: Challenge) -> str:
    """Solve a challenge with the reference implementation."""
    theirs = AltchaChallenge.from_dict({"parameters": dict(given.parameters), "signature": given.signature})
    solution = solve_challenge(theirs)
    assert solution is not None
    return Payload(theirs, solution).to_base64()


def payload(at: datetime, seed: int = 1) -> str:
    """A solved challenge of the form `website`, served at a time."""
    return solve(challenge(at, seed=seed))

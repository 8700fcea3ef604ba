"""Form challenges: a signed server time, the notice that was served, and a single-use proof of work (ALTCHA v2).

No third party, no cookie: the browser looks for a counter whose PBKDF2/SHA-256 key begins with a prefix. The
signature covers the form, the notice and the time, so that a solved challenge also proves when which notice was
served (GDPR Art. 7(1)). Single use is the caller's to keep: `Proof.id` must be burned with the lead.

Source: ALTCHA proof of work v2 (altcha.org/docs), as the PyPI package `altcha` 2.x implements it. The expiry is
in the signed `data`, not in `expiresAt`, because the library would compare that with its own clock.
"""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from altcha import ChallengeParameters, verify_solution

from gateway.errors import Invalid

ALGORITHM: Final = "PBKDF2/SHA-256"
PREFIX: Final = "00"
"""The hex digits a derived key must begin with: 256 tries on average."""
TOKEN: Final = 16
"""Bytes of nonce and of salt."""
MAX_PAYLOAD: Final = 4096
FIELD: Final = "altcha"
"""The form field that carries the solution, as the ALTCHA widget names it."""


class ChallengeFailed(Invalid):
    """The proof that came with the form is none of ours, or is not solved."""

    type = "challenge-failed"
    title = "The form's proof is not valid; load the form again"
    signal: ClassVar[str] = "challenge_failed"


class ChallengeExpired(ChallengeFailed):
    """The proof is ours and solved, but too old."""

    type = "challenge-expired"
    title = "The form's proof is too old; load the form again"
    signal: ClassVar[str] = "challenge_expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRef:
    """The text that was served with a form, as the server stores it."""

    id: str
    version: int
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """A challenge on its way to the browser. `parameters` and `signature` are ALTCHA v2's own."""

    parameters: Mapping[str, Any]
    signature: str
    served_at: datetime
    expires_at: datetime
    notice: NoticeRef | None = None

    def to_json(self) -> dict[str, Any]:
        """The answer of `GET /f/{form_key}/challenge`, in JSON types."""
        return {
            "parameters": dict(self.parameters),
            "signature": self.signature,
            "served_at": _stamp(self.served_at),
            "expires_at": _stamp(self.expires_at),
            "notice": None if self.notice is None else _notice_data(self.notice),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a solved challenge proves. `id` is 32 hex digits and random; the caller uses it up, once."""

    id: str
    served_at: datetime
    expires_at: datetime
    notice: NoticeRef | None = None


def issue(  # noqa: PLR0913 - everything that a pure function needs is an argument
    *,
    key: bytes,
    form: str,
    now: datetime,
    nonce: bytes,
    salt: bytes,
    lifetime: timedelta,
    cost: int,
    notice: NoticeRef | None = None,
) -> Challenge:
    """Make a challenge for a form.

    Args:
        key: the HMAC key, 32 bytes or more.
        form: the form's source key; the proof is good for no other form.
        now: aware UTC; it is signed in whole seconds.
        nonce: 16 random bytes, never used before; they become the proof's id.
        salt: 16 random bytes.
        lifetime: how long the proof is good.
        cost: PBKDF2 iterations per try.
        notice: the text that is served with the form.
    """
    if len(nonce) != TOKEN or len(salt) != TOKEN:
        raise ValueError(f"nonce and salt are {TOKEN} random bytes each")
    served = now.astimezone(UTC).replace(microsecond=0)
    data: dict[str, Any] = {
        "form": form,
        "served": int(served.timestamp()),
        "expires": int((served + lifetime).timestamp()),
    }
    if notice is not None:
        data["notice"] = _notice_data(notice)
    parameters = ChallengeParameters(
        algorithm=ALGORITHM, nonce=nonce.hex(), salt=salt.hex(), cost=cost, key_prefix=PREFIX, data=data
    ).to_dict()
    return Challenge(
        parameters=parameters,
        signature=_sign(key, parameters),
        served_at=served,
        expires_at=served + lifetime,
        notice=notice,
    )


def verify_challenge(payload: str, *, key: bytes, form: str, now: datetime) -> Proof:
    """Check a solution as it came in the form's `altcha` field (base64 of JSON).

    1. It is a solved challenge of ours: signature and derived key hold. 2. It was issued for this form. 3. It is
    not expired. That it was not used before is the caller's to check, by `Proof.id`.

    Raises:
        ChallengeExpired: it was good once.
        ChallengeFailed: it is anything else.
    """
    if len(payload) > MAX_PAYLOAD:
        raise ChallengeFailed
    try:
        solved = verify_solution(payload, key).verified
        parameters = json.loads(base64.b64decode(payload))["challenge"]["parameters"] if solved else None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        parameters = None
    if parameters is None:
        raise ChallengeFailed
    data = parameters["data"]  # signed by `issue`, so it is there and whole
    if data["form"] != form:
        raise ChallengeFailed
    expires = datetime.fromtimestamp(data["expires"], UTC)
    if now > expires:
        raise ChallengeExpired
    notice = data.get("notice")
    return Proof(
        id=parameters["nonce"],
        served_at=datetime.fromtimestamp(data["served"], UTC),
        expires_at=expires,
        notice=None if notice is None else NoticeRef(**notice),
    )


def _sign(key: bytes, parameters: Mapping[str, Any]) -> str:
    """Sign as ALTCHA does: HMAC-SHA256 over JSON with sorted keys and without white space, non-ASCII unescaped."""
    text = json.dumps(parameters, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.digest(key, text.encode(), "sha256").hex()


def _notice_data(notice: NoticeRef) -> dict[str, Any]:
    said = {"id": notice.id, "version": notice.version}
    return said if notice.language is None else {**said, "language": notice.language}


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

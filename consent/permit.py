"""The permit: what one recipient may do with one released lead, signed, and checked by whoever receives it.

A permit is a JWS in compact form (RFC 7515) with EdDSA over Ed25519 (RFC 8037); its claims follow RFC 7519.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from consent.claims import ChannelClaim, May, Summary
from consent.errors import (
    PermitAudienceError,
    PermitBodyError,
    PermitError,
    PermitExpiredError,
    PermitMalformedError,
    PermitSignatureError,
)
from consent.ports import Signer
from consent.terms import CONTACT_CHANNELS, Purpose
from consent.times import parse_time

MAX_LIFETIME: Final = timedelta(hours=24)
"""The longest a permit lives; it is issued anew for every attempt to deliver."""

TYPE: Final = "leadgate-permit+jwt"
"""The `typ` of a permit's header."""

_MAX_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What a permit says.

    Attributes:
        issuer: the gateway that signed it (`iss`).
        audience: the destination it is for (`aud`).
        delivery: the delivery it belongs to (`jti`).
        lead: the released lead's id.
        body_sha256: SHA-256 (hex) of the released body, byte for byte.
        summary: what is allowed, per purpose and channel.
        policy: SHA-256 (hex) of the policy that decided.
        issued_at: `iat`; whole seconds, aware UTC.
        expires_at: `exp`; at most 24 hours later.
    """

    issuer: str
    audience: str
    delivery: str
    lead: str
    body_sha256: str
    summary: Summary
    policy: str
    issued_at: datetime
    expires_at: datetime


def body_sha256(body: bytes) -> str:
    """Return SHA-256 (hex) of a released body."""
    return hashlib.sha256(body).hexdigest()


def issue(permit: Permit, signer: Signer) -> str:
    """Sign a permit.

    Raises:
        PermitError: it lives longer than 24 hours, or not at all.
    """
    if not timedelta(0) < permit.expires_at - permit.issued_at <= MAX_LIFETIME:
        raise PermitError("permit: it must end after it begins, and within 24 hours")
    header = _encode({"alg": "EdDSA", "kid": signer.key_id, "typ": TYPE})
    signed = f"{header}.{_encode(_claims(permit))}"
    return f"{signed}.{_base64(signer.sign(signed.encode('ascii')))}"


def key_id_of(token: str) -> str:
    """Return the name of the key that a permit claims to be signed with; believe nothing else before verifying.

    Raises:
        PermitMalformedError: this is no permit.
    """
    return str(_header(token.split("."))["kid"])


def verify_permit(
    token: str,
    public_key: Ed25519PublicKey | bytes,
    now: datetime,
    body: bytes,
    *,
    audience: str | None = None,
) -> Permit:
    """Check a permit and the body it came with; return what it allows.

    The order is: form, signature, time, audience, body; nothing of the claims is used before the signature holds.

    Args:
        token: the compact JWS.
        public_key: the gateway's Ed25519 key, as an object or as 32 raw bytes.
        now: the time to check for, aware UTC.
        body: the received body, byte for byte.
        audience: where given, the destination that the permit must be for.

    Raises:
        PermitMalformedError: not a permit of this form.
        PermitSignatureError: signed by another key, or changed since.
        PermitExpiredError: not valid at `now`, or valid for longer than 24 hours.
        PermitAudienceError: issued for another destination.
        PermitBodyError: issued for another body.
    """
    parts = token.split(".")
    _header(parts)
    key = Ed25519PublicKey.from_public_bytes(public_key) if isinstance(public_key, bytes) else public_key
    claims, signature = _bytes(parts[1]), _bytes(parts[2])
    try:
        key.verify(signature, f"{parts[0]}.{parts[1]}".encode("ascii"))
    except InvalidSignature as error:
        raise PermitSignatureError("the permit's signature does not fit this public key; refuse the lead") from error
    permit = _read(_json(claims))
    lifetime = permit.expires_at - permit.issued_at
    if not (permit.issued_at <= now < permit.expires_at and lifetime <= MAX_LIFETIME):
        raise PermitExpiredError("the permit is not valid at this time; ask for a new delivery")
    if audience is not None and permit.audience != audience:
        raise PermitAudienceError("the permit was issued for another destination; refuse the lead")
    if permit.body_sha256 != body_sha256(body):
        raise PermitBodyError("the body is not the one the permit was issued for; refuse the lead")
    return permit


def _claims(permit: Permit) -> dict[str, object]:
    channels = permit.summary.channels
    return {
        "iss": permit.issuer,
        "aud": permit.audience,
        "jti": permit.delivery,
        "iat": int(permit.issued_at.timestamp()),
        "exp": int(permit.expires_at.timestamp()),
        "lead": permit.lead,
        "sha256": permit.body_sha256,
        "policy": permit.policy,
        **{f"may_{channel}": channels[channel].may for channel in CONTACT_CHANNELS},
        "channels": {channel.value: channels[channel].to_mapping() for channel in CONTACT_CHANNELS},
        "purposes": {purpose.value: may.value for purpose, may in permit.summary.purposes.items()},
    }


def _read(claims: Mapping[str, Any]) -> Permit:
    try:
        channels = {channel: _read_channel(claims["channels"][channel.value]) for channel in CONTACT_CHANNELS}
        if any(claims[f"may_{channel}"] != claim.may for channel, claim in channels.items()):
            raise PermitMalformedError("this is not a Leadgate permit: its channel claims contradict each other")
        return Permit(
            issuer=claims["iss"],
            audience=claims["aud"],
            delivery=claims["jti"],
            lead=claims["lead"],
            body_sha256=claims["sha256"],
            summary=Summary(
                channels=channels, purposes={Purpose(key): May(value) for key, value in claims["purposes"].items()}
            ),
            policy=claims["policy"],
            issued_at=datetime.fromtimestamp(claims["iat"], UTC),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise PermitMalformedError("this is not a Leadgate permit: a claim is missing or unreadable") from error


def _read_channel(claim: Mapping[str, Any]) -> ChannelClaim:
    return ChannelClaim(
        may=May(claim["may"]),
        why=str(claim["why"]),
        until=None if claim.get("until") is None else parse_time(claim["until"]),
        purposes={Purpose(key): May(value) for key, value in claim["purposes"].items()},
    )


def _header(parts: list[str]) -> Mapping[str, Any]:
    if len(parts) != len(("header", "claims", "signature")) or sum(map(len, parts)) > _MAX_BYTES:
        raise PermitMalformedError("this is not a Leadgate permit: three parts joined by dots are expected")
    header = _json(_bytes(parts[0]))
    if set(header) != {"alg", "kid", "typ"} or header["alg"] != "EdDSA" or header["typ"] != TYPE:
        raise PermitMalformedError("this is not a Leadgate permit: its header is not the one permits have")
    return header


def _encode(content: Mapping[str, object]) -> str:
    return _base64(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())


def _json(data: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PermitMalformedError("this is not a Leadgate permit: a part is not JSON") from error
    if not isinstance(found, dict):
        raise PermitMalformedError("this is not a Leadgate permit: a part is not a JSON object")
    return found


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _bytes(part: str) -> bytes:
    try:
        data = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise PermitMalformedError("this is not a Leadgate permit: a part is not base64url") from error
    if _base64(data) != part:
        raise PermitMalformedError("this is not a Leadgate permit: a part is not canonical base64url")
    return data

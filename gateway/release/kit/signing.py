"""Standard Webhooks signatures: made for what we send, and checked by our own receivers.

Source: Standard Webhooks 1.0 (standard-webhooks/standard-webhooks, spec/standard-webhooks.md), "Signature scheme":
HMAC-SHA256 over `id.timestamp.body`, written `v1,` and base64; several signatures are separated by a space.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from gateway.errors import Fault, Invalid

PREFIX: Final = "whsec_"
SHORTEST, LONGEST = 24, 64
"""The bytes a secret may have."""

TOLERANCE: Final = timedelta(minutes=5)
"""How far a message's time may lie from the receiver's, as the public libraries have it."""

ID, TIME, SIGNATURE, PERMIT = "webhook-id", "webhook-timestamp", "webhook-signature", "leadgate-permit"
"""The headers of a message."""


class BadSignature(Invalid):
    """The message cannot be trusted: {why}."""

    type = "bad-signature"
    title = "The webhook signature does not hold"


def read_secret(text: str) -> bytes:
    """Read a secret: `whsec_` and 24 to 64 bytes in base64.

    Raises:
        Invalid: it is not written like that; the message does not repeat it.
    """
    encoded = text.removeprefix(PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(PREFIX) or not SHORTEST <= len(key) <= LONGEST:
        raise Invalid(
            "A webhook secret is whsec_ and 24 to 64 random bytes in base64.",
            faults=[Fault(pointer="/secret", detail="write whsec_ and 24 to 64 bytes in base64; `new` makes one")],
        )
    return key


def write_secret(key: bytes) -> str:
    """Write random bytes as a secret.

    Raises:
        ValueError: there are fewer than 24 or more than 64 bytes.
    """
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError("a webhook secret has 24 to 64 bytes")
    return PREFIX + base64.b64encode(key).decode()


def sign(secrets: Sequence[str], message_id: str, timestamp: datetime, body: bytes) -> dict[str, str]:
    """Make the three headers of a signed message; one signature per secret, in their order.

    Args:
        secrets: at least one `whsec_` secret.
        message_id: the id that stays the same at every attempt.
        timestamp: the time of this attempt, aware; receivers refuse what is five minutes old.
        body: the bytes that are sent.

    Raises:
        Invalid: there is no secret, or one cannot be read.
    """
    if not secrets:
        raise Invalid("A signed webhook needs a secret.", faults=[Fault(pointer="/secret", detail="give one")])
    seconds = str(int(timestamp.timestamp()))
    signatures = [_signature(read_secret(secret), message_id, seconds, body) for secret in secrets]
    return {ID: message_id, TIME: seconds, SIGNATURE: " ".join(signatures)}


def check(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Check a message as its receiver does.

    Args:
        secret: the receiver's `whsec_` secret.
        headers: the request's headers, names in lower case.
        body: the request's bytes as they came.
        now: the receiver's time, aware.

    Raises:
        BadSignature: a header is missing, the time is too far off, or no signature fits.
    """
    message_id, seconds, given = headers.get(ID), headers.get(TIME, ""), headers.get(SIGNATURE)
    if not message_id or not given or not (seconds.isascii() and seconds.isdigit()):
        raise BadSignature("The message cannot be trusted: a signature header is missing or unreadable.")
    if abs(now.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        raise BadSignature("The message cannot be trusted: its time is more than five minutes off.")
    expected = _signature(read_secret(secret), message_id, seconds, body)
    if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in given.split(" ")):
        raise BadSignature("The message cannot be trusted: no signature fits.")


def _signature(key: bytes, message_id: str, seconds: str, body: bytes) -> str:
    digest = hmac.digest(key, f"{message_id}.{seconds}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(digest).decode()

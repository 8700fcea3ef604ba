"""Signatures: made by us, read by the public package, and the other way round."""

import base64
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from gateway.errors import Invalid
from gateway.release.kit.signing import BadSignature, check, read_secret, sign, write_secret
from tests.gateway.release.values import OTHER_SECRET, SECRET

BODY = '{"type":"lead.created","data":{"name":"Änna"}}'.encode()


def now() -> datetime:
    """The public package looks at the real clock, so these tests do too."""
    return datetime.now(UTC)


@given(body=st.text(min_size=1).map(str.encode), key=st.binary(min_size=24, max_size=64))
def test_the_public_package_accepts_what_we_sign(body: bytes, key: bytes) -> None:
    """The reference library agrees for any secret and any UTF-8 body."""
    secret = write_secret(key)
    Webhook(secret).verify(body, sign([secret], "dv_1", now(), body), json_parse=False)


def test_during_a_rotation_both_secrets_verify() -> None:
    """One signature per secret, separated by a space: old and new receivers both accept."""
    headers = sign([SECRET, OTHER_SECRET], "dv_1", now(), BODY)
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (SECRET, OTHER_SECRET):
        Webhook(secret).verify(BODY, headers)


def test_the_public_package_refuses_another_secret_and_another_body() -> None:
    """The signature binds the secret and every byte."""
    headers = sign([SECRET], "dv_1", now(), BODY)
    for secret, body in ((OTHER_SECRET, BODY), (SECRET, BODY.replace(b"lead", b"load"))):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers)


def test_our_check_accepts_what_the_public_package_signs() -> None:
    """A message signed by standardwebhooks passes, v1a signatures beside it are skipped."""
    at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    signature = Webhook(SECRET).sign("msg_1", at, BODY.decode())
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": f"v1a,AAAA {signature}",
    }
    check(SECRET, headers, BODY, at + timedelta(minutes=4))


def _damage(name: str, value: str | None) -> Callable[[dict[str, str]], dict[str, str]]:
    def change(headers: dict[str, str]) -> dict[str, str]:
        return {key: text for key, text in {**headers, name: value}.items() if text is not None}

    return change


@pytest.mark.parametrize(
    "damage",
    [
        *(
            _damage(name, value)
            for name, value in itertools.product(("webhook-id", "webhook-timestamp", "webhook-signature"), (None, ""))
        ),
        _damage("webhook-id", "dv_2"),
        _damage("webhook-timestamp", "1"),
        _damage("webhook-timestamp", "-5"),
        _damage("webhook-timestamp", "٣"),
        _damage("webhook-timestamp", "99999999999999999999"),
        _damage("webhook-signature", "v1,AAAA"),
        _damage("webhook-signature", "v1,ÄÄÄÄ"),
        _damage("webhook-signature", "v2," + "A" * 44),
    ],
)
def test_our_check_refuses_every_damage(damage: Callable[[dict[str, str]], dict[str, str]]) -> None:
    """A missing, empty, other or unreadable header is refused."""
    at = now()
    with pytest.raises(BadSignature):
        check(SECRET, damage(sign([SECRET], "dv_1", at, BODY)), BODY, at)


@pytest.mark.parametrize("late", [timedelta(minutes=6), -timedelta(minutes=6)])
def test_a_message_out_of_time_is_refused(late: timedelta) -> None:
    """Five minutes either way, so that nothing can be replayed later."""
    at = now()
    with pytest.raises(BadSignature, match="five minutes"):
        check(SECRET, sign([SECRET], "dv_1", at, BODY), BODY, at + late)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        "whsec_!!!!",
        base64.b64encode(bytes(32)).decode(),
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
        "whsec_" + "ä" * 40,
    ],
)
def test_a_bad_secret_is_refused_and_not_repeated(text: str) -> None:
    """Prefix, alphabet and length are checked; the error shows none of it."""
    with pytest.raises(Invalid) as caught:
        read_secret(text)
    assert not text.removeprefix("whsec_") or text not in str(caught.value)


def test_a_secret_without_padding_is_read() -> None:
    """Some tools leave the = signs out."""
    assert read_secret(write_secret(bytes(25)).rstrip("=")) == bytes(25)


def test_signing_needs_a_secret() -> None:
    """Nothing is sent unsigned by mistake."""
    with pytest.raises(Invalid):
        sign([], "dv_1", now(), BODY)
    with pytest.raises(ValueError, match="24 to 64"):
        write_secret(bytes(8))

"""The signed permit: what a recipient can rely on, and every way to fake one."""

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from consent.claims import Cap, May, summarise
from consent.engine import decide
from consent.errors import (
    PermitAudienceError,
    PermitBodyError,
    PermitError,
    PermitExpiredError,
    PermitMalformedError,
    PermitSignatureError,
)
from consent.gather import questions
from consent.permit import TYPE, Permit, body_sha256, issue, key_id_of, verify_permit
from consent.terms import Channel, Purpose
from tests.consent.worlds import NOW, policy, usual

BODY = b'{"id":"ld_1","may_email":"held"}'


@dataclass(frozen=True)
class SoftwareSigner:
    """A signer whose key lives in the test."""

    key_id: str = "k1"
    private: Ed25519PrivateKey = field(default_factory=lambda: Ed25519PrivateKey.from_private_bytes(bytes(range(32))))

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)

    @property
    def public(self) -> Ed25519PublicKey:
        return self.private.public_key()


SIGNER = SoftwareSigner()


def _permit(**changed: object) -> Permit:
    purposes = (Purpose.INQUIRY_RESPONSE, Purpose.MARKETING)
    decisions = [decide(usual(*question, "DE"), policy(), NOW) for question in questions(purposes)]
    found = Permit(
        issuer="https://leads.example",
        audience="ds_crm",
        delivery="dv_1",
        lead="ld_1",
        body_sha256=body_sha256(BODY),
        summary=summarise(decisions, {Channel.CALL: Cap(may=May.DENIED, why="no_phone")}),
        policy=policy().fingerprint,
        issued_at=NOW,
        expires_at=NOW + timedelta(hours=24),
    )
    return replace(found, **changed)  # type: ignore[arg-type] # the names are fields


def _forge(claims: object, header: object = None, signer: SoftwareSigner = SIGNER) -> str:
    """Sign anything as if it were a permit."""
    header = header or {"alg": "EdDSA", "kid": "k1", "typ": TYPE}
    signed = ".".join(_part(json.dumps(each, separators=(",", ":")).encode()) for each in (header, claims))
    return f"{signed}.{_part(signer.sign(signed.encode()))}"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _claims(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert isinstance(found, dict)
    return found


def test_a_permit_says_what_was_decided() -> None:
    """What was issued is what is read, with an object or raw bytes as key."""
    token = issue(_permit(), SIGNER)
    assert verify_permit(token, SIGNER.public, NOW, BODY, audience="ds_crm") == _permit()
    raw = SIGNER.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert verify_permit(token, raw, NOW + timedelta(hours=23), BODY) == _permit()
    assert key_id_of(token) == "k1"


def test_the_claims_are_the_documented_ones() -> None:
    """A recipient without our code reads `may_email` and its reason, and the registered claims of RFC 7519."""
    claims = _claims(issue(_permit(), SIGNER))
    assert {key: claims[key] for key in ("iss", "aud", "jti", "iat", "exp", "lead", "sha256")} == {
        "iss": "https://leads.example",
        "aud": "ds_crm",
        "jti": "dv_1",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 86_400,
        "lead": "ld_1",
        "sha256": body_sha256(BODY),
    }
    assert [claims[f"may_{channel}"] for channel in ("email", "call", "sms", "post")] == [
        "held",
        "denied",
        "held",
        "held",
    ]
    assert claims["purposes"] == {"inquiry_response": "allowed", "marketing": "held"}
    channels = claims["channels"]
    assert isinstance(channels, dict)
    assert channels["email"] == {
        "may": "held",
        "why": "marketing: consent_needed",
        "until": None,
        "purposes": {"inquiry_response": "allowed", "marketing": "held"},
    }


def test_a_permit_is_a_plain_jws() -> None:
    """Header and signature are those of RFC 7515 and RFC 8037: any JOSE library can check them."""
    head, claims, signature = issue(_permit(), SIGNER).split(".")
    assert json.loads(base64.urlsafe_b64decode(head + "==")) == {"alg": "EdDSA", "kid": "k1", "typ": TYPE}
    SIGNER.public.verify(base64.urlsafe_b64decode(signature + "=="), f"{head}.{claims}".encode())


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(seconds=-1), timedelta(hours=24, seconds=1)])
def test_a_permit_lives_at_most_a_day(lifetime: timedelta) -> None:
    """Neither an endless nor an empty one is issued, and an endless one is not believed."""
    with pytest.raises(PermitError, match="within 24 hours"):
        issue(_permit(expires_at=NOW + lifetime), SIGNER)
    forged = {**_claims(issue(_permit(), SIGNER)), "exp": int((NOW + lifetime).timestamp())}
    with pytest.raises(PermitExpiredError):
        verify_permit(_forge(forged), SIGNER.public, NOW, BODY)


@pytest.mark.parametrize("when", [NOW - timedelta(seconds=1), NOW + timedelta(hours=24), NOW + timedelta(days=400)])
def test_a_permit_counts_in_its_time_only(when: datetime) -> None:
    """Not before it was issued, not from the moment it expires."""
    with pytest.raises(PermitExpiredError, match="new delivery"):
        verify_permit(issue(_permit(), SIGNER), SIGNER.public, when, BODY)


def test_a_permit_counts_for_its_destination_and_body_only() -> None:
    """Passed on to another system, or put beside another lead, it is refused."""
    token = issue(_permit(), SIGNER)
    with pytest.raises(PermitAudienceError):
        verify_permit(token, SIGNER.public, NOW, BODY, audience="ds_other")
    with pytest.raises(PermitBodyError):
        verify_permit(token, SIGNER.public, NOW, BODY + b" ")


def test_another_key_is_refused() -> None:
    """A permit signed by somebody else under the same key name."""
    other = SoftwareSigner(private=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    with pytest.raises(PermitSignatureError):
        verify_permit(issue(_permit(), other), SIGNER.public, NOW, BODY)


@given(position=st.integers(0, 2_000), replacement=st.sampled_from("Aa0-_.~é="))
def test_any_changed_character_is_refused(position: int, replacement: str) -> None:
    """One character changed anywhere in a permit: never believed, and never an unexpected error."""
    token = issue(_permit(), SIGNER)
    at = position % len(token)
    changed = token[:at] + replacement + token[at + 1 :]
    if changed == token:
        return
    with pytest.raises(PermitError):
        verify_permit(changed, SIGNER.public, NOW, BODY)


@given(text=st.text(max_size=40) | st.lists(st.text("eyJ0-_A", max_size=12), min_size=3, max_size=3).map(".".join))
def test_garbage_is_malformed(text: str) -> None:
    """Whatever arrives in place of a permit is told to be none."""
    with pytest.raises(PermitMalformedError):
        verify_permit(text, SIGNER.public, NOW, BODY)
    with pytest.raises(PermitMalformedError):
        key_id_of(text)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": "k1", "typ": TYPE},
        {"alg": "HS256", "kid": "k1", "typ": TYPE},
        {"alg": "EdDSA", "kid": "k1", "typ": "JWT"},
        {"alg": "EdDSA", "kid": "k1", "typ": TYPE, "crit": ["b64"]},
        {"alg": "EdDSA", "typ": TYPE},
        ["alg"],
    ],
)
def test_another_header_is_refused(header: object) -> None:
    """No algorithm but ours, no other kind of token, no extension that we would have to understand."""
    with pytest.raises(PermitMalformedError):
        verify_permit(_forge(_claims(issue(_permit(), SIGNER)), header), SIGNER.public, NOW, BODY)


@pytest.mark.parametrize(
    "change",
    [
        {"may_email": "allowed"},
        {"may_email": "perhaps"},
        {"channels": {}},
        {"channels": None},
        {"purposes": {"spam": "allowed"}},
        {"purposes": ["marketing"]},
        {"exp": "tomorrow"},
        {"exp": 10**30},
        {"iat": None},
        {"lead": ...},
    ],
)
def test_contradicting_or_missing_claims_are_refused(change: dict[str, object]) -> None:
    """Even rightly signed, claims that contradict each other or are not there are no permit."""
    claims = {**_claims(issue(_permit(), SIGNER)), **change}
    kept = {key: value for key, value in claims.items() if value is not ...}
    with pytest.raises(PermitMalformedError):
        verify_permit(_forge(kept), SIGNER.public, NOW, BODY)


def test_an_oversized_token_is_refused_before_it_is_parsed() -> None:
    """A megabyte of base64 is no permit."""
    with pytest.raises(PermitMalformedError, match="three parts"):
        key_id_of("e30." + "A" * 1_000_000 + ".AA")

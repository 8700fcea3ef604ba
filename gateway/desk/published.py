"""What outsiders need to check what the gateway signs: the public keys of permits and of the log."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from audit.keyring import PERMIT, Keyring
from gateway.handover import permit_key_id


def permit_keys(keyring: Keyring) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The key set of permits (RFC 7517, RFC 8037): the key in use first, then every former one that still lives.

    A former key is listed until it is destroyed: a receiver may have to prove years later what it was allowed.
    """
    return {"keys": [_jwk(keyring, generation) for generation in keyring.generations(PERMIT)]}


def log_key(keyring: Keyring) -> str:
    """The key that signs checkpoints and exports, as a C2SP vkey: name, key id and key, joined by plus signs."""
    return keyring.log_signer().key.vkey()


def _jwk(keyring: Keyring, generation: int) -> Mapping[str, Any]:
    raw = keyring.permit_key(generation).public_key().public_bytes_raw()
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": "EdDSA",
        "use": "sig",
        "kid": permit_key_id(generation),
        "x": base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii"),
    }

"""Reading policies: the one that comes with the gateway, or the operator's own in its place."""

from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final

from gateway.policies.fileform import PolicyForm, renamed
from gateway.policies.merge import MergePolicy
from gateway.policies.mergeform import MergeForm
from gateway.policies.strict import read_strictly, text_of
from gateway.policies.verification import VerificationPolicy, fact_reasons, frozen
from gateway.verification.address import AddressOptions
from gateway.verification.model import Deliverability, Validity
from gateway.verification.score import Weights

VERIFICATION: Final = "verification.yaml"
MERGE: Final = "merge.yaml"


def load_verification(path: Path | None = None) -> VerificationPolicy:
    """Read a verification policy; without a path, the one that comes with the gateway.

    Raises:
        SetupError: the file cannot be read, or is not a verification policy; it says where.
    """
    if path is None:
        return parse_verification(shipped_verification())
    return parse_verification(text_of(path), name=str(path))


def shipped_verification() -> str:
    """The text of the verification policy that comes with the gateway."""
    return _shipped(VERIFICATION)


def parse_verification(text: str, *, name: str = VERIFICATION) -> VerificationPolicy:
    """Read the text of a verification policy; `name` stands in the errors.

    Raises:
        SetupError: it is not YAML, misses something, or holds something unknown.
    """
    return _policy(read_strictly(text, PolicyForm, name=name, kind="verification policy", renamed=renamed))


def load_merge(path: Path | None = None) -> MergePolicy:
    """Read a merge policy; without a path, the one that comes with the gateway.

    Raises:
        SetupError: the file cannot be read, or is not a merge policy; it says where.
    """
    if path is None:
        return parse_merge(shipped_merge())
    return parse_merge(text_of(path), name=str(path))


def shipped_merge() -> str:
    """The text of the merge policy that comes with the gateway."""
    return _shipped(MERGE)


def parse_merge(text: str, *, name: str = MERGE) -> MergePolicy:
    """Read the text of a merge policy; `name` stands in the errors.

    Raises:
        SetupError: it is not YAML, misses something, or holds something unknown.
    """
    return read_strictly(text, MergeForm, name=name, kind="merge policy").value()


def _shipped(name: str) -> str:
    return (files("gateway.policies") / name).read_text(encoding="utf-8")


def _policy(read: PolicyForm) -> VerificationPolicy:
    email, phone = read.email, read.phone
    return VerificationPolicy(
        email=MappingProxyType(
            {
                Deliverability.DELIVERABLE: email.deliverable.value(),
                Deliverability.RISKY: email.risky.value(),
                Deliverability.UNDELIVERABLE: email.undeliverable.value(),
                Deliverability.UNKNOWN: email.unknown.value(),
                None: email.missing.value(),
            }
        ),
        phone=MappingProxyType(
            {
                Validity.VALID: frozen(phone.valid.items()),
                Validity.POSSIBLE: frozen(phone.possible.items()),
                Validity.INVALID: frozen(phone.invalid.items()),
                Validity.UNKNOWN: frozen(phone.unknown.items()),
                None: frozen(phone.missing.items()),
            }
        ),
        types=MappingProxyType({kind: frozen(limits.items()) for kind, limits in phone.types.items()}),
        weights=Weights(
            points=MappingProxyType(dict(email.weights)),
            accepted=frozenset(email.accepted_doubts),
            risky=fact_reasons(email.risky_when),
        ),
        forms=AddressOptions(**dict.fromkeys(email.usual_forms, True)),
        allowed=frozenset(email.allow),
        denied=frozenset(email.deny),
    )

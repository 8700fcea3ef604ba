"""Keys of subjects and seals on rows: what turns personal values into columns, and back.

A subject has a profile key (contact data, enrichment; destroyed at erasure) and an evidence key (proof of consent,
audit entries; kept restricted until the limitation date). Both are stored wrapped; the key that wraps them is never in
the database. Unwrapped keys are kept in memory for the most recent subjects only.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, RowMapping, select

from audit.keyring import IDEMPOTENCY, SUPPRESSION, Keyring, evidence_context, profile_context
from audit.keys import KEY_SIZE, WrappedKey, open_blob, seal_blob
from audit.macs import mac_256
from audit.sealing import EvidenceKey
from gateway.errors import NotFound
from gateway.ports import Ids
from gateway.storage.engine.unit import Unit
from gateway.storage.sealing.tables import audit_log_keys, subject_keys

_KEPT: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Both keys of one subject; `profile` is None once erased, `evidence` once its limitation date is over."""

    subject_id: str
    profile: bytes | None = field(repr=False)
    evidence: EvidenceKey | None = field(repr=False)

    def seal(self, plaintext: bytes, place: str) -> bytes:
        """Seal under the profile key, bound to its place (table and row).

        Raises:
            NotFound: the subject was erased.
        """
        return seal_blob(self._live_profile(), plaintext, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Open what `seal` sealed.

        Raises:
            NotFound: the subject was erased.
        """
        return open_blob(self._live_profile(), sealed, place.encode())

    def seal_proof(self, plaintext: bytes, place: str) -> bytes:
        """Seal under the evidence key, bound to its place.

        Raises:
            NotFound: its limitation date is over.
        """
        return seal_blob(self.proof().key, plaintext, place.encode())

    def open_proof(self, sealed: bytes, place: str) -> bytes:
        """Open what `seal_proof` sealed.

        Raises:
            NotFound: its limitation date is over.
        """
        return open_blob(self.proof().key, sealed, place.encode())

    def proof(self) -> EvidenceKey:
        """The evidence key.

        Raises:
            NotFound: its limitation date is over and it was destroyed.
        """
        if self.evidence is None:
            raise NotFound("The evidence on this person has expired.")
        return self.evidence

    def _live_profile(self) -> bytes:
        if self.profile is None:
            raise NotFound("This person's data were erased.")
        return self.profile


class Vault:
    """Makes, wraps, unwraps and remembers keys."""

    def __init__(self, keyring: Keyring, ids: Ids) -> None:
        self.keyring = keyring
        self.ids = ids
        self._kept: OrderedDict[str, Keys] = OrderedDict()
        self._log_key: EvidenceKey | None = None

    def mint(self, subject_id: str, unit: Unit) -> Keys:
        """Make the two keys of a new subject and add their row."""
        dek_id, profile, evidence = self.ids.random_bytes(), self.ids.token(KEY_SIZE), self.ids.token(KEY_SIZE)
        wrapped_profile = self.keyring.wrap_key(profile_context(subject_id.encode()), profile)
        wrapped_evidence = self.keyring.wrap_key(evidence_context(dek_id), evidence)
        unit.insert(
            subject_keys,
            {
                "subject_id": subject_id,
                "dek_id": dek_id,
                "profile_generation": wrapped_profile.generation,
                "profile": wrapped_profile.blob,
                "evidence_generation": wrapped_evidence.generation,
                "evidence": wrapped_evidence.blob,
            },
        )
        return Keys(subject_id=subject_id, profile=profile, evidence=EvidenceKey(dek_id=dek_id, key=evidence))

    def keep(self, keys: Keys) -> None:
        """Remember keys once their row is committed."""
        self._kept[keys.subject_id] = keys
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def forget(self, subject_id: str) -> None:
        """Drop keys from memory, after their destruction."""
        self._kept.pop(subject_id, None)

    def keys(self, connection: Connection, subject_ids: Iterable[str]) -> dict[str, Keys]:
        """Read and unwrap the keys of subjects; one that is unknown is left out."""
        found: dict[str, Keys] = {}
        missing = []
        for subject in set(subject_ids):
            kept = self._kept.get(subject)
            if kept is None:
                missing.append(subject)
            else:
                found[subject] = kept
        if missing:
            query = select(subject_keys).where(subject_keys.c.subject_id.in_(sorted(missing)))
            for row in connection.execute(query).mappings():
                keys = self._unwrap(row)
                self.keep(keys)
                found[keys.subject_id] = keys
        return found

    def facts_mac(self, facts: bytes) -> bytes:
        """A keyed fingerprint of a decision's facts: equal facts, equal bytes, and nothing to guess from."""
        return self.keyring.hmac(IDEMPOTENCY, b"facts\0" + facts)

    def deployment_key(self) -> bytes:
        """The key of what is secret and belongs to no person: destinations' addresses and signing secrets."""
        return mac_256(self.log_key().key, b"leadgate/deployment/v1")

    def destination_mac(self, label: str, written: bytes) -> str:
        """A keyed hash, in hex, of what the log may not show of a destination, under a key for nothing else."""
        key = mac_256(self.log_key().key, b"leadgate/destination-macs/v1")
        return mac_256(key, label.encode() + b"\0" + written).hex()

    def suppression_keys(self) -> dict[int, bytes]:
        """The keys of the suppression list, by generation; none ever retires."""
        label = b"leadgate/suppression-list/v1"
        return {each: self.keyring.hmac(SUPPRESSION, label, each) for each in self.keyring.generations(SUPPRESSION)}

    def register_keys(self) -> dict[int, bytes]:
        """The keys of do-not-call registers, by generation: as long as a file lies here, its key does."""
        label = b"leadgate/call-registers/v1"
        return {each: self.keyring.hmac(SUPPRESSION, label, each) for each in self.keyring.generations(SUPPRESSION)}

    def log_key(self) -> EvidenceKey:
        """The evidence key of entries that belong to no person; `open_log_key` reads or makes it at the start.

        Raises:
            RuntimeError: the gateway was not started through wiring.
        """
        if self._log_key is None:
            raise RuntimeError("open_log_key comes first")
        return self._log_key

    def open_log_key(self, connection: Connection) -> EvidenceKey:
        """Read the log's own evidence key inside a transaction, making it the first time."""
        row = connection.execute(select(audit_log_keys).order_by(audit_log_keys.c.dek_id)).mappings().first()
        if row is None:
            dek_id, key = self.ids.random_bytes(), self.ids.token(KEY_SIZE)
            wrapped = self.keyring.wrap_key(evidence_context(dek_id), key)
            columns = {"dek_id": dek_id, "kek_generation": wrapped.generation, "wrapped": wrapped.blob}
            connection.execute(audit_log_keys.insert().values(**columns))
            self._log_key = EvidenceKey(dek_id=dek_id, key=key)
        else:
            wrapped = WrappedKey(generation=row["kek_generation"], blob=row["wrapped"])
            key = self.keyring.unwrap_key(evidence_context(row["dek_id"]), wrapped)
            self._log_key = EvidenceKey(dek_id=row["dek_id"], key=key)
        return self._log_key

    def _unwrap(self, row: RowMapping) -> Keys:
        profile = evidence = None
        if row["profile"] is not None:
            wrapped = WrappedKey(generation=row["profile_generation"], blob=row["profile"])
            profile = self.keyring.unwrap_key(profile_context(row["subject_id"].encode()), wrapped)
        if row["evidence"] is not None:
            wrapped = WrappedKey(generation=row["evidence_generation"], blob=row["evidence"])
            key = self.keyring.unwrap_key(evidence_context(row["dek_id"]), wrapped)
            evidence = EvidenceKey(dek_id=row["dek_id"], key=key)
        return Keys(subject_id=row["subject_id"], profile=profile, evidence=evidence)


def holds_log_key(connection: Connection) -> bool:
    """Say whether a key store has ever been used with this database."""
    return connection.execute(select(audit_log_keys.c.dek_id).limit(1)).first() is not None

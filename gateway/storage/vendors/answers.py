"""Answers of vendors, sealed and kept for a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, RowMapping, bindparam, select

from audit.keys import open_blob, seal_blob
from gateway.errors import NotFound
from gateway.storage.engine.database import Database
from gateway.storage.engine.together import Together
from gateway.storage.engine.unit import Unit
from gateway.storage.sealing.vault import Vault
from gateway.storage.vendors.tables import vendor_results

_ANSWERS: Final = select(vendor_results).where(vendor_results.c.call_key.in_(bindparam("keys", expanding=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A kept answer; `payload` is None once its person was erased."""

    payload: bytes | None = field(repr=False)
    expires_at: datetime


class SqlCache:
    """Answers of vendors, sealed; what is about a person under the profile key, so that erasure ends it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self.vault = vault
        self._getting: Together[bytes, Mapping[bytes, _Kept]] = Together(self._get)

    async def get(self, key: bytes, *, now: datetime) -> bytes | None:
        """Return the payload kept under `key`, or None when there is none, it has expired or was erased."""
        kept = (await self._getting.ask(key)).get(key)
        return None if kept is None or kept.expires_at <= now else kept.payload

    async def _get(self, asked: Sequence[bytes]) -> Mapping[bytes, _Kept]:
        keys = list(set(asked))

        def run(connection: Connection) -> dict[bytes, _Kept]:
            rows = connection.execute(_ANSWERS, {"keys": keys}).mappings().all()
            return {
                row["call_key"]: _Kept(payload=self._open(connection, row), expires_at=row["expires_at"])
                for row in rows
            }

        return await self.database.read(run)

    async def put(
        self,
        key: bytes,
        payload: bytes,
        *,
        connector: str,
        outcome: str,
        subject_id: str | None,
        expires_at: datetime,
    ) -> None:
        """Keep a payload in place of any other."""
        secret: bytes | None = self.vault.deployment_key()
        if subject_id is not None:
            secret = await self.database.read(lambda connection: self._key(connection, subject_id))
        if secret is None:
            return
        row = {
            "call_key": key,
            "connector": connector,
            "outcome": outcome,
            "subject_id": subject_id,
            "observations": seal_blob(secret, payload, b"vendor_results/" + key),
            "expires_at": expires_at,
        }
        await self.database.write(Unit().put(vendor_results, row))

    def _open(self, connection: Connection, row: RowMapping) -> bytes | None:
        secret = self._key(connection, row["subject_id"])
        return None if secret is None else open_blob(secret, row["observations"], b"vendor_results/" + row["call_key"])

    def _key(self, connection: Connection, subject_id: str | None) -> bytes | None:
        if subject_id is None:
            return self.vault.deployment_key()
        keys = self.vault.keys(connection, [subject_id]).get(subject_id)
        if keys is None:
            raise NotFound("Nothing is known of this person.")
        return keys.profile

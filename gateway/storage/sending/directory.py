"""Destinations on the database: the policy's columns in clear, address and secrets sealed."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, select

from audit.keys import open_blob, seal_blob
from gateway.errors import NotFound
from gateway.release import Plugin, Target
from gateway.release.kit.destination import Destination, read_destination
from gateway.storage.engine.database import Database
from gateway.storage.sealing.vault import Vault
from gateway.storage.tables import destinations


def seal_destination(
    vault: Vault, name: str, version: int, document: Mapping[str, Any], secrets: Sequence[str]
) -> bytes:
    """Seal a destination's document and signing secrets."""
    plaintext = msgspec.json.encode({"document": document, "secrets": list(secrets)})
    return seal_blob(vault.deployment_key(), plaintext, _place(name, version))


def newest_row(connection: Connection, name: str) -> RowMapping | None:
    """Read the newest version of a destination, disabled or not."""
    query = select(destinations).where(destinations.c.name == name)
    return connection.execute(query.order_by(destinations.c.version.desc()).limit(1)).mappings().first()


class SqlDirectory:
    """`gateway.outbox.Directory` on a `Database`; compiled destinations are kept by version."""

    def __init__(self, database: Database, vault: Vault, plugins: Mapping[str, Plugin]) -> None:
        self.database = database
        self.vault = vault
        self.plugins = plugins
        self._kept: dict[tuple[str, int], tuple[str, Target]] = {}

    async def target(self, name: str) -> tuple[str, Target]:
        """The way out and the target of a destination.

        Raises:
            NotFound: there is no such destination, or it was disabled.
        """
        row = await self.database.read(lambda connection: newest_row(connection, name))
        if row is None or row["disabled_at"] is not None:
            raise NotFound("There is no such destination, or it was disabled.")
        kept = self._kept.get((name, row["version"]))
        if kept is None:
            found, secrets = self.open(row)
            kept = self._kept[name, row["version"]] = (found.kind, found.target(secrets))
        return kept

    def open(self, row: RowMapping) -> tuple[Destination, tuple[str, ...]]:
        """Open a destination's sealed part: the destination and its secrets, newest first."""
        plaintext = open_blob(self.vault.deployment_key(), row["sealed"], _place(row["name"], row["version"]))
        opened = msgspec.json.decode(plaintext)
        secrets = tuple(opened["secrets"])
        return read_destination(opened["document"], self.plugins, secrets), secrets


def _place(name: str, version: int) -> bytes:
    return f"destinations/{name}/{version}".encode()

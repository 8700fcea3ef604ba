"""Destinations on the database: the policy's columns in clear, address and secrets sealed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection, RowMapping, func, select

from audit.keys import open_blob, seal_blob
from gateway.release import Plugin, Target
from gateway.release.kit.destination import Destination, read_destination
from gateway.storage.engine.database import Tx
from gateway.storage.registers import destinations
from gateway.storage.sealing.vault import Vault


def seal_destination(
    vault: Vault, name: str, version: int, document: Mapping[str, Any], secrets: Sequence[str]
) -> bytes:
    """Seal a destination's document and signing secrets."""
    plaintext = msgspec.json.encode({"document": document, "secrets": list(secrets)})
    return seal_blob(vault.deployment_key(), plaintext, _place(name, version))


def contract_of(vault: Vault, row: RowMapping) -> str | None:
    """The reference of the contract with a destination: it may name a person, so it is sealed with the rest."""
    found: str | None = _opened(vault, row)["document"].get("contract")
    return found


def told_of(vault: Vault, made: Destination) -> dict[str, Any]:
    """What the log keeps of where a destination's messages go and how: nothing that holds a credential in clear.

    URL, map and settings stand as keyed hashes (hex), so that a change of one is seen; None where there is none.
    """

    def mac(label: str, value: object) -> str | None:
        return vault.destination_mac(label, msgspec.json.encode(value, order="deterministic")) if value else None

    return {
        "host": urlsplit(made.url).hostname if made.url else None,
        "address_mac": mac("url", made.url),
        "map_mac": mac("map", made.map),
        "settings_mac": mac("settings", made.settings),
        "allow_private": made.allow_private,
        "contract": made.contract,
    }


def newest_versions(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """Read the newest version of each of these destinations, disabled or not."""
    query = select(destinations.c.name, func.max(destinations.c.version)).where(destinations.c.name.in_(names))
    return {row[0]: row[1] for row in connection.execute(query.group_by(destinations.c.name))}


def newest_row(connection: Connection, name: str, *, lock: bool = False) -> RowMapping | None:
    """Read the newest version of a destination, disabled or not; locked, it is not disabled until the commit."""
    query = select(destinations).where(destinations.c.name == name)
    query = query.order_by(destinations.c.version.desc()).limit(1)
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


class SqlDirectory:
    """`gateway.outbox.Directory`; compiled destinations are kept by version."""

    def __init__(self, vault: Vault, plugins: Mapping[str, Plugin]) -> None:
        self.vault = vault
        self.plugins = plugins
        self._kept: dict[tuple[str, int], tuple[str, Target]] = {}

    def ways(self, tx: Tx, names: Collection[str]) -> Mapping[str, tuple[str, Target]]:
        """The ways to destinations, by name; one that is not there or was disabled is left out."""
        rows = (newest_row(tx.connection, name) for name in sorted(names))
        return {row["name"]: self._way(row) for row in rows if row is not None and row["disabled_at"] is None}

    def _way(self, row: RowMapping) -> tuple[str, Target]:
        place = row["name"], row["version"]
        if place not in self._kept:
            found, secrets = self.open(row)
            self._kept[place] = (found.kind, found.target(secrets))
        return self._kept[place]

    def open(self, row: RowMapping) -> tuple[Destination, tuple[str, ...]]:
        """Open a destination's sealed part: the destination and its secrets, newest first."""
        opened = _opened(self.vault, row)
        secrets = tuple(opened["secrets"])
        return read_destination(opened["document"], self.plugins, secrets), secrets


def _opened(vault: Vault, row: RowMapping) -> dict[str, Any]:
    plaintext = open_blob(vault.deployment_key(), row["sealed"], _place(row["name"], row["version"]))
    opened: dict[str, Any] = msgspec.json.decode(plaintext)
    return opened


def _place(name: str, version: int) -> bytes:
    return f"destinations/{name}/{version}".encode()

"""Whose record a vendor's is: so that a person is found whom the vendor lists among those that it has erased."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, select

from audit.keyring import SUPPRESSION
from gateway.storage.sealing.vault import Vault
from gateway.storage.vendors.tables import vendor_records, vendor_results

_FOREVER: Final = 1
"""The generation of the suppression key that records are named under; generations never retire."""


def record_row(vault: Vault, connector: str, record: str, subject_id: str) -> Mapping[str, Any]:
    """That a record of a connector's vendor, by the vendor's id, is about a subject."""
    return {"mac": _mac(vault, connector, record), "subject_id": subject_id, "connector": connector}


def subjects_of(connection: Connection, vault: Vault, connector: str, records: Sequence[str]) -> list[str]:
    """Whom any of these records is about, each once."""
    macs = [_mac(vault, connector, record) for record in records]
    query = select(vendor_records.c.subject_id).where(vendor_records.c.mac.in_(macs)).distinct()
    return list(connection.execute(query.order_by(vendor_records.c.subject_id)).scalars())


def forget(connection: Connection, subject_ids: Collection[str], connectors: Collection[str]) -> None:
    """Delete the kept answers of connectors, by id, about these subjects, and which of their records are theirs."""
    for name in connectors:
        ours = vendor_results.c.connector.startswith(f"{name}@", autoescape=True)
        connection.execute(delete(vendor_results).where(vendor_results.c.subject_id.in_(subject_ids), ours))
    theirs = vendor_records.c.subject_id.in_(subject_ids)
    connection.execute(delete(vendor_records).where(theirs, vendor_records.c.connector.in_(connectors)))


def _mac(vault: Vault, connector: str, record: str) -> bytes:
    return vault.keyring.hmac(SUPPRESSION, f"vendor-record\0{connector}\0{record}".encode(), _FOREVER)

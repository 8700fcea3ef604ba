"""In whose name a policy was accepted: sealed in its row, since a name is personal, whoever's it is."""

from typing import Any

from sqlalchemy import Row

from audit.keys import open_blob, seal_blob
from gateway.storage.sealing.vault import Vault


def seal_name(vault: Vault, acceptance_id: str, name: str) -> bytes:
    """Seal a name under the deployment's own key, bound to its row."""
    return seal_blob(vault.deployment_key(), name.encode(), _place(acceptance_id))


def open_name(vault: Vault, row: Row[Any]) -> str:
    """Open the name in a row of `policy_acceptances`."""
    return open_blob(vault.deployment_key(), row.accepted_by, _place(row.id)).decode()


def _place(acceptance_id: str) -> bytes:
    return f"policy_acceptances/{acceptance_id}".encode()

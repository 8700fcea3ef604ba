"""How an inquiry came in, as a sealed part of its lead: under the evidence key, so that it outlives an erasure.

The lead's entry in the log commits to it by the SHA-256 of its sealed bytes: what is shown later is what was sealed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, select

from gateway.lead import Circumstances, Submission
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.tables import lead_parts
from gateway.storage.sealing import codec
from gateway.storage.sealing.vault import Keys, Vault

EVIDENCE: Final = "evidence"


def write_circumstances(
    unit: Unit, lead_id: str, submission: Submission, keys: Keys, notices: Mapping[str, tuple[int, str]]
) -> tuple[Submission, dict[str, str]]:
    """Add the sealed circumstances of an inquiry that has any.

    Args:
        unit: what stores the lead.
        lead_id: the lead's id.
        submission: what came in.
        keys: of the person.
        notices: the newest version of each notice that is stored, with its hash.

    Returns:
        The submission without them, and what the lead's entry says of them: they are kept once.
    """
    found = submission.circumstances
    if found is None:
        return submission, {}
    if found.notice_id is not None and found.notice_version is None and found.notice_id in notices:
        found = replace(found, notice_version=notices[found.notice_id][0])
    sealed = keys.seal_proof(codec.encode(found), _place(lead_id))
    unit.insert(lead_parts, {"lead_id": lead_id, "part": EVIDENCE, "sealed": sealed})
    return replace(submission, circumstances=None), {"evidence_sha256": hashlib.sha256(sealed).hexdigest()}


def read_circumstances(connection: Connection, vault: Vault, lead_id: str, subject_id: str) -> Circumstances | None:
    """Open how an inquiry came in; None when nobody kept it, or its key was destroyed."""
    query = select(lead_parts.c.sealed).where(lead_parts.c.lead_id == lead_id, lead_parts.c.part == EVIDENCE)
    sealed = connection.execute(query).scalar_one_or_none()
    keys = vault.keys(connection, [subject_id]).get(subject_id)
    if sealed is None or keys is None or keys.evidence is None:
        return None
    opened: Circumstances = codec.decode(Circumstances, keys.open_proof(sealed, _place(lead_id)))
    return opened


def _place(lead_id: str) -> str:
    return f"{lead_id}/{EVIDENCE}"

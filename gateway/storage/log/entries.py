"""Audit entries as rows: sealed under the key of the person they are about, in the transaction of what they record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from audit.sealing import Event, EvidenceKey, seal
from audit.types import by_name
from gateway.ports import Ids
from gateway.storage.engine.unit import Unit
from gateway.storage.log.tables import audit_entries, audit_payloads, audit_waiting

_ENCODER = msgspec.json.Encoder(order="deterministic", decimal_format="string")


def record(
    unit: Unit,
    ids: Ids,
    key: EvidenceKey,
    name: str,
    payload: Mapping[str, Any],
    *,
    at: datetime,
) -> bytes:
    """Add the rows of one entry and return its 16-byte event id.

    Six payload keys mean the same in every type: `lead_id`, `subject_id`, `actor`, `outcome`, `reasons`, `count`.
    """
    event_id = ids.ordered_bytes()
    event_type = by_name(name)
    event = Event(event_id=event_id, time=at, type=event_type, payload=_ENCODER.encode(payload))
    entry = seal(event, key, nonce=ids.token(12))
    row = {"event_id": event_id, "type": event_type.number, "at": at, "leaf": entry.leaf}
    unit.insert(audit_entries, row)
    unit.insert(audit_payloads, {"event_id": event_id, "ciphertext": entry.ciphertext})
    unit.insert(audit_waiting, {"event_id": event_id})
    return event_id

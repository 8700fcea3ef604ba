"""Whether a person has refused since leads of theirs came in: what they sent before then speaks for them no more."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from gateway.lead import Lead
from gateway.storage.people.ruling import probes_of
from gateway.storage.people.tables import consent_events, contact_withdrawals, suppressions
from gateway.storage.sealing.vault import Vault

_REFUSALS: Final = ("consent_withdrawn", "objection_received", "restriction_set")


def refused_since(connection: Connection, vault: Vault, leads: Iterable[Lead], country: str | None) -> bool:
    """Say whether the person of any lead withdrew or objected, themselves or by a contact point, since it came in.

    A refusal is never dated before an inquiry that is stored already, but it may bear the same time. `country` is the
    controller's.
    """
    keys = vault.suppression_keys()
    found = ((lead, [probe.digest for probe in probes_of(keys, lead, country)]) for lead in leads)
    asked = (_refused(lead.subject_id, macs, lead.received_at) for lead, macs in found)
    return any(connection.execute(select(each)).scalar_one() for each in asked)


def _refused(subject_id: str, macs: list[bytes], since: datetime) -> ColumnElement[bool]:
    return or_(
        exists().where(
            consent_events.c.subject_id == subject_id,
            consent_events.c.kind.in_(_REFUSALS),
            consent_events.c.received_at >= since,
        ),
        exists().where(contact_withdrawals.c.mac.in_(macs), contact_withdrawals.c.at >= since),
        exists().where(suppressions.c.mac.in_(macs), suppressions.c.created_at >= since),
    )

"""The append-only registry of event types: number, dotted name, schema version, retention, sentence.

Adding a type is one line; a number, once released, keeps its meaning for ever. Payloads are JSON objects.
Six keys have the same meaning in every type, and exports show them as columns: ``lead_id``, ``subject_id``
and ``actor`` (strings), ``outcome`` (string), ``reasons`` (list of strings), ``count`` (integer). The rest
is the type's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from audit.errors import UnknownType


class Retention(Enum):
    """How many days a type's ciphertext is kept after the event; None is as long as the log lives.

    Leaves are never deleted: they hold nothing personal. EVIDENCE is the regular three-year limitation of
    claims plus the rest of its first year (BGB section 195, 199); ACCESS and OPERATIONS are this project's
    choice.
    """

    LOG = None
    EVIDENCE = 4 * 366
    OPERATIONS = 400
    ACCESS = 731


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One event type: ``number`` is in the leaf (u16), ``name`` in exports; ``schema`` versions payloads."""

    number: int
    name: str
    schema: int
    retention: Retention
    sentence: str


_BY_NUMBER: dict[int, EventType] = {}
_BY_NAME: dict[str, EventType] = {}


def _type(number: int, name: str, schema: int, retention: Retention, sentence: str) -> EventType:
    made = EventType(number=number, name=name, schema=schema, retention=retention, sentence=sentence)
    if number in _BY_NUMBER or name in _BY_NAME:
        raise UnknownType(type=f"{name} a second time ({number})")
    _BY_NUMBER[number] = made
    _BY_NAME[name] = made
    return made


_LOG, _EVIDENCE = Retention.LOG, Retention.EVIDENCE
_OPERATIONS, _ACCESS = Retention.OPERATIONS, Retention.ACCESS

LOG_BATCH = _type(1, "log.batch", 1, _LOG, "A batch of entries was sequenced and closed.")
LOG_RECOVERED = _type(
    2, "log.recovered", 1, _LOG, "A new log was started after a restore; it names the old head and why."
)
SEQUENCER_TOOK_OVER = _type(3, "sequencer.took_over", 1, _LOG, "A sequencer took over the log.")
LEAD_RECEIVED = _type(100, "lead.received", 1, _EVIDENCE, "A lead was received.")
LEAD_VERIFIED = _type(101, "lead.verified", 1, _EVIDENCE, "The contact points of the lead were verified.")
LEAD_ENRICHED = _type(102, "lead.enriched", 1, _EVIDENCE, "Fields were added to the lead by connectors.")
LEAD_ENRICHMENT_SKIPPED = _type(103, "lead.enrichment_skipped", 1, _EVIDENCE, "Enrichment was skipped.")
LEAD_DECIDED = _type(
    104,
    "lead.decided",
    1,
    _EVIDENCE,
    "It was decided what may be done with the lead, for whom and until when.",
)
LEAD_HELD = _type(105, "lead.held", 1, _EVIDENCE, "The lead was held.")
LEAD_REJECTED = _type(106, "lead.rejected", 1, _EVIDENCE, "The lead was rejected.")
LEAD_QUARANTINED = _type(107, "lead.quarantined", 1, _EVIDENCE, "The lead was put into quarantine.")
LEAD_REPLAYED = _type(108, "lead.replayed", 1, _EVIDENCE, "A quarantined lead was replayed.")
LEAD_RESOLVED = _type(109, "lead.resolved", 1, _EVIDENCE, "A hold on the lead was ended with evidence.")
LEAD_OUTCOME = _type(110, "lead.outcome", 1, _EVIDENCE, "Sales reported what became of the lead.")
LEAD_RELEASED = _type(111, "lead.released", 1, _EVIDENCE, "The lead was released: a destination has accepted it.")
LEAD_RETRACTED = _type(112, "lead.retracted", 1, _EVIDENCE, "The lead was retracted.")
LEAD_OBSERVATIONS_EXPIRED = _type(
    113,
    "lead.observations_expired",
    1,
    _EVIDENCE,
    "What connectors had said of the lead was deleted: it could be kept no longer.",
)
LEAD_OBSERVATIONS_ERASED = _type(
    114, "lead.observations_erased", 1, _EVIDENCE, "What a vendor had said of the lead was erased."
)
VENDOR_CALL_STARTED = _type(200, "vendor.call_started", 1, _EVIDENCE, "A call to a data vendor was started.")
VENDOR_CALL_FINISHED = _type(201, "vendor.call_finished", 1, _EVIDENCE, "A call to a data vendor ended.")
VENDOR_ERASURES_READ = _type(
    202, "vendor.erasures_read", 1, _EVIDENCE, "A vendor's list of the records that it has erased was read."
)
DELIVERY_STARTED = _type(300, "delivery.started", 1, _EVIDENCE, "A delivery attempt to a destination was started.")
DELIVERY_FINISHED = _type(301, "delivery.finished", 1, _EVIDENCE, "A delivery attempt to a destination ended.")
DELIVERY_CANCELLED = _type(302, "delivery.cancelled", 1, _EVIDENCE, "A delivery was cancelled before it was sent.")
DELIVERY_DEAD = _type(303, "delivery.dead", 1, _EVIDENCE, "A delivery was given up.")
RETRACTION_SENT = _type(310, "retraction.sent", 1, _EVIDENCE, "A destination was told to take a lead back.")
RETRACTION_ACKNOWLEDGED = _type(
    311, "retraction.acknowledged", 1, _EVIDENCE, "A destination confirmed that it took a lead back."
)
CONSENT_RECORDED = _type(
    400, "consent.recorded", 1, _EVIDENCE, "A consent, refusal or request for consent was recorded."
)
CONSENT_WITHDRAWN = _type(401, "consent.withdrawn", 1, _EVIDENCE, "A consent was withdrawn.")
OBJECTION_RECORDED = _type(402, "objection.recorded", 1, _EVIDENCE, "An objection was recorded.")
SUPPRESSION_ADDED = _type(410, "suppression.added", 1, _EVIDENCE, "A contact point was put on the suppression list.")
SUPPRESSION_LIFTED = _type(411, "suppression.lifted", 1, _EVIDENCE, "A suppression was lifted.")
POLICY_ACCEPTED = _type(500, "policy.accepted", 1, _LOG, "A policy rule was accepted.")
NOTICE_STORED = _type(501, "notice.stored", 1, _LOG, "A notice text was stored.")
SOURCE_CHANGED = _type(502, "source.changed", 1, _LOG, "A source of leads was changed.")
DESTINATION_CHANGED = _type(503, "destination.changed", 1, _LOG, "A destination was changed.")
CONNECTORS_REPLACED = _type(
    504, "connectors.replaced", 1, _LOG, "A process was started in which a sandbox answers in place of data vendors."
)
REGISTER_IMPORTED = _type(505, "register.imported", 1, _LOG, "A do-not-call register was imported.")
REGISTER_REMOVED = _type(506, "register.removed", 1, _LOG, "A file of a do-not-call register was removed.")
KEY_CREATED = _type(510, "key.created", 1, _LOG, "A key was created.")
KEY_REVOKED = _type(511, "key.revoked", 1, _LOG, "A key was revoked.")
ACCESS_READ = _type(600, "access.read", 1, _ACCESS, "Personal data were read.")
ACCESS_REFUSED = _type(601, "access.refused", 1, _OPERATIONS, "Access was refused.")
AUDIT_EXPORTED = _type(602, "audit.exported", 1, _EVIDENCE, "The audit log was exported.")
WORK_REPLAYED = _type(610, "work.replayed", 1, _OPERATIONS, "Work that had been given up was tried again.")
PROBES_RESUMED = _type(
    611, "probes.resumed", 1, _OPERATIONS, "Mail servers that had refused to answer may be asked again."
)
ERASURE_REQUESTED = _type(700, "erasure.requested", 1, _EVIDENCE, "The erasure of personal data was requested.")
ERASURE_COMPLETED = _type(
    701, "erasure.completed", 1, _LOG, "Personal data were erased; the receipt names the destroyed keys."
)
RETENTION_COMPLETED = _type(
    702,
    "retention.completed",
    1,
    _LOG,
    "Expired payloads were deleted; the receipt names the deleted entries.",
)

# Written by the log itself, never sealed, nothing personal in them.
CLEAR_TYPES = frozenset({LOG_BATCH.number, LOG_RECOVERED.number, SEQUENCER_TOOK_OVER.number})
# Receipts explain why an entry cannot be opened any more.
RECEIPT_TYPES = frozenset({ERASURE_COMPLETED.number, RETENTION_COMPLETED.number})


def all_types() -> Iterator[EventType]:
    """Yield every registered type in the order of numbers."""
    return iter(sorted(_BY_NUMBER.values(), key=lambda each: each.number))


def by_number(number: int) -> EventType:
    """Return the type with this leaf number; raise UnknownType."""
    try:
        return _BY_NUMBER[number]
    except KeyError:
        raise UnknownType(type=number) from None


def by_name(name: str) -> EventType:
    """Return the type with this dotted name; raise UnknownType."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise UnknownType(type=name) from None

"""From a vendor's reply to an outcome: the manifest's rules first, then one table for everybody."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from connectors.errors import Unreadable
from connectors.kit.answer import Answer
from connectors.kit.calling import OutcomeRule
from connectors.kit.hints import retry_at
from connectors.kit.http import json_body
from connectors.kit.manifest import Manifest
from connectors.kit.mapping import as_text, search
from connectors.kit.ports import Reply
from connectors.outcome import LookupOutcome

_BY_STATUS: Mapping[int, LookupOutcome] = MappingProxyType(
    {
        202: LookupOutcome.PENDING,
        401: LookupOutcome.UNAUTHORISED,
        402: LookupOutcome.QUOTA_EXHAUSTED,
        403: LookupOutcome.REFUSED,
        407: LookupOutcome.REFUSED,
        408: LookupOutcome.TIMEOUT,
        425: LookupOutcome.VENDOR_ERROR,
        429: LookupOutcome.THROTTLED,
        451: LookupOutcome.SUPPRESSED_BY_VENDOR,
        504: LookupOutcome.TIMEOUT,
    }
)
_OK = 200
_REDIRECTS = range(300, 400)
_CLIENT = range(400, 500)


def classify(manifest: Manifest, reply: Reply) -> Answer | None:
    """Says what a reply means when it is not the record that was asked for.

    A 404 is "no match" only where a manifest says so: from a wrong path or a proxy it says nothing about the
    subject, and a stored negative would outlive the mistake.

    Returns:
        The answer, or None for a 200 that no rule is about: the connector reads its body.
    """
    rule = next((rule for rule in manifest.outcomes if _fits(rule, reply)), None)
    if rule is None and reply.status == _OK:
        return None
    outcome = rule.outcome if rule else _default(reply.status)
    return Answer(
        outcome=outcome,
        reason=f"status_{reply.status}",
        retry_at=_again_at(rule, reply) if outcome.retryable else None,
        units=_units_of(rule, manifest, reply),
    )


def _again_at(rule: OutcomeRule | None, reply: Reply) -> datetime | None:
    """The longest of the reply's own hints, and no sooner than its rule says."""
    if rule is None:
        return retry_at(reply)
    told = retry_at(reply, rule.wait)
    if rule.at_least is None:
        return told
    least = reply.received_at + rule.at_least
    return max(least, told or least)


def _units_of(rule: OutcomeRule | None, manifest: Manifest, reply: Reply) -> Decimal | None:
    """What a reply without a record took: the vendor's own number, else its rule's, else the manifest's."""
    if rule is None or rule.units is None or units_told(manifest, reply) is not None:
        return units_charged(manifest, reply, matched=False)
    return Decimal(0) if manifest.cost.free else rule.units


def _default(status: int) -> LookupOutcome:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status in _REDIRECTS:
        return LookupOutcome.REFUSED
    return LookupOutcome.INVALID_REQUEST if status in _CLIENT else LookupOutcome.VENDOR_ERROR


def _fits(rule: OutcomeRule, reply: Reply) -> bool:
    if reply.status not in rule.status:
        return False
    if not rule.where:
        return True
    try:
        body = json_body(reply)
    except Unreadable:
        return False
    return all(
        as_text(search(path, body)) in ((words,) if isinstance(words, str) else words)
        for path, words in rule.where.items()
    )


def units_charged(manifest: Manifest, reply: Reply, *, matched: bool) -> Decimal | None:
    """What an answered call took, in the vendor's unit.

    The vendor's own header or member of the body counts; without one, what the manifest says about billing. An
    answer in which it is unreadable is unknown (None), never free.
    """
    told = units_told(manifest, reply)
    if told is not None:
        return None if told.is_nan() else told
    billed = matched or (manifest.cost.billed_on == "call" and reply.status == _OK)
    return manifest.cost.units if billed and not manifest.cost.free else Decimal(0)


def units_told(manifest: Manifest, reply: Reply) -> Decimal | None:
    """What the vendor itself says that a call has taken; None when it says nothing, NaN when it cannot be read."""
    cost = manifest.cost
    if cost.header and (header := reply.headers.get(cost.header.lower(), "").strip()):
        return _units(header)
    if cost.path is None:
        return None
    try:
        found = search(cost.path, json_body(reply))
    except Unreadable:
        return None
    return None if found is None else _units(as_text(found))


def _units(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")
    return number if number.is_finite() and number >= 0 else Decimal("NaN")

"""From a vendor's reply to an outcome: the manifest's rules first, then one table for everybody."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from connectors.errors import Unreadable
from connectors.kit.answer import Answer
from connectors.kit.hints import retry_at
from connectors.kit.http import dig, json_object
from connectors.kit.manifest import Manifest, OutcomeRule
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
    waits = rule.wait if rule else ()
    return Answer(
        outcome=outcome,
        reason=f"status_{reply.status}",
        retry_at=retry_at(reply, waits) if outcome.retryable else None,
        units=units_charged(manifest, reply, matched=False),
    )


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
        body = json_object(reply)
    except Unreadable:
        return False
    return all(str(dig(body, path)) == text for path, text in rule.where.items())


def units_charged(manifest: Manifest, reply: Reply, *, matched: bool) -> Decimal | None:
    """What an answered call took, in the vendor's unit.

    The vendor's own header counts; without one, what the manifest says about billing. An answer whose header
    is unreadable is unknown (None), never free.
    """
    told = reply.headers.get(manifest.cost.header.lower(), "").strip() if manifest.cost.header else ""
    if told:
        return _units(told)
    billed = matched or (manifest.cost.billed_on == "call" and reply.status == _OK)
    return manifest.cost.units if billed and not manifest.cost.free else Decimal(0)


def _units(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None

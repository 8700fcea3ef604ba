"""The facts that the ledger and the suppression list contribute to a question."""

from collections.abc import Iterable
from typing import Any

from consent.answer import AGAINST, PROVEN, Answer
from consent.fold import ConsentState
from consent.sheet import NOTHING, Sheet
from consent.suppression import SuppressionScope
from consent.terms import CHANNELS_OF, Channel, NoticeCitation, Purpose, RecipientRole, SourceKind, Standing


def facts_of_person(state: ConsentState) -> dict[str, Any]:
    """Return the facts that the ledger knows of a person, whoever receives; by the names of `Facts`.

    Args:
        state: the subject's ledger, folded at the time of the question.
    """
    return {
        "restricted": state.restricted,
        "notice14_sent_at": state.notice14_at,
    }


def facts_towards(state: ConsentState, recipient: str, shared: Sheet) -> dict[str, Any]:
    """Return the facts that the ledger knows of a person and a recipient, whatever the use; by the names of `Facts`.

    Args:
        state: the subject's ledger, folded at the time of the question.
        recipient: the destination's name, to be compared with the recipients that a consent named.
        shared: what else is known: who the recipient is, and where the person comes from.
    """
    return {
        "marketing_optout": any(
            _standing(answer, Purpose.MARKETING, recipient, shared).standing in AGAINST for answer in state.marketing
        ),
        "sale_optout": _sale_optout(state, recipient, shared),
    }


def facts_of_use(
    state: ConsentState,
    purpose: Purpose,
    channel: Channel,
    *,
    suppressions: Iterable[SuppressionScope],
    recipient: str,
    shared: Sheet = NOTHING,
) -> dict[str, Any]:
    """Return the facts that ledger and suppression list know of one use; by the names of `Facts`.

    Args:
        state: the subject's ledger, folded at the time of the question.
        purpose: why the data would be used.
        channel: how it would be used.
        suppressions: what the entries that share a hash with the lead forbid (`storage` looks them up by digest).
        recipient: the destination's name, to be compared with the recipients that the consent named.
        shared: what else is known: who the recipient is, and where the person comes from.
    """
    answer = _standing(state.answer(purpose, channel), purpose, recipient, shared)
    return {
        "purpose": purpose,
        "channel": channel,
        "suppressed": any(scope.includes(purpose, channel) for scope in suppressions),
        "objected": answer.objected,
        "consent_status": answer.standing,
        "consent_mechanism": answer.mechanism,
        "consent_confirmed": answer.confirmed,
        "consent_evidence": answer.evidence,
        "consent_verified": answer.verified,
        "consent_notice": answer.notice,
        "consent_names_recipient": recipient in answer.recipients,
        "consent_granted_at": None if answer.refused_at else answer.since,
        "consent_refused_at": answer.refused_at,
        "consent_expires_at": answer.expires_at,
    }


def _standing(answer: Answer, purpose: Purpose, recipient: str, shared: Sheet) -> Answer:
    """What stands towards this recipient: the refusal, where the consent that lifted it counts for nothing."""
    if answer.lifted is None or _counts(answer, purpose, recipient, shared):
        return answer
    return answer.lifted


def _sale_optout(state: ConsentState, recipient: str, shared: Sheet) -> bool:
    """A signal stands until the person knowingly agrees to disclosure to this recipient (11 CCR 7025(c)(1))."""
    answer = _standing(state.disclosure, Purpose.DISCLOSURE, recipient, shared)
    if answer.standing in AGAINST:
        return True
    if state.signal_at is None:
        return False
    proven = answer.mechanism in PROVEN and answer.evidence and answer.notice is NoticeCitation.KNOWN
    knowing = answer.standing is Standing.GRANTED and proven
    since = answer.since is not None and answer.since > state.signal_at
    return not (knowing and since and _counts(answer, Purpose.DISCLOSURE, recipient, shared))


def _counts(consent: Answer, purpose: Purpose, recipient: str, shared: Sheet) -> bool:
    """Whether a consent is one for this recipient and source: what is none lifts no refusal there.

    An independent recipient wants to be named; a seller's word wants to be checked.
    """
    independent = purpose is Purpose.DISCLOSURE or shared["recipient_role"] is RecipientRole.CONTROLLER
    bought = shared["source_kind"] is SourceKind.PURCHASED_LIST
    return (not independent or recipient in consent.recipients) and (not bought or consent.verified)


def questions(purposes: Iterable[Purpose]) -> tuple[tuple[Purpose, Channel], ...]:
    """Return every question to decide for a destination that serves these purposes."""
    return tuple((purpose, channel) for purpose in purposes for channel in CHANNELS_OF[purpose])

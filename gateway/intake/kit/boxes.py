"""Consent boxes: what a tick in a form claims. It never grants by itself; the policy decides what a claim is worth.

A box that the form's settings describe claims `granted`, by the mechanism `web_form_checkbox`; a field that only
sounds like one (`newsletter`) claims `requested`, because nobody has said what text stood beside it (GDPR Art.
4(11), 7(1)). An empty box claims nothing; an outspoken no claims `refused`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.terms import ConsentStatus, Mechanism
from gateway.intake.kit.challenge import NoticeRef
from gateway.intake.kit.names import key, synonyms
from gateway.intake.kit.settings import ConsentBox
from gateway.lead import ConsentClaim, Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What stood beside the boxes, as far as is known: the signed notice, the one the form names, the source's."""

    signed: NoticeRef | None
    named: str | None
    named_version: int | None
    source: str | None


def status_of(values: Sequence[str], ticks: Sequence[str] = ()) -> ConsentStatus | None:
    """Read a box; None when it claims nothing.

    The last value counts, as forms put a hidden `0` before the box's `1`. A value that is neither one of the
    usual words nor among the box's own `ticks` is a tick whose meaning is in doubt, and a doubt only requests.
    """
    last = values[-1].strip() if values else ""
    word, table = key(last), synonyms()
    if not last or (word in table.empty and last not in ticks):
        return None
    if last in ticks:
        return ConsentStatus.GRANTED
    if word in table.refused:
        return ConsentStatus.REFUSED
    return ConsentStatus.GRANTED if word in table.ticked else ConsentStatus.REQUESTED


def box_claims(
    box: ConsentBox, values: Sequence[str], shown: Shown, *, at: datetime, evidence: Evidence
) -> tuple[ConsentClaim, ...]:
    """The claims of a box that the form's settings describe, one per channel."""
    status = status_of(values, box.values)
    if status is None:
        return ()
    notice_id, version = shown_notice(box.notice_id, shown)
    return tuple(
        ConsentClaim(
            purpose=box.purpose.value,
            channel=channel.value,
            status=status.value,
            mechanism=Mechanism.WEB_FORM_CHECKBOX.value,
            occurred_at=at,
            notice_id=notice_id,
            notice_version=version,
            recipients=box.recipients if status is not ConsentStatus.REFUSED else (),
            evidence=evidence,
        )
        for channel in box.channels
    )


def guessed_claim(
    target: str, values: Sequence[str], shown: Shown, *, at: datetime, evidence: Evidence
) -> ConsentClaim | None:
    """The claim of a field that only its name tells, `consent.marketing.email` say: requested at most."""
    status = status_of(values)
    if status is None:
        return None
    _, purpose, channel = target.split(".")
    notice_id, version = shown_notice(None, shown)
    return ConsentClaim(
        purpose=purpose,
        channel=channel,
        status=(status if status is ConsentStatus.REFUSED else ConsentStatus.REQUESTED).value,
        mechanism=Mechanism.WEB_FORM_CHECKBOX.value,
        occurred_at=at,
        notice_id=notice_id,
        notice_version=version,
        evidence=evidence,
    )


def by_field(boxes: Sequence[ConsentBox]) -> Mapping[str, tuple[ConsentBox, ...]]:
    """Group boxes by their field: one tick may stand for several purposes."""
    grouped: dict[str, tuple[ConsentBox, ...]] = {}
    for box in boxes:
        grouped[box.field] = (*grouped.get(box.field, ()), box)
    return grouped


def shown_notice(box_notice: str | None, shown: Shown) -> tuple[str | None, int | None]:
    """Name the notice and the version said to be shown, of a box or the whole form; the server confirms or clears it.

    The signed version comes before the one that the form names, because a form's hidden field proves nothing.
    """
    notice = box_notice or (shown.signed and shown.signed.id) or shown.named or shown.source
    if notice is None:
        return None, None
    if shown.signed is not None and shown.signed.id == notice:
        return notice, shown.signed.version
    return notice, shown.named_version if shown.named in {notice, None} else None

"""The way in for browsers: a form as it is, urlencoded, multipart or JSON, under the field names it has.

Nothing that holds a value is lost: what no place of a submission takes becomes an attribute under its own name.
Only the name in `Name <address>` gives way where the form asked for the name itself.
The honeypot, the consent boxes and the notice are the settings' to name; the challenge's field is `altcha`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from gateway.errors import TooLarge
from gateway.intake import API_VERSION, Reading, RequestContext
from gateway.intake.kit.bodies import Pair, read_pairs
from gateway.intake.kit.boxes import Shown, box_claims, by_field, guessed_claim, shown_notice
from gateway.intake.kit.challenge import FIELD, ChallengeFailed, Proof, verify_challenge
from gateway.intake.kit.content import content_of
from gateway.intake.kit.fields import Placed, place
from gateway.intake.kit.mailbox import mailbox_in
from gateway.intake.kit.names import synonyms
from gateway.intake.kit.settings import SourceSettings, redirect_target
from gateway.intake.kit.spam import (
    Aside,
    Signal,
    content_signals,
    origin_signals,
    quarantine_reasons,
    timing_signals,
)
from gateway.intake.kit.targets import LIMITS, NOTICE, URL
from gateway.lead import (
    Campaign,
    Circumstances,
    Company,
    ConsentClaim,
    Evidence,
    Inquiry,
    Person,
    Personal,
    Signals,
    Submission,
)

REDIRECT: Final = "_redirect"
"""The field in which a form asks where to go next; only a listed place is."""
_SPENT: Final = frozenset({FIELD, REDIRECT})
_UNPROVED: Final = "unproved"
_CLICKS: Final = "campaign.click_ids."
_NAMES: Final = frozenset({"given_name", "family_name", "full_name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """What the challenge came to: the proof, or the signal that speaks against it, or neither without script."""

    proof: Proof | None = None
    signals: tuple[Signal, ...] = ()


class Plugin:
    """Reads one form post as one submission."""

    api_version: ClassVar[int] = API_VERSION
    kind: ClassVar[str] = "form"

    def __init__(self) -> None:
        self._table = synonyms()  # read here, so that a broken file stops the start and no request waits for it

    def read(self, body: bytes, content_type: str, source: SourceSettings, context: RequestContext) -> Reading:
        """See `gateway.intake.WayIn.read`."""
        if len(body) > source.max_body:
            raise TooLarge(f"At most {source.max_body} bytes are taken here.")
        pairs = read_pairs(body, content_type, max_fields=source.max_fields)
        checked = _check_challenge(_first(pairs, FIELD), source, context)
        said = tuple(pair for pair in pairs if pair.name not in _SPENT)
        placed = place(said, source, self._table, referer=context.referer)
        signals = tuple(signal.value for signal in _signals(pairs, placed, checked, source, context))
        return Reading(
            entries=(_submission(placed, checked, signals, source, context),),
            signals=signals,
            quarantine=(*_aside(placed), *quarantine_reasons(signals)),
            content=content_of(pairs, source),
            burn=None if checked.proof is None else checked.proof.id,
            redirect=redirect_target(source, _first(pairs, REDIRECT)),
        )


def _first(pairs: tuple[Pair, ...], name: str) -> str | None:
    return next((pair.value for pair in pairs if pair.name == name and pair.value), None)


def _check_challenge(payload: str | None, source: SourceSettings, context: RequestContext) -> _Checked:
    """Without script there is no payload, and the post is taken all the same."""
    if payload is None or context.challenge_key is None:
        return _Checked()
    try:
        proof = verify_challenge(payload, key=context.challenge_key, form=source.key, now=context.received_at)
    except ChallengeFailed as failure:
        return _Checked(signals=(Signal(failure.signal),))
    return _Checked(proof=proof, signals=timing_signals(proof.served_at, context.received_at, source))


def _signals(
    pairs: tuple[Pair, ...],
    placed: Placed,
    checked: _Checked,
    source: SourceSettings,
    context: RequestContext,
) -> tuple[Signal, ...]:
    names = (
        value
        for target in ("given_name", "family_name", "full_name")
        if (value := placed.values.get(f"person.{target}"))
    )
    trapped = (Signal.HONEYPOT_FILLED,) if _first(pairs, source.honeypot) else ()
    return (
        *trapped,
        *checked.signals,
        *content_signals(names, placed.values.get("inquiry.message", ""), source),
        *origin_signals(context.origin, context.referer, source),
    )


def _aside(placed: Placed) -> tuple[str, ...]:
    reachable = {"person.email", "person.phone"} & placed.values.keys()
    return () if reachable else (Aside.NO_CONTACT_POINT.value,)


def _submission(
    placed: Placed,
    checked: _Checked,
    signals: tuple[str, ...],
    source: SourceSettings,
    context: RequestContext,
) -> Submission:
    said = placed.values
    return Submission(
        source=source.key,
        external_id=said.get("external_id"),
        person=_person(said),
        company=Company(**_part(said, "company.")),
        inquiry=Inquiry(
            kind=said.get("inquiry.kind"),
            message=Personal.of(said.get("inquiry.message")),
            submitted_at=context.received_at,
            page_url=Personal.of(said.get("inquiry.page_url")),
        ),
        campaign=_campaign(said),
        attributes=_attributes(placed),
        consent=_claims(placed, checked, source, context),
        signals=Signals(gpc=context.gpc, spam=signals, proof=_UNPROVED if checked.proof is None else "proved"),
        circumstances=_circumstances(placed, checked, source, context),
    )


def _part(said: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {
        target.removeprefix(prefix): said[target] for target in LIMITS if target.startswith(prefix) and target in said
    }


def _person(said: Mapping[str, str]) -> Person:
    plain = {"country", "region", "locale"}
    parts = _part(said, "person.")
    if (written := parts.get("email")) is not None:
        mailbox = mailbox_in(written)
        parts["email"] = mailbox.address
        if mailbox.name is not None and not _NAMES & parts.keys():
            parts["full_name"] = mailbox.name
    return Person(
        **{name: value for name, value in parts.items() if name in plain},  # type: ignore[arg-type]  # LIMITS names fields
        **{name: Personal(value) for name, value in parts.items() if name not in plain},  # type: ignore[arg-type]  # as above
    )


def _campaign(said: Mapping[str, str]) -> Campaign:
    clicks = {
        target.removeprefix(_CLICKS): Personal(value) for target, value in said.items() if target.startswith(_CLICKS)
    }
    return Campaign(**_part(said, "campaign."), click_ids=clicks)


def _attributes(placed: Placed) -> dict[str, Any]:
    """Everything without a place of its own; the named notice too, when no box makes it evidence."""
    kept = dict(placed.rest)
    for target in ("notice.id", "notice.version", "evidence.certificate_url"):
        if target in placed.values:
            kept.setdefault(placed.names[target], placed.values[target])
    return kept


def _claims(
    placed: Placed, checked: _Checked, source: SourceSettings, context: RequestContext
) -> tuple[ConsentClaim, ...]:
    evidence, shown = _evidence(placed, checked, context), _shown(placed, checked, source)
    described = [
        claim
        for name, boxes in by_field(source.consent).items()
        if name in placed.boxes
        for box in boxes
        for claim in box_claims(box, placed.boxes[name], shown, at=context.received_at, evidence=evidence)
    ]
    known = {(claim.purpose, claim.channel) for claim in described}
    guessed = (
        guessed_claim(target, values, shown, at=context.received_at, evidence=evidence)
        for target, values in placed.guessed.values()
    )
    told = (claim for claim in guessed if claim is not None and (claim.purpose, claim.channel) not in known)
    return (*described, *told)


def _evidence(placed: Placed, checked: _Checked, context: RequestContext) -> Evidence:
    said = placed.values
    return Evidence(
        form_url=Personal.of(said.get("inquiry.page_url")),
        ip=Personal.of(context.ip),
        user_agent=Personal.of((context.user_agent or "")[:URL] or None),
        certificate_url=Personal.of(said.get("evidence.certificate_url")),
        served_at=None if checked.proof is None else checked.proof.served_at,
    )


def _shown(placed: Placed, checked: _Checked, source: SourceSettings) -> Shown:
    version, named = placed.values.get("notice.version"), placed.values.get("notice.id")
    return Shown(
        signed=None if checked.proof is None else checked.proof.notice,
        named=named if named is not None and re.fullmatch(NOTICE, named) else None,  # anybody may write anything there
        named_version=None if version is None else int(version),
        source=source.notice_id,
    )


def _circumstances(placed: Placed, checked: _Checked, source: SourceSettings, context: RequestContext) -> Circumstances:
    notice_id, version = shown_notice(None, _shown(placed, checked, source))
    return Circumstances(
        evidence=_evidence(placed, checked, context),
        origin=Personal.of((context.origin or "")[:URL] or None),
        notice_id=notice_id,
        notice_version=version,
    )

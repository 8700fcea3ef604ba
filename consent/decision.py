"""What a decision says, and how it is told to people and stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent.rules import RuleResult
from consent.terms import Basis, Channel, Confidence, Outcome, Purpose
from consent.times import format_time

RESOLVE: Final = "POST /v1/leads/{id}/holds/%s:resolve"
"""The call that ends a hold for a reason with evidence: the facts that the hold asks for, and how they are known."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """What ends a HOLD: the HTTP call or command, and the facts it has to supply.

    Where a call of `:resolve` needs no fact, a note is enough: what was not known is looked up again.
    """

    call: str
    needs: tuple[str, ...]

    def to_mapping(self) -> dict[str, object]:
        """Return the way out as plain JSON values."""
        return {"call": self.call, "needs": list(self.needs)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer to one question: may this recipient have this lead for this purpose and channel, now?

    Attributes:
        purpose: as asked.
        channel: as asked.
        outcome: ALLOW, HOLD or DENY.
        reason: a code: `allowed`, a veto's reason, or a hold's.
        says: the reason in plain words.
        rule: the decisive rule's id; `None` when no rule spoke.
        pack: the pack that rule stands in.
        pack_fingerprint: SHA-256 (hex) of that pack's content.
        policy_fingerprint: SHA-256 (hex) over all packs and acceptances.
        region: the region whose law decided.
        citations: the decisive rule's citation; empty when no rule spoke.
        confidence: how sure that citation is.
        basis: the lawful basis of an ALLOW.
        obligations: what the recipient of an ALLOW has to do.
        until: when an ALLOW lapses; `None` is not before its facts change.
        due: by when a HOLD has to end, where the law sets a time.
        way_out: what ends a HOLD; set exactly when the outcome is HOLD.
        other_ways: what ends it as well: the law often knows several grounds.
        evaluated: every rule that was asked, with its result.
        decided_at: the time it was asked for.
    """

    purpose: Purpose
    channel: Channel
    outcome: Outcome
    reason: str
    says: str
    rule: str | None
    pack: str | None
    pack_fingerprint: str | None
    policy_fingerprint: str
    region: str | None
    citations: tuple[str, ...]
    confidence: Confidence | None
    basis: Basis | None
    obligations: tuple[str, ...]
    until: datetime | None
    due: datetime | None
    way_out: WayOut | None
    evaluated: tuple[RuleResult, ...]
    decided_at: datetime
    other_ways: tuple[WayOut, ...] = ()

    @property
    def ways(self) -> tuple[WayOut, ...]:
        """Everything that ends a HOLD, the usual way first; empty for other outcomes."""
        return (*((self.way_out,) if self.way_out is not None else ()), *self.other_ways)

    def resolved_by(self, reason: str) -> tuple[WayOut, ...]:
        """Return the ways out that are evidence given under this reason."""
        return tuple(way for way in self.ways if way.call == RESOLVE % reason)

    def waits_for(self, reason: str) -> bool:
        """Whether this HOLD has the reason, or one of its ways out is evidence given under it."""
        return self.outcome is Outcome.HOLD and (self.reason == reason or bool(self.resolved_by(reason)))

    def to_mapping(self) -> dict[str, object]:
        """Return the decision as plain JSON values, for the audit entry and the API; nothing in it is personal."""
        return {
            "purpose": self.purpose,
            "channel": self.channel,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "says": self.says,
            "rule": self.rule,
            "pack": self.pack,
            "pack_fingerprint": self.pack_fingerprint,
            "policy_fingerprint": self.policy_fingerprint,
            "region": self.region,
            "citations": list(self.citations),
            "confidence": self.confidence,
            "basis": self.basis,
            "obligations": list(self.obligations),
            "until": _time(self.until),
            "due": _time(self.due),
            "way_out": None if self.way_out is None else self.way_out.to_mapping(),
            "other_ways": [way.to_mapping() for way in self.other_ways],
            "evaluated": [
                {"rule": result.rule, "kind": result.kind.value, "result": result.truth.name.lower()}
                for result in self.evaluated
            ],
            "decided_at": _time(self.decided_at),
        }


def explain(decision: Decision) -> list[str]:
    """Say in plain words what was decided, why, on which ground, and what to do next; one sentence a line."""
    verb = {Outcome.ALLOW: "is allowed", Outcome.HOLD: "waits", Outcome.DENY: "is denied"}[decision.outcome]
    lines = [f"{_subject(decision)} {verb}: {decision.says}."]
    if decision.citations:
        ground = f"Ground: {'; '.join(decision.citations)}"
        lines.append(f"{ground} (rule {decision.rule}, {_CONFIDENCE[decision.confidence or Confidence.C]}).")
    if decision.obligations:
        lines.append(f"The recipient must: {', '.join(_words(item) for item in decision.obligations)}.")
    if decision.until is not None:
        lines.append(f"This holds until {format_time(decision.until)}.")
    for number, way in enumerate(decision.ways):
        needs = ", ".join(way.needs)
        lines.append(f"{'Or' if number else 'To end this'}: {way.call}" + (f" (it needs {needs})." if needs else "."))
    if decision.due is not None:
        lines.append(f"This is due by {format_time(decision.due)}.")
    return lines


_CONFIDENCE = {
    Confidence.A: "read in the statute or from the regulator",
    Confidence.B: "from a secondary source",
    Confidence.C: "to be checked by a person",
}

_CHANNEL_WORDS = {
    Channel.EMAIL: " by e-mail",
    Channel.SMS: " by text message",
    Channel.CALL: " by telephone",
    Channel.POST: " by letter",
}

_PURPOSE_WORDS = {
    Purpose.INQUIRY_RESPONSE: "Answering the inquiry",
    Purpose.MARKETING: "Advertising",
    Purpose.ENRICHMENT: "Enrichment",
    Purpose.ANALYTICS: "Analysis",
    Purpose.DISCLOSURE: "Passing the person on",
}


def _subject(decision: Decision) -> str:
    return _PURPOSE_WORDS[decision.purpose] + _CHANNEL_WORDS.get(decision.channel, "")


def _words(code: str) -> str:
    return code.replace("optout", "opt-out").replace("_", " ")


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else format_time(moment)

"""Rules and packs: what the YAML files of the policy become once they are read and compiled."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from consent.conditions import Condition
from consent.durations import Duration, add_duration
from consent.facts import NAMES, View
from consent.logic import Truth
from consent.operators import Evaluate
from consent.terms import Basis, Channel, Confidence, Purpose


class RuleKind(StrEnum):
    """What a rule does when its condition is true; unknown always holds, or leaves a permit unused.

    A veto denies, a duty holds until something is done, a permit allows.
    """

    VETO = "veto"
    DUTY = "duty"
    PERMIT = "permit"


class Follows(StrEnum):
    """Whose place brings a rule into play: the person's, or (data protection, GDPR Art. 3) also the controller's."""

    LEAD = "lead"
    CONTROLLER = "controller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time read from a fact, `plus` some duration after it."""

    field: str
    plus: Duration

    def of(self, view: View) -> datetime | None:
        """Return the moment, or `None` when the fact is unknown."""
        found = view[NAMES[self.field]]
        return add_duration(found, self.plus) if isinstance(found, datetime) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """How a HOLD ends.

    Attributes:
        reason: a code, unique enough to filter by (`/v1/leads?reason=`).
        says: the reason in plain words.
        call: the HTTP call or the command that ends it.
        needs: the facts that this call has to supply.
        due: when it has to have happened, where the law sets a time.
    """

    reason: str
    says: str
    call: str
    needs: tuple[str, ...]
    due: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTest:
    """One of a rule's own tests: these facts at this time make its condition this true."""

    given: View = field(repr=False)
    now: datetime
    expect: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What one rule's condition said in one decision; `fingerprint` is the rule's own."""

    rule: str
    kind: RuleKind
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a pack.

    Attributes:
        id: unique over all packs.
        kind: veto, duty or permit.
        purposes: where it applies; never empty.
        channels: where it applies; never empty.
        follows: whose place brings it into play.
        citation: the statute, decision or house rule it rests on.
        confidence: how sure that citation is.
        basis: the lawful basis a permit gives.
        effective_from: first moment it applies, inclusive; `None` is always.
        effective_to: first moment it no longer applies; `None` is never.
        condition: what it asks.
        evaluate: the condition, compiled.
        could: the same, with every fact that the hold's way out supplies left open: false is false for good.
        reason: the code of a veto's DENY.
        says: what it decides when true, in plain words.
        hold: how a HOLD it causes ends.
        obligations: what the recipient of an ALLOW has to do.
        until: when an ALLOW lapses: the earliest of the known moments.
        tests: its own tests, run when the pack is loaded.
        fingerprint: SHA-256 (hex) over its canonical content; an acceptance names it.
        by_country: whether the condition reads the lead's country, so that candidates may differ.
        results: its three possible `RuleResult`s, by truth.
    """

    id: str
    kind: RuleKind
    purposes: tuple[Purpose, ...]
    channels: tuple[Channel, ...]
    follows: tuple[Follows, ...]
    citation: str
    confidence: Confidence
    basis: Basis | None
    effective_from: datetime | None
    effective_to: datetime | None
    condition: Condition
    evaluate: Evaluate = field(repr=False, compare=False)
    could: Evaluate = field(repr=False, compare=False)
    reason: str
    says: str
    hold: Hold
    obligations: tuple[str, ...]
    until: tuple[Moment, ...]
    tests: tuple[RuleTest, ...] = field(repr=False)
    fingerprint: str
    by_country: bool
    results: dict[Truth, RuleResult] = field(repr=False, compare=False)

    def in_force(self, now: datetime) -> bool:
        """Whether the rule applies at this time."""
        if self.effective_from is not None and now < self.effective_from:
            return False
        return self.effective_to is None or now < self.effective_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A law pack: rules for some jurisdictions, on top of another pack's.

    Attributes:
        id: the name by which it is accepted.
        title: for people.
        version: of its content, semantic.
        extends: the pack whose vetoes and duties also apply, and whose permits apply where this one has none.
        jurisdictions: ISO 3166 codes; empty for the base and the fallback.
        reviewed_on: when a person last compared it with the law, ISO date.
        rules: in the order of the file.
        fingerprint: SHA-256 (hex) over its canonical content, comments and layout aside.
    """

    id: str
    title: str
    version: str
    extends: str | None
    jurisdictions: tuple[str, ...]
    reviewed_on: str
    rules: tuple[Rule, ...]
    fingerprint: str


BASE: Final = "base"
"""The pack that every other one extends: what holds everywhere."""

FALLBACK: Final = "fallback"
"""The pack for countries that no other pack names."""


def fingerprint_of(content: object) -> str:
    """Return SHA-256 (hex) over canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()

"""The decision: facts, policy and time in; ALLOW, HOLD or DENY out, with the rule that decided.

DENY beats HOLD beats ALLOW. In each candidate jurisdiction: a veto that is true denies; a veto or duty that is
unknown, or a duty that is true, holds; else the first accepted permit that is true allows; else it holds. Over several
candidates the strictest wins. Where the person is unknown every region is asked, and what only some region denies is
held. No rule about a question means HOLD.

Where no permit is true, a HOLD names the permits that its own way out could still make true: a ground that the lead
or the recipient rules out for good is no way out.
"""

from datetime import datetime
from operator import itemgetter
from typing import Final, NamedTuple

from consent.decision import RESOLVE, Decision, WayOut
from consent.errors import FactsError
from consent.facts import NAMES, Facts, View, view
from consent.jurisdiction import UNRESOLVED
from consent.logic import FALSE, TRUE, Truth
from consent.policy import Plan, Policy
from consent.rules import BASE, Moment, Pack, Rule, RuleKind, RuleResult
from consent.sheet import Sheet
from consent.terms import Channel, Outcome, Purpose

NOT_ACCEPTED: Final = "policy_not_accepted"
"""The reason of a HOLD that would be an ALLOW, had the deployer accepted the rule."""

JURISDICTION_UNKNOWN: Final = "jurisdiction_unknown"
"""The reason of a HOLD that only some laws ask for, of a person who could be anywhere."""


_question = itemgetter(*(NAMES[name] for name in ("purpose", "channel", "jurisdictions", "controller_country")))


class _Verdict(NamedTuple):
    """What one candidate says, before it is written out."""

    outcome: Outcome
    region: str
    rule: Rule | None
    reason: str
    permits: tuple[Rule, ...] = ()
    """The permits that were asked for, none of them true: a way out of the HOLD is to be looked for among them."""
    country: str | None = None


def decide(facts: Facts | Sheet, policy: Policy, now: datetime) -> Decision:
    """Decide one question.

    Args:
        facts: what is known; every unknown fact counts against permission.
        policy: packs and acceptances.
        now: the time to decide for, aware UTC.

    Returns:
        The decision; equal arguments give equal decisions.

    Raises:
        FactsError: the facts name no purpose or no channel, so there is no question.
    """
    seen = facts.view() if isinstance(facts, Sheet) else view(facts, None)
    purpose, channel, places, controller = _question(seen)
    if purpose is None or channel is None:
        raise FactsError("the question names no purpose or no channel; pass both")
    asked = _Asked(seen, policy, now, (purpose, channel), controller)
    verdicts = [
        asked.everywhere() if code == UNRESOLVED else asked.candidate(policy.region(code), code)
        for code in places or (UNRESOLVED,)
    ]
    return _write(asked.grounded(max(verdicts, key=_strictness)), asked)


class _Asked:
    """One question under evaluation: remembers what each rule said, so that none is asked twice."""

    def __init__(
        self, seen: View, policy: Policy, now: datetime, use: tuple[Purpose, Channel], controller: str | None
    ) -> None:
        self.seen = seen
        self.policy = policy
        self.now = now
        self.use = use
        self.controller = controller
        self._views: dict[str | None, View] = {None: seen}
        self._said: dict[tuple[str, str | None] | str, Truth] = {}
        self.results: list[RuleResult] = []

    def everywhere(self) -> _Verdict:
        """Ask every region for a person who could be anywhere; the fallback speaks first."""
        verdicts = [self.candidate(region, None) for region in self.policy.regions]
        strictest = max(verdicts, key=_strictness)
        if strictest.outcome is verdicts[0].outcome or self._is_base(strictest.rule):
            return strictest
        return _Verdict(Outcome.HOLD, strictest.region, strictest.rule, JURISDICTION_UNKNOWN)

    def _is_base(self, rule: Rule | None) -> bool:
        return rule is not None and self.policy.pack_of[rule.id].id == BASE

    def candidate(self, region: str, country: str | None) -> _Verdict:
        """Ask one region's plan."""
        plan = self.policy.plan(region, self.controller, *self.use).at(self.now)
        seen, held = self._view(country), None
        for rule in plan.restrictions:
            said = self._ask(rule, country, seen)
            if said is FALSE:
                continue
            if said is TRUE and rule.kind is RuleKind.VETO:
                return _Verdict(Outcome.DENY, region, rule, rule.reason)
            held = held or _Verdict(Outcome.HOLD, region, rule, rule.hold.reason)
        return held or self._permit(plan, region, country, seen)

    def _permit(self, plan: Plan, region: str, country: str | None, seen: View) -> _Verdict:
        waiting: Rule | None = None
        for rule in plan.permits:
            if self._ask(rule, country, seen) is not TRUE:
                continue
            if rule.fingerprint in self.policy.accepted:
                return _Verdict(Outcome.ALLOW, region, rule, "allowed")
            waiting = waiting or rule
        if waiting is not None:
            return _Verdict(Outcome.HOLD, region, waiting, NOT_ACCEPTED)
        if not plan.permits:
            return _Verdict(Outcome.HOLD, region, None, "no_rule")
        return _Verdict(Outcome.HOLD, region, plan.permits[0], plan.permits[0].hold.reason, plan.permits, country)

    def grounded(self, verdict: _Verdict) -> _Verdict:
        """Rest a HOLD for want of a permit on those that could still become true; on the first one, if none could."""
        if not verdict.permits:
            return verdict
        seen = self._view(verdict.country)
        able = tuple(rule for rule in verdict.permits if rule.could(seen, self.now) is not FALSE)
        permits = able or verdict.permits[:1]
        return verdict._replace(rule=permits[0], reason=permits[0].hold.reason, permits=permits)

    def _ask(self, rule: Rule, country: str | None, seen: View) -> Truth:
        key = (rule.id, country) if rule.by_country else rule.id
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = rule.evaluate(seen, self.now)
            self.results.append(rule.results[said])
        return said

    def _view(self, country: str | None) -> View:
        seen = self._views.get(country)
        if seen is None:
            seen = self._views[country] = (*self.seen[:-1], country)
        return seen


def _strictness(verdict: _Verdict) -> int:
    return verdict.outcome.strictness


def _write(verdict: _Verdict, asked: _Asked) -> Decision:
    rule, policy, allowed = verdict.rule, asked.policy, verdict.outcome is Outcome.ALLOW
    pack = policy.pack_of[rule.id] if rule is not None else None
    seen = asked.seen
    says, way_out = _words(verdict, pack)
    timed = rule is not None and verdict.reason == rule.hold.reason and rule.hold.due is not None
    return Decision(
        purpose=asked.use[0],
        channel=asked.use[1],
        outcome=verdict.outcome,
        reason=verdict.reason,
        says=says,
        rule=rule.id if rule is not None else None,
        pack=pack.id if pack is not None else None,
        pack_fingerprint=pack.fingerprint if pack is not None else None,
        policy_fingerprint=policy.fingerprint,
        region=verdict.region or None,
        citations=(rule.citation,) if rule is not None else (),
        confidence=rule.confidence if rule is not None else None,
        basis=rule.basis if rule is not None and allowed else None,
        obligations=rule.obligations if rule is not None and allowed else (),
        until=_earliest(rule.until, seen) if rule is not None and allowed else None,
        due=rule.hold.due.of(seen) if timed and rule is not None and rule.hold.due is not None else None,
        way_out=way_out if verdict.outcome is Outcome.HOLD else None,
        evaluated=tuple(asked.results),
        decided_at=asked.now,
        other_ways=tuple(dict.fromkeys(WayOut(each.hold.call, each.hold.needs) for each in verdict.permits[1:])),
    )


def _words(verdict: _Verdict, pack: Pack | None) -> tuple[str, WayOut]:
    """Say the reason in plain words, and what ends it if it is a HOLD."""
    rule = verdict.rule
    if rule is None or pack is None:
        says = "no installed pack has a rule for this use here, so no destination can be served for it"
        return says, WayOut("leadgate destinations add NAME --purpose PURPOSE", ())
    if verdict.reason == JURISDICTION_UNKNOWN:
        says = f"nobody knows which country's law applies, and not every law allows this: {rule.hold.says}"
        return says, WayOut(RESOLVE % verdict.reason, ("jurisdictions",))
    if verdict.reason == NOT_ACCEPTED:
        says = f"{rule.says}, but nobody has accepted this rule yet"
        return says, WayOut(f"leadgate policy accept {pack.id}:{rule.id} --as NAME", ())
    if verdict.outcome is Outcome.HOLD:
        return rule.hold.says, WayOut(rule.hold.call, rule.hold.needs)
    return rule.says, WayOut("", ())


def _earliest(moments: tuple[Moment, ...], seen: View) -> datetime | None:
    known = [moment for moment in (each.of(seen) for each in moments) if moment is not None]
    return min(known, default=None)

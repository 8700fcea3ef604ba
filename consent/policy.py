"""A policy: the packs that are installed, and which of their permits the deployer has accepted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from consent.errors import UnknownRuleError
from consent.jurisdiction import country_of
from consent.lint import lint_together
from consent.rules import BASE, FALLBACK, Follows, Pack, Rule, RuleKind, fingerprint_of
from consent.terms import Channel, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """One permit that somebody at the deployer has read and accepted; an audited act.

    It names the rule's fingerprint: when an update changes the rule, the rule waits to be accepted again, and the
    others go on.
    """

    pack: str
    rule: str
    fingerprint: str
    by: str
    at: datetime


def accept(packs: Iterable[Pack], selector: str, *, by: str, at: datetime) -> tuple[Acceptance, ...]:
    """Return the acceptances for `PACK`, `PACK:RULE` or `all`, one per permit.

    Vetoes and duties need none: they always work.

    Raises:
        UnknownRuleError: the selector matches no permit.
    """
    wanted_pack, _, wanted_rule = selector.partition(":")
    found = tuple(
        Acceptance(pack=pack.id, rule=rule.id, fingerprint=rule.fingerprint, by=by, at=at)
        for pack in packs
        for rule in pack.rules
        if rule.kind is RuleKind.PERMIT
        and (selector == "all" or (pack.id == wanted_pack and wanted_rule in {"", rule.id}))
    )
    if not found:
        raise UnknownRuleError(f"no permit matches {selector}; name PACK, PACK:RULE or all")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked in one region about one purpose and channel: restrictions first, then permits, in file order."""

    restrictions: tuple[Rule, ...]
    permits: tuple[Rule, ...]
    dated: tuple[Rule, ...] = ()
    """Those among them that begin or end to apply at some time; of a plan at one time there are none."""

    def at(self, now: datetime) -> "Plan":
        """Return what is asked at this time: without the rules that are not in force."""
        sleeping = {rule.id for rule in self.dated if not rule.in_force(now)} if self.dated else None
        if not sleeping:
            return self
        return Plan(
            restrictions=tuple(rule for rule in self.restrictions if rule.id not in sleeping),
            permits=tuple(rule for rule in self.permits if rule.id not in sleeping),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Packs and acceptances, indexed by region, purpose and channel.

    A region is a pack's name. A country belongs to the pack that names its state, else the pack that names it, else the
    fallback. Vetoes and duties add up along `extends`; permits come from the most specific pack that has any for the
    purpose and channel, so that a stricter national rule replaces a laxer general one.

    Raises:
        PackLintError: the packs do not fit together.
    """

    packs: tuple[Pack, ...]
    acceptances: tuple[Acceptance, ...] = ()
    accepted: frozenset[str] = field(init=False)
    fingerprint: str = field(init=False)
    regions: tuple[str, ...] = field(init=False)
    pack_of: dict[str, Pack] = field(init=False, repr=False, compare=False)
    _region_of: dict[str, str] = field(init=False, repr=False, compare=False)
    _plans: dict[tuple[str, str | None, Purpose, Channel], Plan] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lint_together(self.packs)
        rules = {rule.id: pack for pack in self.packs for rule in pack.rules}
        accepted = frozenset(given.fingerprint for given in self.acceptances)
        others = tuple(pack.id for pack in self.packs if pack.id not in {BASE, FALLBACK})
        self._set("accepted", accepted)
        self._set("fingerprint", fingerprint_of([sorted(p.fingerprint for p in self.packs), sorted(accepted)]))
        self._set("regions", (FALLBACK, *others))
        self._set("pack_of", rules)
        self._set("_region_of", {code: pack.id for pack in self.packs for code in pack.jurisdictions})
        self._set("_plans", {})

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def region(self, code: str) -> str:
        """Return the region of an ISO 3166 code."""
        found = self._region_of.get(code) or self._region_of.get(country_of(code))
        return found or FALLBACK

    def plan(self, region: str, controller_country: str | None, purpose: Purpose, channel: Channel) -> Plan:
        """Return what is asked; computed once per region, controller's region, purpose and channel.

        An unknown controller could be anywhere, so the duties of every region that follow a controller apply.
        """
        controller = self.region(controller_country) if controller_country is not None else None
        key = (region, controller, purpose, channel)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._make(key)
        return plan

    def _make(self, key: tuple[str, str | None, Purpose, Channel]) -> Plan:
        region, controller, purpose, channel = key
        chain = self._chain(region)
        restrictions = {rule.id: rule for pack in chain for rule in _restrictions(pack, purpose, channel)}
        for name in self.regions if controller is None else (controller,):
            for pack in self._chain(name):
                for rule in _restrictions(pack, purpose, channel):
                    if Follows.CONTROLLER in rule.follows:
                        restrictions.setdefault(rule.id, rule)
        permits = next(filter(None, (_permits(pack, purpose, channel) for pack in reversed(chain))), ())
        rules = (*restrictions.values(), *permits)
        dated = tuple(rule for rule in rules if rule.effective_from is not None or rule.effective_to is not None)
        return Plan(restrictions=tuple(restrictions.values()), permits=permits, dated=dated)

    def _chain(self, region: str) -> tuple[Pack, ...]:
        """The packs from the base to the region's own."""
        by_id = {pack.id: pack for pack in self.packs}
        chain = [by_id[region]]
        while (parent := chain[0].extends) is not None:
            chain.insert(0, by_id[parent])
        return tuple(chain)


def _restrictions(pack: Pack, purpose: Purpose, channel: Channel) -> tuple[Rule, ...]:
    return tuple(rule for rule in _about(pack, purpose, channel) if rule.kind is not RuleKind.PERMIT)


def _permits(pack: Pack, purpose: Purpose, channel: Channel) -> tuple[Rule, ...]:
    return tuple(rule for rule in _about(pack, purpose, channel) if rule.kind is RuleKind.PERMIT)


def _about(pack: Pack, purpose: Purpose, channel: Channel) -> tuple[Rule, ...]:
    return tuple(rule for rule in pack.rules if purpose in rule.purposes and channel in rule.channels)

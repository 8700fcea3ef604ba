"""What a pack must promise before it is used: missing information never permits, every rule is cited and tested.

Polarity: a permit uses `known` and `exists` only positively, a veto or duty only under an odd number of `not`. All
other operators answer unknown where a fact is missing, and Kleene's connectives are monotone in information. Together:
taking a fact away can make a permit fall and a veto or duty rise, never the other way round.
"""

from collections import Counter
from collections.abc import Iterable

from consent.conditions import Comparison, Condition
from consent.errors import PackLintError, PackTestError
from consent.facts import NAMES
from consent.logic import FALSE, TRUE, UNKNOWN, Truth
from consent.operators import PRESENCE
from consent.rules import BASE, FALLBACK, Pack, Rule, RuleKind


def lint_pack(pack: Pack) -> None:
    """Check one pack, rule by rule, and run every rule's own tests.

    Raises:
        PackLintError: a rule breaks a promise; names it.
        PackTestError: a rule's test fails; names it.
    """
    _refuse_repeats(pack.id, (rule.id for rule in pack.rules))
    if not pack.jurisdictions and pack.id not in {BASE, FALLBACK}:
        raise PackLintError(f"pack {pack.id}: only {BASE} and {FALLBACK} may name no jurisdiction")
    for rule in pack.rules:
        _lint_shape(pack.id, rule)
        _lint_polarity(pack.id, rule, rule.condition, positive=True)
        _run_tests(pack.id, rule)


def lint_together(packs: Iterable[Pack]) -> None:
    """Check that packs fit together: unique names, one pack per jurisdiction, every parent there, no circle.

    Raises:
        PackLintError: they do not.
    """
    found = tuple(packs)
    _refuse_repeats("set", (pack.id for pack in found))
    _refuse_repeats("set", (rule.id for pack in found for rule in pack.rules))
    _refuse_repeats("set", (code for pack in found for code in pack.jurisdictions))
    parents = {pack.id: pack.extends for pack in found}
    if not {BASE, FALLBACK} <= set(parents) or parents[BASE] is not None:
        raise PackLintError(f"the packs {BASE} (extending none) and {FALLBACK} must be there")
    for pack in found:
        step: str | None = pack.id
        for _ in range(len(found)):
            step = parents.get(step) if step not in {None, BASE} else step
        if step != BASE:
            raise PackLintError(f"pack {pack.id}: following `extends` does not end at {BASE}")


def _refuse_repeats(where: str, names: Iterable[str]) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise PackLintError(f"pack {where}: named twice: {', '.join(sorted(repeated))}")


def _lint_shape(pack: str, rule: Rule) -> None:
    flaws = {
        "a veto needs a reason, other kinds take theirs from hold": (rule.kind is RuleKind.VETO) != bool(rule.reason),
        "a permit names its basis, other kinds have none": (rule.kind is RuleKind.PERMIT) != (rule.basis is not None),
        "only a permit carries obligations or until": rule.kind is not RuleKind.PERMIT
        and bool(rule.obligations or rule.until),
        "effective_to must come after effective_from": rule.effective_from is not None
        and rule.effective_to is not None
        and rule.effective_to <= rule.effective_from,
        "a permit follows the lead only": rule.kind is RuleKind.PERMIT and len(rule.follows) > 1,
    }
    for flaw, present in flaws.items():
        if present:
            raise PackLintError(f"pack {pack}, rule {rule.id}: {flaw}")


def _lint_polarity(pack: str, rule: Rule, condition: Condition, *, positive: bool) -> None:
    if isinstance(condition, Comparison):
        if condition.op in PRESENCE and positive != (rule.kind is RuleKind.PERMIT):
            side = "positively" if rule.kind is RuleKind.PERMIT else "under a `not`"
            raise PackLintError(f"pack {pack}, rule {rule.id}: a {rule.kind} uses {condition.op} only {side}")
        return
    for item in condition.items:
        _lint_polarity(pack, rule, item, positive=positive != (condition.word == "not"))


def _run_tests(pack: str, rule: Rule) -> None:
    seen: set[Truth] = set()
    for number, test in enumerate(rule.tests, start=1):
        got = rule.evaluate(test.given, test.now)
        if got is not test.expect:
            raise PackTestError(
                f"pack {pack}, rule {rule.id}, test {number}: expected {test.expect.name}, got {got.name}"
            )
        seen.add(got)
    nothing_known = (None,) * len(NAMES)
    now = rule.tests[0].now if rule.tests else None
    wanted = {TRUE, FALSE}
    if now is None or rule.evaluate(nothing_known, now) is UNKNOWN:
        wanted.add(UNKNOWN)
    if missing := wanted - seen:
        names = ", ".join(sorted(truth.name.lower() for truth in missing))
        raise PackLintError(f"pack {pack}, rule {rule.id}: no test makes its condition {names}")

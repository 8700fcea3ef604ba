"""The packs written out for people, and what two policies differ in; no command or page calls this yet."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from consent.conditions import Comparison, Condition
from consent.engine import decide
from consent.facts import Facts
from consent.operators import plain_value
from consent.policy import Policy
from consent.rules import Pack, Rule

_OPERATORS = {"eq": "is", "ne": "is not", "in": "is one of", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def document(packs: Iterable[Pack]) -> str:
    """Write packs as Markdown: a section per pack, a table row per rule, with citation, confidence and dates."""
    lines: list[str] = []
    for pack in packs:
        places = ", ".join(pack.jurisdictions) or "see its title"
        lines += [
            f"## {pack.title} (`{pack.id}` {pack.version})",
            "",
            f"For: {places}. Extends: {pack.extends or 'nothing'}. Compared with the law: {pack.reviewed_on}.",
            "",
            "| rule | kind | for | when | citation | conf. |",
            "|---|---|---|---|---|---|",
            *(_row(rule) for rule in pack.rules),
            "",
        ]
    return "\n".join(lines)


def phrase(condition: Condition) -> str:
    """Write a condition as one line of words."""
    if isinstance(condition, Comparison):
        if condition.op in {"known", "exists"}:
            return f"{condition.field} {condition.op}"
        return f"{condition.field} {_OPERATORS.get(condition.op, condition.op)} {plain_value(condition.value)}"
    if condition.word == "not":
        return f"not ({phrase(condition.items[0])})"
    joined = (" and " if condition.word == "all" else " or ").join(phrase(item) for item in condition.items)
    return joined if condition.word == "all" else f"({joined})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changes between two policies: rules that came, went, or read otherwise, by id."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def diff(old: Policy, new: Policy) -> Difference:
    """Compare two policies rule by rule."""
    before = {rule.id: rule.fingerprint for pack in old.packs for rule in pack.rules}
    after = {rule.id: rule.fingerprint for pack in new.packs for rule in pack.rules}
    return Difference(
        added=tuple(sorted(set(after) - set(before))),
        removed=tuple(sorted(set(before) - set(after))),
        changed=tuple(sorted(name for name in set(before) & set(after) if before[name] != after[name])),
    )


def what_if(facts: Iterable[Facts], old: Policy, new: Policy, now: datetime) -> Counter[tuple[str, str, str]]:
    """Decide stored facts under both policies and count what would change.

    Returns:
        How often each (region under the new policy, old outcome, new outcome) occurs; unchanged outcomes are left out.
    """
    found: Counter[tuple[str, str, str]] = Counter()
    for known in facts:
        before, after = decide(known, old, now), decide(known, new, now)
        if before.outcome is not after.outcome:
            found[(after.region or "", before.outcome.value, after.outcome.value)] += 1
    return found


def _row(rule: Rule) -> str:
    uses = f"{', '.join(rule.purposes)}: {', '.join(rule.channels)}"
    dates = "".join(
        f"; {word} {moment.date().isoformat()}"
        for word, moment in (("from", rule.effective_from), ("until", rule.effective_to))
        if moment is not None
    )
    cells = (
        f"`{rule.id}`",
        rule.kind.value,
        uses,
        phrase(rule.condition),
        rule.citation + dates,
        rule.confidence.value,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

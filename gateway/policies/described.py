"""A verification policy as JSON types and as the rows of a table: what it does, whatever file it came from."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from gateway.policies.verification import EmailRule, Limits, VerificationPolicy


def effective(policy: VerificationPolicy) -> dict[str, Any]:
    """The policy in the words of its file, as JSON types; every rule is there, also those that limit nothing."""
    return {
        "email": {_name(verdict): _rule(rule) for verdict, rule in policy.email.items()},
        "phone": {_name(verdict): _limits(limits) for verdict, limits in policy.phone.items()},
        "types": {kind.value: _limits(limits) for kind, limits in sorted(policy.types.items())},
        "risky_when": sorted(code.value for code in policy.weights.risky),
        "accepted_doubts": sorted(code.value for code in policy.weights.accepted),
        "weights": {code.value: points for code, points in sorted(policy.weights.points.items())},
        "usual_forms": [each.name for each in fields(policy.forms) if getattr(policy.forms, each.name)],
        "allow": sorted(policy.allowed),
        "deny": sorted(policy.denied),
    }


def rows(told: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What `effective` gave, a row for each case: what it is about, the case, and what follows."""
    for verdict, rule in told["email"].items():
        yield {"about": "e-mail", "case": verdict, "then": "; ".join(_follows(rule))}
    for about in ("phone", "types"):
        for case, limits in told[about].items():
            name = "phone" if about == "phone" else "phone type"
            yield {"about": name, "case": case, "then": _waits(limits) or "no limit"}
    for about, then in (
        ("risky_when", "taken for a risk"),
        ("accepted_doubts", "a doubt that no longer counts"),
        ("usual_forms", "as good as any other address"),
        ("allow", "on no other list"),
        ("deny", "a doubt"),
    ):
        for case in told[about]:
            yield {"about": about, "case": case, "then": then}
    for code, points in told["weights"].items():
        yield {"about": "weights", "case": code, "then": f"{points} points"}


def _follows(rule: Mapping[str, Any]) -> Iterator[str]:
    minutes = [str(each) for each in rule["retry_after_minutes"]]
    yield f"retry after {', '.join(minutes)} minutes, then hold" if minutes else rule["action"]
    if rule["hold_below"] is not None:
        yield f"hold under a score of {rule['hold_below']}"
    if rule["hold_when_suggested"]:
        yield "hold while there is a suggestion"
    if rule["caps"]:
        yield _waits(rule["caps"])


def _waits(limits: Mapping[str, str]) -> str:
    return ", ".join(f"{channel} {may}" for channel, may in limits.items())


def _rule(rule: EmailRule) -> dict[str, Any]:
    return {
        "action": rule.action.value,
        "caps": _limits(rule.caps),
        "retry_after_minutes": [int(wait.total_seconds() // 60) for wait in rule.retries],
        "hold_below": rule.hold_below,
        "hold_when_suggested": rule.hold_when_suggested,
    }


def _limits(limits: Limits) -> dict[str, str]:
    return {channel.value: may.value for channel, may in limits.items()}


def _name(verdict: object) -> str:
    return "missing" if verdict is None else str(verdict)

"""The desk where the law packs are looked at and accepted."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from consent.packs import shipped_packs
from consent.policy import Acceptance, accept
from consent.rules import RuleKind
from gateway.desk.held import policy_changed
from gateway.desk.office import Actor, Office
from gateway.errors import Invalid
from gateway.storage.engine.unit import Unit
from gateway.storage.people.acceptances import seal_name
from gateway.storage.people.tables import policy_acceptances


class PolicyDesk:
    """A permit works once somebody of the deployer has accepted its rule; vetoes always work."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def accept(self, actor: Actor, selector: str, name: str) -> Sequence[Acceptance]:
        """Accept `PACK`, `PACK:RULE` or `all` in somebody's name; returns what is newly accepted.

        What waits for it is decided again, in leads that are held and in those released already.

        Raises:
            Invalid: no name is given.
            UnknownRuleError: the selector matches no permit.
        """
        if not name.strip():
            raise Invalid("Somebody accepts a rule by name: say who.")
        now = self.office.now()
        wanted = accept(shipped_packs(), selector, by=name, at=now)
        known = await self.office.database.read(_fingerprints)
        fresh = [each for each in wanted if each.fingerprint not in known]
        unit = Unit()
        for each in fresh:
            ident = self.office.ids.ordered("pa")
            row = {"id": ident, "pack": each.pack, "rule": each.rule, "at": now, "fingerprint": each.fingerprint}
            unit.insert(policy_acceptances, {**row, "accepted_by": seal_name(self.office.vault, ident, name)})
        if fresh:
            facts = {"selector": selector, "by": name, "rules": [each.rule for each in fresh], "count": len(fresh)}
            self.office.note(unit, actor, "policy.accepted", facts, at=now)
            await self.office.database.write(policy_changed(unit))
        return fresh

    async def list(self) -> Sequence[Mapping[str, Any]]:
        """Every pack with its rules, and which of its permits are accepted."""
        known = await self.office.database.read(_fingerprints)
        return [
            {
                "pack": pack.id,
                "version": pack.version,
                "fingerprint": pack.fingerprint,
                "rules": [
                    {
                        "id": rule.id,
                        "kind": rule.kind.value,
                        "citation": rule.citation,
                        "confidence": rule.confidence.value,
                        "says": rule.says,
                        "accepted": rule.kind is not RuleKind.PERMIT or rule.fingerprint in known,
                    }
                    for rule in pack.rules
                ],
            }
            for pack in shipped_packs()
        ]


def _fingerprints(connection: Connection) -> frozenset[str]:
    return frozenset(connection.execute(select(policy_acceptances.c.fingerprint)).scalars())

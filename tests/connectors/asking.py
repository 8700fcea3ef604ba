"""Asking one connector several times, at times of one's own: for those that keep something between questions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from connectors.kit import Answer, Query, Reply, Request, ask
from connectors.kit.cases import Case, surroundings
from connectors.kit.fakes import NOW, ScriptedSite


class Asking:
    """Questions to one connector of a case, answered by one vendor.

    Args:
        case: whose connector, with its settings.
        vendor: replies to each call, or raises a CallError.
    """

    def __init__(self, case: Case, vendor: Callable[[Request], Reply]) -> None:
        self._connector = case.connector()
        self._context, _, _ = surroundings(case, Query({}), (vendor,), site=ScriptedSite({}))

    async def __call__(self, after: timedelta = timedelta(0), **facts: str) -> Answer:
        """Asks with facts about the company (`name="Acme"` is `company.name`), some time after the first moment."""
        query = Query({f"company.{name}": value for name, value in facts.items()})
        return await ask(self._connector, query, replace(self._context, now=NOW + after))

"""Finds a company in the register of the United Kingdom by its name, and reads its profile.

No two companies on the register have one name (Companies Act 2006, section 66), but one that is gone may have had it.
So of several the one that is not gone counts; more than one of those, or several that are gone, are no match.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Final

from connectors.errors import CallError
from connectors.kit import (
    Answer,
    CallSpec,
    Context,
    Declared,
    LookupOutcome,
    Manifest,
    Name,
    Query,
    Reply,
    classify,
    json_object,
    manifest_beside,
    read_country,
    read_name,
)

_OK: Final = 200
_HOME: Final = "GB"
_GONE: Final = frozenset({"dissolved", "closed", "converted-closed", "removed"})
_SURE: Final = 0.95
"""How sure a record is whose legal form is the question's too; else it is the manifest's default."""

_PROFILE: Final = CallSpec(host="${setting.host}", path="/company/${number}")

Record = Mapping[str, object]


class Plugin(Declared):
    """One search, and the profile of the one company that has the name."""

    manifest: ClassVar[Manifest] = manifest_beside(__file__)

    async def ask(self, query: Query, context: Context) -> Answer:
        """Finds the one company; raises CallError when no usable reply came."""
        name = read_name(query["company.name"])
        if read_country(query["company.country"]) != _HOME or not name.core:
            return Answer(outcome=LookupOutcome.NOT_APPLICABLE, reason="not_in_the_uk")
        reply = await context.http.send(self.request(query))
        refused = classify(self.manifest, reply)
        if refused is not None:
            return refused
        told = self.told(reply)
        items = told.get("items") if isinstance(told, dict) else None
        found = _of_name(items if isinstance(items, list) else [], name)
        if len(found) != 1:
            return Answer(outcome=LookupOutcome.NO_MATCH, reason="ambiguous" if found else "")
        return await self._about(found[0], name, reply, context)

    async def _about(self, item: Record, name: Name, reply: Reply, context: Context) -> Answer:
        """The answer with the profile; with what the search said alone, where the profile cannot be had."""
        more = {"sure": _SURE} if read_name(str(item["title"])).identical(name) else {}
        profile = await self._profile(str(item["company_number"]), context)
        answer = self.observed({**(item if profile is None else profile), **more}, reply)
        if profile is not None:
            return answer
        return replace(answer, outcome=LookupOutcome.PARTIAL, reason="profile_unknown")

    async def _profile(self, number: str, context: Context) -> Record | None:
        try:
            reply = await context.http.send(self.call(_PROFILE, {"number": number}))
            told = json_object(reply) if reply.status == _OK else {}
        except CallError:
            return None
        return told if told.get("company_number") == number and isinstance(told.get("company_name"), str) else None


def _of_name(items: Sequence[object], name: Name) -> Sequence[Record]:
    """The companies that have the name: those on the register, or where none is, those that are gone."""
    named = [
        each
        for each in items
        if isinstance(each, dict)
        and isinstance(each.get("title"), str)
        and isinstance(each.get("company_number"), str)
        and read_name(each["title"]).same(name)
    ]
    return [each for each in named if each.get("company_status") not in _GONE] or named

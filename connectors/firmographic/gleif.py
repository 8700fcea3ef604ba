"""Asks the Global LEI Index for a company by legal name and country, and takes a record that can be no other's.

A name is found where it is the same in case, accents and the spelling of the legal form; several such records, or more
than one page of records that could hold another, are no match. A natural person's record gives nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar, Final

from stdnum import lei

from connectors.errors import CallError, Unreadable
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
    Request,
    classify,
    json_body,
    json_object,
    manifest_beside,
    read_country,
    read_name,
    search,
    without_form,
)

_NOT_FOUND: Final = 404
_PERSON: Final = "SOLE_PROPRIETOR"
_PARTS: Final = frozenset({"BRANCH", "FUND"})
"""Categories of what bears a company's name without being it."""
_MISTAKES: Final = frozenset({"ANNULLED", "CANCELLED", "DUPLICATE"})
"""Registration statuses of records that should not have been, or that another one stands for."""
_SURE: Final = 0.95
"""How sure a record is whose legal form is the question's too; else it is the manifest's default."""

_PARENTS: Final[Mapping[str, str]] = MappingProxyType(
    {"directParent": "direct-parent", "ultimateParent": "ultimate-parent"}
)
"""Where a parent goes in the record that the manifest's map is read from, and the relationship that leads to it."""
_PARENT: Final = CallSpec(path="/api/v1/lei-records/${number}/${kind}", headers={"Accept": "application/vnd.api+json"})

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What one search found: the records that have the name, and whether they are all."""

    records: Sequence[Record]
    whole: bool


class Plugin(Declared):
    """One search, or two where the legal form is written otherwise; then the parents that the record reports."""

    manifest: ClassVar[Manifest] = manifest_beside(__file__)

    async def ask(self, query: Query, context: Context) -> Answer:
        """Finds the one record and its parents; raises CallError when no usable reply came."""
        name, country = read_name(query["company.name"]), read_country(query["company.country"])
        if country is None or not name.core:
            return Answer(outcome=LookupOutcome.NOT_APPLICABLE, reason="name_or_country_unreadable")
        for text in dict.fromkeys((query["company.name"], without_form(query["company.name"]))):
            reply = await context.http.send(self._search(query, text, country))
            refused = classify(self.manifest, reply)
            if refused is not None:
                return refused
            page = self._page(reply, name, country)
            if page.records or not page.whole:
                break
        else:
            return Answer(outcome=LookupOutcome.NO_MATCH)
        if len(page.records) != 1 or not page.whole:
            return Answer(outcome=LookupOutcome.NO_MATCH, reason="ambiguous")
        return await self._told(page.records[0], name, reply, context)

    def _search(self, query: Query, text: str, country: str) -> Request:
        made = self.request(query)
        params = {"filter[entity.legalName]": text, "filter[entity.legalAddress.country]": country}
        return replace(made, params={**made.params, **params})

    def _page(self, reply: Reply, name: Name, country: str) -> _Page:
        body = self.told(reply)
        found, total = search("data", body), search("meta.pagination.total", body)
        items = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
        about = [each for each in items if _is_about(each.get("attributes"), name, country)]
        records = [{**each["attributes"], "links": each.get("relationships")} for each in about]
        return _Page(records=records, whole=total == len(items))

    async def _told(self, record: Record, name: Name, reply: Reply, context: Context) -> Answer:
        """The answer with what the record says, and its parents where they could be asked for."""
        if search("entity.category", record) == _PERSON:
            return Answer(outcome=LookupOutcome.NO_MATCH, reason="natural_person")
        known = dict(record)
        if read_name(str(search("entity.legalName.name", record))).identical(name):
            known["sure"] = _SURE
        whole = True
        for member, kind in _PARENTS.items():
            if search(f'links."{kind}".links."lei-record"', record) is None:
                continue
            try:
                known[member] = await self._parent(str(record["lei"]), kind, context)
            except CallError:
                whole = False
        answer = self.observed(known, reply)
        return answer if whole else replace(answer, outcome=LookupOutcome.PARTIAL, reason="parents_unknown")

    async def _parent(self, number: str, kind: str, context: Context) -> Record | None:
        """A parent's record; None where there is none, or where it is a natural person.

        Raises:
            CallError: it could not be asked for.
        """
        reply = await context.http.send(self.call(_PARENT, {"number": number, "kind": kind}))
        if reply.status == _NOT_FOUND and search("errors[0].status", json_body(reply)) == str(_NOT_FOUND):
            return None
        refused = classify(self.manifest, reply)
        if refused is not None:
            raise Unreadable(refused.reason)
        record = search("data.attributes", json_object(reply))
        if not isinstance(record, dict) or not lei.is_valid(str(record.get("lei"))):
            raise Unreadable("not_as_expected")
        return None if search("entity.category", record) == _PERSON else record


def _is_about(record: object, name: Name, country: str) -> bool:
    """Whether a record is a company's, with a right LEI (ISO 17442), of this name and in this country."""
    if not isinstance(record, dict) or not lei.is_valid(str(record.get("lei"))):
        return False
    if search("entity.category", record) in _PARTS or search("registration.status", record) in _MISTAKES:
        return False
    told = search("entity.legalName.name", record)
    at_home = search("entity.legalAddress.country", record) == country
    return at_home and isinstance(told, str) and read_name(told).same(name)

"""Asks the registry of a domain's ending for its registration, over RDAP, at the server that IANA names for it.

Which server that is, a file of IANA's says, which is kept in memory for a day. A 404 is an answer only from that
server, and only where it is the server's own and no page of something before it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import ClassVar, Final
from urllib.parse import urlsplit

from connectors.errors import Unreadable
from connectors.kit import (
    Answer,
    Context,
    Declared,
    Kept,
    LookupOutcome,
    Manifest,
    Plain,
    Query,
    Reply,
    classify,
    json_object,
    manifest_beside,
    read_domain,
    search,
)

_FRESH: Final = timedelta(days=1)
_MOST: Final = 20_000
_NOT_FOUND: Final = 404
_ORGANISATIONS: Final = frozenset({"", "org", "group"})
"""Kinds of a jCard (RFC 7095) that are no person's."""

Servers = Mapping[str, str]
"""The base of the queries by ending."""


class Plugin(Declared):
    """The file of servers, then the one query."""

    manifest: ClassVar[Manifest] = manifest_beside(__file__)

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        super().__init__(settings)
        self._servers: Kept[Servers] = Kept(_FRESH)

    def host_of(self, query: Query) -> str | None:
        """The registry's server, once the file has been read."""
        domain, servers = read_domain(query.get("company.domain", "")), self._servers.newest
        base = None if domain is None or servers is None else _base(servers, domain)
        return None if base is None else urlsplit(base).hostname

    async def ask(self, query: Query, context: Context) -> Answer:
        """Asks the one registry; raises CallError when no usable reply came."""
        domain = read_domain(query["company.domain"])
        if domain is None:
            return Answer(outcome=LookupOutcome.INVALID_REQUEST, reason="no_domain")
        had = await self._servers.get(context.now, lambda: self._read(query, context))
        if isinstance(had, Answer):
            return had
        base = _base(had.table, domain)
        if base is None:
            return had.settle() or Answer(outcome=LookupOutcome.NOT_APPLICABLE, reason="no_server_for_this_ending")
        if urlsplit(base).hostname not in self.manifest.hosts:
            return Answer(outcome=LookupOutcome.NOT_APPLICABLE, reason="server_not_in_manifest")
        reply = await context.http.send(replace(self.request(query), url=f"{base}domain/{domain}"))
        if reply.status == _NOT_FOUND and _is_an_answer(reply):
            return Answer(outcome=LookupOutcome.NO_MATCH, reason="not_registered")
        return classify(self.manifest, reply) or self._about(domain, reply)

    async def _read(self, query: Query, context: Context) -> Servers | Answer:
        reply = await context.http.send(self.request(query))
        refused = classify(self.manifest, reply)
        if refused is not None:
            return refused
        found: dict[str, str] = {}
        services = json_object(reply).get("services")
        for service in services if isinstance(services, list) else []:
            endings, bases = search("[0]", service), search("[1][?starts_with(@, 'https://')] | [0]", service)
            if isinstance(endings, list) and isinstance(bases, str):
                found |= {str(ending).lower(): bases.rstrip("/") + "/" for ending in endings}
        if not found or len(found) > _MOST:
            raise Unreadable("not_as_expected")
        return MappingProxyType(found)

    def _about(self, domain: str, reply: Reply) -> Answer:
        record = self.told(reply)
        name = search("ldhName", record)
        if not isinstance(record, dict) or (isinstance(name, str) and name.rstrip(".").lower() != domain):
            raise Unreadable("another_domain")
        return self.observed({**record, "registrar": _registrar(record)}, reply)


def _base(servers: Servers, domain: str) -> str | None:
    """The server for the longest ending that there is one for (RFC 9224, section 4)."""
    labels = domain.split(".")
    endings = (".".join(labels[place:]) for place in range(1, len(labels)))
    return next((servers[ending] for ending in endings if ending in servers), None)


def _is_an_answer(reply: Reply) -> bool:
    """Whether a 404 is the registry's: JSON as RDAP sends it, or nothing at all (RFC 7480, section 5.3)."""
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not reply.body.strip():
        return kind in ("", "application/rdap+json", "application/json")
    if kind not in ("application/rdap+json", "application/json"):
        return False
    try:
        told = json_object(reply)
    except Unreadable:
        return False
    return told.get("errorCode") == _NOT_FOUND or "rdapConformance" in told


def _registrar(record: Mapping[str, object]) -> str | None:
    """The name of the registrar, where it is an organisation."""
    card = search("entities[?contains(roles, 'registrar')] | [0].vcardArray[1]", record)
    told: dict[str, str] = {}
    for each in card if isinstance(card, list) else []:
        name, value = search("[0]", each), search("[3]", each)
        if isinstance(name, str) and isinstance(value, str) and value.strip():
            told.setdefault(name, value.strip())
    return told.get("fn") or told.get("org") if told.get("kind", "").lower() in _ORGANISATIONS else None

"""Whether a domain's SPF record lets an address send for it (RFC 7208), as far as our own set-up needs to know."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

from gateway.verification.probes.client import DnsAnswer, DnsStatus
from gateway.verification.probes.smtp.ports import Dns
from gateway.verification.spf_record import MODIFIER, records

Address = IPv4Address | IPv6Address

LOOKUPS: Final = 10
"""Terms that may ask DNS (RFC 7208, 4.6.4)."""
VOIDS: Final = 2
"""Look-ups that may find nothing (RFC 7208, 4.6.4)."""
_HOSTS: Final = 10
"""MX hosts of one `mx` that are looked at (RFC 7208, 4.6.4)."""


class Spf(StrEnum):
    """How the check ends (RFC 7208, 2.6); `unknown` where a record uses what is not evaluated here."""

    PASS = "pass"  # noqa: S105 - a result
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    NONE = "none"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"
    UNKNOWN = "unknown"


_QUALIFIERS: Final = {"+": Spf.PASS, "-": Spf.FAIL, "~": Spf.SOFTFAIL, "?": Spf.NEUTRAL}
_TERM: Final = re.compile(
    r"(?P<q>[+\-?~]?)(?P<name>[a-z0-9]+)(?::(?P<value>[^/\s]+))?(?P<one>/\d{1,3})?(?P<v6>//\d{1,3})?",
    re.IGNORECASE,
)


class _Stop(Exception):
    """The evaluation ends here: {result}."""

    def __init__(self, result: Spf) -> None:
        super().__init__(result.value)
        self.result = result


async def authorised(dns: Dns, domain: str, address: Address) -> Spf:
    """Evaluate the record of `domain` for mail from `address`.

    The mechanisms `all`, `ip4`, `ip6`, `a`, `mx`, `include` and the modifier `redirect` are evaluated; `ptr`,
    `exists` and macros are not: where one of them could change the result it is `unknown`.
    """
    try:
        return await _Evaluation(dns=dns, address=address).check(domain)
    except _Stop as stop:
        return stop.result


@dataclass(slots=True, kw_only=True)
class _Evaluation:
    """One evaluation, with what it may still ask."""

    dns: Dns
    address: Address
    lookups: int = LOOKUPS
    voids: int = VOIDS
    first: bool = True

    async def check(self, domain: str) -> Spf:
        """Evaluate the record of one domain (RFC 7208, 4)."""
        terms = await self._record(domain)
        if terms is None:
            return Spf.NONE
        redirect, unsure = "", False
        for term in terms:
            if modifier := MODIFIER.fullmatch(term):
                redirect = modifier["value"] if modifier["name"].lower() == "redirect" else redirect
                continue
            found = _TERM.fullmatch(term)
            if found is None:
                raise _Stop(Spf.PERMERROR)
            qualifier = found["q"] or "+"
            matched = await self._matches(found, domain)
            if matched:
                result = _QUALIFIERS[qualifier]
                return result if result is Spf.PASS or not unsure else Spf.UNKNOWN
            if matched is None and qualifier != "+":
                raise _Stop(Spf.UNKNOWN)
            unsure = unsure or matched is None
        result = await self._redirected(redirect) if redirect else Spf.NEUTRAL
        return result if result is Spf.PASS or not unsure else Spf.UNKNOWN

    async def _redirected(self, domain: str) -> Spf:
        self._count()
        result = await self.check(_plain(domain))
        return Spf.PERMERROR if result is Spf.NONE else result

    async def _matches(self, term: re.Match[str], domain: str) -> bool | None:
        """Whether a mechanism matches; None where it is one that is not evaluated here."""
        name = term["name"].lower()
        if name == "all":
            return True
        if name in {"ip4", "ip6"}:
            return self._inside(term["value"] or "", term["one"] or "")
        if name in {"ptr", "exists"}:
            self._count()
            return None
        target = _plain(term["value"] or domain)
        self._count()
        if name == "include":
            return await self._included(target)
        if name not in {"a", "mx"}:
            raise _Stop(Spf.PERMERROR)
        prefix = term["one"] if self.address.version == 4 else (term["v6"] or "")[1:]  # noqa: PLR2004 - IPv4
        hosts = [target] if name == "a" else await self._exchangers(target)
        for host in hosts:  # and no further than the first that matches (RFC 7208, 5.4): others may be void
            if await self._at(host, prefix or ""):
                return True
        return False

    async def _included(self, domain: str) -> bool:
        """RFC 7208, 5.2: only a pass matches; a domain without a record is an error."""
        result = await self.check(domain)
        if result is Spf.UNKNOWN or result is Spf.TEMPERROR:
            raise _Stop(result)
        if result in {Spf.NONE, Spf.PERMERROR}:
            raise _Stop(Spf.PERMERROR)
        return result is Spf.PASS

    async def _at(self, host: str, prefix: str) -> bool:
        rtype = "A" if self.address.version == 4 else "AAAA"  # noqa: PLR2004 - IPv4
        found = await self._ask(host, rtype)
        return any(self._inside(each.value, prefix) for each in found.records)

    async def _exchangers(self, domain: str) -> list[str]:
        found = await self._ask(domain, "MX")
        if len(found.records) > _HOSTS:
            raise _Stop(Spf.PERMERROR)
        return [each.value for each in found.records if each.value]

    def _inside(self, network: str, prefix: str) -> bool:
        try:
            return self.address in ip_network(network + prefix, strict=False)
        except ValueError:
            raise _Stop(Spf.PERMERROR) from None

    async def _record(self, domain: str) -> list[str] | None:
        """The terms of a domain's one record (RFC 7208, 4.5); None without one."""
        answer = await self._ask(domain, "TXT", void=not self.first)
        self.first = False
        found = records(each.value for each in answer.records)
        if len(found) > 1:
            raise _Stop(Spf.PERMERROR)
        return found[0] if found else None

    async def _ask(self, name: str, rtype: str, *, void: bool = True) -> DnsAnswer:
        answer = await self.dns.query(name, rtype)
        if answer.status.denies:
            self.voids -= 1 if void else 0
            if self.voids < 0:
                raise _Stop(Spf.PERMERROR)
        elif answer.status is not DnsStatus.OK:
            raise _Stop(Spf.TEMPERROR)
        return answer

    def _count(self) -> None:
        self.lookups -= 1
        if self.lookups < 0:
            raise _Stop(Spf.PERMERROR)


def _plain(domain: str) -> str:
    """A domain without macros (RFC 7208, 7), which are not expanded here."""
    if "%" in domain:
        raise _Stop(Spf.UNKNOWN)
    return domain.rstrip(".").lower()

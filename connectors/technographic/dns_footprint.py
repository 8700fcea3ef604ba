"""What a company's public DNS records say about the services it uses: MX, SPF, TXT, DMARC, DKIM, NS and CNAME.

Nothing is asked of the company or of a vendor; the records are public. A TXT token proves that somebody verified
the domain once, not that the service is in use, so it gets the lowest confidence.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from connectors.kit import (
    Answer,
    Context,
    Dns,
    DnsReply,
    DnsStatus,
    LookupOutcome,
    Manifest,
    Observer,
    Plain,
    Query,
    RecordType,
    manifest_beside,
)
from connectors.kit.technology import CONFIDENCE, Detected, Found, Record, Signals, detector, domain, rules

INFERRED: Final = 0.6
"""How sure the mailbox provider is that only SPF tells, because a gateway receives for it."""
_AT_ONCE: Final = 5
_GATEWAY: Final = "mail-security"

Question = tuple[str, RecordType]
"""A name below the domain, empty for the domain itself, and the record type to ask for."""
Replies = Mapping[Question, DnsReply]
_DMARC: Final[Question] = ("_dmarc", "TXT")
_WWW: Final[Question] = ("www", "CNAME")
_STS: Final[Question] = ("_mta-sts", "TXT")
_OWN: Final[Sequence[Question]] = (("", "MX"), ("", "TXT"), ("", "NS"), _DMARC, _WWW)
"""What is asked of every domain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spf:
    """An SPF record walked to its end: who may send, what the policy says, whether all of it could be read."""

    targets: tuple[str, ...] = ()
    policy: str | None = None
    whole: bool = True


class Plugin:
    """Asks the gateway's resolver; a failed look-up is never read as an absent record."""

    manifest: ClassVar[Manifest] = manifest_beside(__file__)

    def __init__(self, settings: Mapping[str, Plain]) -> None:  # noqa: ARG002 - it has no settings
        self._detector = detector()
        self._questions = questions()

    async def ask(self, query: Query, context: Context) -> Answer:
        """Looks up the domain's own records at once; then walks SPF and, where mail is received, asks further names.

        Returns:
            match with what the records say; partial when some look-ups failed; no_match when the domain does
            not exist or its records name nothing we know; timeout or vendor_error when none could be read.
        """
        name = query["company.domain"].strip().lower().rstrip(".")
        dns = context.dns
        own = await _gathered(name, _OWN, dns)
        mx = own["", "MX"]
        receives = mx.status is DnsStatus.FOUND and not domain.null_mx(hosts(mx))
        spf, further = await asyncio.gather(
            walk_spf(name, own["", "TXT"], dns),
            _gathered(name, (_STS, *self._questions) if receives else (), dns),
        )
        signals: Mapping[Record, Sequence[str]] = {
            "mx": hosts(mx),
            "spf": spf.targets,
            "txt": own["", "TXT"].records,
            "ns": own["", "NS"].records,
            "dmarc": domain.dmarc_hosts(own[_DMARC].records),
            "cname": (*own[_WWW].records, *self._targets(further, "cname")),
            "dkim": self._targets(further, "dkim"),
        }
        detected = self._detector.detect(Signals(dns=signals), context.deadline.remaining)
        observer = Observer(self.manifest, now=context.now)
        for found in detected.found:
            observer.see("company.technologies", found.value(), method=found.basis, confidence=found.confidence)
        self._see_mail(observer, hosts(mx), detected, context)
        observer.see("company.mail.spf_policy", spf.policy, method="spf")
        observer.see("company.mail.dmarc_policy", domain.dmarc_policy(own[_DMARC].records), method="dmarc")
        if mx.status is DnsStatus.FOUND:
            observer.see("company.mail.accepts", receives, method="mx")
        if receives and further[_STS].status.answered:
            observer.see("company.mail.mta_sts", domain.mta_sts(further[_STS].records), method="mta_sts")
        replies = (*own.values(), *further.values())
        return _answer(observer, replies, whole=detected.whole and spf.whole)

    def _see_mail(self, observer: Observer, receivers: Sequence[str], detected: Detected, context: Context) -> None:
        """Who receives the mail, by the best host that is known, and through which gateway."""
        known: list[Found] = []
        for host in receivers:
            known += self._detector.detect(Signals(dns={"mx": (host,)}), context.deadline.remaining).found
        gateway = next((found.slug for found in known if found.category == _GATEWAY), None)
        provider = next((found.slug for found in known if found.category != _GATEWAY), None)
        observer.see("company.mail.provider", provider, method="mx", confidence=CONFIDENCE["mx"])
        if provider is None and gateway is not None:
            observer.see("company.mail.provider", _behind(detected.found), method="spf", confidence=INFERRED)
        observer.see("company.mail.security_gateway", gateway, method="mx", confidence=CONFIDENCE["mx"])

    def _targets(self, further: Replies, record: Record) -> list[str]:
        """The targets of further names, and the selectors that hold a key of their own."""
        found: list[str] = []
        for (below, kind), reply in further.items():
            if self._questions.get((below, kind)) != record:
                continue
            if kind == "CNAME":
                found += reply.records
            elif domain.has_dkim_key(reply.records):
                found.append(below)
        return found


def questions() -> Mapping[Question, Record]:
    """The names that rules ask about beside the domain's own: DKIM selectors, and other labels than `www`."""
    asked: dict[Question, Record] = {}
    for rule in rules():
        for label in rule.at:
            below = f"{label}._domainkey" if rule.record == "dkim" else label
            # A selector with a key of its own is a TXT record; one that points to the vendor is a CNAME.
            asked[below, "TXT" if below in rule.match else "CNAME"] = rule.record
    return asked


async def _gathered(name: str, asked: Sequence[Question], dns: Dns) -> Replies:
    """Asks a few at once: many companies are asked about at a time, and resolvers drop what comes in bursts."""
    replies: list[DnsReply] = []
    for place in range(0, len(asked), _AT_ONCE):
        few = asked[place : place + _AT_ONCE]
        replies += await asyncio.gather(*(dns.look_up(f"{below}.{name}".lstrip("."), kind) for below, kind in few))
    return dict(zip(asked, replies, strict=True))


def _answer(observer: Observer, replies: Sequence[DnsReply], *, whole: bool) -> Answer:
    seen = observer.observations()
    complete = whole and all(reply.status.answered for reply in replies)
    if seen:
        return Answer(outcome=LookupOutcome.MATCH if complete else LookupOutcome.PARTIAL, observations=seen)
    if complete:
        return Answer(outcome=LookupOutcome.NO_MATCH)
    late = all(reply.status is DnsStatus.TIMED_OUT for reply in replies)
    return Answer(outcome=LookupOutcome.TIMEOUT if late else LookupOutcome.VENDOR_ERROR, reason="dns_failed")


def _behind(found: Sequence[Found]) -> str | None:
    """The one mailbox provider that may send in the company's name; None with several, for then it is a guess."""
    slugs = {each.slug for each in found if each.basis == "spf" and each.category == "mail"}
    return slugs.pop() if len(slugs) == 1 else None


def hosts(mx: DnsReply) -> tuple[str, ...]:
    """The hosts of MX records, best first."""
    pairs = [record.partition(" ") for record in mx.records]
    ranked = sorted((int(rank) if rank.isdecimal() else 0, host.strip()) for rank, _, host in pairs)
    return tuple(host for _, host in ranked)


async def walk_spf(name: str, txt: DnsReply, dns: Dns) -> Spf:
    """Follows include and redirect of an SPF record, breadth first, each name once, ten look-ups at most.

    Args:
        name: where the record stands.
        txt: the TXT records of the domain.
        dns: asked for the records of the targets.
    """
    record = domain.spf_record(txt.records)
    if record is None:
        return Spf(whole=txt.status.answered)
    seen: dict[str, None] = {}
    waiting = list(domain.spf_targets(record))
    whole, lookups = True, 0
    while waiting:
        target = waiting.pop(0)
        if target in seen or target == name:
            continue
        seen[target] = None
        if lookups == domain.SPF_LOOKUPS:
            continue  # the target itself is a fact; what lies behind it is beyond what receivers read
        lookups += 1
        reply = await dns.look_up(target, "TXT")
        whole = whole and reply.status.answered
        waiting += domain.spf_targets(domain.spf_record(reply.records) or "")
    return Spf(targets=tuple(seen), policy=domain.spf_policy(record), whole=whole)

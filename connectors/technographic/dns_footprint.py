"""What a company's public DNS records say about the services it uses: MX, SPF, TXT, DMARC and the CNAME of www.

Nothing is asked of the company or of a vendor; the records are public. A TXT token proves that somebody verified
the domain once, not that the service is in use, so it gets the lowest confidence.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import ClassVar, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from connectors.kit import Answer, Context, Dns, DnsReply, DnsStatus, LookupOutcome, Manifest, Observer, Plain, Query
from connectors.kit.terms import Cache, Compliance, Confidence

MANIFEST = Manifest(
    id="dns_footprint",
    version="1.0.0",
    api_version=1,
    kind="technographic",
    subject="organization",
    requires=(("company.domain",),),
    sends=("company.domain",),
    provides=(
        "company.technologies",
        "company.mail.accepts",
        "company.mail.provider",
        "company.mail.spf_policy",
        "company.mail.dmarc_policy",
    ),
    cache=Cache(match=timedelta(days=7), no_match=timedelta(days=1)),
    confidence=Confidence(default=0.9),
    compliance=Compliance(
        vendor="Public DNS",
        role="public",
        licence="public-facts",
        redistribution=True,
        purposes=("inquiry_response", "marketing", "enrichment", "analytics", "disclosure"),
        art14_label="public DNS records of the company's domain",
    ),
)

Record = Literal["mx", "spf", "txt", "cname"]
CONFIDENCE: Mapping[Record, float] = {"mx": 0.95, "cname": 0.9, "spf": 0.8, "txt": 0.5}
SPF_LOOKUPS = 10
"""The most terms that cause a look-up (RFC 7208 4.6.4)."""
_QUALIFIERS = {"-": "fail", "~": "softfail", "?": "neutral", "+": "pass"}


class Rule(BaseModel):
    """One fact: a record that matches says that the service is used. `page` is the vendor's public set-up page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str = Field(min_length=1)
    category: str = Field(pattern=r"^[a-z-]+$")
    record: Record
    match: tuple[str, ...] = Field(min_length=1)
    page: HttpUrl

    def fits(self, text: str) -> bool:
        """Whether a host (as a suffix of whole labels) or a TXT record (as its beginning) matches."""
        if self.record == "txt":
            return text.lower().startswith(self.match)
        return any(text == suffix or text.endswith("." + suffix) for suffix in self.match)


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[Rule, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of `dns_footprint.yaml`, read once."""
    text = files(__package__).joinpath("dns_footprint.yaml").read_text(encoding="utf-8")
    return _Rules.model_validate(yaml.safe_load(text)).rules


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spf:
    """An SPF record walked to its end: who may send, what the policy says, whether all of it could be read."""

    targets: tuple[str, ...] = ()
    policy: str | None = None
    whole: bool = True


class Plugin:
    """Asks the gateway's resolver; a failed look-up is never read as an absent record."""

    manifest: ClassVar[Manifest] = MANIFEST

    def __init__(self, settings: Mapping[str, Plain]) -> None:  # noqa: ARG002 - it has no settings
        self._rules = rules()

    async def ask(self, query: Query, context: Context) -> Answer:
        """Looks up MX, TXT, _dmarc and www at once, then walks the SPF record.

        Returns:
            match with what the records say; partial when some look-ups failed; no_match when the domain does
            not exist or its records name nothing we know; timeout or vendor_error when none could be read.
        """
        domain = query["company.domain"].strip().lower().rstrip(".")
        dns = context.dns
        mx, txt, dmarc, www = await asyncio.gather(
            dns.look_up(domain, "MX"),
            dns.look_up(domain, "TXT"),
            dns.look_up(f"_dmarc.{domain}", "TXT"),
            dns.look_up(f"www.{domain}", "CNAME"),
        )
        replies = (mx, txt, dmarc, www)
        spf = await walk_spf(domain, txt, dns)
        observer = Observer(self.manifest, now=context.now)
        self._technologies(observer, {"mx": hosts(mx), "spf": spf.targets, "txt": txt.records, "cname": www.records})
        self._mail(observer, mx, spf, dmarc)
        seen = observer.observations()
        whole = spf.whole and all(reply.status.answered for reply in replies)
        if seen:
            return Answer(outcome=LookupOutcome.MATCH if whole else LookupOutcome.PARTIAL, observations=seen)
        if whole:
            return Answer(outcome=LookupOutcome.NO_MATCH)
        late = all(reply.status is DnsStatus.TIMED_OUT for reply in replies)
        return Answer(outcome=LookupOutcome.TIMEOUT if late else LookupOutcome.VENDOR_ERROR, reason="dns_failed")

    def _technologies(self, observer: Observer, records: Mapping[Record, Sequence[str]]) -> None:
        for rule in self._rules:
            if any(rule.fits(text) for text in records[rule.record]):
                observer.see(
                    "company.technologies",
                    {
                        "slug": rule.slug,
                        "name": rule.name,
                        "category": rule.category,
                        "rule": f"{rule.record}:{rule.slug}",
                    },
                    method=rule.record,
                    confidence=CONFIDENCE[rule.record],
                )

    def _mail(self, observer: Observer, mx: DnsReply, spf: _Spf, dmarc: DnsReply) -> None:
        if mx.status is DnsStatus.FOUND:
            null = [host for host in hosts(mx) if host in ("", ".")]
            # RFC 7505: one MX that points to the root says that the domain accepts no mail
            observer.see("company.mail.accepts", not null, method="mx")
        provider = next(
            (rule.slug for rule in self._rules if rule.record == "mx" and any(map(rule.fits, hosts(mx)))), None
        )
        observer.see("company.mail.provider", provider, method="mx")
        observer.see("company.mail.spf_policy", spf.policy, method="spf")
        observer.see("company.mail.dmarc_policy", dmarc_policy(dmarc.records), method="dmarc")


def hosts(mx: DnsReply) -> tuple[str, ...]:
    """The hosts of MX records, best first."""
    pairs = [record.partition(" ") for record in mx.records]
    ranked = sorted((int(rank) if rank.isdecimal() else 0, host.strip()) for rank, _, host in pairs)
    return tuple(host for _, host in ranked)


async def walk_spf(domain: str, txt: DnsReply, dns: Dns) -> _Spf:
    """Follows include and redirect of an SPF record, breadth first, each name once, ten look-ups at most.

    Args:
        domain: where the record stands.
        txt: the TXT records of the domain.
        dns: asked for the records of the targets.
    """
    record = spf_record(txt.records)
    if record is None:
        return _Spf(whole=txt.status.answered)
    seen: dict[str, None] = {}
    waiting = list(spf_targets(record))
    whole, lookups = True, 0
    while waiting:
        target = waiting.pop(0)
        if target in seen or target == domain:
            continue
        seen[target] = None
        if lookups == SPF_LOOKUPS:
            continue  # the target itself is a fact; what lies behind it is beyond what receivers read
        lookups += 1
        reply = await dns.look_up(target, "TXT")
        whole = whole and reply.status.answered
        waiting += spf_targets(spf_record(reply.records) or "")
    return _Spf(targets=tuple(seen), policy=spf_policy(record), whole=whole)


def spf_record(records: Sequence[str]) -> str | None:
    """The one SPF record among TXT records; None without one or with several (RFC 7208 4.5)."""
    found = [text for text in records if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]
    return found[0] if len(found) == 1 else None


def spf_targets(record: str) -> Iterator[str]:
    """The names that `include:` and `redirect=` point to; names with macros are left out (RFC 7208 7)."""
    for term in record.lower().split():
        bare = term.lstrip("+-~?")
        for head in ("include:", "redirect="):
            name = bare.removeprefix(head).rstrip(".")
            if bare.startswith(head) and name and "%" not in name:
                yield name


def spf_policy(record: str) -> str | None:
    """What the `all` term says: fail, softfail, neutral or pass; None without one."""
    for term in record.lower().split():
        if term.lstrip("+-~?") == "all":
            return _QUALIFIERS.get(term[0], "pass")
    return None


def dmarc_policy(records: Sequence[str]) -> str | None:
    """The `p=` tag of the one DMARC record: none, quarantine or reject (RFC 7489 6.3); else None."""
    found = [text for text in records if text.replace(" ", "").lower().startswith("v=dmarc1")]
    if len(found) != 1:
        return None
    tags = dict(part.replace(" ", "").lower().partition("=")[::2] for part in found[0].split(";"))
    policy = tags.get("p")
    return policy if policy in ("none", "quarantine", "reject") else None

"""What a domain's mail records say: SPF walked to its end, DMARC, DKIM, MTA-STS. Texts in, values out; no look-ups.

The connector that asks the resolver gives the records; what they mean is read here, as the RFCs have it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

SPF_LOOKUPS: Final = 10
"""The most terms that cause a look-up (RFC 7208 4.6.4)."""
_QUALIFIERS: Final = {"-": "fail", "~": "softfail", "?": "neutral", "+": "pass"}
_MOST_REPORTS: Final = 10
"""Addresses of one DMARC record that are read."""


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
    policy = _dmarc_tags(records).get("p")
    return policy if policy in ("none", "quarantine", "reject") else None


def dmarc_hosts(records: Sequence[str]) -> tuple[str, ...]:
    """The hosts that aggregate reports go to (`rua=mailto:…`, RFC 7489 6.2); the mailboxes are left out."""
    uris = _dmarc_tags(records).get("rua", "").split(",")[:_MOST_REPORTS]
    # A size limit may follow: `mailto:a@b.example!10m`.
    found = (uri.rpartition("@")[2].partition("!")[0].rstrip(".") for uri in uris if uri.startswith("mailto:"))
    return tuple(dict.fromkeys(host for host in found if host and ":" not in host))


def _dmarc_tags(records: Sequence[str]) -> dict[str, str]:
    found = [text for text in records if text.replace(" ", "").lower().startswith("v=dmarc1")]
    if len(found) != 1:
        return {}
    return dict(part.replace(" ", "").lower().partition("=")[::2] for part in found[0].split(";"))


def mta_sts(records: Sequence[str]) -> bool:
    """Whether the one TXT record at `_mta-sts` announces a policy; with several there is none (RFC 8461 3.1)."""
    found = [text for text in records if text.replace(" ", "").lower().startswith("v=stsv1;")]
    return len(found) == 1


def has_dkim_key(records: Sequence[str]) -> bool:
    """Whether a TXT record at a selector holds a key that is not withdrawn (RFC 6376 3.6.1)."""
    for text in records:
        tags = dict(part.strip().partition("=")[::2] for part in text.split(";"))
        if tags.get("v", "DKIM1").strip() == "DKIM1" and tags.get("p", "").strip():
            return True
    return False


def null_mx(hosts: Sequence[str]) -> bool:
    """Whether MX hosts say that the domain accepts no mail: one that points to the root (RFC 7505)."""
    return any(host in ("", ".") for host in hosts)

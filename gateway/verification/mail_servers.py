"""What is known of mail servers: which belong together, which refuse us and for how long, which say yes to all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from gateway.verification.suffixes import registrable_domain

EVERY: Final = "*"
"""The group that holds all groups: while it pauses, nothing is probed."""
FIRST: Final = timedelta(hours=4)
LONGEST: Final = timedelta(days=7)
FORGIVEN: Final = timedelta(days=7)
"""A refusal so long after the end of the last pause is a first one again."""
SEVERAL: Final = 3
"""So many groups that refuse us within `WITHIN` mean that the fault is ours."""
WITHIN: Final = timedelta(hours=1)
KNOWN: Final = timedelta(days=1)
"""How long it is remembered what a domain does with an invented address."""
UNTOLD: Final = timedelta(seconds=30)
"""How long it is not asked again where that was not told: shorter than a minute, the shortest wait for a next check."""
IN_VAIN: Final = timedelta(minutes=5)
"""Who has not told it for so long will not: by then a greylist lets through whom it has seen before."""

_ONE_OPERATOR: Final = {"googlemail.com": "google.com", "mx.microsoft": "outlook.com"}
"""Registrable names under which one operator runs further mail servers."""
_OPERATORS: Final = frozenset(
    {
        *("google.com", "outlook.com", "yahoodns.net", "icloud.com", "apple.com", "zoho.com", "zoho.eu", "yandex.net"),
        *("mimecast.com", "pphosted.com", "ppe-hosted.com", "messagelabs.com", "iphmx.com", "barracudanetworks.com"),
        *(
            "trendmicro.com",
            "trendmicro.eu",
            "mailcontrol.com",
            "hornetsecurity.com",
            "antispameurope.com",
            "sophos.com",
        ),
        *("ionos.com", "kundenserver.de", "gmx.net", "web.de", "ovh.net", "gandi.net", "secureserver.net", "mail.ru"),
        *(
            "messagingengine.com",
            "mailgun.org",
            "sendgrid.net",
            "amazonaws.com",
            "emailsrvr.com",
            "registrar-servers.com",
        ),
        *("t-online.de", "strato.de", "protonmail.ch", "qq.com", "163.com", "orange.fr", "libero.it", "seznam.cz"),
    }
)
"""Who serves so many domains that its name tells of no person and no one company."""
_BLOCK_LISTS: Final = frozenset(
    {
        "spamhaus.org",
        "spamcop.net",
        "barracudacentral.org",
        "sorbs.net",
        "abuseat.org",
        "uceprotect.net",
        "microsoft.com",
    }
)
"""Names that a refusal sends one to."""
_NAME: Final = re.compile(r"(?<![\w-])[\w-]++(?:\.[\w-]++)+")
_CODES: Final = re.compile(r"[2-5][0-9]{2}(?: [245]\.[0-9]{1,3}\.[0-9]{1,3})?(?![0-9.])", re.ASCII)


class CatchAll(StrEnum):
    """Whether a domain's mail server says yes to an invented address."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"
    """It was asked, or is being asked, and gave no answer that says it."""

    @property
    def kept(self) -> timedelta:
        """How long it is remembered."""
        return UNTOLD if self is CatchAll.UNCLEAR else KNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A group of mail servers that is left alone until a time, since it has refused us.

    `group` is a name as `group_of` gives it or as a memory keeps it, or `EVERY` for all of them; `times` counts the
    refusals in a row; `why` is the reply, without any address of a person.
    """

    group: str
    refused_at: datetime
    until: datetime
    times: int
    why: str = field(repr=False)


def group_of(host: str) -> str:
    """The registrable name of a mail server, by which pace and pauses go: one operator serves many domains.

    `acme-com.mail.protection.outlook.com` is `outlook.com`, `aspmx.l.google.com` is `google.com`.
    """
    name = registrable_domain(host) or host
    return _ONE_OPERATOR.get(name, name)


def is_operator(group: str) -> bool:
    """Whether a group is a well-known operator, or `EVERY`; the name of any other may bear a person's name."""
    return group == EVERY or group in _OPERATORS


def without_names(group: str, why: str) -> str:
    """What may be kept of a reply: its codes, and of a well-known operator also its words, without names of hosts.

    Numbers, the operators themselves and the block lists that a refusal sends one to stay.
    """
    if not is_operator(group):
        codes = _CODES.match(why)
        return codes[0] if codes else ""
    return _NAME.sub(lambda found: found[0] if _may_stay(found[0]) else "…", why)


def _may_stay(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.isdigit() or group_of(name.lower()) in _OPERATORS | _BLOCK_LISTS


def after_refusal(known: Sequence[Pause], group: str, why: str, now: datetime) -> list[Pause]:
    """The pauses that a refusal leads to: the group's, and everybody's when it is one of several within the hour.

    Args:
        known: what is remembered, also of pauses that are over.
        group: who has refused.
        why: the reply.
        now: the time.
    """
    by_group = {each.group: each for each in known}
    found = [_longer(by_group.get(group), group, why, now)]
    lately = {each.group for each in known if now - each.refused_at < WITHIN} - {EVERY} | {group}
    if len(lately) >= SEVERAL:
        says = f"{len(lately)} groups of mail servers have refused us within an hour: {', '.join(sorted(lately))}"
        found.append(_longer(by_group.get(EVERY), EVERY, says, now))
    return found


def standing(known: Sequence[Pause], group: str, now: datetime) -> Pause | None:
    """The pause that stands against a group: its own or everybody's, of two the longer."""
    running = [each for each in known if each.group in {group, EVERY} and each.until > now]
    return max(running, key=lambda each: each.until, default=None)


def _longer(last: Pause | None, group: str, why: str, now: datetime) -> Pause:
    """Four hours, and twice as long with each refusal in a row; one that comes while a pause stands is no new one."""
    if last is None or now - last.until > FORGIVEN:
        return Pause(group=group, refused_at=now, until=now + FIRST, times=1, why=why)
    if last.until > now:
        return Pause(group=group, refused_at=now, until=last.until, times=last.times, why=why)
    times = last.times + 1
    length = min(FIRST * 2 ** min(times - 1, 10), LONGEST)
    return Pause(group=group, refused_at=now, until=now + length, times=times, why=why)

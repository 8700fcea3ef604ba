"""What probing needs from outside: a memory and rate windows that all processes share, and DNS."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from gateway.verification.mail_servers import CatchAll, Pause
from gateway.verification.probes.client import DnsAnswer

Invent = Callable[[str], str]
"""The local part of an address that nobody has at a domain: always the same one, so that a greylist knows it again."""


class ProbeMemory(Protocol):
    """What is remembered about domains and mail servers; nothing about a mailbox or a person."""

    async def claim(self, domain: str, *, now: datetime) -> CatchAll | None:
        """Take the domain's one catch-all probe: None when it is yours, else what is known."""
        ...

    async def give_back(self, domain: str) -> None:
        """Give a claim back that was not made use of."""
        ...

    async def remember(self, domain: str, found: CatchAll, *, now: datetime) -> None:
        """Keep what a domain's mail server was found to do, for as long as `CatchAll.kept` says."""
        ...

    async def untold_since(self, domain: str, *, now: datetime) -> datetime | None:
        """When `UNCLEAR` was first remembered of a domain within `KNOWN`; None where it was not."""
        ...

    async def refused(self, group: str, why: str, *, now: datetime) -> None:
        """Leave a group alone after a refusal, and everybody after several, as `after_refusal` says."""
        ...

    async def pause(self, group: str, *, now: datetime) -> Pause | None:
        """Give the pause that stands against a group now, its own or everybody's; of two the longer."""
        ...

    async def pauses(self, *, now: datetime) -> Sequence[Pause]:
        """List the pauses that stand, by group."""
        ...

    async def resume(self, group: str) -> bool:
        """Lift a pause by hand, or all for `EVERY`, and forget its refusals; says whether there was one."""
        ...

    def named(self, group: str) -> str:
        """The name under which a group may be kept, and is listed: a keyed code where its own may bear a person's."""
        ...


class Windows(Protocol):
    """Rate windows and slots by scope; `gateway.enrichment.Windows` is the same."""

    async def take_slot(
        self,
        scope: str,
        *,
        limits: Sequence[tuple[int, timedelta]],
        concurrency: int,
        lease: timedelta,
        now: datetime,
    ) -> str | datetime:
        """Take a slot and one call of every window, all or nothing; else the time when asking again makes sense."""
        ...

    async def give_back(self, scope: str, slot: str) -> None:
        """Free a slot."""
        ...

    async def block(self, scope: str, until: datetime) -> None:
        """Let nobody call before a time."""
        ...


class Dns(Protocol):
    """Asks DNS within a deadline; `DnsClient` does."""

    async def query(self, name: str, rtype: str) -> DnsAnswer:
        """Ask one question; a failure is a status."""
        ...

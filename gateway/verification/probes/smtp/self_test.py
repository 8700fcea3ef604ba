"""Whether probing may start: our name, our sender and port 25; nothing is probed while one of them is in doubt."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.verification.addresses import Address
from gateway.verification.answers import MailboxAnswer, MailboxOutcome
from gateway.verification.mail_servers import EVERY, Pause
from gateway.verification.probes.smtp import checks
from gateway.verification.probes.smtp.checks import Check, Name, State
from gateway.verification.probes.smtp.identity import Identity, ProbeLimits, Reach, read_address
from gateway.verification.probes.smtp.ports import Dns, ProbeMemory

KEPT: Final = timedelta(minutes=15)
HURRY: Final = timedelta(minutes=2)
"""How long findings hold, while they are good and while they are not."""
_SOMEWHERE: Final = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Documentation addresses (RFC 5737, RFC 3849): asked the kernel about, never sent to."""

OwnAddress = Callable[[int], Address | None]
"""The address that this machine connects from, by family (4 or 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a self-test found, when, and which mail servers are left alone."""

    checks: tuple[Check, ...]
    pauses: tuple[Pause, ...] = ()
    at: datetime

    @property
    def ready(self) -> bool:
        """Whether probing may start: every check has passed."""
        return all(each.state is State.PASSED for each in self.checks)

    @property
    def stopped(self) -> MailboxAnswer | None:
        """The answer to every question while probing may not start; None while it may."""
        bad = [each for each in self.checks if each.state is not State.PASSED]
        if not bad:
            return None
        shut = any(each.name is Name.PORT and each.state is State.FAILED for each in bad)
        outcome = MailboxOutcome.PORT_CLOSED if shut else MailboxOutcome.SELF_TEST_FAILED
        return MailboxAnswer(outcome=outcome)

    @property
    def wrong(self) -> str | None:
        """What readiness says while probing may not start: which checks, for anybody may ask it; no more."""
        bad = [each.name.value for each in self.checks if each.state is not State.PASSED]
        return f"SMTP probing does not start: {', '.join(bad)}. `leadgate verify self-test` says why." if bad else None

    def to_json(self) -> dict[str, Any]:
        """The findings as JSON types."""
        paused = [
            {"group": each.group, "until": _z(each.until), "refusals": each.times, "why": each.why}
            for each in self.pauses
        ]
        return {
            "ready": self.ready,
            "at": _z(self.at),
            "checks": [each.to_json() for each in self.checks],
            "paused": paused,
        }


class SelfTest:
    """Makes the checks, and keeps what they found for a while.

    Args:
        dns: the process's client.
        identity: who we are.
        memory: which mail servers have refused us.
        host: the mail server whose port 25 is tried; None: the MX of the sender's domain.
        limits: how long is waited.
        reach: which addresses may be connected to.
        own: tells the machine's address.
    """

    def __init__(
        self,
        dns: Dns,
        identity: Identity,
        memory: ProbeMemory,
        *,
        host: str | None,
        limits: ProbeLimits,
        reach: Reach,
        own: OwnAddress | None = None,
    ) -> None:
        self._dns = dns
        self._identity = identity
        self._memory = memory
        self._host = host
        self._limits = limits
        self._reach = reach
        self._own = own or own_address
        self._one_at_a_time = asyncio.Lock()
        self.last: Findings | None = None

    async def fresh(self, now: datetime) -> Findings:
        """The last findings while they hold, else new ones; callers at the same time share one test."""
        async with self._one_at_a_time:
            return self._kept(now) or await self._run(now)

    async def run(self, now: datetime) -> Findings:
        """Make every check now."""
        async with self._one_at_a_time:
            return await self._run(now)

    def _kept(self, now: datetime) -> Findings | None:
        last = self.last
        if last is None:
            return None
        return last if now - last.at < (KEPT if last.ready else HURRY) else None

    async def _run(self, now: datetime) -> Findings:
        identity, reach = self._identity, self._reach
        said = identity.address
        machine = self._own(4 if said is None else said.version)
        first = checks.address(machine, identity, reach)
        found = [first]
        own = said or machine
        if own is not None and first.state is State.PASSED:
            found += await asyncio.gather(
                checks.helo(self._dns, identity, own),
                checks.reverse(self._dns, identity, own),
                checks.sender(self._dns, identity),
                checks.sender_policy(self._dns, identity, own),
                checks.port(self._dns, identity, own, self._host, limits=self._limits, reach=reach),
            )
        pauses = await self._memory.pauses(now=now)
        found.append(_standing(pauses))
        self.last = Findings(checks=tuple(found), pauses=tuple(pauses), at=now)
        return self.last


def own_address(version: int) -> Address | None:
    """The address that this machine would connect from; the kernel looks at its routes, and nothing is sent."""
    family = socket.AF_INET if version == 4 else socket.AF_INET6  # noqa: PLR2004 - IPv4
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.connect((_SOMEWHERE[version], 9))
            return read_address(asking.getsockname()[0])
    except OSError:
        return None


def _standing(pauses: Sequence[Pause]) -> Check:
    stopped = next((each for each in pauses if each.group == EVERY), None)
    if stopped is None:
        refused = f"{len(pauses)} groups of mail servers are paused." if pauses else "No mail server refuses us."
        return Check(name=Name.STANDING, state=State.PASSED, says=refused)
    says = (
        f"{stopped.why}. Nothing is probed until {_z(stopped.until)}: look at the block lists for our address, mend "
        "the cause, then lift it with --resume '*'."
    )
    return Check(name=Name.STANDING, state=State.FAILED, says=says)


def _z(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")

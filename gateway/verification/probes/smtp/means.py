"""What every visit to a mail server uses."""

from dataclasses import dataclass

from gateway.verification.probes.smtp.identity import Identity, ProbeLimits, Reach
from gateway.verification.probes.smtp.pace import Pace
from gateway.verification.probes.smtp.ports import Dns, Invent, ProbeMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What every visit uses."""

    dns: Dns
    memory: ProbeMemory
    pace: Pace
    identity: Identity
    limits: ProbeLimits
    reach: Reach
    invent: Invent

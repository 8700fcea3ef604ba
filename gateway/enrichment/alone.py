"""What asking by hand keeps in place of a store: nothing that outlives the process."""

from dataclasses import dataclass
from datetime import datetime


class NoCache:
    """Keeps no answer; implements `ports.Cache`."""

    async def get(self, key: bytes, *, now: datetime) -> bytes | None:  # noqa: ARG002 - the port's
        """Nothing was kept."""
        return None

    async def put(
        self,
        key: bytes,
        payload: bytes,
        *,
        connector: str,
        outcome: str,
        subject_id: str | None,
        expires_at: datetime,
    ) -> None:
        """Keep nothing."""


@dataclass(slots=True, kw_only=True)
class _Call:
    key: bytes
    started_at: datetime
    stands: bool = True
    """Against the same call: it is open, or was paid."""


class OwnCalls:
    """Paid calls of this process: the same question is paid once; implements `ports.Calls`."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    async def begin(self, key: bytes, *, lead_id: str, connector: str, since: datetime, now: datetime) -> str | None:  # noqa: ARG002 - the port's
        """Record that a call begins, unless one with the same key is open or was paid since `since`."""
        if any(call.stands and call.key == key and call.started_at >= since for call in self._calls):
            return None
        self._calls.append(_Call(key=key, started_at=now))
        return str(len(self._calls) - 1)

    async def finish(self, call_id: str, *, outcome: str, cost_minor: int, currency: str, now: datetime) -> None:  # noqa: ARG002 - the port's
        """Record how a call ended; one that cost nothing stands against none."""
        self._calls[int(call_id)].stands = cost_minor > 0

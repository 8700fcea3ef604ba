"""What the engine needs from outside; the shapes are plain, so that storage can fill them without importing this."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from gateway.spending import Pot, Reserve

Sleep = Callable[[float], Awaitable[None]]
"""Waits for a number of seconds; tests pass one that moves their clock."""


class Windows(Protocol):
    """Rate windows and slots per vendor and credential, shared by all workers.

    In one window at most its limit of calls begin. A window starts with its first call or at a whole multiple of
    its length; vendors count either way. A slot is held from `take_slot` to `give_back`, and frees itself when its
    lease ends, so that a killed worker blocks nobody for long.
    """

    async def take_slot(
        self,
        scope: str,
        *,
        limits: Sequence[tuple[int, timedelta]],
        concurrency: int,
        lease: timedelta,
        now: datetime,
        calls: int = 1,
    ) -> str | datetime:
        """Takes one slot, and a question's calls out of every window, all or nothing.

        Args:
            scope: vendor and credential.
            limits: calls per stretch; all of them hold.
            concurrency: slots.
            lease: when the slot frees itself.
            now: aware.
            calls: how many; no more than the smallest limit.

        Returns:
            The id of the slot, or, when nothing was taken, the time from which asking again makes sense (later
            than `now`).
        """
        ...

    async def give_back(self, scope: str, slot: str) -> None:
        """Frees a slot; one that is gone already is no error. The windows keep its calls."""
        ...

    async def block(self, scope: str, until: datetime) -> None:
        """Lets nobody call before `until`: the vendor said so. An earlier time than a standing one changes nothing."""
        ...


class Quotas(Protocol):
    """What a process that counts windows in its memory writes down, so that the next one goes on counting."""

    async def kept(self, scope: str) -> tuple[Mapping[timedelta, tuple[datetime, int]], datetime | None]:
        """Returns the windows as they were kept last, with start and calls, and until when nobody may call."""
        ...

    async def keep(self, scope: str, windows: Mapping[timedelta, tuple[datetime, int]]) -> None:
        """Keeps windows, durable when it returns; of two the later stays."""
        ...

    async def keep_block(self, scope: str, until: datetime) -> None:
        """Keeps until when nobody may call."""
        ...


class Cache(Protocol):
    """Keeps answers. What a payload holds may be personal: an implementation that writes it down seals it."""

    async def get(self, key: bytes, *, now: datetime) -> bytes | None:
        """Returns the payload kept under `key`, or None when there is none or it has expired."""
        ...

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
        """Keeps a payload in place of any other.

        Args:
            key: keyed HMAC of connector, settings, account and question.
            payload: see `codec`.
            connector: `id@version`.
            outcome: `match`, `no_match` or `partial`; nothing else ever comes.
            subject_id: whose erasure takes it along; None when it is about a company alone.
            expires_at: aware.
        """
        ...


class Calls(Protocol):
    """A record of every call that may cost money, written before it and after it, and the budgets that it is paid from.

    Who dies between the two has lost nothing: the call stays open, and what was set aside for it stays gone.
    """

    async def begin(
        self,
        key: bytes,
        *,
        lead_id: str,
        connector: str,
        since: datetime,
        now: datetime,
        reserve: Reserve | None = None,
    ) -> str | Pot | None:
        """Records that a call begins and sets its price aside, unless an earlier call or a budget stands against it.

        Against it stands a call with the same key, begun after `since`, that has not ended (its worker may have
        died after the vendor charged) or that ended with a cost; and a pot of `reserve` that has no room for the
        amount. Check, reservation and record are one step.

        Returns:
            The id of the call; the pot that has no room; or None where an earlier call stands against it.
        """
        ...

    async def finish(self, call_id: str, *, outcome: str, cost_micros: int, currency: str, now: datetime) -> None:
        """Records how a call ended and what it cost, in millionths of `currency`, in place of what was set aside."""
        ...

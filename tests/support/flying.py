"""Acting while messages are under way, whatever the machine's speed."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from sqlalchemy import Connection, func, select

from gateway.sandbox.inbox import Inbox
from gateway.storage.people.tables import consent_events, contact_withdrawals, suppressions
from gateway.wiring import Gateway
from tests.support.waiting import eventually, until

T = TypeVar("T")


async def while_flying(gateway: Gateway, inbox: Inbox, act: Awaitable[T], *, attempts: int = 1, entries: int = 1) -> T:
    """Refuse something while attempts are under way; they are answered once the store has taken the refusal in.

    The inbox's gate was cleared before anything was sent.

    Args:
        gateway: the gateway.
        inbox: the receiver.
        act: a withdrawal, an objection or a suppression.
        attempts: how many messages are under way.
        entries: how many events and entries of the suppression list the act writes, at least.
    """
    await until(lambda: len(inbox.received) >= attempts)
    before = await gateway.office.database.read(_refusals)
    task = asyncio.ensure_future(act)

    async def taken_in() -> bool:
        return task.done() or await gateway.office.database.read(_refusals) >= before + entries

    await eventually(taken_in)
    assert not task.done(), "it did not wait for what was under way"
    inbox.gate.set()
    return await task


def _refusals(connection: Connection) -> int:
    tables = (consent_events, contact_withdrawals, suppressions)
    counts = [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]
    return sum(counts)

"""What one process hears of another one's commits on PostgreSQL."""

import pytest
from sqlalchemy import text

from gateway.storage.engine.postgres_news import channel
from gateway.storage.engine.unit import Unit
from gateway.storage.log.tables import audit_checkpoints, audit_waiting
from gateway.storage.registers import sources
from tests.gateway.storage.rows import NOW, source
from tests.support.stores import Store
from tests.support.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.postgres]

END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND query ILIKE 'LISTEN%' || :channel || '%'"
)


async def test_another_process_is_told_once_with_the_commit(postgres_store: Store) -> None:
    """However many rows there are it is one piece of news, and only for the tables that are told."""
    ours, theirs = await postgres_store.open(), await postgres_store.open()
    heard: list[str] = []
    ours.on_insert(audit_waiting, lambda: heard.append("entries"))
    ours.on_insert(audit_checkpoints, lambda: heard.append("checkpoint"))
    await until(lambda: heard == ["entries", "checkpoint"])
    heard.clear()
    await theirs.write(Unit().insert(sources, source("a")))
    await theirs.write(Unit().insert(audit_waiting, *({"event_id": bytes([n])} for n in range(50))))
    await until(lambda: bool(heard))
    await theirs.write(Unit().insert(audit_checkpoints, {"size": 1, "note": b"", "at": NOW}))
    await until(lambda: "checkpoint" in heard)
    assert heard == ["entries", "checkpoint"]
    await ours.close()
    await theirs.close()


async def test_who_was_cut_off_hears_again(postgres_store: Store) -> None:
    """After its connection was ended it listens on a new one, and everybody looks for what was missed."""
    ours, theirs = await postgres_store.open(), await postgres_store.open()
    heard: list[str] = []
    ours.on_insert(audit_waiting, lambda: heard.append("entries"))
    await until(lambda: len(heard) == 1)
    given = {"channel": channel(postgres_store.schema or "public")}
    assert await theirs.transact(lambda tx: tx.connection.execute(END, given).scalars().all()) == [True]
    await until(lambda: len(heard) == 2)
    await theirs.write(Unit().insert(audit_waiting, {"event_id": b"a"}))
    await until(lambda: len(heard) == 3)
    await ours.close()
    await theirs.close()

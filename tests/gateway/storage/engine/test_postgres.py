"""What is PostgreSQL's own: the sending lock, values the driver refuses, URLs and schemas."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from sqlalchemy.util import await_only

from gateway.errors import LeadgateError, SetupError, StoreUnavailable
from gateway.storage.engine.database import Lock, Tx
from gateway.storage.engine.opening import open_database
from gateway.storage.engine.postgres_errors import translate
from gateway.storage.engine.unit import Unit
from gateway.storage.registers import sources
from tests.gateway.storage.rows import kinds, source
from tests.support.stores import Store
from tests.support.waiting import until


@pytest.mark.postgres
@pytest.mark.integration
async def test_a_value_of_a_wrong_type_fails_its_own_unit_alone(postgres_store: Store) -> None:
    """A value that the driver cannot encode is no lost connection: the others are committed."""
    database = await postgres_store.open()
    wrong: dict[str, Any] = {**source("wrong"), "kind": 4711}
    answers = await asyncio.gather(
        database.write(Unit().insert(sources, source("a"))),
        database.write(Unit().insert(sources, wrong)),
        database.write(Unit().insert(sources, source("b"))),
        return_exceptions=True,
    )
    assert [isinstance(answer, LeadgateError) for answer in answers] == [False, True, False]
    assert "4711" not in str(answers[1])
    assert set(await kinds(database)) == {"a", "b"}
    await database.close()


@pytest.mark.postgres
@pytest.mark.integration
async def test_claims_share_the_lock_and_a_withdrawal_has_it_alone(postgres_store: Store) -> None:
    """Two shared holders run side by side; an exclusive one waits for both, and they for it."""
    database = await postgres_store.open()
    order: list[str] = []
    gate = asyncio.Event()

    def hold(name: str, wait: asyncio.Event | None = None) -> Callable[[Tx], None]:
        def run(tx: Tx) -> None:
            order.append(name)
            if wait is not None:
                await_only(wait.wait())
            order.append(f"{name} ends")

        return run

    shared = [
        asyncio.create_task(database.transact(hold(name, gate), lock=Lock.SHARED)) for name in ("claim 1", "claim 2")
    ]
    await until(lambda: len(order) == 2)
    exclusive = asyncio.create_task(database.transact(hold("withdrawal"), lock=Lock.EXCLUSIVE))
    await asyncio.sleep(0.2)
    assert sorted(order) == ["claim 1", "claim 2"]
    gate.set()
    await asyncio.gather(*shared, exclusive)
    assert order[-2:] == ["withdrawal", "withdrawal ends"]
    await database.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", ""])
async def test_an_unknown_url_says_what_to_write(url: str) -> None:
    """Only the two stores are known, and SQLite needs a file."""
    with pytest.raises(SetupError, match="sqlite:///"):
        await open_database(url)


@pytest.mark.integration
async def test_a_server_that_is_not_there_is_unavailable() -> None:
    """A wrong port is a store that cannot be reached, not a crash."""
    with pytest.raises(StoreUnavailable):
        await open_database("postgresql://nobody@127.0.0.1:1/none")


async def test_a_schema_name_needs_no_quotes() -> None:
    """A schema's name goes into settings and channel names: letters, digits, underscores."""
    with pytest.raises(SetupError, match="schema"):
        await open_database("postgresql://nobody@127.0.0.1:1/none?schema=a;b")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (asyncpg.InvalidPasswordError("password of ada"), "refuses this user or password"),
        (asyncpg.InvalidAuthorizationSpecificationError("no entry for ada"), "refuses this user or password"),
        (asyncpg.InvalidCatalogNameError("ada"), "has no database of this name"),
        (asyncpg.TooManyConnectionsError("ada"), "has no connection left"),
        (asyncpg.CannotConnectNowError("ada"), "is starting or shutting down"),
        (asyncpg.ReadOnlySQLTransactionError("ada"), "takes reads alone"),
        (asyncpg.InsufficientPrivilegeError("ada"), "does not let this role do that: run `leadgate db upgrade`"),
        (ConnectionRefusedError("ada"), "cannot be reached"),
        (asyncpg.PostgresSystemError("ada"), "answers 58000"),
    ],
)
def test_a_server_that_refuses_is_told_in_words(error: Exception, says: str) -> None:
    """An operator reads what to look at, not five characters; the server's own text is not repeated."""
    told = translate(error)
    assert isinstance(told, StoreUnavailable)
    assert f"PostgreSQL {says}" in str(told)
    assert "ada" not in str(told)

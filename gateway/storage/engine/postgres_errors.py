"""What PostgreSQL's and asyncpg's errors mean to the gateway; their texts may quote values, so none is kept."""

from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.errors import Conflict, LeadgateError, StoreBusy, StoreUnavailable
from gateway.storage.engine.errors import RowRefused

ERRORS: Final = (DBAPIError, PoolTimeout, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
AGAIN: Final = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected
_TOO_LONG: Final = frozenset({"57014", "55P03"})  # query_canceled, as by statement_timeout; lock_not_available
_UNIQUE: Final = "23505"
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_MEANS: Final = {
    "": "cannot be reached: look whether it runs, and whether LEADGATE_DATABASE_URL names its host and port",
    "28": "refuses this user or password: look at LEADGATE_DATABASE_URL and at the server's pg_hba.conf",
    "3D": "has no database of this name: create it, or correct LEADGATE_DATABASE_URL",
    "53300": "has no connection left: raise its max_connections, or run fewer processes",
    "53100": "has no room left on its disk",
    "57P03": "is starting or shutting down",
    "57P01": "was stopped",
    "42501": "does not let this role do that: run `leadgate db upgrade` as the tables' owner, and grant their use "
    "(docs/how-to/run-on-postgresql.md)",
    "25006": "takes reads alone: this is a standby, or the database is set to read only",
}
"""What an operator is told of a SQLSTATE or its class; any other is told by its five characters."""
_GONE_CLASSES: Final = ("08", "53", "57", "58", "25006", "42501", "XX", "28", "3D", "55")


def sqlstate(error: BaseException) -> str:
    """Read the five-character SQLSTATE, or nothing where the server said none."""
    for found in (error, getattr(error, "orig", None)):
        state = getattr(found, "sqlstate", None) or getattr(found, "pgcode", None)
        if isinstance(state, str):
            return state
    return ""


def lost(error: BaseException) -> bool:
    """Tell a broken connection from a value that the driver could not encode; both come without SQLSTATE."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or not _unfit(error)
    return isinstance(error, OSError | TimeoutError | PoolTimeout | asyncpg.InterfaceError)


def _unfit(error: DBAPIError) -> bool:
    causes = (error.orig, getattr(error.orig, "__cause__", None))
    return any(isinstance(cause, ValueError | TypeError | OverflowError) for cause in causes)


def translate(error: BaseException) -> LeadgateError:
    """Say what a PostgreSQL error means; the server's text may quote values, so it is not kept."""
    state = sqlstate(error)
    if state == _UNIQUE:
        return Conflict(f"This is stored already ({_constraint(error)})")
    if state in AGAIN:
        return StoreBusy("The store is too busy: transactions keep meeting each other")
    if state in _TOO_LONG or isinstance(error, PoolTimeout):
        return StoreBusy("The store is too busy: this was not done in its time, for others are at work")
    if state.startswith(_GONE_CLASSES) or (not state and lost(error)):
        means = _MEANS.get(state) or _MEANS.get(state[:2]) or f"answers {state}"
        return StoreUnavailable(f"The store cannot take this now: PostgreSQL {means}")
    return RowRefused(f"PostgreSQL refuses a statement: SQLSTATE {state or 'none'}, {_constraint(error)}")


def _constraint(error: BaseException) -> str:
    for found in (
        error,
        getattr(error, "orig", None),
        getattr(getattr(error, "orig", None), "__cause__", None),
    ):
        name = getattr(found, "constraint_name", None) or getattr(found, "table_name", None)
        if name:
            return str(name)
    return "no constraint named"

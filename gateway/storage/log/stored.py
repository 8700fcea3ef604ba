"""Reads columns of the log whatever somebody has written there: SQLite keeps any value in any column."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Label, LargeBinary, cast


def as_bytes(column: ColumnElement[bytes]) -> Label[bytes]:
    """The column as bytes: a text or a number that stands there is no leaf, note or hash, but no error either."""
    return cast(column, LargeBinary).label(_name(column))


def as_number(column: ColumnElement[Any]) -> Label[int]:
    """The time in a column as microseconds since 1970: an edited one may be in no calendar."""
    return cast(column, BigInteger).label(_name(column))


def _name(column: ColumnElement[Any]) -> str:
    return str(column.key)

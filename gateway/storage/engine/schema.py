"""What every table is made with: one metadata, and the column types. No column holds a personal value in clear.

Tables stand in a folder's `tables.py`, or in a single file itself; what two folders use stands with the lower one.
A `sealed` column is AES-256-GCM under a key of the subject (profile or evidence), a source-day or a list; a `mac`
column is a keyed HMAC. Times are aware UTC; `Time` stores them as integer microseconds since 1970.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import JSON, BigInteger, Dialect, Integer, MetaData, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

TOLD: Final = "told"
"""In a table's `info`: other processes are told when rows are inserted."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Time(TypeDecorator[datetime]):
    """An aware UTC datetime as integer microseconds since 1970: the same bytes and order on both stores."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's
        """Count the microseconds."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        """Read the microseconds back."""
        return None if value is None else _EPOCH + value * _MICROSECOND


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")  # None is NULL, not JSON null
BigKey = BigInteger().with_variant(Integer(), "sqlite")

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

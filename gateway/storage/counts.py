"""How many verdicts journeys were given, over all processes: counted in memory, and added to the store now and then."""

from collections import Counter
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Table, Text, select, text

from gateway.errors import StoreUnavailable
from gateway.storage.engine.database import Database
from gateway.storage.engine.schema import metadata

verdict_counts = Table(
    "verdict_counts",
    metadata,
    Column("kind", Text, primary_key=True),  # email, phone
    Column("verdict", Text, primary_key=True),
    Column("reason", Text, primary_key=True),  # a code of gateway.verification.reasons, or empty
    Column("given", BigInteger, nullable=False),
)

Key = tuple[str, str, str]
"""The kind of contact point, the verdict, and the reason that made it so (empty where nothing speaks against it)."""

_ADD: Final = text(
    "INSERT INTO verdict_counts (kind, verdict, reason, given) VALUES (:kind, :verdict, :reason, :given) "
    "ON CONFLICT (kind, verdict, reason) DO UPDATE SET given = verdict_counts.given + excluded.given"
)


class VerdictCounts:
    """Counts verdicts. All labels are of closed lists, so there are some dozens of rows at most.

    A journey waits for none of it: processes that added to the same rows with every verdict would wait for each other.
    What a killed process had not added yet is not counted.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._fresh: Counter[Key] = Counter()

    def add(self, kind: str, verdict: str, reason: str) -> None:
        """Count one verdict."""
        self._fresh[kind, verdict, reason] += 1

    async def flush(self) -> None:
        """Add what was counted since the last time to the store; without one it is added the next time."""
        fresh, self._fresh = self._fresh, Counter()
        if not fresh:
            return
        rows = [
            dict(zip(("kind", "verdict", "reason", "given"), (*key, fresh[key]), strict=True)) for key in sorted(fresh)
        ]
        try:
            await self.database.transact(lambda tx: tx.connection.execute(_ADD, rows))
        except StoreUnavailable:
            self._fresh.update(fresh)


def read_verdicts(connection: Connection) -> dict[Key, int]:
    """Read how many verdicts were given."""
    return {(row.kind, row.verdict, row.reason): row.given for row in connection.execute(select(verdict_counts))}

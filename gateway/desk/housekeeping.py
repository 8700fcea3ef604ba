"""What has expired is deleted: used challenges, remembered requests, answers, observations, windows, quarantine."""

from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import delete, select, update

from gateway.desk.office import Office
from gateway.storage.engine.database import Tx
from gateway.storage.heartbeats import forget_silent
from gateway.storage.leads.retention import drop_expired
from gateway.storage.leads.tables import form_challenges, idempotency, quarantine, quarantine_keys
from gateway.storage.vendors.mail_servers import forget_pauses
from gateway.storage.vendors.spends import forget_days
from gateway.storage.vendors.tables import catch_alls, rate_slots, vendor_results
from gateway.storage.windows import forget

HOUSEKEEPING_SECONDS: Final = 3600.0

_EXPIRING: Final = (idempotency, form_challenges, vendor_results, rate_slots, catch_alls, quarantine)

log = structlog.get_logger(__name__)


class Housekeeping:
    """Deletes what has expired; any number of processes may do it, any number of times."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def run(self) -> int:
        """Delete expired rows and destroy the quarantine keys that nothing needs any more; returns rows changed.

        Raises:
            StoreUnavailable: the store cannot be reached; the next run deletes what is left.
        """
        now = self.office.now()
        deleted = await self.office.database.transact(lambda tx: _delete(tx, now))
        deleted += await forget(self.office.database, now)
        deleted += await drop_expired(self.office.database, self.office.vault, self.office.ids, now)
        if deleted:
            log.info("housekeeping.deleted", count=deleted)
            await self.office.database.wal_truncate()
        return deleted


def _delete(tx: Tx, now: datetime) -> int:
    deleted = 0
    for table in _EXPIRING:
        deleted += tx.connection.execute(delete(table).where(table.c.expires_at <= now)).rowcount
    deleted += forget_pauses(tx, now)
    deleted += forget_days(tx, now)
    forget_silent(tx, now)
    needed = select(quarantine.c.id).where(
        quarantine.c.source == quarantine_keys.c.source, quarantine.c.day == quarantine_keys.c.day
    )
    spent = quarantine_keys.c.wrapped.is_not(None) & (quarantine_keys.c.day < now.date().isoformat()) & ~needed.exists()
    tx.connection.execute(update(quarantine_keys).where(spent).values(wrapped=None))
    return deleted

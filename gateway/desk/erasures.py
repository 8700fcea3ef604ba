"""The vendors' lists of records that they have erased, read once a day: who stands there is erased here too."""

from collections.abc import Sequence
from typing import Final

import structlog

from connectors.kit import Answer
from gateway.desk.objections import VendorObjections
from gateway.desk.office import Actor
from gateway.enrichment.feed import Feeds
from gateway.storage.engine.unit import Unit
from gateway.storage.vendors.feeds import ended, failed, take

EACH_SECONDS: Final = 3600.0
"""How often it is looked whether a list is due."""

log = structlog.get_logger(__name__)


class ErasureFeeds:
    """Reads the lists of the connectors that are set up and have one; any number of processes may.

    Args:
        feeds: the lists.
        objections: acts on what stands there.
    """

    def __init__(self, feeds: Feeds, objections: VendorObjections) -> None:
        self.feeds = feeds
        self.objections = objections
        self.office = objections.office

    async def run(self) -> int:
        """Read the lists that are due; says how many people were found. One that cannot be read is tried again.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        found = 0
        for name in self.feeds.entries:
            if await take(self.office.database, name, self.office.now()):
                found += await self._read(name)
        return found

    async def _read(self, name: str) -> int:
        records, found = 0, 0

        async def each(ids: Sequence[str]) -> None:
            nonlocal records, found
            records += len(ids)
            found += await self.objections.listed(name, ids)

        await self._note(name, records, found, await self.feeds.read(name, each))
        return found

    async def _note(self, name: str, records: int, found: int, against: Answer | None) -> None:
        unit = Unit()
        if against is None:
            now, facts = self.office.now(), {"connector": name, "count": records, "persons": found}
            self.office.note(unit, Actor(id=f"connector:{name}"), "vendor.erasures_read", facts, at=now)
            ended(unit, name, at=now, records=records)
        else:
            log.warning("erasures.unread", connector=name, outcome=against.outcome.value, reason=against.reason)
            failed(unit, name, f"{against.outcome} ({against.reason})")
        await self.office.database.write(unit)

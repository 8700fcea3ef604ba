"""Reading the erasure feeds of connectors that are set up."""

from collections.abc import Iterable
from datetime import timedelta

from connectors.kit import Answer, VendorHttp
from connectors.kit.erasures import Each, read_erasures
from gateway.enrichment.plan import Installed
from gateway.enrichment.tools import Tools
from gateway.enrichment.transport import ClockDeadline

PATIENCE = timedelta(minutes=30)
"""How long reading one may take."""


class Feeds:
    """The connectors whose vendor lists the records that it has erased."""

    def __init__(self, entries: Iterable[Installed], tools: Tools) -> None:
        self.entries = {entry.manifest.id: entry for entry in entries if entry.manifest.erasures is not None}
        self._tools = tools

    async def read(self, connector: str, each: Each) -> Answer | None:
        """Read a vendor's whole list, what `each` does with it included.

        Args:
            connector: whose, by id.
            each: is given ids, as `connectors.kit.erasures.read_erasures` says.

        Returns:
            Why it could not be read to its end; None when it was.
        """
        entry, clock = self.entries[connector], self._tools.clock
        bound = VendorHttp(
            manifest=entry.manifest,
            http=self._tools.http,
            secrets=entry.secrets,
            deadline=ClockDeadline(clock=clock, ends=clock.now() + PATIENCE),
            hosts=entry.hosts,
        )
        return await read_erasures(entry.manifest, entry.values, bound, each)

"""The ports that a connector is asked with, and whether anything went out through them."""

from dataclasses import dataclass

from connectors.kit import DnsReply, Page, Reply, Request
from connectors.kit.ports import RecordType
from gateway.enrichment.tools import Tools


@dataclass(slots=True, kw_only=True)
class Outward:
    """The gateway's clients for one attempt. Implements `connectors.kit.Http`, `Dns` and `Site`.

    Attributes:
        tools: whose clients.
        used: whether a connector has called through one of them; what the kit refuses before does not come here.
    """

    tools: Tools
    used: bool = False

    async def send(self, request: Request, *, seconds: float, max_bytes: int) -> Reply:
        """Sends a request to a vendor; raises as the gateway's client does."""
        self.used = True
        return await self.tools.http.send(request, seconds=seconds, max_bytes=max_bytes)

    async def fetch(self, url: str, *, seconds: float, max_bytes: int) -> Page:
        """Fetches a page of a lead's site; raises as the gateway's client does."""
        self.used = True
        return await self.tools.site.fetch(url, seconds=seconds, max_bytes=max_bytes)

    async def look_up(self, name: str, kind: RecordType) -> DnsReply:
        """Looks up one name."""
        self.used = True
        return await self.tools.dns.look_up(name, kind)

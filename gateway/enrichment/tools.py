"""Everything the engine works with."""

from dataclasses import dataclass, field
from random import Random

from connectors.kit import Dns, Http, NoSite, Site
from gateway.enrichment.ports import Cache, Calls, Sleep, Windows
from gateway.enrichment.retry import RetryPolicy
from gateway.ports import Clock
from gateway.spending import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What connectors are asked with.

    Attributes:
        http, dns, site: the connectors' ports.
        windows, cache, calls: shared by all workers.
        clock, sleep, random: time and chance.
        index_key: keys the HMAC under which questions are cached and recorded.
        retry: attempts and waits.
        limits: what may be spent beside the limit of each lead.
    """

    http: Http
    dns: Dns
    windows: Windows
    cache: Cache
    calls: Calls
    clock: Clock
    sleep: Sleep
    random: Random
    index_key: bytes = field(repr=False)
    site: Site = field(default_factory=NoSite)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    limits: Limits = field(default_factory=Limits)

"""The one way out over HTTP: resolve once, refuse what is not public, connect to the checked address.

    EgressError
      EgressRefused      the URL or its address is not one that may be asked; nothing was sent
      Unreachable        no connection came about; nothing was sent
      DeadlineExceeded   the time was up; `sent` says whether the request may have arrived
      Broken             the connection or the reply broke; the request may have arrived
      TooLarge           the reply passed its cap; the request has arrived

Only this package imports httpx and httpcore, so that the change to their successor is one folder.
"""

from gateway.http.client import USER_AGENT, HttpClient, Reply, Request, Trust
from gateway.http.errors import Broken, DeadlineExceeded, EgressError, EgressRefused, TooLarge, Unreachable
from gateway.http.follow import Arrival, follow, read_url
from gateway.http.resolve import Resolver, system_resolver

__all__ = [
    "USER_AGENT",
    "Arrival",
    "Broken",
    "DeadlineExceeded",
    "EgressError",
    "EgressRefused",
    "HttpClient",
    "Reply",
    "Request",
    "Resolver",
    "TooLarge",
    "Trust",
    "Unreachable",
    "follow",
    "read_url",
    "system_resolver",
]

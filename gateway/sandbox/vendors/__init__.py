"""Loopback vendors: each in a file of its own, with its replies, limits, headers and traps, behind one server.

`vendor.py` says what a vendor is, `server.py` serves them; every other file is one vendor, and stands in `VENDORS`.
"""

from datetime import timedelta
from typing import Final

from gateway.sandbox.vendors.apollo import Apollo
from gateway.sandbox.vendors.builtwith import BuiltWith
from gateway.sandbox.vendors.clearbit import Clearbit
from gateway.sandbox.vendors.companies_house import CompaniesHouse
from gateway.sandbox.vendors.gleif import Gleif
from gateway.sandbox.vendors.http_json import OwnService
from gateway.sandbox.vendors.hunter import Hunter
from gateway.sandbox.vendors.mailboxes import Mailboxes
from gateway.sandbox.vendors.people_data_labs import PeopleDataLabs
from gateway.sandbox.vendors.rdap import Rdap
from gateway.sandbox.vendors.sec_edgar import SecEdgar
from gateway.sandbox.vendors.server import Server
from gateway.sandbox.vendors.vendor import KEY, SECOND, OnReply, Script, Scripted, Vendor
from gateway.sandbox.vendors.vies import Vies
from gateway.sandbox.vendors.wikidata import Wikidata

__all__ = [
    "KEY",
    "VENDORS",
    "Apollo",
    "BuiltWith",
    "Clearbit",
    "CompaniesHouse",
    "Gleif",
    "Hunter",
    "Mailboxes",
    "OwnService",
    "PeopleDataLabs",
    "Rdap",
    "Script",
    "Scripted",
    "SecEdgar",
    "Vendor",
    "Vendors",
    "Vies",
    "Wikidata",
]

VENDORS: Final[tuple[type[Vendor], ...]] = (
    PeopleDataLabs,
    Mailboxes,
    Apollo,
    Clearbit,
    Hunter,
    BuiltWith,
    OwnService,
    CompaniesHouse,
    Gleif,
    Rdap,
    SecEdgar,
    Vies,
    Wikidata,
)
"""Who is played. Where two have the same path, the first answers calls without a vendor's name."""


class Vendors(Server):
    """The server with every vendor.

    Args:
        own: vendors that take the place of those of the same class, with scripts of their own.
        host: a loopback address.
        port: 0 takes a free one.
        throttle: how long a reply that throttles asks to wait.
        on_reply: is told of each reply: whose it is, what it was about, and its status.
    """

    def __init__(
        self,
        *own: Vendor,
        host: str = "127.0.0.1",
        port: int = 0,
        throttle: timedelta = SECOND,
        on_reply: OnReply | None = None,
    ) -> None:
        replaced = {type(vendor) for vendor in own}
        made = (kind(throttle=throttle, on_reply=on_reply) for kind in VENDORS if kind not in replaced)
        super().__init__((*own, *made), host=host, port=port)

"""Domains that nobody uses: known by the mail servers and name servers of services that park them."""

from collections.abc import Iterable
from typing import Final

from gateway.verification.domains import matches_suffix

PARKING_LIST: Final = "leadgate-parking@1"
"""Name and version of the list, for the evidence."""
_MAIL_HOSTS: Final = """
park-mx.above.com mx.parkingcrew.net mail.h-email.net mx156.hostedmxserver.com nullmx.domainmanager.com
mx.sedoparking.com
"""
_MAIL: Final = frozenset(_MAIL_HOSTS.split())


def parked_mail(hosts: Iterable[str]) -> bool:
    """Whether every mail server of a domain belongs to a parking service; hosts in lower case, without a last dot."""
    names = tuple(hosts)
    return bool(names) and all(matches_suffix(host, _MAIL) for host in names)

"""Domains that nobody uses: known by the mail servers and name servers of services that park them.

Addresses are not looked at: parking services answer from addresses of large clouds, which change hands.
"""

from collections.abc import Sequence
from typing import Final

from gateway.verification.domains import matches_suffix

PARKING_LIST: Final = "leadgate-parking@2"
"""Name and version of the list, for the evidence."""
_MAIL_HOSTS: Final = """
park-mx.above.com mx.parkingcrew.net mail.h-email.net mx156.hostedmxserver.com nullmx.domainmanager.com
mx.sedoparking.com
"""
_MAIL: Final = frozenset(_MAIL_HOSTS.split())
_NAME_SERVER_DOMAINS: Final = """
above.com afternic.com bodis.com cashparking.com dan.com domainmarket.com dsredirection.com dsredirects.com
parkingcrew.net parklogic.com sedo.com sedoparking.com uniregistrymarket.link ztomy.com
"""
_NAME_SERVERS: Final = frozenset(_NAME_SERVER_DOMAINS.split())
"""Domains of name servers that serve parked names alone.

From the MISP project's public warning list of parking name servers, version 20221024, and what marketplaces tell their
sellers to enter. Left out of the former are registrars whose name servers are also their customers' usual ones, and
brand agents: HugeDomains parks on NameBright's, which serve real companies too.
"""


def parked_mail(hosts: Sequence[str]) -> bool:
    """Whether every mail server of a domain belongs to a parking service; hosts in lower case, without a last dot."""
    return _all_of(hosts, _MAIL)


def parked_names(hosts: Sequence[str]) -> bool:
    """Whether every name server of a domain belongs to a parking service; hosts as for `parked_mail`."""
    return _all_of(hosts, _NAME_SERVERS)


def _all_of(hosts: Sequence[str], services: frozenset[str]) -> bool:
    for host in hosts:
        if not matches_suffix(host, services):
            return False
    return bool(hosts)

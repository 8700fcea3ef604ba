"""The places of a submission that a form's field may fill, and how long a value may be there."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LINE: Final = 500
"""Most characters of a name, a title or a similar line."""
EMAIL: Final = 1000
"""Most characters of an e-mail address or phone; a wrong one is accepted, and its verdict says why."""
URL: Final = 2048
"""Most characters of a URL."""
TEXT: Final = 20_000
"""Most characters of a message or a privacy string."""
NOTICE: Final = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}"
"""A notice's id, which stands in clear beside each consent that cites it: no address and no sentence fits it."""
DESTINATION: Final = r"[a-z0-9][a-z0-9_-]{0,62}"
"""A destination's name, which stands in clear beside each consent that names it."""

LIMITS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "external_id": 200,
        "person.given_name": LINE,
        "person.family_name": LINE,
        "person.full_name": LINE,
        "person.email": EMAIL,
        "person.phone": EMAIL,
        "person.job_title": LINE,
        "person.country": LINE,
        "person.region": LINE,
        "person.locale": 35,
        "company.name": LINE,
        "company.domain": 253,
        "company.website": URL,
        "company.country": LINE,
        "company.vat_id": 50,
        "inquiry.kind": LINE,
        "inquiry.message": TEXT,
        "inquiry.page_url": URL,
        "campaign.name": LINE,
        "campaign.source": LINE,
        "campaign.medium": LINE,
        "campaign.content": LINE,
        "campaign.term": LINE,
        "evidence.certificate_url": URL,
        "notice.id": 200,
        "notice.version": 9,
        "consent.marketing.email": LINE,
        "consent.marketing.sms": LINE,
        "consent.marketing.call": LINE,
        "consent.marketing.post": LINE,
    }
)
"""Every fixed target with the most characters it takes; a longer value stays an attribute, whole."""

_OPEN: Final = re.compile(r"(campaign\.click_ids|attributes)\.[^\x00-\x1f]{1,200}")


def is_target(text: str) -> bool:
    """Say whether a field map may name this: a fixed target, `campaign.click_ids.NAME` or `attributes.NAME`."""
    return text in LIMITS or _OPEN.fullmatch(text) is not None


def limit(target: str) -> int:
    """The most characters a value may have at a target."""
    return LIMITS.get(target, TEXT if target.startswith("attributes.") else LINE)

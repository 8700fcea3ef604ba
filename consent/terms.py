"""The closed vocabulary of consent: purposes, channels, bases, kinds and outcomes.

A word outside these lists does not exist for the engine: reading one raises, so a typing slip can never grant anything.
Unknown is not a member anywhere; an unknown fact is `None`.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Purpose(StrEnum):
    """Why data may be used (GDPR Art. 5(1)(b): purposes are specified, explicit, and a closed set)."""

    INQUIRY_RESPONSE = "inquiry_response"
    MARKETING = "marketing"
    ENRICHMENT = "enrichment"
    ANALYTICS = "analytics"
    DISCLOSURE = "disclosure"


class Channel(StrEnum):
    """How data may be used: four ways to reach a person, three uses inside."""

    EMAIL = "email"
    SMS = "sms"
    CALL = "call"
    POST = "post"
    ENRICHMENT = "enrichment"
    STORAGE = "storage"
    DISCLOSURE = "disclosure"


CONTACT_CHANNELS: tuple[Channel, ...] = (Channel.EMAIL, Channel.CALL, Channel.SMS, Channel.POST)
"""The channels of `may_email`, `may_call`, `may_sms` and `may_post`."""

CHANNELS_OF: Mapping[Purpose, tuple[Channel, ...]] = MappingProxyType(
    {
        Purpose.INQUIRY_RESPONSE: CONTACT_CHANNELS,
        Purpose.MARKETING: CONTACT_CHANNELS,
        Purpose.ENRICHMENT: (Channel.ENRICHMENT,),
        Purpose.ANALYTICS: (Channel.STORAGE,),
        Purpose.DISCLOSURE: (Channel.DISCLOSURE,),
    }
)
"""The channels a decision is asked for, per purpose."""

PARENT: Mapping[Purpose, Purpose | None] = MappingProxyType(
    {
        Purpose.INQUIRY_RESPONSE: None,
        Purpose.MARKETING: None,
        Purpose.ENRICHMENT: Purpose.MARKETING,
        Purpose.ANALYTICS: Purpose.MARKETING,
        Purpose.DISCLOSURE: Purpose.MARKETING,
    }
)
"""The purpose tree; its root, "everything", is written `None`.

Who no longer wants marketing no longer wants the profiling (GDPR Art. 21(2)-(3)) and the passing on
(15 USC 7704(a)(3)-(5)) that serve it.
"""


def covers(wider: Purpose | None, purpose: Purpose) -> bool:
    """Say whether `purpose` is `wider` itself or lies below it in the tree; `None` covers everything."""
    step: Purpose | None = purpose
    while step is not None:
        if step is wider:
            return True
        step = PARENT[step]
    return wider is None


class Basis(StrEnum):
    """The lawful basis a rule rests on; soft opt-in is its own (CJEU C-654/23), not a kind of legitimate interest."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate_interest"
    SOFT_OPT_IN = "soft_opt_in"
    OPT_OUT = "opt_out"
    NO_PERSONAL_DATA = "no_personal_data"


class Mechanism(StrEnum):
    """How consent was given."""

    WEB_FORM_CHECKBOX = "web_form_checkbox"
    DOUBLE_OPT_IN = "double_opt_in"
    SIGNED_DOCUMENT = "signed_document"
    RECORDED_CALL = "recorded_call"
    IMPORT = "import"
    OTHER = "other"


class ConsentStatus(StrEnum):
    """What a source says of one consent (`consent[].status` of `POST /v1/leads`)."""

    GRANTED = "granted"
    REFUSED = "refused"
    REQUESTED = "requested"


class Standing(StrEnum):
    """What the ledger says of one purpose and channel, now."""

    NONE = "none"
    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class NoticeCitation(StrEnum):
    """Whether a consent cites a notice, and whether that notice is stored."""

    NOT_CITED = "not_cited"
    NOT_FOUND = "not_found"
    KNOWN = "known"


class SubscriberKind(StrEnum):
    """Who holds the line or mailbox; sole traders and most partnerships count as persons (UK PECR 2003)."""

    CORPORATE = "corporate"
    PUBLIC_BODY = "public_body"
    PARTNERSHIP = "partnership"
    SOLE_TRADER = "sole_trader"
    NATURAL_PERSON = "natural_person"


class Relationship(StrEnum):
    """What the person is to the controller."""

    NONE = "none"
    INQUIRY = "inquiry"
    CUSTOMER = "customer"
    EX_CUSTOMER = "ex_customer"
    MEMBER = "member"


class SourceKind(StrEnum):
    """Where a lead came from."""

    WEB_FORM = "web_form"
    PURCHASED_LIST = "purchased_list"
    EVENT = "event"
    REFERRAL = "referral"
    PUBLIC_REGISTER = "public_register"
    SCRAPED = "scraped"
    PARTNER_API = "partner_api"
    MANUAL = "manual"


class RecipientRole(StrEnum):
    """What the recipient is in law (GDPR Art. 26, 28)."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"


class TransferTool(StrEnum):
    """What carries a transfer to a third country (GDPR Art. 44-49).

    `none` is known to be absent; `not_needed`: nothing leaves the controller.
    """

    ADEQUACY = "adequacy"
    DPF = "dpf"
    SCC = "scc"
    UK_IDTA = "uk_idta"
    NONE = "none"
    NOT_NEEDED = "not_needed"


class EnrichmentScope(StrEnum):
    """What an enrichment call sends: a company's domain, or something of a person."""

    COMPANY_DOMAIN = "company_domain"
    PERSON = "person"


class Outcome(StrEnum):
    """What a decision says; `DENY` beats `HOLD` beats `ALLOW`."""

    ALLOW = "ALLOW"
    HOLD = "HOLD"
    DENY = "DENY"

    @property
    def strictness(self) -> int:
        """0 for ALLOW, 1 for HOLD, 2 for DENY."""
        return _STRICTNESS[self]


_STRICTNESS = {Outcome.ALLOW: 0, Outcome.HOLD: 1, Outcome.DENY: 2}


class Confidence(StrEnum):
    """How sure a rule's citation is: statute or regulator read, secondary source, or to be checked by a person."""

    A = "A"
    B = "B"
    C = "C"

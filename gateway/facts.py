"""From what is known of a lead to the facts of one question: pure, and every unknown stays unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from consent.facts import FIELDS, read_value
from consent.fold import ConsentState
from consent.gather import facts_of_person, facts_of_use, facts_towards, questions
from consent.jurisdiction import Clues, resolve
from consent.sheet import NOTHING, Sheet
from consent.suppression import SuppressionScope
from consent.terms import (
    Channel,
    EnrichmentScope,
    Purpose,
    RecipientRole,
    Relationship,
    SourceKind,
    TransferTool,
)
from gateway.lead import Lead, Stage
from gateway.verification.model import PhoneType
from gateway.verification.registers import screened_in_britain

ENRICHMENT: Final = "enrichment"
"""The recipient's name in decisions about asking connectors."""

OWNED: Final[frozenset[str]] = frozenset(
    {
        *("suppressed", "objected", "restricted", "erasure_pending", "marketing_optout", "sale_optout"),
        *(name for name in FIELDS if name.startswith("consent_")),
        *("purpose", "channel", "recipient_country", "recipient_role", "transfer_tool"),
    }
)
"""The facts that nobody may assert: ledger, suppression list, rights cases and destinations say them."""

PRESUMED: Final[frozenset[str]] = frozenset({"relationship", "inquiry_received"})
"""The facts that are guessed from how a lead came in: whoever knows the person says what is so, with evidence."""

_UNASKED: Final = frozenset({SourceKind.PURCHASED_LIST, SourceKind.SCRAPED, SourceKind.PUBLIC_REGISTER})
"""Where nobody has asked for anything: what comes from there is taken for an inquiry only once somebody says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who would receive: a destination as the policy sees it. `country` is ISO 3166-1 alpha-2."""

    name: str
    purposes: tuple[Purpose, ...]
    role: RecipientRole | None
    country: str | None
    transfer: TransferTool | None

    def questions(self) -> Sequence[tuple[Purpose, Channel]]:
        """Every purpose and channel to decide; an independent controller is also a disclosure (GDPR Art. 4(10))."""
        purposes = list(self.purposes)
        if self.role is RecipientRole.CONTROLLER and Purpose.DISCLOSURE not in purposes:
            purposes.append(Purpose.DISCLOSURE)
        return questions(purposes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """Who is asked about people: where, and what carries data there; None is unknown. `country` as in `Recipient`."""

    country: str | None
    transfer: TransferTool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows of a lead's person, and what an operator has asserted to end a hold."""

    state: ConsentState
    suppressions: tuple[SuppressionScope, ...] = ()
    """What the suppression list forbids for the lead's contact points."""
    source_kind: SourceKind | None = None
    """Where the people of the lead's source come from; None is unknown."""
    notice_shown: bool | None = None
    asserted: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """By the names of `consent.facts.FIELDS`, as JSON values; they fill gaps and overrule only what is presumed."""


def common(lead: Lead, known: Known, controller_country: str | None) -> Sheet:
    """The facts that all questions about a lead share."""
    submission = lead.submission
    number = lead.phone.evidence if lead.phone else None
    clues = Clues(
        declared_country=submission.person.region or submission.person.country,
        company_country=submission.company.country,
        phone_country=number.region if number else None,
        mail_domain=lead.email.evidence.domain if lead.email else None,
    )
    screening = screened_in_britain(number.registers) if number else None
    inquiry = lead.stage is not Stage.PROSPECT and known.source_kind not in _UNASKED
    return NOTHING.changed(
        jurisdictions=resolve(clues).jurisdictions,
        controller_country=controller_country,
        source_kind=_source_kind(lead.stage, known.source_kind),
        relationship=Relationship.INQUIRY if inquiry else Relationship.NONE,
        erasure_pending=False,
        inquiry_received=inquiry,
        inquiry_received_at=lead.received_at if inquiry else None,
        notice_served=known.state.notice13_at is not None or known.notice_shown,
        data_obtained_at=lead.received_at,
        third_party_fields=any(seen.personal for lookup in lead.lookups for seen in lookup.observations),
        phone_mobile=_mobile(lead),
        register_listed=screening and screening.listed,
        register_screened_at=screening and screening.at,
        **facts_of_person(known.state),
    )


def towards(base: Sheet, known: Known, recipient: Recipient) -> Sheet:
    """The facts that all questions about a lead and a recipient share."""
    met = base.changed(
        recipient_country=recipient.country,
        recipient_role=recipient.role,
        transfer_tool=recipient.transfer or (TransferTool.NONE if recipient.country else None),
    )
    return met.changed(**facts_towards(known.state, recipient.name, met))


def question(shared: Sheet, known: Known, recipient: str, purpose: Purpose, channel: Channel) -> Sheet:
    """The facts of one question; what was asserted fills what is unknown or presumed once all that is known stands.

    Args:
        shared: what holds whatever the use (`towards`).
        known: what the store knows of the lead's person.
        recipient: the recipient's name.
        purpose: why the data would be used.
        channel: how it would be used.

    Raises:
        FactsError: something was asserted that is no fact, or no value of it.
    """
    facts = shared.changed(
        **facts_of_use(
            known.state, purpose, channel, suppressions=known.suppressions, recipient=recipient, shared=shared
        )
    )
    return _filled(facts, known.asserted) if known.asserted else facts


def enrichment(base: Sheet, known: Known, vendor: Vendor | None) -> Sheet:
    """The facts of the question whether a lead may be looked up.

    Args:
        base: the facts that all questions about the lead share.
        known: what the store knows of its person.
        vendor: who would be asked about the person; None where only the company is looked up.
    """
    country, transfer = (None, None) if vendor is None else (vendor.country, vendor.transfer)
    asked = Recipient(name=ENRICHMENT, purposes=(Purpose.ENRICHMENT,), role=None, country=country, transfer=transfer)
    facts = question(towards(base, known, asked), known, asked.name, Purpose.ENRICHMENT, Channel.ENRICHMENT)
    scope = EnrichmentScope.COMPANY_DOMAIN if vendor is None else EnrichmentScope.PERSON
    # A tool that nobody has declared is unknown: a vendor may well be covered.
    return facts.changed(enrichment_scope=scope, transfer_tool=transfer)


def _source_kind(stage: Stage, told: SourceKind | None) -> SourceKind | None:
    """A prospect did not fill in a form: where nothing else is said, it was bought."""
    if stage is Stage.PROSPECT and told in {None, SourceKind.WEB_FORM}:
        return SourceKind.PURCHASED_LIST
    return told


def _filled(facts: Sheet, asserted: Mapping[str, Any]) -> Sheet:
    """The facts with asserted values where nothing is known; what others own is passed over, also when stored."""
    told = {name: read_value(name, value) for name, value in asserted.items() if name not in OWNED}
    open_ = {name for name in told if name in PRESUMED or facts[name] is None}
    return facts.changed(**{name: told[name] for name in open_})


def _mobile(lead: Lead) -> bool | None:
    types = lead.phone.types if lead.phone else frozenset()
    if not types:
        return None
    return None if {PhoneType.MOBILE, PhoneType.FIXED_LINE} <= set(types) else PhoneType.MOBILE in types
